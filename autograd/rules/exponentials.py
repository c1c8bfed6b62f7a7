"""The rule book: exponentials and logarithms."""

import math

import numpy as np

from autograd.rules.primitive import elementwise

LN_2, LN_10 = math.log(2.0), math.log(10.0)

exp = elementwise("exp", np.exp, lambda g, y, x: g * y, analytic=True, scalar=math.exp, doc="y = eˣ")
exp2 = elementwise(
    "exp2", np.exp2, lambda g, y, x: g * (LN_2 * y), analytic=True, scalar=lambda x: 2.0**x, doc="y = 2ˣ"
)
expm1 = elementwise("expm1", np.expm1, lambda g, y, x: g * exp(x), analytic=True, scalar=math.expm1, doc="y = eˣ − 1")
log = elementwise("log", np.log, lambda g, y, x: g / x, analytic=True, scalar=math.log, doc="y = ln x")
log2 = elementwise("log2", np.log2, lambda g, y, x: g / LN_2 / x, analytic=True, scalar=math.log2, doc="y = log₂ x")
log10 = elementwise(
    "log10", np.log10, lambda g, y, x: g / LN_10 / x, analytic=True, scalar=math.log10, doc="y = log₁₀ x"
)
log1p = elementwise(
    "log1p", np.log1p, lambda g, y, x: g / (1 + x), analytic=True, scalar=math.log1p, doc="y = ln(1 + x)"
)
