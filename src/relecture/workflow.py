"""Helpers of the Snakefile: source files as inputs, configuration as parameters, files of records and exhibits.

The only module that knows Snakemake's conventions. It is imported while the Snakefile is parsed, so it imports nothing
heavy.
"""

import atexit
import contextlib
import json
import logging
import os
import re
import shlex
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import grimp

import relecture
from relecture.changed_files import mark_changed_outputs, write_manifest
from relecture.cli import OWNER, owner_mark
from relecture.comparisons import load_exhibits
from relecture.config import COMPARISONS, STANDARD, Config
from relecture.config_model import ConfigModel
from relecture.data.fetch import MIRRORS
from relecture.errors import UserError
from relecture.exhibit import FIGURE_SUFFIXES, TABLE_SUFFIXES, Exhibit, Exhibits
from relecture.provenance import export_run_config
from relecture.scorecard.config import ScorecardConfig
from relecture.scorecard.published_values import load, setting_keys
from relecture.time_left import Job, schedule
from relecture.tracking.address import sqlite_file, tracking_environment, tracking_uri
from relecture.tracking.config import TrackingConfig

_ROOT = Path(relecture.__file__).parent

#: A text in JSON, with its quotes.
_JSON_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')

#: The menus of Snakemake's report sort by name, so numbers keep the lecture's order: first the scorecard, then the
#: comparisons, then provenance.
SCORECARD_CATEGORY = "1 Scorecard"
PROVENANCE_CATEGORY = f"{len(COMPARISONS) + 2} Provenance"
_SUBCATEGORIES = {"table": "2 Tables", "figure": "3 Figures"}

#: What every command loads besides its own modules.
_COMMAND_LINE = [f"relecture.{name}" for name in ("__main__", "cli", "config_model", "errors", "provenance", "records")]


@dataclass(frozen=True)
class ExhibitJob:
    """A command that makes exhibits of a comparison, `relecture <comparison> <job> RECORDS... --name value ...`.

    `files` are named inputs and become options, as `params` do; `inputs` are further files that the command reads.
    """

    records: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    params: dict[str, object] = field(default_factory=dict)
    inputs: list[str] = field(default_factory=list)

    @property
    def all_inputs(self) -> list[str]:
        """Every file that the command reads."""
        of_records = [file for record in self.records for file in (*record_files(record).values(), f"{record}/model")]
        return [*of_records, *self.files.values(), *self.inputs]

    @property
    def arguments(self) -> str:
        """The command's arguments, quoted for a shell."""
        options = [f"--{name}={value}" for name, value in {**self.files, **self.params}.items()]
        return shlex.join([*self.records, *options])


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph("relecture", cache_dir=None, exclude_type_checking_imports=True)


def source_files(*functions: str) -> list[str]:
    """Return the source files behind functions such as `relecture.digits.networks:fit`.

    That is each function's module, all of the package that it imports, and the command line and the configuration of
    its comparison.
    Snakemake does not see edits of imported modules, so rules name them as inputs.
    """
    modules: set[str] = set()
    for function in functions:
        module = function.partition(":")[0]
        modules |= {module, *_graph().find_upstream_modules(module)}
        package = ".".join(module.split(".")[:2])
        if f"{package}.cli" in _graph().modules:
            modules |= {f"{package}.cli", *_COMMAND_LINE}
        if f"{package}.config" in _graph().modules:  # which the command line imports
            modules |= {f"{package}.config", *_graph().find_upstream_modules(f"{package}.config")}
    return sorted({_relative(_file(name)) for name in modules})


def exhibit_sources(exhibits: Exhibits, job: str) -> list[str]:
    """Return the source files behind the exhibits that one command makes."""
    functions = [one.function for one in exhibits.of_job(job)]
    if job == "tables":
        functions += [function for function in (exhibits.findings, exhibits.choices) if function]
    return source_files(f"relecture.{exhibits.comparison}.exhibits", *functions)


def to_json(config: ConfigModel | dict[str, Any]) -> str:
    """Return configuration as one line of JSON that is the same whenever the values are.

    Braces inside texts are escaped: Snakemake would take `{2020}` in a unit for a wildcard.
    """
    text = config.to_json() if isinstance(config, ConfigModel) else json.dumps(config, sort_keys=True)
    return _JSON_TEXT.sub(lambda match: match[0].replace("{", r"\u007b").replace("}", r"\u007d"), text)


