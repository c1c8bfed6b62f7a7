"""Piecewise polynomials, and cubics of them through points: `scipy.interpolate`'s, differentiable."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import interpolate as _interpolate

import autograd.numpy as anp
from autograd.graph.node import Node
from autograd.numpy.arguments import array_of, plain
from autograd.rules.arithmetic import maximum, minimum
from autograd.rules.selection import searchsorted
from autograd.rules.shapes import axis_of, rank, shape


class PPoly:
    """A piecewise polynomial: Σⱼ c[j, i] (x − xᵢ)ᵏ⁻ʲ between xᵢ and xᵢ₊₁; see SciPy's.

    Args:
        c: Coefficients, shape (k + 1, m, …), those of the highest power first.
        x: Where pieces begin and end, shape (m + 1,), ascending.
        extrapolate: Whether the first and the last piece go on outside; False for NaN, "periodic" to repeat all.
        axis: Where the axis of points is in the result.

    Raises:
        ValueError: x is not increasing, or not one longer than the pieces.

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
            raise ValueError(
                f"{shape(self.c)} coefficients (powers, pieces, …) and breakpoints x of shape {shape(self.x)}"
            )
        _check_ascending(self.x)

    def __call__(self, x: Any, nu: int = 0, extrapolate: bool | str | None = None) -> Any:
        """Its value, or that of its derivative of order ``nu``, at any array of x."""
        if nu < 0:
            raise ValueError(f"a derivative of order {nu}: integrals are s.antiderivative()(x) and s.integrate(a, b)")
        how = self.extrapolate if extrapolate is None else extrapolate
        x = array_of(x)
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
        """The piecewise polynomial of its derivative of an order; one below 0 is that of an integral."""
        if nu < 0:
            return self.antiderivative(-nu)
        power = np.arange(shape(self.c)[0] - 1, -1, -1.0)
        factors = np.prod([np.ones(len(power)), *(power - i for i in range(nu))], axis=0)[: len(power) - nu]
        c = self.c[: len(factors)] * anp.reshape(factors, (-1, *(1,) * (rank(self.c) - 1)))
        c = c if len(factors) else self.c[:1] * 0.0
        return PPoly(c, self.x, self.extrapolate, self.axis)

    def antiderivative(self, nu: int = 1) -> PPoly:
        """The piecewise polynomial of its integral from where it begins, taken ``nu`` times."""
        if nu <= 0:
            return self.derivative(-nu)
        column = (-1, *(1,) * (rank(self.c) - 1))
        c = self.c / anp.reshape(np.arange(shape(self.c)[0], 0, -1.0), column)
        steps = anp.reshape(anp.diff(self.x), column[:-1])
        whole = c[0]
        for lower in c[1:]:
            whole = whole * steps + lower
        before = anp.cumsum(whole * steps, 0)[:-1]
        starts = anp.concatenate([np.zeros((1, *shape(before)[1:])), before])
        extrapolate = False if self.extrapolate == "periodic" else self.extrapolate
        return PPoly(anp.concatenate([c, starts[None]]), self.x, extrapolate, self.axis).antiderivative(nu - 1)

    def integrate(self, a: Any, b: Any, extrapolate: bool | str | None = None) -> Any:
        """Its integral from a to b, whose derivatives are for both of them, too."""
        how = self.extrapolate if extrapolate is None else extrapolate
        whole = self.antiderivative()
        if how != "periodic":
            return whole(b, extrapolate=how) - whole(a, extrapolate=how)
        start, end = self.x[0], self.x[-1]
        period = end - start

        def up_to(x: Any) -> Any:
            x = array_of(x)
            return whole(start + (x - start) % period) + (x - start) // period * whole(end)

        return up_to(b) - up_to(a)

    def solve(self, y: float = 0.0, discontinuity: bool = True, extrapolate: bool | str | None = None) -> Any:
        """Where it is y, in ascending order; see SciPy's. Derivatives are for coefficients, places and y.

        Numbers are SciPy's; two of Newton's steps from there, which do not move them, have the first three derivatives.

        Raises:
            ValueError: It has several columns.
        """
        if rank(self.c) > 2:
            raise ValueError(f"roots of a piecewise polynomial of shape {shape(self.c)[2:]}: take those of its columns")
        how = self.extrapolate if extrapolate is None else extrapolate
        plain_one = _interpolate.PPoly(plain(self.c, "roots"), plain(self.x, "roots"), how)
        root: Any = plain_one.solve(plain(y, "roots"), discontinuity, how)
        if not any(isinstance(x, Node) for x in (self.c, self.x, y)):
            return root
        for _ in range(2):
            root = root - (self(root, extrapolate=how) - y) / self(root, 1, how)
        return root

    def roots(self, discontinuity: bool = True, extrapolate: bool | str | None = None) -> Any:
        """Where it is 0, as `solve` finds it."""
        return self.solve(0.0, discontinuity, extrapolate)


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
        ValueError: The shapes do not fit, x is not increasing, a condition is not known, or values of a period
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
            raise ValueError(f"a spline needs at least two points: x of shape {shape(x)}, values of shape {shape(y)}")
        _check_ascending(x)
        if bc_type == "periodic":
            _check_ends_alike(y)
        values = anp.reshape(y, (shape(y)[0], -1))
        h = anp.diff(x)[:, None]
        slopes = anp.diff(values, axis=0) / h
        s = _slopes_at_points(h, slopes, bc_type)
        c = anp.reshape(_hermite(h, values, slopes, s), (4, shape(x)[0] - 1, *shape(y)[1:]))
        super().__init__(c, x, "periodic" if extrapolate is None and bc_type == "periodic" else extrapolate, axis)


