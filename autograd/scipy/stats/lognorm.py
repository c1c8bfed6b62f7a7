"""The distribution of a number whose logarithm is normal, with standard deviation s."""

from __future__ import annotations

import math

from autograd.rules.entries import exp, log
from autograd.scipy import special
from autograd.scipy.stats.families import Family, others_of

_family = Family(
    "lognorm",
    ("s",),
    logpdf=lambda z, s: -((log(z) / s) ** 2) / 2 - log(s * z) - math.log(2 * math.pi) / 2,
    cdf=lambda z, s: special.ndtr(log(z) / s),
    sf=lambda z, s: special.ndtr(-log(z) / s),
    logcdf=lambda z, s: special.log_ndtr(log(z) / s),
    logsf=lambda z, s: special.log_ndtr(-log(z) / s),
    ppf=lambda q, s: exp(s * special.ndtri(q)),
    isf=lambda q, s: exp(-s * special.ndtri(q)),
    support=(5e-324, math.inf),
)
logpdf, pdf, cdf, logcdf, sf, logsf, ppf, isf = (
    _family[name] for name in ("logpdf", "pdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")
)
__getattr__ = others_of("lognorm")
