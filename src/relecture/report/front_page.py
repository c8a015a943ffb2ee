"""The front page of the report: the verdicts in a sentence, and each comparison's question and conclusions."""

import json
from html import escape
from pathlib import Path

import pandas as pd

from relecture.report.chapter import read_conclusions
from relecture.text_format import listed
from relecture.workflow import SCORECARD_CATEGORY, report_category

#: The words for each verdict, of one value and of several, in the order of counting.
VERDICTS = {
    "exact": ("is exact", "are exact"),
    "within": (
        "is within two standard deviations of the reproduced value",
        "are within two standard deviations of the reproduced value",
    ),
    "better": ("is better", "are better"),
    "differs": ("differs", "differ"),
    "": ("is not judged", "are not judged"),
}


def count_verdicts(scorecard: Path) -> str:
    """Return how many published values have which verdict, in a sentence."""
    verdicts = pd.read_csv(scorecard).verdict.fillna("")
    counts = {verdict: int((verdicts == verdict).sum()) for verdict in VERDICTS}
    parts = [f"{n} {VERDICTS[verdict][n > 1]}" for verdict, n in counts.items() if n]
    return f"Of {len(verdicts)} published values {listed(parts)}."


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
