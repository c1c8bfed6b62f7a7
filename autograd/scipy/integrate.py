"""``scipy.integrate``: `odeint` and `solve_ivp`, differentiated by the adjoint equation, and what `quadrature` has.

All else is SciPy's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from scipy import integrate as _integrate
from scipy.optimize import OptimizeResult

import autograd.numpy as np
from autograd.extend import defrule, primitive
from autograd.functional.derivatives import make_vjp
from autograd.functional.flattening import flatten
from autograd.functional.trees import leaves, map_leaves
from autograd.graph.node import Node
from autograd.numpy.arguments import has_node, plain
from autograd.scipy.quadrature import cumulative_simpson, cumulative_trapezoid, quad, romb, simpson, trapezoid

__all__ = [
    "cumulative_simpson",
    "cumulative_trapezoid",
    "odeint",
    "quad",
    "romb",
    "simpson",
    "solve_ivp",
    "trapezoid",
]


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
        The solution at these times, shape (T, d); beside it what SciPy tells of its steps, with ``full_output=True``.

    Raises:
        TypeError: f depends on a variable that is not among ``args``.

    Example:
        >>> import autograd as ag
        >>> decay = lambda y, t, rate: -rate * y
        >>> end = lambda rate: odeint(decay, np.array([1.0]), np.array([0.0, 1.0]), (rate,))[-1, 0]
        >>> round(ag.grad(end)(2.0), 4)  # -exp(-2)
        -0.1353
    """
    function = func
    if options.pop("tfirst", False):
        function = lambda y, time, *more: func(time, y, *more)  # noqa: E731
    solver = _Solver(_by_odeint, options)
    ys = _solution(function, (_array(y0), _array(t), tuple(args)), solver)
    return (ys, solver.found) if options.get("full_output") else ys


def solve_ivp(
    fun: Callable[..., Any],
    t_span: Any,
    y0: Any,
    method: Any = "RK45",
    t_eval: Any = None,
    dense_output: bool = False,
    events: Any = None,
    vectorized: bool = False,
    args: Any = None,
    **options: Any,
) -> Any:
    """Solve dy/dt = f(t, y, …) from y(t₀) = y₀; see SciPy's. Derivatives are for y₀, both ends and the arguments of f.

    They come from the adjoint equation, as `odeint`'s, by the same method: so ``rtol`` and ``atol``, which are coarse
    by default, are theirs too. Where no times are asked for, those of the solver's steps do not move.

    Args:
        fun: ``fun(t, y, *args)``, the derivative, shape (d,); written in functions that have derivatives.
        t_span: The first and the last time.
        y0: Where it starts, shape (d,).
        method: As of SciPy's.
        t_eval: Times between these, in their order, shape (T,).
        dense_output: Of plain arguments only.
        events: Of plain arguments only.
        vectorized: That f takes y of shape (d, k) too.
        args: Further arguments of f: numbers, arrays, containers of them.
        **options: ``rtol``, ``atol``, ``max_step`` …

    Returns:
        SciPy's result: ``t``, shape (T,), ``y``, shape (d, T), and how it went.

    Raises:
        TypeError: ``dense_output`` or ``events`` where derivatives are asked for; or f depends on a variable that is
            not among ``args``.
        RuntimeError: The solver failed where derivatives are asked for.

    Example:
        >>> import autograd as ag
        >>> decay = lambda t, y, rate: -rate * y
        >>> end = lambda rate: solve_ivp(decay, (0.0, 1.0), [1.0], args=(rate,), rtol=1e-8, atol=1e-8).y[0, -1]
        >>> round(ag.grad(end)(2.0), 4)  # -exp(-2)
        -0.1353
    """
    given = tuple(args or ())
    if not any(isinstance(x, Node) for x in leaves((t_span, y0, t_eval, given))):
        fun = _of_arguments_alone(fun, "solve_ivp")
        return _integrate.solve_ivp(fun, t_span, y0, method, t_eval, dense_output, events, vectorized, args, **options)
    if dense_output or events is not None:
        raise TypeError("solve_ivp with derivatives gives the solution at times: no dense_output= and no events=")
    solver = _Solver(_by_solve_ivp, {"method": method, "vectorized": vectorized, **options})
    function = lambda y, t, *more: fun(t, y, *more)  # noqa: E731
    start, end = t_span
    ends = [float(plain(t, "solve_ivp")) for t in (start, end)]
    # Traced ones are refused: how many steps there are, and what SciPy tells of them, would stay as it was.
    at, more = map_leaves(lambda x: plain(x, "the steps of solve_ivp (odeint is recorded)"), (_array(y0), given))
    if t_eval is None:
        solver(function, at, np.array(ends), more)
        times = solver.found.t
    else:
        times = _array(t_eval)
    numbers = plain(times, "solve_ivp")
    at_start = len(numbers) > 0 and numbers[0] == ends[0]
    parts = [np.reshape(start, (1,)), *([times[1:]] if at_start else [times])]
    if t_eval is None:
        parts[1:] = [times[1:-1], np.reshape(end, (1,))]
    ys = _solution(function, (_array(y0), np.concatenate(parts), given), solver)
    ys = ys if at_start else ys[1:]
    if not solver.found:  # no step was taken for these times
        solver(function, at, np.array(ends), more)
    return OptimizeResult({**solver.found, "t": times, "y": np.transpose(ys)})


