"""Atomic writing: the old file or the new one, never part of it, and no draft left."""

import os
from pathlib import Path

import pytest

from relecture import atomic_files
from relecture.atomic_files import atomic_folder, atomic_write
from relecture.errors import UserError


def fail(*_):
    raise OSError(5, "Input/output error")


@pytest.fixture
def old(tmp_path) -> Path:
    """A file with content, alone in its folder."""
    path = tmp_path / "file.txt"
    path.write_text("old")
    return path


def test_a_file_gets_its_name_when_the_block_ends(old):
    with atomic_write(old) as draft:
        draft.write_text("new")
        assert old.read_text() == "old"
    assert old.read_text() == "new"
    assert list(old.parent.iterdir()) == [old]


def test_a_folder_that_does_not_exist_is_made(tmp_path):
    with atomic_write(tmp_path / "a/b/file.txt") as draft:
        draft.write_text("new")
    assert (tmp_path / "a/b/file.txt").read_text() == "new"


def write_half(path: Path) -> None:
    with atomic_write(path) as draft:
        draft.write_text("half")
        raise ZeroDivisionError


def test_a_block_that_fails_changes_nothing(old):
    with pytest.raises(ZeroDivisionError):
        write_half(old)
    assert old.read_text() == "old"
    assert list(old.parent.iterdir()) == [old]


def test_the_content_is_on_the_disk_before_the_file_gets_its_name(old, monkeypatch):
    seen = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: seen.append((os.fstat(descriptor).st_ino, old.read_text())))
    with atomic_write(old) as draft:
        draft.write_text("new")
        inode = draft.stat().st_ino
    assert seen == [(inode, "old"), (old.parent.stat().st_ino, "new")]


def test_a_full_disk_is_a_user_error_that_names_the_file_and_not_the_draft(old):
    with pytest.raises(UserError, match=f"cannot write {old}: No space left on device"), atomic_write(old):
        raise OSError(28, "No space left on device")


def test_a_draft_that_cannot_be_opened_is_a_user_error(old):
    with pytest.raises(UserError, match=f"cannot write {old}: No such file"), atomic_write(old) as draft:
        draft.read_text()


def test_an_error_with_another_file_is_passed_on(old):
    with pytest.raises(FileNotFoundError, match=r"other\.txt"), atomic_write(old):
        (old.parent / "other.txt").read_text()


def test_json_is_sorted_and_indented_and_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "toy.json"
    atomic_files.write_json(path, {"b": 1, "a": 2})
    assert path.read_text() == '{\n  "a": 2,\n  "b": 1\n}\n'

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(UserError, match=r"toy\.json: Input/output error"):
        atomic_files.write_json(path, {"a": 3})
    assert path.read_text() == '{\n  "a": 2,\n  "b": 1\n}\n'
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_replaces_the_old_one_after_its_files_are_on_the_disk(tmp_path, monkeypatch):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "old.txt").write_text("old")
    flushed = set()
    monkeypatch.setattr(os, "fsync", lambda descriptor: flushed.add(os.fstat(descriptor).st_ino))
    with atomic_folder(folder) as draft:
        (draft / "sub").mkdir()
        (draft / "sub/new.txt").write_text("new")
        assert (folder / "old.txt").exists()
    assert [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*"))] == ["sub", "sub/new.txt"]
    assert flushed == {path.stat().st_ino for path in (tmp_path, folder, folder / "sub", folder / "sub/new.txt")}
    assert list(tmp_path.iterdir()) == [folder]


def test_a_folder_whose_block_fails_does_not_change(old):
    with pytest.raises(ZeroDivisionError), atomic_folder(old.parent):
        raise ZeroDivisionError
    assert old.read_text() == "old"


def test_a_new_folder_sweeps_away_those_of_killed_processes(tmp_path):
    name = atomic_files._draft_path(tmp_path / "sheets").name.replace(f".{os.getpid()}-", ".999999999-")
    (tmp_path / name).mkdir()
    with atomic_files.folder_beside(tmp_path / "sheets"):
        assert not (tmp_path / name).exists()
