"""Comparison `salaries`: linear regression, lasso, relaxed lasso and a network on Hitters (ISL Table 10.2)."""

#: Value of `salaries.data.path` that selects the book's table.
BOOK = "hitters"

#: Fit function of each method; the relaxed lasso is least squares on a few predictors.
METHODS = {
    "linear": "relecture.salaries.linear:fit",
    "lasso": "relecture.salaries.lasso:fit",
    "relaxed_lasso": "relecture.salaries.linear:fit",
    "network": "relecture.salaries.network:fit",
}

#: Split and predictors of the published values. With another split no value is compared with them, with other
#: predictors none of the relaxed lasso.
BOOK_SPLIT, BOOK_PREDICTORS = {"seed": 13, "test_size": 87}, ("Hits", "Walks", "CRuns", "PutOuts")

#: The book's split, and many random splits.
PROTOCOLS = ("book", "resampled")
