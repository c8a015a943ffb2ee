"""The answer says what the tables say, also when the numbers change."""

import json

import pandas as pd
import pytest

from relecture.digits.conclusions import answer, question
from relecture.digits.result_tables import NAMES

ERRORS = {"plain": 1.92, "ridge": 2.03, "dropout": 1.86, "early_stopping": 2.0, "logistic": 7.24,
          "sklearn_logistic": 7.3, "lda": 12.7}  # fmt: skip
PRINTED = {"ridge": "2.3", "dropout": "1.8", "logistic": "7.2", "lda": "12.7"}
GAPS = {"ridge": (-0.11, -0.17, -0.06), "dropout": (0.06, -0.12, 0.24), "early_stopping": (-0.08, -0.2, 0.04)}


@pytest.fixture
def results(tmp_path):
    """Writes the tables of a comparison: `results(errors=..., gaps=...)` is the folder of all results."""

    def write(errors=ERRORS, gaps=GAPS, n=5, sample=""):
        folder = tmp_path / "digits"
        (folder / "plain").mkdir(parents=True, exist_ok=True)
        table = pd.DataFrame({"model": NAMES.values(), "test_error": [errors[method] for method in NAMES]})
        table["test_error_printed"] = [PRINTED.get(method, "") for method in NAMES]
        table["test_error_sd"] = [None if n == 1 or method == "lda" else 0.05 for method in NAMES]
        table.to_csv(folder / "table.csv", index=False)
        rows = [("plain", method, *gap, n) for method, gap in gaps.items()]
        rows.append(("ridge", "dropout", 9.0, 8.0, 10.0, n))
        columns = ["a", "b", "mean", "low", "high", "n"]
        pd.DataFrame(rows, columns=columns).to_csv(folder / "differences.csv", index=False)
        quantities = pd.DataFrame({"id": ["digits.ridge.test_error"], "data": [sample]})
        quantities.to_csv(folder / "quantities.csv", index=False)
        (folder / "plain" / "params.json").write_text(json.dumps({"question": "Which regulariser?"}))
        return tmp_path

    return write


def test_the_first_sentence_has_every_error_beside_the_printed_one(results):
    first, _ = answer(results())
    assert first == (
        "The network with ridge misreads 2.03 ± 0.05 % of the test images (printed: 2.3), the one with dropout "
        "1.86 ± 0.05 % (1.8), multinomial logistic regression 7.24 ± 0.05 % (7.2) and linear discriminant analysis "
        "12.70 % (12.7)."
    )


def test_the_second_sentence_says_what_each_regulariser_changes(results):
    _, second = answer(results())
    assert second == (
        "Without any regularisation it is 1.92 ± 0.05 %, and over the same 5 seeds ridge adds 0.11 points (95 % "
        "interval 0.06 to 0.17), dropout is not told apart from that, with 0.06 points less (−0.12 to 0.24) and early "
        "stopping is not told apart from that, with 0.08 points more (−0.04 to 0.20)."
    )


def test_other_numbers_give_another_answer(results):
    gaps = {**GAPS, "ridge": (0.5, 0.2, 0.8)}
    first, second = answer(results(errors={**ERRORS, "ridge": 1.5}, gaps=gaps))
    assert first.startswith("The network with ridge misreads 1.50 ± 0.05 %")
    assert "ridge takes away 0.50 points (95 % interval 0.20 to 0.80)" in second


def test_with_one_network_of_each_kind_no_gap_is_told(results):
    first, second = answer(results(gaps={method: (gap, None, None) for method, (gap, *_) in GAPS.items()}, n=1))
    assert "±" not in first
    assert second.endswith("with one network of each kind, no gap between them can be told from luck.")


def test_the_sample_is_named_where_it_stands_in_for_mnist(results):
    first, _ = answer(results(sample="MNIST-5k sample"))
    assert first.startswith("On the MNIST-5k sample, which is not what is printed, the network with ridge misreads")


def test_the_question_is_that_of_the_records(results):
    assert question(results()) == "Which regulariser?"
