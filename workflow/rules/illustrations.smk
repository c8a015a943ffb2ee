# illustrations: the figures of the slides
#
# needs   resources/mnist.json, results/digits/early_stopping/
# makes   results/illustrations/<figure>.svg, .png, .csv (the numbers in the figure)
#         results/illustrations/reproduced_values.csv, findings.csv, choices.csv
#
# One rule per figure, illustrations_<figure>. There are no records, so nothing goes to MLflow.

from relecture import illustrations

ILLUSTRATION_TABLES = ["reproduced_values", "findings", "choices"]

# Figures that are drawn from data: their inputs, and the value of the option --data.
_MNIST = ["resources/mnist.json"]
ILLUSTRATION_INPUTS = {
    "early_stopping": list(record_files(results("digits/early_stopping")).values()),
    "augmentation": _MNIST,
    "mnist_examples": _MNIST,
    "pooling": _MNIST,
    "activation_errors": _MNIST,
    "feature_maps": _MNIST,
    "filters": _MNIST,
    "flipping": _MNIST,
}
ILLUSTRATION_DATA = {
    **{name: "resources/mnist.json" for name in ILLUSTRATION_INPUTS},
    "early_stopping": results("digits/early_stopping"),
}


rule illustrations:
    """All figures, the reproduced values of the slides, findings and choices."""
    input:
        *ILLUSTRATION_INPUTS.values(),
        [results(report_file(EXHIBITS["illustrations"], figure)) for figure in EXHIBITS["illustrations"].figures],
        expand(results("illustrations/{file}.csv"), file=ILLUSTRATION_TABLES),


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


rule illustrations_tables:
    """The reproduced values of the slides, and the findings and choices, from the numbers of the figures."""
    input:
        numbers=expand(
            results("illustrations/{figure}.csv"),
            figure=[*illustrations.PUBLISHED_FIGURES, *illustrations.TESTED_FIGURES],
        ),
        code=[
            *source_files("relecture.illustrations.result_tables:reproduced_values"),
            *exhibit_sources(EXHIBITS["illustrations"], "tables"),
        ],
    output:
        expand(results("illustrations/{file}.csv"), file=ILLUSTRATION_TABLES),
    log:
        results("logs/illustrations/tables.log"),
    params:
        illustrations_folder=subpath(output[0], parent=True),
    shell:
        "exec &> >(tee {log:q})\n"
        "relecture illustrations tables {input.numbers:q}"
        " --out {params.illustrations_folder:q}"
