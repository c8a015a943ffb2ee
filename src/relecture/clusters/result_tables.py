"""The comparison's tables, and the numbers for the scorecard."""

from pathlib import Path

import numpy as np
import pandas as pd

from relecture import records, tables
from relecture.clusters import DATASETS, STARTS, TITLES, interpretation_tables
from relecture.clusters.record_access import Found, optima, values
from relecture.scorecard.published_values import PublishedValue
from relecture.scorecard.reproduced_values import ReproducedValues

SHOWN_OPTIMA = 8
#: Where each printed number of the labs comes from: data set, and which number.
LABS = {
    "clusters.r_lab.one_start": ("book_r", "one_start"),
    "clusters.r_lab.twenty_starts": ("book_r", "twenty_starts"),
    "clusters.python_lab.one_start": ("book_python", "one_start"),
    "clusters.python_lab.twenty_starts": ("book_python", "twenty_starts"),
    "clusters.python_lab.best": ("book_python", "best"),
}


def read(folders: list[Path]) -> Found:
    """Records by `data set/method`, and `limits`."""
    return {record.params["method"]: record for record in map(records.read, folders)}


def table(found: Found, printed: list[PublishedValue], out: Path) -> None:
    """Write what the labs print, with what came out and how often a random assignment ends there."""
    numbers, shown = [], []
    for entry in printed:
        if entry.id not in LABS or (reproduced := _lab(found, entry)) is None:
            continue
        name = LABS[entry.id][0]
        listed = optima(found[f"{name}/restarts"])
        place = int((listed.wss - reproduced).abs().argmin())
        gap = abs(listed.wss[place] - reproduced) / reproduced
        share = float(listed.assignment[place]) if gap < 1e-6 else np.nan
        numbers.append({"id": entry.id, "printed": entry.value, "reproduced": reproduced,
                        "optimum": place + 1, "share_of_random_assignments": share})  # fmt: skip
        shown.append(
            {
                "number": entry.quantity,
                "source": entry.source,
                "printed": entry.value,
                "reproduced": tables.number(reproduced, 4),
                "local optimum": f"{place + 1} of {len(listed)}",
                "random assignments that end there": _percent(share),
            }
        )
    note = (
        "Within-cluster sum of squares with K = 3. The local optima are numbered from the best, among all that the "
        "starts of three kinds reached."
    )
    tables.write(out, pd.DataFrame(numbers), pd.DataFrame(shown), "K-means in the labs: printed and reproduced", note)


def quantities(found: Found, printed: list[PublishedValue], out: Path) -> None:
    """Write every number of the comparison that is printed, where the settings are those of the labs."""
    collected = ReproducedValues()
    for entry in printed:
        if entry.id in LABS and (reproduced := _lab(found, entry)) is not None:
            collected.add(entry.id, reproduced)
    if "lab" in set(found["book_r/restarts"].metrics.member):
        six = values(found["book_r/restarts"], "assignment")
        for name in ("optima", "best"):
            mean, sd = six[f"six_runs_{name}"], six[f"six_runs_{name}_sd"]
            collected.add(f"clusters.six_runs.{name}", mean, sd, int(six.starts))
    collected.write(out)


def _lab(found: Found, entry: PublishedValue) -> float | None:
    """The reproduced number of a lab; None with other settings than the lab's."""
    name, which = LABS[entry.id]
    record = found[f"{name}/restarts"]
    if "lab" not in set(record.metrics.member):
        return None
    if which in ("one_start", "twenty_starts"):
        return float(values(record, "lab")[which])
    return float(optima(record).wss.min())


def restarts(found: Found, printed: list[PublishedValue], out: Path) -> None:
    """Write how many optima the starts of each kind reach, and how many starts are enough."""
    numbers, shown = [], []
    for name in _datasets(found):
        for kind, words in STARTS.items():
            row = values(found[f"{name}/restarts"], kind)
            numbers.append({"dataset": name, "start": kind, **row})
            interval = f"{_percent(row.best_share_low)} to {_percent(row.best_share_high)}"
            shown.append(
                {
                    "data": TITLES.get(name, name),
                    "start": words,
                    "starts": f"{row.starts:,.0f}",
                    "local optima": f"{row.optima:,.0f}",
                    "lowest sum of squares": tables.number(row.best_wss, 4),
                    "starts in the best": _percent(row.best_share),
                    "95 % interval": interval,
                    "starts for 95 %": _count(row.starts_for_95),
                    "for 99 %": _count(row.starts_for_99),
                }
            )
    note = (
        "The best optimum is the lowest sum of squares that any start of the three kinds reached. Starts for 95 % "
        "(99 %): so many find it with that probability, 1 − (1 − p)ⁿ; a dash where no start found it."
    )
    tables.write(out, pd.DataFrame(numbers), pd.DataFrame(shown), "How many restarts are enough?", note)


