"""The figures of the comparison `illustrations`; every one is a command of its own and has no caption table."""

from relecture.exhibit import Exhibit, Exhibits, Topic
from relecture.illustrations import TESTED_FIGURES


def _figure(name: str, label: str, *, in_handout: bool = False) -> Exhibit:
    return Exhibit(name, label, f"relecture.illustrations.{name}:draw", in_handout)


EXHIBITS = Exhibits(
    comparison="illustrations",
    tables=(),
    figures=(
        _figure("representation", "the same points in two representations", in_handout=True),
        _figure("network_diagram", "networks, drawn from the models", in_handout=True),
        _figure("linear_collapse", "linear layers are one linear map"),
        Exhibit(
            "squares", "squares make curves and an interaction", "relecture.illustrations.quadratic_activation:draw"
        ),
        _figure("activations", "activation functions"),
        _figure("activation_errors", "test error with sigmoid, tanh and ReLU"),
        _figure("interaction", "polynomials against a small network", in_handout=True),
        _figure("parameters", "parameters, counted"),
        _figure("flexibility", "flexibility against test error"),
        _figure("linear_overfit", "a linear model that overfits"),
        _figure("early_stopping", "early stopping"),
        _figure("dropout", "dropout"),
        _figure("sliding_filter", "a filter slides over a 1, step by step"),
        _figure("convolution", "a filter slid over a 1", in_handout=True),
        _figure("pooling", "max-pooling of 2 × 2 and 3 × 3"),
        _figure("feature_maps", "learned filters and feature maps", in_handout=True),
        _figure("filters", "size and number of filters"),
        _figure("translation", "translation invariance"),
        _figure("augmentation", "one digit, nine variations"),
        _figure("flipping", "why digits are not flipped"),
        _figure("rows_and_columns", "groups of rows, groups of columns"),
        _figure("elbow", "an elbow"),
        _figure("mnist_examples", "digits of MNIST"),
    ),
    topics=(
        Topic("representation"),
        Topic("network_diagram"),
        Topic(
            "parameters", published=("illustrations.linear.weights", "illustrations.network.", "illustrations.mnist_")
        ),
        Topic("linear_collapse", published=("illustrations.linear.x",)),
        Topic("squares", published=("illustrations.square.",)),
        Topic("activations"),
        Topic("activation_errors"),
        Topic("interaction"),
        Topic("flexibility"),
        Topic("linear_overfit"),
        Topic("mnist_examples", chapter="digits"),
        Topic("early_stopping", chapter="digits"),
        Topic("dropout", chapter="digits"),
        Topic("sliding_filter", chapter="tallies"),
        Topic("convolution", published=("illustrations.feature_map",), chapter="tallies"),
        Topic("pooling", chapter="tallies"),
        Topic("feature_maps", chapter="tallies"),
        Topic("filters", chapter="tallies"),
        Topic("translation", chapter="tallies"),
        Topic("augmentation", chapter="tallies"),
        Topic("flipping", chapter="tallies"),
        Topic("rows_and_columns", chapter="clusters"),
        Topic("elbow", chapter="clusters"),
    ),
    conclusions_from=(
        "scorecard.csv",
        "illustrations/findings.csv",
        *(f"illustrations/{figure}.csv" for figure in TESTED_FIGURES),
    ),
    findings="relecture.illustrations.figure_findings:findings",
    choices="relecture.illustrations.figure_findings:choices",
    figures_folder="",
)
