"""The Laplace distribution, of density exp(−|z|) / 2."""

from __future__ import annotations

import math
from typing import Any

from autograd.rules.entries import abs, exp, less_equal, log, log1p, where
from autograd.scipy.stats.families import Family


def _log_below(z: Any) -> Any:
    """The logarithm of the probability of less than z."""
    return where(less_equal(z, 0), -abs(z) - math.log(2), log1p(exp(-abs(z)) / -2))


def _at(q: Any) -> Any:
    """The z that is above with probability q."""
    below = less_equal(q, 0.5)
    return log(2 * where(below, q, 0.5)) - log(2 * where(below, 0.5, 1 - q))


family = Family(
    "laplace",
    logpdf=lambda z: -abs(z) - math.log(2),
    cdf=lambda z: where(less_equal(z, 0), exp(-abs(z)) / 2, 1 - exp(-abs(z)) / 2),
    sf=lambda z: where(less_equal(z, 0), 1 - exp(-abs(z)) / 2, exp(-abs(z)) / 2),
    logcdf=_log_below,
    logsf=lambda z: _log_below(-z),
    ppf=_at,
    isf=lambda q: -_at(q),
    mean=lambda: 0.0,
    var=lambda: 2.0,
    entropy=lambda: math.log(2 * math.e),
)
logpdf, pdf, cdf, logcdf, sf, logsf, ppf, isf = (
    family[name] for name in ("logpdf", "pdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")
)
__getattr__ = family.__getattr__
