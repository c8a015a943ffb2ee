"""Files that change without getting newer: what depends on them is rerun, and nothing else."""

import hashlib
import json
import os
import subprocess
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from relecture import changed_files, data_files, plotting, records, tables
from relecture.atomic_files import write_json, write_text
from relecture.changed_files import list_files, mark_changed_outputs, write_manifest
from relecture.errors import UserError

LONG_AGO = 1_000_000_000

#: A table is copied, and the copy drawn; another file depends on neither.
SNAKEFILE = """
from types import SimpleNamespace
from relecture import workflow as helpers

run = SimpleNamespace(path=lambda name="": f"results/{name}".rstrip("/"))
helpers.mark_changed(workflow, SimpleNamespace(run=run))

rule all:
    input: "results/drawn.txt", "results/other.txt"

rule copy:
    input: helpers.content_of(["mine.csv"], "results/mine.json"), code="code.py"
    output: "results/table.csv"
    shell: "sort mine.csv code.py > {output}"

rule draw:
    input: "results/table.csv"
    output: "results/drawn.txt"
    shell: "cat {input} > {output}"

rule other:
    output: "results/other.txt"
    shell: "echo other > {output}"
"""


def clear_caches() -> None:
    """Forget the checksums of files, as a new process does."""
    changed_files._sha256.cache_clear()
    changed_files._digest.cache_clear()


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    clear_caches()
    return tmp_path


@pytest.fixture
def snakemake(starter: Path) -> Callable[..., tuple[set[str], str]]:
    """Runs the workflow; returns the rules that ran or would run, and the output."""

    def run(*arguments: str) -> tuple[set[str], str]:
        root = Path(changed_files.__file__).parents[1]
        done = subprocess.run(
            [str(starter / "snakemake"), "--cores", "1", "--nocolor", "--rerun-incomplete", *arguments],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(root)},
            check=False,
        )
        assert done.returncode == 0, done.stderr
        lines = (done.stdout + done.stderr).splitlines()
        ran = {line.removeprefix("local").removeprefix("rule ").rstrip(":") for line in lines if "rule " in line[:10]}
        return ran - {"all"}, done.stderr

    return run


