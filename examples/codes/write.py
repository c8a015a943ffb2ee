"""Write codes.csv from the package statsmodels.

The voters of examples/voters/ as the study codes them: education, party and vote are numbers. In the public domain.

.venv/bin/python examples/codes/write.py
"""

from pathlib import Path

from statsmodels.datasets import anes96

#: The columns of anes96 and their names here.
NAMES = {"selfLR": "ideology", "age": "age", "educ": "education", "income": "income", "PID": "party", "vote": "vote"}


def write(path: Path) -> None:
    """Write the table, a row per voter; a column `respondent` numbers them."""
    voters = anes96.load_pandas().data[list(NAMES)].rename(columns=NAMES).astype(int)
    voters.insert(0, "respondent", range(1, len(voters) + 1))
    voters.to_csv(path, index=False)


if __name__ == "__main__":
    write(Path(__file__).with_name("codes.csv"))
