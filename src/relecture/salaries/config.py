"""Configuration of the comparison `salaries` and of its jobs."""

from pathlib import Path
from typing import Annotated, ClassVar, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from relecture.config_model import ConfigModel, UserPath
from relecture.data.config import ColumnName, TableFormat, TableSource
from relecture.errors import closest
from relecture.salaries import BOOK, ISL_TABLE_ONLY, METHODS
from relecture.salaries.table_labels import TableLabels
from relecture.training.config import Probability, TrainingConfig

BOOK_TARGET, MAX_BOOK_TEST_SIZE = "Salary", 200
N_PLAYERS = 263  # of the book's table with a known salary
#: Numeric predictors of the book's table; League, Division and NewLeague are its factors.
NUMERIC = (
    *("AtBat", "Hits", "HmRun", "Runs", "RBI", "Walks", "Years"),
    *("CAtBat", "CHits", "CHmRun", "CRuns", "CRBI", "CWalks"),
    *("PutOuts", "Assists", "Errors"),
)
Predictor = Annotated[ColumnName, Field(json_schema_extra={"allowed": "names of predictors"})]
PositiveNumber = Annotated[float, Field(gt=0)]
PositiveShare = Annotated[float, Field(gt=0, le=1)]
PartialShare = Annotated[float, Field(gt=0, lt=1)]
AtLeastOne = Annotated[int, Field(ge=1)]


class UserTableConfig(ConfigModel):
    """A user's table and its columns, and the values of the configuration that it is checked against."""

    source: TableSource
    target: str
    exclude_columns: list[str]
    factors: list[str]
    test_size: int
    max_training_rows: int
    n_folds: int
    relaxed_lasso: list[str]


class DataJobConfig(ConfigModel):
    """Input of the data job: a user's table, or the book's if `user_table` is None."""

    user_table: UserTableConfig | None = None


class SplitsConfig(ConfigModel):
    """Seeds and sizes of the splits of one protocol."""

    seeds: list[int]
    test_size: int
    n_folds: int
    max_training_rows: int


class LinearFitConfig(ConfigModel):
    """Least squares on `predictors`, or on all of them if None."""

    predictors: list[str] | None = None


class LassoFitConfig(ConfigModel):
    """glmnet's path of lambdas."""

    n_lambda: int = Field(ge=10, description="Number of lambdas on the path, evenly spaced on a log scale.")
    lambda_min_ratio: float = Field(gt=0, lt=1, description="Smallest lambda as a share of the largest.")


class LassoConfig(LassoFitConfig):
    """glmnet's path and cross-validation."""

    renamed: ClassVar[dict[str, str]] = {
        "folds": "n_folds",
        "path_length": "n_lambda",
        "path_ratio": "lambda_min_ratio",
    }

    n_folds: int = Field(ge=3, le=20, description="Folds of the cross-validation that chooses lambda.")


class NetworkConfig(ConfigModel):
    """One hidden layer of ReLU units with dropout."""

    renamed: ClassVar[dict[str, str]] = {"seeds": "n_seeds"}

    n_seeds: int = Field(ge=1, description="Number of networks on the book's split, which differ only in their seed.")
    hidden: int = Field(ge=1, description="Units of the hidden layer.")
    dropout: Probability = Field(description="Share of hidden units dropped in each training step.")
    max_steps: int = Field(
        default=100_000,
        ge=1,
        description="Largest number of gradient steps of each network; a table with many rows gets fewer epochs.",
    )
    training: TrainingConfig = Field(description="Training of each network.")


class NetworkFitConfig(NetworkConfig):
    """Networks of one protocol; `standardise_target` scales the target by its mean and standard deviation."""

    standardise_target: bool | None = None


class RidgeConfig(ConfigModel):
    """Ridge regression; lambda is chosen by cross-validation, with the folds of the lasso."""

    lambdas: list[PositiveNumber] = Field(
        min_length=1,
        description="Candidates of glmnet's lambda, the penalty on squared slopes per standard deviation.",
    )


class KnnConfig(ConfigModel):
    """k nearest neighbours of the standardised predictors; k is chosen by cross-validation."""

    n_neighbors: list[AtLeastOne] = Field(min_length=1, description="Candidates of k, the number of neighbours.")


class TreeConfig(ConfigModel):
    """A regression tree, pruned by its cost and complexity; how far is chosen by cross-validation."""

    cp: list[Probability] = Field(
        min_length=1,
        description="Candidates of rpart's complexity parameter: the share of the target's variance that a split has "
        "to explain; 0 prunes nothing.",
    )


class BaggingConfig(ConfigModel):
    """Trees on bootstrap samples, averaged; every split tries all predictors."""

    n_trees: int = Field(ge=50, description="Number of trees.")


