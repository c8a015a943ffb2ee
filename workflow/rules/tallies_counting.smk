# tallies, counting: from cell crops to votes.
#
# needs   results/tallies/data/cell_crops.npz, results/tallies/base/selected/model/,
#         results/tallies/validation/classifier.pt
# makes   results/tallies/count/{pretrained,transferred,prior_corrected,sum_constrained}/, count/members.parquet


rule tallies_count:
    """The votes on all sheets, in one variant of the count."""
    input:
        cell_crops=CROPS,
        classifier=lambda w: CLASSIFIERS[w.variant],
        code=source_files("relecture.tallies.counting.vote_counts:count_folder"),
    output:
        multiext(
            results("tallies/count/{variant}/"),
            "digits.parquet",
            "counts.csv",
            "totals.csv",
            "numbers.csv",
            "to_check.csv",
        ),
    log:
        results("logs/tallies/count_{variant}.log"),
    wildcard_constraints:
        variant="|".join(CLASSIFIERS),
    threads: 1
    params:
        out=results("tallies/count/{variant}"),
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture tallies --threads {threads} count-cells"
        " --cell-crops {input.cell_crops:q}"
        " --classifier {input.classifier:q}"
        " --variant {wildcards.variant}"
        " --out {params.out:q}"


rule tallies_members:
    """The votes on all sheets by every network: the seeds of the one that counts, and the variants of transfer."""
    input:
        cell_crops=CROPS,
        seeds=SEED_CLASSIFIERS,
        transfers=expand(results("tallies/transfer/{method}/model"), method=tallies.TRANSFERS),
        code=source_files("relecture.tallies.counting.member_votes:count_members"),
    output:
        votes=MEMBER_VOTES,
    log:
        results("logs/tallies/members.log"),
    threads: 1
    params:
        classifiers=lambda w, input: shlex.join(f"--classifier={file}" for file in input.seeds),
        transfers=lambda w, input: shlex.join(f"--transfer={Path(folder).parent}" for folder in input.transfers),
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture tallies --threads {threads} count-members"
        " --cell-crops {input.cell_crops:q}"
        " {params.classifiers}"
        " {params.transfers}"
        " --out {output.votes:q}"
