"""Data for all tests: the players, MNIST where a source has it, the sample, and small records of each comparison."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import job_server
import pytest

# BLAS and OpenMP read these when NumPy or PyTorch is imported, which fixtures and tests do later.
os.environ.update(dict.fromkeys(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"], "1"))
os.environ.update(OMP_WAIT_POLICY="PASSIVE", MPLBACKEND="agg", CUBLAS_WORKSPACE_CONFIG=":4096:8")

# A shell lets what it runs in the background, and all that this starts, ignore Ctrl-C; some tests send it.
signal.signal(signal.SIGINT, signal.default_int_handler)

os.fsync = lambda descriptor: None  # the power stays on, and flushing takes longer than the tests themselves

ROOT = Path(__file__).parents[1]


#: The files that begin first. The finished run is made by the first of them, and takes longest; the other files that
#: need it come later, so that the second process has other work until it is there.
FIRST = (
    "workflow/finished/test_finished_run.py",
    "workflow/test_examples.py",
    "tracking",
    "workflow/test_documented_commands.py",
    "workflow/finished",
    "workflow",
    "test_run_snakemake.py",
)


def position(path: Path) -> int:
    """Return the index in FIRST of the entry that names a test file or its folder."""
    name = path.relative_to(ROOT / "tests").as_posix()
    return next((index for index, start in enumerate(FIRST) if name.startswith(start)), len(FIRST))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give all tests of a folder, which share slow fixtures, to one process; those of the workflow file by file."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFolder(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            folder = file.rpartition("/")[0]
            return file if folder == "tests" or folder.startswith("tests/workflow") else folder

    return ByFolder(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: position(item.path))


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of commands that start more quickly."""
    with job_server.starter(tmp_path_factory.mktemp("starter") / "bin") as folder:
        yield folder


@pytest.fixture(scope="session")
def standard():
    """The standard configuration, checked."""
    from relecture.config import load
    from relecture.config.yaml_files import read

    return load(read(ROOT / "config/config.yaml"))


@pytest.fixture(scope="session")
def published():
    """What `config/published.yaml` lists."""
    from relecture.scorecard.published_values import load

    return load(ROOT / "config/published.yaml")


def fetched(name: str, folder: Path) -> list[Path]:
    """The files of a data set, from `resources`, a mirror or the network; skips where no source has them."""
    import yaml

    from relecture.data import registry
    from relecture.data.fetch import MIRROR, Unavailable, fetch

    config = yaml.safe_load((ROOT / "config/config.yaml").read_text())
    mirrors = [ROOT / "resources", *(ROOT / mirror for mirror in config["data"]["mirrors"])]
    try:
        return [fetch(file.name, folder, mirrors) for file in registry.data_set(name)]
    except Unavailable:
        pytest.skip(f"needs {name}; no source has it (name a folder that does in {MIRROR})")


@pytest.fixture(scope="session")
def hitters_csv(tmp_path_factory) -> Path:
    """Hitters.csv, intact."""
    return fetched("hitters", tmp_path_factory.mktemp("hitters"))[0]


def manifest(name: str, folder: Path) -> Path:
    """The manifest of a whole data set, as the data command writes it."""
    from relecture.data import registry

    fetched(name, folder)
    files = {file.name: {"sha256": file.sha256, "source": "a test"} for file in registry.data_set(name)}
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"name": name, "sample": False, "files": files}))
    return path


@pytest.fixture(scope="session")
def mnist_manifest(tmp_path_factory) -> Path:
    """The manifest of all of MNIST."""
    return manifest("mnist", tmp_path_factory.mktemp("mnist"))


@pytest.fixture(scope="session")
def usps_manifest(tmp_path_factory) -> Path:
    """The manifest of the USPS digits."""
    return manifest("usps", tmp_path_factory.mktemp("usps"))


@pytest.fixture(scope="session")
def mnist_digits(mnist_manifest, standard, tmp_path_factory):
    """All of MNIST: 50,000 images to learn from, 10,000 for validation, 10,000 for the test."""
    from relecture.digits.cli import data
    from relecture.digits.data import load

    path = tmp_path_factory.mktemp("digits") / "mnist.npz"
    data(mnist_manifest, path)
    return load(path, standard.digits.n_validation)


@pytest.fixture(scope="session")
def sample_npz(tmp_path_factory) -> Path:
    """The 5,000 real MNIST images inside a package, as the data command keeps them where it has no MNIST."""
    from relecture.digits.cli import data

    folder = tmp_path_factory.mktemp("sample")
    (folder / "mnist.json").write_text(json.dumps({"name": "mnist", "sample": True, "files": {}}))
    data(folder / "mnist.json", folder / "mnist.npz")
    return folder / "mnist.npz"


@pytest.fixture(scope="session")
def sample_digits(sample_npz):
    """The sample: 3,200 images to learn from, 800 for validation, 1,000 for the test."""
    from relecture.digits.data import load

    return load(sample_npz, 10_000)


