"""The rule book: comparisons, the four operations, powers, and the choice between two values."""

import math
import operator
from typing import Any

import numpy as np

from autograd.rules import forwards
from autograd.rules.exponentials import log
from autograd.rules.primitive import elementwise, piecewise_constant

# ---- comparisons: 0 or 1, with no derivative to speak of ------------------------------------------------------------

greater = piecewise_constant("greater", np.greater, operator.gt, symbol=">")
greater_equal = piecewise_constant("greater_equal", np.greater_equal, operator.ge, symbol="≥")
less = piecewise_constant("less", np.less, operator.lt, symbol="<")
less_equal = piecewise_constant("less_equal", np.less_equal, operator.le, symbol="≤")
equal = piecewise_constant("equal", np.equal, operator.eq, symbol="=", analytic=True)
not_equal = piecewise_constant("not_equal", np.not_equal, operator.ne, symbol="≠", analytic=True)
sign = piecewise_constant("sign", np.sign, lambda x: x if x != x else float((x > 0) - (x < 0)), doc="−1, 0 or 1")

# ---- rounding to whole numbers, and questions: piecewise constant too -----------------------------------------------

floor = piecewise_constant(
    "floor", np.floor, forwards.floor_of_float, symbol="⌊x⌋", doc="y = the whole number at or below x"
)
ceil = piecewise_constant(
    "ceil", np.ceil, forwards.ceil_of_float, symbol="⌈x⌉", doc="y = the whole number at or above x"
)
trunc = piecewise_constant("trunc", np.trunc, forwards.trunc_of_float, doc="y = x without what follows the point")
rint = piecewise_constant(
    "rint", np.rint, forwards.rint_of_float, doc="y = the nearest whole number, the even one of two"
)
signbit = piecewise_constant("signbit", np.signbit, lambda x: math.copysign(1.0, x) < 0, doc="1 for negative x and −0")
isnan = piecewise_constant("isnan", np.isnan, math.isnan, analytic=True, doc="1 where x is no number")
isinf = piecewise_constant("isinf", np.isinf, math.isinf, analytic=True, doc="1 where x is ∞ or −∞")
isfinite = piecewise_constant(
    "isfinite", np.isfinite, math.isfinite, analytic=True, doc="0 where x is infinite or no number"
)
logical_and = piecewise_constant(
    "logical_and", np.logical_and, lambda a, b: a != 0 and b != 0, analytic=True, symbol="and"
)
logical_or = piecewise_constant("logical_or", np.logical_or, lambda a, b: a != 0 or b != 0, analytic=True, symbol="or")
logical_xor = piecewise_constant(
    "logical_xor", np.logical_xor, lambda a, b: (a != 0) != (b != 0), analytic=True, symbol="xor"
)
logical_not = piecewise_constant("logical_not", np.logical_not, lambda x: x == 0, analytic=True, symbol="not")

# ---- the four operations --------------------------------------------------------------------------------------------

add = elementwise(
    "add", np.add,
    lambda g, y, a, b: g,
    lambda g, y, a, b: g,
    scalar=operator.add, symbol="+", linear=True, doc="y = a + b",
)  # fmt: skip

subtract = elementwise(
    "subtract", np.subtract,
    lambda g, y, a, b: g,
    lambda g, y, a, b: -g,
    scalar=operator.sub, symbol="−", linear=True, doc="y = a − b",
)  # fmt: skip

negative = elementwise(
    "negative", np.negative,
    lambda g, y, x: -g,
    scalar=operator.neg, symbol="−", linear=True, doc="y = −x",
)  # fmt: skip

multiply = elementwise(
    "multiply", np.multiply,
    lambda g, y, a, b: g * b,
    lambda g, y, a, b: g * a,
    analytic=True, scalar=operator.mul, symbol="×", doc="y = a · b",
)  # fmt: skip

divide = elementwise(
    "divide", np.divide,
    lambda g, y, a, b: g / b,
    lambda g, y, a, b: -g * y / b,
    analytic=True, scalar=operator.truediv, symbol="÷", doc="y = a / b",
)  # fmt: skip


def endless(a: Any, b: Any) -> Any:
    """Whether b is 0 and 1/a is infinite or no number."""
    return logical_and(equal(b, 0), logical_not(greater(absolute(a), forwards.SMALLEST_INVERTIBLE)))


# ---- powers ---------------------------------------------------------------------------------------------------------


def _is_two(b: Any) -> bool:
    # The exponent of most powers, for which a is as good as a^(b−1).
    return (b.__class__ is int or b.__class__ is float) and b == 2


# 0^b stays 0 as b moves, where y·log a would read 0·∞.
power = elementwise(
    "power", forwards.power,
    lambda g, y, a, b: g * b * (a if _is_two(b) else lowered_power(a, b)),
    lambda g, y, a, b: g * where(equal(a, 0), 0.0, y) * log(where(equal(a, 0), 1, a)),
    analytic=True, scalar=math.pow, symbol="^", ufunc=np.power, doc="y = a^b",
    kink="a = 0: the derivative for b is taken as 0; b = 0: the derivative for a is 0, at a = 0 too",
)  # fmt: skip

