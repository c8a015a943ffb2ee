"""Settings of the comparison `salaries`."""

from pydantic import Field

from relecture.configuration import Block
from relecture.training.config import Probability, TrainingConfig


class Resampled(Block):
    """Random splits of the same sizes as the book's, the same for all methods."""

    splits: int = Field(ge=2, description="Number of random splits.")
    first_seed: int = Field(ge=0, description="Split i is what R draws after set.seed(first_seed + i).")


class Lasso(Block):
    """glmnet's path and cross-validation."""

    folds: int = Field(ge=3, le=20, description="Folds of the cross-validation that chooses lambda.")
    path_length: int = Field(ge=10, description="Values of lambda, evenly spaced on a log scale.")
    path_ratio: float = Field(gt=0, lt=1, description="Smallest lambda as a share of the largest.")


class Network(Block):
    """One hidden layer of ReLU units with dropout."""

    seeds: int = Field(ge=1, description="Networks on the book's split that differ only in their seed.")
    hidden: int = Field(ge=1, description="Units of the hidden layer.")
    dropout: Probability = Field(description="Share of hidden units dropped in each training step.")
    training: TrainingConfig = Field(description="How it is trained.")


class SalariesConfig(Block):
    """Linear regression, lasso, relaxed lasso or a network on the Hitters data? (ISL Table 10.2)"""

    book_seed: int = Field(ge=0, description="set.seed() of the book's lab: the split behind the printed numbers.")
    test_size: int = Field(ge=10, le=200, description="Players held out for the test, of 263.")
    resampled: Resampled = Field(description="The protocol `resampled`: many random splits.")
    lasso: Lasso = Field(description="The method `lasso`.")
    relaxed_lasso: list[str] = Field(
        min_length=1, description="Predictors of the method `relaxed_lasso`, fitted by least squares."
    )
    network: Network = Field(description="The method `network`.")
