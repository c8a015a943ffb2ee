# tallies, networks: search, pretraining, transfer and calibration.
#
# needs   resources/mnist.json, results/tallies/data/cells.npz
# makes   results/tallies/search/bracket-<b>/rung-<r>/shard-<s>/   scores, curves, checkpoints
#         results/tallies/search/bracket-<b>/rung-<r>/ranking.csv
#         results/tallies/search/   the record, trials.csv
#         results/tallies/finalists/   the record, selected.json
#         results/tallies/printed_trials/   the record
#         results/tallies/{base/<architecture>,transfer/<variant>,label_curve/<variant>,final}/   records
#         results/tallies/validation/
#
# Hyperband as static rules: a rung reads the ranking of the previous rung and resumes from its weights and optimiser
# states. A rung is split into shards that run in parallel.

SEARCH = SearchPlan(
    **TALLIES.search.model_dump(include={"max_epochs", "eta", "brackets", "n_shards"}),
    folder=results("tallies/search"),
)
SHARD = results("tallies/search/bracket-{bracket}/rung-{rung}/shard-{shard}")


wildcard_constraints:
    bracket=r"\d+",
    rung=r"\d+",
    shard=r"\d+",


rule tallies_shard:
    """One shard of the trials of a rung."""
    input:
        unpack(lambda w: SEARCH.previous_rung(int(w.bracket), int(w.rung))),
        mnist="resources/mnist.json",
        cells=results("tallies/data/cells.npz"),
        code=source_files("relecture.tallies.networks.hyperband_search:train_shard"),
    output:
        scores=f"{SHARD}/scores.csv",
        history=f"{SHARD}/history.csv",
        states=directory(f"{SHARD}/states"),
    log:
        results("logs/tallies/search_{bracket}_{rung}_{shard}.log"),
    benchmark:
        results("benchmarks/tallies/search_{bracket}_{rung}_{shard}.tsv")
    priority: 60
    threads: 1
    params:
        config=to_json(TALLIES.search_job()),
        n_shards=lambda w: len(SEARCH.shards(int(w.bracket), int(w.rung))),
        ranking=lambda w, input: f"--ranking {shlex.quote(input.ranking)}" if w.rung != "0" else "",
        # Each file is named, because folders of an earlier run with more shards may exist.
        checkpoints=lambda w, input: shlex.join(f"--checkpoints={folder}" for folder in input.get("states", [])),
        checkpoint_dir=results("checkpoints/tallies/search/{bracket}-{rung}-{shard}"),
        out=subpath(output.scores, parent=True),
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture tallies --threads {threads} search-shard"
        " --config-json {params.config:q}"
        " --bracket {wildcards.bracket}"
        " --rung {wildcards.rung}"
        " --shard {wildcards.shard}"
        " --n-shards {params.n_shards}"
        " --mnist {input.mnist:q}"
        " --cells {input.cells:q}"
        " {params.ranking}"
        " {params.checkpoints}"
        " --checkpoint-dir {params.checkpoint_dir:q}"
        " --out {params.out:q}"


rule tallies_ranking:
    """The trials of one rung, the best first."""
    input:
        scores=lambda w: [f"{shard}/scores.csv" for shard in SEARCH.shards(int(w.bracket), int(w.rung))],
        code=source_files("relecture.tallies.networks.hyperband_results:rank"),
    output:
        ranking=results("tallies/search/bracket-{bracket}/rung-{rung}/ranking.csv"),
    log:
        results("logs/tallies/ranking_{bracket}_{rung}.log"),
    priority: 60
    threads: 1
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture tallies --threads {threads} rank {input.scores:q}"
        " --out {output.ranking:q}"


