# MLflow: the store, a run for every record, and the classifier of tally sheets in the model registry.
#
# needs   every record and its overview figure
# makes   results/tracking.json, results/synced.json, results/tallies/validation/registered.json
#
# While the jobs run, a follower copies what is complete (`onstart` in the Snakefile).

forget_lost_store(results("tracking.json"))


rule store:
    """The MLflow store and its experiments, before any job writes to them."""
    output:
        # Not the store itself: Snakemake would delete it before the job, or put a backup over it when the job fails.
        store=results("tracking.json"),
    log:
        results("logs/store.log"),
    params:
        address=redact(tracking_uri()),
        experiments=[
            f"--experiment={experiment_prefix()}{'/'.join(filter(None, [run_config.run.name, comparison]))}"
            for comparison in RECORDS
        ],
    shell:
        "exec &> >(tee {log:q})\n" "relecture tracking store" " {params.experiments:q}" " --out {output.store:q}"


rule sync:
    """Every record in MLflow: what the follower has not copied meanwhile."""
    input:
        [file for record in ALL_RECORDS for file in record_files(record).values()],
        overviews=expand("{record}/overview.png", record=ALL_RECORDS),
        registered=results("tallies/validation/registered.json"),
        # This file is rewritten whenever the store is created.
        store=results("tracking.json"),
        code=source_files("relecture.tracking.sync:sync_record"),
    output:
        runs=results("synced.json"),
    log:
        results("logs/sync.log"),
    params:
        records=ALL_RECORDS,
        prefix=experiment_prefix(),
        owner=run_owner(),
    shell:
        "exec &> >(tee {log:q})\n" "relecture tracking sync {params.records:q}" " --out {output.runs:q}"


rule register:
    """The calibrated classifier as a registered model, linked to the run of its record."""
    input:
        record_files(results("tallies/final")).values(),
        classifier=results("tallies/validation/classifier.pt"),
        cells=results("tallies/data/cells.npz"),
        overview=results("tallies/final/overview.png"),
        store=results("tracking.json"),
        code=source_files("relecture.tracking.model_registry:register", "relecture.tallies.registration"),
    output:
        registered=results("tallies/validation/registered.json"),
    log:
        results("logs/register.log"),
    params:
        results=subpath(output.registered, ancestor=3),
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture tallies register"
        " --results {params.results:q}"
        " --out {output.registered:q}"
