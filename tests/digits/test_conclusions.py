"""The conclusions say what the tables say, also when the numbers change."""

import json

import pandas as pd
import pytest

from relecture.digits.conclusions import conclusions, question
from relecture.digits.result_tables import NAMES

ERRORS = {"plain": 1.92, "ridge": 2.03, "dropout": 1.86, "early_stopping": 2.0, "logistic": 7.24,
          "sklearn_logistic": 7.3, "lda": 12.7}  # fmt: skip
PUBLISHED = {"ridge": "2.3", "dropout": "1.8", "logistic": "7.2", "lda": "12.7"}
GAPS = {"ridge": (-0.11, -0.17, -0.06), "dropout": (0.06, -0.12, 0.24), "early_stopping": (-0.08, -0.2, 0.04)}


@pytest.fixture
def results(tmp_path):
    """Write the tables of the comparison: `results(errors=..., gaps=...)` returns the folder of results."""

    def write(errors=ERRORS, gaps=GAPS, n=5, sample=""):
        folder = tmp_path / "digits"
        (folder / "plain").mkdir(parents=True, exist_ok=True)
        table = pd.DataFrame({"model": NAMES.values(), "test_error": [errors[method] for method in NAMES]})
        table["test_error_published"] = [PUBLISHED.get(method, "") for method in NAMES]
        table["test_error_sd"] = [None if n == 1 or method == "lda" else 0.05 for method in NAMES]
        table.to_csv(folder / "table.csv", index=False)
        rows = [("plain", method, *gap, n) for method, gap in gaps.items()]
        rows.append(("ridge", "dropout", 9.0, 8.0, 10.0, n))
        columns = ["a", "b", "mean", "low", "high", "n"]
        pd.DataFrame(rows, columns=columns).to_csv(folder / "differences.csv", index=False)
        values = pd.DataFrame({"id": ["digits.ridge.test_error"], "data": [sample]})
        values.to_csv(folder / "reproduced_values.csv", index=False)
        (folder / "plain" / "params.json").write_text(json.dumps({"question": "Which regulariser?"}))
        return tmp_path

    return write


def test_the_first_sentence_has_every_error_and_the_published_one(results):
    first, _ = conclusions(results())
    assert first == (
        "The network with ridge misclassifies 2.03 ± 0.05 % of the test images (published: 2.3), the one with dropout "
        "1.86 ± 0.05 % (1.8), multinomial logistic regression 7.24 ± 0.05 % (7.2) and linear discriminant analysis "
        "12.70 % (12.7)."
    )


def test_the_second_sentence_says_what_each_regulariser_changes(results):
    _, second = conclusions(results())
    assert second == (
        "Without any regularisation it is 1.92 ± 0.05 %, and over the same 5 seeds ridge adds 0.11 points (95 % "
        "interval 0.06 to 0.17), dropout makes no significant difference, 0.06 points less (−0.12 to 0.24) and early "
        "stopping makes no significant difference, 0.08 points more (−0.04 to 0.20)."
    )


def test_other_numbers_give_other_conclusions(results):
    gaps = {**GAPS, "ridge": (0.5, 0.2, 0.8)}
    first, second = conclusions(results(errors={**ERRORS, "ridge": 1.5}, gaps=gaps))
    assert first.startswith("The network with ridge misclassifies 1.50 ± 0.05 %")
    assert "ridge removes 0.50 points (95 % interval 0.20 to 0.80)" in second


def test_with_one_network_per_method_no_gap_is_tested(results):
    first, second = conclusions(results(gaps={method: (gap, None, None) for method, (gap, *_) in GAPS.items()}, n=1))
    assert "±" not in first
    assert second.endswith("with one network per method, no gap can be tested.")


def test_the_sample_is_named_if_it_replaces_mnist(results):
    first, _ = conclusions(results(sample="MNIST-5k sample"))
    assert first.startswith(
        "On the MNIST-5k sample, which is not the published data, the network with ridge misclassifies"
    )


def test_the_question_is_that_of_the_records(results):
    assert question(results()) == "Which regulariser?"
