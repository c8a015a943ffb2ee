"""Configuration of the comparison `illustrations` and of its figures."""

from typing import Annotated, ClassVar

from pydantic import Field, field_validator

from relecture.config_model import ConfigModel


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
    def _require_increasing(cls, n_units: list[int]) -> list[int]:
        if sorted(set(n_units)) != n_units:
            raise ValueError("the numbers must increase")
        return n_units


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


#: The configuration model that each figure's draw function takes.
FIGURE_CONFIGS: dict[str, type[ConfigModel]] = {
    "representation": RepresentationFigureConfig,
    "linear_collapse": SeededFigureConfig,
    "squares": SeededFigureConfig,
    "activations": UnseededFigureConfig,
    "interaction": InteractionFigureConfig,
    "parameters": UnseededFigureConfig,
    "flexibility": FlexibilityFigureConfig,
    "early_stopping": UnseededFigureConfig,
    "convolution": UnseededFigureConfig,
    "translation": UnseededFigureConfig,
    "augmentation": SeededFigureConfig,
    "rows_and_columns": SeededFigureConfig,
    "mnist_examples": UnseededFigureConfig,
}


class IllustrationsConfig(ConfigModel):
    """The figures of the lecture's slides, computed: their seed and their sizes."""

    renamed: ClassVar[dict[str, str]] = {"seeds": "n_seeds"}

    seed: int = Field(ge=0, le=4_000_000_000, description="Seed of all random draws; repetition i has seed + i.")
    n_seeds: int = Field(ge=2, description="Repetitions of every random draw and fit, for error bars.")
    rings: RingsConfig = Field(description="The figure `representation`.")
    interaction: InteractionConfig = Field(description="The figure `interaction`.")
    flexibility: FlexibilityConfig = Field(description="The figure `flexibility`.")

    def illustration(self, name: str) -> ConfigModel:
        """Return all that a figure depends on."""
        sizes: dict[str, ConfigModel] = {
            "representation": self.rings,
            "interaction": self.interaction,
            "flexibility": self.flexibility,
        }
        model = FIGURE_CONFIGS[name]
        values = {"seed": self.seed, "n_seeds": self.n_seeds}
        values |= sizes[name].as_dict() if name in sizes else {}
        return model(**{key: value for key, value in values.items() if key in model.model_fields})
