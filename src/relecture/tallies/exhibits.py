"""The tables and figures of the comparison `tallies`."""

from relecture.exhibit import Exhibit, Exhibits, table

_TABLES, _VOTES = "relecture.tallies.result_tables", "relecture.tallies.counting.vote_tables"
_FIGURES = "relecture.tallies.figures"

EXHIBITS = Exhibits(
    comparison="tallies",
    tables=(
        table("table", "accuracy before and after transfer", f"{_TABLES}:table", in_handout=True),
        table("differences", "paired differences", f"{_TABLES}:differences"),
        table("labels", "how many labels are worth it", f"{_TABLES}:label_curve"),
        table("selected", "the search space", f"{_TABLES}:selected"),
        table("totals", "the votes of each party", f"{_VOTES}:totals", in_handout=True, job="vote_tables"),
        table("districts", "district winners", f"{_VOTES}:districts", job="vote_tables"),
        table("quality", "sheets of high and low quality", f"{_VOTES}:quality", job="vote_tables"),
        table("checking", "how many sheets must be checked", f"{_VOTES}:checking", in_handout=True, job="vote_tables"),
    ),
    figures=(
        Exhibit("pages", "pages with tally sheets", f"{_FIGURES}.sheets:pages", in_handout=True),
        Exhibit("cells", "cells and MNIST", f"{_FIGURES}.sheets:cells"),
        Exhibit("hyperparameters", "accuracy by hyperparameter", f"{_FIGURES}.hyperband_search:hyperparameters"),
        Exhibit("budget", "accuracy by epochs", f"{_FIGURES}.hyperband_search:budget"),
        Exhibit("transfer", "variants of transfer", f"{_FIGURES}.transfer:transfer"),
        Exhibit("labels", "how many labels are worth it", f"{_FIGURES}.transfer:labels", in_handout=True),
        Exhibit("confusion", "confusion matrix", f"{_FIGURES}.classifier:confusion"),
        Exhibit("misread", "misclassified cells", f"{_FIGURES}.classifier:misclassified"),
        Exhibit("attribution", "attribution maps", f"{_FIGURES}.classifier:attribution", in_handout=True),
        Exhibit("reliability", "reliability before and after calibration", f"{_FIGURES}.classifier:reliability"),
        Exhibit("reading", "one sheet and its counts", f"{_FIGURES}.vote_counts:sheet"),
        Exhibit("quality", "quality by station and district", f"{_FIGURES}.vote_counts:quality"),
        Exhibit("result", "the votes as counted", f"{_FIGURES}.vote_counts:result", in_handout=True),
        Exhibit("groups", "sheets of high and low quality", f"{_FIGURES}.audit:groups"),
        Exhibit("checking", "sheets to check", f"{_FIGURES}.audit:curves"),
        Exhibit("margins", "margins of the district winners", f"{_FIGURES}.audit:margins"),
    ),
    conclusions_from=(
        "tallies/table.csv",
        "tallies/totals.csv",
        "tallies/checking.csv",
        "tallies/base/selected/params.json",
    ),
    overview="relecture.tallies.figures.overview:overview",
)
