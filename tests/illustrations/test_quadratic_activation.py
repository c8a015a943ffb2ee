"""The coefficients of the lecture's network of two units."""

import pytest

from relecture.illustrations import quadratic_activation


def test_squares_give_2_x1_squared_6_x1_x2_and_5_x2_squared_as_on_the_slide():
    sympy = pytest.importorskip("sympy")
    x1, x2 = sympy.symbols("x1 x2")
    assert sympy.expand((x1 + x2) ** 2 + (x1 + 2 * x2) ** 2) == 2 * x1**2 + 6 * x1 * x2 + 5 * x2**2
    coefficients = quadratic_activation.coefficients(seed=2).set_index(["activation", "term"])
    for column in ("by_algebra", "from_outputs"):
        square, linear = (coefficients[column][activation].to_dict() for activation in ("square", "linear"))
        assert square == {"1": 0, "x1": 0, "x2": 0, "x1^2": 2, "x1 x2": 6, "x2^2": 5}
        assert linear == {"1": 0, "x1": 2, "x2": 3, "x1^2": 0, "x1 x2": 0, "x2^2": 0}
