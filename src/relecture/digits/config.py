"""Configuration of the comparison `digits`."""

from itertools import pairwise
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from relecture.config_model import ConfigModel
from relecture.training.config import Probability, TrainingConfig

N_PIXELS, N_CLASSES = 784, 10

#: The last epochs over which errors are averaged; of a shorter fit all.
N_LAST_EPOCHS = 10


def _distinct(lambdas: list[float]) -> list[float]:
    if len(set(lambdas)) < len(lambdas):
        raise ValueError("every lambda may be listed once")
    return lambdas


Lambdas = Annotated[
    list[Annotated[float, Field(gt=0)]],
    Field(min_length=1),
    AfterValidator(_distinct),
]


class RidgeConfig(ConfigModel):
    """A squared penalty on the weights of the hidden layers."""

    renamed: ClassVar[dict[str, str]] = {"strengths": "lambdas", "seeds_per_strength": "n_seeds_per_lambda"}

    lambdas: Lambdas = Field(
        description="Candidates for lambda, one of which is chosen on validation images; the loss gets lambda x (sum "
        "of squared weights of the hidden layers).",
    )
    n_seeds_per_lambda: int = Field(ge=1, description="Networks per lambda in that choice.")


class L1Config(ConfigModel):
    """A penalty on the absolute values of the weights of the hidden layers."""

    lambdas: Lambdas = Field(
        description="Candidates for lambda, one of which is chosen on validation images; the loss gets lambda x (sum "
        "of absolute weights of the hidden layers).",
    )
    n_seeds_per_lambda: int = Field(ge=1, description="Networks per lambda.")


class EarlyStoppingConfig(ConfigModel):
    """Stop when the validation loss (or the validation error) no longer falls; keep the best weights."""

    patience: int = Field(
        ge=1, description="Epochs without a lower validation loss (or validation error) before training stops."
    )


class OneHiddenLayerConfig(ConfigModel):
    """A network with one hidden layer, as wide as the same number of parameters allows."""

    n_seeds: int = Field(ge=1, description="Networks that differ only in their seed.")


class LogisticConfig(ConfigModel):
    """Multinomial logistic regression: a network without hidden layers."""

    n_seeds: int = Field(ge=1, description="Networks that differ only in their seed.")


class SklearnLogisticConfig(ConfigModel):
    """scikit-learn's logistic regression, which cross-checks `logistic`."""

    renamed: ClassVar[dict[str, str]] = {"max_iterations": "max_iter"}

    max_iter: int = Field(ge=1, description="Maximum number of L-BFGS iterations.")


class LdaConfig(ConfigModel):
    """Linear discriminant analysis; nothing to set."""


class KnnConfig(ConfigModel):
    """Classification by the most frequent class among the nearest training images (Euclidean distance)."""

    n_neighbors: int = Field(ge=1, description="Number of nearest training images that vote.")
    n_images: int = Field(ge=1, description="Training images, the first in the file (at most those for training).")


class RandomForestConfig(ConfigModel):
    """A random forest."""

    n_estimators: int = Field(ge=1, description="Number of trees.")
    n_seeds: int = Field(ge=1, description="Forests that differ only in their seed.")


class NetworkConfig(ConfigModel):
    """All that the networks of one method depend on."""

    n_seeds: int
    hidden: list[int]
    training: TrainingConfig
    hidden_l2: float | None = None
    dropout: list[float] | None = None
    patience: int | None = None
    monitor: Literal["validation_loss", "validation_error"] | None = None


class LambdaGridConfig(ConfigModel):
    """All that networks with several strengths of a penalty depend on."""

    lambdas: list[float]
    n_seeds: int
    hidden: list[int]
    training: TrainingConfig


MethodConfig = NetworkConfig | LambdaGridConfig | SklearnLogisticConfig | LdaConfig | KnnConfig | RandomForestConfig


class DigitsConfig(ConfigModel):
    """Regularised networks, linear methods, nearest neighbours and a forest on MNIST (ISL Table 10.1)."""

    renamed: ClassVar[dict[str, str]] = {"validation_images": "n_validation", "seeds": "n_seeds"}

    n_validation: int = Field(
        ge=100, le=50_000, description="Training images held out for choices, the last in the file."
    )
    n_seeds: int = Field(
        ge=1,
        description="Networks per method that differ only in their seed: without regularisation, with ridge, with "
        "dropout, with early stopping.",
    )
    hidden: list[Annotated[int, Field(ge=1)]] = Field(min_length=1, description="Units of the hidden layers.")
    training: TrainingConfig = Field(description="How the networks and the logistic regression are trained.")
    ridge: RidgeConfig = Field(description="The method `ridge`.")
    dropout: list[Probability] = Field(
        description="The method `dropout`: dropout rate after each hidden layer, one number a layer."
    )
    early_stopping: EarlyStoppingConfig = Field(description="The methods `early_stopping`, `early_stopping_error`.")
    l1: L1Config = Field(description="The method `l1`.")
    one_hidden_layer: OneHiddenLayerConfig = Field(description="The method `one_hidden_layer`.")
    logistic: LogisticConfig = Field(description="The method `logistic`.")
    sklearn_logistic: SklearnLogisticConfig = Field(description="The method `sklearn_logistic`.")
    knn: KnnConfig = Field(description="The method `knn`.")
    random_forest: RandomForestConfig = Field(description="The method `random_forest`.")

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
        patience = self.early_stopping.patience
        match method:
            case "plain" | "ridge":
                return plain
            case "ridge_search":
                return self._lambda_grid(self.ridge)
            case "dropout":
                return plain.model_copy(update={"dropout": self.dropout})
            case "early_stopping":
                return plain.model_copy(update={"patience": patience, "monitor": "validation_loss"})
            case "early_stopping_error":
                return plain.model_copy(update={"patience": patience, "monitor": "validation_error"})
            case "l1":
                return self._lambda_grid(self.l1)
            case "one_hidden_layer":
                return plain.model_copy(
                    update={"hidden": [equal_width(self.hidden)], "n_seeds": self.one_hidden_layer.n_seeds}
                )
            case "logistic":
                return plain.model_copy(update={"hidden": [], "n_seeds": self.logistic.n_seeds})
            case "sklearn_logistic":
                return self.sklearn_logistic
            case "lda":
                return LdaConfig()
            case "knn":
                return self.knn
            case "random_forest":
                return self.random_forest
        raise KeyError(method)

    def _lambda_grid(self, penalty: RidgeConfig | L1Config) -> LambdaGridConfig:
        return LambdaGridConfig(
            lambdas=penalty.lambdas,
            n_seeds=penalty.n_seeds_per_lambda,
            hidden=self.hidden,
            training=self.training,
        )


def equal_width(hidden: list[int]) -> int:
    """Return the units of one hidden layer whose network has as many parameters as one with the layers `hidden`.

    A unit more is 795 parameters: its 784 weights and its bias, and a weight of each class. So the two counts differ
    by 398 parameters at most.
    """
    n_parameters = sum((inputs + 1) * outputs for inputs, outputs in pairwise([N_PIXELS, *hidden, N_CLASSES]))
    return max(1, round((n_parameters - N_CLASSES) / (N_PIXELS + 1 + N_CLASSES)))
