"""Measurements of speed and memory; each figure a median, every alternative measured in the same run."""
