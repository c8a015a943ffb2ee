"""The comparison `tallies`: can a CNN trained elsewhere count votes from tally sheets? (Torres and Cantú 2022)"""

QUESTION = "Can a network trained on other handwriting count the votes on tally sheets?"

#: The base models and the function that trains them on MNIST.
BASES = {
    "default": "relecture.tallies.base:base",
    "selected": "relecture.tallies.base:base",
}
#: Each way to carry the selected base over to the target's digits, and the function that does it.
TRANSFERS = {
    "frozen": "relecture.tallies.transfer:transfer",
    "frozen_augmented": "relecture.tallies.transfer:transfer",
    "unfrozen": "relecture.tallies.transfer:transfer",
    "conv_frozen": "relecture.tallies.transfer:transfer",
    "scratch": "relecture.tallies.transfer:transfer",
}
#: The same with more and more labelled cells: how many labels are worth it?
LABELS = {
    "frozen": "relecture.tallies.transfer:labels",
    "unfrozen": "relecture.tallies.transfer:labels",
    "scratch": "relecture.tallies.transfer:labels",
}
#: The search among networks, and the model that reads the sheets; a record each.
SEARCH = {"search": "relecture.tallies.search:collect"}
FINAL = {"final": "relecture.tallies.transfer:final"}
