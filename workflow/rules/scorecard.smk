# The scorecard: published values, reproduced values and verdicts.
#
# needs   results/<comparison>/reproduced_values.csv, config/published.yaml, the settings that it names
# makes   results/scorecard.*


rule scorecard:
    """Each published value, the reproduced value and the verdict."""
    input:
        values=expand(results("{comparison}/reproduced_values.csv"), comparison=COMPARISONS),
        published=PUBLISHED,
        code=source_files("relecture.scorecard.cli:write"),
    output:
        multiext(results("scorecard"), ".csv", ".json", ".md", ".tex"),
        page=report(
            results("scorecard.html"),
            caption="../report/scorecard.rst",
            category=SCORECARD_CATEGORY,
            labels={"what": "published and reproduced"},
        ),
    log:
        results("logs/scorecard.log"),
    params:
        config=to_json(scorecard_config(run_config, PUBLISHED)),
        out=subpath(output.page, strip_suffix=".html"),
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture scorecard write {input.values:q}"
        " --published {input.published:q}"
        " --config-json {params.config:q}"
        " --out {params.out:q}"
