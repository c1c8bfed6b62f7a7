"""The rule book: special functions, of every order at once, since the derivative of one is made of its neighbours.

Abramowitz and Stegun, "Handbook of Mathematical Functions", 1964: 10.1.20 for jₙ, 9.6.29 for Iₙ.
"""

from typing import Any

from autograd.rules import forwards
from autograd.rules.primitive import primitive

spherical_bessel = primitive(
    "spherical_bessel", forwards.spherical_bessel,
    lambda g, y, x, order: g * _slope_of_spherical_bessel(x, order),
    symbol="jₙ", symmetric=True, doc="y = jₙ(x); j₀(x) = sin x / x",
)  # fmt: skip


def _slope_of_spherical_bessel(x: Any, order: int) -> Any:
    after = (order + 1) / (2 * order + 1) * spherical_bessel(x, order=order + 1)
    return order / (2 * order + 1) * spherical_bessel(x, order=order - 1) - after if order else -after


bessel_i = primitive(
    "bessel_i", forwards.bessel_i,
    lambda g, y, x, order: g * 0.5 * (bessel_i(x, order=abs(order - 1)) + bessel_i(x, order=order + 1)),
    symbol="Iₙ", symmetric=True, doc="y = Iₙ(x), the modified Bessel function of the first kind",
)  # fmt: skip
