# clusters: k-means: number of clusters, restarts, interpretation, limits
#
# needs   resources/mnist.json, and users' CSV files
# makes   results/clusters/data/<data set>_profile.*   the profile of each data set
#         results/clusters/<data set>/<method>/, results/clusters/limits/   a record each
#
# Tables and figures: exhibits.smk.

from relecture import clusters

CLUSTERS_DATASETS = run_config.clusters.names()
PROFILED = [name for name in CLUSTERS_DATASETS if name != "images"]  # whose columns are pixels
# The content of each user's table.
USER_TABLES = {
    name: content_of(if_exists(run_config.clusters.source(name)), results(f"clusters/data/{name}_source.json"))
    for name in CLUSTERS_DATASETS
    if name not in clusters.DATASETS
}
RECORDS["clusters"] = [
    *(
        results(f"clusters/{name}/{method}")
        for name in CLUSTERS_DATASETS
        for method in run_config.clusters.methods(name)
    ),
    *expand(results("clusters/{method}"), method=clusters.LIMITS),
]
EXHIBIT_JOBS["clusters"] = {
    "tables": ExhibitJob(records=RECORDS["clusters"], files={"published": PUBLISHED}),
    "figures": ExhibitJob(
        records=RECORDS["clusters"],
        params={"data": results("clusters/data")},
        inputs=expand(results("clusters/data/{dataset}.npz"), dataset=clusters.DATASETS),
    ),
    "profile": ExhibitJob(
        params={"data": results("clusters/data"), "datasets": ",".join(PROFILED)},
        inputs=expand(results("clusters/data/{dataset}_profile{suffix}"), dataset=PROFILED, suffix=[".csv", ".json"]),
    ),
}


rule clusters:
    """The whole comparison."""
    input:
        exhibit_inputs(EXHIBIT_JOBS["clusters"]),
        results("clusters/table.csv"),
        results("clusters/profile.csv"),
        [results(report_file(EXHIBITS["clusters"], figure)) for figure in EXHIBITS["clusters"].figures],
        expand("{record}/overview.png", record=RECORDS["clusters"]),
        results("clusters/conclusions.json"),


rule clusters_user:
    """The user's data sets only, without the tables of all data sets."""
    input:
        [
            file
            for record in expand(results("clusters/{dataset}/{method}"), dataset=USER_TABLES, method=clusters.METHODS)
            for file in (*record_files(record).values(), f"{record}/model", f"{record}/overview.png")
        ],


rule clusters_data:
    """One data set, simulated or read from a file, and its profile."""
    input:
        source=lambda w: (
            USER_TABLES[w.dataset]
            if w.dataset in USER_TABLES
            else [file for file in [run_config.clusters.source(w.dataset)] if file]
        ),
        code=lambda w: source_files(
            clusters.DATASETS.get(w.dataset, clusters.USER_TABLE),
            clusters.USER_TABLE,  # which makes the profile of every data set
            "relecture.clusters.table_profiles:write",
        ),
    output:
        data=results("clusters/data/{dataset}.npz"),
        profile=[results(f"clusters/data/{{dataset}}_profile{suffix}") for suffix in (*TABLE_SUFFIXES, ".html")],
    log:
        results("logs/clusters/data_{dataset}.log"),
    params:
        profile=results("clusters/data/{dataset}_profile"),
        config=lambda w: to_json(run_config.clusters.dataset(w.dataset)),
        source=lambda w, input: (
            f"--source {shlex.quote(str(input.source))}" if input.source and w.dataset not in USER_TABLES else ""
        ),
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture clusters data"
        " --dataset {wildcards.dataset}"
        " --config-json {params.config:q}"
        " {params.source}"
        " --profile {params.profile:q}"
        " --out {output.data:q}"


rule clusters_fit:
    """One method on one data set."""
    input:
        data=results("clusters/data/{dataset}.npz"),
        code=lambda w: source_files(
            clusters.METHODS[w.method],
            "relecture.clusters.row_sample:record_sample",
            "relecture.prediction.model:add_model",
        ),
    output:
        **record_files(results("clusters/{dataset}/{method}")),
        model=directory(results("clusters/{dataset}/{method}/model")),
    log:
        results("logs/clusters/{dataset}_{method}.log"),
    benchmark:
        results("benchmarks/clusters/{dataset}_{method}.tsv")
    wildcard_constraints:
        dataset="|".join(CLUSTERS_DATASETS),
        method="|".join(clusters.METHODS),
    priority: 10
    threads: 1
    params:
        rule="clusters_fit",
        config=lambda w: to_json(run_config.clusters.method(w.method, w.dataset)),
        out=subpath(output.metrics, parent=True),
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture clusters --threads {threads} fit"
        " --method {wildcards.method}"
        " --config-json {params.config:q}"
        " --data {input.data:q}"
        " --out {params.out:q}"
        " --rule {params.rule}"


rule clusters_limits:
    """The limits of k-means, on simulated data."""
    input:
        code=source_files(clusters.LIMITS["limits"], "relecture.prediction.model:add_model"),
    output:
        **record_files(results("clusters/limits")),
        model=directory(results("clusters/limits/model")),
    log:
        results("logs/clusters/limits.log"),
    benchmark:
        results("benchmarks/clusters/limits.tsv")
    priority: 20
    threads: 1
    params:
        rule="clusters_limits",
        config=to_json(run_config.clusters.method("limits")),
        out=subpath(output.metrics, parent=True),
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture clusters --threads {threads} limits"
        " --config-json {params.config:q}"
        " --out {params.out:q}"
        " --rule {params.rule}"
