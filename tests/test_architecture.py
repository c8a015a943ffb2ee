"""The plan of the house: imports run downwards, one package touches MLflow, one module the network."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

import relecture
from relecture import clusters, digits, salaries, workflow
from relecture.config import COMPARISONS

ROOT = Path(__file__).parents[1]
SOURCE = Path(relecture.__file__).parent
MODULES = sorted(SOURCE.rglob("*.py"))
FITTED = (salaries.METHODS, digits.METHODS, digits.SEARCH, clusters.METHODS, clusters.LIMITS)
FUNCTIONS = sorted({function for methods in FITTED for function in methods.values()})

# Runs a command of the package as a job does, and then says which of its files were loaded.
RUN = """
import json, runpy, sys
from pathlib import Path

module, out, *sys.argv[1:] = sys.argv[1:]
try:
    runpy.run_module(module, run_name="__main__", alter_sys=True)
except SystemExit as end:
    if end.code:
        raise
files = {m.__file__ for n, m in sys.modules.items() if n.partition(".")[0] == "relecture" and m.__file__}
Path(out).write_text(json.dumps(sorted(files)))
"""


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("relecture", include_external_packages=True, cache_dir=None)


def comparison(module: str) -> str | None:
    """The comparison that a module belongs to."""
    name = module.removeprefix("relecture.").partition(".")[0]
    return name if name in COMPARISONS else None


def edges(graph: grimp.ImportGraph) -> list[tuple[str, str]]:
    """Every import of a module of the package by another."""
    own = {module for module in graph.modules if module.partition(".")[0] == "relecture"}
    return [(a, b) for a in sorted(own) for b in sorted(graph.find_modules_directly_imported_by(a) & own)]


def test_comparisons_never_import_each_other(graph):
    assert not [(a, b) for a, b in edges(graph) if comparison(a) and comparison(b) and comparison(a) != comparison(b)]


def test_nothing_below_imports_a_comparison_but_the_settings_their_settings(graph):
    upward = [(a, b) for a, b in edges(graph) if comparison(b) and not comparison(a)]
    assert upward == [("relecture.config", f"relecture.{name}.config") for name in sorted(COMPARISONS)]


def test_the_ground_floor_imports_nothing_above_it(graph):
    above = [(a, b) for a, b in edges(graph) if a.startswith("relecture.data.") and not b.startswith("relecture.data")]
    allowed = {"relecture.errors", "relecture.cli", "relecture.config_model"}
    assert {b for _, b in above} <= allowed


def test_imports_do_not_run_in_circles(graph):
    own = {module for module in graph.modules if module.partition(".")[0] == "relecture"}
    for module in own:
        others = graph.find_upstream_modules(module)
        assert not [other for other in others if module in graph.find_upstream_modules(other)]


def test_nothing_is_imported_by_a_name_that_is_made_up_as_it_runs():
    # Such an import is in no graph: neither these tests nor the rules' inputs would see it.
    found = [path.name for path in MODULES if "import_module(" in path.read_text() or "__import__(" in path.read_text()]
    assert found == []


def test_only_tracking_imports_mlflow(graph):
    importers = graph.find_modules_that_directly_import("mlflow")
    assert importers
    assert {name for name in importers if not name.startswith("relecture.tracking.")} == set()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_training_job_imports_mlflow_or_snakemake(graph, function):
    module = function.partition(":")[0]
    job = {module, ".".join([*module.split(".")[:2], "__main__"])}
    used = set().union(job, *(graph.find_upstream_modules(name) for name in job))
    assert not {"mlflow", "snakemake", "relecture.tracking"} & used
    assert not [name for name in used if name.startswith("relecture.tracking.")]


def imported(path: Path) -> set[str]:
    """Full names of what a file imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return names


def test_only_data_fetch_touches_the_network():
    network = {"pooch", "requests", "urllib", "urllib3", "http", "httpx", "ftplib"}
    harmless = ("urllib.parse", "requests.exceptions")  # text, and errors that MLflow lets through
    found = {
        path.relative_to(SOURCE).as_posix()
        for path in MODULES
        if [n for n in imported(path) if n.partition(".")[0] in network and not n.startswith(harmless)]
    }
    assert found == {"data/fetch.py"}


