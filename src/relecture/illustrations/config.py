"""Settings of the comparison `illustrations`."""

from typing import Annotated, Any

from pydantic import Field, field_validator

from relecture.config_model import ConfigModel


class Rings(ConfigModel):
    """Two classes of points, one ring inside the other."""

    points: int = Field(ge=20, description="Points in each ring, to learn from and again to test on.")


class Interaction(ConfigModel):
    """Data in which the effect of one variable depends on another."""

    rows: int = Field(ge=50, description="Rows to learn from.")
    units: int = Field(ge=1, description="Units of the small network's one hidden layer.")


class Flexibility(ConfigModel):
    """Networks of growing size on the same few rows."""

    rows: int = Field(ge=20, description="Rows to learn from.")
    units: list[Annotated[int, Field(ge=1)]] = Field(
        min_length=2, description="Units of the one hidden layer, from the stiffest network to the most flexible."
    )

    @field_validator("units")
    @classmethod
    def _grow(cls, units: list[int]) -> list[int]:
        if sorted(set(units)) != units:
            raise ValueError("the numbers must grow from one to the next")
        return units


class IllustrationsConfig(ConfigModel):
    """The lecture's drawings, computed: their seed and the few sizes that matter."""

    seed: int = Field(ge=0, le=4_000_000_000, description="Of everything random; repetition i has the seed seed + i.")
    seeds: int = Field(ge=2, description="Repetitions of whatever is drawn and fitted at random, for error bars.")
    rings: Rings = Field(description="The figure `representation`.")
    interaction: Interaction = Field(description="The figure `interaction`.")
    flexibility: Flexibility = Field(description="The figure `flexibility`.")

    def illustration(self, name: str) -> dict[str, Any]:
        """What a figure depends on."""
        repeated = {"seed": self.seed, "seeds": self.seeds}
        match name:
            case "representation":
                return {**repeated, **self.rings.model_dump()}
            case "interaction":
                return {**repeated, **self.interaction.model_dump()}
            case "flexibility":
                return {**repeated, **self.flexibility.model_dump()}
            case "linear_collapse" | "squares" | "augmentation" | "rows_and_columns":
                return {"seed": self.seed}
            case "activations" | "parameters" | "early_stopping" | "convolution" | "translation" | "mnist_examples":
                return {}
        raise KeyError(name)
