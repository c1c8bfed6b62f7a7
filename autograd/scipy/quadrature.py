"""Integrals of functions, and of what is known at points: `scipy.integrate`'s, differentiable."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
from scipy import integrate as _integrate

import autograd.numpy as anp
from autograd.extend import defrule, primitive
from autograd.functional.derivatives import make_vjp
from autograd.functional.flattening import flatten
from autograd.functional.trees import leaves
from autograd.graph.node import Node
from autograd.numpy.arguments import has_node, plain
from autograd.rules.shapes import rank, shape

# ---- of a function ---------------------------------------------------------------------------------------------------


def quad(func: Callable[..., Any], a: Any, b: Any, args: Any = (), *more: Any, **options: Any) -> Any:
    """∫ f(t, …) dt from a to b, and how far it may be off; see SciPy's. Derivatives are for both ends and for ``args``.

    By Leibniz's rule: −f(a), f(b), and the integral of f's own derivative, found by the same adaptive method.

    Args:
        func: ``func(t, *args)``, a number; written in functions that have derivatives.
        a: Where it begins, or −∞.
        b: Where it ends, or ∞.
        args: Further arguments of f: numbers, arrays, containers of them.
        *more: SciPy's other arguments, in their order.
        **options: The same by name.

    Returns:
        The integral, and SciPy's estimate of its error.

    Raises:
        TypeError: f depends on a variable that is not among ``args``; or a weight, or a report, is asked for where
            derivatives are.

    Example:
        >>> import autograd as ag, autograd.numpy as np
        >>> area = lambda rate: quad(lambda t, rate: np.exp(-rate * t), 0.0, np.inf, (rate,))[0]
        >>> round(area(2.0), 9), round(ag.grad(area)(2.0), 9)  # 1 / rate
        (0.5, -0.25)
    """
    given = args if isinstance(args, tuple) else (args,)
    if not any(isinstance(x, Node) for x in leaves((a, b, given))):
        return _integrate.quad(_number(func), a, b, given, *more, **options)
    others = set(options) - {"epsabs", "epsrel", "limit", "points"}
    if more or others:
        raise TypeError(f"quad of nodes takes epsabs, epsrel, limit and points by name: no {(*others, 'more')[0]}")
    ends = [float(plain(x, "quad")) for x in (a, b)]
    _, error = _integrate.quad(_number(func), *ends, tuple(map(_plain_leaves, given)), **options)
    return _integral(func, (a, b, given), options), error


def _plain_leaves(tree: Any) -> Any:
    flat, unflatten = flatten(tree)
    return unflatten(plain(flat, "quad"))


def _number(func: Callable[..., Any]) -> Callable[..., Any]:
    """A function for SciPy to call with plain numbers, which must give plain ones."""

    def of_numbers(*args: Any) -> Any:
        y = func(*args)
        if has_node(y):
            raise TypeError("an integrand depends on a variable that is not among its arguments: pass it by args=")
        return y

    return of_numbers


@primitive
def _integral(func: Any, given: Any, options: Any) -> Any:
    """Of a function that gives a number, or a vector."""
    a, b, args = given
    a, b = float(a), float(b)
    middle = a if math.isfinite(a) else b if math.isfinite(b) else 0.0
    if np.ndim(func(middle, *args)) == 0:
        return _integrate.quad(_number(func), a, b, tuple(args), **options)[0]
    precision = {"epsrel": 1e-10} | {name: options[name] for name in ("epsabs", "epsrel") if name in options}
    of_numbers = _number(func)
    return _integrate.quad_vec(lambda t: np.asarray(of_numbers(t, *args)), a, b, **precision)[0]


_integral.name = "quad"  # in messages and pictures


def _leibniz(g: Any, y: Any, func: Any, given: Any, options: Any) -> Any:  # noqa: ARG001 - a rule's arguments
    a, b, args = given

    def at(end: Any) -> Any:
        inside = math.isfinite(float(plain(end, "quad")))
        return anp.sum(func(end, *args) * g) if inside else 0.0

    parameters, unflatten = flatten(args)
    if not shape(parameters)[0]:
        return -at(a), at(b), args

    def slope(t: Any, p: Any, u: Any) -> Any:
        return make_vjp(lambda p: anp.sum(func(t, *unflatten(p)) * u))(p)[0](1.0)

    return -at(a), at(b), unflatten(_integral(slope, (a, b, (parameters, g)), options))


defrule(_integral, _leibniz, argnums=[1])


# ---- of points -------------------------------------------------------------------------------------------------------


def _linear(scipys: Callable[..., Any]) -> Callable[..., Any]:
    """A rule that adds up values by weights, which depend on x alone."""

    @wraps(scipys)
    def integral(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, **options: Any) -> Any:
        how = {"dx": dx} if x is None else {"x": x}
        if not any(map(has_node, (y, x, dx))):
            return scipys(y, axis=axis, **how, **options)
        if has_node(x) or has_node(dx):
            raise TypeError(f"scipy.integrate.{scipys.__name__} has derivatives for y, not for x or dx")
        initial = options.pop("initial", None)
        if initial is not None:
            options["initial"] = 0.0
        y = anp.moveaxis(anp.array(y), axis, -1)
        units = np.eye(shape(y)[-1], dtype=np.finfo(y.dtype).dtype)
        if x is None or np.ndim(x) == 1:
            result = y @ scipys(units, axis=-1, **how, **options)
        else:  # each row has its own x
            places = np.moveaxis(np.asarray(x), axis, -1)[..., None, :]
            every = np.broadcast_to(units, (*shape(y)[:-1], *units.shape))
            weights = scipys(every, x=np.broadcast_to(places, every.shape), axis=-1, **options)
            several = weights.ndim > rank(y)
            result = anp.matmul(y[..., None, :], weights)[..., 0, :] if several else anp.sum(y * weights, -1)
        result = result if initial is None else result + initial
        return anp.moveaxis(result, -1, axis) if rank(result) == rank(y) else result

    integral.__module__ = __name__  # where a pickle finds it
    return integral


simpson, cumulative_simpson = _linear(_integrate.simpson), _linear(_integrate.cumulative_simpson)


def romb(y: Any, dx: float = 1.0, axis: int = -1, show: bool = False) -> Any:
    """By Romberg's method; see SciPy's."""
    if not has_node(y):
        return _integrate.romb(y, dx, axis, show)
    y = anp.moveaxis(anp.array(y), axis, -1)
    return y @ _integrate.romb(np.eye(shape(y)[-1]), dx)


def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """By trapezoids, with derivatives for y and x; see SciPy's."""
    return anp.trapezoid(anp.array(y), x, dx, axis)


def cumulative_trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, initial: float | None = None) -> Any:
    """The integral up to each point, by trapezoids, with derivatives for y and x; see SciPy's."""
    if not any(map(has_node, (y, x, dx))):
        return _integrate.cumulative_trapezoid(y, x, dx, axis, initial)
    y = anp.moveaxis(anp.array(y), axis, -1)
    steps = dx
    if x is not None:
        x = anp.array(x)
        steps = anp.diff(x if rank(x) == 1 else anp.moveaxis(x, axis, -1))
    sums = anp.cumsum((y[..., 1:] + y[..., :-1]) * steps / 2.0, -1)
    if initial is not None:
        sums = anp.concatenate([np.full((*shape(sums)[:-1], 1), initial, sums.dtype), sums], -1)
    return anp.moveaxis(sums, -1, axis)
