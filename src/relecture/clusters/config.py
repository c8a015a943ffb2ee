"""Settings of the comparison `clusters`."""

from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from relecture.clusters import DATASETS, LAB_CLUSTERS, LAB_DATA_SEEDS
from relecture.config_model import ConfigModel, UserPath

Clusters = Annotated[int, Field(ge=2, le=20)]
Seed = Annotated[int, Field(ge=0)]
K = "Number of clusters K."


class BookR(ConfigModel):
    """The book's R lab: 50 x 2 standard normal numbers, the first 25 rows shifted by (3, -4)."""

    seed: Seed = Field(description="set.seed() before the data are drawn.")
    clusters: Clusters = Field(description=K)
    lab_seed: Seed = Field(description="set.seed() before kmeans() is called, first with 1 and then with 20 starts.")


class BookPython(ConfigModel):
    """The book's Python lab: the same recipe with NumPy's stream."""

    seed: Seed = Field(description="np.random.seed() before the data are drawn.")
    clusters: Clusters = Field(description=K)
    lab_seed: Seed = Field(description="random_state of KMeans, with 1 and with 20 starts.")


class Music(ConfigModel):
    """The lecture's music tastes: three known groups by hours of hip hop and of jazz a week."""

    seed: Seed = Field(description="Seed of the simulation.")
    people: int = Field(ge=10, le=1000, description="People per group.")
    spread: float = Field(gt=0, description="Standard deviation inside a group, in hours a week.")
    clusters: Clusters = Field(description=K)


class Statecrime(ConfigModel):
    """50 US states and DC in 2009 by seven rates, standardised (from the package statsmodels)."""

    clusters: Clusters = Field(description=K)


class Images(ConfigModel):
    """Handwritten digits of MNIST, pixels from 0 to 1."""

    seed: Seed = Field(description="Seed of the drawing of images.")
    images: int = Field(ge=100, le=60_000, description="Training images drawn at random.")
    clusters: Clusters = Field(description=K)


