"""relecture re-runs a lecture: its tables and figures from raw data, scored against what was printed."""

__version__ = "0.1.0"
