"""What a person opens: the pages of Snakemake's report that hold words, and the handout for print.

Each comparison gives its question and its answer in two sentences (`relecture/<comparison>/answer.py`); everything else
is the same for all. They are found by the comparison's name, so nothing here imports one.
"""
