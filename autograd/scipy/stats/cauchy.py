"""The Cauchy distribution, of density 1 / π (1 + z²)."""

from __future__ import annotations

import math

from autograd.rules.entries import arctan2, log1p, tan
from autograd.scipy.stats.families import Family, others_of

_family = Family(
    "cauchy",
    logpdf=lambda z: -log1p(z * z) - math.log(math.pi),
    cdf=lambda z: arctan2(1.0, -z) / math.pi,
    sf=lambda z: arctan2(1.0, z) / math.pi,
    ppf=lambda q: tan(math.pi * (q - 0.5)),
    isf=lambda q: tan(math.pi * (0.5 - q)),
)
logpdf, pdf, cdf, logcdf, sf, logsf, ppf, isf = (
    _family[name] for name in ("logpdf", "pdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")
)
__getattr__ = others_of("cauchy")
