"""How exact the book is: errors of values and derivatives in units in the last place, against `exact`.

`measure` gives the worst error of an entry for each order of derivative; what is allowed beyond the bounds stands in
`ALLOWED`, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from mpmath import mp, mpf

import autograd as ag
from autograd.rules.primitive import BOOK
from tests.autograd.rules.exact import Truth, grid, pairs, representable, truth, ulps
from tests.autograd.table import ROWS

# In units in the last place, for values, first and second derivatives.
BOUNDS = (4, 16, 64)

# A second derivative goes through cubes and their inverses, which must lie within the range of floats.
LOWEST, HIGHEST = 1e-75, 1e75


@dataclass(frozen=True)
class Allowed:
    """Where an error may be larger than the bounds, and why: it is in units of ``scale`` where that is larger.

    Attributes:
        order: 0 for values, 1 and 2 for derivatives.
        scale: From the inputs and ``true``, what is true there, to a number.
        of: The scale in words.
        why: The reason.
    """

    order: int
    scale: Callable[..., Any]
    of: str
    why: str


def slope(x: Any, true: Truth) -> Any:
    """The first derivative as a scale."""
    return true.first[0]


SUM = "a sum of two terms of this size that nearly cancel: its zero is between them"
ROUNDED = "b − 1 is rounded before the power is taken"


def _exponent(of: Callable[[Truth], Any]) -> Callable[..., Any]:
    """The size of something times that of the exponent's part in it."""
    return lambda a, b, true: max(map(abs, of(true))) * max(1, abs((b - 1) * mp.log(a)) if a > 0 else abs(b))


ALLOWED: dict[str, list[Allowed]] = {
    "lowered_power": [
        Allowed(0, _exponent(lambda true: [true.value]), "itself times (b − 1) ln a", ROUNDED),
        Allowed(2, _exponent(lambda true: true.second.values()), "the largest of them times (b − 1) ln a", ROUNDED),
    ],
    "sigmoid": [Allowed(2, slope, "σ′(x)", SUM)],
    "arcsin": [Allowed(2, slope, "the first derivative", SUM)],
    "arccos": [Allowed(2, slope, "the first derivative", SUM)],
    "arctanh": [Allowed(2, slope, "the first derivative", SUM)],
    "sech_squared": [Allowed(2, slope, "the first derivative", SUM)],
    "arctan": [Allowed(1, lambda x, true: mpf(2) ** -974 * (abs(x) > 1e154), "2⁻⁹⁷⁴ beyond ±1e154",
                       "1 + x² overflows where the derivative is below the normal numbers: it is 0 there")],
    "silu": [
        Allowed(1, lambda x, true: 1 / (1 + mp.exp(-x)), "σ(x)", SUM),
        Allowed(2, lambda x, true: max(1, abs(x)) * mpf(2) ** -1022, "x times the smallest normal number",
                "σ(−x), which x is multiplied with, has lost its places below it"),
    ],
    "gelu": [Allowed(1, lambda x, true: abs(true.value / x) if x else 1, "Φ(x)", SUM)],
    "normal_pdf": [Allowed(2, lambda x, true: true.value, "φ(x)", SUM)],
    "hypot": [Allowed(2, lambda a, b, true: 1 / true.value, "1 / y", SUM)],
    "arctan2": [Allowed(2, lambda a, b, true: 1 / (a * a + b * b), "1 / (a² + b²)", SUM)],
    "logaddexp": [
        Allowed(0, lambda a, b, true: max(abs(a), abs(b)), "the larger of a and b in size", SUM),
        Allowed(1, lambda a, b, true: abs(a - b) * max(true.first), "the larger derivative times the size of a − b",
                "a − b is rounded before the exponential is taken"),
        Allowed(2, lambda a, b, true: max(1, abs(a - b)) * abs(true.second[0, 0]), "itself times the size of a − b",
                "a − b is rounded before the exponential is taken"),
    ],
    "share": [
        Allowed(order, lambda a, b, true: max(1, abs(a - b)) * true.value, "y times the size of a − b",
                "a − b is rounded before the exponential is taken") for order in (0, 1, 2)
    ],
}  # fmt: skip

# Where one way to compute an entry meets another: both must be right on either side.
NORMAL, WHOLE = (0.67448975, 5.656854248, 39.0), (2.0**51, 2.0**52, 2.0**53)
MEETINGS = {"normal_cdf": NORMAL, "normal_pdf": NORMAL, "gelu": NORMAL}
MEETINGS |= dict.fromkeys(("floor", "ceil", "trunc", "rint"), WHOLE)

ELEMENTWISE = [name for name, entry in BOOK.items() if entry.elementwise and name not in ("where",)]


def exact_of(name: str) -> Callable[..., Any]:
    """The function by mpmath."""
    row = ROWS[name]
    function = row.exact or getattr(mp, name.replace("arc", "a"))
    attrs = row.attrs[0]
    return (lambda *x: function(*x, **attrs)) if attrs else function


def meetings(name: str) -> list[float]:
    """Each of an entry's `MEETINGS`, with the next numbers on either side, of both signs."""
    found = [x for meeting in MEETINGS.get(name, ()) for x in (meeting, *np.nextafter(meeting, (0, np.inf)).tolist())]
    return [sign * x for x in found for sign in (1, -1)]