@pytest.mark.slow
def test_what_depends_on_an_older_file_or_a_cut_one_is_made_again_and_nothing_else(folder, snakemake):
    (folder / "Snakefile").write_text(SNAKEFILE)
    (folder / "mine.csv").write_text("a\n1\n")
    (folder / "code.py").write_text("1\n")
    assert snakemake()[0] == {"copy", "draw", "other"}

    for name in ("mine.csv", "code.py"):  # as `mv`, `cp -p`, `unzip` and `rsync` leave them
        (folder / f"new {name}").write_text(f"other {name}\n")
        os.utime(folder / f"new {name}", (LONG_AGO, LONG_AGO))
        (folder / f"new {name}").replace(folder / name)
        assert snakemake("--dry-run")[0] == {"copy", "draw"}, name
        assert not list((folder / ".snakemake/incomplete").iterdir()), "a dry run has left its marks"
        assert snakemake()[0] == {"copy", "draw"}, name
        assert f"other {name}" in (folder / "results/drawn.txt").read_text()
    for name in ("mine.csv", "code.py", "results/table.csv"):
        (folder / name).touch()
    assert snakemake("--dry-run")[0] == set()

    for name, expected in {"table.csv": {"copy", "draw"}, "drawn.txt": {"draw"}, "other.txt": {"other"}}.items():
        path = folder / "results" / name
        content = path.read_bytes()
        os.truncate(path, len(content) // 2)
        os.utime(path, (LONG_AGO, LONG_AGO))
        ran, said = snakemake()
        assert ran == expected
        assert f"relecture: results/{name} was emptied, cut or changed after its job: " in said
        assert path.read_bytes() == content


def marked(is_made_here: bool = True) -> set[str]:
    """Return the outputs that are marked as incomplete, and remove the marks."""
    incomplete = Path(".snakemake/incomplete")
    incomplete.mkdir(exist_ok=True)
    mark_changed_outputs(lambda output: is_made_here)
    marks = list(incomplete.iterdir())
    for path in marks:
        path.unlink()
    return {urlsafe_b64decode(path.name).decode() for path in marks}


def made_run(results: Path) -> list[Path]:
    """Write a file of every kind that a run has, and the metadata that Snakemake would keep of them."""
    import matplotlib.pyplot as plt

    table = pd.DataFrame({"a": range(20)})
    fit = records.FitResult(save_model=lambda model: data_files.write_csv(model / "weights.csv", table))
    fit.add("seed-0", {"mae": 1.0}, pd.DataFrame({"case": range(20)}))
    fit.save(results / "fit", "salaries/fit", {}, {"name": "x", "digest": "0", "sample": False}, "salaries_fit")
    tables.write(results / "table", table, table.astype(str), "A table")
    plotting.save(plt.figure(), results / "figure")
    data_files.write_arrays(results / "data.npz", x=np.arange(20))
    data_files.write_parquet(results / "splits.parquet", table)
    write_json(results / "selected.json", {"a": list(range(20))})
    write_text(results / "handout.pdf", "a PDF\n" * 20)
    outputs = sorted(path for path in results.rglob("*") if path.is_file() and path.parent.name != "model")
    for path in (*outputs, results / "fit/model"):
        key = urlsafe_b64encode(str(path).encode()).decode()
        write_json(Path(".snakemake/metadata") / key, {"endtime": path.stat().st_mtime, "input_checksums": {}})
    return outputs


def test_every_kind_of_file_that_is_empty_or_cut_is_named(folder, capsys):
    results = Path("results")
    outputs = made_run(results)
    assert {path.suffix for path in outputs} == {
        *(".csv", ".json", ".md", ".tex", ".html", ".svg", ".png", ".npz", ".parquet", ".pdf")
    }
    assert marked() == set()
    for path in outputs:
        for share in (0.5, 0):
            content, time = path.read_bytes(), path.stat().st_mtime
            os.truncate(path, int(share * len(content)))
            # A cut changes the time of a file; an empty one after a power cut may have any.
            os.utime(path, (time, time + 60 * (share > 0)))
            assert marked() == {str(path)}
            assert f"relecture: {path} was emptied, cut or changed after its job" in capsys.readouterr().err
            path.write_bytes(content)
            os.utime(path, (time, time))
            clear_caches()
    os.truncate(results / "fit/model/weights.csv", 0)
    assert marked() == {"results/fit/model"}
    with pytest.raises(UserError, match=r"model/weights\.csv has 0 bytes"):
        records.read(results / "fit")


def test_nothing_is_said_of_other_runs_nor_while_snakemake_runs(folder, capsys):
    path = made_run(Path("results"))[0]
    os.truncate(path, 0)
    assert marked(is_made_here=False) == set()
    (folder / ".snakemake/locks").mkdir()
    (folder / ".snakemake/locks/0.input.lock").touch()
    assert marked() == set()
    assert capsys.readouterr().err == ""


def test_only_files_whose_size_or_time_has_changed_are_read_again(folder, monkeypatch):
    files = [f"{name}.png" for name in "abc"]
    for name in files:
        (folder / name).write_text(name)
    read = []
    monkeypatch.setattr(changed_files, "_sha256", lambda path: read.append(path) or Path(path).read_text())

    assert write_manifest(files, "manifest.json") == ["manifest.json"]
    first = (folder / "manifest.json").stat()
    (folder / "b.png").touch()
    write_manifest(files, "manifest.json")
    assert read[3:] == ["b.png"]
    assert (folder / "manifest.json").stat().st_mtime_ns == first.st_mtime_ns

    (folder / "c.png").write_text("C.png")
    os.utime(folder / "c.png", (LONG_AGO, LONG_AGO))
    write_manifest(files, "manifest.json")
    assert read[4:] == ["c.png"]
    assert (folder / "manifest.json").stat().st_ino != first.st_ino

    content = (folder / "manifest.json").read_text()
    write_manifest(files[:2], "manifest.json")
    assert (folder / "manifest.json").read_text() != content
    assert len(read) == 5


def test_without_files_there_is_no_manifest(folder):
    assert write_manifest([], "manifest.json") == []
    assert list(folder.iterdir()) == []


def test_names_that_are_no_text_are_files_like_any_other(folder):
    name = os.fsdecode(b"{x} <y> \n \xff.png")
    (folder / "f").mkdir()
    (folder / "f" / name).write_text("1")
    assert list_files("f") == [f"f/{name}"]
    write_manifest(list_files("f"), "manifest.json")
    content = (folder / "manifest.json").read_text()
    (folder / "f" / name).write_text("2")
    clear_caches()
    write_manifest(list_files("f"), "manifest.json")
    assert (folder / "manifest.json").read_text() != content


@pytest.mark.parametrize("kind", ["folder", "pipe", "broken link", "device"])
def test_what_is_not_a_regular_file_is_refused_before_it_is_read(kind, folder):
    match kind:
        case "folder":
            (folder / "mine.csv").mkdir()
        case "pipe":
            os.mkfifo(folder / "mine.csv")
        case "broken link":
            (folder / "mine.csv").symlink_to("nowhere")
        case "device":
            (folder / "mine.csv").symlink_to("/dev/zero")
    with pytest.raises(UserError, match=r"mine\.csv (is not a regular file|cannot be read)"):
        write_manifest(["mine.csv"], "manifest.json")


def test_a_folder_is_listed_without_hidden_files(folder):
    for name in ("f/b/2.png", "f/a.png", "f/.hidden", "f/.b/3.png", "f/{x}.png"):
        write_text(folder / name, "")
    assert list_files("f") == ["f/a.png", "f/b/2.png", "f/{x}.png"]
    assert list_files("none") == []


def test_the_files_of_a_linked_folder_are_listed_and_a_link_to_a_folder_above_ends(folder):
    write_text(folder / "elsewhere/a.png", "")
    (folder / "f").mkdir()
    (folder / "f/0").symlink_to(folder / "elsewhere")
    (folder / "elsewhere/up").symlink_to(folder / "f")
    assert list_files("f") == ["f/0/a.png"]


def test_while_snakemake_runs_a_manifest_stays(folder):
    write_text(folder / "mine.csv", "1")
    write_manifest(["mine.csv"], "manifest.json")
    before = (folder / "manifest.json").read_bytes()
    write_text(folder / "mine.csv", "2")
    write_text(folder / ".snakemake/locks/0.input.lock", "")
    assert write_manifest(["mine.csv"], "manifest.json") == ["manifest.json"]
    assert (folder / "manifest.json").read_bytes() == before
    (folder / ".snakemake/locks/0.input.lock").unlink()
    clear_caches()
    write_manifest(["mine.csv"], "manifest.json")
    assert (folder / "manifest.json").read_bytes() != before


def metadata(output: str, content: str) -> None:
    write_text(Path(".snakemake/metadata", urlsafe_b64encode(output.encode()).decode()), content)


def test_an_output_whose_metadata_are_damaged_is_made_again(folder, capsys):
    write_text(folder / "results/table.csv", "1")
    metadata("results/table.csv", "")  # as after a power cut
    assert marked() == {"results/table.csv"}
    assert "what Snakemake wrote about results/table.csv is damaged" in capsys.readouterr().err


def test_another_input_that_is_older_than_a_copied_output_is_found(folder):
    for name, content, time in (("code.py", "new", 2000), ("results/table.csv", "1", 3000)):
        write_text(folder / name, content)
        os.utime(folder / name, (time, time))
    other = f"sha256:{hashlib.sha256(b'old').hexdigest()}"
    same = f"sha256:{hashlib.sha256(b'1').hexdigest()}"  # of another job that has read the output
    metadata("results/table.csv", json.dumps({"endtime": 1000, "input_checksums": {"code.py": other}}))
    metadata("results/drawn.txt", json.dumps({"endtime": 1000, "input_checksums": {"results/table.csv": same}}))
    assert marked() == {"results/table.csv"}
