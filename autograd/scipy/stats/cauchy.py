"""The Cauchy distribution, of density 1 / π (1 + z²)."""

from __future__ import annotations

import math
from typing import Any

from autograd.rules.entries import arctan2, greater, hypot, less, log, logical_or, tan, where
from autograd.scipy.stats.families import Family


def _with_above(q: Any) -> Any:
    """The z that q is above: cot πq, where few digits are lost, or else tan π(½ − q)."""
    above = greater(q, 0.75)
    outer = logical_or(above, less(q, 0.25))
    tail = where(above, -1.0, 1.0) / tan(math.pi * where(outer, where(above, 1 - q, q), 0.25))
    return where(outer, tail, tan(math.pi * (0.5 - where(outer, 0.5, q))))


family = Family(
    "cauchy",
    logpdf=lambda z: -2 * log(hypot(1.0, z)) - math.log(math.pi),
    cdf=lambda z: arctan2(1.0, -z) / math.pi,
    sf=lambda z: arctan2(1.0, z) / math.pi,
    ppf=lambda q: -_with_above(q),
    isf=_with_above,
    entropy=lambda: math.log(4 * math.pi),
)
logpdf, pdf, cdf, logcdf, sf, logsf, ppf, isf = (
    family[name] for name in ("logpdf", "pdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")
)
__getattr__ = family.__getattr__
