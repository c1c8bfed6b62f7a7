"""The Pareto distribution, of survival function z⁻ᵇ for z ≥ 1."""

from __future__ import annotations

import math

from autograd.rules.entries import exp, expm1, log, log1p
from autograd.scipy.stats.families import Family, others_of

_family = Family(
    "pareto",
    ("b",),
    logpdf=lambda z, b: log(b) - (b + 1) * log(z),
    cdf=lambda z, b: -expm1(-b * log(z)),
    sf=lambda z, b: exp(-b * log(z)),
    logsf=lambda z, b: -b * log(z),
    ppf=lambda q, b: exp(-log1p(-q) / b),
    isf=lambda q, b: exp(-log(q) / b),
    support=(1.0, math.inf),
    inside=2.0,
)
logpdf, pdf, cdf, logcdf, sf, logsf, ppf, isf = (
    _family[name] for name in ("logpdf", "pdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")
)
__getattr__ = others_of("pareto")
