"""The tables and figures of the comparison `tallies`."""

from relecture.exhibit import Exhibit, Exhibits, Topic, table

_TABLES, _VOTES = "relecture.tallies.result_tables", "relecture.tallies.counting.vote_tables"
_SEEDS = "relecture.tallies.counting.member_votes"


def _figure(name: str, label: str, *, function: str = "", in_handout: bool = False) -> Exhibit:
    return Exhibit(name, label, f"relecture.tallies.figures.drawings:{function or name}", in_handout)


EXHIBITS = Exhibits(
    comparison="tallies",
    tables=(
        table("table", "accuracy before and after transfer", f"{_TABLES}:table", in_handout=True),
        table("differences", "paired differences", f"{_TABLES}:differences"),
        table("label_curve", "accuracy by number of labels", f"{_TABLES}:label_curve"),
        table("selected", "the search space", f"{_TABLES}:selected"),
        table("finalists", "the best trials, trained again", f"{_TABLES}:finalists"),
        table("printed_trials", "the printed trials", f"{_TABLES}:printed_trials"),
        table("totals", "the votes of each party", f"{_VOTES}:write_totals", in_handout=True, job="vote_tables"),
        table("seeds", "votes by network", f"{_SEEDS}:write_seeds", job="seed_tables"),
        table("districts", "winners of the districts", f"{_VOTES}:write_districts", job="vote_tables"),
        table("quality", "sheets of high and low quality", f"{_VOTES}:write_quality", job="vote_tables"),
        table("checking", "sheets to audit", f"{_VOTES}:write_audits", in_handout=True, job="vote_tables"),
    ),
    figures=(
        _figure("pages", "pages with tally sheets", in_handout=True),
        _figure("cells", "cells and MNIST images"),
        _figure("hyperparameters", "accuracy by hyperparameter"),
        _figure("budget", "accuracy by epochs"),
        _figure("transfer", "variants of transfer"),
        _figure("label_curve", "accuracy by number of labels", in_handout=True),
        _figure("confusion", "confusion matrix"),
        _figure("misclassified", "misclassified cells"),
        _figure("attribution", "attributions of the classifier", in_handout=True),
        _figure("reliability", "calibration before and after temperature scaling"),
        _figure("reading", "one sheet and its count", function="sheet"),
        _figure("quality", "quality by station and district"),
        _figure("result", "votes of each party", in_handout=True),
        _figure("groups", "sheets of high and low quality"),
        _figure("checking", "sheets to audit"),
        _figure("margins", "margins of the winners"),
    ),
    topics=(
        Topic("pages"),
        Topic("hyperparameters", "selected", "search", ("tallies.default.", "tallies.selected.", "tallies.search.")),
        Topic("budget", "printed_trials", "printed_trials", ("tallies.table_a3.",)),
        Topic("transfer", "table", "transfer/frozen", ("tallies.base.",)),
        Topic("label_curve", "label_curve", "label_curve/frozen"),
        Topic("attribution", record="final"),
        Topic("result", "totals", "final"),
        Topic("checking", "checking", published=("tallies.quality_threshold",)),
    ),
    conclusions_from=(
        "tallies/table.csv",
        "tallies/totals.csv",
        "tallies/checking.csv",
        "tallies/seeds.csv",
        "tallies/base/selected/params.json",
        "tallies/data/files.csv",
    ),
    overview="relecture.tallies.figures.overview:overview",
    findings=f"{_TABLES}:findings",
    choices=f"{_TABLES}:choices",
)
