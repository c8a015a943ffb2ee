"""The comparison `clusters`: k-means, the number of clusters, restarts and interpretation (ISL section 12.4)."""

QUESTION = "K-means: how many clusters, how many restarts, and what do they mean?"

#: Each built-in data set and the function that makes it, in the order of the figures.
DATASETS = {
    "book_r": "relecture.clusters.datasets:book_r",
    "book_python": "relecture.clusters.datasets:book_python",
    "music": "relecture.clusters.datasets:music",
    "statecrime": "relecture.clusters.datasets:statecrime",
    "images": "relecture.clusters.datasets:images",
}
#: Labels of the built-in data sets; a user's data set is labelled by its name.
TITLES = {
    "book_r": "Book's R lab",
    "book_python": "Book's Python lab",
    "music": "Music tastes",
    "statecrime": "US states",
    "images": "Handwritten digits",
}
#: The function that reads a user's data set.
USER_TABLE = "relecture.clusters.user_table:read"

#: Each method, fitted on every data set, and its function.
METHODS = {
    "steps": "relecture.clusters.steps:fit",
    "restarts": "relecture.clusters.restarts:fit",
    "elbow": "relecture.clusters.elbow:fit",
    "interpretation": "relecture.clusters.interpretation:fit",
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

#: The labs' published values hold for these seeds and this number of clusters only.
LAB_N_CLUSTERS, LAB_DATA_SEEDS = 3, {"book_r": 2, "book_python": 0}