rule tallies_search:
    """All trials as one record."""
    input:
        rankings=SEARCH.rankings(),
        histories=SEARCH.histories(),
        cells=results("tallies/data/cells.npz"),
        mnist="resources/mnist.json",
        code=source_files(
            "relecture.tallies.networks.hyperband_results:collect",
            "relecture.tallies.networks.cell_dataset:CellDataset",
            "relecture.data.mnist:load",
        ),
    output:
        **record_files(results("tallies/search")),
        model=directory(results("tallies/search/model")),
        trials=results("tallies/search/trials.csv"),
    log:
        results("logs/tallies/search.log"),
    priority: 60
    params:
        rule="tallies_search",
        config=to_json(TALLIES.search_job()),
        out=subpath(output.metrics, parent=True),
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture tallies search {input.rankings:q}"
        " --config-json {params.config:q}"
        " --mnist {input.mnist:q}"
        " --cells {input.cells:q}"
        " --out {params.out:q}"
        " --rule {params.rule}"


rule tallies_finalists:
    """The best trials of the search again, with several seeds, and the selected network."""
    input:
        rankings=SEARCH.rankings(),
        cells=results("tallies/data/cells.npz"),
        mnist="resources/mnist.json",
        code=source_files(tallies.SEARCH["finalists"], "relecture.tallies.networks.hyperband_results:write_selected"),
    output:
        **record_files(results("tallies/finalists")),
        model=directory(results("tallies/finalists/model")),
        selected=results("tallies/finalists/selected.json"),
    log:
        results("logs/tallies/finalists.log"),
    benchmark:
        results("benchmarks/tallies/finalists.tsv")
    priority: 60
    threads: 1
    params:
        rule="tallies_finalists",
        config=to_json(TALLIES.finalists_job()),
        checkpoints=results("checkpoints/tallies/finalists"),
        out=subpath(output.metrics, parent=True),
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture tallies --threads {threads} finalists {input.rankings:q}"
        " --config-json {params.config:q}"
        " --mnist {input.mnist:q}"
        " --cells {input.cells:q}"
        " --checkpoint-dir {params.checkpoints:q}"
        " --out {params.out:q}"
        " --rule {params.rule}"


rule tallies_printed_trials:
    """The trials that the paper prints, trained here."""
    input:
        cells=results("tallies/data/cells.npz"),
        mnist="resources/mnist.json",
        code=source_files(tallies.SEARCH["printed_trials"]),
    output:
        **record_files(results("tallies/printed_trials")),
        model=directory(results("tallies/printed_trials/model")),
    log:
        results("logs/tallies/printed_trials.log"),
    benchmark:
        results("benchmarks/tallies/printed_trials.tsv")
    priority: 20
    threads: 1
    params:
        rule="tallies_printed_trials",
        config=to_json(TALLIES.printed_trials_job()),
        checkpoints=results("checkpoints/tallies/printed_trials"),
        out=subpath(output.metrics, parent=True),
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture tallies --threads {threads} printed-trials"
        " --config-json {params.config:q}"
        " --mnist {input.mnist:q}"
        " --cells {input.cells:q}"
        " --checkpoint-dir {params.checkpoints:q}"
        " --out {params.out:q}"
        " --rule {params.rule}"


rule tallies_base:
    """The base models of one architecture, trained on MNIST alone."""
    input:
        mnist="resources/mnist.json",
        cells=results("tallies/data/cells.npz"),
        selected=lambda w: results("tallies/finalists/selected.json") if w.architecture != "default" else [],
        code=lambda w: source_files(tallies.BASES[w.architecture]),
    output:
        **record_files(results("tallies/base/{architecture}")),
        model=directory(results("tallies/base/{architecture}/model")),
    log:
        results("logs/tallies/base_{architecture}.log"),
    benchmark:
        results("benchmarks/tallies/base_{architecture}.tsv")
    wildcard_constraints:
        architecture="|".join(tallies.BASES),
    priority: 50
    threads: 1
    params:
        rule="tallies_base",
        config=to_json(TALLIES.pretraining_settings()),
        network=lambda w: (
            "" if w.architecture == "selected" else f"--network {shlex.quote(to_json(TALLIES.default_network()))}"
        ),
        selected=lambda w, input: f"--selected {shlex.quote(str(input.selected))}" if input.selected else "",
        checkpoints=results("checkpoints/tallies/base/{architecture}"),
        out=subpath(output.metrics, parent=True),
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture tallies --threads {threads} pretrain"
        " --architecture {wildcards.architecture}"
        " --config-json {params.config:q}"
        " {params.network}"
        " {params.selected}"
        " --mnist {input.mnist:q}"
        " --cells {input.cells:q}"
        " --checkpoint-dir {params.checkpoints:q}"
        " --out {params.out:q}"
        " --rule {params.rule}"