# x⁰ is flat even at 0, where b·a^(b−1) would read 0·∞: there, and to all orders, 0 stands for a^(b−1).
lowered_power = elementwise(
    "lowered_power", forwards.lowered_power,
    lambda g, y, a, b: (b - 1)
    * where(equal(b, 0), g * y / where(endless(a, b), 1, a), g * lowered_power(a, b - 1)),
    lambda g, y, a, b: g * where(equal(a, 0), 0.0, y) * log(where(logical_or(equal(a, 0), endless(a, b)), 1, a)),
    analytic=True, scalar=forwards.lowered_power_of_floats, symbol="^−1", doc="y = a^(b − 1); 0 where b is 0 and 1/a is not finite",
)  # fmt: skip

square = elementwise(
    "square", np.square,
    lambda g, y, x: g * (x + x),
    analytic=True, scalar=lambda x: x * x, symbol="x²", doc="y = x²",
)  # fmt: skip

reciprocal = elementwise(
    "reciprocal", np.reciprocal,
    lambda g, y, x: -g * y * y,
    analytic=True, scalar=lambda x: 1.0 / x, symbol="1/x", doc="y = 1 / x",
)  # fmt: skip

sqrt = elementwise(
    "sqrt", np.sqrt,
    lambda g, y, x: g * 0.5 / y,
    analytic=True, scalar=math.sqrt, symbol="√", doc="y = √x", kink="x = 0: ∞, the one-sided limit",
)  # fmt: skip

cbrt = elementwise(
    "cbrt", np.cbrt,
    lambda g, y, x: g / (3 * y * y),
    scalar=forwards.cbrt_of_float, doc="y = x^(1/3)", kink="x = 0: ∞, the limit from both sides",
)  # fmt: skip

# The slope of a length: 0 has a shortest subgradient, and no second derivative, as 0/0 says in the rules.
direction = elementwise(
    "direction", forwards.direction,
    lambda g, y, a, b: g / b,
    lambda g, y, a, b: -g * y / b,
    analytic=True, scalar=lambda a, b: a / b if b != 0 else 0.0, doc="y = a / b, and 0 where the length b is 0",
)  # fmt: skip

hypot = elementwise(
    "hypot", np.hypot,
    lambda g, y, a, b: g * direction(a, y),
    lambda g, y, a, b: g * direction(b, y),
    scalar=math.hypot, doc="y = √(a² + b²)", kink="a = b = 0: 0 for both",
)  # fmt: skip

absolute = elementwise(
    "abs", np.absolute,
    lambda g, y, x: g * sign(x),
    scalar=abs, symbol="|x|", doc="y = |x|", kink="x = 0: 0",
)  # fmt: skip

# ---- whole quotients and what they leave -----------------------------------------------------------------------------

floor_divide = piecewise_constant(
    "floor_divide", np.floor_divide, forwards.floor_divide_of_floats, symbol="//", doc="y = ⌊a / b⌋"
)

remainder = elementwise(
    "remainder", np.remainder,
    lambda g, y, a, b: g,
    lambda g, y, a, b: -g * floor_divide(a, b),
    scalar=operator.mod, symbol="%", doc="y = a − b ⌊a / b⌋",
)  # fmt: skip

fmod = elementwise(
    "fmod", np.fmod,
    lambda g, y, a, b: g,
    lambda g, y, a, b: -g * rint((a - y) / b),
    scalar=forwards.fmod_of_floats, doc="y = a − b trunc(a / b)",
)  # fmt: skip

# ---- choosing -------------------------------------------------------------------------------------------------------

where = elementwise(
    "where", forwards.where,
    None,
    lambda g, y, condition, a, b: where(condition, g, 0.0),
    lambda g, y, condition, a, b: where(condition, 0.0, g),
    analytic=True, scalar=lambda condition, a, b: a if condition else b, selects=True, doc="y = a where the condition holds, else b",
)  # fmt: skip

maximum = elementwise(
    "maximum", np.maximum,
    lambda g, y, a, b: where(equal(a, b), 0.5 * g, where(greater(a, b), g, 0.0)),
    lambda g, y, a, b: where(equal(a, b), 0.5 * g, where(less(a, b), g, 0.0)),
    scalar=lambda a, b: a if a >= b or a != a else b, symbol="max", selects=True,
    doc="y = the larger of a and b", kink="a = b: one half to each",
)  # fmt: skip

minimum = elementwise(
    "minimum", np.minimum,
    lambda g, y, a, b: where(equal(a, b), 0.5 * g, where(less(a, b), g, 0.0)),
    lambda g, y, a, b: where(equal(a, b), 0.5 * g, where(greater(a, b), g, 0.0)),
    scalar=lambda a, b: a if a <= b or a != a else b, symbol="min", selects=True,
    doc="y = the smaller of a and b", kink="a = b: one half to each",
)  # fmt: skip

clip = elementwise(
    "clip", lambda x, low, high: np.clip(x, low, high),
    lambda g, y, x, low, high: where(less(x, low), 0.0, where(greater(x, high), 0.0, g)),
    scalar=lambda x, low, high: min(max(x, low), high), selects=True,
    doc="y = x kept between low and high", kink="x = low or x = high: 1, as inside",
)  # fmt: skip
