"""Containers of numbers and arrays as one vector, and back: what optimizers work on."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from autograd.errors import ShapeError
from autograd.functional.trees import leaves, map_leaves, with_leaves
from autograd.graph.node import Node
from autograd.numpy.shapes import concatenate, ravel, reshape

__all__ = ["flatten", "flatten_func"]


def flatten(value: Any) -> tuple[Any, Callable[[Any], Any]]:
    """The vector of all numbers in a container, and the function that makes such a container of a vector.

    Both can be differentiated: the vector of nodes is a node.

    Args:
        value: A number, an array, or a container of them. Dicts are taken in the order of their sorted keys.

    Returns:
        The vector, shape (total,), and ``unflatten``, which raises ShapeError for a vector of another length.

    Example:
        >>> vector, unflatten = flatten({"b": 3.0, "a": np.array([[1.0, 2.0]])})
        >>> vector
        array([1., 2., 3.])
        >>> unflatten(10 * vector)
        {'b': np.float64(30.0), 'a': array([[10., 20.]])}
    """
    ordered = _in_order(value)
    parts = leaves(ordered)
    if any(isinstance(x, Node) for x in parts):
        vector = concatenate([ravel(x) for x in parts])
    else:
        vector = np.concatenate([np.empty(0), *map(np.ravel, parts)]) if len(parts) != 1 else np.ravel(parts[0])
    shapes = [np.shape(x._raw if isinstance(x, Node) else x) for x in parts]
    plain = [isinstance(x, float) for x in parts]
    dtypes = [np.result_type(x._raw if isinstance(x, Node) else x) for x in parts]

    def unflatten(flat: Any) -> Any:
        total = sum(map(_size, shapes))
        if np.shape(flat) != (total,):
            raise ShapeError(f"unflatten was given shape {np.shape(flat)}: expected a vector of {total} numbers")
        pieces, start = [], 0
        for shape, number, dtype in zip(shapes, plain, dtypes, strict=True):
            piece = flat[start : start + _size(shape)]
            start += _size(shape)
            piece = piece[0] if number else reshape(piece, shape)
            if dtype.kind != "c" and piece.dtype.kind == "c":  # beside others that are complex
                piece = piece.real
            if dtype.kind == piece.dtype.kind == "f" and dtype != piece.dtype and not number:
                piece = piece.astype(dtype)
            pieces.append(piece)
        return map_leaves(lambda _, x: x, value, with_leaves(ordered, pieces))

    return vector, unflatten


def flatten_func(func: Callable[..., Any], example: Any) -> tuple[Callable[..., Any], Callable[[Any], Any], Any]:
    """A function of containers as one of vectors, with what makes a container of a vector, and the example's vector.

    Example:
        >>> double = lambda p: {"a": 2 * p["a"]}
        >>> on_vectors, unflatten, vector = flatten_func(double, {"a": np.array([1.0, 2.0])})
        >>> on_vectors(vector)
        array([2., 4.])
    """
    vector, unflatten = flatten(example)

    @wraps(func)
    def on_vectors(flat: Any, *args: Any) -> Any:
        return flatten(func(unflatten(flat), *args))[0]

    return on_vectors, unflatten, vector


def _in_order(tree: Any) -> Any:
    if type(tree) is dict:
        return {key: _in_order(tree[key]) for key in sorted(tree)}
    return type(tree)(map(_in_order, tree)) if type(tree) in (list, tuple) else tree


def _size(shape: tuple[int, ...]) -> int:
    return int(np.prod(shape))
