# Raw files: from a mirror or the network, checked by checksum.
#
# needs   nothing
# makes   resources/<data set>.json, and the files it names
#
# The code that fetches is not an input, and neither are the mirrors (RELECTURE_MIRRORS): the checksums fix what the
# files are, whatever their source.


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
    params:
        fallback="--allow-sample-fallback" if run_config.data.allow_sample_fallback else "--no-allow-sample-fallback",
    shell:
        "relecture data fetch {wildcards.dataset}"
        " --resources resources"
        " {params.fallback}"
        " --out {output.manifest:q}"
        " 2>&1 | tee {log:q}"
