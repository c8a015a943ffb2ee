"""One style for all figures; the same figure is the same bytes; a sample is named on it."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
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


def drawn_with(name: str) -> Figure:
    """A figure that has a name wherever it can stand, and powers of ten."""
    figure, ((ticks, categories), (powers, legend)) = plt.subplots(2, 2, figsize=(10, 5))
    figure.suptitle(name)
    ticks.set_yticks([0, 1], [name, "b"])
    ticks.set_title(name)
    categories.bar([name, "b"], [1, 2])
    categories.annotate(name, (0.5, 0.5))
    powers.loglog([1, 1e6], [2, 7])  # labels at the powers, and between them
    powers.set_xlabel(name)
    legend.legend(legend.plot([1, 2]), [name])
    return figure


@pytest.mark.usefixtures("style")
def test_a_name_with_dollar_signs_is_drawn_as_it_is_beside_powers_of_ten(tmp_path):
    plotting.save(drawn_with("_price_$_low_$^{10%}"), tmp_path / "name")
    with mpl.rc_context({"text.parse_math": True}):  # a dollar sign after a backslash is an ordinary one
        plotting.save(drawn_with(r"_price_\$_low_\$^{10%}"), tmp_path / "escaped")
    assert (tmp_path / "name.png").read_bytes() == (tmp_path / "escaped.png").read_bytes()


@pytest.mark.usefixtures("style")
def test_labels_of_logarithmic_axes_are_powers_in_unicode(tmp_path):
    figure, axes = plt.subplots()
    axes.loglog([1e-3, 1e3], [2, 7])
    plotting.save(figure, tmp_path / "powers")
    label = axes.xaxis.get_major_formatter()
    assert [label(1e-3), label(1), label(100)] == ["10\u207b\u00b3", "10\u2070", "10\u00b2"]
    assert axes.yaxis.get_minor_formatter().format_ticks([2.0, 3.0]) == ["2\u00d710\u2070", "3\u00d710\u2070"]


FONTS = list(fontManager.ttflist)


def figure_named(name: str) -> Figure:
    figure, axes = plt.subplots(figsize=(3, 2))
    axes.set_title(name)
    axes.set_xticks([0, 1], [name, "b"])
    return figure


@pytest.mark.usefixtures("style")
def test_letters_that_no_font_has_are_named_once_and_nothing_else_is_written(tmp_path, capfd, monkeypatch):
    without_caches(monkeypatch, fonts=[])
    for number in range(3):
        plotting.save(figure_named("\u5e74\u9f84 b"), tmp_path / str(number))
    [line] = capfd.readouterr().err.splitlines()
    assert "\u5e74 \u9f84" in line
    assert "fonts-noto-cjk" in line


@pytest.mark.usefixtures("style")
def test_letters_of_another_font_are_drawn_with_it_and_ordinary_names_as_without_it(tmp_path, capfd, monkeypatch):
    odd = "\u02ef"  # which matplotlib ships in DejaVu Serif, but not in DejaVu Sans
    without_caches(monkeypatch, fonts=[])
    for name in ("ordinary", odd):
        plotting.save(figure_named(name), tmp_path / f"without {name}")
    assert "no installed font" in capfd.readouterr().err
    without_caches(monkeypatch, fonts=["DejaVu Serif"])
    for name in ("ordinary", odd):
        plotting.save(figure_named(name), tmp_path / f"with {name}")
    assert capfd.readouterr().err == ""
    for kind in ("svg", "png"):
        same, new = (
            [(tmp_path / f"{how} {name}.{kind}").read_bytes() for how in ("without", "with")]
            for name in ("ordinary", odd)
        )
        assert same[0] == same[1]
        assert new[0] != new[1]


def without_caches(monkeypatch: pytest.MonkeyPatch, fonts: list[str]) -> None:
    """Let no other fonts than these be installed besides matplotlib's first one; forget what was found before."""
    monkeypatch.setattr(fontManager, "ttflist", [font for font in FONTS if font.name in ("DejaVu Sans", *fonts)])
    monkeypatch.setattr(plotting, "findSystemFonts", list)
    plotting._fonts_with.cache_clear()
    plotting._report_missing.cache_clear()
