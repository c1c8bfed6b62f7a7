"""The rows of NumPy's functions that `autograd` has under names of its own, and that a Tensor's methods call."""

from typing import Any

import numpy as np

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
    if order == "C":
        return shapes.reshape(a, shape)
    if order != "F":
        raise ValueError(f"np.reshape on nodes with order={order!r}: use 'C' or 'F'")
    backwards = (shape,) if isinstance(shape, int) else tuple(shape)[::-1]
    return shapes.transpose(shapes.reshape(shapes.transpose(a), backwards))


@differentiable("ravel")
def _ravel(a: Any, order: str = "C") -> Any:
    """NumPy's ravel."""
    return _reshape(a, -1, order)


@differentiable("clip")
def _clip(a: Any, min: Any = None, max: Any = None) -> Any:
    """NumPy's clip, whose bounds have two names each."""
    return functions.clip(a, *(None if bound is np._NoValue else bound for bound in (min, max)))


@differentiable("where")
def _where(condition: Any, x: Any = None, y: Any = None) -> Any:
    """NumPy's where: a choice between two branches, or the places where a condition holds."""
    return np.where(plain(condition, "np.where")) if x is None and y is None else where(condition, x, y)
