"""The comparison `tallies`: can a CNN trained elsewhere count votes from tally sheets? (Torres and Cantú 2022)"""

QUESTION = "Can a network trained on other handwriting count the votes on tally sheets?"

#: The base models and the function that trains them on MNIST.
BASES = {
    "default": "relecture.tallies.networks.pretraining:base",
    "selected": "relecture.tallies.networks.pretraining:base",
}
#: Each way to carry the selected base over to the target's digits, and the function that does it.
TRANSFERS = {
    "frozen": "relecture.tallies.networks.transfer:transfer",
    "frozen_augmented": "relecture.tallies.networks.transfer:transfer",
    "unfrozen": "relecture.tallies.networks.transfer:transfer",
    "conv_frozen": "relecture.tallies.networks.transfer:transfer",
    "scratch": "relecture.tallies.networks.transfer:transfer",
}
#: The same with more and more labelled cells: how many labels are worth it?
LABELS = {
    "frozen": "relecture.tallies.networks.transfer:labels",
    "unfrozen": "relecture.tallies.networks.transfer:labels",
    "scratch": "relecture.tallies.networks.transfer:labels",
}
#: The search among networks, and the model that reads the sheets; a record each.
SEARCH = {"search": "relecture.tallies.networks.hyperband_search:collect"}
FINAL = {"final": "relecture.tallies.networks.transfer:final"}
