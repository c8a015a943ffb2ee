"""The figures of a user's table show its names as they are."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from relecture import plotting
from relecture.records import Record
from relecture.salaries import figures
from relecture.salaries.result_tables import SalariesResults

LABELS = {"name": "mine.csv", "target": "wage", "rows": "people", "unit": "$", "digest": "", "sample": False}


def lasso_path(columns: list[str]) -> Figure:
    """The path of a lasso on these columns: made-up coefficients, which grow as lambda falls."""
    curves = {"lambda": [1.0, 0.1], "cv_mae": [2.0, 1.0], "cv_mae_se": [0.1, 0.1], "predictors": [0, len(columns)]}
    curves |= {f"coefficient_{name}": [0.0, index + 1.0] for index, name in enumerate(columns)}
    history = pd.DataFrame(curves).rename_axis("step").melt(ignore_index=False, var_name="metric").reset_index()
    record = Record(pd.DataFrame(), history.assign(member="split-1"), pd.DataFrame(), {"data": LABELS})
    with plotting.style():
        return figures.lasso_path(SalariesResults({("book", "lasso"): record, ("book", "linear"): record}))


def test_the_legend_of_the_path_names_every_column_whatever_its_name_begins_with():
    columns = ["_AGE80", "__x", "$40K-$80K", "age", "_nolegend_"]
    figure = lasso_path(columns)
    legend = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert legend == columns[::-1]  # the largest coefficient first
    assert figure.axes[0].get_ylabel() == "coefficient per standard deviation\n($)"
    plt.close(figure)
