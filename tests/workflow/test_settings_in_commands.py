"""A setting reaches its command as it is, whatever characters it has."""

import csv
import json
import shlex

import pandas as pd
import pytest

pytestmark = pytest.mark.slow

ODD = [
    "points {2020}",
    "{method}",
    "{wildcards.dataset} {{x}} {",
    "}",
    "$HOME $(touch broken) `touch broken`",
    'it\'s "quoted" \\ 100 %',
    "a; touch broken & | > broken #",
    "Größe 年龄 €",
    "<results>",
    "--out",
    "*?[!a]~",
]


def option(command: str, name: str) -> object:
    """Return the value of an option of a command as a shell reads it, parsed from JSON."""
    words = shlex.split(command)
    return json.loads(words[words.index(name) + 1])


def test_settings_with_braces_quotes_and_dollar_signs_reach_their_commands_as_they_are(fresh):
    header = ["y", "x", *ODD, "name"]
    with (fresh / "odd.csv").open("w", encoding="utf-8", newline="") as file:
        rows = [
            [row * row, row % 7 + row / 9, *((row * k) % 13 for k in range(1, len(ODD) + 1)), f"n{row}"]
            for row in range(90)
        ]
        csv.writer(file).writerows([header, *rows])
    data = {
        "path": "odd.csv",
        "target": "y",
        "exclude_columns": [*ODD[1:], "name"],
        "rows": "\n".join(ODD),
        "unit": " ".join(ODD),
    }
    clusters = {"name": "mine", "path": "odd.csv", "columns": ODD, "n_clusters": 2, "id_column": "name"}
    for key, value in {"data": data, "test_size": 20, "relaxed_lasso": [ODD[0]]}.items():
        fresh.configure(f"salaries.{key}", value)
    fresh.configure("clusters.datasets", [clusters])
    files = ["results/salaries/data/table.csv", "results/clusters/data/mine.npz"]
    record = "results/salaries/book/relaxed_lasso/metrics.csv"
    planned = fresh.snakemake("--dry-run", "--printshellcmds", "--", *files, record)
    assert planned.code == 0, planned.trouble
    lines = [line.strip() for line in planned.output.splitlines()]
    [read] = [line for line in lines if line.startswith("relecture salaries data")]
    [fit] = [line for line in lines if line.startswith("relecture salaries") and " fit " in line]
    [cluster] = [line for line in lines if line.startswith("relecture clusters data")]
    table = option(read, "--config-json")["user_table"]
    assert (table["exclude_columns"], table["relaxed_lasso"]) == ([*ODD[1:], "name"], [ODD[0]])
    labels = option(fit, "--labels-json")
    assert (labels["rows"], labels["unit"]) == (data["rows"], data["unit"])
    assert option(fit, "--config-json")["predictors"] == [ODD[0]]
    assert option(cluster, "--config-json")["columns"] == ODD
    for command, file in zip((read, cluster), files, strict=True):  # the commands find all columns by their names
        (fresh / file).parent.mkdir(parents=True, exist_ok=True)
        done = fresh.run("bash", "-c", f"{shlex.quote(fresh.executable)} -m {command}")
        assert done.code == 0, done.trouble
    assert set(pd.read_csv(fresh / files[0])) == {"y", "x", ODD[0]}
    assert not (fresh / "broken").exists()
