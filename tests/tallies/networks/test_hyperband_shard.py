"""The command that trains a shard: it reads what it is told, and killed it loses the trial it was in and no other."""

import json
import re
import shutil
import signal
import subprocess
import sys

import pytest
import small

from relecture.tallies.cli import app
from relecture.tallies.networks import hyperband_search

SPEC = {"seed": 4, "max_epochs": 4, "factor": 2, "images": 1000, **small.TRAINING}


def test_the_command_takes_the_folders_of_checkpoints_from_its_options_alone(monkeypatch, tmp_path):
    told = {}
    monkeypatch.setattr(hyperband_search, "train_shard", lambda *data, **options: told.update(options))
    small.cells().save(tmp_path / "cells.npz")
    (tmp_path / "mnist.json").write_text(json.dumps({"name": "mnist", "sample": True, "files": {}}))
    for stale in range(8):
        (tmp_path / f"rung-0/shard-{stale}/states").mkdir(parents=True)
    files = {"ranking": "rung-0/ranking.csv", "mnist": "mnist.json", "cells": "cells.npz", "scratch": "s", "out": "out"}
    options = [text for name, file in files.items() for text in (f"--{name}", str(tmp_path / file))]
    before = [tmp_path / f"rung-0/shard-{number}/states" for number in range(2)]
    named = [f"--before={folder}" for folder in before]
    place = ["--config-json", "{}", "--place", "1/1/0", "--shards", "2"]
    app(["shard", *place, *options, *named], standalone_mode=False)
    assert told["before"] == before


@pytest.mark.slow
def test_a_shard_killed_with_sigkill_loses_the_trial_it_was_in_and_no_other(tmp_path):
    small.cells().save(tmp_path / "cells.npz")
    (tmp_path / "mnist.json").write_text(json.dumps({"name": "mnist", "sample": True, "files": {}}))
    config = json.dumps(SPEC)

    def command(folder: str) -> list[str]:
        (tmp_path / folder / "out").mkdir(parents=True)
        files = {"mnist": "mnist.json", "cells": "cells.npz", "scratch": f"{folder}/scratch", "out": f"{folder}/out"}
        options = [text for name, file in files.items() for text in (f"--{name}", str(tmp_path / file))]
        whole = ["shard", "--config-json", config, "--place", "1/0/0", "--shards", "1", *options]
        return [sys.executable, "-m", "relecture", "tallies", "--threads", "1", *whole]

    def trained(said: str) -> list[str]:
        return re.findall(r"(b1-trial-\d\d): epoch \d of 2", said)

    with subprocess.Popen(command("killed"), stderr=subprocess.PIPE, text=True) as process:
        said = ""
        while len(set(trained(said))) < 2 and (line := process.stderr.readline()):  # the second has had an epoch
            said += line
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL, said
    shutil.rmtree(tmp_path / "killed/out")  # as Snakemake does

    again = subprocess.run(command("killed"), stderr=subprocess.PIPE, text=True, check=True)
    whole = subprocess.run(command("unharmed"), stderr=subprocess.PIPE, text=True, check=True)
    first, second, third = dict.fromkeys(trained(whole.stderr))
    assert set(trained(said)) == {first, second}
    assert set(trained(again.stderr)) == {second, third}
    assert not list(tmp_path.glob("killed/scratch/**/*.ckpt"))
    for name in ("scores.csv", "history.csv"):
        assert (tmp_path / "killed/out" / name).read_bytes() == (tmp_path / "unharmed/out" / name).read_bytes()
