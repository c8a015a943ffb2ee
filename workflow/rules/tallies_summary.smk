# tallies, results: the calibrated classifier, the vote counts, tables and figures.
#
# needs   results/tallies/data/, and every record of the comparison
# makes   results/tallies/validation/, results/tallies/count/{pretrained,transferred,prior_corrected}/
#         results/tallies/table.* and other tables, quantities.csv, figures/, <record>/overview.*

TALLIES_TABLES = {
    "table": "accuracy before and after transfer",
    "differences": "paired differences",
    "label_curve": "accuracy by number of labels",
    "selected": "the search space",
    "totals": "the votes of each party",
    "districts": "winners of the districts",
    "quality": "sheets of high and low quality",
    "checking": "sheets to audit",
}
COUNTED = list(TALLIES_TABLES)[4:]  # tables of the count
TALLIES_FIGURES = {
    "pages": "pages with tally sheets",
    "cells": "cells and MNIST images",
    "hyperparameters": "accuracy against each hyperparameter",
    "budget": "accuracy against budget",
    "transfer": "variants of transfer",
    "label_curve": "accuracy by number of labels",
    "confusion": "confusion matrix",
    "misclassified": "misclassified cells",
    "attribution": "attributions of the classifier",
    "reliability": "calibration before and after temperature scaling",
    "reading": "one sheet and its count",
    "quality": "quality by station and district",
    "result": "votes of each party",
    "groups": "sheets of high and low quality",
    "checking": "sheets to audit",
    "margins": "margins of the winners",
}
# The true votes: simulated, or a file in the folder of a user's sheets, if there is one.
TRUTH = if_exists(f"{SHEETS}/truth.csv") if OWN_SHEETS else ["results/tallies/data/truth.csv"]
CLASSIFIERS = {
    "pretrained": "results/tallies/base/selected/model",
    "transferred": "results/tallies/validation/classifier.pt",
    "prior_corrected": "results/tallies/validation/classifier.pt",
}
TALLIES_CHAPTER = {
    "numbers": [
        *expand("results/tallies/{name}.csv", name=["table", "totals", "checking"]),
        "results/tallies/base/selected/params.json",
    ],
    "page": chapter_spec("tallies", TALLIES_TABLES, TALLIES_FIGURES),
    "print": chapter_spec(
        "tallies",
        ["table", "totals", "checking"],
        ["pages", "label_curve", "attribution", "result"],
    ),
}


rule tallies:
    """The whole comparison."""
    input:
        expand("results/tallies/{table}.csv", table=TALLIES_TABLES),
        expand("results/tallies/figures/{figure}.svg", figure=TALLIES_FIGURES),
        expand("{record}/overview.png", record=TALLIES_RECORDS),


rule tallies_own:
    """The vote count alone, as for a user's sheets, without the comparison of networks and variants of transfer."""
    input:
        expand("results/tallies/{table}.html", table=COUNTED),


rule tallies_validate:
    """The calibrated classifier: the final model with its temperature."""
    input:
        **record_files("results/tallies/final"),
        model="results/tallies/final/model",
        code=source_files("relecture.tallies.networks.calibration:calibrate"),
    output:
        multiext("results/tallies/validation/", "reliability.csv", "temperature.json"),
        classifier="results/tallies/validation/classifier.pt",
    log:
        "results/logs/tallies/validate.log",
    shell:
        "relecture tallies calibrate"
        " --final results/tallies/final"
        " --out results/tallies/validation"
        " 2>&1 | tee {log:q}"


rule tallies_count:
    """The votes on all sheets, in one variant of the count."""
    input:
        cell_crops="results/tallies/data/cell_crops.npz",
        classifier=lambda w: CLASSIFIERS[w.variant],
        code=source_files("relecture.tallies.counting.vote_counts:count_folder"),
    output:
        multiext("results/tallies/count/{variant}/", "digits.parquet", "counts.csv", "totals.csv"),
    log:
        "results/logs/tallies/count_{variant}.log",
    wildcard_constraints:
        variant="|".join(CLASSIFIERS),
    threads: 1
    params:
        classifier=lambda w, input: (
            f"{input.classifier}/classifier.pt" if w.variant == "pretrained" else input.classifier
        ),
        prior=lambda w: "--prior-correction" if w.variant == "prior_corrected" else "--no-prior-correction",
    shell:
        "relecture tallies --threads {threads} count-cells"
        " --cell-crops {input.cell_crops:q}"
        " --classifier {params.classifier:q}"
        " {params.prior}"
        " --out results/tallies/count/{wildcards.variant}"
        " 2>&1 | tee {log:q}"


