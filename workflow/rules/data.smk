# Raw files: from a mirror or the network, checked by checksum.
#
# needs   nothing
# makes   resources/<data set>.json, and the files it names
#
# The code that fetches is no input: what a file is, its checksum decides, whoever brought it.


rule data:
    """All raw files."""
    input:
        expand("resources/{dataset}.json", dataset=["hitters", "mnist", "usps"]),


rule fetch:
    """Fetch and check the files of one data set."""
    output:
        manifest="resources/{dataset}.json",
    log:
        "results/logs/data/{dataset}.log",
    resources:
        # No parameter either: another list of mirrors does not make other data.
        mirrors=shlex.join(f"--mirror={folder}" for folder in run_config.data.mirrors),
    params:
        embedded="--allow-sample-fallback" if run_config.data.allow_sample_fallback else "--no-allow-sample-fallback",
    shell:
        "relecture data fetch {wildcards.dataset}"
        " --resources resources"
        " {resources.mirrors}"
        " {params.embedded}"
        " --out {output.manifest:q}"
        " 2>&1 | tee {log:q}"
