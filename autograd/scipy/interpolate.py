"""``scipy.interpolate``: piecewise polynomials through points, differentiable; every other name is SciPy's own.

Splines have derivatives for where they are evaluated, and for both coordinates of the points.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import interpolate as _interpolate

import autograd.numpy as anp
from autograd.functional.trees import leaves
from autograd.numpy.arguments import array_of, has_node, plain
from autograd.rules.selection import searchsorted
from autograd.rules.shapes import axis_of, rank, shape
from autograd.scipy.piecewise import CubicHermiteSpline, CubicSpline, PchipInterpolator, PPoly, _check_ends_alike

__all__ = ["CubicHermiteSpline", "CubicSpline", "PPoly", "PchipInterpolator", "interp1d", "make_interp_spline"]


def make_interp_spline(
    x: Any,
    y: Any,
    k: int = 3,
    t: Any = None,
    bc_type: Any = None,
    axis: int = 0,
    check_finite: bool = True,
) -> PPoly:
    """The spline of degree k through points, as SciPy's, as a piecewise polynomial.

    It is linear in the values, for which derivatives are, and for where it is evaluated: the rest is constant.

    Args:
        x: Where the points are, shape (n,), ascending.
        y: Their values, with n along ``axis``.
        k: The degree.
        t: The knots; by default as of SciPy's.
        bc_type: The conditions at the ends, as of SciPy's.
        axis: Of the points.
        check_finite: As of SciPy's.

    Raises:
        TypeError: x, the knots or the conditions are nodes.
        ValueError: As of SciPy's.
    """
    if any(map(has_node, (x, t))) or (isinstance(bc_type, tuple) and any(map(has_node, leaves(bc_type)))):
        raise TypeError("a spline of this degree has derivatives for y, not for x: CubicSpline has both")
    y = anp.array(y)
    first = anp.moveaxis(y, axis, 0)
    count, periodic = shape(first)[0], isinstance(bc_type, str) and bc_type == "periodic"
    units, conditions, given = np.eye(count), bc_type, False
    if periodic:
        _check_ends_alike(first)
        units, first = np.concatenate([units[:-1, :-1], units[:1, :-1]]), first[:-1]
    elif isinstance(bc_type, tuple | list):
        given = not all(side is None or isinstance(side, str) for side in bc_type)
        conditions = tuple(
            side if side is None or isinstance(side, str) else [(order, np.zeros(count)) for order, _ in side]
            for side in bc_type
        )

    def by_power(values: Any, conditions: Any) -> tuple[Any, Any]:
        spline = _interpolate.make_interp_spline(x, values, k, t, conditions, check_finite=check_finite)
        knots = np.unique(spline.t[k : len(spline.t) - k])
        return knots, np.stack([spline(knots[:-1], power) / math.factorial(power) for power in range(k, -1, -1)])

    knots, parts = by_power(units, conditions)
    c = anp.tensordot(parts, first, 1)
    if given:
        c = c + by_power(np.zeros(shape(first)), bc_type)[1]
    return PPoly(c, knots, "periodic" if periodic else True, axis_of(axis, y))


class _Steps:
    """Values that hold from where a piece begins to where it ends: one of the points' for each piece.

    Args:
        edges: Where pieces meet, one fewer than the points.
        y: The values, with the points along the first axis.
        side: Which piece an edge belongs to, as of ``np.searchsorted``.
    """

    def __init__(self, edges: Any, y: Any, side: str, axis: int) -> None:
        self.edges, self.y, self.side, self.axis = edges, y, side, axis

    def __call__(self, x: Any) -> Any:
        at = anp.array(x)
        y = anp.take(self.y, searchsorted(self.edges, anp.ravel(at), side=self.side), axis=0)
        y = anp.reshape(y, (*shape(at), *shape(self.y)[1:]))
        return anp.moveaxis(y, range(rank(at)), range(self.axis, self.axis + rank(at)))


# Degrees of splines, and for steps where pieces meet and which an edge belongs to.
_DEGREES = {"linear": 1, "slinear": 1, "quadratic": 2, "cubic": 3}
_STEPS: dict[Any, tuple[Callable[[Any], Any], str]] = {
    "previous": (lambda x: x[1:], "right"),
    "zero": (lambda x: x[1:], "right"),
    0: (lambda x: x[1:], "right"),
    "next": (lambda x: x[:-1], "left"),
    "nearest": (lambda x: (x[1:] + x[:-1]) / 2.0, "left"),
    "nearest-up": (lambda x: (x[1:] + x[:-1]) / 2.0, "right"),
}


def interp1d(
    x: Any,
    y: Any,
    kind: str | int = "linear",
    axis: int = -1,
    copy: bool = True,  # noqa: ARG001
    bounds_error: bool | None = None,
    fill_value: Any = np.nan,
    assume_sorted: bool = False,
) -> Any:
    """The function through points that is linear between them, a spline, or steps; see SciPy's.

    Args:
        x: Where the points are, shape (n,).
        y: Their values, with n along ``axis``.
        kind: "linear", "cubic", "quadratic", a degree; or "nearest", "nearest-up", "previous", "next", "zero". Of
            "quadratic" and of degrees above 3, x is constant.
        axis: Of the points.
        copy: As of SciPy's; points are never changed here.
        bounds_error: Whether to raise outside; by default, unless there is a ``fill_value``.
        fill_value: For outside: one number, a pair for below and above, or "extrapolate".
        assume_sorted: That x is increasing.

    Raises:
        ValueError: A value outside where that is an error, or another kind.

    Example:
        >>> import autograd as ag
        >>> f = interp1d([0.0, 1.0, 3.0], [0.0, 2.0, 0.0])
        >>> float(f(2.0)), ag.grad(f)(2.0)
        (1.0, -1.0)
    """
    degree = _DEGREES.get(kind, kind) if isinstance(kind, str) else kind
    if degree not in _STEPS and not isinstance(degree, int):
        raise ValueError(f"interp1d with kind={kind!r}: {', '.join([*_DEGREES, *map(str, _STEPS)])}, or a degree")
    x, y = anp.array(x), anp.array(y)
    if not assume_sorted:
        order = np.argsort(plain(x, "interp1d"), kind="stable")
        x, y = anp.take(x, order), anp.take(y, order, axis)
    axis = axis_of(axis, y)
    first = anp.moveaxis(y, axis, 0)
    pieces: PPoly | _Steps
    if degree in _STEPS:
        edges, side = _STEPS[degree]
        pieces = _Steps(edges(x), first, side, axis)
    elif degree == 1:
        steps = anp.reshape(anp.diff(x), (-1, *(1,) * (rank(y) - 1)))
        pieces = PPoly(anp.stack([anp.diff(first, axis=0) / steps, first[:-1]]), x, axis=axis)
    else:
        pieces = CubicSpline(x, y, axis) if degree == 3 else make_interp_spline(x, y, int(degree), axis=axis)
    extrapolate = isinstance(fill_value, str) and fill_value == "extrapolate"
    below, above = fill_value if isinstance(fill_value, tuple) else (fill_value, fill_value)
    raises = not extrapolate and fill_value is np.nan if bounds_error is None else bounds_error

    start, end = (x[0], x[-1]) if not raises else (plain(x[0]), plain(x[-1]))

    def function(at: Any) -> Any:
        at = array_of(at)
        if raises and np.any((plain(at, "interp1d with bounds_error") < start) | (plain(at) > end)):
            raise ValueError('a value of x outside the points: give interp1d fill_value="extrapolate", or numbers')
        value = pieces(at)
        if extrapolate:
            return value
        of_at = anp.reshape(anp.array(at), (*shape(at), *(1,) * (rank(value) - pieces.axis - rank(at))))
        return anp.where(of_at < start, below, anp.where(of_at > end, above, value))

    return function


def __getattr__(name: str) -> Any:
    return getattr(_interpolate, name)
