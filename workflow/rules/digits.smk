# digits: none, ridge, dropout, early stopping, logistic regression or LDA on MNIST?
#
# needs   resources/mnist.json
# makes   results/digits/<method>/   a record each, ridge_search among them
#         results/digits/table.*, differences.*, quantities.csv, figures/

from relecture import digits

DIGITS_RECORDS = expand("results/digits/{method}", method=digits.METHODS)
DIGITS_TABLES = {"table": "printed and reproduced", "differences": "paired differences"}
DIGITS_FIGURES = {
    "test_error": "test error, printed and reproduced",
    "curves": "training against validation loss",
    "weights": "distribution of the weights",
    "confusion": "confusion matrix",
    "confidently_wrong": "most confidently wrong",
}
DIGITS_CHAPTER = {
    "numbers": [
        *expand("results/digits/{name}.csv", name=["table", "differences", "quantities"]),
        "results/digits/plain/params.json",
    ],
    "page": chapter_spec("digits", DIGITS_TABLES, DIGITS_FIGURES),
    "print": chapter_spec("digits", DIGITS_TABLES, ["test_error", "curves", "confidently_wrong"]),
}


rule digits:
    """The whole comparison."""
    input:
        "results/digits/table.csv",
        expand("results/digits/figures/{figure}.svg", figure=DIGITS_FIGURES),
        expand("{record}/overview.png", record=[*DIGITS_RECORDS, "results/digits/ridge_search"]),


rule digits_data:
    """Images and labels as one file that loads fast."""
    input:
        manifest="resources/mnist.json",
        code=source_files("relecture.data.mnist:load") + source_files("relecture.digits.data:save"),
    output:
        images="results/digits/data/mnist.npz",
    log:
        "results/logs/digits/data.log",
    shell:
        "relecture digits data" " --manifest {input.manifest:q}" " --out {output.images:q}" " 2>&1 | tee {log:q}"


rule digits_fit:
    """One method."""
    input:
        images="results/digits/data/mnist.npz",
        code=lambda w: source_files(digits.METHODS[w.method]),
    output:
        **record_files("results/digits/{method}"),
        model=directory("results/digits/{method}/model"),
    log:
        "results/logs/digits/{method}.log",
    benchmark:
        "results/benchmarks/digits/{method}.tsv"
    wildcard_constraints:
        method="|".join(method for method in digits.METHODS if method != "ridge"),
    # The choice of the strength first, for ridge waits for it; then the long ones.
    priority: 20
    threads: 1
    params:
        config=lambda w: to_json(run_config.digits.method(w.method)),
        validation=run_config.digits.validation_images,
        method=lambda w: w.method,
        rule="digits_fit",
        search="",
    shell:
        "relecture digits --threads {threads} fit"
        " --method {params.method}"
        " --config-json {params.config:q}"
        " --data {input.images:q}"
        " --validation-images {params.validation}"
        " --checkpoint-dir scratch/digits/{params.method}"
        " {params.search}"
        " --out results/digits/{params.method}"
        " --rule {params.rule}"
        " 2>&1 | tee {log:q}"


use rule digits_fit as digits_ridge_search with:
    input:
        images="results/digits/data/mnist.npz",
        code=source_files(digits.SEARCH["ridge_search"]),
    output:
        **record_files("results/digits/ridge_search"),
        model=directory("results/digits/ridge_search/model"),
    log:
        "results/logs/digits/ridge_search.log",
    benchmark:
        "results/benchmarks/digits/ridge_search.tsv"
    priority: 50
    params:
        config=to_json(run_config.digits.method("ridge_search")),
        validation=run_config.digits.validation_images,
        method="ridge_search",
        rule="digits_ridge_search",
        search="",


use rule digits_fit as digits_ridge with:
    input:
        images="results/digits/data/mnist.npz",
        search="results/digits/ridge_search/metrics.csv",
        code=source_files(digits.METHODS["ridge"]),
    output:
        **record_files("results/digits/ridge"),
        model=directory("results/digits/ridge/model"),
    log:
        "results/logs/digits/ridge.log",
    benchmark:
        "results/benchmarks/digits/ridge.tsv"
    priority: 40
    params:
        config=to_json(run_config.digits.method("ridge")),
        validation=run_config.digits.validation_images,
        method="ridge",
        rule="digits_ridge",
        search="--search results/digits/ridge_search",


rule digits_portrait:
    """One method by itself, as a figure for its run in MLflow."""
    input:
        **record_files("results/digits/{method}"),
        code=source_files("relecture.digits.figures:overview"),
    output:
        multiext("results/digits/{method}/overview", ".svg", ".png"),
    log:
        "results/logs/digits/{method}_portrait.log",
    shell:
        "relecture digits overview"
        " --record results/digits/{wildcards.method}"
        " --out results/digits/{wildcards.method}/overview"
        " 2>&1 | tee {log:q}"


rule digits_table:
    """Printed and reproduced side by side; paired differences; the numbers for the scorecard."""
    input:
        metrics=expand("{record}/metrics.csv", record=DIGITS_RECORDS),
        params=expand("{record}/params.json", record=DIGITS_RECORDS),
        published="config/published.yaml",
        code=source_files("relecture.digits.result_tables:table"),
    output:
        *(f"results/digits/{table}.{kind}" for table in DIGITS_TABLES for kind in ("csv", "md", "tex")),
        *(
            report(f"results/digits/{table}.html", **shown)
            for table, shown in report_options("digits", "tables", DIGITS_TABLES).items()
        ),
        quantities="results/digits/quantities.csv",
    log:
        "results/logs/digits/table.log",
    params:
        records=DIGITS_RECORDS,
    shell:
        "relecture digits table {params.records:q}"
        " --published {input.published:q}"
        " --out results/digits"
        " 2>&1 | tee {log:q}"


rule digits_figures:
    """Every figure of the comparison."""
    input:
        metrics=expand("{record}/metrics.csv", record=DIGITS_RECORDS),
        history=expand("{record}/history.csv", record=DIGITS_RECORDS),
        predictions=expand("{record}/predictions.parquet", record=DIGITS_RECORDS),
        models=expand("{record}/model", record=DIGITS_RECORDS),
        images="results/digits/data/mnist.npz",
        published="config/published.yaml",
        code=source_files("relecture.digits.figures:test_error"),
    output:
        expand("results/digits/figures/{figure}.png", figure=DIGITS_FIGURES),
        *(
            report(f"results/digits/figures/{figure}.svg", **shown)
            for figure, shown in report_options("digits", "figures", DIGITS_FIGURES).items()
        ),
    log:
        "results/logs/digits/figures.log",
    params:
        records=DIGITS_RECORDS,
    shell:
        "relecture digits figures {params.records:q}"
        " --published {input.published:q}"
        " --data {input.images:q}"
        " --out results/digits/figures"
        " 2>&1 | tee {log:q}"
