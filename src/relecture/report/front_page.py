"""The front page of the report: the verdicts in a sentence, and each comparison's question and conclusions."""

import json
from html import escape
from pathlib import Path

from relecture.data_files import read_csv
from relecture.report.chapter import read_conclusions
from relecture.scorecard.verdicts import PARTS, VERDICTS, Verdict, parts
from relecture.text_format import listed
from relecture.workflow import SCORECARD_CATEGORY, report_category

#: The words for each verdict, of one value and of several.
WORDS: dict[Verdict, tuple[str, str]] = {
    "exact": ("is exact", "are exact"),
    "consistent": ("is consistent with a new run", "are consistent with a new run"),
    "inconclusive": ("is inconclusive", "are inconclusive"),
    "better": ("is not reproduced (the new value is better)", "are not reproduced (the new values are better)"),
    "worse": ("is not reproduced (the new value is worse)", "are not reproduced (the new values are worse)"),
    "differs": ("differs", "differ"),
    "not judged": ("is not judged", "are not judged"),
}
#: What the parts of the scorecard hold, arithmetic or not.
NOUNS = {False: "published results", True: "counts and identities"}


def count_verdicts(scorecard: Path) -> str:
    """Return how many published values have which verdict, in a sentence per part of the scorecard."""
    sentences = []
    for heading, rows in parts(read_csv(scorecard)).items():
        counts = {verdict: int((rows.verdict == verdict).sum()) for verdict in VERDICTS}
        clauses = [f"{n} {WORDS[verdict][n > 1]}" for verdict, n in counts.items() if n]
        sentences.append(f"Of {len(rows)} {NOUNS[heading == PARTS[True]]} {listed(clauses)}.")
    return " ".join(sentences)


def front(scorecard: Path, conclusions: list[Path]) -> str:
    """Return a piece of HTML for the front page, with links into Snakemake's report.

    Args:
        scorecard: The file scorecard.csv.
        conclusions: The files conclusions.md of the comparisons, in the lecture's order.
    """
    page = scorecard.with_suffix(".html").as_posix()
    parts = [_heading("Scorecard", SCORECARD_CATEGORY, page), f"<p>{escape(count_verdicts(scorecard))}</p>"]
    for path in conclusions:
        comparison = path.parent.name
        question, text = read_conclusions(path)
        parts += [
            _heading(comparison.capitalize(), report_category(comparison), f"{path.parent.as_posix()}/page.html"),
            f"<p><em>{escape(question)}</em></p>",
            f"<p>{escape(text)}</p>",
        ]
    return "\n".join(parts) + "\n"


def _heading(title: str, category: str, page: str) -> str:
    """Return a heading that opens a page of the report and the files of its category."""
    script = (
        f"const category = {json.dumps(category)}, parts = Object.keys(categories[category]); "
        "app.setView({navbarMode: parts.length == 1 ? 'subcategory' : 'category', category: category, "
        f"subcategory: parts[0], content: 'html', resultPath: {json.dumps(page)}, "
        f"contentPath: results[{json.dumps(page)}].data_uri}}); return false"
    )
    return f'<h2><a href="#" onclick="{escape(script)}">{escape(title)}</a></h2>'