@pytest.fixture(scope="session")
def players(hitters_csv):
    """The 263 players with a known salary."""
    from relecture.data import hitters
    from relecture.salaries.data import encode_players

    return encode_players(hitters.load(hitters_csv))


@pytest.fixture(scope="session")
def book(standard):
    """The book's split."""
    from relecture.salaries.data import draw_splits, iter_splits

    (split,) = iter_splits(draw_splits(263, standard.salaries.splits("book")))
    return split


@pytest.fixture(scope="session")
def some_splits(standard):
    """The first five random splits."""
    from relecture.salaries.data import draw_splits, iter_splits

    config = standard.salaries.splits("resampled")
    return list(iter_splits(draw_splits(263, config.model_copy(update={"seeds": config.seeds[:5]}))))


@pytest.fixture(scope="session")
def salaries_records(players, book, some_splits, standard, tmp_path_factory) -> dict[tuple[str, str], Path]:
    """Every method on the book's split and on five random ones: five epochs, 50 trees, few candidates."""
    from pkgutil import resolve_name

    from relecture.salaries import METHODS

    folders, checkpoint_dir = {}, tmp_path_factory.mktemp("scratch")
    changes = {
        "tree": {"cp": [0.1, 0.02]},
        "bagging": {"n_trees": 50},
        "random_forest": {"n_trees": 50, "max_features": [0.2, 0.4], "min_samples_leaf": [1]},
    }
    for protocol, splits in (("book", [book]), ("resampled", some_splits)):
        for method, function in METHODS.items():
            config = standard.salaries.method(protocol, method).model_copy(update=changes.get(method, {}))
            if method.startswith("network"):
                training = config.training.model_copy(update={"epochs": 5, "log_every_n_epochs": 1})
                update = {"n_seeds": 3 if protocol == "book" else 1, "training": training}
                config = config.model_copy(update=update)
            folder = tmp_path_factory.mktemp("salaries") / protocol / method
            source = {"name": "Hitters", "digest": "0123456789abcdef", "sample": False}
            fit = resolve_name(function)(players, splits, config, checkpoint_dir / method)
            fit.save(folder, f"salaries/{protocol}/{method}", config, source, "salaries_fit")
            folders[protocol, method] = folder
    return folders


@pytest.fixture(scope="session")
def salaries_learning_curve(players, some_splits, standard, tmp_path_factory) -> Path:
    """The record of every method on 40 players of three random splits, with little work for each."""
    from relecture.salaries.learning_curve import fit

    config = standard.salaries.learning_curve_fit()
    training = config.network.training.model_copy(update={"epochs": 2, "log_every_n_epochs": 1})
    networks = {name: getattr(config, name).model_copy(update={"training": training})
                for name in ("network", "network_standardised")}  # fmt: skip
    forest = config.bagging.model_copy(update={"n_trees": 50})
    update = {"n_splits": 3, "train_sizes": [0.23], "tree": config.tree.model_copy(update={"cp": [0.02]})}
    config = config.model_copy(update=update | networks | {"bagging": forest, "random_forest": forest})
    folder = tmp_path_factory.mktemp("salaries") / "learning_curve"
    source = {"name": "Hitters", "digest": "0123456789abcdef", "sample": False}
    result = fit(players, players, some_splits, config, tmp_path_factory.mktemp("checkpoints"))
    result.save(folder, "salaries/learning_curve", config, source, "salaries_learning_curve")
    return folder


@pytest.fixture(scope="session")
def digits_records(sample_digits, standard, tmp_path_factory) -> dict[str, Path]:
    """Every method and the search on the sample: two seeds, two epochs, two lambdas of each penalty."""
    from pkgutil import resolve_name

    from relecture.digits import METHODS, SEARCH

    training = standard.digits.training.model_copy(update={"epochs": 2})
    changes = {
        "ridge": {"hidden_l2": 1e-4},
        "ridge_search": {"lambdas": [1e-5, 1e-3]},
        "l1": {"lambdas": [1e-5, 1e-3]},
        "sklearn_logistic": {"max_iter": 5},
        "knn": {"n_images": 500},
        "random_forest": {"n_estimators": 5, "n_seeds": 2},
    }
    folders, checkpoint_dir = {}, tmp_path_factory.mktemp("checkpoints")
    for method, function in {**METHODS, **SEARCH}.items():
        config = standard.digits.method(method)
        is_network = "training" in type(config).model_fields
        brief_training = {"n_seeds": 2, "training": training} if is_network else {}
        config = config.model_copy(update={**brief_training, **changes.get(method, {})})
        folders[method] = tmp_path_factory.mktemp("digits") / method
        source = {"name": sample_digits.name, "digest": sample_digits.digest, "sample": sample_digits.sample}
        fit = resolve_name(function)(sample_digits, config, checkpoint_dir)
        fit.save(folders[method], f"digits/{method}", config, source, "digits_fit")
    return folders
