"""Configuration of the comparison `clusters`: its block, and one model per job."""

from typing import Annotated, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from relecture.clusters import DATASET_METHODS, DATASETS, LAB_DATA_SEEDS, LAB_N_CLUSTERS, METHODS
from relecture.config_model import ConfigModel, UserPath
from relecture.data.config import ColumnName, TableFormat, TableSource

NClusters = Annotated[int, Field(ge=2, le=20)]
Seed = Annotated[int, Field(ge=0)]
K = "Number of clusters K."


class BookR(ConfigModel):
    """Data of the book's R lab: 50 x 2 standard normal numbers, the first 25 rows shifted by (3, -4)."""

    renamed: ClassVar[dict[str, str]] = {"clusters": "n_clusters"}

    seed: Seed = Field(description="set.seed() before the data are drawn.")
    n_clusters: NClusters = Field(description=K)
    lab_seed: Seed = Field(description="set.seed() before kmeans() is called, first with 1 and then with 20 starts.")


class BookPython(ConfigModel):
    """Data of the book's Python lab: the recipe of the R lab with NumPy's random stream."""

    renamed: ClassVar[dict[str, str]] = {"clusters": "n_clusters"}

    seed: Seed = Field(description="np.random.seed() before the data are drawn.")
    n_clusters: NClusters = Field(description=K)
    lab_seed: Seed = Field(description="random_state of KMeans, with 1 and with 20 starts.")


class Music(ConfigModel):
    """The lecture's music tastes: three known groups by hours of hip hop and of jazz a week."""

    renamed: ClassVar[dict[str, str]] = {"people": "n_people", "clusters": "n_clusters"}

    seed: Seed = Field(description="Seed of the simulation.")
    n_people: int = Field(ge=10, le=1000, description="People per group.")
    spread: float = Field(gt=0, description="Standard deviation within a group, in hours a week.")
    n_clusters: NClusters = Field(description=K)


class Statecrime(ConfigModel):
    """50 US states and DC in 2009 by seven rates, standardised (from the package statsmodels)."""

    renamed: ClassVar[dict[str, str]] = {"clusters": "n_clusters"}

    n_clusters: NClusters = Field(description=K)


class Images(ConfigModel):
    """Handwritten digits of MNIST, pixels from 0 to 1."""

    renamed: ClassVar[dict[str, str]] = {"images": "n_images", "clusters": "n_clusters"}

    seed: Seed = Field(description="Seed of the sample of images.")
    n_images: int = Field(ge=100, le=60_000, description="Training images sampled at random.")
    n_clusters: NClusters = Field(description=K)


class UsersByArtists(ConfigModel):
    """The lecture's eight users by six artists, 1 where a user listens to an artist."""

    n_clusters: Annotated[int, Field(ge=2, le=5)] = Field(description="Number of clusters K, of five different rows.")


class _TableColumns(ConfigModel):
    """The file of a table, and the columns that are used."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9_]*$",
        description="Name of the data set in results and figures.",
        json_schema_extra={"allowed": "a word of lower-case letters, digits and _"},
    )
    path: UserPath = Field(description="A CSV file with a header line.")
    columns: list[ColumnName] = Field(
        min_length=1, description="Columns to cluster by: numeric, without missing values."
    )
    n_clusters: NClusters = Field(description=K)
    id_column: ColumnName = Field(default="", description="Column with the names of the rows; default: row numbers.")


class UserTable(TableFormat, _TableColumns):
    """A user's CSV table, standardised column by column."""

    renamed: ClassVar[dict[str, str]] = {"clusters": "n_clusters", "names": "id_column"}

    def source(self) -> TableSource:
        """Return where the table is, how it is written, and how messages name its settings."""
        block = f"the data set `{self.name}` in clusters.datasets"
        table_format = TableFormat(**{key: getattr(self, key) for key in TableFormat.model_fields})
        return TableSource(path=self.path, format=table_format, named_by=block, setting=f"{{}} for {block}")


class Steps(ConfigModel):
    """Lloyd's algorithm step by step, from random partitions."""

    renamed: ClassVar[dict[str, str]] = {"runs": "n_runs"}

    n_runs: int = Field(ge=2, le=20, description="Runs that differ in their seed; six in the lecture.")
    first_seed: Seed = Field(description="Run i starts with seed first_seed + i - 1.")


class Restarts(ConfigModel):
    """How often single starts of Lloyd's and of Hartigan and Wong's algorithm reach the best optimum.

    The starts are random partitions, random points and k-means++.
    """

    renamed: ClassVar[dict[str, str]] = {
        "starts": "n_init",
        "image_starts": "n_init_images",
        "within": "n_shown_restarts",
    }

    n_init: int = Field(ge=20, description="Starts of each initialisation method.")
    n_init_images: int = Field(ge=20, description="Starts of each initialisation method on the images.")
    n_shown_restarts: int = Field(ge=1, description="Largest number of restarts that the figure shows.")
    seed: Seed = Field(description="Seed of the starts.")


