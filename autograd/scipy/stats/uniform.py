"""The uniform distribution between 0 and 1."""

from __future__ import annotations

from autograd.scipy.stats.families import Family, others_of

_family = Family(
    "uniform",
    logpdf=lambda z: z * 0.0,
    cdf=lambda z: z,
    ppf=lambda q: q,
    isf=lambda q: 1 - q,
    support=(0.0, 1.0),
)
logpdf, pdf, cdf, logcdf, sf, logsf, ppf, isf = (
    _family[name] for name in ("logpdf", "pdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")
)
__getattr__ = others_of("uniform")
