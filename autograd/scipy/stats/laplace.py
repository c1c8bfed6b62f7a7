"""The Laplace distribution, of density exp(−|z|) / 2."""

from __future__ import annotations

import math
from typing import Any

from autograd.rules.entries import abs, exp, less_equal, log1p, where
from autograd.scipy.stats.families import Family, others_of


def _log_below(z: Any) -> Any:
    """The logarithm of the probability of less than z."""
    return where(less_equal(z, 0), -abs(z) - math.log(2), log1p(exp(-abs(z)) / -2))


_family = Family(
    "laplace",
    logpdf=lambda z: -abs(z) - math.log(2),
    cdf=lambda z: where(less_equal(z, 0), exp(-abs(z)) / 2, 1 - exp(-abs(z)) / 2),
    sf=lambda z: where(less_equal(z, 0), 1 - exp(-abs(z)) / 2, exp(-abs(z)) / 2),
    logcdf=_log_below,
    logsf=lambda z: _log_below(-z),
)
logpdf, pdf, cdf, logcdf, sf, logsf = (_family[name] for name in ("logpdf", "pdf", "cdf", "logcdf", "sf", "logsf"))
__getattr__ = others_of("laplace")
