"""The data sets of the comparison, and small records of every method on them."""

from pathlib import Path
from pkgutil import resolve_name

import pytest

#: Values for fits that take seconds together.
BRIEF: dict[str, dict[str, int]] = {
    "steps": {},
    "restarts": {"n_init": 300, "n_shown_restarts": 50},
    "elbow": {"k_max": 8, "n_init": 5, "n_references": 5, "n_resamples": 10},
    "interpretation": {"n_init": 20, "n_resamples": 50},
    "types": {"n_init": 5},
}


@pytest.fixture(scope="session")
def manifest(tmp_path_factory) -> Path:
    """A manifest of MNIST that names the sample of 5,000 images."""
    path = tmp_path_factory.mktemp("resources") / "mnist.json"
    path.write_text('{"name": "mnist", "sample": true, "files": {}}')
    return path


@pytest.fixture(scope="session")
def datasets(standard, manifest):
    """Every built-in data set; 300 images of the sample."""
    from relecture.clusters import DATASETS

    made = {}
    for name, function in DATASETS.items():
        config = standard.clusters.dataset(name)
        if name == "images":
            config = config.model_copy(update={"n_images": 300})
        made[name] = resolve_name(function)(config, manifest if name == "images" else None)
    return made


@pytest.fixture(scope="session")
def clusters_folders(datasets, standard, tmp_path_factory) -> dict[str, Path]:
    """A record of every method on every data set, and of the limits."""
    from relecture.clusters import METHODS, limits

    top, folders = tmp_path_factory.mktemp("clusters"), {}
    for name, dataset in datasets.items():
        for method in standard.clusters.methods(name):
            function = METHODS[method]
            config = standard.clusters.method(method, name).model_copy(update=BRIEF[method])
            if name == "images":  # 784 columns take their time
                config = config.model_copy(update={"restarts": {"n_init": 40}, "elbow": {"n_resamples": 0}}.get(method))
            source = {"name": dataset.source, "digest": dataset.digest, "sample": dataset.sample}
            key = f"{name}/{method}"
            resolve_name(function)(dataset, config).save(top / key, f"clusters/{key}", config, source, "clusters_fit")
            folders[key] = top / key
    brief = {"n_replications": 3, "n_init": 3, "n_outliers": [0, 2, 20]}
    config = standard.clusters.method("limits").model_copy(update=brief)
    source = {"name": "simulated groups", "digest": "0123456789abcdef", "sample": False}
    limits.fit(config).save(top / "limits", "clusters/limits", config, source, "clusters_limits")
    return {**folders, "limits": top / "limits"}


@pytest.fixture(scope="session")
def fitted(clusters_folders):
    """The records by `data set/method`, and `limits`."""
    from relecture.clusters.record_access import read_records

    return read_records(list(clusters_folders.values()))


@pytest.fixture(scope="session")
def results(fitted, published, datasets):
    """The records with the published values and the data sets."""
    from relecture.clusters.record_access import ClustersResults

    return ClustersResults(fitted, published, datasets)
