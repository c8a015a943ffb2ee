"""Representation, activation functions, polynomials, parameters and flexibility: what the drawings claim."""

import numpy as np
import pytest
import torch

from relecture.illustrations import (
    flexibility,
    interaction,
    linear_collapse,
    parameters,
    quadratic_activation,
    representation,
)
from relecture.illustrations.activations import ACTIVATIONS, values
from relecture.training.mlp import count_parameters, mlp


@pytest.fixture(scope="module")
def rings(standard):
    return representation.accuracies(points=standard.illustrations.rings.points, seeds=20, seed=2)


@pytest.fixture(scope="module")
def errors(standard):
    config = standard.illustrations.illustration("flexibility")
    return flexibility.errors(**{**config, "seeds": 5}).groupby("units")[["train", "test"]].mean()


@pytest.fixture(scope="module")
def r2(standard):
    config = standard.illustrations.illustration("interaction")
    return interaction.scores(**{**config, "seeds": 5}).groupby(["truth", "model"]).r2.mean()


def test_a_straight_line_separates_two_rings_in_polar_coordinates_and_guesses_in_cartesian_ones(rings):
    accuracy = rings.groupby("representation").accuracy
    assert accuracy.min()["polar"] > 0.99
    assert accuracy.mean()["cartesian"] == pytest.approx(0.5, abs=0.03)


def test_polar_coordinates_lose_nothing():
    positions, _ = representation.rings(50, np.random.RandomState(1))
    distance, angle = representation.polar(positions).T
    np.testing.assert_allclose(distance[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]), positions)


@pytest.mark.parametrize("seed", range(5))
def test_layers_with_a_linear_activation_are_one_linear_map_and_with_relu_they_are_not(seed):
    found, _ = linear_collapse.compared(seed)
    linear, relu = (found[found.activation == name] for name in ("linear", "ReLU"))
    np.testing.assert_allclose(linear["product"], linear.regression, atol=1e-9)
    np.testing.assert_allclose(linear.r2, 1)
    assert relu.r2.max() < 0.95
    assert np.abs(relu["product"] - relu.regression).max() > 0.5


def test_squares_give_2_x1_squared_6_x1_x2_and_5_x2_squared_as_on_the_slide():
    sympy = pytest.importorskip("sympy")
    x1, x2 = sympy.symbols("x1 x2")
    assert sympy.expand((x1 + x2) ** 2 + (x1 + 2 * x2) ** 2) == 2 * x1**2 + 6 * x1 * x2 + 5 * x2**2
    found = quadratic_activation.coefficients(seed=2).set_index(["activation", "term"])
    for way in ("by_algebra", "from_outputs"):
        assert found[way]["square"].to_dict() == {"1": 0, "x1": 0, "x2": 0, "x1^2": 2, "x1 x2": 6, "x2^2": 5}
        assert found[way]["linear"].to_dict() == {"1": 0, "x1": 2, "x2": 3, "x1^2": 0, "x1 x2": 0, "x2^2": 0}


def test_activation_functions_and_their_slopes_are_those_of_torch():
    z = torch.linspace(-4, 4, 40, dtype=torch.float64, requires_grad=True)
    theirs = {"linear": lambda z: z * 1, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "ReLU": torch.relu}
    assert set(theirs) == set(ACTIVATIONS)
    ours = values(z.detach().numpy()).set_index("activation")
    for name, function in theirs.items():
        (slope,) = torch.autograd.grad(function(z).sum(), z)
        np.testing.assert_allclose(ours.value[name], function(z).detach(), atol=1e-12)
        np.testing.assert_allclose(ours.slope[name], slope, atol=1e-12)


@pytest.mark.parametrize("truth", interaction.TRUTHS)
def test_without_products_a_polynomial_sees_nothing_of_an_interaction_and_a_network_finds_it(r2, truth):
    assert max(r2[truth, "linear"], r2[truth, "curves"]) < 0.05
    assert r2[truth, "network"] > 0.9 * r2[truth, "truth"]


def test_the_polynomial_wins_where_the_truth_is_its_product_and_the_network_where_it_is_not(r2):
    assert r2["product", "products"] > r2["product", "network"]
    assert r2["switch", "network"] > r2["switch", "products"] + 0.05


def test_100_variables_are_100_weights_in_a_linear_model_and_7500_in_two_layers_of_50():
    count = parameters.counts().set_index(["model", "counted"])["count"]
    assert count["linear"].to_dict() == {"weights": 100, "parameters": 101}
    assert count["network"].to_dict() == {"hidden_weights": 7_500, "weights": 7_550, "parameters": 7_651}
    assert count["mnist_network"].to_dict() == {"hidden_weights": 233_472, "weights": 234_752, "parameters": 235_146}


@pytest.mark.parametrize("sizes", parameters.SIZES.values(), ids=parameters.SIZES)
def test_parameters_are_as_many_as_torch_counts(sizes):
    assert parameters.parameters(sizes) == count_parameters(mlp(sizes, seed=0))


def test_the_error_on_new_rows_falls_and_then_rises_as_units_grow(errors):
    best = errors.test.idxmin()
    assert 4 <= best <= 32
    assert errors.test.iloc[0] > 1.5 * errors.test[best]
    assert errors.test.iloc[-1] > 1.5 * errors.test[best]
    assert errors.test.min() > flexibility.NOISE**2


def test_the_error_on_training_rows_only_falls_and_below_the_noise(errors):
    assert errors.train.is_monotonic_decreasing
    assert errors.train.iloc[-1] < flexibility.NOISE**2 / 2
