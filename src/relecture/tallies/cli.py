"""Command line of the comparison `tallies`: the jobs of its rules, and `count` for any sheets."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from relecture import records
from relecture.cli import Command, PathOption, TextOption, parse_config
from relecture.data_files import read_json
from relecture.errors import UserError
from relecture.tallies import QUESTION
from relecture.tallies.config import (
    CountVariant,
    FinalistsJob,
    FinalJob,
    LabelCurveJob,
    LabelledCellsJob,
    NetworkChoice,
    PretrainingJob,
    PretrainingSettings,
    PrintedTrialsJob,
    SearchJob,
    SimulationConfig,
    TransferJob,
)

app = Command(QUESTION)

Value = TypeVar("Value")

QualityOption = Annotated[float, typer.Option(help="Quality above which a sheet is of high quality.")]
PermutationsOption = Annotated[int, typer.Option(help="Random orders of checking.")]
TruthOption = Annotated[Path | None, typer.Option(help="The true votes, if they are known.")]

#: The classifier that `snakemake tallies` makes.
STANDARD_CLASSIFIER = Path("results/tallies/validation/classifier.pt")


@app.command()
def labelled_cells(
    config_json: TextOption, out: PathOption, handwriting: Path | None = None, image_folder: Path | None = None
) -> None:
    """Write labelled cells, simulated with the HANDWRITING of a manifest or from the folder IMAGE_FOLDER."""
    config = parse_config(LabelledCellsJob, config_json)
    if image_folder is not None:
        from relecture.tallies.networks.image_folder import load_image_folder

        load_image_folder(image_folder, config).save(out)
        return
    from relecture.data import usps
    from relecture.tallies.simulation.handwriting import split_handwriting
    from relecture.tallies.simulation.labelled_cells import simulate_labelled_cells

    manifest = require_one_of(handwriting, "--handwriting or --image-folder")
    simulate_labelled_cells(config, split_handwriting(usps.load(manifest))).save(out)


@app.command()
def simulate(
    config_json: TextOption,
    handwriting: PathOption,
    out: PathOption,
    truth: PathOption,
    images: Annotated[Path | None, typer.Option(help="Where to write which image is in each box (CSV).")] = None,
) -> None:
    """Draw the sheets of the simulated election into the folder OUT, and write the votes to the file TRUTH."""
    from relecture.data import usps
    from relecture.tallies.simulation.handwriting import split_handwriting
    from relecture.tallies.simulation.simulate import simulate_sheets

    config = parse_config(SimulationConfig, config_json)
    simulate_sheets(config, split_handwriting(usps.load(handwriting)), out, truth, images)


@app.command()
def segment(sheets: PathOption, out: PathOption) -> None:
    """Find the form on every sheet in the folder SHEETS; write its cells to OUT, and beside it files.csv."""
    from relecture.data_files import write_csv
    from relecture.tallies.segmentation.sheet_folder import segment_folder

    crops = segment_folder(sheets)
    crops.save(out)
    write_csv(out.with_name("files.csv"), crops.files)


@app.command()
def search_shard(
    config_json: TextOption,
    bracket: Annotated[int, typer.Option(help="Bracket of the search.")],
    rung: Annotated[int, typer.Option(help="Rung of the bracket, from 0.")],
    shard: Annotated[int, typer.Option(help="Shard of the rung, from 0.")],
    n_shards: Annotated[int, typer.Option(help="Number of shards of the rung.")],
    mnist: PathOption,
    cells: PathOption,
    checkpoint_dir: PathOption,
    out: PathOption,
    ranking: Annotated[Path | None, typer.Option(help="Ranking of the previous rung; none for rung 0.")] = None,
    checkpoints: Annotated[
        list[Path] | None, typer.Option(help="A folder with checkpoints of the previous rung; may be repeated.")
    ] = None,
) -> None:
    """Train the trials of one shard of a rung."""
    from relecture.data import mnist as mnist_data
    from relecture.tallies.networks.cell_dataset import CellDataset
    from relecture.tallies.networks.hyperband_search import train_shard

    train_shard(
        parse_config(SearchJob, config_json),
        mnist_data.load(mnist),
        CellDataset.load(cells),
        bracket=bracket,
        rung=rung,
        shard=shard,
        n_shards=n_shards,
        ranking=ranking,
        checkpoints=checkpoints or [],
        checkpoint_dir=checkpoint_dir,
        out=out,
    )
    records.remove_checkpoints(checkpoint_dir)


@app.command()
def rank(scores: list[Path], out: PathOption) -> None:
    """Merge the SCORES of a rung's shards, the best trial first."""
    from relecture.tallies.networks.hyperband_results import rank

    rank(scores, out)


