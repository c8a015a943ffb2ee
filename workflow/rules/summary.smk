# What stands above the comparisons: the scorecard, and the records in MLflow.
#
# needs   results/<comparison>/quantities.csv, and every record
# makes   results/scorecard.*, results/tracking.json, <record>/mlflow_run.json

STORE = local_store()
# A comparison names its records in <NAME>_RECORDS; illustrations have none. The search is one that no table shows.
RECORDS = [record for name in COMPARISONS for record in globals().get(f"{name.upper()}_RECORDS", [])]
RECORDS += ["results/digits/ridge_search"]


rule scorecard:
    """Number by number: what was printed, and what came out."""
    input:
        quantities=expand("results/{comparison}/quantities.csv", comparison=COMPARISONS),
        published="config/published.yaml",
        code=source_files("relecture.scorecard.verdicts:write"),
    output:
        multiext("results/scorecard", ".csv", ".md", ".tex"),
        page=report(
            "results/scorecard.html",
            caption="../report/scorecard.rst",
            category=SCORECARD_IN_REPORT,
            labels={"what": "printed and reproduced"},
        ),
    log:
        "results/logs/scorecard.log",
    params:
        budget=run_config.budget,
    shell:
        "relecture scorecard write {input.quantities:q}"
        " --published {input.published:q}"
        " --budget {params.budget}"
        " --out results/scorecard"
        " 2>&1 | tee {log:q}"


rule sync:
    """All records in MLflow, and the digit classifier in its model registry."""
    input:
        # The store as well: a run after it was deleted creates it and syncs everything.
        [STORE] if STORE else [],
        expand("{record}/mlflow_run.json", record=RECORDS),
        "results/tallies/validation/registered.json",


rule store:
    """Create the MLflow store and its experiments before other jobs write to them."""
    output:
        # A local store is updated, never deleted: it may also hold other runs.
        [update(STORE)] if STORE else [],
        made="results/tracking.json",
    log:
        "results/logs/store.log",
    params:
        address=store_address(),
        experiment_flags=[f"--experiment={name}" for name in dict.fromkeys(record.split("/")[1] for record in RECORDS)],
    shell:
        "relecture tracking store" " {params.experiment_flags:q}" " --out {output.made:q}" " 2>&1 | tee {log:q}"


rule sync_record:
    """Mirror one record as a run in MLflow, as soon as it is complete."""
    input:
        record_files("{record}").values(),
        # Not the store itself: others write to it meanwhile, and Snakemake fails a job whose input is newer than its
        # output, `ancient` or not. This file is written whenever the store is created.
        made="results/tracking.json",
        overview="{record}/overview.png",
        code=source_files("relecture.tracking.sync:sync_record"),
    output:
        run="{record}/mlflow_run.json",
    log:
        "results/logs/sync/{record}.log",
    shell:
        "relecture tracking sync {wildcards.record:q}"
        " --figure {input.overview:q}"
        " --out {output.run:q}"
        " 2>&1 | tee {log:q}"


rule register:
    """Register the calibrated digit classifier as a model, linked to the run of its record."""
    input:
        record_files("results/tallies/final").values(),
        classifier="results/tallies/validation/classifier.pt",
        cells="results/tallies/data/cells.npz",
        run="results/tallies/final/mlflow_run.json",
        code=source_files("relecture.tallies.registration:MODEL")
        + source_files("relecture.tracking.model_registry:register"),
    output:
        version="results/tallies/validation/registered.json",
    log:
        "results/logs/register.log",
    shell:
        "relecture tallies register" " --results results" " --out {output.version:q}" " 2>&1 | tee {log:q}"
