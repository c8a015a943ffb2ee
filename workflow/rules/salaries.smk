# salaries: linear regression, lasso, relaxed lasso and a network on Hitters
#
# needs   resources/hitters.json, or a user's CSV file
# makes   results/salaries/profile.*                    the profile of the table
#         results/salaries/{book,resampled}/<method>/   a record each
#
# Tables and figures: exhibits.smk.

from relecture import salaries

RECORDS["salaries"] = expand(
    results("salaries/{protocol}/{method}"), protocol=salaries.PROTOCOLS, method=salaries.METHODS
)
EXHIBIT_JOBS["salaries"] = {
    "tables": ExhibitJob(
        records=RECORDS["salaries"],
        files={"published": PUBLISHED, "splits": results("salaries/data/resampled.parquet")},
    ),
    "figures": ExhibitJob(records=RECORDS["salaries"], files={"published": PUBLISHED}),
}
SALARIES_LABELS = run_config.salaries.labels()
(SALARIES_PROFILE,) = EXHIBITS["salaries"].of_job("data")


rule salaries:
    """The whole comparison."""
    input:
        results("salaries/table.csv"),
        [results(report_file(EXHIBITS["salaries"], figure)) for figure in EXHIBITS["salaries"].figures],
        expand("{record}/overview.png", record=RECORDS["salaries"]),


rule salaries_data:
    """The rows without missing values, coded as in R, and the profile of the table."""
    input:
        source=lambda w: (
            [run_config.salaries.source()]
            if run_config.salaries.data.is_isl_table
            else if_exists(run_config.salaries.source())
        ),
        code=source_files("relecture.data.hitters:load", "relecture.salaries.user_table:read"),
    output:
        table=results("salaries/data/table.csv"),
        profile=[results(file) for file in exhibit_files(EXHIBITS["salaries"], "data")],
        page=report(
            results(report_file(EXHIBITS["salaries"], SALARIES_PROFILE)),
            **report_options(EXHIBITS["salaries"], SALARIES_PROFILE),
        ),
    log:
        results("logs/salaries/data.log"),
    params:
        config=to_json(run_config.salaries.data_job()),
        source=run_config.salaries.source(),
        profile=subpath(output.page, parent=True),
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture salaries data"
        " --config-json {params.config:q}"
        " --source {params.source:q}"
        " --profile {params.profile:q}"
        " --out {output.table:q}"


rule salaries_splits:
    """The splits of one protocol, drawn as R draws them."""
    input:
        table=results("salaries/data/table.csv"),
        code=source_files("relecture.salaries.data:draw_splits"),
    output:
        splits=results("salaries/data/{protocol}.parquet"),
    log:
        results("logs/salaries/splits_{protocol}.log"),
    params:
        config=lambda w: to_json(run_config.salaries.splits(w.protocol)),
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture salaries splits"
        " --config-json {params.config:q}"
        " --data {input.table:q}"
        " --out {output.splits:q}"


rule salaries_fit:
    """One method on the splits of one protocol."""
    input:
        table=results("salaries/data/table.csv"),
        splits=results("salaries/data/{protocol}.parquet"),
        code=lambda w: source_files(salaries.METHODS[w.method]),
    output:
        **record_files(results("salaries/{protocol}/{method}")),
        model=directory(results("salaries/{protocol}/{method}/model")),
    log:
        results("logs/salaries/{protocol}_{method}.log"),
    benchmark:
        results("benchmarks/salaries/{protocol}_{method}.tsv")
    priority: 10
    threads: 1
    params:
        rule="salaries_fit",
        config=lambda w: to_json(run_config.salaries.method(w.protocol, w.method)),
        labels=f"--labels-json {shlex.quote(to_json(SALARIES_LABELS))}" if SALARIES_LABELS else "",
        checkpoints=results("checkpoints/salaries/{protocol}/{method}"),
        out=subpath(output.metrics, parent=True),
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture salaries --threads {threads} fit"
        " --protocol {wildcards.protocol}"
        " --method {wildcards.method}"
        " --config-json {params.config:q}"
        " --data {input.table:q}"
        " --splits {input.splits:q}"
        " --checkpoint-dir {params.checkpoints:q}"
        " --out {params.out:q}"
        " {params.labels}"
        " --rule {params.rule}"
