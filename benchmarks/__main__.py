"""`python -m benchmarks`: measure, and write benchmarks/results/<machine>.json and .md."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from relecture.cli import Command

if TYPE_CHECKING:
    import torch

RESULTS = Path(__file__).parent / "results"

app = Command("Measure speed and memory on this machine; it should be idle otherwise.")


@app.command()
def epoch(epochs: int = 4, rounds: int = 3, images: Path | None = None) -> None:
    """One epoch by `fit`, by a plain loop, and by Lightning as documented; on the threads given before `epoch`."""
    import torch

    from benchmarks import epoch as ways

    threads = int(os.environ["OMP_NUM_THREADS"])
    torch.set_num_threads(threads)
    seconds = ways.measure(*_images(images), epochs=epochs, rounds=rounds)
    ratios = {
        "fit_over_plain": seconds["fit"]["median_s"] / seconds["plain"]["median_s"],
        "documented_over_fit": seconds["documented"]["median_s"] / seconds["fit"]["median_s"],
    }
    _keep(f"epoch, {_device(threads)}", {**seconds, **ratios})


@app.command()
def cnn(epochs: int = 3, rounds: int = 2, images: Path | None = None) -> None:
    """One epoch of a CNN by `fit` in bfloat16 and in float32, by a plain loop, and by Lightning as documented."""
    import torch

    from benchmarks import cnn as ways

    threads = int(os.environ["OMP_NUM_THREADS"])
    torch.set_num_threads(threads)
    found = ways.measure(*_images(images), epochs=epochs, rounds=rounds)
    ours = found["fit_bf16"]["median_s"]
    ratios = {f"{way}_over_fit_bf16": found[way]["median_s"] / ours for way in ("fit_fp32", "plain", "documented")}
    _keep(f"CNN epoch of 12,000, {_device(threads)}", {**found, **ratios})


@app.command()
def restarts(starts: int = 1000, rounds: int = 5) -> None:
    """The restart study of k-means, all starts at once, against a loop over scikit-learn's KMeans."""
    from benchmarks.restarts import measure

    seconds = measure(starts, rounds)
    ratio = seconds["loop"]["median_s"] / seconds["study"]["median_s"]
    _keep(f"restarts, 3 x {starts:,} starts", {**seconds, "loop_over_study": ratio})


@app.command()
def reading(few: int = 500, many: int = 10_000, rounds: int = 3) -> None:
    """Sheets of an election: cells and sheets per second, memory for few and many, hours for a nation's."""
    from benchmarks.reading import measure

    _keep("reading sheets", measure(few, many, rounds))


@app.command()
def workflow(
    targets: Annotated[list[str], typer.Argument(help="What to make: salaries digits, or tallies.")],
    budget: str = "quick",
    folder: Annotated[Path | None, typer.Option(help="Where to work and to leave what is made.")] = None,
) -> None:
    """Comparisons from nothing: seconds, memory, the share outside fits, and a run with nothing to do."""
    from benchmarks.workflow import measure

    _keep(f"{' and '.join(targets)}, {budget}", measure(targets, budget, folder))


def _device(threads: int) -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else f"{threads} threads" if threads > 1 else "1 thread"


def _images(path: Path | None) -> "tuple[torch.Tensor, torch.Tensor]":
    import torch

    from relecture.digits.data import load

    digits = load(path or Path("results/digits/data/mnist.npz"), 10_000)
    return torch.from_numpy(digits.train_images), torch.from_numpy(digits.train_labels)


def _keep(title: str, figures: dict) -> None:
    """Put the figures beside those already measured on this machine, and say what they are."""
    from benchmarks import machine

    description = machine.describe()
    path = RESULTS / f"{machine.name(description)}.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    kept = {**kept, "machine": description, title: figures}
    RESULTS.mkdir(exist_ok=True)
    path.write_text(json.dumps(_rounded(kept), indent=1) + "\n")
    path.with_suffix(".md").write_text(_table(kept))
    print(path.with_suffix(".md").read_text())


def _rounded(value):
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return round(value, 4) if isinstance(value, float) else value


def _table(kept: dict) -> str:
    machine = ", ".join(f"{key} {value}" for key, value in kept["machine"].items() if value is not None)
    lines = [f"# {kept['machine']['gpu'] or kept['machine']['processor']}", "", machine, ""]
    lines += ["| measurement | figure | value |", "| --- | --- | --- |"]
    for title, figures in kept.items():
        if title == "machine":
            continue
        for figure, value in figures.items():
            if isinstance(value, dict):
                lines.append(f"| {title} | {figure}, median s of {len(value['s'])} | {value['median_s']:.3f} |")
            elif not isinstance(value, list):
                lines.append(f"| {title} | {figure.replace('_', ' ')} | {value:.3g} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    app()
