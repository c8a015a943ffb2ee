"""Predict new rows with the model of a record: plain arrays and JSON, read without the library that fitted it.

================= ===========================================================================
`estimators.py`   fitted models as arrays, and how each kind predicts
`inputs.py`       the columns that a model takes: their types, levels and ranges
`model.py`        both together in a record's folder `model/`, which MLflow loads as a pyfunc
`new_rows.py`     read a CSV file of new rows, checked like the training table
================= ===========================================================================
"""
