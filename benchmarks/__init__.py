"""Measurements of speed and memory. Alternatives are measured in the same run.

A time measured in rounds is their median; the workflow runs once.
"""