class Elbow(ConfigModel):
    """The number of clusters by the elbow of the curve, the silhouette and the gap statistic."""

    renamed: ClassVar[dict[str, str]] = {
        "largest": "k_max",
        "starts": "n_init",
        "image_starts": "n_init_images",
        "references": "n_references",
        "image_references": "n_references_images",
    }

    k_max: int = Field(ge=3, le=50, description="Largest number of clusters tried, from 1.")
    n_init: int = Field(
        ge=1,
        description="k-means++ starts for each K up to 8, proportionally more for a larger K; the best one counts.",
    )
    n_init_images: int = Field(ge=1, description="The same for the images.")
    n_resamples: int = Field(
        ge=0, description="Bootstrap samples in which K is chosen again, of data sets with up to 500 rows."
    )
    n_references: int = Field(ge=2, description="Uniform reference data sets of the gap statistic.")
    n_references_images: int = Field(ge=2, description="Uniform reference data sets for the images.")
    seed: Seed = Field(description="Seed of the starts and the reference data sets.")


class Interpretation(ConfigModel):
    """Interpretation of the clusters by distinctive features and members."""

    renamed: ClassVar[dict[str, str]] = {
        "starts": "n_init",
        "resamples": "n_resamples",
        "image_resamples": "n_resamples_images",
        "shown": "n_members",
    }

    n_init: int = Field(ge=1, description="k-means++ starts; the best one is interpreted.")
    n_resamples: int = Field(ge=20, description="Bootstrap samples for the intervals; each one is clustered again.")
    n_resamples_images: int = Field(ge=20, description="Bootstrap samples for the images.")
    n_members: int = Field(ge=1, le=20, description="Members sampled at random from each cluster.")
    seed: Seed = Field(description="Seed of the starts, the bootstrap and the sampled members.")


class Types(ConfigModel):
    """Types of clustering on the same data: k-means, agglomerative clustering and a Gaussian mixture."""

    n_init: int = Field(ge=1, description="k-means++ starts of k-means and of the Gaussian mixture.")
    seed: Seed = Field(description="Seed of the starts.")


class Limits(ConfigModel):
    """Limits of k-means against a Gaussian mixture: overlap, unequal spread, outliers."""

    renamed: ClassVar[dict[str, str]] = {
        "replications": "n_replications",
        "points": "n_points",
        "outliers": "n_outliers",
        "starts": "n_init",
    }

    n_replications: int = Field(ge=2, description="Simulated data sets per limit, each with its own seed.")
    n_points: int = Field(ge=20, description="Points per group.")
    n_outliers: list[Annotated[int, Field(ge=0)]] = Field(
        min_length=1, description="Numbers of outliers that are added, one after the other."
    )
    n_init: int = Field(ge=1, description="Starts of k-means and of the Gaussian mixture.")
    first_seed: Seed = Field(description="Replication i has seed first_seed + i - 1.")


class LabDataConfig(ConfigModel):
    """What the data of a lab depend on."""

    seed: int


class SampledFitConfig(ConfigModel):
    """What a fit of a method depends on that uses a random sample of at most `max_rows` rows."""

    max_rows: int = 5000


class StepsFitConfig(SampledFitConfig):
    """What a fit of `steps` depends on."""

    n_clusters: int
    n_runs: int
    first_seed: int


class RestartsFitConfig(SampledFitConfig):
    """What a fit of `restarts` depends on; `lab` and `lab_seed` only where the lab's numbers can be compared."""

    n_clusters: int
    n_init: int
    n_shown_restarts: int
    seed: int
    lab: str | None = None
    lab_seed: int | None = None


class ElbowFitConfig(SampledFitConfig):
    """What a fit of `elbow` depends on."""

    k_max: int
    n_init: int
    n_references: int
    n_resamples: int
    seed: int


class InterpretationFitConfig(ConfigModel):
    """What a fit of `interpretation` depends on."""

    n_clusters: int
    n_init: int
    n_resamples: int
    n_members: int
    seed: int


class TypesFitConfig(SampledFitConfig):
    """What a fit of `types` depends on."""

    n_clusters: int
    n_init: int
    seed: int


#: The model that each built-in data set is made from; a user's data set is made from UserTable.
DATASET_CONFIGS: dict[str, type[ConfigModel]] = {
    "book_r": LabDataConfig,
    "book_python": LabDataConfig,
    "music": Music,
    "statecrime": Statecrime,
    "images": Images,
    "users_by_artists": UsersByArtists,
}
#: The model that each method is fitted from.
METHOD_CONFIGS: dict[str, type[ConfigModel]] = {
    "steps": StepsFitConfig,
    "restarts": RestartsFitConfig,
    "elbow": ElbowFitConfig,
    "interpretation": InterpretationFitConfig,
    "types": TypesFitConfig,
    "limits": Limits,
}

_Dataset = BookR | BookPython | Music | Statecrime | Images | UsersByArtists | UserTable
#: Names of folders that already exist in results/clusters/.
_RESERVED_NAMES = {*DATASETS, "data", "figures", "limits"}


