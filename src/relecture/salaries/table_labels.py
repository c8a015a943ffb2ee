"""What a table is about: the words that tables and figures need, of Hitters and of any other table."""

from dataclasses import dataclass, replace

from relecture.records import DataSource, Record
from relecture.salaries import BOOK_SPLIT


@dataclass(frozen=True)
class Subject:
    """The words for one table.

    `name` is that of the data, `target` that of the column to predict, `rows` what its rows are (`players`), `unit`
    that of the target (nothing where nobody said). The others are known for Hitters alone, whose numbers the book
    prints; another table has nothing printed to be compared with.
    """

    name: str
    target: str
    rows: str
    unit: str
    row_column: str = "row"
    target_column: str = "observed"
    noun: str = ""
    observed: str = "observed"
    first_split: str = "the first split"
    missed: str = "What each method misses, by what it predicts"
    asked: str = ""
    comparison: str = ""
    own_split: str = "The first split"

    @property
    def question(self) -> str:
        """What the comparison wants to know."""
        what = self.asked or f"{self.target} in {self.name}"
        return f"Linear regression, lasso, relaxed lasso or a network for {what}?"

    @property
    def title(self) -> str:
        """What the captions of tables begin with."""
        return self.comparison or f"{self.target} in {self.name}"

    @property
    def scale(self) -> str:
        """The unit of errors, for the brackets of an axis."""
        return self.unit or f"unit of {self.target}"

    @property
    def in_unit(self) -> str:
        """How errors are measured, inside a sentence."""
        return f"in {self.unit or f'the unit of {self.target}'}"

    @property
    def predicted(self) -> str:
        """The axis of what is predicted."""
        words = f"predicted {self.noun or self.target}"
        return f"{words} ({self.unit})" if self.unit else words

    def source(self, digest: str) -> DataSource:
        """Return the entry `data` of a record; without labels for Hitters."""
        source: DataSource = {"name": self.name, "digest": digest, "sample": False}
        if self != HITTERS:
            source["target"], source["rows"], source["unit"] = self.target, self.rows, self.unit
        return source


HITTERS = Subject(
    name="Hitters",
    target="Salary",
    rows="players",
    unit="thousands of dollars",
    row_column="player",
    target_column="salary",
    noun="salary",
    observed="paid",
    first_split="the book's split, reproduced",
    missed="Every method misses the best-paid players",
    asked="the salaries of 263 baseball players",
    comparison="Salaries",
    own_split="The book's own split",
)
#: The same players, divided in another way: of such a split nothing is printed.
OTHER_SPLIT = replace(HITTERS, first_split=Subject.first_split, own_split=Subject.own_split)


def of(record: Record) -> Subject:
    """What a record is about; HITTERS itself only for the split whose numbers the book prints."""
    data = record.params["data"]
    if "target" in data:
        return Subject(**{key: data[key] for key in ("name", "target", "rows", "unit")})
    return HITTERS if _on_the_book_s_split(record) else OTHER_SPLIT


def _on_the_book_s_split(record: Record) -> bool:
    """By the names of the members, `split-0013` or `split-0013-seed-00`, and the players that were held out."""
    held_out = record.predictions.groupby("member").size()
    return all(
        int(member.split("-")[1]) == BOOK_SPLIT["seed"] and rows == BOOK_SPLIT["test_size"]
        for member, rows in held_out.items()
    )
