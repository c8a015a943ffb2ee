"""Write quarters.csv from the package statsmodels.

The economy of the United States from 1959 to 2009 in 202 quarters (Federal Reserve Bank of St. Louis, Bureau of Labor
Statistics); in the public domain.

.venv/bin/python examples/quarters/write.py
"""

from pathlib import Path

import pandas as pd
from statsmodels.datasets import macrodata


def write(path: Path) -> None:
    """Write the table: growth, inflation, unemployment and interest by quarter, in per cent."""
    data = macrodata.load_pandas().data
    quarters = pd.DataFrame(
        {
            "quarter": data.year.astype(int).astype(str) + " Q" + data.quarter.astype(int).astype(str),
            "growth": (400 * data.realgdp.pct_change()).round(2),
            "inflation": data.infl,
            "unemployment": data.unemp,
            "interest": data.tbilrate,
        }
    )
    quarters.iloc[1:].to_csv(path, index=False)


if __name__ == "__main__":
    write(Path(__file__).with_name("quarters.csv"))
