"""What the scorecard of a run depends on, besides the values."""

from collections.abc import Iterable

from pydantic import Field, JsonValue

from relecture.config_model import ConfigModel
from relecture.errors import UserError
from relecture.scorecard.published_values import PublishedValue


class ScorecardConfig(ConfigModel):
    """The preset of the run, and those of its settings that published values depend on."""

    preset: str = Field(description="Name of the settings, shown in every row.")
    settings: dict[str, JsonValue] = Field(default={}, description="Settings of the run by dotted key.")

    @classmethod
    def as_published(cls, published: Iterable[PublishedValue], preset: str = "standard") -> "ScorecardConfig":
        """Return the configuration of a run that has the sources' settings everywhere."""
        return cls(preset=preset, settings={key: value for one in published for key, value in one.settings.items()})

    def differences(self, entry: PublishedValue) -> list[str]:
        """Return a clause for each setting of a published value that this run does not have.

        Raises:
            UserError: A setting of the published value is not among those of the run.
        """
        if unknown := sorted(set(entry.settings) - set(self.settings)):
            raise UserError(f"config/published.yaml, {entry.id}: no setting of the run is called {unknown[0]}")
        return [
            f"{key} is {_text(self.settings[key])}, published with {_text(value)}"
            for key, value in entry.settings.items()
            if self.settings[key] != value
        ]


def _text(value: JsonValue) -> str:
    return f"[{', '.join(map(_text, value))}]" if isinstance(value, list) else str(value)
