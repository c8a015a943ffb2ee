"""Least squares: on all predictors (`linear`), and on the few that the lasso kept (`relaxed_lasso`)."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import statsmodels.api as sm

from relecture.records import Fit
from relecture.salaries.data import TARGET, Split, predictors
from relecture.salaries.method import add


def fit(players: pd.DataFrame, splits: list[Split], spec: dict[str, Any], scratch: Path) -> Fit:
    """Ordinary least squares on `spec["predictors"]` (all of them if None), a member per split.

    The model file also has the same regression on the *test* players: the book's Table 10.3 is fitted on them.
    """
    design = sm.add_constant(predictors(players)[spec["predictors"] or predictors(players).columns])
    result, models = Fit(), {}
    for split in splits:
        model = sm.OLS(players[TARGET][split.train], design.loc[split.train]).fit()
        on_test = sm.OLS(players[TARGET][split.test], design.loc[split.test]).fit()
        add(result, split.name, players, split, model.predict(design.loc[split.test]).to_numpy())
        result.parameters = len(model.params)
        models[split.name] = {"train": _coefficients(model), "test": _coefficients(on_test)}
    result.save_model = lambda folder: (folder / "coefficients.json").write_text(json.dumps(models, indent=1))
    return result


def _coefficients(model: Any) -> dict[str, dict[str, float]]:
    table = pd.DataFrame({"coefficient": model.params, "std_error": model.bse, "t": model.tvalues, "p": model.pvalues})
    return table.T.to_dict()
