# Tables and figures of every comparison, and the overview figure of every record.
#
# needs   every record, and the inputs in EXHIBIT_JOBS
# makes   results/<comparison>/<table>.*, reproduced_values.csv, findings.csv, choices.csv, figures/<figure>.*
#         <record>/overview.*

COMPARISON_OF = {record: comparison for comparison, records in RECORDS.items() for record in records}
ALL_RECORDS = list(COMPARISON_OF)

for comparison, jobs in EXHIBIT_JOBS.items():
    for job_name, job in jobs.items():

        rule:
            """The tables or the figures of one comparison."""
            name:
                f"{comparison}_{job_name}"
            input:
                job.all_inputs,
                code=exhibit_sources(EXHIBITS[comparison], job_name),
            output:
                [results(file) for file in exhibit_files(EXHIBITS[comparison], job_name)],
                *(
                    report(
                        results(report_file(EXHIBITS[comparison], one)), **report_options(EXHIBITS[comparison], one)
                    )
                    for one in EXHIBITS[comparison].of_job(job_name)
                ),
                expand(
                    results("{comparison}/{file}.csv"),
                    comparison=comparison if job_name == "tables" else [],
                    file=["reproduced_values", "findings", "choices"],
                ),
            log:
                results(f"logs/{comparison}/{job_name}.log"),
            params:
                comparison=comparison,
                command=job_name.replace("_", "-"),
                arguments=job.arguments,
                out=subpath(output[0], parent=True),
            shell:
                "exec &> >(tee {log:q})\n"
                "relecture {params.comparison} {params.command} {params.arguments}"
                " --out {params.out:q}"


rule overview:
    """One record as a figure, for its run in MLflow."""
    input:
        **record_files("{record}"),
        model="{record}/model",
        code=lambda w: source_files(EXHIBITS[COMPARISON_OF[w.record]].overview),
    output:
        multiext("{record}/overview", ".svg", ".png"),
    log:
        "{record}/overview.log",
    wildcard_constraints:
        record="|".join(map(re.escape, ALL_RECORDS)),
    params:
        comparison=lambda w: COMPARISON_OF[w.record],
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture {params.comparison} overview"
        " --record {wildcards.record:q}"
        " --out {wildcards.record:q}/overview"
