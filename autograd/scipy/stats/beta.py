"""The beta distribution, of density zᵃ⁻¹ (1 − z)ᵇ⁻¹ / B(a, b) for z between 0 and 1."""

from __future__ import annotations

from autograd.scipy import special
from autograd.scipy.rules import tails
from autograd.scipy.stats.families import Family

family = Family(
    "beta",
    ("a", "b"),
    logpdf=lambda z, a, b: special.xlogy(a - 1, z) + special.xlog1py(b - 1, -z) - special.betaln(a, b),
    cdf=lambda z, a, b: special.betainc(a, b, z),
    sf=lambda z, a, b: special.betaincc(a, b, z),
    logcdf=lambda z, a, b: tails.log_betainc(a, b, z),
    logsf=lambda z, a, b: tails.log_betaincc(a, b, z),
    ppf=lambda q, a, b: special.betaincinv(a, b, q),
    isf=lambda q, a, b: special.betainccinv(a, b, q),
    mean=lambda a, b: a / (a + b),
    var=lambda a, b: a * b / ((a + b) ** 2 * (a + b + 1)),
    entropy=lambda a, b: (
        special.betaln(a, b) - (a - 1) * special.psi(a) - (b - 1) * special.psi(b) + (a + b - 2) * special.psi(a + b)
    ),
    support=(0.0, 1.0),
)
logpdf, pdf, cdf, logcdf, sf, logsf, ppf, isf = (
    family[name] for name in ("logpdf", "pdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")
)
__getattr__ = family.__getattr__
