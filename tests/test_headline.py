"""The headline number of a record: the metric that comes first, as a value, a mean or a range."""

import json
from pathlib import Path

import pytest

from relecture.headline import headline


def record(folder: Path, *rows: str, members: dict | None = None) -> Path:
    """Write the two files of a record that a headline needs."""
    (folder / "metrics.csv").write_text("\n".join(["member,metric,value", *rows]) + "\n")
    (folder / "params.json").write_text(json.dumps({"members": members} if members else {}))
    return folder


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (["fit,test_error,0.1272", "fit,validation_error,0.1221"], "test error 12.72 %"),
        (["data,r2,0.56", "data,mae,254.66865"], "MAE 254.7"),
        # 1, 2 and 3 %: mean 2, standard deviation 1
        ([f"seed-0{i},test_error,0.0{i + 1}" for i in range(3)], "test error 2.00 % (sd 1.00, n = 3)"),
        (["split-1-seed-0,mae,200", "split-2-seed-0,mae,200.5"], "MAE 200.2 (sd 0.4, n = 2)"),
        (["cells-0100-seed-00,target_accuracy,0.5", "cells-5000-seed-00,target_accuracy,0.98"], "accuracy 50.00 to"),
        (["all,wss,97.97926", "cluster-1,wss,52.6", "cluster-2,wss,19.5"], "WSS 97.98"),
        (["lloyd,best_wss,97.97926", "lab,best_wss,97.97927"], "best WSS 97.98 (2 members)"),
        (["data,elbow,3.0", "data,gap,2.0"], "elbow 3"),
        (["a,new_measure,1234567.8", "b,new_measure,0.001"], "new measure 0 to 1,234,568 (2 members)"),
        (["fit,mae,"], "MAE nan"),
    ],
)
def test_the_headline_is_the_first_of_the_known_metrics_or_of_the_record(tmp_path, rows, text):
    assert headline(record(tmp_path, *rows)).startswith(text)


def test_trials_that_are_numbered_like_runs_have_no_mean(tmp_path):
    trials = record(tmp_path, "run-1,accuracy,0.31", "run-2,accuracy,0.84", members={"run-1": {"dropout": 0.1}})
    assert headline(trials) == "accuracy 31.00 to 84.00 % (2 members)"


def test_a_record_without_metrics_has_no_headline(tmp_path):
    assert headline(record(tmp_path)) == ""
