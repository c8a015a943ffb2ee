"""The tables and figures of the comparison `salaries`."""

from relecture.exhibit import Exhibit, Exhibits, table

_TABLES, _FIGURES = "relecture.salaries.result_tables", "relecture.salaries.figures"

EXHIBITS = Exhibits(
    comparison="salaries",
    tables=(
        table("table", "error and R² of each method", f"{_TABLES}:table", in_handout=True),
        table("differences", "paired differences", f"{_TABLES}:differences", in_handout=True),
        table("profile", "profile of the data", "relecture.salaries.user_table:write_profile", job="data"),
    ),
    figures=(
        Exhibit("splits", "error over random splits", f"{_FIGURES}:splits", in_handout=True),
        Exhibit("lasso_path", "lasso path and cross-validation", f"{_FIGURES}:lasso_path", in_handout=True),
        Exhibit("residuals", "residuals", f"{_FIGURES}:residuals"),
    ),
    conclusions_from=("salaries/table.csv", "salaries/differences.csv", "salaries/book/linear/params.json"),
    overview="relecture.salaries.figures:overview",
    findings=f"{_TABLES}:findings",
)
