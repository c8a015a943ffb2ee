"""The figures of the comparison `illustrations`; every one is a command of its own and has no caption table."""

from relecture.exhibit import Exhibit, Exhibits


def _figure(name: str, label: str, *, in_handout: bool = False) -> Exhibit:
    return Exhibit(name, label, f"relecture.illustrations.{name}:draw", in_handout)


EXHIBITS = Exhibits(
    comparison="illustrations",
    tables=(),
    figures=(
        _figure("representation", "the same points in two representations", in_handout=True),
        _figure("linear_collapse", "linear layers are one linear map"),
        Exhibit(
            "squares", "squares make curves and an interaction", "relecture.illustrations.quadratic_activation:draw"
        ),
        _figure("activations", "activation functions"),
        _figure("interaction", "polynomials against a small network", in_handout=True),
        _figure("parameters", "parameters, counted"),
        _figure("flexibility", "flexibility against test error"),
        _figure("early_stopping", "early stopping"),
        _figure("convolution", "a filter slid over a 1", in_handout=True),
        _figure("translation", "translation invariance"),
        _figure("augmentation", "one digit, nine variations"),
        _figure("rows_and_columns", "groups of rows, groups of columns"),
        _figure("mnist_examples", "digits of MNIST"),
    ),
    conclusions_from=(
        "scorecard.csv",
        "illustrations/representation.csv",
        "illustrations/interaction.csv",
        "illustrations/flexibility.csv",
    ),
    figures_folder="",
)
