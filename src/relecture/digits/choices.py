"""What is chosen on validation images: the lambdas of the penalties, and the epochs of early stopping."""

import numpy as np
import pandas as pd

from relecture.findings import Choice, choose, resample_seeds, win_shares
from relecture.records import Record

#: Resamples in which the choice of a lambda is repeated.
N_RESAMPLES = 2000


def validation_errors(record: Record) -> pd.DataFrame:
    """Return the validation error, averaged over the last ten epochs, by seed (rows) and lambda (columns).

    The columns go from the largest lambda, which gives the simplest network, to the smallest.
    """
    return _by_seed_and_lambda(record, "validation_error_last_ten")


def last_epoch_errors(record: Record) -> pd.DataFrame:
    """Return the validation error after the last epoch, by seed (rows) and lambda (columns)."""
    return _by_seed_and_lambda(record, "validation_error")


def resampled_errors(record: Record, n_resamples: int = N_RESAMPLES, seed: int = 0) -> pd.DataFrame:
    """Return the mean error by lambda (columns) in bootstrap samples (rows) of the seeds and the validation images.

    Every lambda has the same seeds and images in one sample. A record without predictions for validation images has
    samples of the seeds alone.
    """
    errors = validation_errors(record)
    if "n_errors" not in record.predictions:
        return resample_seeds(errors, n_resamples, seed)
    random = np.random.default_rng(seed)
    n_seeds = len(errors)
    seed_weights = random.multinomial(n_seeds, np.full(n_seeds, 1 / n_seeds), n_resamples) / n_seeds
    counts = record.predictions.pivot(index="member", columns="image", values="n_errors").fillna(0.0)
    n_images = int(_by_seed_and_lambda(record, "n_validation").iloc[0, 0])
    n_epochs = int(_by_seed_and_lambda(record, "n_last_epochs").iloc[0, 0])
    # No image without an error needs a weight of its own: all together are one cell of the multinomial distribution.
    n_with_errors = counts.shape[1]
    shares = np.append(np.full(n_with_errors, 1 / n_images), 1 - n_with_errors / n_images)
    image_weights = random.multinomial(n_images, shares, n_resamples)[:, :-1] / (n_images * n_epochs)
    members = _by_seed_and_lambda(record, "lambda", keep="member")
    replicates = {}
    for lambda_ in errors:
        by_seed = counts.reindex(members[lambda_], fill_value=0.0).to_numpy()
        replicates[lambda_] = ((image_weights @ by_seed.T) * seed_weights).sum(axis=1)
    return pd.DataFrame(replicates)


def lambda_choice(record: Record) -> Choice:
    """Choose lambda from the record of networks with several: `<method>.lambda`.

    It is the largest whose validation error, averaged over the last ten epochs and the seeds, is within one standard
    error of the lowest.
    """
    method = str(record.params["method"]).removesuffix("_search")
    return choose(f"{method}.lambda", validation_errors(record), resampled_errors(record))


def lambda_win_shares(record: Record) -> pd.Series:
    """Return the share of resamples in which each lambda is chosen."""
    return win_shares(validation_errors(record), resampled_errors(record))


def chosen_lambda(record: Record) -> float:
    """Return the lambda that is chosen from the record of networks with several, as `lambda_choice` does."""
    errors = validation_errors(record)
    return float(choose("lambda", errors, errors).value)  # the resamples do not change what is chosen


def epoch_choice(record: Record) -> Choice:
    """Return the epoch that early stopping keeps in most networks, and the share of the networks that keep it.

    It is on the border if it is the last epoch that the configuration allows.
    """
    epochs = record.metrics[record.metrics.metric == "best_epoch"].value.astype(int)
    shares = epochs.value_counts(normalize=True)
    value = int(shares.index[shares == shares.max()].min())
    on_border = value == record.params["config"]["training"]["epochs"]
    return Choice(f"{record.params['method']}.best_epoch", str(value), float(shares[value]), on_border, str(value))


def _by_seed_and_lambda(record: Record, metric: str, keep: str = "value") -> pd.DataFrame:
    lambdas = record.metrics[record.metrics.metric == "lambda"].set_index("member").value
    rows = record.metrics[record.metrics.metric == metric]
    table = rows.assign(
        lambda_=rows.member.map(lambdas), seed=rows.member.str.extract(r"seed-(\d+)$", expand=False).to_numpy()
    ).pivot(index="seed", columns="lambda_", values=keep)
    return table.sort_index(axis=1, ascending=False)
