"""The logistic distribution, whose distribution function is 1 / (1 + exp(−z))."""

from __future__ import annotations

import math

from autograd.scipy import special
from autograd.scipy.stats.families import Family

family = Family(
    "logistic",
    logpdf=lambda z: special.log_expit(z) + special.log_expit(-z),
    cdf=special.expit,
    sf=lambda z: special.expit(-z),
    logcdf=special.log_expit,
    logsf=lambda z: special.log_expit(-z),
    ppf=special.logit,
    isf=lambda q: -special.logit(q),
    mean=lambda: 0.0,
    var=lambda: math.pi**2 / 3,
    entropy=lambda: 2.0,
)
logpdf, pdf, cdf, logcdf, sf, logsf, ppf, isf = (
    family[name] for name in ("logpdf", "pdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")
)
__getattr__ = family.__getattr__
