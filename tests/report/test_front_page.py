"""The front page: the scorecard in a sentence, each question with its answer, links into the report."""

from pathlib import Path

import pandas as pd
import pytest

from relecture.report.front_page import front, tally


def test_the_verdicts_are_counted_in_a_sentence(scorecard):
    assert tally(scorecard.with_suffix(".csv")) == (
        "Of 4 printed numbers 1 is exact, 1 is within two standard deviations of what came out, 1 differs and 1 is not "
        "judged."
    )


@pytest.mark.parametrize(
    ("verdicts", "text"),
    [
        (["exact", "exact"], "Of 2 printed numbers 2 are exact."),
        (["better", "differs", "differs"], "Of 3 printed numbers 1 is better and 2 differ."),
    ],
)
def test_only_verdicts_that_occur_are_counted(tmp_path, verdicts, text):
    pd.DataFrame({"verdict": verdicts}).to_csv(tmp_path / "scorecard.csv")
    assert tally(tmp_path / "scorecard.csv") == text


def test_the_scorecard_comes_first_and_then_every_question_with_its_answer(contents, scorecard):
    written = front(scorecard.with_suffix(".csv"), [Path("results/salaries/answer.md")])
    wanted = ["Scorecard", "Of 4 printed numbers", "Salaries", "Is x &lt; y?", "It is, by 1.5"]
    assert [written.index(text) for text in wanted] == sorted(written.index(text) for text in wanted)


def test_a_heading_opens_the_page_of_its_comparison(contents, scorecard):
    written = front(scorecard.with_suffix(".csv"), [Path("results/salaries/answer.md")])
    assert "&quot;2 Salaries&quot;" in written
    assert "results[&quot;results/salaries/page.html&quot;]" in written
    assert "http" not in written
