"""The χ² distribution, of a sum of df squares of normal numbers."""

from __future__ import annotations

import math

from autograd.scipy import special
from autograd.scipy.rules import tails
from autograd.scipy.stats.families import Family

family = Family(
    "chi2",
    ("df",),
    logpdf=lambda z, df: special.xlogy(df / 2 - 1, z / 2) - z / 2 - special.gammaln(df / 2) - math.log(2),
    cdf=lambda z, df: special.gammainc(df / 2, z / 2),
    sf=lambda z, df: special.gammaincc(df / 2, z / 2),
    logcdf=lambda z, df: tails.log_gammainc(df / 2, z / 2),
    logsf=lambda z, df: tails.log_gammaincc(df / 2, z / 2),
    ppf=lambda q, df: 2 * special.gammaincinv(df / 2, q),
    isf=lambda q, df: 2 * special.gammainccinv(df / 2, q),
    mean=lambda df: df,
    var=lambda df: 2 * df,
    entropy=lambda df: df / 2 + math.log(2) + special.gammaln(df / 2) + (1 - df / 2) * special.psi(df / 2),
    support=(0.0, math.inf),
)
logpdf, pdf, cdf, logcdf, sf, logsf, ppf, isf = (
    family[name] for name in ("logpdf", "pdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")
)
__getattr__ = family.__getattr__
