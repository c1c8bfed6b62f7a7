"""The Pareto distribution, of survival function z⁻ᵇ for z ≥ 1."""

from __future__ import annotations

import math

from autograd.rules.entries import exp, expm1, greater, log, log1p, where
from autograd.scipy.stats.families import Family

family = Family(
    "pareto",
    ("b",),
    logpdf=lambda z, b: log(b) - (b + 1) * log(z),
    cdf=lambda z, b: -expm1(-b * log(z)),
    sf=lambda z, b: exp(-b * log(z)),
    logsf=lambda z, b: -b * log(z),
    ppf=lambda q, b: exp(-log1p(-q) / b),
    isf=lambda q, b: exp(-log(q) / b),
    mean=lambda b: where(greater(b, 1), b / (where(greater(b, 1), b, 2.0) - 1), math.inf),
    var=lambda b: where(
        greater(b, 2), b / ((where(greater(b, 2), b, 3.0) - 1) ** 2 * (where(greater(b, 2), b, 3.0) - 2)), math.inf
    ),
    entropy=lambda b: 1 + 1 / b - log(b),
    support=(1.0, math.inf),
    inside=2.0,
)
logpdf, pdf, cdf, logcdf, sf, logsf, ppf, isf = (
    family[name] for name in ("logpdf", "pdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")
)
__getattr__ = family.__getattr__
