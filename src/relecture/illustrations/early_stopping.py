"""Early stopping: the losses of a stopped network, and the epoch whose weights are restored."""

from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from relecture import plotting, records
from relecture.illustrations.config import UnseededFigureConfig
from relecture.illustrations.illustration import Illustration
from relecture.records import Record

CURVES = {"train_loss": ("training", plotting.BLUE, "-"), "validation_loss": ("validation", plotting.RED, "--")}


def stopping_epochs(record: Record) -> pd.DataFrame:
    """Return the best and last epoch of each member, and the validation loss (nats) at each of the two."""
    metrics = record.metrics.pivot(index="member", columns="metric", values="value")
    curve = record.history[record.history.metric == "validation_loss"].set_index(["member", "step"]).value
    rows = [
        (member, best, last, curve[member, best], curve[member, last])
        for member, best, last in metrics[["best_epoch", "epochs"]].astype(int).itertuples()
    ]
    return pd.DataFrame(rows, columns=["member", "best_epoch", "last_epoch", "best_loss", "last_loss"])


def draw(config: UnseededFigureConfig, data: Path) -> Illustration:
    """Draw the losses of all networks and mark the first one's best and last epoch; `data` is the record."""
    record = records.read(data)
    numbers = stopping_epochs(record)
    first = numbers.iloc[0]
    figure, axes = plt.subplots(figsize=(9, 5.4))
    for metric, (name, colour, line) in CURVES.items():
        curves = record.history[record.history.metric == metric]
        for member, curve in curves.groupby("member"):
            style = {"linewidth": 3, "label": name} if member == first.member else {"linewidth": 1, "alpha": 0.3}
            axes.plot(curve.step, curve.value, line, color=colour, **style)
    best_label = f"lowest validation loss:\nthe weights of epoch {first.best_epoch} are kept"
    _mark(axes, first.best_epoch, first.best_loss, "o", best_label)
    was_stopped = first.last_epoch - first.best_epoch >= record.params["config"]["patience"]
    last_label = "stopped after\nepoch" if was_stopped else "last epoch:"
    _mark(axes, first.last_epoch, first.last_loss, "X", f"{last_label} {first.last_epoch}", above=False)
    axes.set(
        title="The training loss keeps falling, the validation loss does not",
        xlabel="epoch",
        ylabel="cross-entropy (nats)",
    )
    axes.set_ylim(0, 1.2 * record.history[record.history.metric.isin(CURVES)].value.max())
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(loc="upper right", ncols=2)
    return Illustration(figure, numbers, record.sample_name)


def _mark(axes: Axes, epoch: int, loss: float, marker: str, text: str, above: bool = True) -> None:
    axes.plot(epoch, loss, marker, color=plotting.RED, markersize=12, markeredgecolor="black", zorder=5)
    axes.annotate(
        text,
        (epoch, loss),
        xytext=(0, 60 if above else -60),
        textcoords="offset points",
        ha="center" if above else "right",
        va="center",
        bbox={"color": "white", "pad": 2},
        arrowprops={"arrowstyle": "->", "shrinkB": 7},
        zorder=6,
    )
