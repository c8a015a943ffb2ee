"""Configuration of the comparison `tallies`: its block, and the models of its jobs."""

import math
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import Field, ValidationInfo, field_validator
from typing_extensions import TypedDict

from relecture.config_model import ConfigModel, UserPath
from relecture.tallies import AS_CUT
from relecture.training.config import Probability

SIMULATED = "simulated"

Seed = Annotated[int, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]
Epochs = Annotated[int, Field(ge=1)]
Rate = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]
TransferMethod = Literal["frozen", "frozen_augmented", "unfrozen", "conv_frozen"]
#: The ways of counting the votes.
CountVariant = Literal["pretrained", "transferred", "prior_corrected", "sum_constrained"]
Job = TypeVar("Job", bound=ConfigModel)


class Architecture(TypedDict):
    """What `cnn` builds: a block of convolutions per number of filters, then three fully connected layers."""

    filters: list[int]
    dropout: float
    fc1: int
    fc2: int


class LeadingBoxesConfig(ConfigModel):
    """What stands in the leading boxes of a number that has fewer digits than boxes; the rest of them have zeros.

    Each is the share of such numbers. A number's leading boxes are all alike.
    """

    empty: Share = Field(description="Share whose leading boxes are left empty.")
    cross: Share = Field(description="Share whose leading boxes are crossed out.")
    dash: Share = Field(description="Share whose leading boxes have dashes; so has the last box of a zero.")
    struck_out: Share = Field(description="Share whose leading boxes have struck-out digits.")

    @field_validator("struck_out")
    @classmethod
    def _leaves_a_share(cls, last: float, info: ValidationInfo) -> float:
        total = last + sum(info.data.get(name, 0) for name in ("empty", "cross", "dash"))
        if total > 1 + 1e-9:
            raise ValueError(f"the shares of empty, cross, dash and struck_out sum to {total:g}, more than 1")
        return last


class SimulationConfig(ConfigModel):
    """The simulated election: real handwriting on simulated sheets."""

    renamed: ClassVar[dict[str, str]] = {
        "sheets": "n_stations",
        "districts": "n_districts",
        "parties": "n_parties",
        "ballots": "n_ballots",
        "badly_scanned": "bad_scan_rate",
    }

    seed: Seed = Field(description="Seed of the votes and of the sheets.")
    n_stations: int = Field(ge=2, le=200_000, description="Polling stations, one sheet each.")
    n_districts: int = Field(ge=1, description="Districts that the stations are divided into.")
    n_parties: int = Field(ge=2, le=20, description="Parties, one row each on every sheet.")
    n_ballots: int = Field(ge=20, le=990, description="Mean number of ballots per station.")
    concentration: float = Field(
        gt=0,
        description="Concentration of the Dirichlet distribution of vote shares. Small: strongholds; large: similar "
        "stations.",
    )
    severity: float = Field(
        ge=0, le=3, description="Strength of the distortions of the sheets: 0 is none, 1 the standard."
    )
    bad_scan_rate: Probability = Field(description="Share of sheets that are badly scanned.")
    leading_boxes: LeadingBoxesConfig = Field(description="What stands in the boxes before a number's first digit.")


class LabelledCellsConfig(ConfigModel):
    """Cells with a known digit, from sheets that are not counted."""

    renamed: ClassVar[dict[str, str]] = {"train": "n_train", "validation": "n_validation", "test": "n_test"}

    seed: Seed = Field(description="Seed of the simulated cells, or of the random division of a user's cells.")
    n_train: int = Field(ge=10, description="Training cells.")
    n_validation: int = Field(ge=10, description="Validation cells, on which every choice is made.")
    n_test: int = Field(ge=10, description="Test cells, used once at the end.")


class LabelledCellsJob(LabelledCellsConfig):
    """Everything that the labelled cells depend on; the optional fields are those of simulated cells."""

    severity: float | None = None
    bad_scan_rate: float | None = None


class NetworkConfig(ConfigModel):
    """The default network (the paper's Table A.2, column default)."""

    filters: list[Count] = Field(
        min_length=1, max_length=3, description="Filters of each block of convolutions; the paper does not print them."
    )
    dropout: Probability = Field(description="Dropout rate after each fully connected layer.")
    fc1: int = Field(ge=1, description="Units of the first fully connected layer.")
    fc2: int = Field(ge=1, description="Units of the second fully connected layer.")
    learning_rate: Rate = Field(description="Learning rate of RMSprop.")


