# Raw files: from a mirror or the network, verified by checksum.
#
# needs   nothing
# makes   resources/<data set>.json, and the files it names
#
# The code that fetches is not an input: a file is identified by its checksum, whatever its source.


rule data:
    """All raw files."""
    input:
        expand("resources/{dataset}.json", dataset=["hitters", "mnist", "usps"]),


rule fetch:
    """Download and verify the files of one data set."""
    output:
        manifest="resources/{dataset}.json",
    log:
        results("logs/data/{dataset}.log"),
    params:
        fallback="--allow-sample-fallback" if run_config.data.allow_sample_fallback else "--no-allow-sample-fallback",
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture data fetch {wildcards.dataset}"
        " --resources resources"
        " {params.fallback}"
        " --out {output.manifest:q}"
