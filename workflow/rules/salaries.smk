# salaries: linear models, neighbours, trees and networks on Hitters
#
# needs   resources/hitters.json, or a user's CSV file
# makes   results/salaries/profile.*                    the profile of the table
#         results/salaries/{book,resampled}/<method>/, results/salaries/learning_curve/   a record each
#
# Tables and figures: exhibits.smk.

from relecture import salaries

# The players are counted, and those of a user's table are not.
HITTERS = {"source": run_config.salaries.source()} if run_config.salaries.data.is_isl_table else {}
RECORDS["salaries"] = [
    *expand(results("salaries/{protocol}/{method}"), protocol=salaries.PROTOCOLS, method=run_config.salaries.methods()),
    *expand(results("salaries/{method}"), method=salaries.LEARNING_CURVE),
]
EXHIBIT_JOBS["salaries"] = {
    job: ExhibitJob(
        records=RECORDS["salaries"],
        files={
            "published": PUBLISHED,
            "splits": results("salaries/data/resampled.parquet"),
            **(HITTERS if job == "tables" else {}),
        },
    )
    for job in ("tables", "figures")
}
SALARIES_LABELS = run_config.salaries.labels()
SALARIES_LABELS_OPTION = f"--labels-json {shlex.quote(to_json(SALARIES_LABELS))}" if SALARIES_LABELS else ""
SALARIES_SOURCE = (
    [run_config.salaries.source()]
    if run_config.salaries.data.is_isl_table
    else content_of(if_exists(run_config.salaries.source()), results("salaries/data/source.json"))
)
(SALARIES_PROFILE,) = EXHIBITS["salaries"].of_job("data")


rule salaries:
    """The whole comparison."""
    input:
        exhibit_inputs(EXHIBIT_JOBS["salaries"]),
        results("salaries/table.csv"),
        [results(report_file(EXHIBITS["salaries"], figure)) for figure in EXHIBITS["salaries"].figures],
        expand("{record}/overview.png", record=RECORDS["salaries"]),
        results("salaries/conclusions.json"),


rule salaries_data:
    """The rows without missing values, coded as in R and one-hot, and the profile of the table."""
    input:
        source=lambda w: SALARIES_SOURCE,
        code=source_files("relecture.data.hitters:load", "relecture.salaries.user_table:read"),
    output:
        table=results("salaries/data/table.csv"),
        one_hot=results("salaries/data/one_hot.csv"),
        inputs=expand(results("salaries/data/{table}_inputs.json"), table=["table", "one_hot"]),
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
        " --out-one-hot {output.one_hot:q}"


rule salaries_splits:
    """The splits of one protocol, drawn as R draws them."""
    input:
        table=results("salaries/data/table.csv"),
        code=source_files("relecture.salaries.data:draw_splits", "relecture.data_files"),
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
        table=lambda w: results(f"salaries/data/{'one_hot' if w.method in salaries.ONE_HOT else 'table'}.csv"),
        inputs=lambda w: results(f"salaries/data/{'one_hot' if w.method in salaries.ONE_HOT else 'table'}_inputs.json"),
        splits=results("salaries/data/{protocol}.parquet"),
        code=lambda w: source_files(salaries.METHODS[w.method], "relecture.prediction.model:add_model"),
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
        labels=SALARIES_LABELS_OPTION,
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


rule salaries_learning_curve:
    """Every method on training sets of several sizes."""
    input:
        table=results("salaries/data/table.csv"),
        one_hot=results("salaries/data/one_hot.csv"),
        splits=results("salaries/data/resampled.parquet"),
        code=source_files(*salaries.LEARNING_CURVE.values(), "relecture.prediction.model:add_model"),
    output:
        **record_files(results("salaries/learning_curve")),
        model=directory(results("salaries/learning_curve/model")),
    log:
        results("logs/salaries/learning_curve.log"),
    benchmark:
        results("benchmarks/salaries/learning_curve.tsv")
    priority: 10
    threads: 1
    params:
        rule="salaries_learning_curve",
        config=to_json(run_config.salaries.learning_curve_fit()),
        labels=SALARIES_LABELS_OPTION,
        checkpoints=results("checkpoints/salaries/learning_curve"),
        out=subpath(output.metrics, parent=True),
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture salaries --threads {threads} learning-curve"
        " --config-json {params.config:q}"
        " --data {input.table:q}"
        " --one-hot {input.one_hot:q}"
        " --splits {input.splits:q}"
        " --checkpoint-dir {params.checkpoints:q}"
        " --out {params.out:q}"
        " {params.labels}"
        " --rule {params.rule}"
