"""Lambda is chosen on validation images, by the rule of one standard error; how firmly, bootstrap samples say."""

import numpy as np
import pandas as pd
import pytest

from relecture import records
from relecture.digits import choices
from relecture.records import Record, rows

N_IMAGES, N_EPOCHS = 200, 10


def search(errors: dict[float, list[float]], n_errors: dict[str, dict[int, int]] | None = None) -> Record:
    """Return a search's record: the error over the last epochs of each seed by lambda, and the errors on images."""
    metrics, predictions = [], []
    for lambda_, values in errors.items():
        for seed, value in enumerate(values):
            member = f"lambda-{lambda_:g}-seed-{seed:02d}"
            scores = {"lambda": lambda_, "validation_error_last_ten": value, "validation_error": value / 2}
            metrics += rows(member, {**scores, "n_validation": N_IMAGES, "n_last_epochs": N_EPOCHS})
            predictions += [(member, image, n) for image, n in (n_errors or {}).get(member, {}).items()]
    table = pd.DataFrame(predictions, columns=["member", "image", "n_errors"]) if n_errors else pd.DataFrame()
    return Record(pd.DataFrame(metrics), pd.DataFrame(), table, {"method": "ridge_search"})


def from_images(n_errors: dict[float, list[np.ndarray]]) -> Record:
    """Return a search's record from the number of errors on each image, by lambda and seed."""
    by_member = {
        f"lambda-{lambda_:g}-seed-{seed:02d}": {image: int(n) for image, n in enumerate(counts) if n}
        for lambda_, seeds in n_errors.items()
        for seed, counts in enumerate(seeds)
    }
    means = {lambda_: [float(counts.mean()) / N_EPOCHS for counts in seeds] for lambda_, seeds in n_errors.items()}
    return search(means, by_member)


def test_the_candidates_go_from_the_largest_lambda_to_the_smallest():
    errors = choices.validation_errors(search({1e-5: [0.02, 0.03], 1e-3: [0.04, 0.05], 1e-4: [0.01, 0.06]}))
    assert errors.columns.tolist() == [1e-3, 1e-4, 1e-5]
    assert errors[1e-4].tolist() == [0.01, 0.06]


def test_the_largest_lambda_within_one_standard_error_of_the_lowest_is_chosen():
    # 1e-5 has the lowest mean, 0.0200, with a standard error of 0.001 / sqrt(3) = 0.00058.
    near, far = [0.0205, 0.0205, 0.0205], [0.0207, 0.0207, 0.0207]
    lowest = [0.019, 0.020, 0.021]
    assert choices.chosen_lambda(search({1e-5: lowest, 1e-4: near, 1e-3: far})) == 1e-4
    assert choices.chosen_lambda(search({1e-5: lowest, 1e-4: far, 1e-3: near})) == 1e-3
    assert choices.chosen_lambda(search({1e-5: lowest, 1e-4: far, 1e-3: far})) == 1e-5


def test_of_equally_good_lambdas_the_largest_is_chosen():
    assert choices.chosen_lambda(search({1e-3: [0.02], 1e-5: [0.02], 1e-4: [0.02], 1e-2: [0.021]})) == 1e-3


def test_a_lambda_at_the_end_of_the_grid_is_on_its_border():
    middle = from_images({1e-3: [np.full(200, 9)] * 2, 1e-4: [np.full(200, 1)] * 2, 1e-5: [np.full(200, 8)] * 2})
    end = from_images({1e-3: [np.full(200, 9)] * 2, 1e-4: [np.full(200, 8)] * 2, 1e-5: [np.full(200, 1)] * 2})
    assert (choices.lambda_choice(middle).value, choices.lambda_choice(middle).on_border) == ("0.0001", False)
    assert (choices.lambda_choice(end).value, choices.lambda_choice(end).on_border) == ("1e-05", True)


