"""The layers of the package: imports point downwards, one package uses MLflow, one module the network.

What a running job really loads is tested on the finished run: tests/workflow/finished/test_loaded_files.py.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

import relecture
from relecture import clusters, digits, salaries, tallies
from relecture.comparisons import load_exhibits
from relecture.config import COMPARISONS

SOURCE = Path(relecture.__file__).parent
ROOT = Path(__file__).parents[1]
MODULES = sorted(SOURCE.rglob("*.py"))
HYPERBAND = {"shard": "relecture.tallies.networks.hyperband_search:train_shard"}
REGISTRIES = (
    *(salaries.METHODS, salaries.LEARNING_CURVE, digits.METHODS, digits.SEARCH),
    *(clusters.METHODS, clusters.LIMITS, HYPERBAND),
    *(tallies.BASES, tallies.TRANSFERS, tallies.LABEL_CURVES, tallies.SEARCH, tallies.FINAL),
)
EXHIBITS = [exhibits for name in COMPARISONS if (exhibits := load_exhibits(name))]
FUNCTIONS = sorted(
    {function for registry in REGISTRIES for function in registry.values()}
    | {one.function for exhibits in EXHIBITS for one in (*exhibits.tables, *exhibits.figures)}
)

#: The rooms of `tallies`, and the rooms that each may import.
ROOMS = {
    "segmentation": set(),
    "networks": {"segmentation"},
    "simulation": {"segmentation", "networks"},
    "counting": {"segmentation", "networks"},
}

#: The modules that import by a name that is known only at run time, and the registry in which the name is declared.
IMPORT_BY_NAME = {
    "__main__.py": "the packages with a cli.py",
    **{f"{name}/cli.py": f"{name}/__init__.py and {name}/exhibits.py" for name in COMPARISONS},
    "comparisons.py": "exhibits.py and conclusions.py of each comparison",
    "exhibit.py": "the tables of exhibits.py of each comparison",
    "plotting.py": "the figures of exhibits.py of each comparison",
}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("relecture", include_external_packages=True, cache_dir=None)


def relative(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def comparison(module: str) -> str | None:
    """The comparison that a module belongs to."""
    name = module.removeprefix("relecture.").partition(".")[0]
    return name if name in COMPARISONS else None


def edges(graph: grimp.ImportGraph) -> list[tuple[str, str]]:
    """Every import of a module of the package by another."""
    own = {module for module in graph.modules if module.partition(".")[0] == "relecture"}
    return [(a, b) for a in sorted(own) for b in sorted(graph.find_modules_directly_imported_by(a) & own)]


def is_tracking(module: str) -> bool:
    return module == "relecture.tracking" or module.startswith("relecture.tracking.")


def test_comparisons_never_import_each_other(graph):
    assert not [(a, b) for a, b in edges(graph) if comparison(a) and comparison(b) and comparison(a) != comparison(b)]


def test_only_the_configuration_imports_a_comparison_from_below(graph):
    upward = [(a, b) for a, b in edges(graph) if comparison(b) and not comparison(a)]
    assert upward == [("relecture.config", f"relecture.{name}.config") for name in sorted(COMPARISONS)]


def test_data_imports_nothing_above_it(graph):
    above = [(a, b) for a, b in edges(graph) if a.startswith("relecture.data.") and not b.startswith("relecture.data")]
    allowed = {f"relecture.{name}" for name in ("atomic_files", "cli", "config_model", "errors")}
    assert {b for _, b in above} <= allowed


def test_there_is_no_import_cycle(graph):
    own = {module for module in graph.modules if module.partition(".")[0] == "relecture"}
    for module in own:
        others = graph.find_upstream_modules(module)
        assert not [other for other in others if module in graph.find_upstream_modules(other)]


def test_the_rooms_of_tallies_are_those_with_an_allowed_set():
    assert set(ROOMS) | {"figures"} == {path.parent.name for path in (SOURCE / "tallies").glob("*/__init__.py")}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_of_tallies_imports_only_rooms_below_it(graph, room):
    inside = f"relecture.tallies.{room}."
    imported = [(a, b) for a, b in edges(graph) if a.startswith(inside) and b.startswith("relecture.tallies")]
    allowed = (inside, *(f"relecture.tallies.{other}." for other in ROOMS[room]))
    shared = {"relecture.tallies", "relecture.tallies.config"}
    assert [(a, b) for a, b in imported if not b.startswith(allowed) and b not in shared] == []


def imports_by_name(path: Path) -> Iterator[tuple[ast.AST, ast.AST | None]]:
    """Each use of a function that imports by name, with its argument if the use is a call."""
    names = {"resolve_name", "import_module", "__import__", "run_module", "run_path", "import_string"}
    tree = ast.parse(path.read_text())
    calls = {node.func: node.args[0] for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args}
    for node in ast.walk(tree):
        if getattr(node, "id", getattr(node, "attr", None)) in names:
            yield node, calls.get(node)


def test_only_declared_modules_import_by_name():
    # Such an import is in no graph: neither these tests nor the rules' inputs would see it.
    users = {relative(path) for path in MODULES if list(imports_by_name(path))}
    assert users <= set(IMPORT_BY_NAME)


@pytest.mark.parametrize("path", [path for path in MODULES if relative(path) in IMPORT_BY_NAME], ids=relative)
def test_an_import_by_name_looks_the_name_up(path):
    # A name that is written out could be an ordinary import, inside the function if it has to be late.
    for node, argument in imports_by_name(path):
        assert argument is not None, f"line {node.lineno}: not a call"
        assert not isinstance(argument, ast.Constant), f"line {node.lineno}: {argument.value}"


def test_only_tracking_imports_mlflow(graph):
    importers = graph.find_modules_that_directly_import("mlflow")
    assert importers
    assert [name for name in importers if not is_tracking(name)] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_function_of_a_comparison_imports_mlflow_or_snakemake(graph, function):
    module = function.partition(":")[0]
    used = {module, *graph.find_upstream_modules(module)}
    assert not {"mlflow", "snakemake"} & used
    assert not [name for name in used if is_tracking(name)]


@pytest.mark.parametrize("name", COMPARISONS)
def test_the_command_line_of_a_comparison_imports_tracking_only_inside_a_function(name):
    body = ast.parse((SOURCE / name / "cli.py").read_text()).body
    outside = [node for node in body if not isinstance(node, ast.FunctionDef | ast.ClassDef)]
    assert not [name for node in outside for name in imported(node) if is_tracking(name)]


def imported(tree: ast.AST) -> set[str]:
    """Full names of everything that is imported anywhere in `tree`."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return names


