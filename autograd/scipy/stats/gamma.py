"""The gamma distribution, of density zᵃ⁻¹ exp(−z) / Γ(a) for z ≥ 0."""

from __future__ import annotations

import math

from autograd.scipy import special
from autograd.scipy.rules import tails
from autograd.scipy.stats.families import Family

family = Family(
    "gamma",
    ("a",),
    logpdf=lambda z, a: special.xlogy(a - 1, z) - z - special.gammaln(a),
    cdf=lambda z, a: special.gammainc(a, z),
    sf=lambda z, a: special.gammaincc(a, z),
    logcdf=lambda z, a: tails.log_gammainc(a, z),
    logsf=lambda z, a: tails.log_gammaincc(a, z),
    ppf=lambda q, a: special.gammaincinv(a, q),
    isf=lambda q, a: special.gammainccinv(a, q),
    mean=lambda a: a,
    var=lambda a: a,
    entropy=lambda a: a + special.gammaln(a) + (1 - a) * special.psi(a),
    support=(0.0, math.inf),
)
logpdf, pdf, cdf, logcdf, sf, logsf, ppf, isf = (
    family[name] for name in ("logpdf", "pdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")
)
__getattr__ = family.__getattr__
