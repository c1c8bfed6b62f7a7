"""The slope of a function of one number, from its values alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

FIRST_STEP = 1 / 8
STEPS = 24  # at which the function is finite on both sides
SMALLEST = 60  # halvings, in search of such a step
FEWEST = 4  # fewer may agree by chance
COLUMNS = 5  # beyond, extrapolation adds nothing but rounding


@dataclass
class Difference:
    """A slope found by differences.

    Attributes:
        slope: The best estimate; NaN where the function was finite on both sides at no step.
        error: An estimate of its error.
        step: The smallest step that went into it.
        tried: Each step, and the central difference there.
    """

    slope: float = np.nan
    error: float = np.inf
    step: float = FIRST_STEP
    tried: list[tuple[float, float]] = field(default_factory=list)


def difference(function: Callable[[float], float]) -> Difference:
    """f′(0), by central differences that are extrapolated to step 0.

    D(h) = (f(h) − f(−h)) / 2h = f′(0) + c₁h² + c₂h⁴ + …, so that from D at steps h, h/2, h/4 … the powers of h are
    eliminated one by one. Of all combinations, the one is taken that agrees best with its neighbours: a large step
    suffers from the next power of h, a small one from rounding (C. Ridders, "Accurate computation of F′(x) and
    F′(x)F″(x)", 1982).

    Args:
        function: f, of the distance from the point in question.

    Example:
        >>> import math
        >>> found = difference(lambda h: math.exp(1 + h))
        >>> abs(found.slope - math.e) < 1e-11, found.error < 1e-10
        (True, True)
    """
    best = Difference()
    above: list[float] = []
    finite = 0
    for k in range(SMALLEST):
        h = FIRST_STEP / 2**k
        slope = (function(h) - function(-h)) / (2 * h)
        best.tried.append((h, slope))
        if not np.isfinite(slope):
            above = []
            continue
        row = [slope]
        for j, coarser in enumerate(above[: COLUMNS - 1], 1):
            row.append(row[-1] + (row[-1] - coarser) / (4**j - 1))
            error = max(abs(row[j] - row[j - 1]), abs(row[j] - coarser))
            if error < best.error:
                best.slope, best.error, best.step = row[j], error, h
        above, finite = row, finite + 1
        if finite == STEPS or (finite >= FEWEST and best.error <= 1e-12 * abs(best.slope)):
            break
    return best


def kink(function: Callable[[float], float]) -> tuple[float, float] | None:
    """The slopes to the left and to the right of 0 where they stay apart however small the step; None where they meet.

    Example:
        >>> kink(abs), kink(lambda h: h * h)
        ((-1.0, 1.0), None)
    """
    here = function(0.0)
    gaps = []
    for h in (2.0**-12, 2.0**-16):
        left, right = (here - function(-h)) / h, (function(h) - here) / h
        gaps.append(abs(right - left))
    # A smooth function's one-sided slopes come together in proportion to the step; at a jump they go apart.
    stays = 0.5 * gaps[0] < gaps[1] < 2 * gaps[0]
    return (left, right) if stays and gaps[1] > 1e-4 * max(abs(left), abs(right)) else None
