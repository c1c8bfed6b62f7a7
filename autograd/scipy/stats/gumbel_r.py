"""The Gumbel distribution of maxima, of distribution function exp(−exp(−z))."""

from __future__ import annotations

import math
import sys
from typing import Any

from autograd.rules.entries import exp, expm1, greater, log, log1p, minimum, where
from autograd.scipy.stats.families import EULER, Family, log_of


def _below(z: Any) -> Any:
    return exp(-exp(-z))


def _above(z: Any) -> Any:
    return -expm1(-exp(-z))


family = Family(
    "gumbel_r",
    logpdf=lambda z: -z - exp(-z),
    cdf=_below,
    sf=_above,
    logcdf=lambda z: -exp(-z),
    # 1 − exp(−u) is u (1 − u/2) for a small u = exp(−z).
    logsf=lambda z: where(greater(z, 20), -z - exp(-z) / 2, log_of(_above, _below)(minimum(z, 20.0))),
    ppf=lambda q: -log(-log(q)),
    isf=lambda q: -log(-log1p(-q)),
    mean=lambda: EULER,
    var=lambda: math.pi**2 / 6,
    entropy=lambda: EULER + 1,
    support=(-math.log(sys.float_info.max), math.inf),  # below, exp(−z) is ∞, and slopes would be 0 · ∞
)
logpdf, pdf, cdf, logcdf, sf, logsf, ppf, isf = (
    family[name] for name in ("logpdf", "pdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")
)
__getattr__ = family.__getattr__
