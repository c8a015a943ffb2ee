"""The tables and figures of the comparison `clusters`."""

from relecture.exhibit import Exhibit, Exhibits, table

_TABLES, _FIGURES = "relecture.clusters.result_tables", "relecture.clusters.figures"
_INTERPRETATION = "relecture.clusters.interpretation_tables"

#: Figures that show results on the images, and so are marked where these are a sample.
SHOW_IMAGES = ("descent", "success", "elbow", "images", "crosstab")

EXHIBITS = Exhibits(
    comparison="clusters",
    tables=(
        table("table", "the labs, published and reproduced", f"{_TABLES}:table", in_handout=True),
        table("restarts", "how many restarts are enough", f"{_TABLES}:restarts"),
        table("optima", "local optima and their frequencies", f"{_TABLES}:local_optima"),
        table("six_runs", "probability of the lecture's six runs", f"{_TABLES}:six_runs", in_handout=True),
        table("elbow", "number of clusters", f"{_TABLES}:elbow", in_handout=True),
        table("features", "distinctive features", f"{_INTERPRETATION}:features"),
        table("crosstab", "clusters and digits", f"{_INTERPRETATION}:crosstab"),
        table("limits", "limits of k-means", f"{_INTERPRETATION}:limits"),
        table("profile", "profiles of the data", "relecture.clusters.table_profiles:profiles", job="profile"),
    ),
    figures=(
        Exhibit("steps", "the algorithm step by step", f"{_FIGURES}.algorithm:steps", in_handout=True),
        Exhibit("descent", "sum of squares by iteration", f"{_FIGURES}.algorithm:descent"),
        Exhibit("six_runs", "six runs", f"{_FIGURES}.algorithm:six_runs", in_handout=True),
        Exhibit("optima", "local optima and their frequencies", f"{_FIGURES}.restarts:local_optima"),
        Exhibit("success", "how many restarts are enough", f"{_FIGURES}.restarts:success_probability", in_handout=True),
        Exhibit("elbow", "number of clusters", f"{_FIGURES}.k_selection:elbow", in_handout=True),
        Exhibit("features", "distinctive features of the states", f"{_FIGURES}.interpretation:features"),
        Exhibit("images", "centroids and members of the images", f"{_FIGURES}.interpretation:images", in_handout=True),
        Exhibit("crosstab", "clusters and digits", f"{_FIGURES}.interpretation:crosstab"),
        Exhibit("soft", "hard and soft assignment", f"{_FIGURES}.limits:soft"),
        Exhibit("spread", "unequal spread", f"{_FIGURES}.limits:spread"),
        Exhibit("outliers", "outliers", f"{_FIGURES}.limits:outliers"),
        Exhibit("music", "music tastes", f"{_FIGURES}.limits:music"),
    ),
    conclusions_from=(
        "clusters/elbow.csv",
        "clusters/restarts.csv",
        "clusters/features.csv",
        "clusters/images/elbow/params.json",
    ),
    overview="relecture.clusters.figures.overview:overview",
)
