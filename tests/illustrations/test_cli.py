"""The command `draw`; figures of MNIST from the command line; the command `tables`."""

import pandas as pd
import pytest

from relecture.data import mnist
from relecture.findings import read_choices, read_findings
from relecture.illustrations.cli import app

#: As little work as each figure can do.
SMALL = {"seed": 2, "n_seeds": 2, "n_images": 40, "n_test": 40, "epochs": 1}
CONFIGS = {
    "augmentation": {"seed": 2},
    "mnist_examples": {},
    "pooling": {"seed": 2},
    "activation_errors": {**SMALL, "n_validation": 20, "learning_rates": [0.01]},
    "feature_maps": SMALL,
    "filters": {**SMALL, "kernel_sizes": [1, 3], "n_filters": [1, 2]},
    "flipping": {**SMALL, "n_test": 100},
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_figure_of_the_sample_names_the_sample(name, mnist_sample_manifest, draw_by_command, tmp_path, monkeypatch):
    from relecture import plotting

    names = []
    save = plotting.save
    monkeypatch.setattr(plotting, "save", lambda figure, stem, data="": (names.append(data), save(figure, stem, data)))
    draw_by_command(name, CONFIGS[name], tmp_path, "--data", str(mnist_sample_manifest))
    assert names == [mnist.SAMPLE_NAME]


def test_the_same_configuration_draws_the_same_bytes(tmp_path, draw_by_command):
    (tmp_path / "again").mkdir()
    for name in ("representation", "linear_collapse", "rows_and_columns"):
        config = {"seed": 2, "n_seeds": 2, "n_points": 50} if name == "representation" else {"seed": 2}
        draw_by_command(name, config, tmp_path)
        draw_by_command(name, config, tmp_path / "again")
        for kind in ("svg", "png", "csv"):
            files = [folder / f"{name}.{kind}" for folder in (tmp_path, tmp_path / "again")]
            assert files[0].read_bytes() == files[1].read_bytes()


def test_the_error_for_an_unknown_illustration_lists_the_known_ones(tmp_path):
    with pytest.raises(SystemExit, match="unknown illustration `nonsense`: choose one of representation, "):
        app(["draw", "--name", "nonsense", "--config-json", "{}", "--out", str(tmp_path / "x")], standalone_mode=False)


def test_a_key_that_the_figure_does_not_have_is_an_error(tmp_path):
    arguments = ["--name", "squares", "--config-json", '{"seed": 2, "seeds": 3}', "--out", str(tmp_path / "x")]
    with pytest.raises(SystemExit, match="--config-json is not a valid SeededFigureConfig"):
        app(["draw", *arguments], standalone_mode=False)


def test_findings_and_choices_are_written_from_the_numbers_of_the_figures(
    tmp_path, mnist_sample_manifest, draw_by_command
):
    made_up = {"seed": 2, "n_seeds": 3}
    configs = {
        "parameters": {},
        "squares": {"seed": 2},
        "convolution": {},
        "representation": {**made_up, "n_points": 30},
        "interaction": {**made_up, "n_rows": 50, "n_units": 2},
        "flexibility": {**made_up, "n_rows": 30, "n_units": [1, 2]},
        "linear_overfit": {**made_up, "n_rows": 20, "n_predictors": [5, 20]},
        "elbow": {**made_up, "n_points": 20, "k_max": 6},
    }
    for name, config in configs.items():
        draw_by_command(name, config, tmp_path)
    networks = ("activation_errors", "feature_maps", "filters", "flipping")
    for name in networks:
        draw_by_command(name, CONFIGS[name], tmp_path, "--data", str(mnist_sample_manifest))
    numbers = [str(tmp_path / f"{name}.csv") for name in (*configs, *networks)]
    app(["tables", *numbers, "--out", str(tmp_path)], standalone_mode=False)
    findings = read_findings(tmp_path / "findings.csv")
    assert {id.partition(":")[0] for id in findings.index} == {*configs, *networks} - {
        "parameters", "squares", "convolution", "elbow"
    }  # fmt: skip
    assert set(findings.finding) <= {"significant", "not significant"}
    assert (findings.low <= findings.estimate).all()
    assert (findings.estimate <= findings.high).all()
    assert list(read_choices(tmp_path / "choices.csv").value)[-1] == "4"
    assert len(pd.read_csv(tmp_path / "reproduced_values.csv")) == 10
