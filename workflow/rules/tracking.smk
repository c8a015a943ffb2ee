# MLflow: the store, a run for every record, and the classifier of tally sheets in the model registry.
#
# needs   every record
# makes   results/tracking.json, <record>/mlflow_run.json, results/tallies/validation/registered.json

STORE = local_store()


rule sync:
    """Every record in MLflow, and the classifier of tally sheets in its model registry."""
    input:
        # The store too: if it was deleted, the next run creates it and syncs everything.
        [STORE] if STORE else [],
        expand("{record}/mlflow_run.json", record=ALL_RECORDS),
        results("tallies/validation/registered.json"),


rule store:
    """The MLflow store and its experiments, before any job writes to them."""
    output:
        # `update`: a local store is never deleted before the job, because it may hold other runs.
        [update(STORE)] if STORE else [],
        store=results("tracking.json"),
    log:
        results("logs/store.log"),
    params:
        address=store_address(),
        experiments=[
            f"--experiment={'/'.join(filter(None, [run_config.run.name, comparison]))}" for comparison in RECORDS
        ],
    shell:
        "exec &> >(tee {log:q})\n" "relecture tracking store" " {params.experiments:q}" " --out {output.store:q}"


rule sync_record:
    """One record as a run in MLflow, as soon as it is complete."""
    input:
        record_files("{record}").values(),
        # Not the store itself: other jobs write to it meanwhile, and Snakemake fails a job whose input is newer than
        # its output, `ancient` or not. This file is rewritten whenever the store is created.
        store=results("tracking.json"),
        overview="{record}/overview.png",
        code=source_files("relecture.tracking.sync:sync_record"),
    output:
        run="{record}/mlflow_run.json",
    log:
        "{record}/mlflow_run.log",
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture tracking sync {wildcards.record:q}"
        " --figure {input.overview:q}"
        " --out {output.run:q}"


rule register:
    """The calibrated classifier as a registered model, linked to the run of its record."""
    input:
        record_files(results("tallies/final")).values(),
        classifier=results("tallies/validation/classifier.pt"),
        cells=results("tallies/data/cells.npz"),
        run=results("tallies/final/mlflow_run.json"),
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
