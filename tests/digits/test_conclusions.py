"""The conclusions say what the tables say, also when the numbers change, and no more than intervals and p allow."""

import json

import pandas as pd
import pytest

from relecture.digits.conclusions import conclusions, question
from relecture.digits.result_tables import LAST_TEN, LOWEST_LOSS, NAMES

ERRORS = {**dict.fromkeys(NAMES, 3.0), "plain": 1.92, "ridge": 2.03, "dropout": 1.86, "logistic": 7.24, "lda": 12.7}
PUBLISHED = {"ridge": "2.3", "dropout": "1.8", "logistic": "7.2", "lda": "12.7"}
#: Mean, low, high, adjusted p: over the last ten epochs.
GAPS = {
    ("plain", "ridge"): (-0.11, -0.17, -0.06, 0.01),
    ("plain", "dropout"): (0.15, 0.07, 0.23, 0.004),
    ("plain", "early_stopping"): (-0.08, -0.2, 0.04, 0.3),
    ("plain", "early_stopping_error"): (0.02, -0.1, 0.14, 1),
    ("ridge", "dropout"): (0.26, 0.11, 0.4, 0.02),
}
#: The same at the last epoch.
LAST = {
    **dict.fromkeys([("plain", "ridge"), ("plain", "early_stopping"), ("ridge", "dropout")], (0.1, -0.1, 0.3, 0.9)),
    ("plain", "dropout"): (0.12, 0.02, 0.22, 0.04),
    ("plain", "early_stopping_error"): (0.02, -0.1, 0.14, 1),
    ("early_stopping", "early_stopping_error"): (0.1, 0.04, 0.16, 0.03),
}
FALL = (0.25, 0.17, 0.33, 0.001)
EPOCHS = {"validation loss": (6, 4, 8, 2.1), "validation error": (14, 9, 24, 1.95), "none": (30, 30, 30, 1.92)}
CHOICE = {"value": "0.0001", "share_of_wins": 0.72, "on_border": False, "lowest": "1e-05"}
#: Candidates with the share of resamples in which each is chosen.
LAMBDAS = {0.01: 0.0, 0.001: 0.08, 0.0001: 0.72, 0.00001: 0.2, 0.000001: 0.0}


@pytest.fixture
def results(tmp_path):
    """Write the tables of the comparison: `results(errors=..., gaps=...)` returns the folder of results."""

    def write(
        errors=ERRORS, gaps=GAPS, last=LAST, fall=FALL, choice=CHOICE, lambdas=LAMBDAS, n=10, sample="", epochs=30
    ):
        folder = tmp_path / "digits"
        (folder / "plain").mkdir(parents=True, exist_ok=True)
        table = pd.DataFrame({"model": NAMES.values(), "test_error": [errors[method] for method in NAMES]})
        table["test_error_published"] = [PUBLISHED.get(method, "") for method in NAMES]
        table["test_error_sd"] = [None if n == 1 or method == "lda" else 0.05 for method in NAMES]
        table["test_error_last_ten"] = table.test_error + 0.02
        table["test_error_last_ten_sd"] = table.test_error_sd
        table.to_csv(folder / "table.csv", index=False)
        rows = [("test_error", a, b, *gap, n) for (a, b), gap in last.items()]
        rows += [("test_error_last_ten", a, b, *gap, n) for (a, b), gap in gaps.items()]
        rows.append(("validation_error", LOWEST_LOSS, LAST_TEN, *fall, n))
        columns = ["error", "a", "b", "mean", "low", "high", "adjusted_p", "n"]
        pd.DataFrame(rows, columns=columns).to_csv(folder / "differences.csv", index=False)
        stopping = [(monitor, *row, None if n == 1 else 0.1) for monitor, row in EPOCHS.items()]
        names = ["best_epoch", "best_epoch_lowest", "best_epoch_highest", "test_error", "test_error_sd"]
        pd.DataFrame(stopping, columns=["monitor", *names]).to_csv(folder / "early_stopping.csv", index=False)
        grid = pd.DataFrame({"penalty": "ridge", "lambda": lambdas.keys(), "share_of_wins": lambdas.values()})
        grid = pd.concat([grid, pd.DataFrame({"penalty": "L1", "lambda": [1.0], "share_of_wins": [1.0]})])
        grid.to_csv(folder / "lambda_choice.csv", index=False)
        pd.DataFrame([{"id": "ridge.lambda", **choice}]).to_csv(folder / "choices.csv", index=False)
        values = pd.DataFrame({"id": ["digits.ridge.test_error"], "data": [sample]})
        values.to_csv(folder / "reproduced_values.csv", index=False)
        params = {"question": "Which regulariser?", "config": {"training": {"epochs": epochs}}}
        (folder / "plain" / "params.json").write_text(json.dumps(params))
        return tmp_path

    return write


