"""The rule book: comparisons, the four operations, powers, and the choice between two values."""

import math
import operator

import numpy as np

from autograd.rules.exponentials import log
from autograd.rules.primitive import elementwise, piecewise_constant

# ---- comparisons: 0 or 1, with no derivative to speak of ------------------------------------------------------------

greater = piecewise_constant("greater", np.greater, operator.gt, symbol=">")
greater_equal = piecewise_constant("greater_equal", np.greater_equal, operator.ge, symbol="≥")
less = piecewise_constant("less", np.less, operator.lt, symbol="<")
less_equal = piecewise_constant("less_equal", np.less_equal, operator.le, symbol="≤")
equal = piecewise_constant("equal", np.equal, operator.eq, symbol="=")
not_equal = piecewise_constant("not_equal", np.not_equal, operator.ne, symbol="≠")
sign = piecewise_constant("sign", np.sign, lambda x: x if x != x else float((x > 0) - (x < 0)), doc="−1, 0 or 1")

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
    scalar=operator.mul, symbol="×", doc="y = a · b",
)  # fmt: skip

divide = elementwise(
    "divide", np.divide,
    lambda g, y, a, b: g / b,
    lambda g, y, a, b: -g * y / b,
    scalar=operator.truediv, symbol="÷", doc="y = a / b",
)  # fmt: skip

# ---- powers ---------------------------------------------------------------------------------------------------------

# x⁰ is flat even at 0 and at ∞, where b·a^(b−1) would read 0·∞; and 0^b stays 0 as b moves, where y·log a would.
power = elementwise(
    "power", operator.pow,
    lambda g, y, a, b: g * b * power(a, where(equal(b, 0), 0, b - 1)),
    lambda g, y, a, b: g * where(equal(a, 0), 0.0, y) * log(where(equal(a, 0), 1, a)),
    scalar=math.pow, symbol="^", ufunc=np.power, doc="y = a^b",
    kink="a = 0: the derivative for b is taken as 0; b = 0: the derivative for a is 0, at a = 0 too",
)  # fmt: skip

square = elementwise(
    "square", np.square,
    lambda g, y, x: g * (2 * x),
    scalar=lambda x: x * x, symbol="x²", doc="y = x²",
)  # fmt: skip

sqrt = elementwise(
    "sqrt", np.sqrt,
    lambda g, y, x: g * 0.5 / y,
    scalar=math.sqrt, symbol="√", doc="y = √x", kink="x = 0: ∞, the one-sided limit",
)  # fmt: skip

absolute = elementwise(
    "abs", np.absolute,
    lambda g, y, x: g * sign(x),
    scalar=abs, symbol="|x|", doc="y = |x|", kink="x = 0: 0",
)  # fmt: skip

# ---- choosing -------------------------------------------------------------------------------------------------------

where = elementwise(
    "where", np.where,
    None,
    lambda g, y, condition, a, b: where(condition, g, 0.0),
    lambda g, y, condition, a, b: where(condition, 0.0, g),
    scalar=lambda condition, a, b: a if condition else b, selects=True, doc="y = a where the condition holds, else b",
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
