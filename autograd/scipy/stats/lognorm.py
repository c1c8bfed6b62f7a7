"""The distribution of a number whose logarithm is normal, with standard deviation s."""

from __future__ import annotations

import math

from autograd.rules.entries import exp, expm1, log
from autograd.scipy import special
from autograd.scipy.stats.families import Family

family = Family(
    "lognorm",
    ("s",),
    logpdf=lambda z, s: -((log(z) / s) ** 2) / 2 - log(s * z) - math.log(2 * math.pi) / 2,
    cdf=lambda z, s: special.ndtr(log(z) / s),
    sf=lambda z, s: special.ndtr(-log(z) / s),
    logcdf=lambda z, s: special.log_ndtr(log(z) / s),
    logsf=lambda z, s: special.log_ndtr(-log(z) / s),
    ppf=lambda q, s: exp(s * special.ndtri(q)),
    isf=lambda q, s: exp(-s * special.ndtri(q)),
    mean=lambda s: exp(s * s / 2),
    var=lambda s: expm1(s * s) * exp(s * s),
    entropy=lambda s: log(s) + math.log(2 * math.pi * math.e) / 2,
    support=(5e-324, math.inf),
)
logpdf, pdf, cdf, logcdf, sf, logsf, ppf, isf = (
    family[name] for name in ("logpdf", "pdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")
)
__getattr__ = family.__getattr__
