# salaries: linear regression, lasso, relaxed lasso or a network on Hitters?
#
# needs   resources/hitters.json, or the CSV file of a table of one's own
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
    "page": chapter("salaries", SALARIES_TABLES, SALARIES_FIGURES),
    "print": chapter("salaries", SALARIES_TABLES, ["splits", "lasso_path"]),
}
SALARIES_SUBJECT = settings.salaries.subject()


rule salaries:
    """The whole comparison."""
    input:
        "results/salaries/table.csv",
        expand("results/salaries/figures/{figure}.svg", figure=SALARIES_FIGURES),
        expand("{record}/portrait.png", record=SALARIES_RECORDS),


rule salaries_data:
    """The rows without a missing value, coded as in R."""
    input:
        source=lambda w: (
            [settings.salaries.source()]
            if settings.salaries.data.is_the_book_s
            else file_there(settings.salaries.source())
        ),
        code=code("relecture.data.hitters:load") + code("relecture.salaries.user_table:read"),
    output:
        table="results/salaries/data/table.csv",
    log:
        "results/logs/salaries/data.log",
    params:
        spec=text(settings.salaries.table()),
        source=settings.salaries.source(),
    shell:
        "relecture salaries data"
        " --spec {params.spec:q}"
        " --source {params.source:q}"
        " --out {output.table:q}"
        " 2>&1 | tee {log:q}"


rule salaries_splits:
    """The splits of one protocol, drawn as R draws them."""
    input:
        table="results/salaries/data/table.csv",
        code=code("relecture.salaries.data:draw"),
    output:
        splits="results/salaries/data/{protocol}.parquet",
    log:
        "results/logs/salaries/splits_{protocol}.log",
    params:
        spec=lambda w: text(settings.salaries.splits(w.protocol)),
    shell:
        "relecture salaries splits"
        " --spec {params.spec:q}"
        " --data {input.table:q}"
        " --out {output.splits:q}"
        " 2>&1 | tee {log:q}"


rule salaries_fit:
    """One method on the splits of one protocol."""
    input:
        table="results/salaries/data/table.csv",
        splits="results/salaries/data/{protocol}.parquet",
        code=lambda w: code(salaries.METHODS[w.method]),
    output:
        **record("results/salaries/{protocol}/{method}"),
        model=directory("results/salaries/{protocol}/{method}/model"),
    log:
        "results/logs/salaries/{protocol}_{method}.log",
    benchmark:
        "results/benchmarks/salaries/{protocol}_{method}.tsv"
    priority: 10
    threads: 1
    params:
        spec=lambda w: text(settings.salaries.method(w.protocol, w.method)),
        out=lambda w: f"results/salaries/{w.protocol}/{w.method}",
        subject=f"--subject {shlex.quote(text(SALARIES_SUBJECT))}" if SALARIES_SUBJECT else "",
    shell:
        "relecture salaries --threads {threads} fit"
        " --protocol {wildcards.protocol}"
        " --method {wildcards.method}"
        " --spec {params.spec:q}"
        " --data {input.table:q}"
        " --splits {input.splits:q}"
        " --scratch scratch/salaries/{wildcards.protocol}/{wildcards.method}"
        " --out {params.out:q}"
        " {params.subject}"
        " --rule salaries_fit"
        " 2>&1 | tee {log:q}"


rule salaries_portrait:
    """One method by itself, as a figure for its run in MLflow."""
    input:
        **record("results/salaries/{protocol}/{method}"),
        code=code("relecture.salaries.figures:portrait"),
    output:
        multiext("results/salaries/{protocol}/{method}/portrait", ".svg", ".png"),
    log:
        "results/logs/salaries/{protocol}_{method}_portrait.log",
    params:
        record=lambda w: f"results/salaries/{w.protocol}/{w.method}",
    shell:
        "relecture salaries portrait"
        " --record {params.record:q}"
        " --out {params.record:q}/portrait"
        " 2>&1 | tee {log:q}"


rule salaries_table:
    """Printed and reproduced side by side; paired differences; the numbers for the scorecard."""
    input:
        metrics=expand("{record}/metrics.csv", record=SALARIES_RECORDS),
        params=expand("{record}/params.json", record=SALARIES_RECORDS),
        splits="results/salaries/data/resampled.parquet",
        published="config/published.yaml",
        code=code("relecture.salaries.result_tables:table"),
    output:
        *(f"results/salaries/{table}.{kind}" for table in SALARIES_TABLES for kind in ("csv", "md", "tex")),
        *(
            report(f"results/salaries/{table}.html", **shown)
            for table, shown in in_report("salaries", "tables", SALARIES_TABLES).items()
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
        code=code("relecture.salaries.figures:splits"),
    output:
        expand("results/salaries/figures/{figure}.png", figure=SALARIES_FIGURES),
        *(
            report(f"results/salaries/figures/{figure}.svg", **shown)
            for figure, shown in in_report("salaries", "figures", SALARIES_FIGURES).items()
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
