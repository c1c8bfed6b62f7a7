"""Arrays made of lists with nodes in them: what NumPy itself, which asks each for a plain number, cannot make."""

from __future__ import annotations

from functools import wraps
from typing import Any

import numpy as np

from autograd.graph.node import Node
from autograd.numpy.arguments import array_of, cast, dtype_of, has_node
from autograd.numpy.shapes import broadcast_to, concatenate, ravel, reshape
from autograd.rules.shapes import shape as shape_of
from autograd.rules.shaping import getitem

__all__ = ["array", "asarray", "c_", "full", "make_diagonal", "r_", "vectorize", "where"]


def array(object: Any, dtype: Any = None, *, copy: bool | None = True, ndmin: int = 0, **options: Any) -> Any:
    """As ``np.array``, of nodes and of lists, of lists perhaps, with nodes in them.

    Example:
        >>> import autograd as ag
        >>> ag.grad(lambda x: array([x[0] * 2, 1.0, x[1]]).sum())(np.array([3.0, 4.0]))
        array([2., 1.])
    """
    found = array_of(object)
    if not isinstance(found, Node):
        return np.array(object, dtype, copy=copy, ndmin=ndmin, **options)
    made: Any = found if dtype is None else cast(found, dtype)
    missing = ndmin - len(shape_of(made))
    return reshape(made, (1,) * missing + shape_of(made)) if missing > 0 else made


def asarray(a: Any, dtype: Any = None, **options: Any) -> Any:
    """As ``np.asarray``; see `array`."""
    return array(a, dtype) if has_node(a) else np.asarray(a, dtype, **options)


def full(shape: Any, fill_value: Any, dtype: Any = None, **options: Any) -> Any:
    """As ``np.full``, whose fill value may be a node here: NumPy itself would make a plain array of it."""
    if not isinstance(fill_value, Node):
        return np.full(shape, fill_value, dtype, **options)
    filled: Any = broadcast_to(fill_value, shape)  # type: ignore[call-overload]
    return filled if dtype is None else filled.astype(dtype)


@wraps(np.where)
def where(condition: Any, x: Any = None, y: Any = None) -> Any:
    """As ``np.where``, whose arguments may be named here."""
    return np.where(condition) if x is None and y is None else np.where(condition, x, y)


where.__module__ = "autograd.numpy"  # where a pickle finds it


def make_diagonal(D: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The matrices that have the vectors of the last axis for their diagonals, as HIPS autograd has it.

    Example:
        >>> make_diagonal(np.array([1.0, 2.0]), axis1=-1, axis2=-2)
        array([[1., 0.],
               [0., 2.]])
    """
    if offset != 0 or ((axis1, axis2) != (-1, -2) and len(shape_of(D)) > 1):
        raise NotImplementedError("make_diagonal puts diagonals along the last two axes: axis1=-1, axis2=-2, offset=0")
    unit = np.eye(shape_of(D)[-1])
    return reshape(D, (*shape_of(D), 1)) * unit


class vectorize(np.vectorize):  # noqa: N801 - NumPy's name
    """As ``np.vectorize``, of nodes too: the function is called with each entry, a node without axes.

    Example:
        >>> import autograd as ag
        >>> sizes = vectorize(lambda x: x if x > 0 else -x)
        >>> ag.grad(lambda x: sizes(x).sum())(np.array([3.0, -4.0]))
        array([ 1., -1.])
    """

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Its results for all entries, in the common shape of the arguments."""
        if not any(map(has_node, args)):
            return super().__call__(*args, **kwargs)
        if kwargs or self.signature is not None or self.excluded:
            raise TypeError("np.vectorize of nodes takes arrays by position: no signature=, excluded= or keywords")
        arrays = [array(x) for x in args]
        full = np.broadcast_shapes(*map(shape_of, arrays))
        if 0 in full:
            raise ValueError(f"np.vectorize of nodes without entries, shape {full}: there is no call to learn from")
        flat = [reshape(broadcast_to(x, full), (-1,)) for x in arrays]
        found = [self.pyfunc(*(x[i] for x in flat)) for i in range(int(np.prod(full)))]
        if isinstance(found[0], tuple):
            return tuple(reshape(array(list(part)), full) for part in zip(*found, strict=True))
        return reshape(array(found), full)


class Concatenator:
    """``np.r_`` or ``np.c_`` of nodes: where each number comes from, NumPy says, of positions in place of numbers."""

    def __init__(self, numpys: Any) -> None:
        self._numpys = numpys

    def __getitem__(self, key: Any) -> Any:
        parts = key if isinstance(key, tuple) else (key,)
        if not any(map(has_node, parts)):
            return self._numpys[key]
        pool: list[Any] = []
        places: list[Any] = []
        alike: list[Any] = []  # the parts, with zeros for nodes: of what type all are together, NumPy says
        size = 0
        for part in parts:
            if isinstance(part, str):
                places.append(part)
                alike.append(part)
                continue
            x = np.r_[part] if isinstance(part, slice) else array(part)
            count = int(np.prod(shape_of(x)))
            pool.append(ravel(x))
            alike.append(np.zeros(shape_of(x), dtype_of(x)) if has_node(part) else part)
            places.append(np.arange(size, size + count).reshape(shape_of(x)))
            size += count
        found = getitem(concatenate(pool), index=self._numpys[tuple(places)])
        return cast(found, self._numpys[tuple(alike)].dtype)


r_ = Concatenator(np.r_)
c_ = Concatenator(np.c_)
