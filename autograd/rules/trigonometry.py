"""The rule book: the functions of angles, and the hyperbolic ones.

Derivatives are written so that nothing cancels and nothing overflows on the way: √(1 + x²) is hypot(1, x), 1 − x² is
(1 − x)(1 + x), and 1 − tanh² x, which would be lost where tanh x rounds to 1, is 1 / cosh² x.
"""

import math
from typing import Any

import numpy as np

from autograd.rules import forwards
from autograd.rules.arithmetic import direction, hypot, sqrt
from autograd.rules.primitive import elementwise

# ---- angles ---------------------------------------------------------------------------------------------------------

sin = elementwise("sin", np.sin, lambda g, y, x: g * cos(x), analytic=True, scalar=math.sin, doc="y = sin x")
cos = elementwise("cos", np.cos, lambda g, y, x: -g * sin(x), analytic=True, scalar=math.cos, doc="y = cos x")
tan = elementwise("tan", np.tan, lambda g, y, x: g * (1 + y * y), analytic=True, scalar=math.tan, doc="y = tan x")

arcsin = elementwise(
    "arcsin", np.arcsin,
    lambda g, y, x: g / sqrt((1 - x) * (1 + x)),
    scalar=math.asin, doc="y = arcsin x", kink="x = 1 or −1: ∞, the one-sided limit",
)  # fmt: skip

arccos = elementwise(
    "arccos", np.arccos,
    lambda g, y, x: -g / sqrt((1 - x) * (1 + x)),
    scalar=math.acos, doc="y = arccos x", kink="x = 1 or −1: −∞, the one-sided limit",
)  # fmt: skip

arctan = elementwise(
    "arctan", np.arctan, lambda g, y, x: g / (1 + x * x), analytic=True, scalar=math.atan, doc="y = arctan x"
)

arctan2 = elementwise(
    "arctan2", np.arctan2,
    lambda g, y, a, b: turn(g, b, hypot(a, b)),
    lambda g, y, a, b: turn(-g, a, hypot(a, b)),
    scalar=math.atan2, doc="y = the angle of the point (b, a)", kink="a = b = 0: 0 for both",
)  # fmt: skip


def turn(g: Any, part: Any, length: Any) -> Any:
    """g · part / length², whose square may be too large or too small for a number."""
    return direction(g * direction(part, length), length)


# ---- hyperbolic -----------------------------------------------------------------------------------------------------

sinh = elementwise("sinh", np.sinh, lambda g, y, x: g * cosh(x), analytic=True, scalar=math.sinh, doc="y = sinh x")
cosh = elementwise("cosh", np.cosh, lambda g, y, x: g * sinh(x), analytic=True, scalar=math.cosh, doc="y = cosh x")
tanh = elementwise(
    "tanh", np.tanh, lambda g, y, x: g * sech_squared(x), analytic=True, scalar=math.tanh, doc="y = tanh x"
)

sech_squared = elementwise(
    "sech_squared", forwards.sech_squared,
    lambda g, y, x: g * (-2.0 * y * tanh(x)),
    analytic=True, scalar=forwards.sech_squared_of_float, symbol="sech²", doc="y = 1 / cosh² x = 1 − tanh² x",
)  # fmt: skip

arcsinh = elementwise("arcsinh", np.arcsinh, lambda g, y, x: g / hypot(1, x), scalar=math.asinh, doc="y = arsinh x")

arccosh = elementwise(
    "arccosh", np.arccosh,
    lambda g, y, x: g / (sqrt(x - 1) * sqrt(x + 1)),
    scalar=math.acosh, doc="y = arcosh x", kink="x = 1: ∞, the one-sided limit",
)  # fmt: skip

arctanh = elementwise(
    "arctanh", np.arctanh,
    lambda g, y, x: g / ((1 - x) * (1 + x)),
    analytic=True, scalar=math.atanh, doc="y = artanh x",
)  # fmt: skip
