"""Settings of the comparison `tallies`."""

import math
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from relecture.config_model import ConfigModel, UserPath
from relecture.training.config import Probability

SIMULATED = "simulated"

Seed = Annotated[int, Field(ge=0)]
Seeds = Annotated[int, Field(ge=1)]
Epochs = Annotated[int, Field(ge=1)]
Rate = Annotated[float, Field(gt=0)]
#: How each method of transfer begins: blocks of convolutions that keep their weights, first weights, varied cells.
WAYS: dict[str, dict[str, Any]] = {
    "frozen": {"frozen": 1, "start": "base", "augment": False},
    "frozen_augmented": {"frozen": 1, "start": "base", "augment": True},
    "unfrozen": {"frozen": 0, "start": "base", "augment": False},
    "conv_frozen": {"frozen": "all", "start": "base", "augment": False},
    "scratch": {"frozen": 0, "start": "scratch", "augment": False},
}


class SimulationConfig(ConfigModel):
    """The simulated election: real handwriting on simulated tally sheets."""

    renamed: ClassVar[dict[str, str]] = {
        "sheets": "n_stations",
        "districts": "n_districts",
        "parties": "n_parties",
        "ballots": "n_ballots",
        "badly_scanned": "bad_scan_rate",
    }

    seed: Seed = Field(description="Seed of the votes and of the sheets.")
    n_stations: int = Field(ge=2, le=200_000, description="Polling stations; each has one sheet.")
    n_districts: int = Field(ge=1, description="Districts of the stations.")
    n_parties: int = Field(ge=2, le=20, description="Parties; each has one row on every sheet.")
    n_ballots: int = Field(ge=20, le=990, description="Ballots per station, on average.")
    concentration: float = Field(
        gt=0,
        description="How alike stations are: the Dirichlet's concentration. Small: strongholds; large: all the same.",
    )
    severity: float = Field(
        ge=0, le=3, description="How hard the sheets are to read; 0 is print-clean, 1 the standard."
    )
    bad_scan_rate: Probability = Field(description="Share of sheets that are badly scanned.")


class LabelledCellsConfig(ConfigModel):
    """Cells with a known digit, segmented from sheets that are not counted."""

    renamed: ClassVar[dict[str, str]] = {"train": "n_train", "validation": "n_validation", "test": "n_test"}

    seed: Seed = Field(description="Seed of their simulation, or of the split of a user's cells.")
    n_train: int = Field(ge=10, description="Training cells.")
    n_validation: int = Field(ge=10, description="Validation cells; every choice is made on them.")
    n_test: int = Field(ge=10, description="Test cells; they are classified once, at the end.")


class LabelledCellsJob(LabelledCellsConfig):
    """What the labelled cells depend on; a user's folder of cells has no severity and no bad scans."""

    severity: float | None = None
    bad_scan_rate: float | None = None


class Network(ConfigModel):
    """The network that is not searched for (the paper's Table A.2, column default)."""

    filters: list[Annotated[int, Field(ge=1)]] = Field(
        min_length=1, max_length=3, description="Filters of each block of convolutions; the paper does not print them."
    )
    dropout: Probability = Field(description="Share dropped after each fully connected layer.")
    fc1: int = Field(ge=1, description="Units of the first fully connected layer.")
    fc2: int = Field(ge=1, description="Units of the second fully connected layer.")
    learning_rate: Rate = Field(description="Step size of RMSprop.")


class Training(ConfigModel):
    """What all networks of the comparison have in common."""

    batch_size: int = Field(ge=1, description="Images in one gradient step.")
    rho: Probability = Field(description="RMSprop's memory: the decay of its running mean of squared gradients.")
    epsilon: Rate = Field(description="RMSprop's guard against division by zero.")


class Search(ConfigModel):
    """Hyperband in the space of the paper's Table A.2, ranked on the target's validation cells."""

    seed: Seed = Field(description="Seed of the random draws.")
    max_epochs: int = Field(ge=2, description="Epochs of the last rung of every bracket.")
    factor: int = Field(ge=2, description="From rung to rung: so many times fewer trials, so many times more epochs.")
    brackets: list[Annotated[int, Field(ge=0)]] = Field(
        min_length=1, description="Brackets, by the number of their cuts; 45 epochs and factor 3 allow 0 to 3."
    )
    images: int = Field(ge=100, le=60_000, description="MNIST images to train on, at most.")
    shards: int = Field(ge=1, le=100, description="Parts of a rung that may run side by side.")

    @field_validator("brackets")
    @classmethod
    def _exist(cls, brackets: list[int], info: ValidationInfo) -> list[int]:
        epochs, factor = info.data.get("max_epochs"), info.data.get("factor")
        if len(set(brackets)) < len(brackets):
            raise ValueError("every bracket may be named once")
        if epochs is not None and factor is not None:  # missing when they are mistakes themselves
            most = int(math.log(epochs, factor) + 1e-9)
            if max(brackets) > most:
                raise ValueError(f"{epochs} epochs and factor {factor} allow brackets 0 to {most}")
        return brackets


class Base(ConfigModel):
    """The base models, trained on MNIST alone."""

    seeds: Seeds = Field(description="Networks per architecture that differ only in their seed.")
    images: int = Field(ge=100, le=60_000, description="MNIST images to train on, at most: all 60,000.")
    epochs: Epochs = Field(description="Passes over the images.")


