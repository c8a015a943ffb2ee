"""Criteria for the number of clusters K: the elbow of the curve, the silhouette and the gap statistic."""

import warnings

import numpy as np
import pandas as pd
from kneed import KneeLocator

CRITERIA = ("elbow", "silhouette", "gap")


def choose_k(wss: np.ndarray, silhouette: np.ndarray, gap: np.ndarray, gap_se: np.ndarray) -> dict[str, float]:
    """Return the K that each criterion chooses from its values for K = 1, 2, ...; NaN for a curve without an elbow."""
    return {
        "elbow": kneedle_elbow(wss),
        "silhouette": float(np.nanargmax(silhouette)) + 1,
        "gap": float(gap_k(gap, gap_se)),
    }


def kneedle_elbow(wss: np.ndarray) -> float:
    """Return the K where the falling curve bends most (Satopää et al. 2011, "Kneedle"); NaN for a straight line.

    The curve is scaled to the unit square first, so the elbow depends on the largest K of the curve.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # kneed warns when there is no elbow
        elbow = KneeLocator(np.arange(1, len(wss) + 1), wss, curve="convex", direction="decreasing").elbow
    return np.nan if elbow is None else float(elbow)


def log_of_sum(wss: np.ndarray) -> np.ndarray:
    """Return the log of the sums of squares for K = 1, 2, ... (..., k_max).

    One that is zero but for rounding counts as the smallest share of that for K = 1 that can be told from zero.
    """
    logs: np.ndarray = np.log(np.maximum(wss, np.finfo(float).eps * wss[..., :1]))
    return logs


def gap_statistic(log_wss: np.ndarray, log_wss_references: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return Gap(K) and its standard error s(K), each (..., k_max) (Tibshirani, Walther and Hastie 2001).

    Gap(K) is mean log WSS of reference data sets without groups (references, k_max) minus log WSS (..., k_max).
    """
    n_references = len(log_wss_references)
    return log_wss_references.mean(0) - log_wss, log_wss_references.std(0) * np.sqrt(1 + 1 / n_references)


def gap_k(gap: np.ndarray, gap_se: np.ndarray) -> int:
    """Return the smallest K with Gap(K) >= Gap(K + 1) - s(K + 1); the largest K tried if there is none."""
    candidates = np.flatnonzero(gap[:-1] >= gap[1:] - gap_se[1:])
    return int(candidates[0]) + 1 if len(candidates) else len(gap)


def choices_by_k_max(curves: pd.DataFrame, k_max: list[int]) -> pd.DataFrame:
    """Return the K that each criterion chooses, a row per largest K.

    `curves` is indexed by K = 1, 2, ... and has the columns `wss`, `silhouette`, `gap` and `gap_se`.
    """
    rows = [choose_k(*(curves[name].to_numpy()[:k] for name in ("wss", "silhouette", "gap", "gap_se"))) for k in k_max]
    return pd.DataFrame(rows, index=pd.Index(k_max, name="k_max"), columns=list(CRITERIA))
