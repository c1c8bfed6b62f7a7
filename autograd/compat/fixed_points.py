"""The fixed point of a function, differentiated without the way to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd.extend import defvjp, primitive
from autograd.functional.derivatives import make_vjp
from autograd.functional.spaces import vspace

__all__ = ["fixed_point"]


@primitive
def fixed_point(f: Callable[[Any], Any], a: Any, x0: Any, distance: Callable[[Any, Any], Any], tol: float) -> Any:
    """The x with x = f(a)(x), found by applying f(a) again and again.

    Its derivative for a comes from x = f(a, x) itself: x̄ᵀ (1 − ∂f/∂x)⁻¹ ∂f/∂a, whose inverse is the fixed point of
    w ↦ wᵀ ∂f/∂x + x̄, found in the same way (B. Christianson, "Reverse accumulation and attractive fixed points", 1994).

    Args:
        f: ``f(a)`` is a function of x that brings points nearer to each other.
        a: What to differentiate for: a number or an array.
        x0: Where to begin.
        distance: ``distance(x, y)``, a number.
        tol: How near two successive points are at the end.

    Example:
        >>> from autograd import grad
        >>> def newton(a):
        ...     return lambda x: 0.5 * (x + a / x)
        >>> def root(a):
        ...     return fixed_point(newton, a, 1.0, lambda x, y: abs(x - y), 1e-12)
        >>> round(float(root(4.0)), 6), round(float(grad(root)(4.0)), 6)
        (2.0, 0.25)
    """
    step = f(a)
    x, before = step(x0), x0
    while distance(x, before) > tol:
        x, before = step(x), x
    return x


def _for_parameters(x: Any, f: Any, a: Any, x0: Any, distance: Any, tol: float) -> Callable[[Any], Any]:
    pull_to_a = make_vjp(lambda b: f(b)(x))(a)[0]

    def backward_step(given: Any) -> Callable[[Any], Any]:
        a, x, g = given
        pull_to_x = make_vjp(f(a))(x)[0]
        return lambda w: pull_to_x(w) + g

    # Of (a, x, g), not of g alone, so that its own derivative can be taken.
    return lambda g: pull_to_a(fixed_point(backward_step, (a, x, g), vspace(x0).zeros(), distance, tol))


defvjp(fixed_point, None, _for_parameters, None, None, None)