rule tallies_transfer:
    """The selected base, fine-tuned on the target's cells in one variant."""
    input:
        cells=results("tallies/data/cells.npz"),
        base=results("tallies/base/selected/model"),
        record=results("tallies/base/selected/params.json"),
        code=lambda w: source_files(tallies.TRANSFERS[w.method]),
    output:
        **record_files(results("tallies/transfer/{method}")),
        model=directory(results("tallies/transfer/{method}/model")),
    log:
        results("logs/tallies/transfer_{method}.log"),
    benchmark:
        results("benchmarks/tallies/transfer_{method}.tsv")
    wildcard_constraints:
        method="|".join(tallies.TRANSFERS),
    priority: 30
    threads: 1
    params:
        rule="tallies_transfer",
        config=lambda w: to_json(TALLIES.transfer_job(w.method)),
        name="transfer/{method}",
        checkpoints=results("checkpoints/tallies/transfer/{method}"),
        out=subpath(output.metrics, parent=True),
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture tallies --threads {threads} transfer"
        " --method {params.name}"
        " --config-json {params.config:q}"
        " --cells {input.cells:q}"
        " --base {input.base:q}"
        " --checkpoint-dir {params.checkpoints:q}"
        " --out {params.out:q}"
        " --rule {params.rule}"


use rule tallies_transfer as tallies_label_curve with:
    input:
        cells=results("tallies/data/cells.npz"),
        base=results("tallies/base/selected/model"),
        record=results("tallies/base/selected/params.json"),
        code=lambda w: source_files(tallies.LABEL_CURVES[w.method]),
    output:
        **record_files(results("tallies/label_curve/{method}")),
        model=directory(results("tallies/label_curve/{method}/model")),
    log:
        results("logs/tallies/label_curve_{method}.log"),
    benchmark:
        results("benchmarks/tallies/label_curve_{method}.tsv")
    wildcard_constraints:
        method="|".join(tallies.LABEL_CURVES),
    priority: 40
    params:
        rule="tallies_label_curve",
        config=lambda w: to_json(TALLIES.label_curve_job(w.method)),
        name="label_curve/{method}",
        checkpoints=results("checkpoints/tallies/label_curve/{method}"),
        out=subpath(output.metrics, parent=True),


use rule tallies_transfer as tallies_final with:
    input:
        cells=results("tallies/data/cells.npz"),
        base=results("tallies/base/selected/model"),
        record=results("tallies/base/selected/params.json"),
        code=source_files(tallies.FINAL["final"]),
    output:
        **record_files(results("tallies/final")),
        model=directory(results("tallies/final/model")),
    log:
        results("logs/tallies/final.log"),
    benchmark:
        results("benchmarks/tallies/final.tsv")
    priority: 45
    params:
        rule="tallies_final",
        config=to_json(TALLIES.final_job()),
        name="final",
        checkpoints=results("checkpoints/tallies/final"),
        out=subpath(output.metrics, parent=True),


rule tallies_calibrate:
    """The calibrated classifier: the final network with its temperature."""
    input:
        **record_files(results("tallies/final")),
        model=results("tallies/final/model"),
        code=source_files("relecture.tallies.networks.calibration:calibrate"),
    output:
        multiext(results("tallies/validation/"), "reliability.csv", "temperature.json"),
        classifier=CLASSIFIER,
        seeds=SEED_CLASSIFIERS,
    log:
        results("logs/tallies/calibrate.log"),
    params:
        final=subpath(input.metrics, parent=True),
        out=subpath(output.classifier, parent=True),
    shell:
        "exec &> >(tee {log:q})\n" "relecture tallies calibrate" " --final {params.final:q}" " --out {params.out:q}"
