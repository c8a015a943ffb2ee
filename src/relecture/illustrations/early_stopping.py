"""Early stopping: the losses of a network that was stopped, and the weights that were kept."""

from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from relecture import plotting, records
from relecture.illustrations.illustration import Illustration
from relecture.records import Record

CURVES = {"train_loss": ("training", plotting.BLUE, "-"), "validation_loss": ("validation", plotting.RED, "--")}


def stops(record: Record) -> pd.DataFrame:
    """Per member: kept and stopped (epochs), and the validation loss (nats) at each of the two."""
    metrics = record.metrics.pivot(index="member", columns="metric", values="value")
    curve = record.history[record.history.metric == "validation_loss"].set_index(["member", "step"]).value
    rows = []
    for member, kept, stopped in metrics[["best_epoch", "epochs"]].astype(int).itertuples():
        rows.append((member, kept, stopped, curve[member, kept], curve[member, stopped]))
    return pd.DataFrame(rows, columns=["member", "kept", "stopped", "loss_kept", "loss_stopped"])


def draw(config: dict[str, Any], data: Path) -> Illustration:
    """The first network's losses with the two epochs that matter, the other networks behind it; data is the record."""
    record = records.read(data)
    found = stops(record)
    first = found.iloc[0]
    figure, axes = plt.subplots(figsize=(9, 5.4))
    for metric, (name, colour, line) in CURVES.items():
        curves = record.history[record.history.metric == metric]
        for member, curve in curves.groupby("member"):
            shown = {"linewidth": 3, "label": name} if member == first.member else {"linewidth": 1, "alpha": 0.3}
            axes.plot(curve.step, curve.value, line, color=colour, **shown)
    _mark(axes, first.kept, first.loss_kept, "o", f"lowest validation loss:\nweights of epoch {first.kept} are kept")
    patient = first.stopped - first.kept < record.params["config"]["patience"]
    end = "last epoch:" if patient else "stopped after\nepoch"
    _mark(axes, first.stopped, first.loss_stopped, "X", f"{end} {first.stopped}", above=False)
    axes.set(
        title="The training loss goes on falling, the validation loss does not: stop",
        xlabel="epoch",
        ylabel="cross-entropy (nats)",
    )
    axes.set_ylim(0, 1.2 * record.history[record.history.metric.isin(CURVES)].value.max())
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(loc="upper right", ncols=2)
    return Illustration(figure, found, record.sample_name)


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
