# tallies, hyperparameter search: Hyperband as static rules. A rung reads the ranking of the previous rung and resumes
# from its weights and optimiser states; it is split into shards that run in parallel.
#
# needs   resources/mnist.json, results/tallies/data/cells.npz
# makes   results/tallies/search/bracket-<b>/rung-<r>/shard-<s>/   scores, curves, checkpoints
#         results/tallies/search/bracket-<b>/rung-<r>/ranking.csv
#         results/tallies/search/   the record, trials.csv, selected.json

from relecture.tallies.networks.hyperband import SearchPlan

SEARCH = SearchPlan(**run_config.tallies.search.model_dump(include={"max_epochs", "eta", "brackets", "n_shards"}))


wildcard_constraints:
    bracket=r"\d+",
    rung=r"\d+",
    shard=r"\d+",


rule tallies_shard:
    """One shard of the trials of a rung."""
    input:
        unpack(lambda w: SEARCH.previous_rung(int(w.bracket), int(w.rung))),
        mnist="resources/mnist.json",
        cells="results/tallies/data/cells.npz",
        code=source_files("relecture.tallies.networks.hyperband_search:train_shard"),
    output:
        scores="results/tallies/search/bracket-{bracket}/rung-{rung}/shard-{shard}/scores.csv",
        history="results/tallies/search/bracket-{bracket}/rung-{rung}/shard-{shard}/history.csv",
        states=directory("results/tallies/search/bracket-{bracket}/rung-{rung}/shard-{shard}/states"),
    log:
        "results/logs/tallies/search_{bracket}_{rung}_{shard}.log",
    benchmark:
        "results/benchmarks/tallies/search_{bracket}_{rung}_{shard}.tsv"
    priority: 60
    threads: 1
    params:
        config=to_json(run_config.tallies.search_job()),
        n_shards=lambda w: len(SEARCH.shards(int(w.bracket), int(w.rung))),
        ranking=lambda w, input: f"--ranking {shlex.quote(input.ranking)}" if w.rung != "0" else "",
        # Named one by one, because the folders of an earlier run with more shards may exist.
        checkpoints=lambda w, input: shlex.join(f"--checkpoints={folder}" for folder in input.get("states", [])),
        out=lambda w: f"results/tallies/search/bracket-{w.bracket}/rung-{w.rung}/shard-{w.shard}",
    shell:
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
        " --checkpoint-dir scratch/tallies/search/{wildcards.bracket}-{wildcards.rung}-{wildcards.shard}"
        " --out {params.out:q}"
        " 2>&1 | tee {log:q}"


rule tallies_ranking:
    """The trials of one rung, the best first."""
    input:
        scores=lambda w: [f"{shard}/scores.csv" for shard in SEARCH.shards(int(w.bracket), int(w.rung))],
        code=source_files("relecture.tallies.networks.hyperband_search:rank"),
    output:
        ranking="results/tallies/search/bracket-{bracket}/rung-{rung}/ranking.csv",
    log:
        "results/logs/tallies/ranking_{bracket}_{rung}.log",
    priority: 60
    threads: 1
    shell:
        "relecture tallies --threads {threads} rank {input.scores:q}" " --out {output.ranking:q}" " 2>&1 | tee {log:q}"


rule tallies_search:
    """All trials as one record, and the selected network."""
    input:
        rankings=SEARCH.rankings(),
        histories=SEARCH.histories(),
        cells="results/tallies/data/cells.npz",
        mnist="resources/mnist.json",
        code=source_files("relecture.tallies.networks.hyperband_search:collect"),
    output:
        **record_files("results/tallies/search"),
        model=directory("results/tallies/search/model"),
        trials="results/tallies/search/trials.csv",
        selected="results/tallies/search/selected.json",
    log:
        "results/logs/tallies/search.log",
    priority: 60
    params:
        config=to_json(run_config.tallies.search_job()),
    shell:
        "relecture tallies search {input.rankings:q}"
        " --config-json {params.config:q}"
        " --mnist {input.mnist:q}"
        " --cells {input.cells:q}"
        " --out results/tallies/search"
        " --rule tallies_search"
        " 2>&1 | tee {log:q}"
