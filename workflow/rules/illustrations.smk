# illustrations: the drawings of the slides, each computed.
#
# needs   resources/mnist.json, results/digits/early_stopping/
# makes   results/illustrations/<figure>.svg, .png, .csv (the numbers it shows)
#         results/illustrations/quantities.csv
#
# One rule per figure, illustrations_<figure>, all of one form. Nothing is fitted that would be worth a run in MLflow.

from relecture import illustrations

# In the order of the lecture, which is also that of the report.
ILLUSTRATIONS = {
    "representation": "the same points in two representations",
    "linear_collapse": "linear layers are one linear map",
    "squares": "squares make curves and an interaction",
    "activations": "activation functions",
    "interaction": "polynomials against a small network",
    "parameters": "parameters, counted",
    "flexibility": "flexibility against test error",
    "early_stopping": "early stopping",
    "convolution": "a filter slid over a 1",
    "translation": "location invariance",
    "augmentation": "one digit, nine variations",
    "rows_and_columns": "groups of rows, groups of columns",
    "mnist_examples": "digits of MNIST",
}
# The inputs of those that need any, and what they are drawn from.
ILLUSTRATED = {
    "early_stopping": record_files("results/digits/early_stopping"),
    "augmentation": {"manifest": "resources/mnist.json"},
    "mnist_examples": {"manifest": "resources/mnist.json"},
}
ILLUSTRATIONS_DATA = {
    **dict.fromkeys(ILLUSTRATED, "resources/mnist.json"),
    "early_stopping": "results/digits/early_stopping",
}
ILLUSTRATIONS_CHAPTER = {
    "numbers": [
        "results/scorecard.csv",
        *expand("results/illustrations/{name}.csv", name=["representation", "interaction", "flexibility"]),
    ],
    "page": chapter_spec("illustrations", [], ILLUSTRATIONS, folder=""),
    "print": chapter_spec(
        "illustrations",
        [],
        ["representation", "interaction", "convolution"],
        folder="",
    ),
}
ILLUSTRATIONS_SCORED = expand("results/illustrations/{figure}.csv", figure=["parameters", "squares", "convolution"])


rule illustrations:
    """All drawings, and the numbers that the slides print."""
    input:
        expand("results/illustrations/{figure}.svg", figure=ILLUSTRATIONS),
        "results/illustrations/quantities.csv",


for figure, shown in report_options("illustrations", "figures", ILLUSTRATIONS).items():

    rule:
        """One drawing of the slides, and the numbers that it shows."""
        name:
            f"illustrations_{figure}"
        input:
            **ILLUSTRATED.get(figure, {}),
            code=source_files(illustrations.ILLUSTRATIONS[figure]),
        output:
            multiext(f"results/illustrations/{figure}", ".png", ".csv"),
            report(f"results/illustrations/{figure}.svg", **shown),
        log:
            f"results/logs/illustrations/{figure}.log",
        threads: 1
        params:
            name=figure,
            config=to_json(run_config.illustrations.illustration(figure)),
            data=f"--data {ILLUSTRATIONS_DATA[figure]}" if figure in ILLUSTRATIONS_DATA else "",
        shell:
            "relecture illustrations draw"
            " --name {params.name}"
            " --config-json {params.config:q}"
            " {params.data}"
            " --out results/illustrations/{params.name}"
            " 2>&1 | tee {log:q}"


rule illustrations_quantities:
    """The numbers that the slides print, on their way to the scorecard."""
    input:
        numbers=ILLUSTRATIONS_SCORED,
        code=source_files("relecture.illustrations.result_tables:quantities"),
    output:
        quantities="results/illustrations/quantities.csv",
    log:
        "results/logs/illustrations/quantities.log",
    shell:
        "relecture illustrations quantities {input.numbers:q}" " --out {output.quantities:q}" " 2>&1 | tee {log:q}"
