"""What may stand beside a Tensor in an operation, and what is said where it does not fit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from autograd.errors import DTypeError, ShapeError
from autograd.graph.node import Node
from autograd.graph.operators import ForeignOperandError
from autograd.rules import products
from autograd.rules.primitive import BOOK, Primitive

Array = np.ndarray[Any, Any]


def as_array(x: Any, rule: Primitive) -> Array:
    """An operand that is no Tensor as an array of real numbers."""
    if isinstance(x, Node):
        raise TypeError(
            f"{rule.name} of a Tensor and a Value: a Value is a single number of a graph of numbers; "
            "use Tensors on both sides"
        )
    if x.__class__ is not np.ndarray:
        _check_kind(x, rule.name)
    array = np.asarray(x)
    if array.dtype.kind not in "fbiu":
        raise DTypeError(f"{rule.name} of a Tensor and {type(x).__name__} ({array.dtype}): expected real numbers")
    return array


# The copies that graphs hold of large arrays, by where the original lies.
_held: WeakValueDictionary[Any, Array] = WeakValueDictionary()
_LARGE = 1 << 15  # bytes; below, a look costs more than a copy


def held(array: Array) -> Array:
    """A copy of an operand, for a graph to hold, so that what the user does to it from here on does not matter.

    A large array that is used again as it was, ``x = A @ x`` for a thousand steps, is held once.
    """
    if array.nbytes < _LARGE or array.itemsize > 8:
        return array.copy("K")
    place = (array.__array_interface__["data"][0], array.shape, array.strides, array.dtype)
    copy = _held.get(place)
    bits = f"i{array.itemsize}"  # −0 is not 0, and NaN is NaN
    if copy is None or not (copy.view(bits) == array.view(bits)).all():
        _held[place] = copy = array.copy("K")
        copy.flags.writeable = False
    return copy


def refuse_masked(x: Any, what: str) -> None:
    """Raise on a masked array, whose mask would be dropped in silence.

    Raises:
        TypeError: It is one.
    """
    if isinstance(x, np.ndarray) and hasattr(x, "mask"):
        raise TypeError(
            f"{what} of a masked array would drop its mask: use x.filled(…) for an array, "
            "and ag.where(mask, 0.0, …) to leave entries out"
        )


def real_numbers(data: Any, dtype: Any = None) -> Array:
    """A new array of them.

    Raises:
        ShapeError: Lists of unequal lengths.
        DTypeError: It holds texts, complex numbers or other objects.
    """
    try:
        array = np.array(data, dtype=dtype)
    except ValueError as error:
        if isinstance(data, list | tuple) and "inhomogeneous" in str(error):
            raise ShapeError("a Tensor's rows must be equally long: fill them up, or make a Tensor of each") from None
        if "could not convert string" in str(error):
            raise DTypeError(f"a Tensor holds real numbers: {error}") from None
        raise
    if array.dtype.kind not in "fbiu":
        hint = {"c": "complex numbers are not supported", "U": "turn texts into numbers first"}.get(array.dtype.kind)
        hint = hint or "pick columns of numbers, or convert them with .astype(float)"
        raise DTypeError(f"a Tensor holds real numbers, not {array.dtype} (from {type(data).__name__}): {hint}")
    return array


def check_floating(array: Array) -> None:
    """Raise unless gradients can be of this array's kind.

    Raises:
        DTypeError: It holds integers or booleans.
    """
    if array.dtype.kind != "f":
        raise DTypeError(
            f"gradients need floating-point numbers, not {array.dtype}: pass dtype=np.float64 (or float32), "
            "or write 1.0 for 1"
        )


def _check_kind(x: Any, name: str) -> None:
    """Raise on what is no plain array, though it could be made one."""
    refuse_masked(x, name)
    if isinstance(x, np.matrix):
        raise TypeError(
            f"{name} of a Tensor and a np.matrix, whose * means another product: use np.asarray(x), and @ for matrices"
        )
    if isinstance(x, np.ndarray | np.generic):
        return
    if hasattr(type(x), "__array_ufunc__") or hasattr(type(x), "__array_priority__"):
        raise ForeignOperandError(
            f"{name} of a Tensor and a {type(x).__name__}, which has operators of its own: use np.asarray(x)"
        )


def explained(rule: Primitive, arrays: Sequence[Any], error: ValueError) -> ValueError:
    """NumPy's error in the words of the operation; as it is where shapes are not what is wrong, or a user's own."""
    if BOOK.get(rule.name) is not rule:
        return error
    shapes = [np.shape(array) for array in arrays]
    reason = " ".join(str(error).split())
    if rule.elementwise:
        try:
            np.broadcast_shapes(*shapes)
        except ValueError:
            reason = "counted from the last axis, lengths must be equal or one"
        else:
            return error
    elif rule in (products.matmul, products.linear) and not all(shapes[:2]):
        reason = "a single number has no matrix product; write a * to scale by it"
    elif rule in (products.matmul, products.linear):
        columns, rows = shapes[0][-1], shapes[1][-2:][0]
        if columns != rows:
            reason = f"the first has {columns} columns and the second {rows} rows; these must be equal"
            reason += _row(shapes[0], rows)
    noun = "shape" if len(shapes) == 1 else "shapes"
    return ShapeError(f"{rule.name} of {noun} {' and '.join(map(str, shapes))}: {reason}")


def _row(given: tuple[int, ...], rows: int) -> str:
    """What makes rows of as many numbers as are expected, where that is likely meant."""
    if rows == 1 and len(given) == 1:
        return "; x[:, None] makes a column of x"
    return "; x.reshape(len(x), -1) makes a row of each" if len(given) > 2 and math.prod(given[1:]) == rows else ""
