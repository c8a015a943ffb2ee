"""The front page of the report: the scorecard in a sentence, and each comparison's question and answer."""

import json
from html import escape
from pathlib import Path

import pandas as pd

from relecture.report.chapter import read_answer
from relecture.text_format import listed
from relecture.workflow import SCORECARD_IN_REPORT, chapter_in_report

#: Of each verdict, in the order of counting, what is said of one number and of several.
VERDICTS = {
    "exact": ("is exact", "are exact"),
    "within": (
        "is within two standard deviations of what came out",
        "are within two standard deviations of what came out",
    ),
    "better": ("is better", "are better"),
    "differs": ("differs", "differ"),
    "": ("is not judged", "are not judged"),
}


def tally(scorecard: Path) -> str:
    """How many printed numbers got which verdict, in a sentence."""
    found = pd.read_csv(scorecard).verdict.fillna("")
    counts = {verdict: int((found == verdict).sum()) for verdict in VERDICTS}
    parts = [f"{n} {VERDICTS[verdict][n > 1]}" for verdict, n in counts.items() if n]
    return f"Of {len(found)} printed numbers {listed(parts)}."


def front(scorecard: Path, answers: list[Path]) -> str:
    """A piece of HTML for the front page, with links into Snakemake's report.

    Args:
        scorecard: results/scorecard.csv.
        answers: results/<comparison>/answer.md, in the lecture's order.
    """
    parts = [_heading("Scorecard", SCORECARD_IN_REPORT, "results/scorecard.html"), f"<p>{escape(tally(scorecard))}</p>"]
    for path in answers:
        comparison = path.parent.name
        question, answer = read_answer(path)
        parts += [
            _heading(comparison.capitalize(), chapter_in_report(comparison), f"{path.parent.as_posix()}/page.html"),
            f"<p><em>{escape(question)}</em></p>",
            f"<p>{escape(answer)}</p>",
        ]
    return "\n".join(parts) + "\n"


def _heading(title: str, category: str, page: str) -> str:
    """A heading that opens a page of the report, and beside it the files of its category."""
    script = (
        f"const shelf = {json.dumps(category)}, parts = Object.keys(categories[shelf]); "
        "app.setView({navbarMode: parts.length == 1 ? 'subcategory' : 'category', category: shelf, "
        f"subcategory: parts[0], content: 'html', resultPath: {json.dumps(page)}, "
        f"contentPath: results[{json.dumps(page)}].data_uri}}); return false"
    )
    return f'<h2><a href="#" onclick="{escape(script)}">{escape(title)}</a></h2>'
