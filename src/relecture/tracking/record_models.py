"""Download the model of a record from its run, or from the registry, where a user has registered it."""

import re
from pathlib import Path

from relecture.errors import UserError
from relecture.tracking.model_registry import global_tracking_uri
from relecture.tracking.store import Store, translate_store_errors

LOADER = "relecture.prediction.model"


def download(store: Store, address: str, folder: Path) -> Path:
    """Download a model and return its folder below `folder`.

    Args:
        store: Open store.
        address: `runs:/ID`, or that of a registered model, `models:/NAME/VERSION`, `/latest` or `@ALIAS`.
        folder: Folder for the files.

    Raises:
        UserError: There is no such model, or it is none that predicts new rows of a table.
    """
    from mlflow.artifacts import download_artifacts
    from mlflow.exceptions import MlflowException
    from mlflow.models import Model

    uri = f"{address}/model" if re.fullmatch("runs:/[^/]+", address) else address
    with translate_store_errors(), global_tracking_uri(store.client.tracking_uri):
        try:
            found = download_artifacts(artifact_uri=uri, dst_path=str(folder))
        except MlflowException as error:
            raise UserError(
                f"the MLflow store {store.uri} has no model {address} ({error}). Sync the records first: make sync"
            ) from error
    try:
        loader = Model.load(found).flavors["python_function"]["loader_module"]
    except (MlflowException, KeyError, OSError):
        loader = ""
    if loader != LOADER:
        raise UserError(
            f"{address} is no model that predicts new rows of a table: give the run of a method of salaries, digits or "
            "clusters. For cells of tally sheets there is: relecture tallies count --model"
        )
    return Path(found)
