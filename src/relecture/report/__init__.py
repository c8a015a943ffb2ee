"""The report: the front page, a page per comparison, provenance, and the handout for print.

Each comparison gives its exhibits (`relecture/<comparison>/exhibits.py`) and its conclusions (`conclusions.py`); both
are found by the comparison's name, so nothing here imports a comparison.
"""
