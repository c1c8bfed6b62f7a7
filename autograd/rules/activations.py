"""The rule book: what neural networks add to the calculus textbook."""

import math

import numpy as np

from autograd.rules import forwards, normal
from autograd.rules.arithmetic import equal, greater, where
from autograd.rules.exponentials import exp
from autograd.rules.primitive import elementwise

NOTHING = -math.inf  # the logarithm of 0

sigmoid = elementwise(
    "sigmoid", forwards.sigmoid,
    lambda g, y, x: g * (y * sigmoid(-x)),
    scalar=forwards.sigmoid_of_float, symbol="σ", doc="y = 1 / (1 + e⁻ˣ)",
)  # fmt: skip

softplus = elementwise(
    "softplus", forwards.softplus,
    lambda g, y, x: g * sigmoid(x),
    scalar=lambda x: max(x, 0.0) + math.log1p(math.exp(-abs(x))), doc="y = ln(1 + eˣ)",
)  # fmt: skip

logaddexp = elementwise(
    "logaddexp", np.logaddexp,
    lambda g, y, a, b: g * sigmoid(a - where(equal(y, NOTHING), 0.0, b)),
    lambda g, y, a, b: g * sigmoid(b - where(equal(y, NOTHING), 0.0, a)),
    scalar=forwards.logaddexp_of_floats, doc="y = ln(eᵃ + eᵇ)", kink="a = b = −∞: 0",
)  # fmt: skip

relu = elementwise(
    "relu", lambda x: np.maximum(x, 0),
    lambda g, y, x: where(greater(y, 0), g, 0.0),
    scalar=lambda x: 0.0 if x <= 0 else x, selects=True, doc="y = max(x, 0)", kink="x = 0: 0",
)  # fmt: skip

leaky_relu = elementwise(
    "leaky_relu", lambda x, slope: forwards.where(np.greater(x, 0), x, slope * x),
    lambda g, y, x, slope: where(greater(x, 0), g, slope * g),
    scalar=lambda x, slope: x if x > 0 else slope * x, doc="y = x for x > 0, slope · x otherwise", kink="x = 0: slope",
)  # fmt: skip

elu = elementwise(
    "elu", forwards.elu,
    lambda g, y, x, alpha: where(greater(x, 0), g, g * (alpha * exp(-relu(-x)))),
    scalar=lambda x, alpha: x if x > 0 else alpha * math.expm1(x),
    doc="y = x for x > 0, α (eˣ − 1) otherwise", kink="x = 0: α",
)  # fmt: skip

silu = elementwise(
    "silu", forwards.silu,
    lambda g, y, x: g * (sigmoid(x) + y * sigmoid(-x)),
    scalar=forwards.silu_of_float, doc="y = x σ(x)",
)  # fmt: skip

gelu = elementwise(
    "gelu", normal.gelu,
    lambda g, y, x: g * (normal_cdf(x) + x * normal_pdf(x)),
    scalar=normal.gelu_of_float, single=normal.gelu_of_single, doc="y = x Φ(x)",
)  # fmt: skip

normal_cdf = elementwise(
    "normal_cdf", normal.normal_cdf,
    lambda g, y, x: g * normal_pdf(x),
    scalar=normal.normal_cdf_of_float, single=normal.normal_cdf_of_single, symbol="Φ", doc="y = Φ(x) = ½ (1 + erf(x / √2))",
)  # fmt: skip

normal_pdf = elementwise(
    "normal_pdf", normal.normal_pdf,
    lambda g, y, x: -(g * (x * y)),
    scalar=normal.normal_pdf_of_float, single=normal.normal_pdf_of_single, symbol="φ", doc="y = φ(x) = exp(−x²/2) / √2π",
)  # fmt: skip
