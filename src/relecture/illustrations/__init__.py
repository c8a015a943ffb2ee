"""Comparison `illustrations`: the figures of the lecture's slides, computed."""

QUESTION = "Do the lecture's drawings hold when every line of them is computed?"
