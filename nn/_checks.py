"""Checks of arguments that several parts of the package take."""

from __future__ import annotations

import math
import operator
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike, NDArray

import autograd as ag

__all__ = ["check_made", "check_same_length", "finite", "in_range", "positive_integer"]


def positive_integer(name: str, value: SupportsIndex) -> int:
    """``value`` as a Python int; ``name`` is what the error calls it.

    Raises:
        ValueError: It is no integer, or not positive.

    Example:
        >>> positive_integer("batch_size", 32)
        32
        >>> positive_integer("batch_size", 0)
        Traceback (most recent call last):
        ...
        ValueError: batch_size must be a positive integer, got 0
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = 0
    if number < 1:
        raise ValueError(f"{name} must be a positive integer, got {value!r}")
    return number


def in_range(name: str, value: float, below: float = math.inf) -> float:
    """``value`` as a Python float from 0 to below a bound; ``name`` is what the error calls it.

    Raises:
        ValueError: It lies outside, or is NaN.

    Example:
        >>> in_range("momentum", 1.5, below=1)
        Traceback (most recent call last):
        ...
        ValueError: momentum must be from 0 to below 1, got 1.5
    """
    if not 0 <= value < below:
        raise ValueError(f"{name} must be from 0 to below {below:g}, got {value!r}")
    return float(value)


def finite(name: str, values: ArrayLike) -> NDArray[Any]:
    """``values`` as an array without NaN or infinity; ``name`` is what the error calls it.

    Raises:
        ValueError: There is one; the message tells the place of the first.

    Example:
        >>> finite("x", [[1.0, 2.0], [float("nan"), 4.0]])
        Traceback (most recent call last):
        ...
        ValueError: x holds nan at index (1, 0); remove or replace such values
    """
    array = np.asarray(values)
    if array.dtype.kind == "f" and not (good := np.isfinite(array)).all():
        place = tuple(int(i) for i in np.argwhere(~good)[0])
        raise ValueError(f"{name} holds {array[place]} at index {place}; remove or replace such values")
    return array


def check_made(name: str, value: Any, kind: type, example: str) -> None:
    """Refuse what is not of a kind where it is passed: a class in place of an object, a string, a list.

    Raises:
        TypeError: It is something else; the message shows an example.

    Example:
        >>> check_made("model", "mlp", dict, "nn.MLP(4, [8, 3])")
        Traceback (most recent call last):
        ...
        TypeError: model is the string 'mlp': pass e.g. nn.MLP(4, [8, 3])
    """
    if isinstance(value, kind):
        return
    if isinstance(value, type):
        what = f"the class {value.__name__}, not an object of it"
    else:
        what = f"the string {value!r}" if isinstance(value, str) else f"of type {type(value).__name__}"
    raise TypeError(f"{name} is {what}: pass e.g. {example}")


def check_same_length(x: NDArray[Any], y: NDArray[Any]) -> None:
    """Refuse inputs and targets that are not one for one.

    Raises:
        ShapeError: The first axes differ in length, or there is none.
    """
    if x.ndim == 0 or y.ndim == 0 or len(x) != len(y):
        raise ag.ShapeError(f"x and y need one row per sample each, got shapes {x.shape} and {y.shape}")