@app.command()
def search(
    rankings: list[Path],
    config_json: TextOption,
    mnist: PathOption,
    cells: PathOption,
    out: PathOption,
    rule: TextOption,
) -> None:
    """Write the RANKINGS of all rungs as the record OUT with trials.csv."""
    from relecture.data import mnist as mnist_data
    from relecture.tallies.networks.cell_dataset import CellDataset
    from relecture.tallies.networks.hyperband_results import collect, write_trials

    config, data = parse_config(SearchJob, config_json), CellDataset.load(cells).describe(mnist_data.load(mnist))
    collect(rankings).save(out, "tallies/search", config, data, rule, QUESTION)
    write_trials(rankings, out / "trials.csv")


@app.command()
def finalists(
    rankings: list[Path],
    config_json: TextOption,
    mnist: PathOption,
    cells: PathOption,
    checkpoint_dir: PathOption,
    out: PathOption,
    rule: TextOption,
) -> None:
    """Train the best trials of all RANKINGS again and write the record OUT with selected.json."""
    from relecture.data import mnist as mnist_data
    from relecture.tallies.networks.cell_dataset import CellDataset
    from relecture.tallies.networks.hyperband_results import write_selected
    from relecture.tallies.networks.repeated_trials import train_finalists

    config, source, target = parse_config(FinalistsJob, config_json), mnist_data.load(mnist), CellDataset.load(cells)
    result = train_finalists(config, source, target, rankings, checkpoint_dir)
    result.save(out, "tallies/finalists", config, target.describe(source), rule, QUESTION)
    write_selected(rankings, records.read(out).predictions, out / "selected.json")
    records.remove_checkpoints(checkpoint_dir)


@app.command()
def printed_trials(
    config_json: TextOption,
    mnist: PathOption,
    cells: PathOption,
    checkpoint_dir: PathOption,
    out: PathOption,
    rule: TextOption,
) -> None:
    """Train the trials of the paper's Table A.3 and write the record OUT."""
    from relecture.data import mnist as mnist_data
    from relecture.tallies.networks.cell_dataset import CellDataset
    from relecture.tallies.networks.repeated_trials import train_printed

    config, source, target = (
        parse_config(PrintedTrialsJob, config_json),
        mnist_data.load(mnist),
        CellDataset.load(cells),
    )
    result = train_printed(config, source, target, checkpoint_dir)
    result.save(out, "tallies/printed_trials", config, target.describe(source), rule, QUESTION)
    records.remove_checkpoints(checkpoint_dir)


@app.command()
def pretrain(
    architecture: TextOption,
    config_json: TextOption,
    mnist: PathOption,
    cells: PathOption,
    checkpoint_dir: PathOption,
    out: PathOption,
    rule: TextOption,
    network: Annotated[str | None, typer.Option(help="Architecture and learning rate (JSON).")] = None,
    selected: Annotated[Path | None, typer.Option(help="The selected.json of the finalists.")] = None,
) -> None:
    """Train the base models of one architecture on MNIST and write the record OUT.

    With --network and --selected, the network has the architecture of the first and the learning rate of the second.
    """
    from relecture.data import mnist as mnist_data
    from relecture.tallies.networks.cell_dataset import CellDataset
    from relecture.tallies.networks.pretraining import pretrain

    choice = json.loads(network or require_one_of(selected, "--network or --selected").read_text(encoding="utf-8"))
    if network and selected:
        choice["learning_rate"] = read_json(selected)["learning_rate"]
    config = PretrainingJob(
        **parse_config(PretrainingSettings, config_json).model_dump(),
        **{name: choice[name] for name in NetworkChoice.model_fields},
    )
    source, target = mnist_data.load(mnist), CellDataset.load(cells)
    result = pretrain(config, source, target, checkpoint_dir)
    result.save(out, f"tallies/base/{architecture}", config, target.describe(source), rule, QUESTION)
    records.remove_checkpoints(checkpoint_dir)


