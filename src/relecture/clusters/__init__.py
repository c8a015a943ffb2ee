"""The comparison `clusters`: k-means, how many clusters, how many restarts, what do they mean? (ISL section 12.4)"""

QUESTION = "K-means: how many clusters, how many restarts, and what do they mean?"

#: Each data set that comes with the project and the function that makes it, in the order of the figures.
DATASETS = {
    "book_r": "relecture.clusters.datasets:book_r",
    "book_python": "relecture.clusters.datasets:book_python",
    "music": "relecture.clusters.datasets:music",
    "statecrime": "relecture.clusters.datasets:statecrime",
    "images": "relecture.clusters.datasets:images",
}
#: What they are called; a data set of one's own is called by its name.
TITLES = {
    "book_r": "Book's R lab",
    "book_python": "Book's Python lab",
    "music": "Music tastes",
    "statecrime": "US states",
    "images": "Handwritten digits",
}
#: What reads a data set of one's own.
OWN = "relecture.clusters.user_table:read"

#: Each method, done on every data set, and its function.
METHODS = {
    "steps": "relecture.clusters.steps:fit",
    "restarts": "relecture.clusters.restarts:fit",
    "elbow": "relecture.clusters.elbow:fit",
    "interpretation": "relecture.clusters.interpretation:fit",
}
#: What k-means cannot do, on simulated data of its own.
LIMITS = {"limits": "relecture.clusters.limits:fit"}

#: The ways to draw a start, and what they are called.
STARTS = {"assignment": "random assignment", "points": "random points", "plus_plus": "k-means++"}

#: What the labs' printed numbers depend on; with another seed or number of clusters there is nothing to compare.
LAB_CLUSTERS, LAB_DATA_SEEDS = 3, {"book_r": 2, "book_python": 0}