rule tallies_outcome:
    """Tables of the vote counts: totals, districts, quality, and sheets to audit."""
    input:
        counts=expand("results/tallies/count/{variant}/digits.parquet", variant=CLASSIFIERS),
        cell_crops="results/tallies/data/cell_crops.npz",
        truth=TRUTH,
        code=source_files("relecture.tallies.counting.vote_tables:write"),
    output:
        *(f"results/tallies/{table}.{kind}" for table in COUNTED for kind in ("csv", "md", "tex")),
        *(
            report(f"results/tallies/{table}.html", **shown)
            for table, shown in report_options("tallies", "tables", TALLIES_TABLES).items()
            if table in COUNTED
        ),
    log:
        "results/logs/tallies/outcome.log",
    params:
        counting=run_config.tallies.counting.as_dict(),
        truth=f"--truth {shlex.quote(TRUTH[0])}" if TRUTH else "",
    shell:
        "relecture tallies vote-tables"
        " --counts results/tallies/count"
        " --cell-crops {input.cell_crops:q}"
        " {params.truth}"
        " --quality-threshold {params.counting[quality_threshold]}"
        " --n-permutations {params.counting[n_permutations]}"
        " --out results/tallies"
        " 2>&1 | tee {log:q}"


rule tallies_table:
    """Tables of networks, differences, label curve and search; the reproduced values for the scorecard."""
    input:
        metrics=expand("{record}/metrics.csv", record=TALLIES_RECORDS),
        params=expand("{record}/params.json", record=TALLIES_RECORDS),
        selected="results/tallies/search/selected.json",
        published="config/published.yaml",
        code=source_files("relecture.tallies.result_tables:table"),
    output:
        *(
            f"results/tallies/{table}.{kind}"
            for table in TALLIES_TABLES
            if table not in COUNTED
            for kind in ("csv", "md", "tex")
        ),
        *(
            report(f"results/tallies/{table}.html", **shown)
            for table, shown in report_options("tallies", "tables", TALLIES_TABLES).items()
            if table not in COUNTED
        ),
        quantities="results/tallies/quantities.csv",
    log:
        "results/logs/tallies/table.log",
    params:
        records=TALLIES_RECORDS,
    shell:
        "relecture tallies table {params.records:q}"
        " --selected {input.selected:q}"
        " --published {input.published:q}"
        " --out results/tallies"
        " 2>&1 | tee {log:q}"


rule tallies_figures:
    """Every figure of the comparison."""
    input:
        metrics=expand("{record}/metrics.csv", record=TALLIES_RECORDS),
        history=expand("{record}/history.csv", record=TALLIES_RECORDS),
        predictions=expand("{record}/predictions.parquet", record=TALLIES_RECORDS),
        counts=expand("results/tallies/count/{variant}/digits.parquet", variant=CLASSIFIERS),
        selected="results/tallies/search/selected.json",
        validation=multiext("results/tallies/validation/", "classifier.pt", "reliability.csv", "temperature.json"),
        mnist="resources/mnist.json",
        cells="results/tallies/data/cells.npz",
        cell_crops="results/tallies/data/cell_crops.npz",
        sheets=PAGES,
        truth=TRUTH,
        code=source_files("relecture.tallies.figures.draw_all:draw"),
    output:
        expand("results/tallies/figures/{figure}.png", figure=TALLIES_FIGURES),
        *(
            report(f"results/tallies/figures/{figure}.svg", **shown)
            for figure, shown in report_options("tallies", "figures", TALLIES_FIGURES).items()
        ),
    log:
        "results/logs/tallies/figures.log",
    params:
        counting=run_config.tallies.counting.as_dict(),
        truth=f"--truth {shlex.quote(TRUTH[0])}" if TRUTH else "",
        sheets=lambda w: SHEETS,
    shell:
        "relecture tallies figures"
        " --results results/tallies"
        " --sheets {params.sheets:q}"
        " {params.truth}"
        " --mnist {input.mnist:q}"
        " --quality-threshold {params.counting[quality_threshold]}"
        " --n-permutations {params.counting[n_permutations]}"
        " 2>&1 | tee {log:q}"


rule tallies_portrait:
    """The overview figure of one record, for its run in MLflow."""
    input:
        **record_files("{record}"),
        code=source_files("relecture.tallies.figures.overview:overview"),
    output:
        multiext("{record}/overview", ".svg", ".png"),
    log:
        "results/logs/overviews/{record}.log",
    wildcard_constraints:
        record="|".join(TALLIES_RECORDS),
    shell:
        "relecture tallies overview"
        " --record {wildcards.record:q}"
        " --out {wildcards.record:q}/overview"
        " 2>&1 | tee {log:q}"