@app.command()
def transfer(
    method: TextOption,
    config_json: TextOption,
    cells: PathOption,
    base: PathOption,
    checkpoint_dir: PathOption,
    out: PathOption,
    rule: TextOption,
) -> None:
    """Fine-tune the networks of the folder BASE on labelled cells and write the record OUT."""
    from relecture.tallies.networks import transfer
    from relecture.tallies.networks.cell_dataset import CellDataset
    from relecture.tallies.networks.pretraining import training_data

    target, config = CellDataset.load(cells), _fine_tune_job(method, config_json)
    match config:
        case TransferJob():
            result = transfer.transfer(config, target, base, checkpoint_dir)
        case LabelCurveJob():
            result = transfer.label_curve(config, target, base, checkpoint_dir)
        case FinalJob():
            result = transfer.fit_final(config, target, base, checkpoint_dir)
    data = target.describe() if config.start == "scratch" else training_data(base)
    result.save(out, f"tallies/{method}", config, data, rule, QUESTION)
    records.remove_checkpoints(checkpoint_dir)


@app.command()
def calibrate(final: PathOption, out: PathOption) -> None:
    """Fit the temperature of the FINAL model on validation cells; write the calibrated classifier to the folder OUT."""
    from relecture.tallies.networks.calibration import calibrate

    calibrate(final, out)


@app.command()
def count_cells(
    cell_crops: PathOption,
    classifier: PathOption,
    out: PathOption,
    variant: Annotated[CountVariant, typer.Option(help="How the votes are counted.")] = "transferred",
) -> None:
    """Classify the cells of all sheets and count the votes."""
    from relecture.tallies.counting.vote_counts import count_folder

    count_folder(cell_crops, classifier, variant, out)


@app.command()
def vote_tables(
    counts: PathOption,
    cell_crops: PathOption,
    quality_threshold: QualityOption,
    n_permutations: PermutationsOption,
    out: PathOption,
    truth: TruthOption = None,
) -> None:
    """Write the tables of the votes into the folder OUT, from the vote counts in the folder COUNTS."""
    from relecture.tallies.counting import vote_tables
    from relecture.tallies.exhibits import EXHIBITS

    folders = {name: counts / name for name in vote_tables.COUNT_VARIANTS}
    election = vote_tables.load(folders, cell_crops, truth, quality_threshold, n_permutations)
    EXHIBITS.write_tables(election, out, job="vote_tables")


@app.command()
def count_members(
    cell_crops: PathOption,
    classifiers: Annotated[list[Path], typer.Option("--classifier", help="Calibrated classifiers, one per seed.")],
    out: PathOption,
    transfers: Annotated[
        list[Path] | None, typer.Option("--transfer", help="Records of transfer variants; may be repeated.")
    ] = None,
) -> None:
    """Count the votes with every trained network."""
    from relecture.tallies.counting.member_votes import count_members

    count_members(cell_crops, classifiers, {path.name: path / "model" for path in transfers or []}, out)


@app.command()
def seed_tables(
    votes: PathOption,
    cell_crops: PathOption,
    out: PathOption,
    truth: TruthOption = None,
    images: Annotated[Path | None, typer.Option(help="Which image is in each box of simulated sheets.")] = None,
) -> None:
    """Write the table of the votes by network into the folder OUT."""
    from relecture.data_files import read_parquet
    from relecture.tallies.counting.member_votes import MemberVotes
    from relecture.tallies.exhibits import EXHIBITS
    from relecture.tallies.segmentation.cell_crops import CellCrops

    members = MemberVotes(read_parquet(votes), CellCrops.load(cell_crops).name, truth, images)
    EXHIBITS.write_tables(members, out, job="seed_tables")


@app.command()
def tables(
    folders: Annotated[list[Path], typer.Argument(metavar="RECORDS...")],
    selected: PathOption,
    published: PathOption,
    quality_threshold: Annotated[float, typer.Option(help="A sheet above it is of high quality.")],
    out: PathOption,
) -> None:
    """Write the tables of the networks, and reproduced_values.csv, into the folder OUT from all RECORDS."""
    from relecture.scorecard.published_values import load
    from relecture.tallies import result_tables
    from relecture.tallies.exhibits import EXHIBITS

    results = result_tables.load(folders, load(published), selected, quality_threshold)
    EXHIBITS.write_tables(results, out)
    result_tables.reproduced_values(results, out / "reproduced_values.csv")


@app.command()
def overviews(folders: Annotated[list[Path], typer.Argument(metavar="RECORDS...")]) -> None:
    """Draw each of the RECORDS to overview.svg and overview.png in its folder."""
    from relecture import plotting
    from relecture.tallies.exhibits import EXHIBITS

    plotting.draw_overviews(EXHIBITS, map(records.read, folders))


