"""What layers do with their inputs and settings before they compute."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, SupportsIndex

import autograd as ag
from nn._arguments import positive_integer


def as_tensor(x: Any, dtype: Any) -> ag.Tensor:
    """A Tensor as it is; anything else in the layer's precision.

    Raises:
        TypeError: It is several of a layer's results, not one array.
    """
    if isinstance(x, ag.Tensor):
        return x
    if isinstance(x, tuple) and any(isinstance(each, ag.Tensor) for each in x):
        raise TypeError(
            f"a layer takes one array, and got a tuple of {len(x)}; a recurrent layer in front of it gives one with "
            "returns='outputs' or returns='last'"
        )
    return ag.Tensor(x, dtype=dtype)


def lengths(name: str, value: int | Sequence[int], axes: int, least: int = 1) -> tuple[int, ...]:
    """One whole number for each axis: the same for all, or a list of them.

    Raises:
        ValueError: There are too few or too many, or one is too small.

    Example:
        >>> lengths("kernel_size", 3, 2), lengths("padding", [1, 0], 2, least=0)
        ((3, 3), (1, 0))
    """
    found: tuple[Any, ...] = tuple(value) if isinstance(value, list | tuple) else (value,) * axes
    if len(found) != axes:
        raise ValueError(f"{name} is one whole number, or {axes}, one for each axis, got {value!r}")
    if not least:
        if all(isinstance(n, SupportsIndex) and operator.index(n) >= 0 for n in found):
            return tuple(operator.index(n) for n in found)
        raise ValueError(f"{name} must be 0 or a positive integer, got {value!r}")
    return tuple(positive_integer(name, n) for n in found)


def short(sizes: tuple[int, ...]) -> int | tuple[int, ...]:
    """The one number, where all axes have the same."""
    return sizes[0] if len(set(sizes)) == 1 else sizes


def setting(sizes: tuple[int, ...]) -> int | list[int]:
    """The same as a plain value for a file."""
    return sizes[0] if len(set(sizes)) == 1 else list(sizes)
