"""Copies of the project in folders of their own, in which the real workflow runs with tiny budgets.

The copies see no network and only the mirror folder that a test gives them.
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

OVERLAY = ("--configfile", "config/tiny.yaml")
DEAD_SERVER = "http://127.0.0.1:9"  # the port "discard", where nobody listens
NO_NETWORK = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), DEAD_SERVER)
OURS = re.compile(
    r"(RELECTURE|MLFLOW|SNAKEMAKE|PYTHON|MAKE)|(NO_PROXY|ALL_PROXY|ARGS|CONFIG|CORES|PORT)$", re.IGNORECASE
)


@dataclass(frozen=True)
class Ended:
    """A command that has ended: its exit code, and stdout and stderr together."""

    code: int
    output: str

    @property
    def jobs(self) -> set[str]:
        """The jobs that ran, or would run: `digits_fit dropout`, `salaries_table`; the target `all` is none."""
        found, rule = [], ""
        for line in self.output.splitlines():
            if header := re.fullmatch(r"(?:local)?rule (\w+):", line):
                rule = header[1]
                found += [rule] if rule != "all" else []
            elif wildcards := re.fullmatch(r"    wildcards: (.+)", line):
                found[-1] = " ".join([rule, *re.findall(r"\w+=([^,]+)", wildcards[1])])
        assert len(found) == len(set(found)), "a job ran twice"
        return set(found)

    @property
    def trouble(self) -> str:
        """What a person wants to see when it has failed: the output from the first error on, or its end."""
        error = re.search(r"^(Error in rule|RuleException|Traceback)", self.output, re.MULTILINE)
        return self.output[max(0, error.start() - 2000) :][:8000] if error else self.output[-3000:]

    @property
    def nothing_to_do(self) -> bool:
        return self.code == 0 and not self.jobs and "Nothing to be done" in self.output


@dataclass
class Copy:
    """The project in a folder of its own; `mirror` is the one place where raw files can be had."""

    path: Path
    mirror: Path
    started: list[subprocess.Popen] = field(default_factory=list)

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    def twin(self, path: Path) -> "Copy":
        """The same once more, with all results and all times of change; without the files in MLflow's runs."""
        ignore = shutil.ignore_patterns("mlartifacts", "__pycache__")
        return Copy(shutil.copytree(self.path, path, symlinks=True, ignore=ignore), self.mirror)

    def start(self, *command: str, **environment: str) -> subprocess.Popen:
        """Start a command in a session of its own, so that Ctrl-C can be sent to it and to its jobs."""
        mine = {name: value for name, value in os.environ.items() if not OURS.match(name)}
        mine |= {**NO_NETWORK, "NO_PROXY": "127.0.0.1", "RELECTURE_MIRROR": str(self.mirror)}
        mine |= {"PYTHONPATH": str(self / "src"), "PYTHONUNBUFFERED": "1", **environment}
        output = self.path / f"output-{len(self.started)}"
        with output.open("w") as file:
            process = subprocess.Popen(
                command,
                cwd=self.path,
                env=mine,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        process.said = output.read_text
        self.started.append(process)
        return process

    def ended(self, process: subprocess.Popen, seconds: float = 900) -> Ended:
        return Ended(process.wait(seconds), process.said())

    def run(self, *command: str, **environment: str) -> Ended:
        """Run a command to its end."""
        return self.ended(self.start(*command, **environment))

    def python(self, *arguments: str, **environment: str) -> Ended:
        return self.run(sys.executable, *arguments, **environment)

    def snakemake(self, *arguments: str, **environment: str) -> Ended:
        return self.python("-m", "snakemake", *OVERLAY, "--cores", "2", *arguments, **environment)

    def start_launch(self, *arguments: str, **environment: str) -> subprocess.Popen:
        return self.start(sys.executable, "-m", "relecture", "run", *OVERLAY, "--cores", "2", *arguments, **environment)

    def launch(self, *arguments: str, **environment: str) -> Ended:
        """`make replicate` without its installing."""
        return self.ended(self.start_launch(*arguments, **environment))

    def processes(self) -> list[psutil.Process]:
        """All that are alive in this folder."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if Path(process.cwd()) == self.path and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    def fits(self) -> list[psutil.Process]:
        """The Python processes in this folder that fit a method."""
        found = []
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                command = process.cmdline()
                if command[1:2] == ["-m"] and "fit" in command:
                    found.append(process)
        return found

    def stop(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.wait()
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                process.kill()


def wait_for(there: Callable[[], object], seconds: float = 120) -> None:
    """Until it is so; on a machine that does other things as well, that takes a while."""
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