class Transfer(ConfigModel):
    """The base carried over to the target's digits."""

    seeds: Seeds = Field(description="Networks per method; each starts from the base with its seed.")
    cells: int = Field(ge=10, description="Labelled cells to learn from.")
    epochs: Epochs = Field(description="Passes over the cells.")
    learning_rate: Rate = Field(description="Step size of RMSprop.")


class Labels(ConfigModel):
    """How many labelled cells are worth it?"""

    seeds: Seeds = Field(description="Networks per method and number of cells.")
    cells: list[Annotated[int, Field(ge=10)]] = Field(min_length=1, description="Numbers of labelled cells.")
    images: int = Field(ge=10, description="Cells seen in training, with repetition, for every number of them.")


class Final(ConfigModel):
    """The model that counts: one network, carried over with all labelled cells."""

    method: Literal["frozen", "frozen_augmented", "unfrozen", "conv_frozen"] = Field(
        description="The way of transfer, chosen on validation cells."
    )
    epochs: Epochs = Field(description="Passes over the cells.")


class CountingConfig(ConfigModel):
    """From digits to vote totals."""

    renamed: ClassVar[dict[str, str]] = {"high_quality": "quality_threshold", "orders": "n_permutations"}

    quality_threshold: float = Field(
        gt=0, lt=1, description="A sheet is of high quality above this mean of its digits' highest probabilities."
    )
    n_permutations: int = Field(
        ge=2,
        description="Random audit orders, and bootstrap samples, with which the other orders are compared.",
    )


class TalliesConfig(ConfigModel):
    """Can a network trained elsewhere count votes from tally sheets? (Torres and Cantú 2022)"""

    renamed: ClassVar[dict[str, str]] = {
        "cells": "cells_dir",
        "sheets": "sheets_dir",
        "election": "simulation",
        "labelled": "labelled_cells",
    }

    cells_dir: UserPath = Field(
        description="`simulated`, or a folder of labelled cells of your own: a sub-folder per digit, 0 to 9, of PNG or "
        "JPEG images of any size."
    )
    sheets_dir: UserPath = Field(
        description="`simulated`, or a folder of sheets of your own: page images and a `layout.json`; optionally "
        "`stations.csv` (sheet, district, station) and `truth.csv` (sheet, party, votes)."
    )
    simulation: SimulationConfig = Field(description="The simulated election, and how its sheets look.")
    labelled_cells: LabelledCellsConfig = Field(description="The labelled cells.")
    network: Network = Field(description="The default network.")
    training: Training = Field(description="What all networks have in common.")
    search: Search = Field(description="The search for a better one.")
    base: Base = Field(description="The base models.")
    transfer: Transfer = Field(description="The methods of transfer.")
    labels: Labels = Field(description="The curve over numbers of labels.")
    final: Final = Field(description="The model that counts.")
    counting: CountingConfig = Field(description="Quality of sheets, and checking.")

    @field_validator("transfer", "labels")
    @classmethod
    def _have_a_base(cls, block: Transfer | Labels, info: ValidationInfo) -> Transfer | Labels:
        base = info.data.get("base")
        if base is not None and block.seeds > base.seeds:
            raise ValueError(
                f"its seeds are {block.seeds}, but tallies.base.seeds trains only {base.seeds} to start from"
            )
        return block

    @field_validator("transfer", "labels")
    @classmethod
    def _are_there(cls, block: Transfer | Labels, info: ValidationInfo) -> Transfer | Labels:
        labelled = info.data.get("labelled_cells")
        most = block.cells if isinstance(block, Transfer) else max(block.cells)
        if info.data.get("cells_dir") == SIMULATED and labelled is not None and most > labelled.n_train:
            raise ValueError(f"tallies.labelled_cells.n_train has only {labelled.n_train} cells to learn from")
        return block

    def cells_spec(self) -> LabelledCellsJob:
        """Return what the labelled cells depend on."""
        scans = {"severity": self.simulation.severity, "bad_scan_rate": self.simulation.bad_scan_rate}
        return LabelledCellsJob(**self.labelled_cells.model_dump(), **(scans if self.cells_dir == SIMULATED else {}))

    def default(self) -> dict[str, Any]:
        """The architecture and learning rate that are not searched for."""
        architecture = self.network.model_dump(exclude={"learning_rate"})
        return {"architecture": architecture, "learning_rate": self.network.learning_rate}

    def search_spec(self) -> dict[str, Any]:
        """What every rung of the search depends on."""
        return self.search.model_dump(include={"seed", "max_epochs", "factor", "images"}) | self._common()

    def base_spec(self) -> dict[str, Any]:
        """What the training of a base depends on, its architecture and learning rate apart."""
        return self.base.model_dump() | self._common()

    def transfer_spec(self, method: str) -> dict[str, Any]:
        """What a transfer depends on, the base apart."""
        return self.transfer.model_dump() | WAYS[method] | self._common()

    def labels_spec(self, method: str) -> dict[str, Any]:
        """What a curve over numbers of labels depends on, the base apart."""
        # Many networks and no printed number: these may be trained in bfloat16.
        rate = {"learning_rate": self.transfer.learning_rate, "precision": "bf16"}
        return self.labels.model_dump() | rate | WAYS[method] | self._common()

    def final_spec(self) -> dict[str, Any]:
        """What the model that counts depends on, the base apart."""
        rate = {"learning_rate": self.transfer.learning_rate}
        return (
            {"method": self.final.method, "epochs": self.final.epochs} | rate | WAYS[self.final.method] | self._common()
        )

    def _common(self) -> dict[str, Any]:
        return self.training.model_dump()
