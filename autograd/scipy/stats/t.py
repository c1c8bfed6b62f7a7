"""Student's t distribution, of density (1 + z²/df)^(−(df + 1)/2) up to a factor."""

from __future__ import annotations

import math

from autograd.rules.entries import log, log1p
from autograd.scipy import special
from autograd.scipy.rules import tails
from autograd.scipy.stats.families import Family, others_of

_family = Family(
    "t",
    ("df",),
    logpdf=lambda z, df: (
        special.gammaln((df + 1) / 2)
        - special.gammaln(df / 2)
        - log(df * math.pi) / 2
        - (df + 1) / 2 * log1p(z * z / df)
    ),
    cdf=lambda z, df: special.stdtr(df, z),
    sf=lambda z, df: special.stdtr(df, -z),
    logcdf=lambda z, df: tails.log_stdtr(df, z),
    logsf=lambda z, df: tails.log_stdtr(df, -z),
    ppf=lambda q, df: special.stdtrit(df, q),
    isf=lambda q, df: -special.stdtrit(df, q),
)
logpdf, pdf, cdf, logcdf, sf, logsf, ppf, isf = (
    _family[name] for name in ("logpdf", "pdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")
)
__getattr__ = others_of("t")
