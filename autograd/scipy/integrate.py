"""``scipy.integrate``: `odeint`, differentiated by the adjoint equation; every other name is SciPy's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scipy import integrate as _integrate

import autograd.numpy as np
from autograd.extend import defrule, primitive
from autograd.functional.derivatives import make_vjp
from autograd.functional.flattening import flatten

__all__ = ["odeint"]


def odeint(func: Callable[..., Any], y0: Any, t: Any, args: tuple[Any, ...] = (), **options: Any) -> Any:
    """The solution of dy/dt = f(y, t, …) that starts at y(t₀) = y₀, with derivatives for y₀, t and the arguments of f.

    Gradients come from the adjoint equation, solved backward in time from one point of t to the one before
    (R. Chen et al., "Neural ordinary differential equations", 2018, appendix C), by the same solver.

    Args:
        func: ``func(y, t, *args)``, the derivative, shape (d,); written in functions that have derivatives.
        y0: Where it starts, shape (d,).
        t: Times, shape (T,), the first of which belongs to ``y0``.
        args: Further arguments of f: numbers, arrays, containers of them.
        **options: As of ``scipy.integrate.odeint``.

    Returns:
        The solution at these times, shape (T, d).

    Example:
        >>> import autograd as ag
        >>> decay = lambda y, t, rate: -rate * y
        >>> end = lambda rate: odeint(decay, np.array([1.0]), np.array([0.0, 1.0]), (rate,))[-1, 0]
        >>> round(ag.grad(end)(2.0), 4)  # -exp(-2)
        -0.1353
    """
    return _solution(func, (y0, t, tuple(args)), options)


@primitive
def _solution(func: Any, given: Any, options: dict[str, Any]) -> Any:
    y0, t, args = given
    return _integrate.odeint(func, np.ravel(y0), t, args, **options)


def _adjoint(g: Any, ys: Any, func: Any, given: Any, options: dict[str, Any]) -> Any:
    y0, t, args = given
    parameters, unflatten = flatten(args)
    steps, size = np.shape(ys)

    def flat_func(y: Any, time: Any, p: Any) -> Any:
        return func(y, time, *unflatten(p))

    def dynamics(state: Any, time: Any, p: Any) -> Any:
        """Of y and of the gradients for y, for time and for the parameters."""
        pull_back, slope = make_vjp(flat_func, (0, 1, 2))(state[:size], np.array(time), p)
        for_y, for_t, for_p = pull_back(-state[size : 2 * size])
        return np.concatenate([slope, for_y, np.reshape(for_t, (1,)), for_p])

    for_y = g[-1]
    for_start: Any = np.zeros(1)
    for_p: Any = np.zeros(np.shape(parameters))
    for_times: list[Any] = []
    for i in range(steps - 1, 0, -1):
        moved = np.reshape(np.dot(func(ys[i], t[i], *args), g[i]), (1,))  # what moving this point of time does
        for_times.append(moved)
        start = np.concatenate([ys[i], for_y, for_start - moved, for_p])
        end = odeint(dynamics, start, np.stack([t[i], t[i - 1]]), (parameters,), **options)[1]
        for_y = end[size : 2 * size] + g[i - 1]
        for_start, for_p = end[2 * size : 2 * size + 1], end[2 * size + 1 :]
    for_times.append(for_start)
    return np.reshape(for_y, np.shape(y0)), np.concatenate(for_times[::-1]), unflatten(for_p)


defrule(_solution, _adjoint, argnums=[1])


def __getattr__(name: str) -> Any:
    return getattr(_integrate, name)
