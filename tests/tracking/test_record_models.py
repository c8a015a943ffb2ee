"""The model of a record in its run: loaded by MLflow, and downloaded for `relecture predict`."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import synthetic
from tracking_store import StoreCase

from relecture import predict, records
from relecture.data_files import read_csv
from relecture.errors import UserError
from relecture.prediction.estimators import Estimator
from relecture.prediction.inputs import InputColumn, Inputs
from relecture.prediction.model import add_model
from relecture.records import FitResult
from relecture.tracking.model_registry import global_tracking_uri
from relecture.tracking.record_models import download
from relecture.tracking.sync import load_record, sync_record

ROWS = pd.DataFrame({"size": [1.0, 2.0], "lift": ["no", "yes"]})


@pytest.fixture
def run_id(case: StoreCase) -> str:
    """A synced record whose model is 10 + 2 size + 5 where there is a lift."""
    arrays = {"intercept": np.array(10.0), "slopes": np.array([2.0, 5.0])}
    result = FitResult(estimator=Estimator("linear", "value", "split-0001", arrays))
    columns = [InputColumn(name="size", low=0, high=3), InputColumn(name="lift", levels=["no", "yes"], coded=["yes"])]
    add_model(result, Inputs(columns=columns))
    record = synthetic.regression(case.comparison, splits=1)
    folder = case.results / record.name
    records.write(record, folder, result.save_model)
    return sync_record(case.store, load_record(folder)).run_id


def test_a_model_is_loaded_and_registered_by_mlflow_and_predicts_by_either_address(
    case: StoreCase, run_id: str, tmp_path: Path
) -> None:
    import mlflow

    with global_tracking_uri(case.store.client.tracking_uri):
        loaded = mlflow.pyfunc.load_model(f"runs:/{run_id}/model")
        assert loaded.predict(ROWS).predicted.tolist() == [12.0, 19.0]
        name = f"flats {case.comparison}"
        mlflow.register_model(f"runs:/{run_id}/model", name)
    ROWS.to_csv(tmp_path / "new.csv", index=False)
    for address in (f"runs:/{run_id}", f"runs:/{run_id}/model", f"models:/{name}/1", f"models:/{name}/latest"):
        predict.predict(address, tmp_path / "new.csv", tmp_path / "out.csv")
        assert read_csv(tmp_path / "out.csv").predicted.tolist() == [12.0, 19.0]


def test_what_is_no_such_model_is_refused_with_what_to_do(case: StoreCase, tmp_path: Path) -> None:
    other = case.sync(case.network(seeds=1)).run_id
    with pytest.raises(UserError, match="is no model that predicts new rows of a table: give the run of a method"):
        download(case.store, f"runs:/{other}", tmp_path)
    for address in ("runs:/0123456789abcdef0123456789abcdef", "models:/nothing/1", "models:/a/b/c"):
        with pytest.raises(UserError, match=f"has no model {address}"):
            download(case.store, address, tmp_path)