@app.command()
def figures(
    results: Annotated[Path, typer.Option(help="The folder of the comparison.")],
    sheets: PathOption,
    mnist: PathOption,
    quality_threshold: QualityOption,
    n_permutations: PermutationsOption,
    out: PathOption,
    truth: TruthOption = None,
) -> None:
    """Draw every figure into the folder OUT."""
    from relecture import plotting
    from relecture.tallies.exhibits import EXHIBITS
    from relecture.tallies.figures.drawings import TalliesResults

    loaded = TalliesResults(results, sheets, mnist, quality_threshold, n_permutations, truth)
    plotting.draw_figures(EXHIBITS, loaded, out, loaded.sample_name)


@app.command()
def register(
    results: Annotated[Path, typer.Option(help="The folder of all results.")],
    out: Annotated[Path | None, typer.Option(help="Where to write what was registered (JSON).")] = None,
) -> None:
    """Register the calibrated digit classifier in MLflow's model registry, unless it is registered already."""
    from relecture.atomic_files import write_json
    from relecture.tallies.registration import MODEL
    from relecture.tracking.model_registry import register
    from relecture.tracking.store import connect

    store = connect()
    result = register(store, MODEL, results)
    content = {"model": result.name, "version": result.version, "alias": result.alias, "digest": result.digest}
    if out is not None:
        write_json(out, content | {"tracking_uri": store.uri})
    print(f"{result.name} version {result.version}, {result.alias}: {result.outcome}")


@app.command()
def count(
    sheets: Annotated[list[Path], typer.Argument(help="Page images, or folders of them.")],
    out: Annotated[Path, typer.Option(help="CSV file of the counts, a row per sheet and party.")],
    layout: Annotated[
        Path | None, typer.Option(help="Layout of all forms; by default the `layout.json` of each sheet's folder.")
    ] = None,
    classifier: Annotated[Path | None, typer.Option(help="A classifier.pt.")] = None,
    model: Annotated[
        str | None, typer.Option(help="A registered model: models:/tally-digits@champion, or /latest.")
    ] = None,
    processes: Annotated[int, typer.Option(min=1, help="Number of parallel processes.")] = 1,
) -> None:
    """Count the votes on sheets, by default with the classifier that `snakemake tallies` made."""
    from relecture.tallies.counting.count_sheets import count_sheets
    from relecture.tallies.networks.digit_classifier import DigitClassifier
    from relecture.tallies.segmentation.cell_crops import UNREAD, describe_files
    from relecture.tallies.segmentation.sheet_listing import list_sheets

    listing = list_sheets(sheets, layout)
    with tempfile.TemporaryDirectory() as folder:
        digit_classifier = DigitClassifier.load(_classifier_file(classifier, model, Path(folder)))
    counted = count_sheets(listing, digit_classifier, out, processes)
    print(f"{out}: {counted.n_sheets:,} sheets counted by {digit_classifier.name}")
    print(f"{out.with_name(f'{out.stem}.to_check.csv')}: {counted.describe_checks()}")
    files = counted.files
    print(f"{out.with_name(f'{out.stem}.files.csv')}: {describe_files(files)}")
    if warning := counted.material.warning():
        print(f"warning: {warning}", file=sys.stderr)
    for row in files[files.state == UNREAD].itertuples():
        print(f"unreadable  {row.file}: {row.reason}", file=sys.stderr)


def require_one_of(value: Value | None, options: str) -> Value:
    """Return the value of an option whose alternative was not given.

    Args:
        value: None if this option was not given either.
        options: Both options, `--network or --selected`.

    Raises:
        UserError: Neither option was given.
    """
    if value is None:
        raise UserError(f"one of two options is required: give {options}")
    return value


def _fine_tune_job(method: str, config_json: str) -> TransferJob | LabelCurveJob | FinalJob:
    """Parse the configuration of a method: `transfer/frozen`, `label_curve/frozen`, `final`."""
    jobs: dict[str, type[Any]] = {"transfer": TransferJob, "label_curve": LabelCurveJob, "final": FinalJob}
    job: TransferJob | LabelCurveJob | FinalJob = parse_config(jobs[method.partition("/")[0]], config_json)
    return job


def _classifier_file(classifier: Path | None, model: str | None, folder: Path) -> Path:
    """Return the file of the requested classifier; that of a registered model is downloaded to `folder`."""
    if classifier is not None and model is not None:
        raise UserError("--classifier and --model both name a classifier: give one of them")
    if model is None:
        return classifier or STANDARD_CLASSIFIER
    from relecture.tracking.model_registry import fetch
    from relecture.tracking.store import connect

    return fetch(connect(), model, folder)
