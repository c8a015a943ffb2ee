# digits: regularised networks, linear methods, nearest neighbours and a random forest on MNIST
#
# needs   resources/mnist.json
# makes   results/digits/<method>/   a record each, ridge_search among them
#
# Tables and figures: exhibits.smk.

from relecture import digits

RECORDS["digits"] = [results(f"digits/{method}") for method in (*digits.METHODS, *digits.SEARCH)]
EXHIBIT_JOBS["digits"] = {
    "tables": ExhibitJob(
        records=RECORDS["digits"],
        files={"published": PUBLISHED, "data": results("digits/data/mnist.npz")},
        params={"n-validation": run_config.digits.n_validation},
    ),
    "figures": ExhibitJob(
        records=RECORDS["digits"], files={"published": PUBLISHED, "data": results("digits/data/mnist.npz")}
    ),
}


rule digits:
    """The whole comparison."""
    input:
        exhibit_inputs(EXHIBIT_JOBS["digits"]),
        results("digits/table.csv"),
        [results(report_file(EXHIBITS["digits"], figure)) for figure in EXHIBITS["digits"].figures],
        expand("{record}/overview.png", record=RECORDS["digits"]),
        results("digits/conclusions.json"),


rule digits_data:
    """Images and labels in one file that loads fast."""
    input:
        manifest="resources/mnist.json",
        code=source_files("relecture.data.mnist:load", "relecture.digits.data:save"),
    output:
        images=results("digits/data/mnist.npz"),
    log:
        results("logs/digits/data.log"),
    shell:
        "exec &> >(tee {log:q})\n" "relecture digits data" " --manifest {input.manifest:q}" " --out {output.images:q}"


rule digits_fit:
    """One method."""
    input:
        images=results("digits/data/mnist.npz"),
        search=lambda w: results("digits/ridge_search/metrics.csv") if w.method == "ridge" else [],
        code=lambda w: source_files(
            {**digits.METHODS, **digits.SEARCH}[w.method],
            "relecture.prediction.model:add_model",
            *([digits.LAMBDA_CHOICE] if w.method == "ridge" else []),
        ),
    output:
        **record_files(results("digits/{method}")),
        model=directory(results("digits/{method}/model")),
    log:
        results("logs/digits/{method}.log"),
    benchmark:
        results("benchmarks/digits/{method}.tsv")
    wildcard_constraints:
        method="|".join({*digits.METHODS, *digits.SEARCH} - {"ridge", "ridge_search"}),
    priority: 20
    threads: 1
    params:
        rule=lambda w: {"ridge": "digits_ridge", "ridge_search": "digits_ridge_search"}.get(w.method, "digits_fit"),
        config=lambda w: to_json(run_config.digits.method(w.method)),
        n_validation=run_config.digits.n_validation,
        checkpoints=results("checkpoints/digits/{method}"),
        search=lambda w, input: f"--search {shlex.quote(str(Path(input.search).parent))}" if input.search else "",
        out=subpath(output.metrics, parent=True),
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture digits --threads {threads} fit"
        " --method {wildcards.method}"
        " --config-json {params.config:q}"
        " --data {input.images:q}"
        " --n-validation {params.n_validation}"
        " --checkpoint-dir {params.checkpoints:q}"
        " {params.search}"
        " --out {params.out:q}"
        " --rule {params.rule}"


# The search for lambda has the highest priority, because ridge needs its result.
use rule digits_fit as digits_ridge_search with:
    wildcard_constraints:
        method="ridge_search",
    priority: 50


use rule digits_fit as digits_ridge with:
    wildcard_constraints:
        method="ridge",
    priority: 40
