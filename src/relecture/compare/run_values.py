"""The values of a run that are compared with those of another: read from its results, or from a reference file.

============ ====================================================================================================
`quantities` `scorecard.csv`; `metrics.csv` of every record, over its members; `table.csv` of each comparison
`choices`    `choices.csv` of each comparison
`findings`   `findings.csv` of each comparison
`settings`   `params.json` of every record, with the data; the preset
============ ====================================================================================================

A record has a quantity for each metric, and for each value of a setting in which its members differ: the mean over the
members that are replicates. A record of networks, or of as many seeds as a setting says, is random: training multiplies
the rounding errors of a processor, so other processors give other numbers, as other seeds do. All other records are
deterministic with given settings, seeds included. What a comparison computes from its records is random if any of them
is, and if it has none.
"""

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, JsonValue

from relecture.config import COMPARISONS
from relecture.data_files import read_csv, read_json
from relecture.errors import UserError
from relecture.findings import read_choices, read_findings
from relecture.records import COMMIT

#: The parts of a member's name that count replicates: `seed-03`, `split-1001`; `fit`, `data` where there is one.
_REPLICATE = re.compile(r"(?:^|-)(?:seed|split|run|fit|data)(?:-\d+)?(?=-|$)")

#: Settings that a run may resolve to what its machine has: shown, and no reason to refuse.
_OF_MACHINE = ("precision", "device")

#: Columns of a table that are no results of this run, or follow from others.
_NO_RESULT = re.compile(r"(?:.*_)?(?:published|low|high|p)")


