"""The model of a record, in its folder `model/`: what it takes and one fitted model.

=================== =====================================================================
`prediction.json`   columns, kind and member of the model, or why the record has none
`prediction.npz`    its arrays
`MLmodel`           tells MLflow to load the folder with this module
=================== =====================================================================

So the folder is an MLflow model as it lies there, and as MLflow's copy in a run. Nothing here imports MLflow.
"""

import json
import platform
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from relecture.atomic_files import write_json, write_text
from relecture.config_model import ConfigModel
from relecture.data_files import read_json, translate_read_errors
from relecture.errors import UserError
from relecture.prediction.estimators import Estimator, Task
from relecture.prediction.inputs import Inputs

if TYPE_CHECKING:
    from relecture.records import FitResult

FILE, ARRAYS, MLMODEL = "prediction.json", "prediction.npz", "MLmodel"


class _Description(ConfigModel):
    """The content of `prediction.json`; `unavailable` is why there is no model, and then the others are empty."""

    unavailable: str = ""
    inputs: Inputs = Inputs(columns=[])
    kind: str = ""
    task: Task = "value"
    member: str = ""
    features: tuple[str, ...] = ()


class PredictionModel:
    """A fitted model with its inputs; MLflow calls `predict`."""

    def __init__(self, inputs: Inputs, estimator: Estimator):
        self.inputs, self.estimator = inputs, estimator

    def predict(self, table: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Return a row of predictions per row of a table, missing where one of its values is missing.

        Numbers outside the range of training are predicted with a Python warning.

        Raises:
            UserError: A column is missing, holds text instead of numbers, or a level that training did not have.
        """
        if not isinstance(table, pd.DataFrame):
            raise UserError("the rows cannot be predicted: give a pandas DataFrame with the columns of training")
        problems = self.inputs.missing_columns(table) or self.inputs.problems(table)
        if problems:
            raise UserError("the rows cannot be predicted:\n  " + "\n  ".join(problems))
        x = self.inputs.encode(table, self.estimator.features)
        known = ~np.isnan(x).any(1)
        if not known.any():
            raise UserError("no row is complete, so none can be predicted")
        for warning in self.inputs.warnings(table):
            warnings.warn(warning, stacklevel=2)
        predicted = pd.DataFrame(self.estimator.predict(x[known]), index=np.flatnonzero(known))
        whole = {name: "Int64" for name in predicted if pd.api.types.is_integer_dtype(predicted[name])}
        return predicted.astype(whole).reindex(range(len(table))).set_axis(table.index)


def add_model(result: "FitResult", inputs: Inputs) -> "FitResult":
    """Return `result`, which saves its estimator with these inputs too, or the reason why it has none."""
    save_other_files, estimator = result.save_model, result.estimator

    def save_model(folder: Path) -> None:
        save_other_files(folder)
        if estimator is None:
            description = _Description(unavailable=result.why_no_estimator or "its method leaves none")
            write_json(folder / FILE, description.as_dict())
            return
        description = _Description(
            inputs=inputs.only(estimator.features),
            kind=estimator.kind,
            task=estimator.task,
            member=estimator.member,
            features=estimator.features,
        )
        write_json(folder / FILE, description.as_dict())
        np.savez_compressed(folder / ARRAYS, **dict(estimator.arrays))  # type: ignore[arg-type]
        flavor = {"python_function": {"loader_module": __name__, "python_version": platform.python_version()}}
        write_text(folder / MLMODEL, json.dumps({"flavors": flavor}) + "\n")  # JSON is YAML

    result.save_model = save_model
    return result


def load(folder: Path) -> PredictionModel:
    """Read the model in a folder.

    Raises:
        UserError: There is none, with the reason, or it cannot be read.
    """
    content = read_json(folder / FILE)
    with translate_read_errors(folder / FILE):
        description = _Description.model_validate(content)
    if description.unavailable:
        raise UserError(f"the record in {folder.parent} cannot predict new rows: {description.unavailable}")
    with translate_read_errors(folder / ARRAYS), np.load(folder / ARRAYS) as file:
        arrays = {name: file[name] for name in file.files}
    estimator = Estimator(description.kind, description.task, description.member, arrays, description.features)
    return PredictionModel(description.inputs, estimator)


def _load_pyfunc(path: str) -> PredictionModel:
    return load(Path(path))
