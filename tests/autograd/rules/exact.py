"""The outside oracle: values and derivatives of the book's functions to as many digits as it takes, by mpmath.

Only a function's definition is needed (`tests.autograd.table` names it); its derivatives are central differences with a
step of 2⁻¹⁰⁰ in a precision that leaves a hundred bits of the difference, so that no rule is written a second time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from mpmath import libmp, mp, mpf

Exact = Callable[..., Any]

# Thousands of bits, for differences of numbers as unlike as 1e300 and 1e-300.
_PRECISE = 2500


@dataclass(frozen=True)
class Truth:
    """A value with its first and second derivatives: ``first[i]`` and ``second[i, j]`` for j ≤ i."""

    value: Any
    first: list[Any]
    second: dict[tuple[int, int], Any]


def truth(f: Exact, point: Sequence[float], orders: int = 2) -> Truth | None:
    """The function and its derivatives at a point; None where it, or a number next to it, is not real."""
    steps = [mpf(2) ** -100 * (min(mpf(1), abs(mpf(x))) if x else 1) for x in point]
    precision = 300 + orders * max(max(mp.mag(x), 0) - mp.mag(h) for x, h in zip(map(mpf, point), steps, strict=True))
    try:
        while True:
            with mp.workprec(precision):
                found, enough = _differences(f, [mpf(x) for x in point], steps, orders)
            if enough or precision > _PRECISE:
                return found
            precision = _PRECISE + 1
    except (ZeroDivisionError, ValueError, TypeError, libmp.ComplexResult):
        return None


def _differences(f: Exact, point: list[Any], steps: list[Any], orders: int) -> tuple[Truth, bool]:
    enough = True

    def at(*moves: tuple[int, int]) -> Any:
        moved = list(point)
        for i, sign in moves:
            moved[i] = moved[i] + sign * steps[i]
        y = f(*moved)
        if isinstance(y, mp.mpc):
            raise TypeError("not a real number")
        return mpf(y)

    def difference(*terms: Any) -> Any:
        nonlocal enough
        total = sum(terms[1:], terms[0])
        largest = max(map(abs, terms))
        # A zero may be one of rounding; only the full precision tells.
        kept = mp.prec > _PRECISE if total == 0 else mp.mag(total) - mp.mag(largest) + mp.prec > 100
        enough = enough and (kept or largest == 0)
        return total

    places = range(len(point))
    y, first, second = at(), [], {}
    for i in places if orders else ():
        up, down = at((i, 1)), at((i, -1))
        first.append(difference(up, -down) / (2 * steps[i]))
        if orders == 2:
            second[i, i] = difference(up, -2 * y, down) / steps[i] ** 2
    for i in places if orders == 2 else ():
        for j in range(i):
            corners = [si * sj * at((i, si), (j, sj)) for si in (1, -1) for sj in (1, -1)]
            second[i, j] = difference(*corners) / (4 * steps[i] * steps[j])
    return Truth(y, first, second), enough


def ulps(computed: float, exact: Any, dtype: Any = np.float64, scale: Any = 0) -> float:
    """The error of a number in units in the last place: of the exact number, or of ``scale`` where that is larger."""
    info = np.finfo(dtype)
    largest = mpf(float(info.max))
    if abs(exact) > largest:
        # A little above, the largest number is as right as infinity.
        exact = min(max(exact, -largest * 2), largest * 2)
        if math.isinf(computed) and (computed > 0) == (exact > 0):
            return 0.0
    if not math.isfinite(computed):
        near = abs(exact) > largest * (1 - 16 * mpf(float(info.eps)))
        return 0.0 if near and math.isinf(computed) and (computed > 0) == (exact > 0) else math.inf
    size = max(abs(exact), abs(scale))
    unit = mpf(float(info.smallest_subnormal))
    if size > unit:
        unit = max(unit, mpf(2) ** (mp.mag(size) - 1 - info.nmant))
    return float(abs(mpf(float(computed)) - exact) / unit)


def grid() -> list[float]:
    """One number after another from −1e308 to 1e308: every few decades, and more densely where functions turn."""
    rng = np.random.default_rng(0)
    wide = 10.0 ** np.linspace(-308, 308, 45) * rng.uniform(1.0, 1.7, 45)
    close = 1.0 + np.concatenate([2.0 ** -np.arange(1, 53, 6), -(2.0 ** -np.arange(1, 53, 6))])
    turns = [0.0, 0.5, 1.5, 2.5, 19.0, 37.0, 37.43, 40.0, 88.5, 104.0, 355.5, 710.4, 745.5, 1e8, 2.0**52 + 0.5]
    near = rng.uniform(0.0, 45.0, 50)
    near[::2] = near[::2].astype(np.float32)  # as floats of 32 bits have them, too
    positive = np.concatenate([wide, close, turns, near, rng.uniform(0.0, 1.6, 30), rng.uniform(45.0, 760.0, 15)])
    return (np.unique(np.concatenate([positive, -positive])) + 0.0).tolist()


def pairs() -> list[tuple[float, float]]:
    """Two numbers each, of all sizes, alike and unlike."""
    rng = np.random.default_rng(1)
    numbers = np.array(grid())
    ordinary = [(x, y) for x, y in rng.uniform(-30.0, 30.0, (50, 2)).tolist()]
    positive = [(x, y) for x, y in zip(rng.uniform(0.0, 4.0, 40), rng.uniform(-20.0, 20.0, 40), strict=True)]
    any_two = [(a, b) for a, b in rng.choice(numbers, (90, 2)).tolist()]
    alike = [(x, x * (1 + 1e-9)) for x in rng.choice(numbers, 12).tolist()]
    special = [(0.0, 3.0), (3.0, 0.0), (1.0, 1e10), (2.0, 3.0), (1e200, 1e200), (1e-200, -1e-200), (1e300, 1e-300)]
    return [(float(a), float(b)) for a, b in [*ordinary, *positive, *any_two, *alike, *special]]


def representable(points: Sequence[Sequence[float]], dtype: Any) -> Iterator[int]:
    """The places of points that a narrower type can hold as they are."""
    for place, point in enumerate(points):
        with np.errstate(over="ignore"):
            if all(float(np.array(x).astype(dtype)) == x for x in point):
                yield place
