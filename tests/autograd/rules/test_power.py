"""Powers where a rule written as in a textbook would read 0 · ∞, or lose a derivative."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import autograd as ag


@pytest.mark.parametrize("a", [0.766, 1.0, 3.0, 1e-70, 1e70])
@pytest.mark.parametrize("kind", ["numbers", "arrays"])
def test_second_derivatives_at_exponent_0(a: float, kind: str) -> None:
    def f(p: Any) -> Any:
        return p[0] ** p[1]

    hessian: Any = ag.hessian(f)([a, 0.0] if kind == "numbers" else np.array([a, 0.0]))
    # ∂²/∂a∂b of a^b is a^(b − 1) (1 + b ln a)
    np.testing.assert_allclose(np.asarray(hessian), [[0.0, 1 / a], [1 / a, math.log(a) ** 2]], rtol=1e-14)


@pytest.mark.parametrize(
    "a",
    [0.0, -0.0, 5e-324, 2.0**-1024, -(2.0**-1024), np.nextafter(2.0**-1024, 1), math.inf, -math.inf, math.nan, -2.0],
)
def test_a_power_of_0_is_flat_wherever_it_is(a: float) -> None:
    x, b = ag.Value(a), ag.Value(0.0)
    y = ag.Tensor([a], requires_grad=True)
    with np.errstate(over="ignore"):
        for node, zero in ((x, b), (x, 0.0), (y, 0.0)):
            ones = None if node is x else np.ones(1)
            slope = ag.gradients(node**zero, node, gradient=ones, create_graph=True)
            assert slope.data == 0.0
            curvature = ag.gradients(slope, node, gradient=ones)
            assert np.all(np.equal(curvature.data if node is y else curvature, 0.0))


@pytest.mark.parametrize("engine", ["eager", "numpy", "native"])
def test_one_half_is_a_power_like_any_other(engine: str) -> None:
    if engine == "native":
        pytest.importorskip("llvmlite")
    x = np.array([-np.inf, -0.0, 0.0, 4.0, np.inf, -1.0])
    of_arrays, of_numbers = (lambda a: a**0.5), (lambda a: a**0.5)
    if engine != "eager":
        of_arrays, of_numbers = ag.compile(of_arrays, engine=engine), ag.compile(of_numbers, engine=engine)
    with np.errstate(invalid="ignore"), ag.no_grad():
        found = of_arrays(ag.Tensor(x))
        numbers = [of_numbers(ag.Value(number)) for number in x.tolist()]
    expected = [math.pow(number, 0.5) if number != -1.0 else math.nan for number in x.tolist()]
    for powers in (
        np.asarray(found.data if isinstance(found, ag.Node) else found),
        [n.data if isinstance(n, ag.Node) else n for n in numbers],
    ):
        np.testing.assert_array_equal(powers, expected)
        np.testing.assert_array_equal(np.signbit(powers)[:-1], np.signbit(expected)[:-1])  # C's is +0, not √−0


EDGES = [0.0, -0.0, 5e-324, 1e-300, 1.0, -2.0, 3.5, math.inf, -math.inf]


@pytest.mark.parametrize("kind", ["numbers", "arrays", "an array and a number"])
def test_a_power_lowered_by_one_and_a_direction_are_nothing_where_there_is_none(kind: str) -> None:
    """By their definitions in words: aᵇ⁻¹, or 0 where b is 0 and 1/a is not finite; a / b, or 0 where b is 0."""
    for a in EDGES:
        for b in (0.0, 1.0, 2.0, -1.0, 0.5):
            with np.errstate(all="ignore"):
                nothing = b == 0 and not np.isfinite(np.divide(1, a))
                power = 0.0 if nothing else np.power(a, b - 1)
                if b == 0.5 and math.isinf(a):
                    power = 0.0  # of −∞ as of ∞
                given = a if kind == "numbers" else np.array([a, a]), np.array([b, b]) if kind == "arrays" else b
                expected = np.full(np.shape(given[0]), power), np.full(np.shape(given[0]), a / b if b else 0.0)
                np.testing.assert_array_equal(ag.lowered_power(*given), expected[0])
                np.testing.assert_array_equal(ag.BOOK["direction"](*given), expected[1])