class ClustersConfig(ConfigModel):
    """K-means: number of clusters, number of restarts and interpretation (ISL section 12.4)."""

    book_r: BookR = Field(description="The data set `book_r`.")
    book_python: BookPython = Field(description="The data set `book_python`.")
    music: Music = Field(description="The data set `music`.")
    statecrime: Statecrime = Field(description="The data set `statecrime`.")
    images: Images = Field(description="The data set `images`.")
    users_by_artists: UsersByArtists = Field(description="The data set `users_by_artists`.")
    datasets: list[UserTable] = Field(description="User data sets: a list of blocks, empty for none.")
    steps: Steps = Field(description="The method `steps`.")
    restarts: Restarts = Field(description="The method `restarts`.")
    elbow: Elbow = Field(description="The method `elbow`.")
    interpretation: Interpretation = Field(description="The method `interpretation`.")
    types: Types = Field(description="The method `types`.")
    limits: Limits = Field(description="The method `limits`.")
    max_rows: int = Field(
        default=5000,
        ge=100,
        description="Rows that `steps`, `restarts`, `elbow` and `types` use: of a larger table a random sample of that "
        "size. `interpretation` uses all rows.",
    )

    @field_validator("datasets")
    @classmethod
    def _require_unique_names(cls, datasets: list[UserTable], info: ValidationInfo) -> list[UserTable]:
        names = [dataset.name for dataset in datasets]
        if taken := sorted({name for name in names if names.count(name) > 1 or name in _RESERVED_NAMES}):
            raise ValueError(f"these names are taken: {', '.join(taken)}")
        return datasets

    def names(self) -> list[str]:
        """Return the names of all data sets, those of users last."""
        return [*DATASETS, *(dataset.name for dataset in self.datasets)]

    def methods(self, name: str) -> tuple[str, ...]:
        """Return the methods that a data set is fitted by."""
        return DATASET_METHODS.get(name, tuple(METHODS))

    def dataset(self, name: str) -> ConfigModel:
        """Return the configuration that a data set is made from."""
        block = self._block(name)
        return LabDataConfig(seed=block.seed) if isinstance(block, BookR | BookPython) else block

    def source(self, name: str) -> str | None:
        """Return the path of the file that a data set is made from; None where no file is read."""
        if name == "images":
            return "resources/mnist.json"
        block = self._block(name)
        return block.path if isinstance(block, UserTable) else None

    def method(self, method: str, dataset: str = "") -> ConfigModel:
        """Return the configuration of the fit of a method on a data set; `limits` has no data set."""
        if method == "limits":
            return self.limits
        block, is_images = self._block(dataset), dataset == "images"
        match method:
            case "steps":
                return StepsFitConfig(max_rows=self.max_rows, n_clusters=block.n_clusters, **dict(self.steps))
            case "restarts":
                restarts = self.restarts
                return RestartsFitConfig(
                    max_rows=self.max_rows,
                    n_clusters=block.n_clusters,
                    n_init=restarts.n_init_images if is_images else restarts.n_init,
                    n_shown_restarts=restarts.n_shown_restarts,
                    seed=restarts.seed,
                    lab=dataset if (lab_seed := self._lab_seed(dataset)) is not None else None,
                    lab_seed=lab_seed,
                )
            case "elbow":
                elbow = self.elbow
                return ElbowFitConfig(
                    max_rows=self.max_rows,
                    k_max=elbow.k_max,
                    n_init=elbow.n_init_images if is_images else elbow.n_init,
                    n_references=elbow.n_references_images if is_images else elbow.n_references,
                    n_resamples=elbow.n_resamples,
                    seed=elbow.seed,
                )
            case "types":
                return TypesFitConfig(max_rows=self.max_rows, n_clusters=block.n_clusters, **dict(self.types))
            case "interpretation":
                interpretation = self.interpretation
                return InterpretationFitConfig(
                    n_clusters=block.n_clusters,
                    n_init=interpretation.n_init,
                    n_resamples=interpretation.n_resamples_images if is_images else interpretation.n_resamples,
                    n_members=interpretation.n_members,
                    seed=interpretation.seed,
                )
        raise KeyError(method)

    def _lab_seed(self, name: str) -> int | None:
        """Return the seed of the lab's fits; None where seed or K differ from the lab's, so nothing is comparable."""
        block = self._block(name)
        if not isinstance(block, BookR | BookPython):
            return None
        same = (block.seed, block.n_clusters) == (LAB_DATA_SEEDS[name], LAB_N_CLUSTERS)
        return block.lab_seed if same else None

    def _block(self, name: str) -> _Dataset:
        blocks: dict[str, _Dataset] = {dataset.name: dataset for dataset in self.datasets}
        builtin: dict[str, _Dataset] = {
            "book_r": self.book_r,
            "book_python": self.book_python,
            "music": self.music,
            "statecrime": self.statecrime,
            "images": self.images,
            "users_by_artists": self.users_by_artists,
        }
        return (blocks | builtin)[name]
