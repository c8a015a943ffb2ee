"""The provenance of results: source, machine, packages; configuration, seconds and memory of every fit."""

import platform
from pathlib import Path

import pandas as pd

from relecture import records
from relecture.data_files import read_csv
from relecture.errors import UserError
from relecture.provenance import cores, git_commit, memory, packages, processor, rerun_command
from relecture.records import Record, benchmark_file
from relecture.report.chapter import CaptionedTable
from relecture.report.html_pages import page, table
from relecture.tables import TextTable, number
from relecture.tracking.run_content import members, params


def read_preset(scorecard: Path) -> str:
    """Return the preset of a scorecard, the file scorecard.csv."""
    table = read_csv(scorecard)
    if "preset" not in table:
        raise UserError(f"{scorecard} has no column preset; rerun: {rerun_command(scorecard)}")
    return ", ".join(table.preset.unique())


def machine() -> dict[str, str]:
    """Return processor, cores, memory, system and Python of this machine."""
    return {
        "processor": processor(),
        "cores": str(cores()),
        "memory": f"{memory():.1f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
    }


def fits(folders: list[Path]) -> pd.DataFrame:
    """Return a row per record: members, data, configuration, seconds and peak memory (MiB; NaN if not measured)."""
    return pd.DataFrame([_fit(records.read(folder)) for folder in folders])


def provenance(folders: list[Path], scorecard: Path) -> str:
    """Return the page.

    Args:
        folders: All records.
        scorecard: The file scorecard.csv.
    """
    all_fits = fits(folders)
    text = all_fits.assign(
        seconds=all_fits.seconds.map(lambda x: number(x, 1)), memory=all_fits.memory.map(lambda x: number(x, 0))
    )
    text = text.rename(columns={"memory": "memory, MiB"}).astype(str)
    run = {"source": f"commit {git_commit() or 'unknown'}", "preset": read_preset(scorecard), **machine()}
    note = (
        f"{number(all_fits.seconds.sum() / 60, 1)} minutes of fitting in all, summed over jobs that may have run in "
        "parallel. Memory is the peak of a job. A dash: not measured."
    )
    return page(
        "Provenance",
        [
            "<h1>Provenance</h1>",
            table(_pairs("The run", run, "The source and the machine of this page.")),
            table(_table("Every fit: configuration, seconds, memory", text, note)),
            table(_pairs("Packages", packages(), "The direct dependencies; all are pinned in constraints.txt.")),
        ],
    )


def _fit(record: Record) -> dict[str, object]:
    seconds, memory = _measured(record)
    return {
        "fit": record.name,
        "members": len(members(record)),
        "data": record.params["data"]["name"],
        "seconds": seconds,
        "memory": memory,
        "configuration": "; ".join(f"{name}: {value}" for name, value in params(record).items()),
    }


def _measured(record: Record) -> tuple[float, float]:
    """Return seconds and peak memory of the job that made a record, or of all of them where it took several."""
    alone = benchmark_file(record.folder)
    files = [alone] if alone.exists() else sorted(alone.parent.glob(f"{alone.stem}_*.tsv"))
    jobs = [read_csv(file, sep="\t", na_values="-").iloc[-1] for file in files]
    if not jobs:
        return float("nan"), float("nan")
    return sum(job.s for job in jobs), max(job.max_rss for job in jobs)


def _pairs(title: str, values: dict[str, str], note: str) -> CaptionedTable:
    rows = [list(pair) for pair in values.items()]
    return CaptionedTable(TextTable(caption=title, columns=["", ""], right=[False, False], rows=rows, note=note))


def _table(title: str, text: pd.DataFrame, note: str) -> CaptionedTable:
    right = [name in ("members", "seconds", "memory, MiB") for name in text]
    rows = text.to_numpy().tolist()
    return CaptionedTable(TextTable(caption=title, columns=list(text), right=right, rows=rows, note=note))
