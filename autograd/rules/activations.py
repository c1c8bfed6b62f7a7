"""The rule book: what neural networks add to the calculus textbook."""

import math

import numpy as np

from autograd.rules import forwards
from autograd.rules.arithmetic import greater, where
from autograd.rules.primitive import elementwise

sigmoid = elementwise(
    "sigmoid", forwards.sigmoid,
    lambda g, y, x: g * (y * sigmoid(-x)),
    scalar=forwards.sigmoid_of_float, symbol="σ", doc="y = 1 / (1 + e⁻ˣ)",
)  # fmt: skip

softplus = elementwise(
    "softplus", lambda x: np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))),
    lambda g, y, x: g * sigmoid(x),
    scalar=lambda x: (x if x > 0 or x != x else 0.0) + math.log1p(math.exp(-abs(x))), doc="y = ln(1 + eˣ)",
)  # fmt: skip

logaddexp = elementwise(
    "logaddexp", np.logaddexp,
    lambda g, y, a, b: g * sigmoid(a - b),
    lambda g, y, a, b: g * sigmoid(b - a),
    scalar=forwards.logaddexp_of_floats, doc="y = ln(eᵃ + eᵇ)",
)  # fmt: skip

relu = elementwise(
    "relu", lambda x: np.maximum(x, 0),
    lambda g, y, x: where(greater(y, 0), g, 0.0),
    scalar=lambda x: 0.0 if x <= 0 else x, selects=True, doc="y = max(x, 0)", kink="x = 0: 0",
)  # fmt: skip

leaky_relu = elementwise(
    "leaky_relu", lambda x, slope: np.where(np.greater(x, 0), x, slope * x),
    lambda g, y, x, slope: where(greater(x, 0), g, slope * g),
    scalar=lambda x, slope: x if x > 0 else slope * x, doc="y = x for x > 0, slope · x otherwise", kink="x = 0: slope",
)  # fmt: skip
