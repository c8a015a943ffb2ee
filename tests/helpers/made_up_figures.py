"""Made-up numbers of the figures of `illustrations`, with and without an effect."""

import pandas as pd

#: Without noise all members differ by exactly this; the numbers of a figure move together from draw to draw.
DRAWS = {"seed-1": 0.0, "seed-2": 0.02, "seed-3": 0.04, "seed-4": 0.012}
#: Added to the second of two methods that differ in single draws only.
NOISE = {"seed-1": 0.06, "seed-2": -0.05, "seed-3": 0.04, "seed-4": -0.06}
#: A small difference from draw to draw, without which the test of a difference would have no error.
WOBBLE = {"seed-1": 0.001, "seed-2": -0.001, "seed-3": 0.001, "seed-4": -0.001}


def table(means: dict[tuple, float], columns: list[str], value: str, noisy: tuple = ()) -> pd.DataFrame:
    """A row per name and draw; the names in `noisy` differ from the others at random."""
    rows = []
    for index, (name, mean) in enumerate(means.items()):
        own = NOISE if name in noisy else {member: index * wobble for member, wobble in WOBBLE.items()}
        rows += [(*name, member, mean + move + own[member]) for member, move in DRAWS.items()]
    return pd.DataFrame(rows, columns=[*columns, "member", value])


def made_up_figures(effect: bool) -> dict[str, pd.DataFrame]:
    """The numbers of every figure; without an effect the second of each two is the first with noise."""

    def means(values: dict[tuple, float]) -> dict[tuple, float]:
        return values if effect else dict.fromkeys(values, next(iter(values.values())))

    def made(values: dict[tuple, float], columns: list[str], value: str) -> pd.DataFrame:
        names = list(values)
        return table(means(values), columns, value, noisy=() if effect else tuple(names[1::2]))

    filters = {("kernel_size", 1): 0.3, ("kernel_size", 3): 0.2, ("kernel_size", 5): 0.1}
    counts = {("n_filters", 2): 0.3, ("n_filters", 4): 0.2, ("n_filters", 8): 0.25}
    rates = made({("ReLU",): 0.05, ("sigmoid",): 0.4, ("tanh",): 0.2}, ["activation"], "test_error")
    if not effect:  # both differ from ReLU at random
        rates = table({("ReLU",): 0.05, ("sigmoid",): 0.05, ("tanh",): 0.05}, ["activation"], "test_error",
                      noisy=(("sigmoid",), ("tanh",)))  # fmt: skip
    flips = {("as written", "as written"): 0.02, ("left-right", "as written"): 0.06, ("as written", "left-right"): 0.6,
             ("left-right", "left-right"): 0.1, ("as written", "upside down"): 0.7}  # fmt: skip
    flipping = made(flips, ["training", "test"], "error")
    if not effect:
        noisy = (("left-right", "as written"), ("as written", "left-right"))
        flipping = table(dict.fromkeys(flips, 0.2), ["training", "test"], "error", noisy)
    flipping = flipping.assign(digit=0, n_images=10_000, n_misclassified=(10_000 * flipping.error).round())
    overfit = table({(5,): 1.0, (50,): 79.0 if effect else 1.0}, ["predictors"], "test", () if effect else ((50,),))
    layers = made({(0,): 0.2, (1,): 0.1}, ["layer"], "test_error")
    elbow = pd.DataFrame(
        {"member": "seed-1", "n_clusters": [1, 2, 3], "wss": [9, 2, 1], "is_elbow": [False, True, False]}
    )
    truths = {("product", "network"): 0.7, ("product", "curves"): -0.05, ("product", "products"): 0.73,
              ("switch", "network"): 0.9, ("switch", "products"): 0.8}  # fmt: skip
    return {
        "representation": made({("cartesian",): 0.5, ("polar",): 0.9}, ["representation"], "accuracy"),
        "activation_errors": rates.assign(learning_rate=0.1, validation_error=0.1),
        "interaction": made(truths, ["truth", "model"], "r2"),
        "flexibility": table({(1,): 0.4, (4,): 0.4, (16,): 0.2, (128,): 0.4 if effect else 0.21}, ["units"], "test",
                             () if effect else ((128,),)),
        "linear_overfit": overfit.assign(rows=50, relevant=5, train=0.5),
        "feature_maps": layers,
        "filters": pd.concat([
            made(filters, ["varied", "value"], "test_error"), made(counts, ["varied", "value"], "test_error")
        ]),
        "flipping": flipping.drop(columns="error"),
        "elbow": elbow,
    }  # fmt: skip
