"""Settings of the comparison `salaries`."""

from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from relecture.config_model import ConfigModel, UserPath
from relecture.errors import closest
from relecture.salaries import BOOK
from relecture.training.config import Probability, TrainingConfig

#: What the book's table has; League, Division and NewLeague are its factors.
BOOK_TARGET, MOST_HELD_OUT = "Salary", 200
NUMERIC = (
    *("AtBat", "Hits", "HmRun", "Runs", "RBI", "Walks", "Years"),
    *("CAtBat", "CHits", "CHmRun", "CRuns", "CRBI", "CWalks"),
    *("PutOuts", "Assists", "Errors"),
)
Predictor = Annotated[str, Field(json_schema_extra={"allowed": "names of predictors"})]


class TableConfig(ConfigModel):
    """Which table: the book's, or one of your own."""

    path: UserPath = Field(description="`hitters`, the book's table, or a CSV file: a header line, commas, UTF-8.")
    target: str = Field(description="The column to predict: numbers. All others are predictors, text ones as factors.")
    leave_out: list[str] = Field(default=[], description="Columns that are no predictors, such as names of the rows.")
    rows: str = Field(default="", description="What the rows are, for tables and figures, such as `voters`.")
    unit: str = Field(default="", description="Unit of the target, for tables and figures, such as `dollars an hour`.")

    @property
    def is_isl_table(self) -> bool:
        """Whether it is the table whose numbers the book prints."""
        return self.path == BOOK

    @model_validator(mode="after")
    def _the_book_s_is_as_it_is(self) -> Self:
        if self.is_isl_table and (self.target != BOOK_TARGET or self.leave_out or self.rows or self.unit):
            raise ValueError(
                f"`{BOOK}` is the book's table with the target {BOOK_TARGET}, and nothing else may be set for it; "
                "to ask another question of it, name its file: path: resources/Hitters.csv"
            )
        return self


class Resampled(ConfigModel):
    """Random splits of the same sizes as the book's, the same for all methods."""

    splits: int = Field(ge=2, description="Number of random splits.")
    first_seed: int = Field(ge=0, description="Split i is what R draws after set.seed(first_seed + i).")


class Lasso(ConfigModel):
    """glmnet's path and cross-validation."""

    folds: int = Field(ge=3, le=20, description="Folds of the cross-validation that chooses lambda.")
    path_length: int = Field(ge=10, description="Values of lambda, evenly spaced on a log scale.")
    path_ratio: float = Field(gt=0, lt=1, description="Smallest lambda as a share of the largest.")


class Network(ConfigModel):
    """One hidden layer of ReLU units with dropout."""

    seeds: int = Field(ge=1, description="Networks on the book's split that differ only in their seed.")
    hidden: int = Field(ge=1, description="Units of the hidden layer.")
    dropout: Probability = Field(description="Share of hidden units dropped in each training step.")
    training: TrainingConfig = Field(description="How it is trained.")


class SalariesConfig(ConfigModel):
    """Linear regression, lasso, relaxed lasso or a network on the Hitters data? (ISL Table 10.2)"""

    data: TableConfig = Field(description="The table.")
    book_seed: int = Field(ge=0, description="set.seed() of the book's lab: the split behind the printed numbers.")
    test_size: int = Field(ge=10, description="Rows held out for the test; of the 263 players at most 200.")
    resampled: Resampled = Field(description="The protocol `resampled`: many random splits.")
    lasso: Lasso = Field(description="The method `lasso`.")
    relaxed_lasso: list[Predictor] = Field(
        min_length=1,
        description="Predictors of the method `relaxed_lasso`, fitted by least squares; of Hitters numeric ones, of "
        "another table also columns of factors, such as `voteDole`.",
    )
    network: Network = Field(description="The method `network`.")

    @field_validator("test_size")
    @classmethod
    def _leaves_players_to_learn_from(cls, test_size: int, info: ValidationInfo) -> int:
        if _of_the_book(info) and test_size > MOST_HELD_OUT:
            raise ValueError(f"of the 263 players at most {MOST_HELD_OUT} may be held out")
        return test_size

    @field_validator("relaxed_lasso")
    @classmethod
    def _are_distinct_and_in_the_table(cls, predictors: list[str], info: ValidationInfo) -> list[str]:
        if len(set(predictors)) < len(predictors):
            raise ValueError("every predictor may be named once")
        if _of_the_book(info) and (odd := [name for name in predictors if name not in NUMERIC]):
            raise ValueError(f"Hitters has no numeric predictor {', '.join(map(_asked, odd))}")
        return predictors

    def table(self) -> dict[str, Any]:
        """What the table depends on. One of your own is checked against the settings that name parts of it."""
        config = self.data.model_dump(include={"path", "target", "leave_out"})
        if self.data.is_isl_table:
            return config
        sizes = {"test_size": self.test_size, "folds": self.lasso.folds}
        return {**config, **sizes, "relaxed_lasso": self.relaxed_lasso}

    def source(self) -> str:
        """The file that the table is made from."""
        return f"resources/{BOOK}.json" if self.data.is_isl_table else self.data.path

    def subject(self) -> dict[str, str] | None:
        """The words for a table of your own; None for the book's."""
        if self.data.is_isl_table:
            return None
        words = {"rows": self.data.rows or "rows", "unit": self.data.unit}
        return {"name": Path(self.data.path).name, "target": self.data.target, **words}

    def splits(self, protocol: str) -> dict[str, Any]:
        """What the splits of a protocol depend on."""
        first, count = self.resampled.first_seed, self.resampled.splits
        seeds = [self.book_seed] if protocol == "book" else list(range(first, first + count))
        return {"seeds": seeds, "test_size": self.test_size, "folds": self.lasso.folds}

    def method(self, protocol: str, method: str) -> dict[str, Any]:
        """What a fit of a method depends on."""
        match method:
            case "linear":
                return {"predictors": None}
            case "relaxed_lasso":
                return {"predictors": self.relaxed_lasso}
            case "lasso":
                return self.lasso.model_dump(include={"path_length", "path_ratio"})
            case "network":
                seeds = self.network.seeds if protocol == "book" else 1
                # The book's network learns thousands of dollars as they are; another target has another scale.
                scale = {} if self.data.is_isl_table else {"standardise_target": True}
                return {**self.network.model_dump(), "seeds": seeds, **scale}
        raise KeyError(method)


def _of_the_book(info: ValidationInfo) -> bool:
    """Whether the table, which is checked first, is the book's."""
    return "data" in info.data and info.data["data"].is_isl_table


def _asked(predictor: str) -> str:
    near = closest(predictor, NUMERIC)
    return f"`{predictor}`" + (f" (did you mean {near}?)" if near else "")