class _Values(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Quantity(_Values):
    """A number; `sd` and `n` are those of the members that it is the mean of. `random`: it depends on the machine."""

    value: float
    sd: float | None = None
    n: int = 1
    random: bool = False


class Chosen(_Values):
    """What was chosen, and the share of resamples in which it wins; None if that was not measured."""

    value: str
    share_of_wins: float | None = None
    random: bool = False


class Found(_Values):
    """A finding; its interval is a t interval of `n` pairs, or another one if None."""

    estimate: float | None
    low: float | None
    high: float | None
    finding: str
    n: int | None = None
    random: bool = False


class RunValues(_Values):
    """All of a run that is compared; `settings` are flat, by record. `origin` is shown, and no reason to refuse."""

    preset: str
    origin: dict[str, str]
    settings: dict[str, dict[str, JsonValue]]
    quantities: dict[str, Quantity]
    choices: dict[str, Chosen]
    findings: dict[str, Found]


def read_folder(folder: Path) -> RunValues:
    """Return the values of a folder of results; UserError if it has no scorecard or a file is damaged."""
    path = folder / "scorecard.csv"
    if not path.exists():
        raise UserError(f"there is no {path}, so {folder} is no folder of a whole run. Compute it with: make replicate")
    scorecard = read_csv(path)
    if missing := {"id", "kind", "reproduced", "sd", "n", "preset"} - set(scorecard):
        raise UserError(f"{path} is of an older version, without {', '.join(sorted(missing))}; run again")
    quantities = {
        f"scorecard: {row.id}": _quantity(row.reproduced, row.sd, row.n, row.kind == "random")
        for row in scorecard.itertuples()
        if _finite(row.reproduced) is not None  # what was not computed has a row too
    }
    settings: dict[str, dict[str, JsonValue]] = {}
    origin: dict[str, list[str]] = {}
    choices: dict[str, Chosen] = {}
    findings: dict[str, Found] = {}
    for comparison in COMPARISONS:
        of_records = []
        for record in _record_folders(folder / comparison):
            params, metrics = read_json(record / "params.json"), read_csv(record / "metrics.csv", dtype={"member": str})
            name = f"{params['comparison']}/{params['method']}"
            flat = dict(_flatten(params["config"])) | {"data": _describe(params["data"])}
            settings[name] = {key: value for key, value in flat.items() if _last(key) not in _OF_MACHINE}
            of_records.append(_is_random(settings[name]))
            quantities |= _of_record(name, metrics, of_records[-1])
            beside = read_json(record / COMMIT) if (record / COMMIT).exists() else {}
            for key, value in {**beside, **flat}.items():
                if value is not None and (key in beside or _last(key) in _OF_MACHINE):
                    origin.setdefault(_last(key), []).append(str(value))
        random = any(of_records) or not of_records
        files = {name: folder / comparison / f"{name}.csv" for name in ("table", "choices", "findings")}
        if files["table"].exists():
            quantities |= _of_table(comparison, read_csv(files["table"]), random)
        if files["choices"].exists():
            choices |= _of_choices(comparison, read_choices(files["choices"]), random)
        if files["findings"].exists():
            findings |= _of_findings(comparison, read_findings(files["findings"]), random)
    return RunValues(
        preset=", ".join(map(str, scorecard.preset.unique())),
        origin={key: ", ".join(dict.fromkeys(values)) for key, values in origin.items()},
        settings=settings,
        quantities=quantities,
        choices=choices,
        findings=findings,
    )


def _record_folders(folder: Path) -> list[Path]:
    """Return the folders of complete records."""
    return sorted(file.parent for file in folder.rglob("params.json") if (file.parent / "metrics.csv").exists())


def _of_record(name: str, metrics: pd.DataFrame, random: bool) -> dict[str, Quantity]:
    replicates_of = metrics.member.map(lambda member: _REPLICATE.sub("", member).strip("-"))
    metrics = metrics[np.isfinite(metrics.value)]
    by_metric = metrics.value.groupby([replicates_of, metrics.metric], sort=False).agg(["mean", "std", "count"])
    return {
        f"{name}{f', {group}' if group else ''}: {metric}": _quantity(row["mean"], row["std"], row["count"], random)
        for (group, metric), row in by_metric.to_dict("index").items()
    }


def _of_table(comparison: str, table: pd.DataFrame, is_random: bool) -> dict[str, Quantity]:
    """Return the numbers of a table. A number without a spread is random if the comparison has random records."""
    numeric = [name for name in table if pd.api.types.is_numeric_dtype(table[name]) and table[name].dtype != bool]
    counts = [name for name in numeric if name == "n" or (name.startswith("n_") and f"_{name[2:]}_sd" in _ends(table))]
    spreads = {f"{name}_sd" for name in numeric} & set(numeric)
    values = [name for name in numeric if name not in spreads | {*counts} and not _NO_RESULT.fullmatch(name)]
    quantities = {}
    for key, row in zip(_row_names(table), table.to_dict("records"), strict=True):
        for name in values:
            sd = _finite(row.get(f"{name}_sd"))
            n = next((row[count] for count in counts if count != "n" and name.endswith(count[1:])), row.get("n"))
            n = 1 if sd is None or _finite(n) is None else n
            if _finite(row[name]) is not None:
                id = f"{comparison}, table: {key}: {name}"
                quantities[id] = _quantity(row[name], sd, n, sd is not None or is_random)
    return quantities


def _of_choices(comparison: str, table: pd.DataFrame, random: bool) -> dict[str, Chosen]:
    return {
        f"{comparison}: {row.Index}": Chosen(
            value=str(row.value), share_of_wins=_finite(row.share_of_wins), random=random
        )
        for row in table.itertuples()
    }


def _of_findings(comparison: str, table: pd.DataFrame, random: bool) -> dict[str, Found]:
    if "n" not in table:  # of an older version
        table = table.assign(n=None)
    return {
        f"{comparison}: {row.Index}": Found(
            estimate=_finite(row.estimate),
            low=_finite(row.low),
            high=_finite(row.high),
            finding=row.finding,
            n=None if _finite(row.n) is None else int(row.n),
            random=random,
        )
        for row in table.itertuples()
    }


def _ends(table: pd.DataFrame) -> set[str]:
    """Return the ends of the names of columns that begin at an underscore: `_random_sd` of `mae_random_sd`."""
    return {name[index:] for name in table for index, sign in enumerate(name) if sign == "_"}


def _row_names(table: pd.DataFrame) -> list[str]:
    """Return a name for each row: the first column of texts that are all different, else all texts, else numbers."""
    texts = [name for name in table if not pd.api.types.is_numeric_dtype(table[name])]
    for columns in [*([name] for name in texts), texts]:
        names = table[columns].astype(str).agg(", ".join, axis=1)
        if columns and names.is_unique:
            return list(names)
    return [f"row {number}" for number in range(1, len(table) + 1)]


def _is_random(settings: Mapping[str, JsonValue]) -> bool:
    """Return whether a record has networks, which have epochs, or several seeds."""
    return any("epochs" in key or "n_seeds" in key for key in settings)


def _describe(data: Mapping[str, Any]) -> str:
    return f"{data['name']}{', a sample' if data['sample'] else ''} ({data['digest']})"


def _last(key: str) -> str:
    return key.rpartition(".")[2]


def _flatten(value: JsonValue, key: str = "") -> Iterator[tuple[str, JsonValue]]:
    """Yield the numbers and texts of a configuration with their dotted keys."""
    if isinstance(value, dict | list):
        below = value.items() if isinstance(value, dict) else ((str(i), one) for i, one in enumerate(value, start=1))
        for name, one in below:
            yield from _flatten(one, f"{key}.{name}" if key else name)
    else:
        yield key, value


def _quantity(value: Any, sd: Any, n: Any, random: bool) -> Quantity:
    return Quantity(value=float(value), sd=_finite(sd), n=int(n), random=random)


def _finite(value: Any) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
