"""The Poisson distribution, of mass μᵏ exp(−μ) / k!."""

from __future__ import annotations

import math

from autograd.rules.entries import floor
from autograd.scipy import special
from autograd.scipy.rules import tails
from autograd.scipy.stats.families import Family

family = Family(
    "poisson",
    ("mu",),
    logpdf=lambda k, mu: special.xlogy(k, mu) - special.gammaln(k + 1) - mu,
    cdf=lambda k, mu: special.pdtr(floor(k), mu),
    sf=lambda k, mu: special.pdtrc(floor(k), mu),
    logcdf=lambda k, mu: tails.log_gammaincc(floor(k) + 1, mu),
    logsf=lambda k, mu: tails.log_gammainc(floor(k) + 1, mu),
    mean=lambda mu: mu,
    var=lambda mu: mu,
    support=(0.0, math.inf),
    discrete=True,
)
logpmf, pmf, cdf, logcdf, sf, logsf = (family[name] for name in ("logpmf", "pmf", "cdf", "logcdf", "sf", "logsf"))
__getattr__ = family.__getattr__