def scorecard_config(config: Config, published: str) -> ScorecardConfig:
    """Return the preset and the settings that the published values depend on; exit with a message on a mistake."""
    try:
        settings = config.settings(setting_keys(load(Path(published))))
    except UserError as error:  # Snakemake lets SystemExit pass, but decorates every other exception
        sys.exit(f"relecture: {error}")
    return ScorecardConfig(preset=config.preset, settings=settings)


def record_files(folder: str) -> dict[str, str]:
    """Return the files of a record that rules read, by name."""
    names = ("metrics.csv", "history.csv", "predictions.parquet", "params.json")
    return {name.partition(".")[0]: f"{folder}/{name}" for name in names}


def exhibit_files(exhibits: Exhibits, job: str) -> list[str]:
    """Return the files of the exhibits that one command makes, but for those that Snakemake's report shows."""
    return [
        f"{exhibits.stem(exhibit)}{suffix}"
        for exhibit in exhibits.of_job(job)
        for suffix in (TABLE_SUFFIXES if exhibit.kind == "table" else FIGURE_SUFFIXES)
    ]


def exhibit_inputs(jobs: Mapping[str, ExhibitJob]) -> list[str]:
    """Return all that the exhibits of a comparison are made from.

    Snakemake makes a missing file only if the target asks for it; it takes a table as complete without its records.
    """
    return list(dict.fromkeys(file for job in jobs.values() for file in job.all_inputs))


def report_file(exhibits: Exhibits, exhibit: Exhibit) -> str:
    """Return the file of an exhibit that Snakemake's report shows."""
    return f"{exhibits.stem(exhibit)}{'.html' if exhibit.kind == 'table' else '.svg'}"


def report_options(exhibits: Exhibits, exhibit: Exhibit) -> dict[str, Any]:
    """Return the arguments of Snakemake's `report` for an exhibit, numbered in the order of the registry."""
    siblings = exhibits.tables if exhibit.kind == "table" else exhibits.figures
    digits = len(str(len(siblings)))
    number = f"{siblings.index(exhibit) + 1:0{digits}d} " if len(siblings) > 1 else ""
    return {
        "caption": f"../report/{exhibits.caption(exhibit)}",
        "category": report_category(exhibits.comparison),
        "subcategory": _SUBCATEGORIES[exhibit.kind],
        "labels": {"what": f"{number}{exhibit.label}"},
    }


def report_category(comparison: str) -> str:
    """Return the category of a comparison in Snakemake's report."""
    return f"{COMPARISONS.index(comparison) + 2} {comparison.capitalize()}"


def shown_files(exhibits: Exhibits) -> list[str]:
    """Return the files that a page about a comparison is rendered from, below the folder of results."""
    tables = [f"{exhibits.stem(table)}.json" for table in exhibits.tables]
    return [*tables, *(f"{exhibits.stem(figure)}{kind}" for figure in exhibits.figures for kind in (".svg", ".png"))]


def linked_files(exhibits: Exhibits) -> list[str]:
    """Return the files that the start page shows or links to, below the folder of results."""
    tables = [f"{exhibits.stem(table)}{suffix}" for table in exhibits.tables for suffix in (".csv", ".html", ".json")]
    figures = [f"{exhibits.stem(figure)}{kind}" for figure in exhibits.figures for kind in (".svg", ".png")]
    records = dict.fromkeys(topic.record for topic in exhibits.topics if topic.record)
    names = ("params.json", "metrics.csv")
    return [*tables, *figures, *(f"{exhibits.comparison}/{record}/{name}" for record in records for name in names)]


def topic_captions(exhibits: Exhibits) -> list[str]:
    """Return the captions of the figures that the start page shows."""
    shown = {topic.figure for topic in exhibits.topics}
    return [f"workflow/report/{exhibits.caption(one)}" for one in exhibits.figures if one.name in shown]


def caption_files(exhibits: Exhibits) -> list[str]:
    """Return the captions of all exhibits."""
    return [f"workflow/report/{exhibits.caption(one)}" for one in (*exhibits.tables, *exhibits.figures)]


def all_exhibits() -> dict[str, Exhibits]:
    """Return the exhibits of every comparison that has any, in the lecture's order."""
    loaded = {comparison: load_exhibits(comparison) for comparison in COMPARISONS}
    return {comparison: exhibits for comparison, exhibits in loaded.items() if exhibits is not None}


