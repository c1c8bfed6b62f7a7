"""Shapes: the same entries in another form, and arrays joined."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from autograd.arguments import explained
from autograd.errors import ShapeError
from autograd.kinds import Axis, joining, same_kind
from autograd.rules import products, shaping
from autograd.rules.shapes import rank, shape


@same_kind
@explained
def reshape(x: Any, shape: int | Sequence[int]) -> Any:
    """The same entries in another shape; −1 stands for the length that fits.

    Example:
        >>> reshape(np.arange(6.0), (2, -1)).shape
        (2, 3)
    """
    return shaping.reshape(x, shape=_as_tuple(shape))


@same_kind
@explained
def transpose(x: Any, axes: Sequence[int] | None = None) -> Any:
    """The axes in another order, reversed by default.

    Example:
        >>> transpose(np.zeros((2, 3, 4)), (1, 0, 2)).shape
        (3, 2, 4)
    """
    return shaping.transpose(x, axes=None if axes is None else _as_tuple(axes))


@same_kind
@explained
def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """Two axes exchanged.

    Example:
        >>> swapaxes(np.zeros((2, 3, 4)), 0, 2).shape
        (4, 3, 2)
    """
    axes = list(range(rank(x)))
    try:
        axes[axis1], axes[axis2] = axes[axis2], axes[axis1]
    except IndexError:
        raise ShapeError(f"swapaxes of shape {shape(x)}: there are no axes {axis1} and {axis2}") from None
    return transpose(x, axes)


@same_kind
@explained
def matrix_transpose(x: Any) -> Any:
    """The last two axes exchanged.

    Example:
        >>> matrix_transpose(np.zeros((2, 3, 4))).shape
        (2, 4, 3)
    """
    return products.matrix_transpose(x)


@same_kind
@explained
def broadcast_to(x: Any, shape: int | Sequence[int]) -> Any:
    """The entries repeated along new axes and axes of length one.

    Example:
        >>> broadcast_to(np.array([1.0, 2.0]), (2, 2))
        array([[1., 2.],
               [1., 2.]])
    """
    return shaping.broadcast_to(x, shape=_as_tuple(shape))


@same_kind
@explained
def expand_dims(x: Any, axis: int | Sequence[int]) -> Any:
    """New axes of length one, at the given places of the result.

    Example:
        >>> expand_dims(np.zeros(3), 0).shape
        (1, 3)
    """
    return shaping.reshape(x, shape=np.expand_dims(np.empty(shape(x), bool), _as_tuple(axis)).shape)


@same_kind
@explained
def squeeze(x: Any, axis: Axis = None) -> Any:
    """Without axes of length one: all of them, or those named.

    Example:
        >>> squeeze(np.zeros((1, 3, 1)), axis=0).shape
        (3, 1)
    """
    try:
        return shaping.reshape(x, shape=np.squeeze(np.empty(shape(x), bool), axis).shape)
    except ValueError as error:
        raise ShapeError(f"squeeze of shape {shape(x)}: {error}") from None


@same_kind
@explained
def ravel(x: Any) -> Any:
    """All entries along one axis.

    Example:
        >>> ravel(np.array([[1.0, 2.0], [3.0, 4.0]]))
        array([1., 2., 3., 4.])
    """
    return reshape(x, -1)


@joining
@explained
def concatenate(parts: Sequence[Any], axis: int | None = 0) -> Any:
    """The parts joined along an axis they all have; flattened first where ``axis`` is None.

    Example:
        >>> concatenate([np.zeros(2), np.ones(1)])
        array([0., 0., 1.])
    """
    if hasattr(axis, "shape"):
        raise TypeError("concatenate takes the parts as one list: concatenate([a, b], axis=0)")
    if axis is None:
        parts, axis = [ravel(part) for part in parts], 0
    return shaping.concatenate(*parts, axis=axis)


@joining
@explained
def stack(parts: Sequence[Any], axis: int = 0) -> Any:
    """The parts, all of one shape, joined along a new axis.

    Example:
        >>> stack([np.zeros(3), np.ones(3)], axis=1).shape
        (3, 2)
    """
    return shaping.stack(*parts, axis=axis)


def _as_tuple(numbers: int | Sequence[int]) -> tuple[int, ...]:
    return tuple(map(operator.index, numbers)) if isinstance(numbers, Iterable) else (operator.index(numbers),)
