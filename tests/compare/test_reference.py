"""Reference files: they hold what the run had, they know when they are stale, and the nearest one is found."""

import json
from dataclasses import replace

import pytest

from relecture.compare import reference
from relecture.compare.outcomes import compare
from relecture.compare.reference import nearest_first, read_reference, stale, write_reference
from relecture.compare.run_values import read_folder
from relecture.errors import UserError


@pytest.fixture
def written(made, tmp_path):
    """A folder of results and the reference that was written from it."""
    results = made().write(tmp_path / "results")
    path = tmp_path / "reference/standard-made-up.json"
    write_reference(results, path)
    return results, path


def test_a_run_is_identical_to_its_reference(written):
    results, path = written
    assert set(compare(read_reference(path), read_folder(results)).outcome) == {"identical"}


def test_a_reference_names_processor_commit_and_versions(written):
    _, path = written
    content = json.loads(path.read_text())
    assert (content["processor"], content["origin"]["git_commit"]) == ("Made-up 1", "0f" * 20)
    assert {"torch", "numpy"} <= set(content["versions"])


def test_a_reference_has_a_line_for_each_value(written):
    _, path = written
    (line,) = [line for line in path.read_text().splitlines() if "salaries.linear.mae" in line]
    assert line == '  "scorecard: salaries.linear.mae": {"value": 254.66865288375192},'


def test_a_new_reference_is_not_stale(written):
    assert stale(read_reference(written[1])) == []


def test_a_reference_is_stale_when_configuration_raw_files_or_versions_change(written, tmp_path, monkeypatch):
    made = read_reference(written[1])
    pinned = tmp_path / "constraints.txt"
    pinned.write_text(f"# comment\n{reference.CONSTRAINTS.read_text()}")
    monkeypatch.setattr(reference, "CONSTRAINTS", pinned)
    assert stale(made) == []  # a comment pins nothing
    pinned.write_text("torch==0.1\n")
    assert stale(made) == ["the pinned versions"]
    monkeypatch.setattr(reference, "DATA_SETS", {})
    assert stale(made) == ["the raw files", "the pinned versions"]
    standard = tmp_path / "config.yaml"
    standard.write_text(reference.STANDARD.read_text().replace("n_seeds: 10", "n_seeds: 11", 1))
    monkeypatch.setattr(reference, "STANDARD", standard)
    assert stale(made) == ["the configuration", "the raw files", "the pinned versions"]


def test_a_preset_without_a_configuration_is_an_error(made, tmp_path):
    results = replace(made(), preset="nosuchpreset").write(tmp_path / "results")
    with pytest.raises(UserError, match=r"no configuration of the preset nosuchpreset: it would be config/nosuch"):
        write_reference(results, tmp_path / "x.json")


def test_the_reference_of_the_processor_with_the_most_similar_name_comes_first(written, tmp_path):
    _, path = written
    made = read_reference(path)
    names = ("AMD EPYC 9R14", "Intel(R) Xeon(R) Platinum 8488C")
    for index, name in enumerate(names):
        (path.parent / f"standard-{index}.json").write_text(
            made.model_copy(update={"processor": name}).model_dump_json()
        )
    path.unlink()
    (path.parent / "quick-0.json").write_text(made.model_copy(update={"preset": "quick"}).model_dump_json())
    found = nearest_first(path.parent, "standard", "Intel(R) Xeon(R) Processor")
    assert [one.processor for _, one in found] == list(reversed(names))
    assert [one.processor for _, one in nearest_first(path.parent, "standard", "AMD EPYC 9654")] == list(names)


def test_a_file_that_is_no_reference_is_an_error(tmp_path):
    path = tmp_path / "x.json"
    path.write_text("{}")
    with pytest.raises(UserError, match=r"x\.json is not a reference .* Write one: relecture compare reference"):
        read_reference(path)


def test_the_references_of_the_project_are_not_stale():
    references = {path.name: read_reference(path) for path in reference.REFERENCES.glob("*.json")}
    assert {name: stale(one) for name, one in references.items() if stale(one)} == {}
