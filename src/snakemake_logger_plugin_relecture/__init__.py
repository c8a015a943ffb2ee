"""The package in which Snakemake finds the logger `relecture`: it looks for packages by this name."""

from relecture.terminal import Terminal as LogHandler

__all__ = ["LogHandler"]
