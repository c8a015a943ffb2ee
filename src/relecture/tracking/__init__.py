"""Mirrors records into MLflow: comparison = experiment, method = parent run, member = child run.

The records stay the truth: a store can be thrown away and rebuilt from them, and no fit needs one.
This package alone touches MLflow, and imports it only when a store is opened.

============ ==========================================================================
`store.py`   which store, opened safely; what is wrong with it, in one message
`content.py` what the runs of a record hold: metrics, curves, params, tags, description
`publish.py` writes those runs, once; replaces them when the record has changed
`models.py`  registers the reader of digits, and fetches it again
`served.py`  what a model server runs: cells in, digits and probabilities out
`shelf.py`   which runs of a record a store has already, and which are leftovers
`views.py`   a table of the methods with their numbers
`ui.py`      serves the store in a browser
============ ==========================================================================
"""
