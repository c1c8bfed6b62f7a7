"""``scipy.interpolate``: piecewise polynomials through points, differentiable; every other name is SciPy's own.

Splines have derivatives for where they are evaluated, for the values and for the places of the points.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import interpolate as _interpolate

import autograd.numpy as anp
from autograd.numpy.arguments import plain
from autograd.rules.arithmetic import maximum, minimum
from autograd.rules.selection import searchsorted
from autograd.rules.shapes import axis_of, rank, shape

__all__ = ["CubicSpline", "PPoly", "interp1d"]


class PPoly:
    """A piecewise polynomial: Σⱼ c[j, i] (x − xᵢ)ᵏ⁻ʲ between xᵢ and xᵢ₊₁; see SciPy's.

    Args:
        c: Coefficients, shape (k + 1, m, …), those of the highest power first.
        x: Where pieces begin and end, shape (m + 1,), ascending.
        extrapolate: Whether the first and the last piece go on outside; False for NaN, "periodic" to repeat all.
        axis: Where the axis of points is in the result.

    Raises:
        ValueError: The places do not ascend, or are not one more than the pieces.

    Example:
        >>> import autograd as ag
        >>> square = PPoly([[1.0, 1.0], [0.0, 2.0], [0.0, 1.0]], [0.0, 1.0, 2.0])
        >>> square(1.5), ag.grad(square)(1.5), square(1.5, 1)
        (np.float64(2.25), 3.0, np.float64(3.0))
    """

    def __init__(self, c: Any, x: Any, extrapolate: bool | str | None = None, axis: int = 0) -> None:
        self.c, self.x = anp.array(c), anp.array(x)
        self.extrapolate = True if extrapolate is None else extrapolate
        self.axis = axis
        if rank(self.c) < 2 or shape(self.x) != (shape(self.c)[1] + 1,):
            raise ValueError(f"{shape(self.c)} coefficients (powers, pieces, …) and places of shape {shape(self.x)}")
        _check_ascending(self.x)

    def __call__(self, x: Any, nu: int = 0, extrapolate: bool | str | None = None) -> Any:
        """Its value, or that of its derivative of order ``nu``, at any array of x."""
        how = self.extrapolate if extrapolate is None else extrapolate
        at, start, end = anp.ravel(anp.array(x, dtype=float)), self.x[0], self.x[-1]
        if how == "periodic":
            at = start + (at - start) % (end - start)
        piece = minimum(maximum(searchsorted(self.x, at, side="right") - 1, 0), shape(self.x)[0] - 2)
        rest = shape(self.c)[2:]
        along = anp.reshape(at - anp.take(self.x, piece), (-1, *(1,) * len(rest)))
        y: Any = 0.0
        highest = shape(self.c)[0] - 1
        for power in range(highest, nu - 1, -1):
            factor = np.prod(np.arange(power - nu + 1, power + 1), dtype=float)
            y = y * along + factor * anp.take(self.c[highest - power], piece, axis=0)
        y = y + along * 0.0
        if not how:
            outside = anp.reshape((at < start) | (at > end), (-1, *(1,) * len(rest)))
            y = anp.where(outside, np.nan, y)
        y = anp.reshape(y, (*shape(x), *rest))
        of_x, before = rank(x), self.axis % (len(rest) + 1)
        order = [*range(of_x, of_x + before), *range(of_x), *range(of_x + before, rank(y))]
        return anp.transpose(y, order) if before else y[()]

    def derivative(self, nu: int = 1) -> PPoly:
        """The piecewise polynomial of its derivative."""
        power = np.arange(shape(self.c)[0] - 1, -1, -1.0)
        factors = np.prod([np.ones(len(power)), *(power - i for i in range(nu))], axis=0)[: len(power) - nu]
        c = self.c[: len(factors)] * anp.reshape(factors, (-1, *(1,) * (rank(self.c) - 1)))
        c = c if len(factors) else self.c[:1] * 0.0
        return PPoly(c, self.x, self.extrapolate, self.axis)


class CubicSpline(PPoly):
    """The cubic spline through points, whose second derivative is continuous; see SciPy's.

    Its slopes at the points solve a linear system (C. de Boor, "A Practical Guide to Splines", 1978, chapter IV), here
    a full one: some thousand points at most.

    Args:
        x: Where the points are, shape (n,), ascending.
        y: Their values, with n along ``axis``.
        axis: Of the points.
        bc_type: "not-a-knot", "natural", "clamped" or "periodic"; or one for each end, which may be ``(order, value)``.
        extrapolate: As of `PPoly`; "periodic" by default where the ends are.

    Raises:
        ValueError: The shapes do not fit, the places do not ascend, a condition is not known, or values of a period
            differ at its ends.

    Example:
        >>> import autograd as ag
        >>> x = np.linspace(0.0, 3.0, 20)
        >>> spline = CubicSpline(x, np.sin(x))
        >>> bool(abs(ag.grad(spline)(1.0) - np.cos(1.0)) < 1e-4)
        True
        >>> ag.grad(lambda y: CubicSpline(x, y)(x[3]))(np.sin(x))[2:5].round(9)
        array([0., 1., 0.])
    """

    def __init__(
        self, x: Any, y: Any, axis: int = 0, bc_type: Any = "not-a-knot", extrapolate: bool | str | None = None
    ) -> None:
        x, y = anp.array(x), anp.array(y)
        axis = axis_of(axis, y)
        y = anp.moveaxis(y, axis, 0)
        if rank(x) != 1 or shape(x)[0] < 2 or shape(y)[0] != shape(x)[0]:
            raise ValueError(f"a spline wants two points at least: {shape(x)} places, values of shape {shape(y)}")
        _check_ascending(x)
        if bc_type == "periodic":
            _check_ends_alike(y)
        values = anp.reshape(y, (shape(y)[0], -1))
        h = anp.diff(x)[:, None]
        slopes = anp.diff(values, axis=0) / h
        s = _slopes_at_points(h, slopes, bc_type)
        c = [(s[:-1] + s[1:] - 2 * slopes) / h**2, (3 * slopes - 2 * s[:-1] - s[1:]) / h, s[:-1], values[:-1]]
        full = anp.reshape(anp.stack(c), (4, shape(x)[0] - 1, *shape(y)[1:]))
        super().__init__(full, x, "periodic" if extrapolate is None and bc_type == "periodic" else extrapolate, axis)


def interp1d(
    x: Any,
    y: Any,
    kind: str = "linear",
    axis: int = -1,
    copy: bool = True,  # noqa: ARG001
    bounds_error: bool | None = None,
    fill_value: Any = np.nan,
    assume_sorted: bool = False,
) -> Any:
    """The function that is linear, or cubic, between points; see SciPy's. Of nodes, ``kind`` is one of these two.

    Args:
        x: Where the points are, shape (n,).
        y: Their values, with n along ``axis``.
        kind: "linear" or "cubic".
        axis: Of the points.
        copy: As of SciPy's; points are never changed here.
        bounds_error: Whether to raise outside; by default, unless there is a ``fill_value``.
        fill_value: For outside: one number, a pair for below and above, or "extrapolate".
        assume_sorted: That the places ascend.

    Raises:
        ValueError: A value outside where that is an error, or another kind.

    Example:
        >>> import autograd as ag
        >>> f = interp1d([0.0, 1.0, 3.0], [0.0, 2.0, 0.0])
        >>> float(f(2.0)), ag.grad(f)(2.0)
        (1.0, -1.0)
    """
    if kind not in ("linear", "cubic"):
        raise ValueError(
            f'interp1d with kind={kind!r}: "linear" or "cubic" here; scipy.interpolate has more, of arrays'
        )
    x, y = anp.array(x), anp.array(y)
    if not assume_sorted:
        order = np.argsort(plain(x, "interp1d"), kind="stable")
        x, y = anp.take(x, order), anp.take(y, order, axis)
    if kind == "cubic":
        pieces: PPoly = CubicSpline(x, y, axis)
    else:
        axis = axis_of(axis, y)
        y = anp.moveaxis(y, axis, 0)
        steps = anp.reshape(anp.diff(x), (-1, *(1,) * (rank(y) - 1)))
        pieces = PPoly(anp.stack([anp.diff(y, axis=0) / steps, y[:-1]]), x, axis=axis)
    extrapolate = isinstance(fill_value, str) and fill_value == "extrapolate"
    below, above = fill_value if isinstance(fill_value, tuple) else (fill_value, fill_value)
    raises = not extrapolate and fill_value is np.nan if bounds_error is None else bounds_error

    first, last = (x[0], x[-1]) if not raises else (plain(x[0]), plain(x[-1]))

    def function(at: Any) -> Any:
        if raises and np.any((plain(at, "interp1d with bounds_error") < first) | (plain(at) > last)):
            raise ValueError('a value of x outside the points: give interp1d fill_value="extrapolate", or numbers')
        value = pieces(at)
        if extrapolate:
            return value
        of_at = anp.reshape(anp.array(at), (*shape(at), *(1,) * (rank(value) - pieces.axis - rank(at))))
        return anp.where(of_at < first, below, anp.where(of_at > last, above, value))

    return function


def _check_ascending(x: Any) -> None:
    if not getattr(x, "traced", False) and not np.all(np.diff(plain(x)) > 0):
        raise ValueError("places of points that do not ascend")


def _check_ends_alike(y: Any) -> None:
    if not getattr(y, "traced", False) and not np.allclose(plain(y)[0], plain(y)[-1], rtol=1e-15, atol=1e-15):
        raise ValueError('a spline with bc_type="periodic" ends where it begins: give it y[-1] = y[0]')


# ---- the slopes of a cubic spline ------------------------------------------------------------------------------------


def _slopes_at_points(h: Any, slopes: Any, bc_type: Any) -> Any:
    """The slopes for which second derivatives meet: (n, columns), of steps and slopes between, (n − 1, …)."""
    n = shape(h)[0] + 1
    unit, weights = np.eye(n), (h[1:], h[:-1])
    inside = weights[0] * unit[:-2] + 2 * (h[:-1] + h[1:]) * unit[1:-1] + weights[1] * unit[2:]
    right = 3 * (weights[0] * slopes[:-1] + weights[1] * slopes[1:])
    if bc_type == "periodic":
        first = unit[:1] - unit[-1:]
        last = h[:1] * unit[-2:-1] + 2 * (h[-1:] + h[:1]) * unit[:1] + h[-1:] * unit[1:2]
        start, end = slopes[:1] * 0.0, 3 * (h[:1] * slopes[-1:] + h[-1:] * slopes[:1])
    else:
        conditions = (bc_type, bc_type) if isinstance(bc_type, str) else tuple(bc_type)
        if n == 3 and conditions == ("not-a-knot",) * 2:  # the same equation twice: a parabola
            conditions = ("parabola",) * 2
        first, start = _end(h, slopes, conditions[0], unit)
        last, end = _end(h[::-1], slopes[::-1], conditions[1], unit[::-1], -1.0)
    return anp.linalg.solve(anp.concatenate([first, inside, last]), anp.concatenate([start, right, end]))


_NAMED = {"natural": (2, 0.0), "clamped": (1, 0.0)}


def _end(h: Any, slopes: Any, condition: Any, unit: Any, sign: float = 1.0) -> tuple[Any, Any]:
    """The equation at the first of the points; backwards, at the last, where second derivatives turn their sign."""
    if condition == "parabola":
        return unit[:1] + unit[1:2], 2 * slopes[:1]
    if condition == "not-a-knot":
        if len(unit) == 2:
            return unit[:1], slopes[:1]
        both = h[:1] + h[1:2]
        right = ((h[:1] + 2 * both) * h[1:2] * slopes[:1] + h[:1] ** 2 * slopes[1:2]) / both
        return h[1:2] * unit[:1] + both * unit[1:2], right
    condition = _NAMED.get(condition, condition) if isinstance(condition, str) else condition
    if isinstance(condition, str) or len(condition) != 2 or condition[0] not in (1, 2):
        raise ValueError(f"bc_type={condition!r}: not-a-knot, natural, clamped, periodic, or (order 1 or 2, value)")
    order, value = condition[0], anp.reshape(condition[1], (1, -1)) + slopes[:1] * 0.0
    if order == 1:
        return unit[:1] + 0 * h[:1], value
    return 2 * unit[:1] + unit[1:2] + 0 * h[:1], 3 * slopes[:1] - sign * value * h[:1] / 2


def __getattr__(name: str) -> Any:
    return getattr(_interpolate, name)
