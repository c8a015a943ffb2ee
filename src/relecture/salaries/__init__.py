"""The comparison `salaries`: linear regression, lasso, relaxed lasso or a network on Hitters (ISL Table 10.2)."""

#: The path in the settings that stands for the book's table.
BOOK = "hitters"

#: Each method and the function that fits it; the relaxed lasso is least squares on four predictors.
METHODS = {
    "linear": "relecture.salaries.linear:fit",
    "lasso": "relecture.salaries.lasso:fit",
    "relaxed_lasso": "relecture.salaries.linear:fit",
    "network": "relecture.salaries.network:fit",
}

#: The book's one split, and many random ones.
PROTOCOLS = ("book", "resampled")
