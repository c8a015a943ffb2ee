"""Configuration of the comparison `digits`."""

from typing import Annotated, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from relecture.config_model import ConfigModel
from relecture.training.config import Probability, TrainingConfig


class RidgeConfig(ConfigModel):
    """A squared penalty on the weights of the hidden layers."""

    renamed: ClassVar[dict[str, str]] = {"strengths": "lambdas", "seeds_per_strength": "n_seeds_per_lambda"}

    lambdas: list[Annotated[float, Field(gt=0)]] = Field(
        min_length=1,
        description="Candidates for lambda, one of which is chosen on validation images; the loss gets lambda x (sum "
        "of squared weights of the hidden layers).",
    )
    n_seeds_per_lambda: int = Field(ge=1, description="Networks per lambda in that choice.")

    @field_validator("lambdas")
    @classmethod
    def _are_distinct(cls, lambdas: list[float]) -> list[float]:
        if len(set(lambdas)) < len(lambdas):
            raise ValueError("every lambda may be listed once")
        return lambdas


class EarlyStoppingConfig(ConfigModel):
    """Stop when the validation loss no longer falls; keep the best weights."""

    patience: int = Field(ge=1, description="Epochs without a lower validation loss before training stops.")


class SklearnLogisticConfig(ConfigModel):
    """scikit-learn's logistic regression, which cross-checks `logistic`."""

    renamed: ClassVar[dict[str, str]] = {"max_iterations": "max_iter"}

    max_iter: int = Field(ge=1, description="Maximum number of L-BFGS iterations.")


class LdaConfig(ConfigModel):
    """Linear discriminant analysis; nothing to set."""


class NetworkConfig(ConfigModel):
    """All that the networks of one method depend on."""

    n_seeds: int
    hidden: list[int]
    training: TrainingConfig
    hidden_l2: float | None = None
    dropout: list[float] | None = None
    patience: int | None = None


class RidgeSearchConfig(ConfigModel):
    """All that the choice of lambda depends on."""

    lambdas: list[float]
    n_seeds: int
    hidden: list[int]
    training: TrainingConfig


MethodConfig = NetworkConfig | RidgeSearchConfig | SklearnLogisticConfig | LdaConfig


class DigitsConfig(ConfigModel):
    """Regularised networks, logistic regression and LDA on MNIST (ISL Table 10.1)."""

    renamed: ClassVar[dict[str, str]] = {"validation_images": "n_validation", "seeds": "n_seeds"}

    n_validation: int = Field(
        ge=100, le=50_000, description="Training images held out for choices, the last in the file."
    )
    n_seeds: int = Field(ge=1, description="Networks per method that differ only in their seed.")
    hidden: list[Annotated[int, Field(ge=1)]] = Field(min_length=1, description="Units of the hidden layers.")
    training: TrainingConfig = Field(description="How the networks and the logistic regression are trained.")
    ridge: RidgeConfig = Field(description="The method `ridge`.")
    dropout: list[Probability] = Field(
        description="The method `dropout`: dropout rate after each hidden layer, one number a layer."
    )
    early_stopping: EarlyStoppingConfig = Field(description="The method `early_stopping`.")
    sklearn_logistic: SklearnLogisticConfig = Field(description="The method `sklearn_logistic`.")

    @field_validator("dropout")
    @classmethod
    def _has_one_rate_per_layer(cls, dropout: list[float], info: ValidationInfo) -> list[float]:
        layers = info.data.get("hidden")  # absent when it is invalid itself
        if layers is not None and len(dropout) != len(layers):
            raise ValueError(f"digits.hidden has {len(layers)} layers, so {len(layers)} numbers are needed")
        return dropout

    def method(self, method: str) -> MethodConfig:
        """Return all that the fit of a method depends on."""
        plain = NetworkConfig(n_seeds=self.n_seeds, hidden=self.hidden, training=self.training)
        match method:
            case "plain" | "ridge":
                return plain
            case "ridge_search":
                ridge = self.ridge
                return RidgeSearchConfig(
                    lambdas=ridge.lambdas, n_seeds=ridge.n_seeds_per_lambda, hidden=self.hidden, training=self.training
                )
            case "dropout":
                return plain.model_copy(update={"dropout": self.dropout})
            case "early_stopping":
                return plain.model_copy(update={"patience": self.early_stopping.patience})
            case "logistic":
                return plain.model_copy(update={"hidden": []})
            case "sklearn_logistic":
                return self.sklearn_logistic
            case "lda":
                return LdaConfig()
        raise KeyError(method)
