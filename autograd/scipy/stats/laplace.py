"""The Laplace distribution, of density exp(−|z|) / 2."""

from __future__ import annotations

import math

from autograd.rules.entries import abs, exp, less_equal, where
from autograd.scipy.stats.families import Family, others_of

_family = Family(
    "laplace",
    logpdf=lambda z: -abs(z) - math.log(2),
    cdf=lambda z: where(less_equal(z, 0), exp(-abs(z)) / 2, 1 - exp(-abs(z)) / 2),
    sf=lambda z: where(less_equal(z, 0), 1 - exp(-abs(z)) / 2, exp(-abs(z)) / 2),
)
logpdf, pdf, cdf, logcdf, sf, logsf = (_family[name] for name in ("logpdf", "pdf", "cdf", "logcdf", "sf", "logsf"))
__getattr__ = others_of("laplace")
