"""The rule book: special functions, of every order at once, since the derivative of one is made of its neighbours.

Abramowitz and Stegun, "Handbook of Mathematical Functions", 1964: 10.1.20 for jₙ, 9.6.29 for Iₙ.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.rules.blocks import in_blocks
from autograd.rules.primitive import primitive


@in_blocks
def _spherical_bessel(x: Any, order: int) -> Any:
    """jₙ(x): by its power series up to n + 1, and from there by recurrence upwards, which is stable above n."""
    near = np.abs(x) <= order + 1
    large = np.where(near, 1, x)
    before, y = np.cos(large) / large, np.sin(large) / large
    for n in range(order):
        before, y = y, (2 * n + 1) / large * y - before
    y = np.asarray(y, np.result_type(x, np.float16))
    y[near] = _series_of_spherical_bessel(x[near], order)
    return y


def _series_of_spherical_bessel(x: Any, order: int) -> Any:
    term = x**order / math.prod(range(1, 2 * order + 2, 2))
    y = term
    for k in range(1, 24 + order):
        term = term * (-0.5 * x * x / (k * (2 * order + 2 * k + 1)))
        less_exact, y = y, y + term
        if np.array_equal(less_exact, y):  # nor will the smaller terms that follow change a digit
            break
    return y


@in_blocks
def _bessel_i(x: Any, order: int) -> Any:
    """Iₙ(x), the mean of exp(x cos θ) cos nθ over a circle, which 512 points give to the last digits.

    Those of a quarter say what the others do: with ± cos θ, two exponentials are twice a cosh, or a sinh where n is odd.
    """
    if order == 0:
        return np.i0(x)
    angles = np.arange(129) * (math.pi / 256)
    weights = np.cos(order * angles) / 128
    weights[[0, -1]] /= 2
    y = np.zeros(x.shape, np.result_type(x, np.float16))
    for cosine, weight in zip(np.cos(angles).tolist(), weights.tolist(), strict=True):
        y += weight * (np.sinh if order % 2 else np.cosh)(cosine * x)
    return y


spherical_bessel = primitive(
    "spherical_bessel", _spherical_bessel,
    lambda g, y, x, order: g * _slope_of_spherical_bessel(x, order),
    symbol="jₙ", symmetric=True, doc="y = jₙ(x); j₀(x) = sin x / x",
)  # fmt: skip


def _slope_of_spherical_bessel(x: Any, order: int) -> Any:
    after = (order + 1) / (2 * order + 1) * spherical_bessel(x, order=order + 1)
    return order / (2 * order + 1) * spherical_bessel(x, order=order - 1) - after if order else -after


bessel_i = primitive(
    "bessel_i", _bessel_i,
    lambda g, y, x, order: g * _slope_of_bessel_i(x, order),
    symbol="Iₙ", symmetric=True, doc="y = Iₙ(x), the modified Bessel function of the first kind",
)  # fmt: skip


def _slope_of_bessel_i(x: Any, order: int) -> Any:
    after = bessel_i(x, order=order + 1)
    return 0.5 * (bessel_i(x, order=order - 1) + after) if order else after