def test_parsing_the_snakefile_imports_nothing_heavy(graph):
    heavy = {"torch", "pytorch_lightning", "mlflow", "sklearn", "pandas", "numpy", "matplotlib", "scipy"}
    for module in ("relecture.workflow", "relecture.config"):
        assert not heavy & graph.find_upstream_modules(module)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_every_module_and_public_function_says_what_it_is(path):
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree)
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    public = [node for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_")]
    assert [node.name for node in public if not ast.get_docstring(node)] == []


def test_every_public_function_says_its_types():
    bare = []
    for path in MODULES:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                missing = [argument.arg for argument in arguments if argument.annotation is None]
                if missing or node.returns is None:
                    bare.append(f"{path.relative_to(SOURCE)}: {node.name}({', '.join(missing)})")
    assert bare == []


def test_the_packages_of_a_fit_have_nothing_that_computes_in_their_own_file():
    # The rules' inputs leave these files out.
    for package in (".", "data", "training", *COMPARISONS):
        nodes = ast.parse((SOURCE / package / "__init__.py").read_text()).body
        assert {type(node) for node in nodes} <= {ast.Expr, ast.Assign}, package


def test_no_file_is_longer_than_250_lines():
    files = [*MODULES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "workflow").rglob("*.smk"), ROOT / "Snakefile"]
    lengths = {str(path): len(path.read_text().splitlines()) for path in files}
    assert {name: lines for name, lines in lengths.items() if lines > 250} == {}


def loaded(tmp_path: Path, module: str, *arguments: object) -> set[Path]:
    """The package's files that a command loads, but for `__init__.py`: those hold nothing that computes."""
    out = tmp_path / "loaded.json"
    command = [sys.executable, "-c", RUN, module, str(out), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {Path(file).resolve() for file in json.loads(out.read_text()) if Path(file).name != "__init__.py"}


def named(function: str) -> set[Path]:
    """The files that a rule has as inputs for this function."""
    return {(Path.cwd() / file).resolve() for file in workflow.source_files(function)}


@pytest.mark.slow
@pytest.mark.parametrize("method", ["plain", "lda"])
def test_the_rules_of_digits_name_all_code_that_a_fit_loads(sample_npz, standard, tmp_path, method):
    config = standard.digits.method(method)
    if "training" in config:
        config = {**config, "hidden": [4], "seeds": 1, "training": {**config["training"], "epochs": 1}}
    used = loaded(
        *(tmp_path, "relecture.digits", "fit", "--method", method, "--config-json", workflow.to_json(config)),
        *("--data", sample_npz, "--validation-images", 800, "--checkpoint-dir", tmp_path / "scratch"),
        *("--out", tmp_path / "out", "--rule", "digits_fit"),
    )
    assert (tmp_path / "out/metrics.csv").exists()
    assert used - named(digits.METHODS[method]) == set()


@pytest.mark.slow
@pytest.mark.parametrize("method", ["linear", "lasso", "network"])
def test_the_rules_of_salaries_name_all_code_that_a_fit_loads(players, standard, tmp_path, method):
    from relecture.salaries.data import draw_splits

    players.to_csv(tmp_path / "players.csv", index=False)
    draw_splits(263, standard.salaries.splits("book")).to_parquet(tmp_path / "splits.parquet", index=False)
    config = standard.salaries.method("book", method)
    if method == "network":
        training = config.training.model_copy(update={"epochs": 20})
        config = config.model_copy(update={"n_seeds": 1, "training": training})
    used = loaded(
        *(tmp_path, "relecture.salaries", "fit", "--protocol", "book", "--method", method),
        *(
            "--config-json",
            workflow.to_json(config),
            "--data",
            tmp_path / "players.csv",
            "--splits",
            tmp_path / "splits.parquet",
        ),
        *("--checkpoint-dir", tmp_path / "scratch", "--out", tmp_path / "out", "--rule", "salaries_fit"),
    )
    assert (tmp_path / "out/metrics.csv").exists()
    assert used - named(salaries.METHODS[method]) == set()


@pytest.mark.slow
@pytest.mark.parametrize("method", clusters.METHODS)
def test_the_rules_of_clusters_name_all_code_that_a_fit_loads(standard, tmp_path, method):
    made = standard.clusters.dataset("book_r")
    data = ("data", "--dataset", "book_r", "--config-json", workflow.to_json(made), "--out", tmp_path / "data.npz")
    assert loaded(tmp_path, "relecture.clusters", *data) - named(clusters.DATASETS["book_r"]) == set()
    brief = {"starts": 20, "references": 2, "largest": 3, "resamples": 20, "within": 5}
    config = standard.clusters.method(method, "book_r")
    config = {key: brief.get(key, value) for key, value in config.items()}
    used = loaded(
        *(tmp_path, "relecture.clusters", "fit", "--method", method, "--config-json", workflow.to_json(config)),
        *("--data", tmp_path / "data.npz", "--out", tmp_path / "out", "--rule", "clusters_fit"),
    )
    assert (tmp_path / "out/metrics.csv").exists()
    assert used - named(clusters.METHODS[method]) == set()
