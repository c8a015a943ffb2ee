"""The comparison `clusters`: k-means, the number of clusters, restarts and interpretation (ISL section 12.4)."""

QUESTION = "K-means: how many clusters, how many restarts, and what do they mean?"

#: Each built-in data set and the function that makes it, in the order of the figures.
DATASETS = {
    "book_r": "relecture.clusters.datasets:book_r",
    "book_python": "relecture.clusters.datasets:book_python",
    "music": "relecture.clusters.datasets:music",
    "statecrime": "relecture.clusters.datasets:statecrime",
    "images": "relecture.clusters.datasets:images",
    "users_by_artists": "relecture.clusters.datasets:users_by_artists",
}
#: Labels of the built-in data sets; a user's data set is labelled by its name.
TITLES = {
    "book_r": "Book's R lab",
    "book_python": "Book's Python lab",
    "music": "Music tastes",
    "statecrime": "US states",
    "images": "Handwritten digits",
    "users_by_artists": "Users by artists",
}
#: The function that reads a user's data set.
USER_TABLE = "relecture.clusters.user_table:read"

#: Each method and its function; a user's data set is fitted by all of them.
METHODS = {
    "steps": "relecture.clusters.steps:fit",
    "restarts": "relecture.clusters.restarts:fit",
    "elbow": "relecture.clusters.elbow:fit",
    "interpretation": "relecture.clusters.interpretation:fit",
    "types": "relecture.clusters.clustering_types:fit",
}
_KMEANS_METHODS = ("steps", "restarts", "elbow", "interpretation")
#: The methods that each built-in data set is fitted by.
DATASET_METHODS = {
    "book_r": _KMEANS_METHODS,
    "book_python": _KMEANS_METHODS,
    "music": _KMEANS_METHODS,
    "statecrime": (*_KMEANS_METHODS, "types"),
    "images": _KMEANS_METHODS,
    "users_by_artists": ("types",),
}
#: The function that samples the rows of a large table before a method is fitted.
ROW_SAMPLE = "relecture.clusters.row_sample:sample_rows"
#: The method that simulates its own data.
LIMITS = {"limits": "relecture.clusters.limits:fit"}

#: Initialisation methods and their labels.
INIT_METHODS = {
    "random_partition": "random partition",
    "random_points": "random points",
    "kmeans_plusplus": "k-means++",
}
#: Algorithms and their labels. R's `kmeans` runs Hartigan and Wong's from random points, scikit-learn Lloyd's from
#: k-means++, and the lecture describes Lloyd's from a random partition.
ALGORITHMS = {"lloyd": "Lloyd", "hartigan_wong": "Hartigan-Wong"}
#: The members of `restarts`: algorithm and initialisation method.
RESTARTS = {
    "random_partition": ("lloyd", "random_partition"),
    "random_points": ("lloyd", "random_points"),
    "kmeans_plusplus": ("lloyd", "kmeans_plusplus"),
    "hartigan_wong_random_partition": ("hartigan_wong", "random_partition"),
    "hartigan_wong_random_points": ("hartigan_wong", "random_points"),
}

#: The labs' published values hold for these seeds and this number of clusters only.
LAB_N_CLUSTERS, LAB_DATA_SEEDS = 3, {"book_r": 2, "book_python": 0}
