"""What is read from a folder of results: every record by its settings, tables by the names of their rows."""

import json

import pandas as pd
import pytest

from relecture.compare.run_values import Quantity, read_folder
from relecture.errors import UserError


@pytest.fixture
def results(made, tmp_path):
    """A made-up folder of results."""
    return made().write(tmp_path / "results")


def add_record(results, name: str, config: dict, metrics: list[tuple[str, str, float]]) -> None:
    folder = results / name
    folder.mkdir(parents=True)
    comparison, _, method = name.partition("/")
    data = {"name": "made up", "digest": "0f", "sample": False}
    params = {"comparison": comparison, "method": method, "config": config, "data": data}
    (folder / "params.json").write_text(json.dumps(params))
    pd.DataFrame(metrics, columns=["member", "metric", "value"]).to_csv(folder / "metrics.csv", index=False)


def test_members_are_averaged_over_seeds_and_not_over_settings(results):
    metrics = [(f"lambda-{strength}-seed-0{seed}", "error", value) for strength, seed, value in
               [("1e-06", 0, 1.0), ("1e-06", 1, 3.0), ("1e-05", 0, 5.0), ("1e-05", 1, 5.0)]]  # fmt: skip
    add_record(results, "digits/search", {"n_seeds": 2}, metrics)
    quantities = read_folder(results).quantities
    assert quantities["digits/search, lambda-1e-06: error"] == Quantity(value=2.0, sd=2**0.5, n=2, random=True)
    assert quantities["digits/search, lambda-1e-05: error"] == Quantity(value=5.0, sd=0.0, n=2, random=True)


def test_a_record_is_random_if_it_has_networks_or_several_seeds(results):
    for name, config in (("net", {"training": {"epochs": 5}}), ("forest", {"n_seeds": 3}), ("plain", {"seed": 1})):
        add_record(results, f"clusters/{name}", config, [("fit", "x", 1.0)])
    quantities = read_folder(results).quantities
    assert {name: quantities[f"clusters/{name}: x"].random for name in ("net", "forest", "plain")} == {
        "net": True, "forest": True, "plain": False
    }  # fmt: skip


def test_numbers_of_a_table_have_the_spread_of_their_own_columns(results):
    table = pd.DataFrame(
        {
            "method": ["linear", "net"],
            "mae": [254.7, 257.0],
            "mae_sd": [None, 1.5],
            "mae_random": [247.0, 254.0],
            "mae_random_sd": [20.0, 21.0],
            "mae_low": [1.0, 2.0],
            "published": [254.7, 257.4],
            "n": [1, 50],
            "n_random": [100, 100],
        }
    )
    table.to_csv(results / "salaries/table.csv", index=False)
    quantities = read_folder(results).quantities
    of_table = {id: one for id, one in quantities.items() if id.startswith("salaries, table: ")}
    assert of_table == {
        "salaries, table: linear: mae": Quantity(value=254.7),
        "salaries, table: linear: mae_random": Quantity(value=247.0, sd=20.0, n=100, random=True),
        "salaries, table: net: mae": Quantity(value=257.0, sd=1.5, n=50, random=True),
        "salaries, table: net: mae_random": Quantity(value=254.0, sd=21.0, n=100, random=True),
    }


def test_the_origin_is_what_the_records_say_of_it(results):
    assert read_folder(results).origin == {"git_commit": "0f" * 20, "processor": "Made-up 1"}


def test_device_and_precision_are_of_the_origin_and_no_settings(results):
    config = {"device": "cuda", "training": {"epochs": 5, "precision": "bf16"}}
    add_record(results, "digits/net", config, [("fit", "x", 1.0)])
    values = read_folder(results)
    assert (values.origin["device"], values.origin["precision"]) == ("cuda", "bf16")
    assert set(values.settings["digits/net"]) == {"training.epochs", "data"}


def test_a_folder_without_a_scorecard_is_an_error(tmp_path):
    with pytest.raises(
        UserError, match=r"there is no .*scorecard\.csv, so .* is no folder of a whole run\. Compute it"
    ):
        read_folder(tmp_path)


def test_a_scorecard_of_an_older_version_is_an_error(results):
    scorecard = pd.read_csv(results / "scorecard.csv").drop(columns="kind")
    scorecard.to_csv(results / "scorecard.csv", index=False)
    with pytest.raises(UserError, match=r"of an older version, without kind"):
        read_folder(results)
