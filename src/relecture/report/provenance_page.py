"""How the results were made: source, machine, packages, and the settings, seconds and memory of every fit."""

import platform
import re
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pandas as pd

from relecture import records
from relecture.provenance import cores, git_commit, installed, memory, processor
from relecture.records import Record
from relecture.report.chapter import Table
from relecture.report.html_pages import page, table
from relecture.tables import number
from relecture.tracking.run_content import members, params


def budget(scorecard: Path) -> str:
    """The budget that the scorecard was made with, which its note tells."""
    found = re.search(r"Budget: (\S+)\.$", scorecard.read_text(), re.MULTILINE)
    return found[1] if found else "unknown"


def machine() -> dict[str, str]:
    """Processor, cores, memory, system and Python of this machine."""
    return {
        "processor": processor(),
        "cores": str(cores()),
        "memory": f"{memory():.1f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
    }


def packages() -> dict[str, str]:
    """Installed versions of what the project depends on directly, by name."""
    try:
        wanted = requires("relecture") or []
    except PackageNotFoundError:  # run from the source, without being installed
        return {}
    names = [re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in wanted if "extra ==" not in line]
    return {name: installed(name) or "not installed" for name in sorted(names, key=str.lower)}


def fits(folders: list[Path], benchmarks: Path) -> pd.DataFrame:
    """A row per record: record, members, data, settings, seconds and peak memory (MiB; both NaN where not measured)."""
    return pd.DataFrame([_fit(records.read(folder), benchmarks) for folder in folders])


def making(folders: list[Path], benchmarks: Path, scorecard: Path) -> str:
    """The page.

    Args:
        folders: All records.
        benchmarks: The folder in which Snakemake keeps seconds and memory.
        scorecard: results/scorecard.md.
    """
    done = fits(folders, benchmarks)
    shown = done.assign(
        seconds=done.seconds.map(lambda x: number(x, 1)), memory=done.memory.map(lambda x: number(x, 0))
    )
    shown = shown.rename(columns={"memory": "memory, MiB"}).astype(str)
    run = {"source": f"commit {git_commit() or 'unknown'}", "budget": budget(scorecard), **machine()}
    note = (
        f"{number(done.seconds.sum() / 60, 1)} minutes of fitting in all, added up over jobs that may have run side by "
        "side. Memory is the most that a job held. A dash: not measured."
    )
    return page(
        "How this was made",
        [
            "<h1>How this was made</h1>",
            table(_pairs("The run", run, "The source and the machine with which this page was made.")),
            table(_table("Every fit: settings, seconds, memory", shown, note)),
            table(
                _pairs(
                    "Packages", packages(), "What the project depends on directly; all are pinned in constraints.txt."
                )
            ),
        ],
    )


def _fit(record: Record, benchmarks: Path) -> dict[str, object]:
    seconds, memory = _measured(record.name, benchmarks)
    return {
        "fit": record.name,
        "members": len(members(record)),
        "data": record.params["data"]["name"],
        "seconds": seconds,
        "memory": memory,
        "settings": "; ".join(f"{name}: {value}" for name, value in params(record).items()),
    }


def _measured(record: str, benchmarks: Path) -> tuple[float, float]:
    """Seconds and peak memory of the job that made a record, or of all of them where it took several."""
    comparison, *name = record.split("/")
    stem = benchmarks / comparison / "_".join(name)
    alone = stem.with_name(f"{stem.name}.tsv")
    files = [alone] if alone.exists() else sorted(stem.parent.glob(f"{stem.name}_*.tsv"))
    jobs = [pd.read_csv(file, sep="\t", na_values="-").iloc[-1] for file in files]
    if not jobs:
        return float("nan"), float("nan")
    return sum(job.s for job in jobs), max(job.max_rss for job in jobs)


def _pairs(title: str, values: dict[str, str], note: str) -> Table:
    return Table(title, "", ["", ""], [list(pair) for pair in values.items()], [False, False], note)


def _table(title: str, shown: pd.DataFrame, note: str) -> Table:
    right = [name in ("members", "seconds", "memory, MiB") for name in shown]
    return Table(title, "", list(shown), shown.to_numpy().tolist(), right, note)
