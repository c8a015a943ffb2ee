"""Bagging and random forests, whose settings are chosen by the absolute error on the rows out of bag.

A row is out of bag for the trees whose bootstrap sample does not have it, about a third of them; their mean predicts it
without having seen it. That is nearly leave-one-out cross-validation (ESL, section 15.3.1) at the price of one fit for
each candidate. Bagging is the forest that tries all predictors at every split.
"""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor

from relecture.prediction.estimators import Estimator, trees
from relecture.records import FitResult
from relecture.salaries.config import ForestConfig
from relecture.salaries.data import Split, predictors, target
from relecture.salaries.scoring import add_member
from relecture.salaries.tuning import Scaling, candidate_history


def fit(table: pd.DataFrame, splits: list[Split], config: ForestConfig, checkpoint_dir: Path) -> FitResult:
    """Fit a forest with every pair of settings and use that with the lowest error out of bag; a member per split.

    The metrics have the chosen settings and their `oob_mae`; the history of a single split has them for every pair. The
    model file has the importances of the predictors, their shares in the decrease of the squared error. The seed of a
    forest is that of its split.
    """
    x, y = predictors(table).to_numpy(dtype="float64"), target(table).to_numpy(dtype="float64")
    candidates = np.array(list(product(config.max_features, config.min_samples_leaf)))
    result, models = FitResult(), {}
    for split in splits:
        scaling = Scaling.of(x[split.train], y[split.train])
        x_train, y_train = scaling.x(x[split.train]), scaling.y(y[split.train])
        forests = [
            RandomForestRegressor(
                config.n_trees,
                max_features=float(max_features),
                min_samples_leaf=int(min_samples_leaf),
                oob_score=True,
                random_state=split.seed,
                n_jobs=1,
            ).fit(x_train, y_train)
            for max_features, min_samples_leaf in candidates
        ]
        errors = scaling.scale * np.array([np.abs(forest.oob_prediction_ - y_train).mean() for forest in forests])
        best = int(np.argmin(errors))
        curves = {"max_features": candidates[:, 0], "min_samples_leaf": candidates[:, 1], "oob_mae": errors}
        metrics = {name: float(values[best]) for name, values in curves.items()}
        predicted = scaling.original(forests[best].predict(scaling.x(x[split.test])))
        add_member(result, split.name, table, split, predicted, **metrics)
        importances = forests[best].feature_importances_.tolist()
        models[split.name] = dict(zip(predictors(table), importances, strict=True))
        if len(splits) == 1:
            arrays = {**trees(forests[best].estimators_), **scaling.arrays()}
            result.estimator = Estimator("trees", "value", split.name, arrays)
            result.histories.append(candidate_history(split.name, curves))
    result.save_model = lambda folder: (folder / "importances.json").write_text(
        json.dumps(models, indent=1), encoding="utf-8"
    )
    return result
