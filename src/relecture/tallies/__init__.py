"""The comparison `tallies`: votes on tally sheets, counted by a CNN (Torres and Cantú 2022)."""

QUESTION = "Can a network trained on other handwriting count the votes on tally sheets?"

#: Height and width of the image of a cell in pixels, as of MNIST's images.
IMAGE_SIZE = 28

#: The symbol of the counting classifier that is no digit: a cross, a dash, a slash, a tick, a struck-out digit. The
#: other networks, which are the paper's, have the ten digits alone.
MARK = 10

_TRANSFER, _LABEL_CURVE = (f"relecture.tallies.networks.transfer:{name}" for name in ("transfer", "label_curve"))

#: The base models, each with the function that trains it on MNIST. They differ in their architecture and learning rate;
#: `default_selected_rate` has the default architecture and the learning rate of the selected network.
BASES = dict.fromkeys(
    ("default", "default_selected_rate", "selected"), "relecture.tallies.networks.pretraining:pretrain"
)
#: The variants of transfer, each with normalised cells and with cells as cut.
VARIANTS = ("frozen", "frozen_augmented", "unfrozen", "conv_frozen", "scratch")
#: With cells as they are cut from their boxes, a variant has this ending; else cells are normalised.
AS_CUT = "_as_cut"
#: The same by method, each with the function that trains it from the selected base to the target's digits.
TRANSFERS = dict.fromkeys([f"{name}{crop}" for crop in ("", AS_CUT) for name in VARIANTS], _TRANSFER)
#: The variants of transfer that are also trained on several numbers of labelled cells.
LABEL_CURVES = dict.fromkeys(("frozen", "unfrozen", "scratch", f"frozen{AS_CUT}", f"scratch{AS_CUT}"), _LABEL_CURVE)
#: The hyperparameter search, its best trials trained again, those that the paper prints, and the model that counts the
#: votes; one record each.
SEARCH = {
    "search": "relecture.tallies.networks.hyperband_results:collect",
    "finalists": "relecture.tallies.networks.repeated_trials:train_finalists",
    "printed_trials": "relecture.tallies.networks.repeated_trials:train_printed",
}
FINAL = {"final": "relecture.tallies.networks.transfer:fit_final"}

#: What the methods are called in tables and figures.
METHOD_NAMES = {
    "base/default": "Default network, MNIST only",
    "base/default_selected_rate": "Default network, learning rate of the selected one, MNIST only",
    "base/selected": "Selected network, MNIST only",
    "transfer/frozen": "First block frozen (the paper's)",
    "transfer/frozen_augmented": "First block frozen, augmented cells",
    "transfer/unfrozen": "Nothing frozen",
    "transfer/conv_frozen": "All convolutions frozen",
    "transfer/scratch": "From scratch",
}