class CubicHermiteSpline(PPoly):
    """The piecewise cubic through points with given slopes there; see SciPy's.

    Args:
        x: Where the points are, shape (n,), ascending.
        y: Their values, with n along ``axis``.
        dydx: Their slopes, of y's shape.
        axis: Of the points.
        extrapolate: As of `PPoly`.

    Raises:
        ValueError: The shapes do not fit, or x is not increasing.
    """

    def __init__(self, x: Any, y: Any, dydx: Any, axis: int = 0, extrapolate: bool | str | None = None) -> None:
        x, y, dydx = anp.array(x), anp.array(y), anp.array(dydx)
        axis = axis_of(axis, y)
        y, dydx = anp.moveaxis(y, axis, 0), anp.moveaxis(dydx, axis, 0)
        if rank(x) != 1 or shape(x)[0] < 2 or shape(y)[0] != shape(x)[0] or shape(dydx) != shape(y):
            raise ValueError(f"x of shape {shape(x)}, values of shape {shape(y)} and slopes of shape {shape(dydx)}")
        _check_ascending(x)
        h = anp.reshape(anp.diff(x), (-1, *(1,) * (rank(y) - 1)))
        super().__init__(_hermite(h, y, anp.diff(y, axis=0) / h, dydx), x, extrapolate, axis)


class PchipInterpolator(CubicHermiteSpline):
    """The piecewise cubic through points that rises and falls with them, and nowhere else; see SciPy's.

    Its slope at a point is a harmonic mean of those on either side, or 0 at a peak (F. Fritsch and J. Butland, "A
    method for constructing local monotone piecewise cubic interpolants", 1984).

    Args:
        x: Where the points are, shape (n,), ascending.
        y: Their values, with n along ``axis``.
        axis: Of the points.
        extrapolate: As of `PPoly`.

    Example:
        >>> import autograd as ag
        >>> x = np.arange(5.0)
        >>> rises = PchipInterpolator(x, np.array([0.0, 0.0, 1.0, 1.0, 3.0]))
        >>> ag.grad(rises)(1.5), rises(2.5)
        (1.5, np.float64(1.0))
    """

    def __init__(self, x: Any, y: Any, axis: int = 0, extrapolate: bool | str | None = None) -> None:
        x, y = anp.array(x), anp.array(y)
        first = anp.moveaxis(y, axis_of(axis, y), 0)
        _check_ascending(x)
        h = anp.reshape(anp.diff(x), (-1, *(1,) * (rank(y) - 1)))
        slopes = anp.diff(first, axis=0) / h
        super().__init__(x, y, anp.moveaxis(_monotone_slopes(h, slopes), 0, axis_of(axis, y)), axis, extrapolate)


def _check_ascending(x: Any) -> None:
    if not getattr(x, "traced", False) and not np.all(np.diff(plain(x)) > 0):
        raise ValueError("x must be increasing")


def _check_ends_alike(y: Any) -> None:
    if not getattr(y, "traced", False) and not np.allclose(plain(y)[0], plain(y)[-1], rtol=1e-15, atol=1e-15):
        raise ValueError('a spline with bc_type="periodic" ends where it begins: give it y[-1] = y[0]')


# ---- cubics from slopes ----------------------------------------------------------------------------------------------


def _hermite(h: Any, y: Any, slopes: Any, s: Any) -> Any:
    """Coefficients (4, n − 1, …) from steps, values, the slopes of chords and those at the points."""
    a, b = s[:-1], s[1:]
    return anp.stack([(a + b - 2 * slopes) / h**2, (3 * slopes - 2 * a - b) / h, a, y[:-1]])


def _monotone_slopes(h: Any, slopes: Any) -> Any:
    """Slopes at the points, (n, …), of Fritsch and Butland, from those of chords."""
    if shape(slopes)[0] == 1:
        return anp.concatenate([slopes, slopes])
    left, right = slopes[:-1], slopes[1:]
    turns = left * right <= 0
    first, second = 2 * h[1:] + h[:-1], h[1:] + 2 * h[:-1]
    mean = (first + second) / (first / anp.where(turns, 1.0, left) + second / anp.where(turns, 1.0, right))
    ends = [_monotone_end(h, slopes), _monotone_end(h[::-1], slopes[::-1])]
    return anp.concatenate([ends[0], anp.where(turns, 0.0, mean), ends[1]])


def _monotone_end(h: Any, slopes: Any) -> Any:
    """At the first point: a parabola's slope, kept within what three points allow."""
    near, far = slopes[:1], slopes[1:2]
    s = ((2 * h[:1] + h[1:2]) * near - h[:1] * far) / (h[:1] + h[1:2])
    s = anp.where((near * far <= 0) & (abs(s) > 3 * abs(near)), 3 * near, s)
    return anp.where(s * near <= 0, 0.0, s)


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
