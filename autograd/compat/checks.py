"""HIPS autograd's checks beside `check_grads`, in terms of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

import numpy as np

from autograd.arguments import checked, explained
from autograd.errors import GradientCheckError
from autograd.functional.check import check_grads
from autograd.functional.signatures import Function
from autograd.functional.spaces import vspace
from autograd.functional.trees import map_leaves

__all__ = ["check_equivalent", "check_jvp", "check_vjp", "combo_check", "scalar_close"]

TOLERANCE = 1e-6


@explained
def scalar_close(a: float, b: float) -> bool:
    """Whether two numbers are equal to one part in a million, or apart by no more than that.

    Example:
        >>> scalar_close(1.0, 1.0 + 1e-9), scalar_close(1.0, 1.1)
        (True, False)
    """
    return bool(abs(a - b) < TOLERANCE * max(1.0, abs(a + b)))


@explained
def check_equivalent(x: Any, y: Any) -> None:
    """Check that two values are of one form, and close.

    Raises:
        GradientCheckError: They are not.

    Example:
        >>> check_equivalent((1.0, np.ones(2)), (1.0 + 1e-9, np.ones(2)))
        >>> check_equivalent(1.0, 2.0)
        Traceback (most recent call last):
        autograd.errors.GradientCheckError: values that differ: 1.0 and 2.0
    """
    if vspace(x) != vspace(y):
        raise GradientCheckError(f"values of two forms: {vspace(x)} and {vspace(y)}")

    def compare(a: Any, b: Any) -> None:
        if not np.allclose(a, b, rtol=TOLERANCE, atol=TOLERANCE):
            raise GradientCheckError(f"values that differ: {a} and {b}")

    map_leaves(compare, x, y)


@checked
def check_vjp(f: Function, x: Any) -> None:
    """Check uᵀJ of a function of one argument.

    Raises:
        GradientCheckError: It is not what differences give.

    Example:
        >>> check_vjp(np.sin, np.array([0.5, 1.0]))
    """
    check_grads(f, 0, modes=("rev",), order=1)(x)


@checked
def check_jvp(f: Function, x: Any) -> None:
    """Check J v of a function of one argument.

    Raises:
        GradientCheckError: It is not what differences give.

    Example:
        >>> check_jvp(np.sin, np.array([0.5, 1.0]))
    """
    check_grads(f, 0, modes=("fwd",), order=1)(x)


@checked
def combo_check(fun: Function, *args: Any, **kwargs: Any) -> Callable[..., None]:
    """As `check_grads`, for every combination of values: an iterable of them for each argument of the function.

    Example:
        >>> combo_check(np.multiply, (0, 1))([1.0, np.ones(2)], [2.0, 3.0])
    """

    def check(*choices: Iterable[Any], **options: Iterable[Any]) -> None:
        for chosen in product(*choices):
            for setting in product(*options.values()):
                check_grads(fun, *args, **kwargs)(*chosen, **dict(zip(options, setting, strict=True)))

    return check
