"""Comparison `salaries`: linear models, neighbours, trees and networks on Hitters (ISL Table 10.2)."""

#: Value of `salaries.data.path` that selects the book's table.
BOOK = "hitters"

#: Fit function of each method; the relaxed lasso is least squares on a few predictors, bagging a random forest that
#: tries all predictors at every split.
METHODS = {
    "linear": "relecture.salaries.linear:fit",
    "lasso": "relecture.salaries.lasso:fit",
    "relaxed_lasso": "relecture.salaries.linear:fit",
    "ridge": "relecture.salaries.ridge:fit",
    "knn": "relecture.salaries.knn:fit",
    "tree": "relecture.salaries.tree:fit",
    "bagging": "relecture.salaries.forest:fit",
    "random_forest": "relecture.salaries.forest:fit",
    "network": "relecture.salaries.network:fit",
    "network_standardised": "relecture.salaries.network:fit",
}

#: The book's network is trained on thousands of dollars as they are; in another unit it would be another network, so a
#: user's table has only the one whose target is standardised.
ISL_TABLE_ONLY = ("network",)

#: The methods that get a column for every level of a factor of three or more; the others get R's treatment coding.
ONE_HOT = ("ridge", "knn", "tree", "bagging", "random_forest")

#: The record of all methods on training sets of several sizes.
LEARNING_CURVE = {"learning_curve": "relecture.salaries.learning_curve:fit"}

#: Split and predictors of the published values. With another split no value is compared with them, with other
#: predictors none of the relaxed lasso.
BOOK_SPLIT, BOOK_PREDICTORS = {"seed": 13, "test_size": 87}, ("Hits", "Walks", "CRuns", "PutOuts")

#: The book's split, and many random splits.
PROTOCOLS = ("book", "resampled")
