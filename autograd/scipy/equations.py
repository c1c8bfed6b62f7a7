"""Equations of matrices: Sylvester's, Lyapunov's and Riccati's, by SciPy's methods, each with a rule of its own.

What is given moves the solution by that of a linear equation with the same matrices, and gradients are solutions of its
transpose (T.-C. Kao and G. Hennequin, "Automatic differentiation of Sylvester, Lyapunov, and algebraic Riccati
equations", 2020). For complex numbers, the gradient of `autograd.rules.complex` is the conjugate of theirs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg as _linalg

import autograd.numpy as anp
from autograd.errors import MatrixError
from autograd.extend import defjvp, defvjp, primitive
from autograd.numpy.arguments import array_of, dtype_of, plain
from autograd.numpy.complex_numbers import conjugated
from autograd.rules.matrices import naming_shapes
from autograd.rules.products import matrix_transpose
from autograd.rules.shapes import shape
from autograd.rules.shaping import sum_to
from autograd.scipy.calls import in_place_of


def adjoint(x: Any) -> Any:
    """The conjugate transpose."""
    return conjugated(matrix_transpose(x))


# ---- Sylvester's -----------------------------------------------------------------------------------------------------


@primitive
@naming_shapes("solve_sylvester")
def _sylvester(a: Any, b: Any, q: Any) -> Any:
    return _linalg.solve_sylvester(a, b, q)


_sylvester.name = "solve_sylvester"  # in messages and pictures


def _transposed(a: Any, b: Any, g: Any) -> Any:
    return _sylvester(matrix_transpose(a), matrix_transpose(b), g)


defvjp(
    _sylvester,
    lambda x, a, b, q: lambda g: sum_to(-_transposed(a, b, g) @ matrix_transpose(x), shape=shape(a)),
    lambda x, a, b, q: lambda g: sum_to(-matrix_transpose(x) @ _transposed(a, b, g), shape=shape(b)),
    lambda x, a, b, q: lambda g: sum_to(_transposed(a, b, g), shape=shape(q)),
)
defjvp(
    _sylvester,
    lambda t, x, a, b, q: -_sylvester(a, b, t @ x),
    lambda t, x, a, b, q: -_sylvester(a, b, x @ t),
    lambda t, x, a, b, q: anp.broadcast_to(_sylvester(a, b, t), shape(x)),
)


@in_place_of(_linalg.solve_sylvester)
def solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    """The x with a x + x b = q."""
    return _sylvester(*map(array_of, (a, b, q)))


# ---- Lyapunov's ------------------------------------------------------------------------------------------------------


@in_place_of(_linalg.solve_continuous_lyapunov)
def solve_continuous_lyapunov(a: Any, q: Any) -> Any:
    """The x with a x + x aᴴ = q."""
    a, q = array_of(a), array_of(q)
    return _sylvester(a, adjoint(a), q)


solve_lyapunov = solve_continuous_lyapunov


@primitive
@naming_shapes("solve_discrete_lyapunov")
def _discrete_lyapunov(a: Any, q: Any, method: Any) -> Any:
    return _linalg.solve_discrete_lyapunov(a, q, method)


_discrete_lyapunov.name = "solve_discrete_lyapunov"


def _for_steps(x: Any, a: Any, q: Any, method: Any) -> Any:  # noqa: ARG001 - a rule's arguments
    def of(g: Any) -> Any:
        y = _discrete_lyapunov(adjoint(a), conjugated(g), method)
        return conjugated(y @ a @ adjoint(x) + adjoint(y) @ a @ x)

    return of


defvjp(
    _discrete_lyapunov,
    _for_steps,
    lambda x, a, q, method: lambda g: conjugated(_discrete_lyapunov(adjoint(a), conjugated(g), method)),
    None,
)


@in_place_of(_linalg.solve_discrete_lyapunov)
def solve_discrete_lyapunov(a: Any, q: Any, method: str | None = None) -> Any:
    """The x with a x aᴴ − x + q = 0."""
    return _discrete_lyapunov(array_of(a), array_of(q), method)


# ---- Riccati's -------------------------------------------------------------------------------------------------------
# Their x is Hermitian, and so are q and r, which SciPy looks at: gradients for them are Hermitian, too.


def _riccati(scipys: Any) -> Any:
    name = scipys.__name__

    @primitive
    @naming_shapes(name)
    def own(a: Any, b: Any, q: Any, r: Any, e: Any, s: Any) -> Any:
        if not np.any(r):  # with which a trace begins
            return np.full(np.shape(a), np.nan, np.result_type(a, b, q, r, e, s))
        return scipys(a, b, q, r, e, s)

    own.name = name  # in messages and pictures
    own.__qualname__, own.__module__ = f"_{name.removeprefix('solve_').removesuffix('_are')}", __name__
    return own


_continuous, _discrete = _riccati(_linalg.solve_continuous_are), _riccati(_linalg.solve_discrete_are)


def _shares(x: Any, closed: Any, gain: Any, e: Any, y: Any, discrete: bool) -> Any:
    """Of a, b, q, r, e and s, where y solves the transposed equation of the closed loop."""
    of_a = 2 * x @ (closed if discrete else e) @ y
    of_e = 2 * x @ (-e if discrete else closed) @ y
    shares = (of_a, -of_a @ adjoint(gain), y, gain @ y @ adjoint(gain), of_e, -2 * y @ adjoint(gain))
    return tuple(map(conjugated, shares))


def _of_riccati(discrete: bool, position: int) -> Any:
    def rule(x: Any, a: Any, b: Any, q: Any, r: Any, e: Any, s: Any) -> Any:  # noqa: ARG001 - a rule's arguments
        mixed = adjoint(b) @ x @ (a if discrete else e) + adjoint(s)
        gain = anp.linalg.solve(r + adjoint(b) @ x @ b if discrete else r, mixed)
        closed = a - b @ gain

        def of(g: Any) -> Any:
            g = conjugated(g + adjoint(g)) / 2
            loop = anp.linalg.solve(e, closed)
            inside = adjoint(anp.linalg.solve(e, adjoint(anp.linalg.solve(e, g))))
            y = _discrete_lyapunov(loop, inside, None) if discrete else _sylvester(loop, adjoint(loop), -inside)
            return _shares(x, closed, gain, e, y, discrete)[position]

        return of

    return rule


for _entry, _is_discrete in ((_continuous, False), (_discrete, True)):
    defvjp(_entry, *(_of_riccati(_is_discrete, position) for position in range(6)))


def _operands(a: Any, b: Any, q: Any, r: Any, e: Any, s: Any) -> Any:
    a, b, q, r = map(array_of, (a, b, q, r))
    dtype = np.result_type(*map(dtype_of, (a, b, q, r)))
    if not getattr(r, "traced", False) and not np.any(plain(r)):
        raise MatrixError("Riccati's equation with r = 0: it is to be positive")
    e = np.eye(shape(a)[0], dtype=dtype) if e is None else array_of(e)
    return a, b, q, r, e, np.zeros(shape(b), dtype) if s is None else array_of(s)


@in_place_of(_linalg.solve_continuous_are)
def solve_continuous_are(a: Any, b: Any, q: Any, r: Any, e: Any = None, s: Any = None) -> Any:
    """The x with aᴴ x e + eᴴ x a − (eᴴ x b + s) r⁻¹ (bᴴ x e + sᴴ) + q = 0 whose closed loop is stable."""
    return _continuous(*_operands(a, b, q, r, e, s))


@in_place_of(_linalg.solve_discrete_are)
def solve_discrete_are(a: Any, b: Any, q: Any, r: Any, e: Any = None, s: Any = None) -> Any:
    """The x with aᴴ x a − eᴴ x e − (aᴴ x b + s) (r + bᴴ x b)⁻¹ (bᴴ x a + sᴴ) + q = 0 whose closed loop is stable."""
    return _discrete(*_operands(a, b, q, r, e, s))
