"""The tables and figures of the comparison `digits`."""

from relecture.exhibit import Exhibit, Exhibits, Topic, table

_TABLES, _FIGURES = "relecture.digits.result_tables", "relecture.digits.figures"

EXHIBITS = Exhibits(
    comparison="digits",
    tables=(
        table("table", "published and reproduced", f"{_TABLES}:table", in_handout=True),
        table("differences", "paired differences", f"{_TABLES}:differences", in_handout=True),
        table("lambda_choice", "choice of the penalties", f"{_TABLES}:lambda_choice"),
        table("early_stopping", "early stopping by loss and by error", f"{_TABLES}:early_stopping"),
    ),
    figures=(
        Exhibit("test_error", "test error, published and reproduced", f"{_FIGURES}:test_error", in_handout=True),
        Exhibit("curves", "training and validation loss", f"{_FIGURES}:curves", in_handout=True),
        Exhibit("early_stopping", "validation loss and error by epoch", f"{_FIGURES}:early_stopping"),
        Exhibit("lambda_choice", "choice of the penalties", f"{_FIGURES}:lambda_choice"),
        Exhibit("weights", "distribution of the weights", f"{_FIGURES}:weights"),
        Exhibit("confusion", "confusion matrix", f"{_FIGURES}:confusion"),
        Exhibit("confidently_wrong", "most confident errors", f"{_FIGURES}:confidently_wrong", in_handout=True),
    ),
    topics=(
        Topic("test_error", "table", "dropout", ("digits.",)),
        Topic("curves", "differences", "plain"),
        Topic("early_stopping", "early_stopping", "early_stopping"),
        Topic("lambda_choice", "lambda_choice", "ridge_search"),
        Topic("confidently_wrong", record="dropout"),
    ),
    conclusions_from=(
        "digits/table.csv",
        "digits/differences.csv",
        "digits/lambda_choice.csv",
        "digits/early_stopping.csv",
        "digits/choices.csv",
        "digits/reproduced_values.csv",
        "digits/plain/params.json",
    ),
    overview="relecture.digits.figures:overview",
    findings=f"{_TABLES}:findings",
    choices=f"{_TABLES}:choices",
)
