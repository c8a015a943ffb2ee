"""The front page: the verdicts in a sentence, each question with its conclusions, links into the report."""

from pathlib import Path

import pandas as pd
import pytest

from relecture.report.front_page import count_verdicts, front


def test_the_verdicts_are_counted_in_a_sentence_and_arithmetic_in_another(scorecard):
    assert count_verdicts(scorecard) == (
        "Of 4 published results 1 is exact, 1 is consistent with a new run, 1 differs and 1 is not judged. "
        "Of 1 counts and identities 1 is exact."
    )


@pytest.mark.parametrize(
    ("verdicts", "text"),
    [
        (["exact", "exact"], "Of 2 published results 2 are exact."),
        (
            ["better", "differs", "differs", "inconclusive"],
            "Of 4 published results 1 is inconclusive, 1 is not reproduced (the new value is better) and 2 differ.",
        ),
    ],
)
def test_only_verdicts_that_occur_are_counted(tmp_path, verdicts, text):
    pd.DataFrame({"verdict": verdicts, "kind": "random"}).to_csv(tmp_path / "scorecard.csv")
    assert count_verdicts(tmp_path / "scorecard.csv") == text


def test_the_scorecard_comes_first_and_then_every_question_with_its_conclusions(exhibits, scorecard):
    written = front(scorecard, [Path("results/salaries/conclusions.md")])
    expected = ["Scorecard", "Of 4 published results", "Salaries", "Is x &lt; y?", "It is, by 1.5"]
    assert [written.index(text) for text in expected] == sorted(written.index(text) for text in expected)


def test_a_heading_opens_the_page_of_its_comparison(exhibits, scorecard):
    written = front(scorecard, [Path("results/salaries/conclusions.md")])
    assert "&quot;2 Salaries&quot;" in written
    assert "results[&quot;results/salaries/page.html&quot;]" in written
    assert "http" not in written