def without_effect(gaps: dict) -> dict:
    """Return the same gaps with intervals that contain zero, and large p-values."""
    return {pair: (mean, -0.5, 0.5, 0.6) for pair, (mean, *_) in gaps.items()}


def test_the_first_has_every_error_and_the_published_one(results):
    first, *_ = conclusions(results())
    assert first == (
        "The network with ridge misclassifies 2.03 ± 0.05 % of the test images (published: 2.3), the one with dropout "
        "1.86 ± 0.05 % (1.8), multinomial logistic regression 7.24 ± 0.05 % (7.2) and linear discriminant analysis "
        "12.70 % (12.7)."
    )


def test_the_second_says_what_each_regulariser_changes(results):
    _, second, *_ = conclusions(results())
    assert second == (
        "Without any regularisation it is 1.92 ± 0.05 % at the last epoch and 1.94 ± 0.05 % over the last ten epochs; "
        "over the last ten epochs, paired over the same ten seeds, ridge adds 0.11 points (95 % interval 0.06 to "
        "0.17), dropout removes 0.15 points (0.07 to 0.23), early stopping by validation loss makes no significant "
        "difference, 0.08 points more (−0.04 to 0.20) and early stopping by validation error makes no significant "
        "difference, 0.02 points less (−0.10 to 0.14). Ridge has 0.26 points more than dropout (0.11 to 0.40) over "
        "the last ten epochs. At the last epoch alone, dropout removes 0.12 points (0.02 to 0.22)."
    )


def test_without_an_effect_the_second_claims_none(results):
    _, second, *_ = conclusions(results(gaps=without_effect(GAPS), last=without_effect(LAST)))
    assert "removes" not in second
    assert "adds" not in second
    assert second.count("makes no significant difference, ") == 4
    assert (
        "Ridge and dropout do not differ significantly over the last ten epochs: ridge has 0.26 points more" in second
    )
    assert second.endswith("At the last epoch alone, none of them makes a significant difference.")


def test_an_interval_without_zero_is_no_effect_if_the_adjusted_p_is_large(results):
    gaps = {pair: (mean, low, high, 0.06) for pair, (mean, low, high, _) in GAPS.items()}
    _, second, *_ = conclusions(results(gaps=gaps))
    assert "ridge makes no significant difference, 0.11 points more (95 % interval 0.06 to 0.17)" in second
    assert "Ridge and dropout do not differ significantly" in second


def test_other_numbers_give_other_conclusions(results):
    gaps = {**GAPS, ("plain", "ridge"): (0.5, 0.2, 0.8, 0.001), ("ridge", "dropout"): (-0.3, -0.4, -0.2, 0.001)}
    first, second, *_ = conclusions(results(errors={**ERRORS, "ridge": 1.5}, gaps=gaps))
    assert first.startswith("The network with ridge misclassifies 1.50 ± 0.05 %")
    assert "ridge removes 0.50 points (95 % interval 0.20 to 0.80)" in second
    assert "Ridge has 0.30 points less than dropout (0.20 to 0.40)" in second


def test_of_a_shorter_fit_the_epochs_that_there_are_are_named(results):
    _, second, *_ = conclusions(results(epochs=5))
    assert "over the last five epochs, paired over the same ten seeds" in second
    assert "ten epochs" not in second


