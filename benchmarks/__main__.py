"""`python -m benchmarks`: measure, and write benchmarks/results/<machine>.json and .md."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from benchmarks.timing import Figures
from relecture.atomic_files import atomic_write
from relecture.cli import Command
from relecture.errors import UserError
from relecture.text_format import listed

if TYPE_CHECKING:
    import torch

RESULTS = Path(__file__).parent / "results"

EpochsOption = Annotated[int, typer.Option(min=2, help="Epochs per training; the first is not counted.")]
RoundsOption = Annotated[int, typer.Option(min=1, help="Counted rounds; another one comes first.")]
ImagesOption = Annotated[Path, typer.Option(help="File of the MNIST images, which `snakemake digits` makes.")]
ResultsOption = Annotated[Path, typer.Option("--results", help="Folder that the figures are written to.")]

MNIST = Path("results/digits/data/mnist.npz")

app = Command("Measure speed and memory on this machine, which must be idle otherwise.")


@app.command()
def epoch(
    epochs: EpochsOption = 4, rounds: RoundsOption = 3, images: ImagesOption = MNIST, results: ResultsOption = RESULTS
) -> None:
    """Time an epoch by `fit`, by a plain loop, and by Lightning as documented; `--threads` comes before `epoch`."""
    from benchmarks.epoch import measure

    device = _set_threads()
    seconds = measure(*_load_images(images), epochs=epochs, rounds=rounds)
    ratios = {
        "fit_over_plain": seconds["fit"]["median_s"] / seconds["plain"]["median_s"],
        "documented_over_fit": seconds["documented"]["median_s"] / seconds["fit"]["median_s"],
    }
    _save(results, f"epoch, {device}", {**seconds, **ratios})


@app.command()
def cnn(
    epochs: EpochsOption = 3, rounds: RoundsOption = 2, images: ImagesOption = MNIST, results: ResultsOption = RESULTS
) -> None:
    """Time an epoch of a CNN by `fit` in bfloat16 and float32, by a plain loop, and by Lightning as documented."""
    from benchmarks.cnn import measure

    device = _set_threads()
    seconds, accuracies = measure(*_load_images(images), epochs=epochs, rounds=rounds)
    ratios = {
        f"{variant}_over_fit_bf16": seconds[variant]["median_s"] / seconds["fit_bf16"]["median_s"]
        for variant in ("fit_fp32", "plain", "documented")
    }
    _save(results, f"CNN epoch of 12,000, {device}", {**seconds, **accuracies, **ratios})


@app.command()
def restarts(
    starts: Annotated[int, typer.Option(min=1, help="Starts of each initialisation method.")] = 1000,
    rounds: RoundsOption = 5,
    results: ResultsOption = RESULTS,
) -> None:
    """Time the restart study of k-means, all starts at once, and a loop over scikit-learn's KMeans."""
    from benchmarks.restarts import measure

    seconds = measure(starts, rounds)
    ratio = seconds["loop"]["median_s"] / seconds["study"]["median_s"]
    _save(results, f"restarts, 3 x {starts:,} starts", {**seconds, "loop_over_study": ratio})


@app.command()
def counting(
    few: Annotated[int, typer.Option(min=1, help="Sheets of the smaller run.")] = 500,
    many: Annotated[int, typer.Option(min=2, help="Sheets of the larger run.")] = 10_000,
    rounds: RoundsOption = 3,
    results: ResultsOption = RESULTS,
) -> None:
    """Measure bulk counting: cells and sheets per second, memory for few and many, hours for a national election."""
    from benchmarks.counting import measure

    _save(results, "counting sheets", measure(few, many, rounds))


@app.command()
def sheets(
    folder: Annotated[Path, typer.Argument(help="Folder of page images.")],
    layout: Annotated[
        list[Path], typer.Option(help="Layout of their form; the tables of several ones are counted together.")
    ],
    truth: Annotated[Path, typer.Option(help="True numbers: a CSV file with the columns sheet, number, value.")],
    classifier: Annotated[Path, typer.Option(help="A classifier.pt.")] = Path(
        "results/tallies/validation/classifier.pt"
    ),
    sum_rule: Annotated[
        list[str] | None, typer.Option("--sum", help="A printed sum besides those of the layout: valid = 01 + 02.")
    ] = None,
    mark: Annotated[
        str | None, typer.Option(help="Meaning of a cross or dash: 0 or look; by default the layout's.")
    ] = None,
    results: ResultsOption = RESULTS,
) -> None:
    """Measure the count of sheets with known numbers: sheets opened, numbers right, sheets per second."""
    from benchmarks.sheets import measure

    if mark not in (None, "0", "look"):
        raise UserError(f"--mark must be 0 or look, not {mark}")
    meaning: Literal["0", "look"] | None = "0" if mark == "0" else "look" if mark == "look" else None
    title = f"sheets of {folder.resolve().name}, {listed([path.stem for path in layout])}"
    _save(results, title, measure(folder, layout, truth, classifier, sum_rule or [], meaning))