class OptimizerConfig(ConfigModel):
    """Training settings that all networks of the comparison share."""

    batch_size: int = Field(ge=1, description="Images per gradient step.")
    rho: Probability = Field(description="Decay of RMSprop's running mean of squared gradients.")
    epsilon: Rate = Field(description="Term in RMSprop's denominator that prevents division by zero.")


class _SearchSettings(ConfigModel):
    renamed: ClassVar[dict[str, str]] = {"factor": "eta", "images": "n_images", "shards": "n_shards"}

    seed: Seed = Field(description="Seed of the random trials.")
    max_epochs: int = Field(ge=2, description="Epochs of the last rung of every bracket.")
    eta: int = Field(ge=2, description="Hyperband's reduction factor: each rung has 1/eta of the trials, eta x epochs.")
    n_images: int = Field(ge=100, le=60_000, description="Maximum number of MNIST training images.")


class SearchConfig(_SearchSettings):
    """Hyperband in the space of the paper's Table A.2; trials are ranked on the target's validation cells."""

    brackets: list[Annotated[int, Field(ge=0)]] = Field(
        min_length=1, description="Brackets, by their number of reductions; 45 epochs and eta 3 allow 0 to 3."
    )
    n_shards: int = Field(ge=1, le=100, description="Parts of a rung that may run in parallel.")

    @field_validator("brackets")
    @classmethod
    def _are_possible(cls, brackets: list[int], info: ValidationInfo) -> list[int]:
        epochs, eta = info.data.get("max_epochs"), info.data.get("eta")
        if len(set(brackets)) < len(brackets):
            raise ValueError("every bracket may be named once")
        if epochs is not None and eta is not None:  # missing when they are mistakes themselves
            largest = int(math.log(epochs, eta) + 1e-9)
            if max(brackets) > largest:
                raise ValueError(f"{epochs} epochs and eta {eta} allow brackets 0 to {largest}")
        return brackets


class SearchJob(_SearchSettings, OptimizerConfig):
    """Everything that each rung of the search depends on."""


class FinalistsConfig(ConfigModel):
    """The best trials of the search, trained again; the network is selected among them."""

    n_trials: Count = Field(description="Trials that are trained again, the best ones.")
    n_seeds: Count = Field(description="Networks per trial, which differ only in their seed.")


class PrintedTrialsConfig(ConfigModel):
    """The trials of the paper's Table A.3, trained here, for no more epochs than `tallies.search.max_epochs`."""

    n_seeds: Count = Field(description="Networks per trial, which differ only in their seed.")


class RepeatedTrialsJob(OptimizerConfig):
    """Everything that trials depend on that are trained with several seeds."""

    n_seeds: Count
    n_images: Count


class PrintedTrialsJob(RepeatedTrialsJob):
    """Everything that the printed trials depend on; none is trained for more than `max_epochs`."""

    max_epochs: int


class FinalistsJob(RepeatedTrialsJob):
    """Everything that the best trials depend on, trained again, except for the search."""

    n_trials: Count


class PretrainingConfig(ConfigModel):
    """The base models, trained on MNIST alone."""

    renamed: ClassVar[dict[str, str]] = {"seeds": "n_seeds", "images": "n_images"}

    n_seeds: Count = Field(description="Networks per architecture that differ only in their seed.")
    n_images: int = Field(ge=100, le=60_000, description="Maximum number of MNIST training images, of all 60,000.")
    epochs: Epochs = Field(description="Epochs over the images.")
    augment: bool = Field(
        description="Whether the images are rotated, shifted, sheared and scaled at random, so that a base suits "
        "handwriting that it has not seen."
    )


class NetworkChoice(ConfigModel):
    """An architecture with its learning rate."""

    architecture: Architecture
    learning_rate: Rate


class PretrainingSettings(PretrainingConfig, OptimizerConfig):
    """Everything that a base model depends on, except for its architecture and learning rate."""


class PretrainingJob(PretrainingSettings, NetworkChoice):
    """Everything that a base model depends on."""


class TransferConfig(ConfigModel):
    """Transfer of the base to the target's digits."""

    renamed: ClassVar[dict[str, str]] = {"seeds": "n_seeds", "cells": "n_labelled"}

    n_seeds: Count = Field(description="Networks per variant; each starts from the base with the same seed.")
    n_labelled: int = Field(ge=10, description="Labelled training cells.")
    epochs: Epochs = Field(description="Epochs over the cells.")
    learning_rate: Rate = Field(description="Learning rate of RMSprop.")


