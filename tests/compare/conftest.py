"""Small made-up folders of results."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from relecture.findings import Choice, Finding, write_choices, write_findings
from relecture.uncertainty import holm, paired


@dataclass
class MadeRun:
    """The numbers of a made-up run; `write` writes the files that a comparison of runs reads."""

    errors: dict[str, list[float]]  # of each network by seed
    linear: list[float]  # of each split
    scorecard: dict[str, tuple[float, float | None, int, str]]  # reproduced, sd, n, kind
    choices: dict[str, tuple[str, float]]
    preset: str = "standard"
    n_epochs: int = 30
    hidden_l2: float = 1e-5
    digest: str = "0f" * 8
    findings: list[Finding] = field(default_factory=list)

    def write(self, folder: Path) -> Path:
        config = {"n_seeds": 5, "hidden_l2": self.hidden_l2, "training": {"epochs": self.n_epochs}}
        for name, values in self.errors.items():
            self._record(folder / "digits" / name, f"digits/{name}", config, "test_error", values, "seed-{:02d}")
        self._record(folder / "salaries/linear", "salaries/linear", {}, "mae", self.linear, "split-{}")
        rows = [(id, kind, value, sd, n, self.preset) for id, (value, sd, n, kind) in self.scorecard.items()]
        columns = ["id", "kind", "reproduced", "sd", "n", "preset"]
        pd.DataFrame(rows, columns=columns).to_csv(folder / "scorecard.csv", index=False)
        means = {name: (np.mean(values), np.std(values, ddof=1), len(values)) for name, values in self.errors.items()}
        table = pd.DataFrame(means, index=["test_error", "test_error_sd", "n"]).T.rename_axis("model").reset_index()
        table.assign(test_error_published=1.8).to_csv(folder / "digits/table.csv", index=False)
        write_choices(
            folder / "digits/choices.csv",
            [Choice(id, value, share, False, value) for id, (value, share) in self.choices.items()],
        )
        write_findings(folder / "digits/findings.csv", self.findings or self.gaps())
        return folder

    def gaps(self) -> list[Finding]:
        first, *others = self.errors
        series = {name: pd.Series(values) for name, values in self.errors.items()}
        gaps = holm([paired(series[first], series[other]) for other in others])
        return [Finding.of(f"{first} - {other}", gap) for other, gap in zip(others, gaps, strict=True)]

    def _record(self, folder: Path, name: str, config: dict, metric: str, values: list[float], member: str) -> None:
        folder.mkdir(parents=True)
        comparison, method = name.split("/")
        data = {"name": "made up", "digest": self.digest, "sample": False}
        params = {"comparison": comparison, "method": method, "config": config, "data": data}
        (folder / "params.json").write_text(json.dumps(params))
        (folder / "commit.json").write_text(json.dumps({"git_commit": "0f" * 20, "processor": "Made-up 1"}))
        members = [member.format(index) for index in range(len(values))]
        pd.DataFrame({"member": members, "metric": metric, "value": values}).to_csv(folder / "metrics.csv", index=False)


def made_run(seed: int = 0) -> MadeRun:
    """Networks that differ from run to run, two of them in truth; a linear model that does not."""
    random, fixed = np.random.default_rng(seed), np.random.default_rng(99)
    truth = {"plain": 2.0, "ridge": 2.0, "dropout": 1.5}
    errors = {name: list(mean + 0.1 * random.normal(size=5)) for name, mean in truth.items()}
    return MadeRun(
        errors=errors,
        linear=list(250 + 20 * fixed.normal(size=8)),
        scorecard={
            "salaries.linear.mae": (254.66865288375192, None, 1, "deterministic"),
            "digits.dropout.test_error": (np.mean(errors["dropout"]), np.std(errors["dropout"], ddof=1), 5, "random"),
            "tallies.votes.error": (float(random.normal()), None, 1, "random"),
        },
        choices={"ridge.lambda": ("1e-05", 0.6), "elbow": ("4", 1.0)},
    )


@pytest.fixture
def made():
    """Makes a run: the same numbers for the same seed."""
    return made_run
