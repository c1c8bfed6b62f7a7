"""The Weibull distribution of minima, of survival function exp(−zᶜ) for z ≥ 0."""

from __future__ import annotations

import math

from autograd.rules.entries import exp, expm1, log, log1p
from autograd.scipy import special
from autograd.scipy.stats.families import EULER, Family

family = Family(
    "weibull_min",
    ("c",),
    logpdf=lambda z, c: log(c) + special.xlogy(c - 1, z) - z**c,
    cdf=lambda z, c: -expm1(-(z**c)),
    sf=lambda z, c: exp(-(z**c)),
    logsf=lambda z, c: -(z**c),
    ppf=lambda q, c: (-log1p(-q)) ** (1 / c),
    isf=lambda q, c: (-log(q)) ** (1 / c),
    mean=lambda c: special.gamma(1 + 1 / c),
    var=lambda c: special.gamma(1 + 2 / c) - special.gamma(1 + 1 / c) ** 2,
    entropy=lambda c: EULER - EULER / c - log(c) + 1,
    support=(0.0, math.inf),
)
logpdf, pdf, cdf, logcdf, sf, logsf, ppf, isf = (
    family[name] for name in ("logpdf", "pdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")
)
__getattr__ = family.__getattr__
