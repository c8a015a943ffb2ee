# illustrations: the figures of the slides
#
# needs   resources/mnist.json, results/digits/early_stopping/
# makes   results/illustrations/<figure>.svg, .png, .csv (the numbers in the figure)
#         results/illustrations/reproduced_values.csv
#
# One rule per figure, illustrations_<figure>. There are no records, so nothing goes to MLflow.

# Figures that are drawn from data: their inputs, and the value of the option --data.
_MNIST = ["resources/mnist.json"]
ILLUSTRATION_INPUTS = {
    "early_stopping": list(record_files(results("digits/early_stopping")).values()),
    "augmentation": _MNIST,
    "mnist_examples": _MNIST,
}
ILLUSTRATION_DATA = {
    **{name: "resources/mnist.json" for name in ILLUSTRATION_INPUTS},
    "early_stopping": results("digits/early_stopping"),
}


rule illustrations:
    """All figures, and the reproduced values of the slides."""
    input:
        [results(report_file(EXHIBITS["illustrations"], figure)) for figure in EXHIBITS["illustrations"].figures],
        results("illustrations/reproduced_values.csv"),


for figure in EXHIBITS["illustrations"].figures:

    rule:
        """One figure of the slides, and the numbers in it."""
        name:
            f"illustrations_{figure.name}"
        input:
            ILLUSTRATION_INPUTS.get(figure.name, []),
            code=source_files(figure.function, "relecture.illustrations.exhibits"),
        output:
            numbers=results(f"illustrations/{figure.name}.csv"),
            png=results(f"illustrations/{figure.name}.png"),
            svg=report(results(f"illustrations/{figure.name}.svg"), **report_options(EXHIBITS["illustrations"], figure)),
        log:
            results(f"logs/illustrations/{figure.name}.log"),
        threads: 1
        params:
            name=figure.name,
            config=to_json(run_config.illustrations.illustration(figure.name)),
            data=f"--data {ILLUSTRATION_DATA[figure.name]}" if figure.name in ILLUSTRATION_DATA else "",
            out=subpath(output.numbers, strip_suffix=".csv"),
        shell:
            "exec &> >(tee {log:q})\n"
            "relecture illustrations draw"
            " --name {params.name}"
            " --config-json {params.config:q}"
            " {params.data}"
            " --out {params.out:q}"


rule illustrations_reproduced_values:
    """The reproduced values of the slides, for the scorecard."""
    input:
        numbers=expand(results("illustrations/{figure}.csv"), figure=["parameters", "squares", "convolution"]),
        code=source_files("relecture.illustrations.result_tables:reproduced_values"),
    output:
        values=results("illustrations/reproduced_values.csv"),
    log:
        results("logs/illustrations/reproduced_values.log"),
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture illustrations reproduced-values {input.numbers:q}"
        " --out {output.values:q}"
