"""The command `draw`."""

import pytest

from relecture.data import mnist
from relecture.illustrations.cli import app


@pytest.mark.parametrize("name", ["augmentation", "mnist_examples"])
def test_a_figure_of_the_sample_names_the_sample(
    name, mnist_sample_manifest, draw_by_command, drawn_sample_names, tmp_path
):
    config = {"seed": 2} if name == "augmentation" else {}
    draw_by_command(name, config, tmp_path, "--data", str(mnist_sample_manifest))
    assert drawn_sample_names == [mnist.SAMPLE_NAME]


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
