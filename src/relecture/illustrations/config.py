"""Configuration of the comparison `illustrations` and of its figures."""

from typing import Annotated, ClassVar, TypeVar

from pydantic import Field, field_validator

from relecture.config_model import ConfigModel

Number = TypeVar("Number", int, float)


def _require_increasing(numbers: list[Number]) -> list[Number]:
    if sorted(set(numbers)) != numbers:
        raise ValueError("the numbers must increase")
    return numbers


class RingsConfig(ConfigModel):
    """Two classes of points, one ring inside the other."""

    renamed: ClassVar[dict[str, str]] = {"points": "n_points"}

    n_points: int = Field(ge=20, description="Points per ring in the training set, and again in the test set.")


class InteractionConfig(ConfigModel):
    """Data in which the effect of one variable depends on another."""

    renamed: ClassVar[dict[str, str]] = {"rows": "n_rows", "units": "n_units"}

    n_rows: int = Field(ge=50, description="Training rows.")
    n_units: int = Field(ge=1, description="Units of the small network's hidden layer.")


class FlexibilityConfig(ConfigModel):
    """Networks of growing size on the same few rows."""

    renamed: ClassVar[dict[str, str]] = {"rows": "n_rows", "units": "n_units"}

    n_rows: int = Field(ge=20, description="Training rows.")
    n_units: list[Annotated[int, Field(ge=1)]] = Field(
        min_length=2, description="Units of the hidden layer, in increasing order."
    )

    @field_validator("n_units")
    @classmethod
    def _check_n_units(cls, n_units: list[int]) -> list[int]:
        return _require_increasing(n_units)


class SmallClassifierConfig(ConfigModel):
    """Small networks on a subset of MNIST; network i has the seed `seed` + i and training images of its own."""

    n_seeds: int = Field(ge=2, description="Networks per variant, each with its own training images.")
    n_images: int = Field(ge=20, description="Training images of MNIST (at most all).")
    n_test: int = Field(ge=20, description="Test images of MNIST, the same for every network (at most all).")
    epochs: int = Field(ge=1, description="Passes over the training images.")


class ActivationErrorsConfig(SmallClassifierConfig):
    """Fully connected networks that differ in their activation function."""

    n_validation: int = Field(ge=20, description="Training images that are held out to choose the learning rates.")
    learning_rates: list[Annotated[float, Field(gt=0)]] = Field(
        min_length=1, description="Step sizes of RMSprop; the best one is chosen for each activation function."
    )

    @field_validator("learning_rates")
    @classmethod
    def _check_learning_rates(cls, learning_rates: list[float]) -> list[float]:
        return _require_increasing(learning_rates)


class FiltersConfig(SmallClassifierConfig):
    """CNNs that differ in the size or in the number of their filters."""

    kernel_sizes: list[Annotated[int, Field(ge=1, le=27)]] = Field(
        min_length=2, description="Widths of the filters in pixels, odd and increasing."
    )
    n_filters: list[Annotated[int, Field(ge=1)]] = Field(
        min_length=2, description="Filters of the first convolution, increasing; the second has twice as many."
    )

    @field_validator("n_filters")
    @classmethod
    def _check_n_filters(cls, n_filters: list[int]) -> list[int]:
        return _require_increasing(n_filters)

    @field_validator("kernel_sizes")
    @classmethod
    def _check_kernel_sizes(cls, kernel_sizes: list[int]) -> list[int]:
        if any(size % 2 == 0 for size in kernel_sizes):
            raise ValueError("the numbers must be odd, so that a filter has a middle")
        return _require_increasing(kernel_sizes)


class FeatureMapsConfig(SmallClassifierConfig):
    """CNNs of three convolutions whose filters and feature maps are shown."""


class FlippingConfig(SmallClassifierConfig):
    """CNNs that are trained with and without mirrored digits."""


class LinearOverfitConfig(ConfigModel):
    """Linear models with more and more predictors on the same few rows."""

    n_rows: int = Field(ge=10, description="Training rows.")
    n_predictors: list[Annotated[int, Field(ge=1)]] = Field(
        min_length=2, description="Predictors of the models, in increasing order; they may outnumber the rows."
    )

    @field_validator("n_predictors")
    @classmethod
    def _check_n_predictors(cls, n_predictors: list[int]) -> list[int]:
        return _require_increasing(n_predictors)


