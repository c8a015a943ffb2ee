"""Regularised networks on MNIST: ridge, dropout, early stopping; linear methods, neighbours, a forest (Table 10.1)."""

QUESTION = "Which regulariser helps a network to read handwritten digits?"

#: Each method and the function that fits it.
METHODS = {
    "plain": "relecture.digits.networks:fit",
    "ridge": "relecture.digits.networks:fit",
    "dropout": "relecture.digits.networks:fit",
    "early_stopping": "relecture.digits.networks:fit",
    "early_stopping_error": "relecture.digits.networks:fit",
    "l1": "relecture.digits.networks:fit_l1",
    "one_hidden_layer": "relecture.digits.networks:fit",
    "logistic": "relecture.digits.networks:fit",
    "sklearn_logistic": "relecture.digits.baselines:fit_sklearn_logistic",
    "lda": "relecture.digits.baselines:fit_lda",
    "knn": "relecture.digits.baselines:fit_knn",
    "random_forest": "relecture.digits.baselines:fit_random_forest",
}

#: The networks among which ridge's lambda is chosen; their record is like that of a method.
SEARCH = {"ridge_search": "relecture.digits.networks:search_lambda"}

#: The function that chooses ridge's lambda from the record of the search.
LAMBDA_CHOICE = "relecture.digits.choices:chosen_lambda"
