# salaries: linear regression, lasso, relaxed lasso or a network on Hitters?
#
# needs   resources/hitters.json, or a user's CSV file
# makes   results/salaries/{book,resampled}/<method>/   a record each
#         results/salaries/table.*, differences.*, quantities.csv, figures/

from relecture import salaries

SALARIES_RECORDS = expand("results/salaries/{protocol}/{method}", protocol=salaries.PROTOCOLS, method=salaries.METHODS)
SALARIES_TABLES = {"table": "error and R² of each method", "differences": "paired differences"}
SALARIES_FIGURES = {
    "splits": "error over random splits",
    "lasso_path": "lasso path and cross-validation",
    "residuals": "residuals",
}
SALARIES_CHAPTER = {
    "numbers": expand("results/salaries/{name}", name=["table.csv", "differences.csv", "book/linear/params.json"]),
    "page": chapter_spec("salaries", SALARIES_TABLES, SALARIES_FIGURES),
    "print": chapter_spec("salaries", SALARIES_TABLES, ["splits", "lasso_path"]),
}
SALARIES_LABELS = run_config.salaries.labels()


rule salaries:
    """The whole comparison."""
    input:
        "results/salaries/table.csv",
        expand("results/salaries/figures/{figure}.svg", figure=SALARIES_FIGURES),
        expand("{record}/overview.png", record=SALARIES_RECORDS),


rule salaries_data:
    """The rows without a missing value, coded as in R."""
    input:
        source=lambda w: (
            [run_config.salaries.source()]
            if run_config.salaries.data.is_isl_table
            else if_exists(run_config.salaries.source())
        ),
        code=source_files("relecture.data.hitters:load") + source_files("relecture.salaries.user_table:read"),
    output:
        table="results/salaries/data/table.csv",
    log:
        "results/logs/salaries/data.log",
    params:
        config=to_json(run_config.salaries.data_job()),
        source=run_config.salaries.source(),
    shell:
        "relecture salaries data"
        " --config-json {params.config:q}"
        " --source {params.source:q}"
        " --out {output.table:q}"
        " 2>&1 | tee {log:q}"


rule salaries_splits:
    """The splits of one protocol, drawn as R draws them."""
    input:
        table="results/salaries/data/table.csv",
        code=source_files("relecture.salaries.data:draw_splits"),
    output:
        splits="results/salaries/data/{protocol}.parquet",
    log:
        "results/logs/salaries/splits_{protocol}.log",
    params:
        config=lambda w: to_json(run_config.salaries.splits(w.protocol)),
    shell:
        "relecture salaries splits"
        " --config-json {params.config:q}"
        " --data {input.table:q}"
        " --out {output.splits:q}"
        " 2>&1 | tee {log:q}"


rule salaries_fit:
    """One method on the splits of one protocol."""
    input:
        table="results/salaries/data/table.csv",
        splits="results/salaries/data/{protocol}.parquet",
        code=lambda w: source_files(salaries.METHODS[w.method]),
    output:
        **record_files("results/salaries/{protocol}/{method}"),
        model=directory("results/salaries/{protocol}/{method}/model"),
    log:
        "results/logs/salaries/{protocol}_{method}.log",
    benchmark:
        "results/benchmarks/salaries/{protocol}_{method}.tsv"
    priority: 10
    threads: 1
    params:
        config=lambda w: to_json(run_config.salaries.method(w.protocol, w.method)),
        out=lambda w: f"results/salaries/{w.protocol}/{w.method}",
        labels=f"--labels-json {shlex.quote(to_json(SALARIES_LABELS))}" if SALARIES_LABELS else "",
    shell:
        "relecture salaries --threads {threads} fit"
        " --protocol {wildcards.protocol}"
        " --method {wildcards.method}"
        " --config-json {params.config:q}"
        " --data {input.table:q}"
        " --splits {input.splits:q}"
        " --checkpoint-dir scratch/salaries/{wildcards.protocol}/{wildcards.method}"
        " --out {params.out:q}"
        " {params.labels}"
        " --rule salaries_fit"
        " 2>&1 | tee {log:q}"


rule salaries_portrait:
    """One method by itself, as a figure for its run in MLflow."""
    input:
        **record_files("results/salaries/{protocol}/{method}"),
        code=source_files("relecture.salaries.figures:overview"),
    output:
        multiext("results/salaries/{protocol}/{method}/overview", ".svg", ".png"),
    log:
        "results/logs/salaries/{protocol}_{method}_portrait.log",
    params:
        record=lambda w: f"results/salaries/{w.protocol}/{w.method}",
    shell:
        "relecture salaries overview"
        " --record {params.record:q}"
        " --out {params.record:q}/overview"
        " 2>&1 | tee {log:q}"


rule salaries_table:
    """Printed and reproduced side by side; paired differences; the numbers for the scorecard."""
    input:
        metrics=expand("{record}/metrics.csv", record=SALARIES_RECORDS),
        params=expand("{record}/params.json", record=SALARIES_RECORDS),
        splits="results/salaries/data/resampled.parquet",
        published="config/published.yaml",
        code=source_files("relecture.salaries.result_tables:table"),
    output:
        *(f"results/salaries/{table}.{kind}" for table in SALARIES_TABLES for kind in ("csv", "md", "tex")),
        *(
            report(f"results/salaries/{table}.html", **shown)
            for table, shown in report_options("salaries", "tables", SALARIES_TABLES).items()
        ),
        quantities="results/salaries/quantities.csv",
    log:
        "results/logs/salaries/table.log",
    params:
        records=SALARIES_RECORDS,
    shell:
        "relecture salaries table {params.records:q}"
        " --published {input.published:q}"
        " --splits {input.splits:q}"
        " --out results/salaries"
        " 2>&1 | tee {log:q}"


rule salaries_figures:
    """Every figure of the comparison."""
    input:
        metrics=expand("{record}/metrics.csv", record=SALARIES_RECORDS),
        history=expand("{record}/history.csv", record=SALARIES_RECORDS),
        predictions=expand("{record}/predictions.parquet", record=SALARIES_RECORDS),
        published="config/published.yaml",
        code=source_files("relecture.salaries.figures:splits"),
    output:
        expand("results/salaries/figures/{figure}.png", figure=SALARIES_FIGURES),
        *(
            report(f"results/salaries/figures/{figure}.svg", **shown)
            for figure, shown in report_options("salaries", "figures", SALARIES_FIGURES).items()
        ),
    log:
        "results/logs/salaries/figures.log",
    params:
        records=SALARIES_RECORDS,
    shell:
        "relecture salaries figures {params.records:q}"
        " --published {input.published:q}"
        " --out results/salaries/figures"
        " 2>&1 | tee {log:q}"
