"""HIPS autograd's three optimizers, for functions of containers; `nn.optim` has more, with schedules and restarts."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from autograd.arguments import explained
from autograd.functional.flattening import flatten

__all__ = ["adam", "rmsprop", "sgd", "unflatten_optimizer"]


def unflatten_optimizer(optimize: Callable[..., Any]) -> Callable[..., Any]:
    """Make of an optimizer of vectors one of containers, as a decorator."""
    optimize = explained(optimize)

    @explained
    @wraps(optimize)
    def of_containers(grad: Any, x0: Any, callback: Any = None, *args: Any, **kwargs: Any) -> Any:
        start, unflatten = flatten(x0)

        def of_vector(x: Any, i: int) -> Any:
            return flatten(grad(unflatten(x), i))[0]

        def called_back(x: Any, i: int, g: Any) -> Any:
            return callback(unflatten(x), i, unflatten(g))

        return unflatten(optimize(of_vector, start, called_back if callback else None, *args, **kwargs))

    return of_containers


@unflatten_optimizer
def sgd(
    grad: Any, x: Any, callback: Any = None, num_iters: int = 200, step_size: float = 0.1, mass: float = 0.9
) -> Any:
    """Gradient descent with momentum: v ← m v − (1 − m) g, x ← x + α v.

    Args:
        grad: ``grad(x, i)``, the gradient in step i.
        x: Where to start; a container of arrays too.
        callback: ``callback(x, i, g)``, called in every step.
        num_iters: How many steps.
        step_size: α.
        mass: m.

    Returns:
        Where it ends, in the form of ``x``.

    Example:
        >>> x = sgd(lambda x, i: 2 * x, np.array([1.0]))
        >>> bool(abs(x[0]) < 1e-2)
        True
    """
    velocity = np.zeros(len(x))
    for i in range(num_iters):
        g = grad(x, i)
        if callback:
            callback(x, i, g)
        velocity = mass * velocity - (1.0 - mass) * g
        x = x + step_size * velocity
    return x


@unflatten_optimizer
def rmsprop(
    grad: Any,
    x: Any,
    callback: Any = None,
    num_iters: int = 100,
    step_size: float = 0.1,
    gamma: float = 0.9,
    eps: float = 10**-8,
) -> Any:
    """Steps in units of the gradient's running root mean square: s ← γ s + (1 − γ) g², x ← x − α g / (√s + ε).

    Arguments and result are those of `sgd` (T. Tieleman and G. Hinton, "Lecture 6.5 - RMSProp", 2012).
    """
    mean_square = np.ones(len(x))
    for i in range(num_iters):
        g = grad(x, i)
        if callback:
            callback(x, i, g)
        mean_square = mean_square * gamma + g**2 * (1 - gamma)
        x = x - step_size * g / (np.sqrt(mean_square) + eps)
    return x


@unflatten_optimizer
def adam(
    grad: Any,
    x: Any,
    callback: Any = None,
    num_iters: int = 100,
    step_size: float = 0.001,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 10**-8,
) -> Any:
    """Adam: the running mean of the gradient in units of its running root mean square, both corrected for their start.

    Arguments and result are those of `sgd` (D. Kingma and J. Ba, "Adam: a method for stochastic optimization", 2015).
    """
    m = np.zeros(len(x))
    v = np.zeros(len(x))
    for i in range(num_iters):
        g = grad(x, i)
        if callback:
            callback(x, i, g)
        m = (1 - b1) * g + b1 * m
        v = (1 - b2) * g**2 + b2 * v
        x = x - step_size * (m / (1 - b1 ** (i + 1))) / (np.sqrt(v / (1 - b2 ** (i + 1))) + eps)
    return x
