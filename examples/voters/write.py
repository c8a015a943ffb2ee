"""Write voters.csv from the package statsmodels.

944 voters of the American National Election Studies of 1996; in the public domain. Codes are replaced by words, so that
the comparison recognises factors.

.venv/bin/python examples/voters/write.py
"""

from pathlib import Path

from statsmodels.datasets import anes96

PARTIES = dict(
    enumerate(
        [
            *("strong Democrat", "weak Democrat", "leaning Democrat", "Independent"),
            *("leaning Republican", "weak Republican", "strong Republican"),
        ]
    )
)
SCHOOLS = dict(
    enumerate(
        [
            *("grades 1 to 8", "some high school", "high school", "some college"),
            *("college degree", "master's degree", "PhD"),
        ],
        start=1,
    )
)
NAMES = {
    "selfLR": "ideology",
    "age": "age",
    "educ": "education",
    "income": "income",
    "PID": "party",
    "vote": "vote",
    "TVnews": "tv_news",
    "popul": "population",
}


def write(path: Path) -> None:
    """Write the table, a row per voter, with the columns NAMES."""
    voters = anes96.load_pandas().data
    voters = voters.replace({"PID": PARTIES, "educ": SCHOOLS, "vote": {0: "Clinton", 1: "Dole"}})
    voters = voters[list(NAMES)].rename(columns=NAMES)
    numbers = voters.select_dtypes("number").columns
    voters.astype(dict.fromkeys(numbers, int)).to_csv(path, index=False)


if __name__ == "__main__":
    write(Path(__file__).with_name("voters.csv"))
