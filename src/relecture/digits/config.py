"""Settings of the comparison `digits`."""

from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from relecture.config_model import ConfigModel
from relecture.training.config import Probability, TrainingConfig


class Ridge(ConfigModel):
    """A squared penalty on the weights of the hidden layers."""

    strengths: list[Annotated[float, Field(gt=0)]] = Field(
        min_length=1,
        description="Penalties lambda to choose from on validation images; the loss gets lambda x (sum of "
        "squared weights of the hidden layers).",
    )
    seeds_per_strength: int = Field(ge=1, description="Networks per strength in that choice.")

    @field_validator("strengths")
    @classmethod
    def _are_distinct(cls, strengths: list[float]) -> list[float]:
        if len(set(strengths)) < len(strengths):
            raise ValueError("every strength may be named once")
        return strengths


class EarlyStopping(ConfigModel):
    """Stop when the validation loss no longer falls; keep the best weights."""

    patience: int = Field(ge=1, description="Epochs without a lower validation loss before training stops.")


class SklearnLogistic(ConfigModel):
    """scikit-learn's logistic regression, the cross-check of our own."""

    max_iterations: int = Field(ge=1, description="L-BFGS iterations at most.")


class DigitsConfig(ConfigModel):
    """None, ridge, dropout, early stopping, logistic regression or LDA on MNIST? (ISL Table 10.1)"""

    validation_images: int = Field(
        ge=100, le=50_000, description="Training images held out for choices, the last in the file."
    )
    seeds: int = Field(ge=1, description="Networks per method that differ only in their seed.")
    hidden: list[Annotated[int, Field(ge=1)]] = Field(min_length=1, description="Units of the hidden layers.")
    training: TrainingConfig = Field(description="How the networks and the logistic regression are trained.")
    ridge: Ridge = Field(description="The method `ridge`.")
    dropout: list[Probability] = Field(
        description="The method `dropout`: share dropped after each hidden layer, one number a layer."
    )
    early_stopping: EarlyStopping = Field(description="The method `early_stopping`.")
    sklearn_logistic: SklearnLogistic = Field(description="The method `sklearn_logistic`.")

    @field_validator("dropout")
    @classmethod
    def _has_one_number_a_layer(cls, dropout: list[float], info: ValidationInfo) -> list[float]:
        layers = info.data.get("hidden")  # missing when it is a mistake itself
        if layers is not None and len(dropout) != len(layers):
            raise ValueError(f"digits.hidden has {len(layers)} layers, so {len(layers)} numbers are needed")
        return dropout

    def method(self, method: str) -> dict[str, Any]:
        """What a fit of a method depends on."""
        network = {"hidden": self.hidden, "training": self.training.model_dump(), "seeds": self.seeds}
        match method:
            case "plain" | "ridge":
                return network
            case "ridge_search":
                return {**network, "strengths": self.ridge.strengths, "seeds": self.ridge.seeds_per_strength}
            case "dropout":
                return {**network, "dropout": self.dropout}
            case "early_stopping":
                return {**network, "patience": self.early_stopping.patience}
            case "logistic":
                return {**network, "hidden": []}
            case "sklearn_logistic":
                return self.sklearn_logistic.model_dump()
            case "lda":
                return {}
        raise KeyError(method)
