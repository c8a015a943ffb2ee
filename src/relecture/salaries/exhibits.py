"""The tables and figures of the comparison `salaries`."""

from relecture.exhibit import Exhibit, Exhibits, Topic, table

_TABLES, _FIGURES = "relecture.salaries.result_tables", "relecture.salaries.figures"
_LEARNING, _FINDINGS = "relecture.salaries.learning_tables", "relecture.salaries.findings"

EXHIBITS = Exhibits(
    comparison="salaries",
    tables=(
        table("table", "error and R² of each method", f"{_TABLES}:table", in_handout=True),
        table("differences", "paired differences", f"{_TABLES}:differences", in_handout=True),
        table("learning_curve", "errors by the size of the training set", f"{_LEARNING}:learning_curve"),
        table("size_differences", "networks by the size of the training set", f"{_LEARNING}:size_differences"),
        table("epochs", "errors of the networks by epoch", f"{_LEARNING}:epochs"),
        table("tuning", "what cross-validation chooses", "relecture.salaries.tuning_tables:tuning"),
        table("profile", "profile of the data", "relecture.salaries.user_table:write_profile", job="data"),
    ),
    figures=(
        Exhibit("splits", "error over random splits", f"{_FIGURES}:splits", in_handout=True),
        Exhibit(
            "learning_curve", "error by the size of the training set", f"{_FIGURES}:learning_curve", in_handout=True
        ),
        Exhibit("epochs", "errors of the networks by epoch", f"{_FIGURES}:epochs"),
        Exhibit("lasso_path", "lasso path and cross-validation", f"{_FIGURES}:lasso_path", in_handout=True),
        Exhibit("residuals", "residuals", f"{_FIGURES}:residuals"),
    ),
    topics=(
        Topic("residuals", "table", "book/linear", ("salaries.",)),
        Topic("lasso_path", "tuning", "book/lasso"),
        Topic("splits", "differences", "resampled/random_forest"),
        Topic("epochs", "epochs", "resampled/network_standardised"),
        Topic("learning_curve", "size_differences", "learning_curve"),
    ),
    conclusions_from=(
        "salaries/table.csv",
        "salaries/differences.csv",
        "salaries/size_differences.csv",
        "salaries/book/linear/params.json",
    ),
    overview="relecture.salaries.figures:overview",
    findings=f"{_FINDINGS}:findings",
    choices=f"{_FINDINGS}:choices",
)
