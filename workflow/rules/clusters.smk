# clusters: k-means: how many clusters, how many restarts, and what do they mean?
#
# needs   resources/mnist.json, and the CSV files of own data sets
# makes   results/clusters/<data set>/<method>/, results/clusters/limits/   a record each
#         results/clusters/table.* and other tables, quantities.csv, figures/

from relecture import clusters

CLUSTERS_DATASETS = run_config.clusters.names()
CLUSTERS_RECORDS = [
    *expand("results/clusters/{dataset}/{method}", dataset=CLUSTERS_DATASETS, method=clusters.METHODS),
    *expand("results/clusters/{method}", method=clusters.LIMITS),
]
CLUSTERS_TABLES = {
    "table": "the labs, printed and reproduced",
    "restarts": "how many restarts are enough",
    "optima": "local optima and their frequencies",
    "six_runs": "how likely the lecture's six runs are",
    "elbow": "how many clusters",
    "features": "distinctive features",
    "crosstab": "clusters and digits",
    "limits": "what k-means cannot do",
}
CLUSTERS_FIGURES = {
    "steps": "the algorithm step by step",
    "descent": "sum of squares by iteration",
    "six_runs": "six runs",
    "optima": "local optima and their frequencies",
    "success": "how many restarts are enough",
    "elbow": "how many clusters",
    "features": "distinctive features of the states",
    "images": "centroids and members of the images",
    "crosstab": "clusters and digits",
    "soft": "hard against soft assignment",
    "spread": "unequal spread",
    "outliers": "outliers",
    "music": "music tastes",
}
CLUSTERS_CHAPTER = {
    "numbers": [
        *expand("results/clusters/{name}.csv", name=["elbow", "restarts", "features"]),
        "results/clusters/images/elbow/params.json",
    ],
    "page": chapter_spec("clusters", CLUSTERS_TABLES, CLUSTERS_FIGURES),
    "print": chapter_spec(
        "clusters",
        ["table", "elbow", "six_runs"],
        ["steps", "six_runs", "success", "elbow", "images"],
    ),
}


rule clusters:
    """The whole comparison."""
    input:
        "results/clusters/table.csv",
        expand("results/clusters/figures/{figure}.svg", figure=CLUSTERS_FIGURES),
        expand("{record}/overview.png", record=CLUSTERS_RECORDS),


rule clusters_own:
    """The data sets of one's own only, without what compares all."""
    input:
        expand(
            "results/clusters/{dataset}/{method}/overview.png",
            dataset=[own.name for own in run_config.clusters.datasets],
            method=clusters.METHODS,
        ),


rule clusters_data:
    """One data set, drawn or read."""
    input:
        source=lambda w: (
            [file for file in [run_config.clusters.source(w.dataset)] if file]
            if w.dataset in clusters.DATASETS
            else if_exists(run_config.clusters.source(w.dataset))
        ),
        code=lambda w: source_files(clusters.DATASETS.get(w.dataset, clusters.OWN)),
    output:
        data="results/clusters/data/{dataset}.npz",
    log:
        "results/logs/clusters/data_{dataset}.log",
    params:
        config=lambda w: to_json(run_config.clusters.dataset(w.dataset)),
        source=lambda w, input: f"--source {shlex.quote(str(input.source))}" if input.source else "",
    shell:
        "relecture clusters data"
        " --dataset {wildcards.dataset}"
        " --config-json {params.config:q}"
        " {params.source}"
        " --out {output.data:q}"
        " 2>&1 | tee {log:q}"


rule clusters_fit:
    """One method on one data set."""
    input:
        data="results/clusters/data/{dataset}.npz",
        code=lambda w: source_files(clusters.METHODS[w.method]),
    output:
        **record_files("results/clusters/{dataset}/{method}"),
        model=directory("results/clusters/{dataset}/{method}/model"),
    log:
        "results/logs/clusters/{dataset}_{method}.log",
    benchmark:
        "results/benchmarks/clusters/{dataset}_{method}.tsv"
    wildcard_constraints:
        dataset="|".join(CLUSTERS_DATASETS),
        method="|".join(clusters.METHODS),
    priority: 10
    threads: 1
    params:
        config=lambda w: to_json(run_config.clusters.method(w.method, w.dataset)),
        out=lambda w: f"results/clusters/{w.dataset}/{w.method}",
    shell:
        "relecture clusters --threads {threads} fit"
        " --method {wildcards.method}"
        " --config-json {params.config:q}"
        " --data {input.data:q}"
        " --out {params.out:q}"
        " --rule clusters_fit"
        " 2>&1 | tee {log:q}"


