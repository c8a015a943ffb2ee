"""Comparison `illustrations`: the figures of the lecture's slides, computed."""

QUESTION = "Do the lecture's drawings hold when every line of them is computed?"

#: Figures whose numbers the slides print.
PUBLISHED_FIGURES = ("parameters", "squares", "convolution")

#: Figures whose numbers findings and choices are made from.
TESTED_FIGURES = (
    "representation",
    "activation_errors",
    "interaction",
    "flexibility",
    "linear_overfit",
    "feature_maps",
    "filters",
    "flipping",
    "elbow",
)