class ElbowConfig(ConfigModel):
    """Made-up points in a few groups, for k-means."""

    n_points: int = Field(ge=10, description="Points per group.")
    k_max: int = Field(ge=5, description="Largest number of clusters.")


class UnseededFigureConfig(ConfigModel):
    """A figure without random parts."""


class SeededFigureConfig(ConfigModel):
    """A figure with one random draw."""

    seed: int


class RepeatedFigureConfig(SeededFigureConfig):
    """A figure with `n_seeds` random draws; draw i has the seed `seed` + i."""

    n_seeds: int


class RepresentationFigureConfig(RepeatedFigureConfig, RingsConfig):
    """The figure `representation`."""


class InteractionFigureConfig(RepeatedFigureConfig, InteractionConfig):
    """The figure `interaction`."""


class FlexibilityFigureConfig(RepeatedFigureConfig, FlexibilityConfig):
    """The figure `flexibility`."""


class ActivationErrorsFigureConfig(SeededFigureConfig, ActivationErrorsConfig):
    """The figure `activation_errors`."""


class FiltersFigureConfig(SeededFigureConfig, FiltersConfig):
    """The figure `filters`."""


class FeatureMapsFigureConfig(SeededFigureConfig, FeatureMapsConfig):
    """The figure `feature_maps`."""


class FlippingFigureConfig(SeededFigureConfig, FlippingConfig):
    """The figure `flipping`."""


class LinearOverfitFigureConfig(RepeatedFigureConfig, LinearOverfitConfig):
    """The figure `linear_overfit`."""


class ElbowFigureConfig(RepeatedFigureConfig, ElbowConfig):
    """The figure `elbow`."""


#: The configuration model that each figure's draw function takes.
FIGURE_CONFIGS: dict[str, type[ConfigModel]] = {
    "representation": RepresentationFigureConfig,
    "network_diagram": UnseededFigureConfig,
    "linear_collapse": SeededFigureConfig,
    "squares": SeededFigureConfig,
    "activations": UnseededFigureConfig,
    "activation_errors": ActivationErrorsFigureConfig,
    "interaction": InteractionFigureConfig,
    "parameters": UnseededFigureConfig,
    "flexibility": FlexibilityFigureConfig,
    "linear_overfit": LinearOverfitFigureConfig,
    "early_stopping": UnseededFigureConfig,
    "dropout": SeededFigureConfig,
    "sliding_filter": UnseededFigureConfig,
    "convolution": UnseededFigureConfig,
    "pooling": SeededFigureConfig,
    "feature_maps": FeatureMapsFigureConfig,
    "filters": FiltersFigureConfig,
    "translation": UnseededFigureConfig,
    "augmentation": SeededFigureConfig,
    "flipping": FlippingFigureConfig,
    "rows_and_columns": SeededFigureConfig,
    "elbow": ElbowFigureConfig,
    "mnist_examples": UnseededFigureConfig,
}


class IllustrationsConfig(ConfigModel):
    """The figures of the lecture's slides, computed: their seed and their sizes."""

    renamed: ClassVar[dict[str, str]] = {"seeds": "n_seeds"}

    seed: int = Field(ge=0, le=4_000_000_000, description="Seed of all random draws; repetition i has seed + i.")
    n_seeds: int = Field(ge=2, description="Repetitions of every random draw and fit on made-up data, for error bars.")
    rings: RingsConfig = Field(description="The figure `representation`.")
    activation_errors: ActivationErrorsConfig = Field(description="The figure `activation_errors`.")
    interaction: InteractionConfig = Field(description="The figure `interaction`.")
    flexibility: FlexibilityConfig = Field(description="The figure `flexibility`.")
    linear_overfit: LinearOverfitConfig = Field(description="The figure `linear_overfit`.")
    feature_maps: FeatureMapsConfig = Field(description="The figure `feature_maps`.")
    filters: FiltersConfig = Field(description="The figure `filters`.")
    flipping: FlippingConfig = Field(description="The figure `flipping`.")
    elbow: ElbowConfig = Field(description="The figure `elbow`.")

    def illustration(self, name: str) -> ConfigModel:
        """Return all that a figure depends on: its block, and of `seed` and `n_seeds` what the block leaves open."""
        block = getattr(self, "rings" if name == "representation" else name, None)
        model = FIGURE_CONFIGS[name]
        values = {"seed": self.seed, "n_seeds": self.n_seeds} | (block.as_dict() if block else {})
        return model(**{key: value for key, value in values.items() if key in model.model_fields})
