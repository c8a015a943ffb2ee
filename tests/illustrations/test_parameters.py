"""Parameter counts of the slides, and torch's."""

import pytest

from relecture.illustrations import parameters
from relecture.training.mlp import count_parameters, mlp


def test_100_variables_are_100_weights_in_a_linear_model_and_7500_in_two_layers_of_50():
    count = parameters.parameter_counts().set_index(["model", "counted"])["count"]
    assert count["linear"].to_dict() == {"weights": 100, "parameters": 101}
    assert count["network"].to_dict() == {"hidden_weights": 7_500, "weights": 7_550, "parameters": 7_651}
    assert count["mnist_network"].to_dict() == {"hidden_weights": 233_472, "weights": 234_752, "parameters": 235_146}


@pytest.mark.parametrize("sizes", parameters.SIZES.values(), ids=parameters.SIZES)
def test_parameters_are_as_many_as_torch_counts(sizes):
    assert parameters.count_parameters(sizes) == count_parameters(mlp(sizes, seed=0))
