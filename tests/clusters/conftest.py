"""The data sets of the comparison, and small records of every method on them."""

from pathlib import Path
from pkgutil import resolve_name

import pytest

#: Budgets that take seconds together.
BRIEF = {
    "steps": {},
    "restarts": {"starts": 300, "within": 50},
    "elbow": {"largest": 6, "starts": 5, "references": 5},
    "interpretation": {"starts": 20, "resamples": 50},
}


@pytest.fixture(scope="session")
def manifest(tmp_path_factory) -> Path:
    """A manifest of MNIST that says: the 5,000 images inside a package."""
    path = tmp_path_factory.mktemp("resources") / "mnist.json"
    path.write_text('{"name": "mnist", "sample": true, "files": {}}')
    return path


@pytest.fixture(scope="session")
def datasets(standard, manifest):
    """Every data set of the project; 300 images of the sample."""
    from relecture.clusters import DATASETS

    made = {}
    for name, function in DATASETS.items():
        config = standard.clusters.dataset(name) | ({"images": 300} if name == "images" else {})
        made[name] = resolve_name(function)(config, manifest if name == "images" else None)
    return made


@pytest.fixture(scope="session")
def clusters_folders(datasets, standard, tmp_path_factory) -> dict[str, Path]:
    """A record of every method on every data set, and of the limits."""
    from relecture.clusters import METHODS, limits

    top, folders = tmp_path_factory.mktemp("clusters"), {}
    for name, dataset in datasets.items():
        for method, function in METHODS.items():
            config = standard.clusters.method(method, name) | BRIEF[method]
            source = {"name": dataset.source, "digest": dataset.digest, "sample": dataset.sample}
            key = f"{name}/{method}"
            resolve_name(function)(dataset, config).save(top / key, f"clusters/{key}", config, source, "clusters_fit")
            folders[key] = top / key
    config = standard.clusters.method("limits") | {"replications": 3, "starts": 3, "outliers": [0, 2, 20]}
    source = {"name": "simulated groups", "digest": "0123456789abcdef", "sample": False}
    limits.fit(config).save(top / "limits", "clusters/limits", config, source, "clusters_limits")
    return {**folders, "limits": top / "limits"}


@pytest.fixture(scope="session")
def found(clusters_folders):
    """The records, read."""
    from relecture.clusters.result_tables import read

    return read(list(clusters_folders.values()))
