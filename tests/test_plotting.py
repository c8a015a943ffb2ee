"""One style for all figures; the same figure is the same bytes; a sample is named on it."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from relecture import plotting


def drawn(width: float = 4):
    figure, axes = plt.subplots(figsize=(width, 3))
    axes.plot([1, 2, 3], [3, 1, 2], label="loss")
    axes.set(xlabel="epoch", ylabel="cross-entropy (nats)", title="Learning")
    axes.legend()
    return figure


@pytest.fixture
def style():
    with plotting.style():
        yield


@pytest.mark.usefixtures("style")
def test_the_same_figure_is_the_same_bytes(tmp_path):
    for folder in ("a", "b"):
        plotting.save(drawn(), tmp_path / folder / "figure", "MNIST-5k sample")
    for kind in ("svg", "png"):
        one, other = ((tmp_path / folder / f"figure.{kind}").read_bytes() for folder in "ab")
        assert one == other
    assert {path.name for path in (tmp_path / "a").iterdir()} == {"figure.svg", "figure.png"}


@pytest.mark.usefixtures("style")
def test_the_name_of_a_sample_is_on_the_figure_in_red(tmp_path):
    figure = drawn()
    plotting.save(figure, tmp_path / "figure", "MNIST-5k sample")
    (text,) = figure.texts
    assert text.get_text() == "MNIST-5k sample"
    assert text.get_color() == plotting.RED
    plain = drawn()
    plotting.save(plain, tmp_path / "plain")
    assert plain.texts == []
    for kind in ("svg", "png"):
        assert (tmp_path / f"figure.{kind}").read_bytes() != (tmp_path / f"plain.{kind}").read_bytes()


@pytest.mark.usefixtures("style")
def test_the_png_has_150_dots_per_inch(tmp_path):
    plotting.save(drawn(width=4), tmp_path / "figure")
    with Image.open(tmp_path / "figure.png") as image:
        assert image.size == (600, 450)
        assert image.info["dpi"] == pytest.approx((150, 150), abs=0.1)


@pytest.mark.usefixtures("style")
def test_the_svg_needs_no_font_and_tells_no_date(tmp_path):
    plotting.save(drawn(), tmp_path / "figure")
    svg = (tmp_path / "figure.svg").read_text()
    assert "<text" not in svg
    assert "<dc:date>" not in svg


@pytest.mark.usefixtures("style")
def test_a_saved_figure_is_closed(tmp_path):
    before = plt.get_fignums()
    plotting.save(drawn(), tmp_path / "figure")
    assert plt.get_fignums() == before


def test_the_style_ends_with_its_block():
    before = mpl.rcParams["axes.spines.top"], mpl.rcParams["savefig.dpi"]
    with plotting.style():
        assert (mpl.rcParams["axes.spines.top"], mpl.rcParams["savefig.dpi"]) == (False, 150)
    assert (mpl.rcParams["axes.spines.top"], mpl.rcParams["savefig.dpi"]) == before


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_the_two_colours_of_a_comparison_are_distinguishable_in_grey():
    # Curves are blue (training) and red (validation); points of members are sky blue under a blue mean.
    assert luminance(plotting.RED) > 1.3 * luminance(plotting.BLUE)
    assert luminance(plotting.SKY) > 2 * luminance(plotting.BLUE)
    assert len(set(plotting.COLOURS)) == len(plotting.COLOURS) == 7