class LabelCurveConfig(ConfigModel):
    """The curve over numbers of labelled cells."""

    renamed: ClassVar[dict[str, str]] = {"seeds": "n_seeds", "cells": "n_labelled", "images": "n_images"}

    n_seeds: Count = Field(description="Networks per variant and number of cells.")
    n_labelled: list[Annotated[int, Field(ge=10)]] = Field(min_length=1, description="Numbers of labelled cells.")
    n_images: int = Field(ge=10, description="Cells per training, with repetition, for every number of labelled cells.")


class DrawnSymbolsConfig(ConfigModel):
    """Symbols that are drawn for the training of the model that counts the votes."""

    n_marks: int = Field(
        ge=0,
        description="Drawn marks that are no digit (crosses, dashes, slashes, ticks, struck-out digits), besides those "
        "of your own cells; at most a third as many as labelled cells.",
    )
    n_variants: int = Field(
        ge=0,
        description="Drawn digits (a 1 with a serif, a 7 with a bar, a 0 with a slash); at most a third as many as "
        "labelled cells.",
    )


class FinalConfig(DrawnSymbolsConfig):
    """The model that counts the votes, trained on all labelled cells and on drawn symbols."""

    n_seeds: Count = Field(
        description="Networks, which differ in their seed; the mean of their logits counts the votes."
    )
    method: TransferMethod = Field(description="Variant of transfer, chosen on validation cells.")
    epochs: Epochs = Field(description="Epochs over the cells.")


class TransferVariant(ConfigModel):
    """Initial weights of a network, number of frozen blocks of convolutions, and whether images are augmented."""

    frozen_blocks: int | Literal["all"]
    start: Literal["base", "scratch"]
    augment: bool
    crop: Literal["normalised", "as_cut"] = "normalised"


def _with_crops(variants: dict[str, TransferVariant]) -> dict[str, TransferVariant]:
    """Return the variants with normalised cells, and the same with cells as cut."""
    as_cut = {f"{name}{AS_CUT}": variant.model_copy(update={"crop": "as_cut"}) for name, variant in variants.items()}
    return variants | as_cut


#: The variants of transfer by method.
TRANSFER_VARIANTS = _with_crops(
    {
        "frozen": TransferVariant(frozen_blocks=1, start="base", augment=False),
        "frozen_augmented": TransferVariant(frozen_blocks=1, start="base", augment=True),
        "unfrozen": TransferVariant(frozen_blocks=0, start="base", augment=False),
        "conv_frozen": TransferVariant(frozen_blocks="all", start="base", augment=False),
        "scratch": TransferVariant(frozen_blocks=0, start="scratch", augment=False),
    }
)


class FineTuneSettings(TransferVariant, OptimizerConfig):
    """Everything that the training of one network on labelled cells depends on, except for the cells and epochs."""

    learning_rate: Rate
    precision: Literal["bf16"] | None = None  # float32 unless given


class TransferJob(FineTuneSettings):
    """Everything that a variant of transfer depends on, except for the base."""

    n_seeds: Count
    n_labelled: Count
    epochs: Epochs


class LabelCurveJob(FineTuneSettings):
    """Everything that a curve over numbers of labelled cells depends on, except for the base."""

    n_seeds: Count
    n_labelled: list[Count]
    n_images: Count


class FinalJob(FineTuneSettings, DrawnSymbolsConfig):
    """Everything that the model that counts the votes depends on, except for the base."""

    n_seeds: Count
    method: TransferMethod
    epochs: Epochs


class CountingConfig(ConfigModel):
    """From digits to totals."""

    renamed: ClassVar[dict[str, str]] = {"high_quality": "quality_threshold", "orders": "n_permutations"}

    quality_threshold: float = Field(
        gt=0, lt=1, description="A sheet is of high quality above this mean of its digits' highest probabilities."
    )
    n_permutations: int = Field(
        ge=2, description="Random orders of checking that the order by quality is compared with."
    )