class ForestConfig(BaggingConfig):
    """A random forest; its settings are chosen by the error on the rows out of bag."""

    max_features: list[PositiveShare] = Field(
        min_length=1, description="Candidates of the share of the predictors that are tried at every split."
    )
    min_samples_leaf: list[AtLeastOne] = Field(
        min_length=1, description="Candidates of the smallest number of rows in a leaf."
    )


#: The configuration model that each method's fit function takes.
FIT_CONFIGS: dict[str, type[ConfigModel]] = {
    "linear": LinearFitConfig,
    "lasso": LassoFitConfig,
    "relaxed_lasso": LinearFitConfig,
    "ridge": RidgeConfig,
    "knn": KnnConfig,
    "tree": TreeConfig,
    "bagging": ForestConfig,
    "random_forest": ForestConfig,
    "network": NetworkFitConfig,
    "network_standardised": NetworkFitConfig,
}


class LearningCurveConfig(ConfigModel):
    """All methods on smaller training sets, which are parts of the training rows of random splits."""

    n_splits: int = Field(ge=2, description="Number of random splits, the first of those in `resampled`.")
    train_sizes: list[PartialShare] = Field(
        min_length=1,
        description="Sizes of the training sets, as shares of the training rows; all of them come from `resampled`. A "
        "set has at least three rows for each fold of the cross-validation, and two more than there are predictors.",
    )


class LearningCurveFitConfig(LearningCurveConfig):
    """Sizes of the training sets, and the configuration of every method."""

    linear: LinearFitConfig
    lasso: LassoFitConfig
    relaxed_lasso: LinearFitConfig
    ridge: RidgeConfig
    knn: KnnConfig
    tree: TreeConfig
    bagging: ForestConfig
    random_forest: ForestConfig
    network: NetworkFitConfig | None = None
    network_standardised: NetworkFitConfig


class _TableColumns(ConfigModel):
    """The file of a table, and what its columns are."""

    path: UserPath = Field(description="`hitters`, the book's table, or a CSV file with a header line.")
    target: ColumnName = Field(
        description="The numeric column to predict. All other columns are predictors, text columns are factors."
    )
    factors: list[ColumnName] = Field(
        default=[],
        description="Columns that hold categories exactly as written: numbers that are codes, and texts that look like "
        "numbers, like marks of missing values or like each other.",
    )
    exclude_columns: list[ColumnName] = Field(default=[], description="Columns to exclude, such as names of the rows.")
    rows: str = Field(default="", description="Label of the rows in tables and figures, such as `voters`.")
    unit: str = Field(default="", description="Unit of the target in tables and figures, such as `dollars an hour`.")


class TableConfig(TableFormat, _TableColumns):
    """The table: the book's, or a user's CSV file."""

    renamed: ClassVar[dict[str, str]] = {"leave_out": "exclude_columns"}

    @property
    def is_isl_table(self) -> bool:
        """Whether this is the table of the published values."""
        return self.path == BOOK

    @model_validator(mode="after")
    def _require_book_defaults(self) -> Self:
        given = self.model_dump(exclude_defaults=True).keys()
        if self.is_isl_table and (self.target != BOOK_TARGET or given - {"path", "target"}):
            raise ValueError(
                f"`{BOOK}` is the book's table with the target {BOOK_TARGET}, and no other key may be set for it; "
                "to use it in another way, give the path of its file: path: resources/Hitters.csv"
            )
        return self


class ResampledConfig(ConfigModel):
    """Random splits of the same sizes as the book's, the same for all methods."""

    renamed: ClassVar[dict[str, str]] = {"splits": "n_splits"}

    n_splits: int = Field(ge=2, description="Number of random splits.")
    first_seed: int = Field(ge=0, description="Split i is what R draws after set.seed(first_seed + i).")


