"""The commands: what they print and write, and with which code they exit."""

from dataclasses import replace

import pandas as pd
import pytest
from typer.testing import CliRunner

from relecture.compare.cli import app
from relecture.errors import UserError


def run(*arguments: object) -> tuple[int, str]:
    """Run the command; return its code and what it printed."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], standalone_mode=True)
    if isinstance(result.exception, UserError):
        raise result.exception
    return result.exit_code, result.output


@pytest.fixture
def same(made, tmp_path):
    """Two folders of the same run."""
    return made().write(tmp_path / "a"), made().write(tmp_path / "b")


@pytest.fixture
def changed(made, tmp_path):
    """A run with another setting, and a network that it makes much worse."""
    errors = {**made().errors, "plain": [one + 3.0 for one in made().errors["plain"]]}
    return replace(made(), errors=errors, n_epochs=10).write(tmp_path / "changed")


def test_two_runs_are_compared_without_the_name_of_the_command(same):
    code, output = run(*same)
    assert code == 0
    assert "preset standard" in output
    assert "processor Made-up 1" in output
    assert "identical" in output
    assert "different" not in output
    assert run("runs", *same) == (0, output)


def test_other_settings_are_refused_and_named(same, changed):
    with pytest.raises(UserError) as refused:
        run(same[0], changed)
    assert "training.epochs: 30 / 10 (digits/dropout, digits/plain and 1 more)" in str(refused.value)
    assert "--settings-differ" in str(refused.value)


def test_with_the_option_the_settings_head_the_table_and_a_difference_is_exit_code_1(same, changed, tmp_path):
    code, output = run("--settings-differ", same[0], changed, "--out", tmp_path / "compared")
    assert code == 1
    assert output.index("training.epochs") < output.index("digits/plain: test_error")
    table = pd.read_csv(tmp_path / "compared.csv")
    assert list(table.id[:1]) == ["training.epochs"]
    assert table.set_index("id").outcome["digits/plain: test_error"] == "different"
    assert table.set_index("id").outcome["digits/ridge: test_error"] == "identical"
    page = (tmp_path / "compared.html").read_text()
    assert "training.epochs" in page
    assert "digits/plain: test_error" in page
    assert "digits/ridge: test_error" not in page


def test_a_reference_is_written_and_results_are_verified_with_it(same, changed, tmp_path):
    references = tmp_path / "reference"
    code, output = run("reference", same[0], "--out", references / "standard-made-up.json")
    assert code == 0
    assert "values of the preset standard, Made-up 1" in output
    assert run(references / "standard-made-up.json", same[1])[0] == 0
    code, output = run("verify", same[1], "--references", references)
    assert code == 0
    assert "There is no reference of this processor" not in output
    assert output.splitlines()[-1].endswith("identical, 0 within variation, 0 different")
    code, output = run("verify", changed, "--references", references, "--settings-differ")
    assert code == 1
    assert not output.splitlines()[-1].endswith(" 0 different")


def test_a_reference_of_another_processor_or_a_stale_one_is_named(same, tmp_path):
    references = tmp_path / "reference"
    path = references / "standard-made-up.json"
    run("reference", same[0], "--out", path)
    text = path.read_text().replace('"processor": "Made-up 1"', '"processor": "Made-up 2"')
    path.write_text(text.replace('"the pinned versions": "', '"the pinned versions": "0'))
    _, output = run("verify", same[1], "--references", references)
    assert "There is no reference of this processor (Made-up 1); the nearest is that of Made-up 2." in output
    assert "standard-made-up.json is stale: since it was written, the pinned versions changed." in " ".join(
        output.split()
    )


def test_without_a_reference_of_the_preset_nothing_is_verified(same, tmp_path):
    with pytest.raises(UserError, match=r"no reference of the preset standard, so there is nothing to verify .* with"):
        run("verify", same[0], "--references", tmp_path)


def test_a_path_that_does_not_exist_is_an_error(same):
    with pytest.raises(UserError, match=r"there is no nosuch: name a folder of results"):
        run("nosuch", same[0])
