"""Labels of a table in the comparison's tables and figures: of Hitters, and of a user's table."""

from typing import TYPE_CHECKING, ClassVar

from relecture.config_model import ConfigModel

if TYPE_CHECKING:  # the configuration imports this module, and must not import pandas
    from relecture.records import DataSource


class TableLabels(ConfigModel):
    """Labels of a user's table.

    `name` is the name of the data, `target` of the column to predict; `rows` says what the rows are (`players`), `unit`
    is the unit of the target, empty if unknown.
    """

    name: str
    target: str
    rows: str
    unit: str

    #: Whether the book prints values for this table, and whether it does so for this split.
    is_isl_table: ClassVar[bool] = False
    is_isl_split: ClassVar[bool] = False
    row_column: ClassVar[str] = "row"
    target_column: ClassVar[str] = "observed"
    observed: ClassVar[str] = "observed"
    first_split: ClassVar[str] = "the first split"
    residuals_title: ClassVar[str] = "Residuals of each method against its predictions"

    @property
    def subject(self) -> str:
        """What is predicted, inside a sentence."""
        return f"{self.target} in {self.name}"

    @property
    def question(self) -> str:
        """The question of the comparison."""
        return f"Linear models, nearest neighbours, trees or networks for {self.subject}?"

    @property
    def title(self) -> str:
        """The start of the tables' captions."""
        return self.subject

    @property
    def scale(self) -> str:
        """The unit of errors in axis labels."""
        return self.unit or f"unit of {self.target}"

    @property
    def in_unit(self) -> str:
        """The unit of errors inside a sentence."""
        return f"in {self.unit or f'the unit of {self.target}'}"

    @property
    def predicted(self) -> str:
        """The axis label of predictions."""
        label = f"predicted {self.target}"
        return f"{label} ({self.unit})" if self.unit else label

    def source(self, digest: str) -> "DataSource":
        """Return the entry `data` of a record; for Hitters without the labels."""
        source: DataSource = {"name": self.name, "digest": digest, "sample": False}
        if not self.is_isl_table:
            source["target"], source["rows"], source["unit"] = self.target, self.rows, self.unit
        return source


class OtherSplitLabels(TableLabels):
    """Labels of Hitters on another split than the book's, for which no values are published."""

    name: str = "Hitters"
    target: str = "Salary"
    rows: str = "players"
    unit: str = "thousands of dollars"

    is_isl_table: ClassVar[bool] = True
    row_column: ClassVar[str] = "player"
    target_column: ClassVar[str] = "salary"
    observed: ClassVar[str] = "paid"
    residuals_title: ClassVar[str] = "Every method misses the best-paid players"

    @property
    def subject(self) -> str:
        """What is predicted, inside a sentence."""
        return "the salaries of 263 baseball players"

    @property
    def title(self) -> str:
        """The start of the tables' captions."""
        return "Salaries"

    @property
    def predicted(self) -> str:
        """The axis label of predictions."""
        return f"predicted salary ({self.unit})"


class HittersLabels(OtherSplitLabels):
    """Labels of Hitters on the book's split."""

    is_isl_split: ClassVar[bool] = True
    first_split: ClassVar[str] = "the book's split"


HITTERS = HittersLabels()
OTHER_SPLIT = OtherSplitLabels()
