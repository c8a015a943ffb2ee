# relecture: the comparisons of a lecture, again, from raw data.
#
#   snakemake                       everything (make replicate prepares the environment first)
#   snakemake digits                one comparison
#   snakemake -n                    what would run, and why
#
# Settings: config/config.yaml. How a rule is run: profiles/default/profile.yaml.


configfile: "config/config.yaml"


onstart:
    # Snakemake 9.27 starts one more timer in every pass of the scheduler while jobs wait, and every timer causes a
    # pass (snakemake#2967). Without the limit on jobs per second there is no timer; SLURM keeps the limit.
    if workflow.local_exec:
        workflow.scheduler.job_rate_limiter = None
    # The marks of changed outputs are for this run; without one they are removed when Snakemake ends.
    CHANGED.clear()
    remove_outdated_page(workflow, results("index.html"))
    announce_time(workflow)
    # MLflow shows running fits and finished records meanwhile; no job waits for it.
    follow_in_background(Path(results()), ALL_RECORDS)


# Names the Python that everything is tested with, which quiets the linter. It is not used unless Snakemake is asked
# for containers: all rules run in the environment that constraints.txt pins.
container: "docker://python:3.11"


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/salaries.smk"
include: "workflow/rules/digits.smk"
include: "workflow/rules/tallies.smk"
include: "workflow/rules/clusters.smk"
include: "workflow/rules/illustrations.smk"
include: "workflow/rules/exhibits.smk"
include: "workflow/rules/scorecard.smk"
include: "workflow/rules/tracking.smk"
include: "workflow/rules/report.smk"


rule all:
    """Everything: each comparison, the scorecard, every record in MLflow, and the start page."""
    default_target: True
    input:
        rules.salaries.input,
        rules.digits.input,
        rules.tallies.input,
        rules.clusters.input,
        rules.illustrations.input,
        rules.store.output,
        rules.sync.output,
        results("scorecard.csv"),
        rules.report_start_page.output,