def test_with_a_large_effect_one_lambda_wins_in_every_resample():
    draw = np.random.default_rng(0)
    record = from_images({
        lambda_: [draw.binomial(N_EPOCHS, share, N_IMAGES) for _ in range(3)]
        for lambda_, share in ((1e-3, 0.8), (1e-4, 0.1), (1e-5, 0.7))
    })  # fmt: skip
    assert choices.lambda_win_shares(record).to_dict() == {1e-3: 0, 1e-4: 1, 1e-5: 0}
    assert choices.lambda_choice(record).share_of_wins == 1


def test_without_an_effect_no_lambda_wins_almost_always():
    draw = np.random.default_rng(1)
    # Images that are always wrong for one lambda and never for another, as many of them for each.
    record = from_images({
        lambda_: [np.where(draw.random(N_IMAGES) < 0.1, N_EPOCHS, 0) for _ in range(3)]
        for lambda_ in (1e-3, 1e-4, 1e-5)
    })  # fmt: skip
    shares = choices.lambda_win_shares(record)
    assert shares.sum() == pytest.approx(1)
    assert shares.max() < 0.9


def test_the_resamples_spread_as_a_bootstrap_of_seeds_and_images_written_out():
    draw = np.random.default_rng(2)
    counts = {
        lambda_: [draw.binomial(N_EPOCHS, 0.05 + 0.02 * seed, N_IMAGES) for seed in range(3)]
        for lambda_ in (1e-4, 1e-5)
    }
    resampled = choices.resampled_errors(from_images(counts), n_resamples=20_000)
    by_hand, again = [], np.random.default_rng(3)
    for _ in range(5_000):
        seeds, images = again.integers(3, size=3), again.integers(N_IMAGES, size=N_IMAGES)
        by_hand.append([np.mean([counts[c][seed][images] for seed in seeds]) / N_EPOCHS for c in (1e-4, 1e-5)])
    expected = np.cov(np.array(by_hand).T)
    np.testing.assert_allclose(resampled[[1e-4, 1e-5]].mean(), np.mean(by_hand, axis=0), rtol=0.01)
    np.testing.assert_allclose(np.cov(resampled[[1e-4, 1e-5]].to_numpy().T), expected, rtol=0.1)


def test_with_one_network_per_lambda_the_images_alone_are_resampled():
    counts = {1e-4: [np.repeat([0, 10], 100)], 1e-5: [np.repeat([0, 10], [120, 80])]}
    resampled = choices.resampled_errors(from_images(counts), n_resamples=4_000)
    # The share of wrong images is binomial.
    assert resampled[1e-4].std() == pytest.approx(np.sqrt(0.5 * 0.5 / N_IMAGES), rel=0.05)


def test_the_lambda_is_exact_after_writing_and_reading_a_record(digits_records):
    assert choices.chosen_lambda(records.read(digits_records["ridge_search"])) in (1e-5, 1e-3)
    choice = choices.lambda_choice(records.read(digits_records["l1"]))
    assert (choice.id, float(choice.value) in (1e-5, 1e-3)) == ("l1.lambda", True)


def stopped(best_epochs: list[int]) -> Record:
    metrics = [row for seed, best in enumerate(best_epochs) for row in rows(f"seed-{seed:02d}", {"best_epoch": best})]
    params = {"method": "early_stopping", "config": {"training": {"epochs": 30}}}
    return Record(pd.DataFrame(metrics), pd.DataFrame(), pd.DataFrame(), params)


def test_the_epoch_is_that_of_most_networks_with_the_share_of_those_that_keep_it():
    choice = choices.epoch_choice(stopped([5, 6, 6, 8, 6]))
    assert (choice.id, choice.value, choice.share_of_wins) == ("early_stopping.best_epoch", "6", 0.6)
    assert not choice.on_border


def test_of_equally_frequent_epochs_the_earliest_is_given():
    assert choices.epoch_choice(stopped([9, 4, 9, 4])).value == "4"


def test_the_last_epoch_of_the_configuration_is_the_border():
    assert choices.epoch_choice(stopped([30, 30, 12])).on_border
