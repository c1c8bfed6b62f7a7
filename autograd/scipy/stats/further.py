"""Distributions that are a few lines each, and that HIPS autograd does not have."""

from __future__ import annotations

import math
from typing import Any

from autograd.rules.entries import exp, expm1, floor, greater, less, log, log1p, sqrt, where
from autograd.scipy import special
from autograd.scipy.rules import tails
from autograd.scipy.stats.families import EULER, Family

# ---- continuous -----------------------------------------------------------------------------------------------------

rayleigh = Family(
    "rayleigh",
    logpdf=lambda z: log(z) - z * z / 2,
    cdf=lambda z: -expm1(-z * z / 2),
    sf=lambda z: exp(-z * z / 2),
    logsf=lambda z: -z * z / 2,
    ppf=lambda q: sqrt(-2 * log1p(-q)),
    isf=lambda q: sqrt(-2 * log(q)),
    mean=lambda: math.sqrt(math.pi / 2),
    var=lambda: 2 - math.pi / 2,
    entropy=lambda: 1 + EULER / 2 - math.log(2) / 2,
    support=(0.0, math.inf),
)

halfnorm = Family(
    "halfnorm",
    logpdf=lambda z: math.log(2 / math.pi) / 2 - z * z / 2,
    cdf=lambda z: special.erf(z / math.sqrt(2)),
    sf=lambda z: special.erfc(z / math.sqrt(2)),
    logsf=lambda z: where(
        less(z, 1),
        log1p(-special.erf(where(less(z, 1), z, 0.0) / math.sqrt(2))),
        math.log(2) + special.log_ndtr(-where(less(z, 1), 1.0, z)),
    ),
    ppf=lambda q: math.sqrt(2) * special.erfinv(q),
    isf=lambda q: math.sqrt(2) * special.erfcinv(q),
    mean=lambda: math.sqrt(2 / math.pi),
    var=lambda: 1 - 2 / math.pi,
    entropy=lambda: math.log(math.pi * math.e / 2) / 2,
    support=(0.0, math.inf),
)

invgamma = Family(
    "invgamma",
    ("a",),
    logpdf=lambda z, a: -(a + 1) * log(z) - special.gammaln(a) - 1 / z,
    cdf=lambda z, a: special.gammaincc(a, 1 / z),
    sf=lambda z, a: special.gammainc(a, 1 / z),
    logcdf=lambda z, a: tails.log_gammaincc(a, 1 / z),
    logsf=lambda z, a: tails.log_gammainc(a, 1 / z),
    ppf=lambda q, a: 1 / special.gammainccinv(a, q),
    isf=lambda q, a: 1 / special.gammaincinv(a, q),
    mean=lambda a: where(greater(a, 1), 1 / (where(greater(a, 1), a, 2.0) - 1), math.inf),
    var=lambda a: where(
        greater(a, 2), 1 / ((where(greater(a, 2), a, 3.0) - 1) ** 2 * (where(greater(a, 2), a, 3.0) - 2)), math.inf
    ),
    entropy=lambda a: a + special.gammaln(a) - (1 + a) * special.psi(a),
    support=(1e-308, math.inf),  # below, 1/z is ∞
)

# ---- discrete -------------------------------------------------------------------------------------------------------

bernoulli = Family(
    "bernoulli",
    ("p",),
    logpdf=lambda k, p: special.xlogy(k, p) + special.xlog1py(1 - k, -p),
    cdf=lambda k, p: where(less(k, 1), 1 - p, 1.0),
    sf=lambda k, p: where(less(k, 1), p, 0.0),
    logcdf=lambda k, p: where(less(k, 1), log1p(-p), 0.0),
    logsf=lambda k, p: where(less(k, 1), log(p), -math.inf),
    mean=lambda p: p,
    var=lambda p: p * (1 - p),
    entropy=lambda p: special.entr(p) + special.entr(1 - p),
    support=(0.0, 1.0),
    inside=0.0,
    discrete=True,
)


def _more_than(k: Any, n: Any, p: Any, which: Any) -> Any:
    """A function of I(k + 1, n − k, p), the probability of more than k of n; 1 stands for n − k where k is n."""
    k = floor(k)
    return which(k + 1, where(less(k, n), n - k, 1.0), p)


binom = Family(
    "binom",
    ("n", "p"),
    logpdf=lambda k, n, p: (
        special.gammaln(n + 1)
        - special.gammaln(k + 1)
        - special.gammaln(n - k + 1)
        + special.xlogy(k, p)
        + special.xlog1py(n - k, -p)
    ),
    cdf=lambda k, n, p: where(less(floor(k), n), _more_than(k, n, p, special.betaincc), 1.0),
    sf=lambda k, n, p: where(less(floor(k), n), _more_than(k, n, p, special.betainc), 0.0),
    logcdf=lambda k, n, p: where(less(floor(k), n), _more_than(k, n, p, tails.log_betaincc), 0.0),
    logsf=lambda k, n, p: where(less(floor(k), n), _more_than(k, n, p, tails.log_betainc), -math.inf),
    mean=lambda n, p: n * p,
    var=lambda n, p: n * p * (1 - p),
    support=lambda n, _: (0.0, n),
    inside=0.0,
    discrete=True,
)

geom = Family(
    "geom",
    ("p",),
    logpdf=lambda k, p: special.xlog1py(k - 1, -p) + log(p),
    cdf=lambda k, p: -expm1(floor(k) * log1p(-p)),
    sf=lambda k, p: exp(floor(k) * log1p(-p)),
    logsf=lambda k, p: floor(k) * log1p(-p),
    mean=lambda p: 1 / p,
    var=lambda p: (1 - p) / (p * p),
    support=(1.0, math.inf),
    inside=1.0,
    discrete=True,
)

nbinom = Family(
    "nbinom",
    ("n", "p"),
    logpdf=lambda k, n, p: (
        special.gammaln(n + k) - special.gammaln(k + 1) - special.gammaln(n) + n * log(p) + special.xlog1py(k, -p)
    ),
    cdf=lambda k, n, p: special.betainc(n, floor(k) + 1, p),
    sf=lambda k, n, p: special.betaincc(n, floor(k) + 1, p),
    logcdf=lambda k, n, p: tails.log_betainc(n, floor(k) + 1, p),
    logsf=lambda k, n, p: tails.log_betaincc(n, floor(k) + 1, p),
    mean=lambda n, p: n * (1 - p) / p,
    var=lambda n, p: n * (1 - p) / (p * p),
    support=(0.0, math.inf),
    inside=0.0,
    discrete=True,
)