rule clusters_limits:
    """What k-means cannot do, on simulated data."""
    input:
        code=source_files(clusters.LIMITS["limits"]),
    output:
        **record_files("results/clusters/limits"),
        model=directory("results/clusters/limits/model"),
    log:
        "results/logs/clusters/limits.log",
    benchmark:
        "results/benchmarks/clusters/limits.tsv"
    priority: 20
    threads: 1
    params:
        config=to_json(run_config.clusters.method("limits")),
    shell:
        "relecture clusters --threads {threads} limits"
        " --config-json {params.config:q}"
        " --out results/clusters/limits"
        " --rule clusters_limits"
        " 2>&1 | tee {log:q}"


rule clusters_portrait:
    """One record by itself, as a figure for its run in MLflow."""
    input:
        **record_files("{record}"),
        model="{record}/model",
        code=source_files("relecture.clusters.figures.overview:overview"),
    output:
        multiext("{record}/overview", ".svg", ".png"),
    log:
        "results/logs/overviews/{record}.log",
    wildcard_constraints:
        record="|".join(CLUSTERS_RECORDS),
    shell:
        "relecture clusters overview"
        " --record {wildcards.record:q}"
        " --out {wildcards.record:q}/overview"
        " 2>&1 | tee {log:q}"


rule clusters_table:
    """Every table, and the numbers for the scorecard."""
    input:
        metrics=expand("{record}/metrics.csv", record=CLUSTERS_RECORDS),
        predictions=expand("{record}/predictions.parquet", record=CLUSTERS_RECORDS),
        params=expand("{record}/params.json", record=CLUSTERS_RECORDS),
        models=expand("{record}/model", record=CLUSTERS_RECORDS),
        published="config/published.yaml",
        code=source_files("relecture.clusters.result_tables:table"),
    output:
        *(f"results/clusters/{table}.{kind}" for table in CLUSTERS_TABLES for kind in ("csv", "md", "tex")),
        *(
            report(f"results/clusters/{table}.html", **shown)
            for table, shown in report_options("clusters", "tables", CLUSTERS_TABLES).items()
        ),
        quantities="results/clusters/quantities.csv",
    log:
        "results/logs/clusters/table.log",
    params:
        records=CLUSTERS_RECORDS,
    shell:
        "relecture clusters table {params.records:q}"
        " --published {input.published:q}"
        " --out results/clusters"
        " 2>&1 | tee {log:q}"


rule clusters_figures:
    """Every figure of the comparison."""
    input:
        metrics=expand("{record}/metrics.csv", record=CLUSTERS_RECORDS),
        history=expand("{record}/history.csv", record=CLUSTERS_RECORDS),
        predictions=expand("{record}/predictions.parquet", record=CLUSTERS_RECORDS),
        models=expand("{record}/model", record=CLUSTERS_RECORDS),
        data=expand("results/clusters/data/{dataset}.npz", dataset=clusters.DATASETS),
        code=source_files("relecture.clusters.figures:FIGURES"),
    output:
        expand("results/clusters/figures/{figure}.png", figure=CLUSTERS_FIGURES),
        *(
            report(f"results/clusters/figures/{figure}.svg", **shown)
            for figure, shown in report_options("clusters", "figures", CLUSTERS_FIGURES).items()
        ),
    log:
        "results/logs/clusters/figures.log",
    params:
        records=CLUSTERS_RECORDS,
    shell:
        "relecture clusters figures {params.records:q}"
        " --data results/clusters/data"
        " --out results/clusters/figures"
        " 2>&1 | tee {log:q}"
