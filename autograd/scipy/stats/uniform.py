"""The uniform distribution between 0 and 1."""

from __future__ import annotations

from autograd.scipy.stats.families import Family

family = Family(
    "uniform",
    logpdf=lambda z: z * 0.0,
    cdf=lambda z: z,
    ppf=lambda q: q,
    isf=lambda q: 1 - q,
    mean=lambda: 0.5,
    var=lambda: 1 / 12,
    entropy=lambda: 0.0,
    support=(0.0, 1.0),
)
logpdf, pdf, cdf, logcdf, sf, logsf, ppf, isf = (
    family[name] for name in ("logpdf", "pdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")
)
__getattr__ = family.__getattr__