@cache
def truths(name: str) -> list[tuple[tuple[float, ...], Truth]]:
    """The points of the grid at which the function is real, with what is true there."""
    two = len(ROWS[name].domains) == 2
    points: list[tuple[float, ...]] = list(pairs()) if two else [(x,) for x in [*grid(), *meetings(name)]]
    if name == "binary_cross_entropy":  # of which the second number is a probability
        points = [(x, t) for x in grid()[::2] for t in (0.0, 1.0, 0.3)]
    found = [(point, truth(exact_of(name), point, orders_at(name, point))) for point in points]
    return [(point, true) for point, true in found if true is not None and not on_a_kink(name, point)]


def orders_at(name: str, point: tuple[float, ...]) -> int:
    """How many derivatives are looked at."""
    if not BOOK[name].differentiable:
        return 0
    return 2 if all(x == 0 or LOWEST <= abs(x) <= HIGHEST for x in point) else 1


def on_a_kink(name: str, point: tuple[float, ...]) -> bool:
    """Whether there is no derivative at the point, or none next to it."""
    if name in ("maximum", "minimum"):
        return point[0] == point[1]
    if name in ("remainder", "fmod", "floor_divide"):  # beyond, a step of the differences passes a jump
        ratio = mpf(point[0]) / mpf(point[1]) if point[1] else mpf(0)
        return abs(ratio) > 1e9 or ratio == int(ratio)
    if name == "clip":
        return point[0] in ROWS[name].attrs[0].values()
    return name in ("abs", "relu", "leaky_relu", "elu", "cbrt") and point[0] == 0


Orders = list[list[float]]  # for each order, what was computed: a value, a gradient, or the lower half of a Hessian
Compute = Callable[[str, Sequence[Sequence[float]]], list[Orders]]


def by_value(name: str, point: Sequence[float]) -> Orders:
    """What a Value gives."""
    entry, attrs = BOOK[name], ROWS[name].attrs[0]
    xs = [ag.Value(x) for x in point]
    y = entry(*xs, **attrs)
    if not entry.differentiable:
        return [[float(y.data)]]
    first = ag.gradients(y, xs, create_graph=True)
    second = [ag.gradients(g, xs[: i + 1]) if g.requires_grad else [0.0] * (i + 1) for i, g in enumerate(first)]
    return [[y.data], ag.gradients(y, xs), [x for row in second for x in row]]


def by_value_each(name: str, points: Sequence[Sequence[float]]) -> list[Orders]:
    """What Values give, at one point after another."""
    return [by_value(name, point) for point in points]


def by_tensor(name: str, points: Sequence[Sequence[float]], dtype: Any) -> list[Orders]:
    """What a Tensor gives, at all points at once."""
    entry, attrs = BOOK[name], ROWS[name].attrs[0]
    xs = [ag.Tensor(np.array(column, dtype), requires_grad=True) for column in zip(*points, strict=True)]
    y = entry(*xs, **attrs)
    if not entry.differentiable:
        return [[[float(value)]] for value in y.data]
    ones = np.ones(len(points), dtype)
    first = ag.gradients(y, xs, gradient=ones, create_graph=True)
    second = []
    for i, g in enumerate(first):
        parts = ag.gradients(g, xs[: i + 1], gradient=ones) if g.requires_grad else [ag.Tensor(0 * ones)] * (i + 1)
        second += [part.data for part in parts]
    columns = [[y.data], [g.data for g in first], second]
    return [[[float(part[k]) for part in order] for order in columns] for k in range(len(points))]


def errors(name: str, dtype: Any, compute: Compute) -> Iterator[tuple[int, float, tuple[float, ...]]]:
    """Each order, error in ulp and point of what ``compute`` gives at the points that the type can hold."""
    known = truths(name)
    places = list(representable([point for point, _ in known], dtype))
    points = [known[i][0] for i in places]
    with np.errstate(all="ignore"):
        computed = compute(name, points)
    for place, orders in zip(places, computed, strict=True):
        point, true = known[place]
        exact = [[true.value], true.first, [true.second[key] for key in sorted(true.second)]]
        for order, numbers in enumerate(orders[: orders_at(name, point) + 1]):
            if order == 2 and dtype is not np.float64:
                continue
            scales = [a.scale(*map(mpf, point), true=true) for a in ALLOWED.get(name, ()) if a.order == order]
            scale = max(map(mpf, scales), default=0)
            for number, right in zip(numbers, exact[order], strict=True):
                yield order, ulps(number, right, dtype, scale), point


def measure(name: str, kind: Any, compute: Compute | None = None) -> list[tuple[float, tuple[float, ...]]]:
    """The worst error for each order, and where.

    Args:
        name: An entry.
        kind: ``float`` for Values, or the type of the arrays.
        compute: Another library's way to the same; by default ours.
    """
    if compute is None:
        compute = by_value_each if kind is float else lambda name, points: by_tensor(name, points, kind)
    worst: list[tuple[float, tuple[float, ...]]] = []
    for order, error, point in errors(name, np.float64 if kind is float else kind, compute):
        while len(worst) <= order:
            worst.append((0.0, ()))
        worst[order] = max(worst[order], (error, point))
    return worst
