"""Least squares: on all predictors (`linear`), and on the few that the lasso selects (`relaxed_lasso`)."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import statsmodels.api as sm

from relecture.records import FitResult
from relecture.salaries.config import LinearFitConfig
from relecture.salaries.data import Split, predictors, target
from relecture.salaries.scoring import add_member


def fit(table: pd.DataFrame, splits: list[Split], config: LinearFitConfig, checkpoint_dir: Path) -> FitResult:
    """Fit ordinary least squares on `config.predictors` (all if None), a member per split.

    The model file also has the same regression on the *test* rows, where there are more of them than coefficients: the
    book's Table 10.3 is fitted on the test players.
    """
    design = sm.add_constant(predictors(table)[config.predictors or predictors(table).columns])
    observed = target(table)
    result, models = FitResult(), {}
    for split in splits:
        model = sm.OLS(observed[split.train], design.loc[split.train]).fit()
        add_member(result, split.name, table, split, model.predict(design.loc[split.test]).to_numpy())
        result.parameters = len(model.params)
        models[split.name] = {"train": _coefficients(model)}
        if len(split.test) > len(model.params):
            test_model = sm.OLS(observed[split.test], design.loc[split.test]).fit()
            models[split.name]["test"] = _coefficients(test_model)
    result.save_model = lambda folder: (folder / "coefficients.json").write_text(
        json.dumps(models, indent=1), encoding="utf-8"
    )
    return result


def _coefficients(model: Any) -> dict[str, dict[str, float]]:
    table = pd.DataFrame({"coefficient": model.params, "std_error": model.bse, "t": model.tvalues, "p": model.pvalues})
    coefficients: dict[str, dict[str, float]] = table.T.to_dict()
    return coefficients
