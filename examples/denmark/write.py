"""Write denmark.csv from the package statsmodels.

Money, income and interest in Denmark from 1974 to 1987, by quarter (Johansen and Juselius 1990); in the public domain.
The file is written as a spreadsheet writes it in most of Europe: semicolons between the fields, commas in the numbers.

.venv/bin/python examples/denmark/write.py
"""

from pathlib import Path

from statsmodels.datasets import danish_data


def write(path: Path) -> None:
    """Write the table, a row per quarter: growth of real money and of real income, and two interest rates, in %."""
    data = danish_data.load_pandas().data.rename_axis("quarter").reset_index()
    growth = 100 * data[["lrm", "lry"]].diff()  # they are logarithms
    quarters = data.quarter.dt.to_period("Q").astype(str).to_frame()
    quarters[["money growth", "income growth"]] = growth.round(2)
    quarters[["bond rate", "deposit rate"]] = (100 * data[["ibo", "ide"]]).round(2)
    quarters.dropna().to_csv(path, index=False, sep=";", decimal=",")


if __name__ == "__main__":
    write(Path(__file__).with_name("denmark.csv"))
