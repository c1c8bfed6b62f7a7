"""HIPS autograd's helpers on tuples, which code written for it imports."""

from collections.abc import Iterable, Sequence
from typing import Any

from autograd.functional.check import check_grads

__all__ = ["func", "quick_grad_check", "subval", "subvals"]


def subvals(x: Sequence[Any], ivs: Iterable[tuple[int, Any]]) -> tuple[Any, ...]:
    """A tuple with other entries at some places.

    Example:
        >>> subvals((1, 2, 3), [(0, 10), (2, 30)])
        (10, 2, 30)
    """
    changed = dict(ivs)
    return tuple(changed.get(i, part) for i, part in enumerate(x))


def subval(x: Sequence[Any], i: int, v: Any) -> tuple[Any, ...]:
    """A tuple with another entry at one place."""
    return subvals(x, [(i, v)])


def func(f: Any) -> Any:
    """F itself."""
    return f


def quick_grad_check(fun: Any, arg0: Any, extra_args: Any = (), kwargs: Any = None, **_: Any) -> None:
    """Check the first derivative for the first argument; `check_grads` under its oldest name."""
    check_grads(fun, 0, modes=["rev"], order=1)(arg0, *extra_args, **(kwargs or {}))