@app.command()
def workflow(
    targets: Annotated[list[str], typer.Argument(help="Targets of Snakemake, for example: salaries digits.")],
    preset: Annotated[str | None, typer.Option(help="standard, quick or full.", show_default="quick")] = None,
    configfile: Annotated[
        Path | None, typer.Option(help="Configuration laid over config/config.yaml, instead of a preset.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Folder for the copy and its results; deleted by default.")
    ] = None,
    results: ResultsOption = RESULTS,
) -> None:
    """Measure comparisons from nothing: seconds, memory, the share outside fits, and a run with nothing to do."""
    from benchmarks.workflow import load_config, measure, overlay_file

    if preset and configfile:
        raise UserError("--preset and --configfile exclude each other")
    overlay = configfile or overlay_file(preset or "quick")
    title = f"{listed(targets)}, {load_config(overlay).preset}"
    _save(results, title, measure(targets, overlay, folder))


@app.command()
def tables(
    comparison: Annotated[str, typer.Argument(help="The comparison: salaries or clusters.")],
    rows: Annotated[int, typer.Option(min=1000, help="Rows of the made-up table.")] = 100_000,
    columns: Annotated[int, typer.Option(min=8, help="Columns of the made-up table.")] = 20,
    results: ResultsOption = RESULTS,
) -> None:
    """Measure a comparison with the quick preset on a made-up large table: seconds and the peak memory of all jobs."""
    from benchmarks.tables import measure

    _save(results, f"{comparison}, quick, a table of {rows:,} x {columns}", measure(comparison, rows, columns))


def _set_threads() -> str:
    """Let PyTorch use the threads of `--threads`, and return the device in words."""
    import torch

    threads = int(os.environ["OMP_NUM_THREADS"])
    torch.set_num_threads(threads)
    return "cuda" if torch.cuda.is_available() else f"{threads} threads" if threads > 1 else "1 thread"


def _load_images(path: Path) -> "tuple[torch.Tensor, torch.Tensor]":
    """Return the training images of MNIST and their labels."""
    import torch

    from relecture.digits.data import load

    digits = load(path, 10_000)
    return torch.from_numpy(digits.train_images), torch.from_numpy(digits.train_labels)


def _save(folder: Path, title: str, figures: Figures) -> None:
    """Add the figures to those already measured on this machine, and print them all."""
    from benchmarks import machine

    description = machine.describe()
    path = folder / f"{machine.file_stem(description)}.json"
    measured = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    measured = {**measured, "machine": description, title: figures}
    table = _to_markdown(measured)
    with atomic_write(path) as draft:
        draft.write_text(json.dumps(_rounded(measured), indent=1) + "\n", encoding="utf-8")
    with atomic_write(path.with_suffix(".md")) as draft:
        draft.write_text(table, encoding="utf-8")
    print(table)


def _rounded(value: Any) -> Any:
    """Return the same structure with every float rounded to four digits."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return round(value, 4) if isinstance(value, float) else value


def _to_markdown(measured: dict[str, Any]) -> str:
    """Return the table of all figures of a machine."""
    machine, measurements = measured["machine"], [title for title in measured if title != "machine"]
    header = ", ".join(f"{key} {value}" for key, value in machine.items() if value is not None)
    lines = [f"# {machine['gpu'] or machine['processor']}", "", header, ""]
    lines += ["| measurement | figure | value |", "| --- | --- | --- |"]
    for title in measurements:
        for name, value in measured[title].items():
            if isinstance(value, dict):
                lines.append(f"| {title} | {name}, median s of {len(value['s'])} | {value['median_s']:.3f} |")
            elif not isinstance(value, list):
                lines.append(f"| {title} | {name.replace('_', ' ')} | {value:.3g} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    app(prog_name="python -m benchmarks")
