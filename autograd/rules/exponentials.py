"""The rule book: exponentials and logarithms."""

import math

import numpy as np

from autograd.rules.primitive import elementwise

exp = elementwise("exp", np.exp, lambda g, y, x: g * y, scalar=math.exp, doc="y = eˣ")
expm1 = elementwise("expm1", np.expm1, lambda g, y, x: g * (y + 1), scalar=math.expm1, doc="y = eˣ − 1")
log = elementwise("log", np.log, lambda g, y, x: g / x, scalar=math.log, doc="y = ln x")
log1p = elementwise("log1p", np.log1p, lambda g, y, x: g / (1 + x), scalar=math.log1p, doc="y = ln(1 + x)")
