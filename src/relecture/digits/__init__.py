"""The comparison `digits`: which regulariser helps a network to read MNIST? (ISL Table 10.1)"""

#: Each method and the function that fits it.
METHODS = {
    "plain": "relecture.digits.networks:fit",
    "ridge": "relecture.digits.networks:fit",
    "dropout": "relecture.digits.networks:fit",
    "early_stopping": "relecture.digits.networks:fit",
    "logistic": "relecture.digits.networks:fit",
    "sklearn_logistic": "relecture.digits.baselines:sklearn_logistic",
    "lda": "relecture.digits.baselines:lda",
}

#: The networks among which the strength of `ridge` is chosen; a record like that of a method.
SEARCH = {"ridge_search": "relecture.digits.networks:search"}
