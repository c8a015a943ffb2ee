# Tables and figures of every comparison, and the overview figure of every record, drawn by one job per folder.
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


OVERVIEWS = {}  # the records of each folder, by its name
for record in ALL_RECORDS:
    OVERVIEWS.setdefault("_".join(Path(record).relative_to(results("")).parts[:-1]), []).append(record)

for folder, beside in OVERVIEWS.items():

    rule:
        """The records of one folder as figures, for their runs in MLflow."""
        name:
            f"overviews_{folder}"
        input:
            [file for record in beside for file in record_files(record).values()],
            models=expand("{record}/model", record=beside),
            code=source_files(EXHIBITS[COMPARISON_OF[beside[0]]].overview),
        output:
            expand("{record}/overview.{kind}", record=beside, kind=["svg", "png"]),
        log:
            results(f"logs/overviews_{folder}.log"),
        params:
            comparison=COMPARISON_OF[beside[0]],
            records=beside,
        shell:
            "exec &> >(tee {log:q})\n" "relecture {params.comparison} overviews {params.records:q}"
