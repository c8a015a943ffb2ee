"""Copies of the project in folders of their own, in which the real workflow runs with tiny budgets.

A copy sees no network; it can fetch raw files only from the mirror folder that the test gives it.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import yaml

ROOT = Path(__file__).parents[2]
PARTS = ("Snakefile", "Makefile", "pyproject.toml", "constraints.txt", "config", "workflow", "profiles", "src")
TINY = ROOT / "tests/workflow/tiny.yaml"
OVERLAY = ("--configfile", "config/tiny.yaml")
DEAD_SERVER = "http://127.0.0.1:9"  # the port "discard", on which nothing listens
NO_NETWORK = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), DEAD_SERVER)
#: Variables of the developer's shell that would change what a copy does.
CLEARED = re.compile(
    r"(RELECTURE|MLFLOW|SNAKEMAKE|PYTHON|MAKE)|(NO_PROXY|ALL_PROXY|ARGS|CONFIG|CORES|PORT)$", re.IGNORECASE
)


@dataclass(frozen=True)
class CommandResult:
    """A finished command: its exit code, and its stdout and stderr together."""

    code: int
    output: str

    @property
    def jobs(self) -> set[str]:
        """The jobs that ran, or would run: `digits_fit dropout`, `salaries_table`; without the target `all`."""
        jobs, rule = [], ""
        for line in self.output.splitlines():
            if header := re.fullmatch(r"(?:local)?rule (\w+):", line):
                rule = header[1]
                jobs += [rule] if rule != "all" else []
            elif wildcards := re.fullmatch(r"    wildcards: (.+)", line):
                jobs[-1] = " ".join([rule, *re.findall(r"\w+=([^,]+)", wildcards[1])])
        assert len(jobs) == len(set(jobs)), "a job ran twice"
        return set(jobs)

    @property
    def trouble(self) -> str:
        """The part of the output that explains a failure: from the first error on, else the end."""
        error = re.search(r"^(Error in rule|RuleException|Traceback)", self.output, re.MULTILINE)
        return self.output[max(0, error.start() - 2000) :][:8000] if error else self.output[-3000:]

    @property
    def nothing_to_do(self) -> bool:
        return self.code == 0 and not self.jobs and "Nothing to be done" in self.output


@dataclass
class Copy:
    """The project in a folder of its own; `mirror` is the only source of raw files.

    `executable` is the Python that starts Snakemake; its jobs run `relecture` from the same folder. `starter` is a
    folder with commands that start more quickly (job_server.py).
    """

    path: Path
    mirror: Path
    executable: str = sys.executable
    starter: Path | None = None
    started: list[subprocess.Popen] = field(default_factory=list)

    @classmethod
    def create(cls, path: Path, mirror: Path) -> "Copy":
        """Copy the project as it is now, with the overlay `config/tiny.yaml`."""
        path.mkdir(parents=True)
        for part in PARTS:
            if (ROOT / part).is_dir():
                shutil.copytree(ROOT / part, path / part, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
            else:
                shutil.copy2(ROOT / part, path / part)
        shutil.copy(TINY, path / "config")
        return cls(path, mirror)

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    def twin(self, path: Path) -> "Copy":
        """Copy this copy, with all results and modification times; without the files of MLflow's runs.

        Another test process may read the copy at the same time: its temporary files are left out as well.
        """
        ignore = shutil.ignore_patterns("mlartifacts", "output-*", "*.db-*", "locks", "tmp.*")
        return Copy(shutil.copytree(self.path, path, symlinks=True, ignore=ignore), self.mirror, starter=self.starter)

    def configure(self, key: str, value: object) -> None:
        """Set `digits.dropout` or another key in the overlay `config/tiny.yaml`."""
        file = self / "config/tiny.yaml"
        config = yaml.safe_load(file.read_text())
        *blocks, name = key.split(".")
        block = config
        for inner in blocks:
            block = block.setdefault(inner, {})
        block[name] = value
        file.write_text(yaml.safe_dump(config))

    def start(self, *command: str, **environment: str) -> subprocess.Popen:
        """Start a command in a session of its own, so that Ctrl-C can be sent to it and to its jobs."""
        variables = {name: value for name, value in os.environ.items() if not CLEARED.match(name)}
        variables |= {**NO_NETWORK, "NO_PROXY": "127.0.0.1", "RELECTURE_MIRROR": str(self.mirror)}
        variables |= {"PYTHONPATH": str(self / "src"), "PYTHONUNBUFFERED": "1", "RELECTURE_FOLLOWER": "off"}
        variables |= {"VERBOSE": "1"} | environment  # CommandResult.jobs reads what Snakemake prints
        output = self.path / f"output-{os.getpid()}-{len(self.started)}"
        with output.open("w") as file:
            process = subprocess.Popen(
                command,
                cwd=self.path,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        process.read_output = output.read_text
        self.started.append(process)
        return process

    def wait(self, process: subprocess.Popen, seconds: float = 1800) -> CommandResult:
        """Wait until a started command has finished."""
        return CommandResult(process.wait(seconds), process.read_output())

    def run(self, *command: str, **environment: str) -> CommandResult:
        """Run a command to its end."""
        return self.wait(self.start(*command, **environment))

    def python(self, *arguments: str, **environment: str) -> CommandResult:
        return self.run(self.executable, *arguments, **environment)

    def snakemake(self, *arguments: str, **environment: str) -> CommandResult:
        return self.run(*self.start_of("snakemake"), *OVERLAY, "--cores", "2", *arguments, **environment)

    def start_of(self, program: str) -> list[str]:
        """The first words of a command: `snakemake` or `relecture`."""
        if self.starter and self.executable == sys.executable:
            return [str(self.starter / program)]
        return [self.executable, "-m", program]

    def start_launch(self, *arguments: str, **environment: str) -> subprocess.Popen:
        return self.start(
            self.executable, "-m", "relecture", "run", *OVERLAY, "--cores", "2", *arguments, **environment
        )

    def launch(self, *arguments: str, **environment: str) -> CommandResult:
        """`make replicate` without setting up the environment."""
        return self.wait(self.start_launch(*arguments, **environment))

    def processes(self) -> list[psutil.Process]:
        """All living processes whose working folder is this copy."""
        processes = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if Path(process.cwd()) == self.path and process.status() != psutil.STATUS_ZOMBIE:
                    processes.append(process)
        return processes

    def fits(self) -> list[psutil.Process]:
        """The processes `python .../bin/relecture <comparison> ... fit` in this copy."""
        fits = []
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                _, *command = process.cmdline() or [""]
                if command and Path(command[0]).name == "relecture" and "fit" in command:
                    fits.append(process)
        return fits

    def stop_started(self) -> None:
        """Kill the commands that were started here and still run."""
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.wait()

    def stop(self) -> None:
        """Kill everything that still runs in this copy."""
        self.stop_started()
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                process.kill()


def wait_until(condition: Callable[[], object], seconds: float = 120) -> None:
    """Wait until `condition()` is true; a machine that does other work as well takes a while."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