def local_optima(found: Found, printed: list[PublishedValue], out: Path) -> None:
    """Write the best local optima of each data set and how often each kind of start ends there."""
    numbers, shown = [], []
    for name in _datasets(found):
        listed = optima(found[f"{name}/restarts"])
        numbers.append(listed.assign(dataset=name))
        for row in listed.head(SHOWN_OPTIMA).itertuples():
            shares = {words: _percent(getattr(row, kind)) for kind, words in STARTS.items()}
            shown.append(
                {
                    "data": TITLES.get(name, name),
                    "optimum": str(row.optimum),
                    "sum of squares": tables.number(row.wss, 4),
                    **shares,
                }
            )
        if len(rest := listed.iloc[SHOWN_OPTIMA:]):
            shares = {words: _percent(rest[kind].sum()) for kind, words in STARTS.items()}
            label = f"{len(rest)} more"
            shown.append(
                {
                    "data": TITLES.get(name, name),
                    "optimum": label,
                    "sum of squares": f"up to {rest.wss.max():,.4f}",
                    **shares,
                }
            )
    caption = "Local optima, and the share of starts that end there"
    tables.write(out, pd.concat(numbers), pd.DataFrame(shown), caption, "The best first, among all kinds of start.")


def six_runs(found: Found, printed: list[PublishedValue], out: Path) -> None:
    """Write how likely the lecture's six runs are on each data set, by random assignment."""
    numbers, shown = [], []
    for name in _datasets(found):
        row = values(found[f"{name}/restarts"], "assignment")
        numbers.append({"dataset": name, **row.filter(like="six_runs")})
        shown.append(
            {
                "data": TITLES.get(name, name),
                "different optima": _spread(row, "six_runs_optima"),
                "runs in the best": _spread(row, "six_runs_best"),
                "three optima": _percent(row.six_runs_three_optima),
                "three in the best": _percent(row.six_runs_three_best),
                "both": _percent(row.six_runs_as_in_lecture, 2),
            }
        )
    note = (
        "Six runs from random assignments, as in the lecture, where three local optima were seen and three of the "
        "six runs ended in the best. Mean ± standard deviation over sets of six runs, and probabilities, computed "
        "exactly from the shares of the optima among many starts."
    )
    tables.write(out, pd.DataFrame(numbers), pd.DataFrame(shown), "How likely are the lecture's six runs?", note)


def elbow(found: Found, printed: list[PublishedValue], out: Path) -> None:
    """Write how many clusters each criterion sees in each data set."""
    numbers, shown = [], []
    for name in _datasets(found):
        row = values(found[f"{name}/elbow"], "data").reindex(["known", "elbow", "silhouette", "gap"])
        numbers.append({"dataset": name, **row})
        answers = row[["elbow", "silhouette", "gap"]].dropna()
        shown.append(
            {
                "data": TITLES.get(name, name),
                "known": _count(row.known),
                "elbow": _count(row.elbow),
                "silhouette": _count(row.silhouette),
                "gap statistic": _count(row.gap),
                "finding": "they agree" if len(answers) == 3 and answers.nunique() == 1 else "they disagree",
            }
        )
    note = (
        "K by the elbow of the sum of squares (Kneedle), the highest mean silhouette, and the gap statistic. The gap "
        "statistic can also answer 1: no groups."
    )
    tables.write(out, pd.DataFrame(numbers), pd.DataFrame(shown), "How many clusters?", note)


def _datasets(found: Found) -> list[str]:
    own = [key.partition("/")[0] for key in found if key.endswith("/restarts")]
    return [*DATASETS, *(name for name in own if name not in DATASETS)]


def _percent(value: float, digits: int = 1) -> str:
    return "–" if pd.isna(value) else f"{100 * value:.{digits}f} %"


def _count(value: float) -> str:
    return tables.number(value, 0)


def _spread(row: pd.Series, name: str) -> str:
    return f"{tables.number(row[name], 2)} ± {tables.number(row[f'{name}_sd'], 2)}"


#: Every table of the comparison by the name of its files.
TABLES = {
    "table": table,
    "restarts": restarts,
    "optima": local_optima,
    "six_runs": six_runs,
    "elbow": elbow,
    "features": interpretation_tables.distinctive,
    "crosstab": interpretation_tables.crosstab,
    "limits": interpretation_tables.limits,
}
