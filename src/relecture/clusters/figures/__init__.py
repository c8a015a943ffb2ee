"""The figures of the comparison `clusters`, in the order of the lecture; each from all records and the data sets."""

from relecture.clusters.figures import algorithm, interpretation, k_selection, limits, restarts

#: Every figure by the name of its files.
FIGURES = {
    "steps": algorithm.steps,
    "descent": algorithm.descent,
    "six_runs": algorithm.six_runs,
    "optima": restarts.local_optima,
    "success": restarts.success_probability,
    "elbow": k_selection.elbow,
    "features": interpretation.features,
    "images": interpretation.images,
    "crosstab": interpretation.crosstab,
    "soft": limits.soft,
    "spread": limits.spread,
    "outliers": limits.outliers,
    "music": limits.music,
}
#: Figures that show results on the images, and so are marked where these are a sample.
SHOW_IMAGES = ("descent", "success", "elbow", "images", "crosstab")
