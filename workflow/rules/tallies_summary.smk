# tallies, what it comes to: the reader calibrated, the sheets counted, tables and figures.
#
# needs   results/tallies/data/, and every record of the comparison
# makes   results/tallies/validation/, results/tallies/count/{pretrained,transferred,prior_corrected}/
#         results/tallies/table.* and other tables, quantities.csv, figures/, <record>/overview.*

TALLIES_TABLES = {
    "table": "digits read before and after transfer",
    "differences": "paired differences",
    "labels": "how many labels are worth it",
    "selected": "the space of the search",
    "totals": "the votes of each party",
    "districts": "does the reading change a winner",
    "quality": "sheets of high and low quality",
    "checking": "how many sheets must be checked",
}
COUNTED = list(TALLIES_TABLES)[4:]  # tables of the count
TALLIES_FIGURES = {
    "pages": "pages with tally sheets",
    "cells": "cells beside MNIST",
    "hyperparameters": "accuracy against each hyperparameter",
    "budget": "accuracy against budget",
    "transfer": "ways of transfer",
    "labels": "how many labels are worth it",
    "confusion": "confusion matrix",
    "misread": "misread cells",
    "attribution": "what the network looks at",
    "reliability": "reliability before and after",
    "reading": "one sheet and its reading",
    "quality": "quality by station and district",
    "result": "the votes as counted",
    "groups": "sheets of high and low quality",
    "checking": "sheets to check",
    "margins": "does the reading change a winner",
}
# The true votes: simulated, or a file beside sheets of one's own if there is one.
TRUTH = if_exists(f"{SHEETS}/truth.csv") if OWN_SHEETS else ["results/tallies/data/truth.csv"]
READERS = {
    "pretrained": "results/tallies/base/selected/model",
    "transferred": "results/tallies/validation/reader.pt",
    "prior_corrected": "results/tallies/validation/reader.pt",
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
        ["pages", "labels", "attribution", "result"],
    ),
}


rule tallies:
    """The whole comparison."""
    input:
        expand("results/tallies/{table}.csv", table=TALLIES_TABLES),
        expand("results/tallies/figures/{figure}.svg", figure=TALLIES_FIGURES),
        expand("{record}/overview.png", record=TALLIES_RECORDS),


rule tallies_own:
    """The count alone, as for sheets of one's own, without what compares networks and ways of transfer."""
    input:
        expand("results/tallies/{table}.html", table=COUNTED),


rule tallies_validate:
    """The model that counts, made as sure of itself as it is right."""
    input:
        **record_files("results/tallies/final"),
        model="results/tallies/final/model",
        code=source_files("relecture.tallies.networks.calibration:calibrate"),
    output:
        multiext("results/tallies/validation/", "reliability.csv", "temperature.json"),
        reader="results/tallies/validation/reader.pt",
    log:
        "results/logs/tallies/validate.log",
    shell:
        "relecture tallies validate"
        " --final results/tallies/final"
        " --out results/tallies/validation"
        " 2>&1 | tee {log:q}"


rule tallies_count:
    """The votes on all sheets, by one reader."""
    input:
        cut="results/tallies/data/cell_crops.npz",
        reader=lambda w: READERS[w.reading],
        code=source_files("relecture.tallies.counting.vote_counts:count_folder"),
    output:
        multiext("results/tallies/count/{reading}/", "digits.parquet", "counts.csv", "totals.csv"),
    log:
        "results/logs/tallies/count_{reading}.log",
    wildcard_constraints:
        reading="|".join(READERS),
    threads: 1
    params:
        reader=lambda w, input: f"{input.reader}/reader.pt" if w.reading == "pretrained" else input.reader,
        prior=lambda w: "--prior" if w.reading == "prior_corrected" else "--no-prior",
    shell:
        "relecture tallies --threads {threads} count"
        " --cut {input.cut:q}"
        " --reader {params.reader:q}"
        " {params.prior}"
        " --out results/tallies/count/{wildcards.reading}"
        " 2>&1 | tee {log:q}"


rule tallies_outcome:
    """Totals against the truth, districts, quality, and how many sheets a person has to check."""
    input:
        counts=expand("results/tallies/count/{reading}/digits.parquet", reading=READERS),
        cut="results/tallies/data/cell_crops.npz",
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
        counting=run_config.tallies.counting.model_dump(),
        truth=f"--truth {shlex.quote(TRUTH[0])}" if TRUTH else "",
    shell:
        "relecture tallies outcome"
        " --count results/tallies/count"
        " --cut {input.cut:q}"
        " {params.truth}"
        " --high {params.counting[quality_threshold]}"
        " --orders {params.counting[n_permutations]}"
        " --out results/tallies"
        " 2>&1 | tee {log:q}"


rule tallies_table:
    """Networks before and after transfer, differences, labels, the search; the numbers for the scorecard."""
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
        counts=expand("results/tallies/count/{reading}/digits.parquet", reading=READERS),
        selected="results/tallies/search/selected.json",
        validation=multiext("results/tallies/validation/", "reader.pt", "reliability.csv", "temperature.json"),
        mnist="resources/mnist.json",
        cells="results/tallies/data/cells.npz",
        cut="results/tallies/data/cell_crops.npz",
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
        counting=run_config.tallies.counting.model_dump(),
        truth=f"--truth {shlex.quote(TRUTH[0])}" if TRUTH else "",
        sheets=lambda w: SHEETS,
    shell:
        "relecture tallies figures"
        " --results results/tallies"
        " --sheets {params.sheets:q}"
        " {params.truth}"
        " --mnist {input.mnist:q}"
        " --high {params.counting[quality_threshold]}"
        " --orders {params.counting[n_permutations]}"
        " 2>&1 | tee {log:q}"


rule tallies_portrait:
    """One record by itself, as a figure for its run in MLflow."""
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
