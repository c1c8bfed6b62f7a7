"""The normal distribution, of density exp(−z²/2) / √(2π)."""

from __future__ import annotations

import math

from autograd.scipy import special
from autograd.scipy.stats.families import Family

family = Family(
    "norm",
    logpdf=lambda z: -z * z / 2 - math.log(2 * math.pi) / 2,
    cdf=special.ndtr,
    sf=lambda z: special.ndtr(-z),
    logcdf=special.log_ndtr,
    logsf=lambda z: special.log_ndtr(-z),
    ppf=special.ndtri,
    isf=lambda q: -special.ndtri(q),
    mean=lambda: 0.0,
    var=lambda: 1.0,
    entropy=lambda: math.log(2 * math.pi * math.e) / 2,
)
logpdf, pdf, cdf, logcdf, sf, logsf, ppf, isf = (
    family[name] for name in ("logpdf", "pdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")
)
__getattr__ = family.__getattr__
