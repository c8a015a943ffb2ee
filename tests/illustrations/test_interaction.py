"""Claims of the figure `interaction`."""

import pytest

from relecture.illustrations import interaction


@pytest.fixture(scope="module")
def r2(standard):
    config = standard.illustrations.illustration("interaction").model_copy(update={"n_seeds": 5})
    return interaction.r2_scores(config).groupby(["truth", "model"]).r2.mean()


@pytest.mark.parametrize("truth", interaction.TRUTHS)
def test_a_polynomial_without_products_misses_an_interaction_and_a_network_finds_it(r2, truth):
    assert max(r2[truth, "linear"], r2[truth, "curves"]) < 0.05
    assert r2[truth, "network"] > 0.9 * r2[truth, "truth"]


def test_the_polynomial_is_best_where_the_truth_is_a_product_and_the_network_where_it_is_not(r2):
    assert r2["product", "products"] > r2["product", "network"]
    assert r2["switch", "network"] > r2["switch", "products"] + 0.05
