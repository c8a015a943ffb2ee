"""relecture reruns a lecture: it computes its tables and figures from raw data and compares the published values."""

__version__ = "0.1.0"
