"""The tables and figures of the comparison `clusters`."""

from relecture.exhibit import Exhibit, Exhibits, Topic, table

_TABLES, _FIGURES = "relecture.clusters.result_tables", "relecture.clusters.figures"
_RESTARTS, _K = "relecture.clusters.restart_tables", "relecture.clusters.k_tables"
_INTERPRETATION, _TYPES = "relecture.clusters.interpretation_tables", "relecture.clusters.type_tables"

#: Figures that show results on the images, and so are marked where these are a sample.
SHOW_IMAGES = ("descent", "success", "elbow", "k_max", "images", "crosstab")

EXHIBITS = Exhibits(
    comparison="clusters",
    tables=(
        table("table", "the labs, published and reproduced", f"{_TABLES}:table", in_handout=True),
        table("restarts", "how many restarts are enough", f"{_RESTARTS}:restarts"),
        table("optima", "local optima and their frequencies", f"{_RESTARTS}:optima"),
        table("six_runs", "probability of the lecture's six runs", f"{_RESTARTS}:six_runs", in_handout=True),
        table("algorithms", "Hartigan and Wong's algorithm and Lloyd's", f"{_RESTARTS}:algorithms"),
        table("elbow", "number of clusters", f"{_K}:elbow", in_handout=True),
        table("k_max", "number of clusters by the largest K tried", f"{_K}:k_max"),
        table("stability", "number of clusters in resamples", f"{_K}:stability"),
        table("features", "distinctive features", f"{_INTERPRETATION}:features"),
        table("crosstab", "clusters and digits", f"{_INTERPRETATION}:crosstab"),
        table("types", "types of clustering", f"{_TYPES}:types", in_handout=True),
        table("agreement", "flat and hierarchical clusters of the same data", f"{_TYPES}:agreement"),
        table("limits", "limits of k-means", f"{_INTERPRETATION}:limits"),
        table("profile", "profiles of the data", "relecture.clusters.table_profiles:profiles", job="profile"),
    ),
    figures=(
        Exhibit("steps", "the algorithm step by step", f"{_FIGURES}.algorithm:steps", in_handout=True),
        Exhibit("descent", "sum of squares by iteration", f"{_FIGURES}.algorithm:descent"),
        Exhibit("six_runs", "six runs", f"{_FIGURES}.algorithm:six_runs", in_handout=True),
        Exhibit("optima", "local optima and their frequencies", f"{_FIGURES}.restarts:optima"),
        Exhibit("success", "how many restarts are enough", f"{_FIGURES}.restarts:success_probability", in_handout=True),
        Exhibit("elbow", "number of clusters", f"{_FIGURES}.k_selection:elbow", in_handout=True),
        Exhibit("k_max", "number of clusters by the largest K tried", f"{_FIGURES}.k_stability:k_max"),
        Exhibit("stability", "number of clusters in resamples", f"{_FIGURES}.k_stability:stability"),
        Exhibit("features", "distinctive features of the states", f"{_FIGURES}.interpretation:features"),
        Exhibit("images", "centroids and members of the images", f"{_FIGURES}.interpretation:images", in_handout=True),
        Exhibit("crosstab", "clusters and digits", f"{_FIGURES}.interpretation:crosstab"),
        Exhibit("dendrograms", "flat and hierarchical clusters", f"{_FIGURES}.dendrograms:dendrograms"),
        Exhibit("soft", "hard and soft assignment", f"{_FIGURES}.limits:soft"),
        Exhibit("spread", "unequal spread", f"{_FIGURES}.limits:spread"),
        Exhibit("outliers", "outliers", f"{_FIGURES}.limits:outliers"),
        Exhibit("music", "music tastes", f"{_FIGURES}.limits:music"),
    ),
    topics=(
        Topic("steps", record="book_r/steps", published=("clusters.steps.", "clusters.objective.")),
        Topic("six_runs", "six_runs", "book_r/restarts", ("clusters.six_runs.",)),
        Topic("optima", "table", "book_python/restarts", ("clusters.r_lab.", "clusters.python_lab.")),
        Topic("success", "restarts", "book_r/restarts"),
        Topic("elbow", "elbow", "book_r/elbow"),
        Topic("k_max", "k_max", "statecrime/elbow"),
        Topic("features", "features", "statecrime/interpretation"),
        Topic("dendrograms", "agreement", "statecrime/types"),
        Topic("spread", "limits", "limits"),
        Topic("soft", "limits", "limits"),
        Topic("outliers", "limits", "limits"),
        Topic("music", record="music/restarts"),
    ),
    conclusions_from=(
        "clusters/elbow.csv",
        "clusters/k_max.csv",
        "clusters/choices.csv",
        "clusters/restarts.csv",
        "clusters/six_runs.csv",
        "clusters/agreement.csv",
        "clusters/features.csv",
        "clusters/images/elbow/params.json",
    ),
    overview="relecture.clusters.figures.overview:overview",
    findings="relecture.clusters.findings:findings",
    choices="relecture.clusters.findings:choices",
)
