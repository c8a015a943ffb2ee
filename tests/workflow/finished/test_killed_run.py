"""A run that is killed in the middle of a real fit: the same command finishes it, with the same numbers."""

import re

import pytest

pytestmark = pytest.mark.slow

RECORD = "results/digits/dropout"
TARGET = f"{RECORD}/metrics.csv"
LOG = "results/logs/digits/dropout.log"
EPOCHS = 60  # of the sample: some 5 s on an idle core
INTERVAL = "checkpoint_seconds: float = 10.0"


def numbers(copy) -> list[bytes]:
    return [(copy / RECORD / name).read_bytes() for name in ("metrics.csv", "history.csv")]


def test_a_fit_killed_with_sigkill_resumes_and_ends_with_the_same_numbers(twin, tmp_path, until):
    twin.configure("digits.n_seeds", 1)
    twin.configure("digits.training.epochs", EPOCHS)
    code = twin / "src/relecture/training/fit.py"
    assert code.read_text().count(INTERVAL) == 1
    code.write_text(code.read_text().replace(INTERVAL, "checkpoint_seconds: float = 0.5"))
    unharmed = twin.twin(tmp_path / "unharmed")
    command = (TARGET, "--cores", "1")
    try:
        reference = unharmed.start_launch(*command)
        killed = twin.start_launch(*command)
        until(lambda: list((twin / "results/checkpoints").rglob("*.ckpt")) or killed.poll() is not None)
        assert killed.poll() is None, "the fit ended before its first checkpoint; give it more epochs"
        (fit,) = twin.fits()

        killed.kill()
        until(lambda: not twin.processes(), seconds=60)  # the fit is an orphan and ends by itself
        assert fit not in twin.fits()
        assert not (twin / TARGET).exists(), "the fit ended before it was killed; give it more epochs"

        resumed = twin.launch(*command)
        assert resumed.code == 0, resumed.trouble
        assert "the last run was killed; this one resumes it" in resumed.output
        (epoch,) = re.findall(r"^dropout seed-00: resumes after epoch (\d+)$", (twin / LOG).read_text(), re.MULTILINE)
        assert 0 < int(epoch) < EPOCHS
        assert not list((twin / "results/checkpoints").rglob("*.ckpt"))

        assert unharmed.wait(reference).code == 0
        assert "resumes" not in (unharmed / LOG).read_text()
        assert numbers(twin) == numbers(unharmed)
    finally:
        unharmed.stop()
