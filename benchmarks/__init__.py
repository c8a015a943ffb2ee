"""Measurements of speed and memory; every alternative measured in the same run.

What is timed in rounds is a median over them; a run of the whole workflow is one run.
"""