def _array(x: Any) -> Any:
    return np.array(x) if isinstance(x, list | tuple) else x


# ---- how SciPy's solvers are called ----------------------------------------------------------------------------------

# Options that tell of f itself, or of its numbers of y: not of the adjoint equation.
_OF_ONE = {"jac", "jac_sparsity", "lband", "uband", "vectorized", "first_step"} | {
    "Dfun",
    "col_deriv",
    "ml",
    "mu",
    "h0",
    "full_output",
    "printmessg",
}


@dataclass
class _Solver:
    """``solver(f, y0, t, args)``: the solution at times, shape (T, d), by one of SciPy's functions.

    Attributes:
        call: The function; it gives the solution, and all that SciPy gave.
        options: Its options.
        found: What SciPy gave last.
    """

    call: Callable[..., tuple[Any, Any]]
    options: dict[str, Any]
    found: Any = field(default_factory=dict, compare=False)

    def __call__(self, func: Any, y0: Any, t: Any, args: tuple[Any, ...]) -> Any:
        start = np.ravel(y0)
        if len(t) == 1:  # where it starts; SciPy takes steps
            return start[None]
        ys, self.found = self.call(_of_arguments_alone(func, "an equation"), start, t, args, self.options)
        return ys

    def of_adjoint(self) -> _Solver:
        """The same for another equation, of more numbers."""
        kept = {name: x for name, x in self.options.items() if name not in _OF_ONE}
        return replace(self, options=kept | {k: np.min(kept[k]) for k in ("rtol", "atol") if kept.get(k) is not None})


def _of_arguments_alone(func: Callable[..., Any], name: str) -> Callable[..., Any]:
    """A function for SciPy to call with plain numbers, which must give plain ones."""

    def of_numbers(*args: Any) -> Any:
        y = func(*args)
        if has_node(y):
            raise TypeError(
                f"{name} depends on a variable that is not among its arguments: pass it by args=, and take it by f's"
            )
        return y

    return of_numbers


def _by_odeint(func: Any, y0: Any, t: Any, args: tuple[Any, ...], options: dict[str, Any]) -> tuple[Any, Any]:
    found = _integrate.odeint(func, y0, t, args, **options)
    return found if options.get("full_output") else (found, {})


def _by_solve_ivp(func: Any, y0: Any, t: Any, args: tuple[Any, ...], options: dict[str, Any]) -> tuple[Any, Any]:
    times = t if len(t) > 2 else None
    function = lambda time, y, *more: func(y, time, *more)  # noqa: E731
    found = _integrate.solve_ivp(function, (t[0], t[-1]), y0, t_eval=times, args=args, **options)
    if not found.success:
        raise RuntimeError(f"solve_ivp from {t[0]:.6g} to {t[-1]:.6g} failed at {found.t[-1]:.6g}: {found.message}")
    return found.y.T if times is not None else found.y.T[[0, -1]], found


# ---- the adjoint equation --------------------------------------------------------------------------------------------


@primitive
def _solution(func: Any, given: Any, solver: _Solver) -> Any:
    y0, t, args = given
    return solver(func, y0, t, args)


_solution.name = "solve_ivp"  # in messages and pictures


def _adjoint(g: Any, ys: Any, func: Any, given: Any, solver: _Solver) -> Any:
    y0, t, args = given
    parameters, unflatten = flatten(args)
    steps, size = np.shape(ys)
    backwards = solver.of_adjoint()

    def flat_func(y: Any, time: Any, p: Any) -> Any:
        return np.ravel(_array(func(y, time, *unflatten(p))))  # SciPy takes a number for a vector of one

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
        # What moving this point of time does.
        moved = np.reshape(np.dot(np.ravel(_array(func(ys[i], t[i], *args))), g[i]), (1,))
        for_times.append(moved)
        start = np.concatenate([ys[i], for_y, for_start - moved, for_p])
        end = _solution(dynamics, (start, np.stack([t[i], t[i - 1]]), (parameters,)), backwards)[1]
        for_y = end[size : 2 * size] + g[i - 1]
        for_start, for_p = end[2 * size : 2 * size + 1], end[2 * size + 1 :]
    for_times.append(for_start)
    return np.reshape(for_y, np.shape(y0)), np.concatenate(for_times[::-1]), unflatten(for_p)


defrule(_solution, _adjoint, argnums=[1])


def __getattr__(name: str) -> Any:
    return getattr(_integrate, name)