class SalariesConfig(ConfigModel):
    """Linear models, neighbours, trees and networks on the Hitters data (ISL Table 10.2)."""

    data: TableConfig = Field(description="The table.")
    book_seed: int = Field(ge=0, description="set.seed() of the book's lab: the split of the published values.")
    test_size: int = Field(ge=10, description="Rows in the test set; at most 200 of the 263 players.")
    max_training_rows: int = Field(
        ge=N_PLAYERS,
        description="Largest training set: a split of a larger table trains on a random sample of its rows. The 263 "
        "players are never sampled.",
    )
    resampled: ResampledConfig = Field(description="The protocol `resampled`: many random splits.")
    lasso: LassoConfig = Field(description="The method `lasso`.")
    relaxed_lasso: list[Predictor] = Field(
        min_length=1,
        description="Predictors of the method `relaxed_lasso`, fitted by least squares: numeric columns of Hitters; "
        "in a user's table also columns of factor levels, such as `voteDole`.",
    )
    ridge: RidgeConfig = Field(description="The method `ridge`.")
    knn: KnnConfig = Field(description="The method `knn`.")
    tree: TreeConfig = Field(description="The method `tree`.")
    bagging: BaggingConfig = Field(description="The method `bagging`.")
    random_forest: ForestConfig = Field(description="The method `random_forest`.")
    network: NetworkConfig = Field(
        description="The methods `network`, the book's, and `network_standardised`, the same with the target centred "
        "and divided by its standard deviation. A user's table has only the second."
    )
    learning_curve: LearningCurveConfig = Field(description="The errors by the size of the training set.")

    @field_validator("test_size")
    @classmethod
    def _limit_book_test_size(cls, test_size: int, info: ValidationInfo) -> int:
        if _is_isl_table(info) and test_size > MAX_BOOK_TEST_SIZE:
            raise ValueError(f"the test set may have at most {MAX_BOOK_TEST_SIZE} of the 263 players")
        return test_size

    @field_validator("relaxed_lasso")
    @classmethod
    def _require_distinct_known_predictors(cls, predictors: list[str], info: ValidationInfo) -> list[str]:
        if len(set(predictors)) < len(predictors):
            raise ValueError("each predictor may be named only once")
        if _is_isl_table(info) and (unknown := [name for name in predictors if name not in NUMERIC]):
            raise ValueError(f"Hitters has no numeric predictor {', '.join(map(_with_suggestion, unknown))}")
        return predictors

    def data_job(self) -> DataJobConfig:
        """Return all that the table depends on."""
        if self.data.is_isl_table:
            return DataJobConfig()
        return DataJobConfig(
            user_table=UserTableConfig(
                source=TableSource(
                    path=self.data.path,
                    format=TableFormat(**{key: getattr(self.data, key) for key in TableFormat.model_fields}),
                    named_by="salaries.data",
                    setting="salaries.data.{}",
                ),
                target=self.data.target,
                exclude_columns=self.data.exclude_columns,
                factors=self.data.factors,
                test_size=self.test_size,
                max_training_rows=self.max_training_rows,
                n_folds=self.lasso.n_folds,
                relaxed_lasso=self.relaxed_lasso,
            )
        )

    def source(self) -> str:
        """Return the path of the file that the table is made from."""
        return f"resources/{BOOK}.json" if self.data.is_isl_table else self.data.path

    def labels(self) -> TableLabels | None:
        """Return the labels of a user's table, None for the book's."""
        if self.data.is_isl_table:
            return None
        return TableLabels(
            name=Path(self.data.path).name,
            target=self.data.target,
            rows=self.data.rows or "rows",
            unit=self.data.unit,
        )

    def splits(self, protocol: str) -> SplitsConfig:
        """Return all that the splits of a protocol depend on."""
        first = self.resampled.first_seed
        seeds = [self.book_seed] if protocol == "book" else list(range(first, first + self.resampled.n_splits))
        return SplitsConfig(
            seeds=seeds,
            test_size=self.test_size,
            n_folds=self.lasso.n_folds,
            max_training_rows=self.max_training_rows,
        )

    def methods(self) -> list[str]:
        """Return the methods that are fitted to the table."""
        return [method for method in METHODS if self.data.is_isl_table or method not in ISL_TABLE_ONLY]

    def method(self, protocol: str, method: str) -> ConfigModel:
        """Return all that a fit of a method depends on, an instance of its model in FIT_CONFIGS."""
        match method:
            case "linear":
                return LinearFitConfig()
            case "relaxed_lasso":
                return LinearFitConfig(predictors=self.relaxed_lasso)
            case "lasso":
                return LassoFitConfig(n_lambda=self.lasso.n_lambda, lambda_min_ratio=self.lasso.lambda_min_ratio)
            case "ridge":
                return self.ridge
            case "knn":
                return self.knn
            case "tree":
                return self.tree
            case "bagging":
                return ForestConfig(n_trees=self.bagging.n_trees, max_features=[1.0], min_samples_leaf=[1])
            case "random_forest":
                return self.random_forest
            case "network" | "network_standardised":
                return NetworkFitConfig(
                    n_seeds=self.network.n_seeds if protocol == "book" else 1,
                    hidden=self.network.hidden,
                    dropout=self.network.dropout,
                    max_steps=self.network.max_steps,
                    training=self.network.training,
                    standardise_target=True if method == "network_standardised" else None,
                )
        raise KeyError(method)

    def learning_curve_fit(self) -> LearningCurveFitConfig:
        """Return all that the errors by the size of the training set depend on."""
        methods = {method: self.method("resampled", method).as_dict() for method in self.methods()}
        return LearningCurveFitConfig.model_validate(self.learning_curve.as_dict() | methods)


def _is_isl_table(info: ValidationInfo) -> bool:
    """Whether `data`, which is validated first, selects the book's table."""
    return "data" in info.data and info.data["data"].is_isl_table


def _with_suggestion(predictor: str) -> str:
    near = closest(predictor, NUMERIC)
    return f"`{predictor}`" + (f" (did you mean {near}?)" if near else "")