class TalliesConfig(ConfigModel):
    """Votes on tally sheets, counted by a network that is trained on other handwriting (Torres and Cantú 2022)."""

    renamed: ClassVar[dict[str, str]] = {
        "cells": "cells_dir",
        "sheets": "sheets_dir",
        "election": "simulation",
        "labelled": "labelled_cells",
        "labels": "label_curve",
    }

    cells_dir: UserPath = Field(
        description="`simulated`, or a folder of labelled cells of your own: a sub-folder per digit, 0 to 9, of PNG or "
        "JPEG images of any size; optionally `x` with marks that are no digit, and `blank` with empty boxes."
    )
    sheets_dir: UserPath = Field(
        description="`simulated`, or a folder of sheets of your own: page images and a `layout.json`; optionally "
        "`stations.csv` (sheet, district, station) and `truth.csv` (sheet, party, votes)."
    )
    simulation: SimulationConfig = Field(description="The simulated election and its sheets.")
    labelled_cells: LabelledCellsConfig = Field(description="The labelled cells.")
    network: NetworkConfig = Field(description="The default network.")
    training: OptimizerConfig = Field(description="Training settings of all networks.")
    search: SearchConfig = Field(description="The hyperparameter search.")
    finalists: FinalistsConfig = Field(description="The best trials, trained again.")
    printed_trials: PrintedTrialsConfig = Field(description="The trials that the paper prints.")
    base: PretrainingConfig = Field(description="The base models.")
    transfer: TransferConfig = Field(description="The variants of transfer.")
    label_curve: LabelCurveConfig = Field(description="Accuracy by number of labelled cells.")
    final: FinalConfig = Field(description="The model that counts the votes.")
    counting: CountingConfig = Field(description="Quality of sheets, and checking.")

    @field_validator("transfer", "label_curve", "final")
    @classmethod
    def _has_enough_bases(
        cls, block: TransferConfig | LabelCurveConfig | FinalConfig, info: ValidationInfo
    ) -> TransferConfig | LabelCurveConfig | FinalConfig:
        base = info.data.get("base")
        if base is not None and block.n_seeds > base.n_seeds:
            raise ValueError(f"its n_seeds is {block.n_seeds}, but tallies.base.n_seeds is only {base.n_seeds}")
        return block

    @field_validator("transfer", "label_curve")
    @classmethod
    def _has_enough_cells(
        cls, block: TransferConfig | LabelCurveConfig, info: ValidationInfo
    ) -> TransferConfig | LabelCurveConfig:
        labelled = info.data.get("labelled_cells")
        most = block.n_labelled if isinstance(block, TransferConfig) else max(block.n_labelled)
        if info.data.get("cells_dir") == SIMULATED and labelled is not None and most > labelled.n_train:
            raise ValueError(f"its n_labelled is {most}, but tallies.labelled_cells.n_train is only {labelled.n_train}")
        return block

    def labelled_cells_job(self) -> LabelledCellsJob:
        """Return everything that the labelled cells depend on."""
        if self.cells_dir == SIMULATED:
            return _job(LabelledCellsJob, self.simulation, self.labelled_cells)
        return _job(LabelledCellsJob, self.labelled_cells)

    def default_network(self) -> NetworkChoice:
        """Return the architecture and learning rate of the default network."""
        network = self.network
        architecture = Architecture(filters=network.filters, dropout=network.dropout, fc1=network.fc1, fc2=network.fc2)
        return NetworkChoice(architecture=architecture, learning_rate=network.learning_rate)

    def search_job(self) -> SearchJob:
        """Return everything that each rung of the search depends on."""
        return _job(SearchJob, self.search, self.training)

    def finalists_job(self) -> FinalistsJob:
        """Return everything that the finalists depend on, except for the search."""
        return _job(FinalistsJob, self.search, self.finalists, self.training)

    def printed_trials_job(self) -> PrintedTrialsJob:
        """Return everything that the printed trials depend on."""
        return _job(PrintedTrialsJob, self.search, self.printed_trials, self.training)

    def pretraining_settings(self) -> PretrainingSettings:
        """Return everything that a base model depends on, except for its architecture and learning rate."""
        return _job(PretrainingSettings, self.base, self.training)

    def transfer_job(self, method: str) -> TransferJob:
        """Return everything that a variant of transfer depends on, except for the base."""
        return _job(TransferJob, self.transfer, TRANSFER_VARIANTS[method], self.training)

    def label_curve_job(self, method: str) -> LabelCurveJob:
        """Return everything that a curve over numbers of labelled cells depends on, except for the base.

        With cells as cut, which are a comparison, every second number is left out.
        """
        variant = TRANSFER_VARIANTS[method]
        job = _job(
            # Many networks, and no published number: these may be trained in bfloat16.
            LabelCurveJob,
            self.transfer,
            self.label_curve,
            variant,
            self.training,
            precision="bf16",
        )
        return job if variant.crop == "normalised" else job.model_copy(update={"n_labelled": job.n_labelled[::2]})

    def final_job(self) -> FinalJob:
        """Return everything that the model that counts the votes depends on, except for the base."""
        return _job(FinalJob, self.transfer, self.final, TRANSFER_VARIANTS[self.final.method], self.training)


def _job(model: type[Job], *parts: ConfigModel, **values: Any) -> Job:
    """Return a job with the fields that it has in common with `parts`, of which later ones win, and with `values`."""
    shared = {name: value for part in parts for name, value in part if name in model.model_fields}
    return model(**shared | values)