class Own(ConfigModel):
    """A table of your own, standardised column by column."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9_]*$",
        description="Name of the data set in results and figures.",
        json_schema_extra={"allowed": "a word of lower-case letters, digits and _"},
    )
    path: UserPath = Field(description="A CSV file with a header line.")
    columns: list[str] = Field(min_length=1, description="Its columns to cluster by: numbers, none missing.")
    clusters: Clusters = Field(description=K)
    names: str = Field(default="", description="Its column that names the rows; their numbers, unless given.")


class Steps(ConfigModel):
    """The algorithm step by step, from random assignments."""

    runs: int = Field(ge=2, le=20, description="Runs that differ in their seed; six in the lecture.")
    first_seed: Seed = Field(description="Run i starts with seed first_seed + i - 1.")


class Restarts(ConfigModel):
    """Many starts by random assignment, random points and k-means++: how often is the best optimum found?"""

    starts: int = Field(ge=20, description="Starts of each kind.")
    image_starts: int = Field(ge=20, description="Starts of each kind on the images.")
    within: int = Field(ge=1, description="Longest row of restarts that the figure shows.")
    seed: Seed = Field(description="Seed of the starts.")


class Elbow(ConfigModel):
    """Which number of clusters: the elbow of the curve, the silhouette, the gap statistic."""

    largest: int = Field(ge=3, le=50, description="Largest number of clusters tried, from 1.")
    starts: int = Field(ge=1, description="k-means++ starts for each number of clusters; the best counts.")
    image_starts: int = Field(ge=1, description="The same on the images.")
    references: int = Field(ge=2, description="Uniform data sets that the gap statistic compares with.")
    image_references: int = Field(ge=2, description="The same for the images.")
    seed: Seed = Field(description="Seed of the starts and the references.")


class Interpretation(ConfigModel):
    """What the clusters are: their distinctive features and their members."""

    starts: int = Field(ge=1, description="k-means++ starts; the best is interpreted.")
    resamples: int = Field(ge=20, description="Bootstrap samples behind the intervals; each is clustered again.")
    image_resamples: int = Field(ge=20, description="The same for the images.")
    shown: int = Field(ge=1, le=20, description="Members shown of each cluster: the nearest, and as many at random.")
    seed: Seed = Field(description="Seed of starts, bootstrap and sampled members.")


class Limits(ConfigModel):
    """What k-means cannot do, against a Gaussian mixture: soft membership, unequal spread, outliers."""

    replications: int = Field(ge=2, description="Simulated data sets per question, each with a seed of its own.")
    points: int = Field(ge=20, description="Points per group.")
    outliers: list[Annotated[int, Field(ge=0)]] = Field(
        min_length=1, description="Numbers of outliers that are added, one after the other."
    )
    starts: int = Field(ge=1, description="Starts of k-means, and of each mixture.")
    first_seed: Seed = Field(description="Replication i has seed first_seed + i.")


class ClustersConfig(ConfigModel):
    """K-means: how many clusters, how many restarts, and what do they mean? (ISL section 12.4)"""

    book_r: BookR = Field(description="The data set `book_r`.")
    book_python: BookPython = Field(description="The data set `book_python`.")
    music: Music = Field(description="The data set `music`.")
    statecrime: Statecrime = Field(description="The data set `statecrime`.")
    images: Images = Field(description="The data set `images`.")
    datasets: list[Own] = Field(description="Data sets of your own: a list of blocks, empty for none.")
    steps: Steps = Field(description="The method `steps`.")
    restarts: Restarts = Field(description="The method `restarts`.")
    elbow: Elbow = Field(description="The method `elbow`.")
    interpretation: Interpretation = Field(description="The method `interpretation`.")
    limits: Limits = Field(description="The method `limits`.")

    @field_validator("datasets")
    @classmethod
    def _have_names_of_their_own(cls, datasets: list[Own], info: ValidationInfo) -> list[Own]:
        names = [dataset.name for dataset in datasets]
        if taken := sorted({name for name in names if names.count(name) > 1 or name in _TAKEN}):
            raise ValueError(f"these names are taken: {', '.join(taken)}")
        return datasets

    def names(self) -> list[str]:
        """All data sets, the own ones last."""
        return [*DATASETS, *(dataset.name for dataset in self.datasets)]

    def dataset(self, name: str) -> dict[str, Any]:
        """What the making of a data set depends on."""
        config = self._block(name).model_dump()
        return {key: value for key, value in config.items() if key != "lab_seed"}

    def source(self, name: str) -> str | None:
        """The file that a data set is made from; None where nothing is read."""
        if name == "images":
            return "resources/mnist.json"
        return None if name in DATASETS else self._block(name).path

    def method(self, method: str, dataset: str = "") -> dict[str, Any]:
        """What a method depends on, on one data set."""
        config = getattr(self, method).model_dump()
        if method == "limits":
            return config
        block = self._block(dataset)
        for key in [key for key in config if key.startswith("image_")]:
            value = config.pop(key)
            config |= {key.removeprefix("image_"): value} if dataset == "images" else {}
        if method == "restarts" and self._is_a_lab(dataset):
            config |= {"lab": dataset, "lab_seed": block.lab_seed}
        return config if method == "elbow" else {**config, "clusters": block.clusters}

    def _is_a_lab(self, name: str) -> bool:
        """Whether a data set is clustered as in its lab, so that its numbers can be compared."""
        block = self._block(name)
        return name in LAB_DATA_SEEDS and (block.seed, block.clusters) == (LAB_DATA_SEEDS[name], LAB_CLUSTERS)

    def _block(self, name: str) -> Any:
        return next((own for own in self.datasets if own.name == name), None) or getattr(self, name)


#: Names that folders of results/clusters/ have already.
_TAKEN = {*DATASETS, "data", "figures", "limits"}
