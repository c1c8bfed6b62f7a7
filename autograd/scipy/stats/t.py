"""Student's t distribution, of density (1 + z²/df)^(−(df + 1)/2) up to a factor."""

from __future__ import annotations

import math
from typing import Any

from autograd.rules.entries import greater, log, log1p, where
from autograd.scipy import special
from autograd.scipy.rules import tails
from autograd.scipy.rules.tails import log_t_density
from autograd.scipy.stats.families import Family


def _below(q: Any, df: Any) -> Any:
    """The z that is above with probability 1 − q; `stdtrit` has ∞ at 0, this −∞, and NaN at 1 in old SciPy."""
    positive, under = greater(q, 0), greater(1, q)
    ends = where(positive, -log1p(-where(under, 0.0, q)), log(where(positive, 1.0, q)))
    return where(positive, where(under, special.stdtrit(df, where(positive, where(under, q, 0.5), 0.5)), ends), ends)


family = Family(
    "t",
    ("df",),
    logpdf=lambda z, df: log_t_density(df, z),
    cdf=lambda z, df: special.stdtr(df, z),
    sf=lambda z, df: special.stdtr(df, -z),
    logcdf=lambda z, df: tails.log_stdtr(df, z),
    logsf=lambda z, df: tails.log_stdtr(df, -z),
    ppf=_below,
    isf=lambda q, df: -_below(q, df),
    mean=lambda df: where(greater(df, 1), 0.0, math.inf),
    var=lambda df: where(
        greater(df, 2), df / (where(greater(df, 2), df, 3.0) - 2), where(greater(df, 1), math.inf, math.nan)
    ),
    entropy=lambda df: (
        (df + 1) / 2 * (special.psi((df + 1) / 2) - special.psi(df / 2)) + log(df) / 2 + special.betaln(df / 2, 0.5)
    ),
)
logpdf, pdf, cdf, logcdf, sf, logsf, ppf, isf = (
    family[name] for name in ("logpdf", "pdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")
)
__getattr__ = family.__getattr__