def test_the_third_says_why_the_loss_is_the_worse_monitor(results):
    _, _, third, _ = conclusions(results())
    assert third == (
        "Early stopping keeps epochs 4 to 8 (median 6) by validation loss and epochs 9 to 24 (median 14) by validation "
        "error, with 2.10 ± 0.10 % and 1.95 ± 0.10 % of the test images misclassified. Without stopping, the "
        "validation error falls by 0.25 points from the epoch of the lowest loss to the mean over the last ten epochs "
        "(0.17 to 0.33); to stop by error instead of loss removes 0.10 points (0.04 to 0.16)."
    )


def test_without_an_effect_the_third_does_not_call_one_monitor_better(results):
    last = {**LAST, ("early_stopping", "early_stopping_error"): (0.01, -0.1, 0.12, 0.8)}
    _, _, third, _ = conclusions(results(last=last, fall=(-0.03, -0.1, 0.04, 0.4)))
    assert third.endswith(
        "Without stopping, the validation error does not change significantly from the epoch of the lowest loss to "
        "the mean over the last ten epochs: it rises by 0.03 points (−0.04 to 0.10); to stop by error instead of loss "
        "makes no significant difference, 0.01 points less (−0.10 to 0.12)."
    )


def test_the_fourth_says_which_lambda_was_chosen_and_how_firmly(results):
    *_, fourth = conclusions(results())
    assert fourth == (
        "Ridge's lambda is 0.0001: it is the largest of five from 1e-06 to 0.01 whose validation error is within one "
        "standard error of the lowest (1e-05); the same rule chooses it in 72 % of resamples of seeds and validation "
        "images."
    )


def test_a_choice_on_the_border_is_said_to_be_there(results):
    choice = {"value": "1e-06", "share_of_wins": 0.41, "on_border": True, "lowest": "1e-06"}
    *_, fourth = conclusions(results(choice=choice, lambdas={**dict.fromkeys(LAMBDAS, 0.1), 1e-6: 0.41}))
    assert fourth == (
        "Ridge's lambda is 1e-06: of five from 1e-06 to 0.01 it has the lowest validation error; the same rule chooses "
        "it in 41 % of resamples of seeds and validation images. It is on the border of the grid, so a better one may "
        "lie outside."
    )


def test_a_candidate_that_wins_more_often_is_named_and_a_lowest_error_at_the_border_too(results):
    choice = {"value": "1e-05", "share_of_wins": 0.34, "on_border": False, "lowest": "1e-06"}
    lambdas = {0.01: 0.0, 0.001: 0.0, 0.0001: 0.18, 0.00001: 0.34, 0.000001: 0.48}
    *_, fourth = conclusions(results(choice=choice, lambdas=lambdas))
    assert "one standard error of the lowest (1e-06, at the border of the grid)" in fourth
    assert fourth.endswith(
        "the same rule chooses it in 34 % of resamples of seeds and validation images, and 1e-06 in 48 %."
    )


def test_of_one_candidate_no_choice_is_reported(results):
    *_, fourth = conclusions(results(lambdas={1e-5: 1.0}, choice={**CHOICE, "value": "1e-05", "on_border": True}))
    assert fourth == "Ridge has the only lambda that was tried, 1e-05."


def test_with_one_network_per_method_no_gap_is_tested(results):
    untested = {pair: (mean, None, None, None) for pair, (mean, *_) in GAPS.items()}
    last = {pair: (mean, None, None, None) for pair, (mean, *_) in LAST.items()}
    first, second, third, _ = conclusions(results(gaps=untested, last=last, fall=(0.2, None, None, None), n=1))
    assert "±" not in first
    assert second.endswith("with one network per method, no gap can be tested.")
    assert third.endswith("with one network per method, no gap can be tested.")


def test_the_sample_is_named_if_it_replaces_mnist(results):
    first, *_ = conclusions(results(sample="MNIST-5k sample"))
    assert first.startswith(
        "On the MNIST-5k sample, which is not the published data, the network with ridge misclassifies"
    )


def test_the_question_is_that_of_the_records(results):
    assert question(results()) == "Which regulariser?"
