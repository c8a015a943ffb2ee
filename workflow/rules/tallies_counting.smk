# tallies, counting: from cell crops to votes.
#
# needs   results/tallies/data/cell_crops.npz, results/tallies/base/selected/model/,
#         results/tallies/validation/classifier.pt
# makes   results/tallies/count/{pretrained,transferred,prior_corrected,sum_constrained}/


rule tallies_count:
    """The votes on all sheets, in one variant of the count."""
    input:
        cell_crops=CROPS,
        classifier=lambda w: CLASSIFIERS[w.variant],
        code=source_files("relecture.tallies.counting.vote_counts:count_folder"),
    output:
        multiext(results("tallies/count/{variant}/"), "digits.parquet", "counts.csv", "totals.csv"),
    log:
        results("logs/tallies/count_{variant}.log"),
    wildcard_constraints:
        variant="|".join(CLASSIFIERS),
    threads: 1
    params:
        classifier=lambda w, input: (
            f"{input.classifier}/classifier.pt" if w.variant == "pretrained" else input.classifier
        ),
        out=results("tallies/count/{variant}"),
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture tallies --threads {threads} count-cells"
        " --cell-crops {input.cell_crops:q}"
        " --classifier {params.classifier:q}"
        " --variant {wildcards.variant}"
        " --out {params.out:q}"
