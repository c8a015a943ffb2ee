"""Settings of the comparison `salaries`."""

from typing import Any, Literal

from pydantic import Field, field_validator

from relecture.configuration import Block
from relecture.training.config import Probability, TrainingConfig

# The predictors of Hitters that are numbers; League, Division and NewLeague are factors.
InSeason = Literal["AtBat", "Hits", "HmRun", "Runs", "RBI", "Walks", "Years"]
InCareer = Literal["CAtBat", "CHits", "CHmRun", "CRuns", "CRBI", "CWalks"]
InField = Literal["PutOuts", "Assists", "Errors"]
NumericPredictor = Literal[InSeason, InCareer, InField]


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
    relaxed_lasso: list[NumericPredictor] = Field(
        min_length=1,
        description="Predictors of the method `relaxed_lasso`, fitted by least squares; numeric ones only.",
    )
    network: Network = Field(description="The method `network`.")

    @field_validator("relaxed_lasso")
    @classmethod
    def _are_distinct(cls, predictors: list[str]) -> list[str]:
        if len(set(predictors)) < len(predictors):
            raise ValueError("every predictor may be named once")
        return predictors

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
                return {**self.network.model_dump(), "seeds": seeds}
        raise KeyError(method)
