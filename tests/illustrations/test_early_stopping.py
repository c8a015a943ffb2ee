"""The best and last epochs of a record with early stopping."""

import pandas as pd
import pytest

from relecture import records


@pytest.fixture
def record_folder(tmp_path):
    """A record of two networks, stopped two epochs after their lowest validation loss."""
    losses = {"seed-00": [0.5, 0.3, 0.4, 0.6], "seed-01": [0.4, 0.35, 0.2, 0.3, 0.31]}
    history = [
        (member, epoch, metric, loss / 2 if metric == "train_loss" else loss)
        for member, curve in losses.items()
        for metric in ("train_loss", "validation_loss")
        for epoch, loss in enumerate(curve, start=1)
    ]
    metrics = [
        *[("seed-00", "best_epoch", 2), ("seed-00", "epochs", 4)],
        *[("seed-01", "best_epoch", 3), ("seed-01", "epochs", 5)],
    ]
    record = records.Record(
        metrics=pd.DataFrame(metrics, columns=list(records.METRICS)),
        history=pd.DataFrame(history, columns=list(records.HISTORY)),
        predictions=pd.DataFrame({"member": ["seed-00", "seed-01"]}),
        params={
            "comparison": "digits",
            "method": "early_stopping",
            "config": {"patience": 2},
            "parameters": None,
            "data": {"name": "MNIST", "digest": "0123456789abcdef", "sample": False},
            "rerun": "",
        },
    )
    records.write(record, tmp_path / "record", lambda model: None)
    return tmp_path / "record"


def test_the_best_epoch_has_the_lowest_validation_loss(record_folder, draw_by_command, tmp_path):
    numbers = draw_by_command("early_stopping", {}, tmp_path, "--data", str(record_folder))
    assert list(numbers) == ["member", "best_epoch", "last_epoch", "best_loss", "last_loss"]
    assert numbers.to_numpy().tolist() == [["seed-00", 2, 4, 0.3, 0.6], ["seed-01", 3, 5, 0.2, 0.31]]
