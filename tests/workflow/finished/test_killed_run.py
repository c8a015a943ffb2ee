"""A run that is killed or stopped in the middle of a real fit: the same command finishes it, with the same numbers."""

import os
import re
import signal

import pytest

pytestmark = pytest.mark.slow

RECORD = "results/digits/dropout"
TARGET = f"{RECORD}/metrics.csv"
LOG = "results/logs/digits/dropout.log"
EPOCHS = 300  # of the sample: some 25 s on an idle core; the first checkpoint comes after 10 s


def numbers(copy) -> list[bytes]:
    return [(copy / RECORD / name).read_bytes() for name in ("metrics.csv", "history.csv")]


def test_killed_with_sigkill_the_fit_goes_on_where_it_was_and_ends_with_the_same_numbers(twin, tmp_path, until):
    overlay = twin / "config/tiny.yaml"
    overlay.write_text(
        overlay.read_text().replace("seeds: 2\n  training: {epochs: 2}", f"seeds: 1\n  training: {{epochs: {EPOCHS}}}")
    )
    unharmed = twin.twin(tmp_path / "unharmed")
    command = (TARGET, "--cores", "1")
    try:
        reference = unharmed.start_launch(*command)
        killed = twin.start_launch(*command)
        until(lambda: list((twin / "scratch").rglob("*.ckpt")) or killed.poll() is not None)
        assert killed.poll() is None, "the fit ended before its first checkpoint; give it more epochs"
        (fit,) = twin.fits()

        refused = twin.launch(*command)
        assert refused.code == 1
        assert refused.output.count("\n") == 1
        assert refused.output.startswith(f"relecture: a run is already alive in this folder: process {killed.pid}, ")

        killed.kill()
        until(lambda: not twin.processes(), seconds=10)  # the fit is an orphan and ends by itself
        assert not fit.is_running()
        assert not (twin / TARGET).exists()

        again = twin.launch(*command)
        assert again.code == 0, again.trouble
        assert "the last run was killed; going on where it was" in again.output
        (epoch,) = re.findall(r"^dropout seed-00: resumes after epoch (\d+)$", (twin / LOG).read_text(), re.MULTILINE)
        assert 0 < int(epoch) < EPOCHS
        assert not list((twin / "scratch").rglob("*.ckpt"))

        assert unharmed.ended(reference).code == 0
        assert "resumes" not in (unharmed / LOG).read_text()
        assert numbers(twin) == numbers(unharmed)
        assert twin.launch(*command).nothing_to_do
    finally:
        unharmed.stop()


@pytest.mark.parametrize("way", ["sigterm", "ctrl-c"])
def test_stopped_in_the_middle_of_a_fit_the_same_command_finishes(twin, until, way):
    before = numbers(twin)
    for file in (twin / RECORD).glob("*.csv"):
        file.unlink()
    stopped = twin.start_launch(TARGET)
    until(lambda: twin.fits() or stopped.poll() is not None)
    if way == "sigterm":
        stopped.terminate()  # Snakemake alone: it lets its running jobs finish
    else:
        os.killpg(stopped.pid, signal.SIGINT)  # a terminal sends it to all
    assert twin.ended(stopped).code != 0
    assert not twin.processes()

    again = twin.launch(TARGET)
    assert again.code == 0, again.trouble
    assert numbers(twin) == before
    assert twin.launch("--dry-run", TARGET).nothing_to_do
