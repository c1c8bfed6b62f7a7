"""The rows of NumPy's functions that `autograd` has under names of its own, and that a Tensor's methods call."""

from typing import Any

import numpy as np

from autograd.graph.node import Node
from autograd.numpy import functions, reductions, shapes
from autograd.numpy.arguments import differentiable, plain
from autograd.rules.arithmetic import where

differentiable("sum")(reductions.sum)
differentiable("max", "amax")(reductions.max)
differentiable("min", "amin")(reductions.min)
differentiable("transpose", "permute_dims")(shapes.transpose)
differentiable("swapaxes")(shapes.swapaxes)
differentiable("broadcast_to")(shapes.broadcast_to)
differentiable("expand_dims")(shapes.expand_dims)
differentiable("squeeze")(shapes.squeeze)
differentiable("concatenate")(shapes.concatenate)
differentiable("stack")(shapes.stack)
differentiable("matrix_transpose", "linalg.matrix_transpose")(shapes.matrix_transpose)
differentiable("dot")(functions.dot)


@differentiable("reshape")
def _reshape(a: Any, shape: Any, order: str = "C") -> Any:
    """NumPy's reshape; in Fortran's order that of the transposed array, transposed."""
    if order == "A":
        order = "F" if _in_memory(a, order).flags.fnc else "C"
    if order == "C":
        return shapes.reshape(a, shape)
    if order != "F":
        raise ValueError(f"np.reshape on nodes with order={order!r}: use 'C', 'F' or 'A'")
    backwards = (shape,) if isinstance(shape, int) else tuple(shape)[::-1]
    return shapes.transpose(shapes.reshape(shapes.transpose(a), backwards))


@differentiable("ravel")
def _ravel(a: Any, order: str = "C") -> Any:
    """NumPy's ravel; in the order of memory the axes are put in the order of their strides first."""
    if order == "K":
        steps = [-abs(step) for step in _in_memory(a, order).strides]
        a, order = shapes.transpose(a, [int(i) for i in np.argsort(steps, kind="stable")]), "C"
    return _reshape(a, -1, order)


def _in_memory(a: Any, order: str) -> Any:
    """The numbers, to look at how they lie in memory, which is the program's own affair while one is recorded."""
    if isinstance(a, Node) and a.traced:
        raise ValueError(f"order={order!r} is that of memory, which a program chooses for itself: use 'C' or 'F'")
    return a._raw if isinstance(a, Node) else np.asarray(a)


@differentiable("clip")
def _clip(a: Any, min: Any = None, max: Any = None) -> Any:
    """NumPy's clip, whose bounds have two names each."""
    return functions.clip(a, *(None if bound is np._NoValue else bound for bound in (min, max)))


@differentiable("where")
def _where(condition: Any, x: Any = None, y: Any = None) -> Any:
    """NumPy's where: a choice between two branches, or the places where a condition holds."""
    return np.where(plain(condition, "np.where")) if x is None and y is None else where(condition, x, y)