def prepare_environment(
    files: Iterable[str | Path], values: Mapping[str, Any], mirrors: Iterable[str], tracking: TrackingConfig
) -> None:
    """Set the environment variables that every job inherits.

    They are the PATH with this environment's `python` and `relecture`, the owner of the jobs, the OpenMP wait policy,
    UTF-8 for names of files and for what is printed, whatever the locale, the `mirrors` of the raw files, the names for
    `tracking`, which are no parameters of training jobs, and the configuration of the run for the command that reruns a
    record: its `files`, and the `values` that the command line gave.
    """
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    os.environ[OWNER] = owner_mark()
    os.environ[MIRRORS] = os.pathsep.join(mirrors)
    export_run_config(files, STANDARD, values)
    os.environ.update(tracking_environment(tracking))
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ["PYTHONUTF8"] = "1"


def if_exists(file: str) -> list[str]:
    """Return a user's file as an input; nothing if it does not exist, so that our own message names the setting."""
    return [file] if Path(file).exists() else []


def content_of(files: Iterable[str], manifest: str) -> list[str]:
    """Return a manifest of a user's files as an input, whose content is that of the files; exit with a message."""
    try:
        return write_manifest(files, manifest)
    except UserError as error:  # Snakemake lets SystemExit pass, but decorates every other exception
        sys.exit(f"relecture: {error}")


def mark_changed(workflow: Any, config: Config) -> list[Path]:
    """Make Snakemake run the jobs again whose files have changed without getting newer; exit with a message.

    Returns:
        The marks that do so. Those that are in the list when Snakemake ends are removed: of a dry run, or of a report.
    """
    folders = tuple(f"{config.run.path(name)}/" for name in COMPARISONS)

    def is_made_here(output: str) -> bool:
        return output.startswith(folders) or output.rpartition("/")[0] in (config.run.path(), "resources")

    marks: list[Path] = []
    if workflow.is_main_process:
        try:
            marks += mark_changed_outputs(is_made_here)
        except UserError as error:
            sys.exit(f"relecture: {error}")
        atexit.register(_remove, marks)
    return marks


def _remove(files: list[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)


def template_pages(files: list[str]) -> list[str]:
    """Return the images elsewhere that the layouts among a folder's files name as their template page."""
    pages = []
    for layout in (Path(file) for file in files if Path(file).name == "layout.json"):
        with contextlib.suppress(ValueError, AttributeError, TypeError, OSError):  # the command says what is wrong
            page = layout.parent / json.loads(layout.read_text(encoding="utf-8")).get("template_page")
            pages += [str(page)] if page.is_file() and str(page) not in files else []
    return pages


def announce_time(workflow: Any) -> None:
    """Log the estimated time of the run and hand the expected times of its jobs to relecture's logger, if it is in use.

    Without benchmark files of earlier runs there is no estimate, and none on a cluster, where jobs wait for nodes.
    """
    if not (workflow.local_exec and workflow.logger_manager.get_log_handlers()):
        return
    dag = workflow.dag
    needed = set(dag.needrun_jobs())
    jobs = {
        dag.jobid(job): Job(
            rule=job.rule.name,
            benchmark=Path(job.benchmark) if job.benchmark else None,
            threads=min(job.threads, workflow.cores),
            needed_by=tuple(dag.jobid(other) for other in dag.depending[job] if other in needed),
        )
        for job in needed
    }
    finished = [Job(job.rule.name, Path(job.benchmark)) for job in dag.jobs if job not in needed and job.benchmark]
    if expected := schedule(jobs, finished, workflow.cores):
        logging.getLogger("snakemake.logging").info(expected.describe(), extra={"schedule": expected})


def remove_outdated_page(workflow: Any, page: str) -> None:
    """Remove the start page if a job of a comparison will run: it would show old text beside new figures."""
    rules = {job.rule.name for job in workflow.dag.needrun_jobs()}
    if any(rule.startswith(tuple(f"{name}_" for name in COMPARISONS)) for rule in rules):
        Path(page).unlink(missing_ok=True)


def forget_lost_store(receipt: str) -> None:
    """Remove the file that names the MLflow store if that was a file and is gone, so that a run creates it again.

    The store itself is in no rule: Snakemake deletes an output before its job, and `update` puts a backup over it when
    the job fails.
    """
    store = sqlite_file(tracking_uri())
    if store is not None and not store.exists():
        with contextlib.suppress(OSError):
            Path(receipt).unlink(missing_ok=True)


def _file(module: str) -> Path:
    path = _ROOT.parent.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _relative(path: Path) -> str:
    """Return a path relative to the working folder where it is inside, as a person would type it."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
