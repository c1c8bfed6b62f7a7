"""``scipy.optimize`` with derivatives from here: `minimize`, `least_squares`, `root`; all else is SciPy's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import optimize as _optimize

import autograd.numpy as anp
from autograd.functional.derivatives import hessian, hvp, jacobian, value_and_grad
from autograd.functional.flattening import flatten

__all__ = ["least_squares", "minimize", "root"]

# What SciPy's methods make use of: a gradient, by itself or with Hessians, as products or in full.
_GRADIENT = {"cg", "bfgs", "l-bfgs-b", "tnc", "slsqp"}
_PRODUCTS = {"newton-cg", "trust-ncg", "trust-krylov", "trust-constr"}
_FULL = {"dogleg", "trust-exact"}


def minimize(
    fun: Callable[..., Any],
    x0: Any,
    args: Any = (),
    method: str | None = None,
    jac: Any = None,
    hess: Any = None,
    hessp: Any = None,
    **options: Any,
) -> Any:
    """Minimize a function of one or more variables; see SciPy's. Derivatives that are not given are taken of ``fun``.

    Methods that use a gradient get it, and those that use second derivatives get products with the Hessian or, where
    they need it in full, the Hessian; others (Nelder-Mead, Powell, COBYLA …) get none.

    Args:
        fun: ``fun(x, *args)``, a single number; written in functions that have derivatives.
        x0: Where to begin: a vector, or a container of numbers and arrays, in the form of which ``fun`` is given x.
        args: Further arguments of ``fun``.
        method: As of SciPy's.
        jac: A gradient of your own, True where ``fun`` gives it beside its value, or "2-point" and its like for
            differences.
        hess: A Hessian of your own, as of SciPy's.
        hessp: Products with it of your own.
        **options: SciPy's other arguments (``bounds``, ``constraints``, ``tol``, ``callback`` …); constraints have the
            derivatives that they come with.

    Returns:
        SciPy's result; its ``x`` in the form of ``x0``.

    Example:
        >>> rosenbrock = lambda x: np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)
        >>> found = minimize(rosenbrock, np.zeros(5), method="trust-ncg")
        >>> bool(found.success), found.x.round(4)
        (True, array([1., 1., 1., 1., 1.]))
        >>> line = minimize(lambda p: np.sum((p["a"] * np.arange(3.0) + p["b"] - 1.0) ** 2), {"a": 2.0, "b": 0.0})
        >>> bool(abs(line.x["b"] - 1.0) < 1e-6)
        True
    """
    start, of_vector, unflatten = _of_vector(fun, x0, jac is True)
    given = args if isinstance(args, tuple) else (args,)
    name = "bfgs" if method is None else method.lower() if isinstance(method, str) else ""
    function = of_vector
    if jac is None and name in _GRADIENT | _PRODUCTS | _FULL:
        function, jac = value_and_grad(of_vector), True
        if hess is None and hessp is None and name in _PRODUCTS:
            hessp = lambda x, p, *more: hvp(of_vector, (x, *more), p)[1]  # noqa: E731
        if hess is None and name in _FULL:
            hess = hessian(of_vector)
    found = _optimize.minimize(function, start, given, method, jac, hess, hessp, **options)
    found.x = unflatten(found.x)
    return found


def least_squares(fun: Callable[..., Any], x0: Any, jac: Any = None, *more: Any, **options: Any) -> Any:
    """Minimize the sum of squares of residuals; see SciPy's. Their Jacobian is taken of ``fun`` unless it is given.

    Args:
        fun: ``fun(x, *args, **kwargs)``, residuals, shape (m,).
        x0: Where to begin, a vector, or a container, as of `minimize`.
        jac: A Jacobian of your own, or "2-point" and its like.
        *more: SciPy's other arguments, in their order.
        **options: The same by name.

    Returns:
        SciPy's result; its ``x`` in the form of ``x0``.

    Example:
        >>> t = np.linspace(0.0, 1.0, 5)
        >>> least_squares(lambda p: p[0] * np.exp(p[1] * t) - 2 * np.exp(-t), np.ones(2)).x.round(6)
        array([ 2., -1.])
    """
    start, of_vector, unflatten = _of_vector(fun, x0)
    found = _optimize.least_squares(of_vector, start, jacobian(of_vector) if jac is None else jac, *more, **options)
    found.x = unflatten(found.x)
    return found


def root(
    fun: Callable[..., Any], x0: Any, args: Any = (), method: str = "hybr", jac: Any = None, **options: Any
) -> Any:
    """Find where a vector function is zero; see SciPy's. Methods "hybr" and "lm" get the Jacobian of ``fun``.

    Args:
        fun: ``fun(x, *args)``, a vector of as many numbers as x has.
        x0: Where to begin, a vector, or a container, as of `minimize`.
        args: Further arguments of ``fun``.
        method: As of SciPy's.
        jac: A Jacobian of your own; False for differences.
        **options: SciPy's other arguments.

    Returns:
        SciPy's result; its ``x`` in the form of ``x0``.

    Example:
        >>> root(lambda x: x**2 - np.array([4.0, 9.0]), np.ones(2)).x.round(6)
        array([2., 3.])
    """
    start, of_vector, unflatten = _of_vector(fun, x0, jac is True)
    ours = jac is None and method in ("hybr", "lm")
    found = _optimize.root(of_vector, start, args, method, jacobian(of_vector) if ours else jac, **options)
    found.x = unflatten(found.x)
    return found


def _of_vector(
    fun: Callable[..., Any], x0: Any, with_slopes: bool = False
) -> tuple[Any, Callable[..., Any], Callable[[Any], Any]]:
    """The vector to begin with, the function of such vectors, and what makes x0's form of one."""
    holds = isinstance(x0, dict) or (isinstance(x0, list | tuple) and not all(np.ndim(x) == 0 for x in x0))
    start, unflatten = flatten(x0 if holds else np.asarray(x0, float))
    if not holds and np.ndim(x0) == 0:  # SciPy takes a number for a vector of one
        unflatten = lambda x: x  # noqa: E731

    def of_vector(x: Any, *args: Any, **kwargs: Any) -> Any:
        y = fun(unflatten(x), *args, **kwargs)
        return anp.array(y) if isinstance(y, list | tuple) and not with_slopes else y

    return start, of_vector, unflatten


def __getattr__(name: str) -> Any:
    return getattr(_optimize, name)
