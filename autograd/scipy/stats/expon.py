"""The exponential distribution, of density exp(−z) for z ≥ 0."""

from __future__ import annotations

import math

from autograd.rules.entries import exp, expm1, log, log1p
from autograd.scipy.stats.families import Family

family = Family(
    "expon",
    logpdf=lambda z: -z,
    cdf=lambda z: -expm1(-z),
    sf=lambda z: exp(-z),
    logsf=lambda z: -z,
    ppf=lambda q: -log1p(-q),
    isf=lambda q: -log(q),
    mean=lambda: 1.0,
    var=lambda: 1.0,
    entropy=lambda: 1.0,
    support=(0.0, math.inf),
)
logpdf, pdf, cdf, logcdf, sf, logsf, ppf, isf = (
    family[name] for name in ("logpdf", "pdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")
)
__getattr__ = family.__getattr__
