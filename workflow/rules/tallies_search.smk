# tallies, its search: Hyperband as static rules. A rung reads the ranking of the one before, and goes on from its
# weights and optimiser states; it is split into shards that run side by side.
#
# needs   resources/mnist.json, results/tallies/data/cells.npz
# makes   results/tallies/search/bracket-<b>/rung-<r>/shard-<s>/   scores, curves, checkpoints
#         results/tallies/search/bracket-<b>/rung-<r>/ranking.csv
#         results/tallies/search/   the record, trials.csv, selected.json

from relecture.tallies.brackets import rungs

SEARCH_FOLDER = "results/tallies/search"
SEARCH_RUNGS = {
    bracket: rungs(settings.tallies.search.max_epochs, settings.tallies.search.factor, bracket)
    for bracket in settings.tallies.search.brackets
}
SEARCH_RANKINGS = [
    f"{SEARCH_FOLDER}/bracket-{bracket}/rung-{rung}/ranking.csv"
    for bracket, steps in SEARCH_RUNGS.items()
    for rung in range(len(steps))
]


def shards(bracket, rung):
    """The folders of a rung's shards: as many as the settings want, but none without a trial."""
    trials = SEARCH_RUNGS[int(bracket)][int(rung)].trials
    count = min(settings.tallies.search.shards, trials)
    return [f"{SEARCH_FOLDER}/bracket-{bracket}/rung-{rung}/shard-{shard}" for shard in range(count)]


def before(bracket, rung):
    """What a shard goes on from: the ranking and all checkpoints of the rung before, none for the first."""
    if rung == "0":
        return {}
    folder = f"{SEARCH_FOLDER}/bracket-{bracket}/rung-{int(rung) - 1}"
    return {"ranking": f"{folder}/ranking.csv", "states": [f"{x}/states" for x in shards(bracket, int(rung) - 1)]}


wildcard_constraints:
    bracket=r"\d+",
    rung=r"\d+",
    shard=r"\d+",


rule tallies_shard:
    """A part of the trials of one rung."""
    input:
        unpack(lambda w: before(w.bracket, w.rung)),
        mnist="resources/mnist.json",
        cells="results/tallies/data/cells.npz",
        code=code("relecture.tallies.search:train_shard"),
    output:
        scores=SEARCH_FOLDER + "/bracket-{bracket}/rung-{rung}/shard-{shard}/scores.csv",
        history=SEARCH_FOLDER + "/bracket-{bracket}/rung-{rung}/shard-{shard}/history.csv",
        states=directory(SEARCH_FOLDER + "/bracket-{bracket}/rung-{rung}/shard-{shard}/states"),
    log:
        "results/logs/tallies/search_{bracket}_{rung}_{shard}.log",
    benchmark:
        "results/benchmarks/tallies/search_{bracket}_{rung}_{shard}.tsv"
    priority: 60
    threads: 1
    params:
        spec=text(settings.tallies.search_spec()),
        shards=lambda w: len(shards(w.bracket, w.rung)),
        ranking=lambda w, input: f"--ranking {shlex.quote(input.ranking)}" if w.rung != "0" else "",
        out=lambda w: f"{SEARCH_FOLDER}/bracket-{w.bracket}/rung-{w.rung}/shard-{w.shard}",
    shell:
        "python -m relecture.tallies --threads {threads} shard"
        " --spec {params.spec:q}"
        " --place {wildcards.bracket}/{wildcards.rung}/{wildcards.shard}"
        " --shards {params.shards}"
        " --mnist {input.mnist:q}"
        " --cells {input.cells:q}"
        " {params.ranking}"
        " --scratch scratch/tallies/search/{wildcards.bracket}-{wildcards.rung}-{wildcards.shard}"
        " --out {params.out:q}"
        " 2>&1 | tee {log:q}"


rule tallies_ranking:
    """The trials of one rung, the best first."""
    input:
        scores=lambda w: [f"{folder}/scores.csv" for folder in shards(w.bracket, w.rung)],
        code=code("relecture.tallies.search:rank"),
    output:
        ranking=SEARCH_FOLDER + "/bracket-{bracket}/rung-{rung}/ranking.csv",
    log:
        "results/logs/tallies/ranking_{bracket}_{rung}.log",
    priority: 60
    shell:
        "python -m relecture.tallies rank {input.scores:q}" " --out {output.ranking:q}" " 2>&1 | tee {log:q}"


rule tallies_search:
    """All trials as one record, and what was selected."""
    input:
        rankings=SEARCH_RANKINGS,
        histories=[
            f"{folder}/history.csv"
            for bracket, steps in SEARCH_RUNGS.items()
            for rung in range(len(steps))
            for folder in shards(bracket, rung)
        ],
        cells="results/tallies/data/cells.npz",
        mnist="resources/mnist.json",
        code=code("relecture.tallies.search:collect"),
    output:
        **record(SEARCH_FOLDER),
        model=directory(SEARCH_FOLDER + "/model"),
        trials=SEARCH_FOLDER + "/trials.csv",
        selected=SEARCH_FOLDER + "/selected.json",
    log:
        "results/logs/tallies/search.log",
    priority: 60
    params:
        spec=text(settings.tallies.search_spec()),
        folder=SEARCH_FOLDER,
    shell:
        "python -m relecture.tallies search"
        " --spec {params.spec:q}"
        " --mnist {input.mnist:q}"
        " --cells {input.cells:q}"
        " --out {params.folder}"
        " --rule tallies_search"
        " 2>&1 | tee {log:q}"
