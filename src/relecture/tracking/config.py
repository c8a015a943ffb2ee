"""Configuration of the tracking."""

from pydantic import Field

from relecture.config_model import ConfigModel


class TrackingConfig(ConfigModel):
    """Names that keep the runs of several people on one server apart. No result depends on them."""

    experiment_prefix: str = Field(
        default="",
        pattern=r"^(\w[\w.-]*(/\w[\w.-]*)*/?)?$",
        description="What the names of all experiments begin with: `smith` for `smith/digits`; default: nothing. "
        "The environment variable RELECTURE_EXPERIMENT_PREFIX takes its place.",
        json_schema_extra={"allowed": "empty, or words of letters, digits, `_`, `-` and `.`, separated by `/`"},
    )
    owner: str = Field(
        default="",
        pattern=r"^[\w.@+-]*$",
        description="Whose runs they are; default: the user of the operating system. The environment variables "
        "RELECTURE_RUN_OWNER and MLFLOW_TRACKING_USERNAME, a login, take its place.",
        json_schema_extra={"allowed": "empty, or a word of letters, digits and `_.@+-`"},
    )
