"""Configuration of one network's training."""

from typing import Annotated, ClassVar

from pydantic import Field

from relecture.config_model import ConfigModel

Probability = Annotated[float, Field(ge=0, lt=1)]


class TrainingConfig(ConfigModel):
    """How a network is trained, with RMSprop and a fixed number of epochs."""

    renamed: ClassVar[dict[str, str]] = {"history_every": "log_every_n_epochs"}

    epochs: int = Field(ge=1, description="Passes over the training rows (at most, with early stopping).")
    batch_size: int = Field(ge=1, description="Rows in one gradient step.")
    learning_rate: float = Field(gt=0, description="Step size of RMSprop.")
    rho: Probability = Field(description="RMSprop's memory: the decay of its running mean of squared gradients.")
    epsilon: float = Field(gt=0, description="RMSprop's guard against division by zero.")
    log_every_n_epochs: int = Field(ge=1, description="Epochs between two points of the curves in history.csv.")
