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

#: What the printed numbers depend on; with another split nothing is compared, with other predictors not their method.
BOOK_SPLIT, BOOK_PREDICTORS = {"seed": 13, "test_size": 87}, ("Hits", "Walks", "CRuns", "PutOuts")

#: The book's one split, and many random ones.
PROTOCOLS = ("book", "resampled")
