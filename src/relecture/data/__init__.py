"""Fetching, verifying and reading the raw files."""
