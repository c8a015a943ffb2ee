"""The comparison `tallies`: votes on tally sheets, counted by a CNN (Torres and Cantú 2022)."""

QUESTION = "Can a network trained on other handwriting count the votes on tally sheets?"

#: Height and width of the image of a cell in pixels, as of MNIST's images.
IMAGE_SIZE = 28

_TRANSFER, _LABEL_CURVE = (f"relecture.tallies.networks.transfer:{name}" for name in ("transfer", "label_curve"))

#: The base models by architecture, each with the function that trains it on MNIST.
BASES = {
    "default": "relecture.tallies.networks.pretraining:pretrain",
    "selected": "relecture.tallies.networks.pretraining:pretrain",
}
#: The variants of transfer from the selected base to the target's digits, each with the function that trains it.
TRANSFERS = dict.fromkeys(("frozen", "frozen_augmented", "unfrozen", "conv_frozen", "scratch"), _TRANSFER)
#: The variants of transfer that are also trained on several numbers of labelled cells.
LABEL_CURVES = dict.fromkeys(("frozen", "unfrozen", "scratch"), _LABEL_CURVE)
#: The hyperparameter search, and the model that counts the votes; one record each.
SEARCH = {"search": "relecture.tallies.networks.hyperband_results:collect"}
FINAL = {"final": "relecture.tallies.networks.transfer:fit_final"}