def test_only_data_fetch_uses_the_network():
    network = {"pooch", "requests", "urllib", "urllib3", "http", "httpx", "ftplib"}
    # Text, errors that MLflow lets through, and what the environment says of proxies.
    harmless = ("urllib.parse", "requests.exceptions", "requests.utils")
    users = {
        relative(path)
        for path in MODULES
        for name in imported(ast.parse(path.read_text()))
        if name.partition(".")[0] in network and not name.startswith(harmless)
    }
    assert users == {"data/fetch.py"}


def opens_text_without_encoding(call: ast.Call) -> bool:
    """Whether a call reads or writes text in the encoding of the locale."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    owner = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
    options = {option.arg: option.value for option in call.keywords}
    if "encoding" in options:
        return False
    if name == "open" and owner not in {"os", "Image", "gzip", "image"}:
        modes = [
            *(argument.value for argument in [*call.args, *options.values()] if isinstance(argument, ast.Constant))
        ]
        return not any(isinstance(mode, str) and "b" in mode and set(mode) <= set("rwxab+") for mode in modes)
    return (
        (name == "read_text" and not call.args)
        or (name == "write_text" and len(call.args) == 1)
        or (name in {"run", "Popen", "check_output"} and "text" in options)
        or (name in {"TemporaryFile", "NamedTemporaryFile"} and bool(call.args))
    )


@pytest.mark.parametrize("folder", ["src", "benchmarks", "docs", "examples"])
def test_every_text_file_is_read_and_written_as_utf_8(folder):
    # Otherwise it would be in the encoding of the locale, which cannot write every letter.
    places = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and opens_text_without_encoding(node)
    ]
    assert places == []


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("path.read_text()", True),
        ("path.read_text(encoding='utf-8')", False),
        ("path.write_text(text)", True),
        ("path.open('w', newline='')", True),
        ("path.open('wb')", False),
        ("open(path)", True),
        ("subprocess.run(command, text=True)", True),
        ("subprocess.run(command)", False),
    ],
)
def test_text_without_an_encoding_is_found(code, found):
    assert opens_text_without_encoding(ast.parse(code).body[0].value) is found


def test_parsing_the_snakefile_loads_nothing_heavy():
    code = "import sys; from relecture import config, workflow; workflow.all_exhibits(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    heavy = {"torch", "pytorch_lightning", "mlflow", "sklearn", "pandas", "numpy", "matplotlib", "scipy"}
    assert heavy & set(loaded) == set()


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_every_module_and_public_function_has_a_docstring(path):
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree)
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    public = [node for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_")]
    assert [node.name for node in public if not ast.get_docstring(node)] == []


def test_every_public_function_has_types():
    untyped = []
    for path in MODULES:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                missing = [argument.arg for argument in arguments if argument.annotation is None]
                if missing or node.returns is None:
                    untyped.append(f"{relative(path)}: {node.name}({', '.join(missing)})")
    assert untyped == []


def test_init_files_contain_only_constants():
    # The rules' inputs leave these files out. The other one is named as an input like any module.
    files = {relative(path): path for path in MODULES if path.name == "__init__.py"}
    for name in set(files) - {"config/__init__.py"}:
        assert {type(node) for node in ast.parse(files[name].read_text()).body} <= {ast.Expr, ast.Assign}, name


def can_run_code(call: ast.Call) -> bool:
    """Whether a call may run what a text or a file holds."""
    name, options = ast.unparse(call.func), {option.arg: ast.unparse(option.value) for option in call.keywords}
    return (
        name in {"eval", "exec", "pickle.load", "pickle.loads", "joblib.load", "os.system", "yaml.unsafe_load"}
        or (name == "yaml.load" and ast.unparse(call.args[1]) != "_Loader")  # of `yaml_files`, a SafeLoader
        or (name == "torch.load" and options.get("weights_only") != "True")
        or "shell" in options
        or "allow_pickle" in options
    )


def test_no_call_runs_what_a_text_or_a_file_holds():
    places = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / "src").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and can_run_code(node)
    ]
    assert places == []


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("eval(text)", True),
        ("network.eval()", False),
        ("yaml.load(text, yaml.Loader)", True),
        ("torch.load(path)", True),
        ("torch.load(path, weights_only=True)", False),
        ("subprocess.run(text, shell=True)", True),
        ("np.load(path, allow_pickle=True)", True),
    ],
)
def test_a_call_that_can_run_code_is_found(code, found):
    assert can_run_code(ast.parse(code).body[0].value) is found


def test_actions_of_the_ci_are_pinned_and_may_only_read():
    [workflow] = (ROOT / ".github/workflows").iterdir()
    text = workflow.read_text(encoding="utf-8")
    assert "\npermissions:\n  contents: read\n" in text
    assert all(re.fullmatch(r"\S+@[0-9a-f]{40}", action) for action in re.findall(r"uses: (\S+)", text))
