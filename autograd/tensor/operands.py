"""What may stand beside a Tensor in an operation, and what is said where it does not fit."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
from numpy import ndarray

from autograd.elsewhere import a_kind
from autograd.errors import DTypeError, MatrixError, ShapeError
from autograd.graph.hooks import current_tracer
from autograd.graph.node import Node, describe
from autograd.graph.operators import ForeignOperandError
from autograd.graph.outside import look_at
from autograd.numpy.protocols import apply_ufunc
from autograd.rules import products, shaping
from autograd.rules.memory import MANY, copied
from autograd.rules.primitive import BOOK, Primitive
from autograd.rules.shapes import is_complex

Array = np.ndarray[Any, Any]


def as_array(x: Any, rule: Primitive) -> Array:
    """An operand that is no Tensor as an array of numbers."""
    if isinstance(x, Node):
        raise TypeError(
            f"{rule.name} of a Tensor and a Value: a Value is a single number of a graph of numbers; "
            "use Tensors on both sides"
        )
    if x.__class__ is not ndarray:
        _check_kind(x, rule.name)
    try:
        array = np.asarray(x)
    except ValueError:
        raise ShapeError(f"{rule.name} of a Tensor and {a_kind(x)} of rows that are not equally long") from None
    if array.dtype.kind not in "fbiuc":
        raise DTypeError(
            f"{rule.name} of a Tensor and {type(x).__name__} ({array.dtype}): expected numbers"
            + (": write float(…) of it" if hasattr(x, "__float__") and not hasattr(x, "dtype") else "")
        )
    return array


# The copies that graphs hold of large arrays, by the original's identity and by where it lies.
_held: WeakValueDictionary[Any, Array] = WeakValueDictionary()
_LARGE = 1 << 15  # bytes; below, a look costs more than a copy
# The latest of them, which outlive their graphs: the next derivative of a function will ask for them again.
_latest: deque[Array] = deque(maxlen=8)
_KEPT = 1 << 20  # bytes, at most, of each


def held(array: Array) -> Array:
    """A copy of an operand, for a graph to hold, so that what the user does to it from here on does not matter.

    A large array that is used again as it was, ``x = A @ x`` for a thousand steps, is held once.
    """
    if array.nbytes < _LARGE:
        return array.copy("K")
    by_columns = array.flags.fnc
    rows = (array.T if by_columns else np.ascontiguousarray(array)).data
    # Memory is compared byte by byte (−0 is not 0, and NaN is NaN), in half the time that numbers take.
    copy = _held.get(id(array))
    alike = copy is not None and copy.shape == array.shape and copy.strides == array.strides
    if copy is not None and alike and copy.dtype is array.dtype and copy.base == rows:
        return copy
    from autograd.rules.memory import keep_freed_memory

    keep_freed_memory()
    place = (array.__array_interface__["data"][0], array.shape, array.strides, array.dtype)
    copy = _held.get(place)
    if copy is None or copy.base != rows:
        _held[place] = copy = np.ndarray(array.shape, array.dtype, bytearray(rows), order="F" if by_columns else "C")
        copy.flags.writeable = False
        if copy.nbytes <= _KEPT:
            _latest.append(copy)
    _held[id(array)] = copy
    return copy


def is_held(array: Array) -> bool:
    """Whether it is such a copy of a large array, or a part of one: nobody can write to that."""
    memory: Any = array
    while memory.__class__ is ndarray:
        memory = memory.base
    return memory.__class__ is bytearray and not array.flags.writeable


def apply_into(ufunc: np.ufunc, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """What a ufunc means on nodes where there is something to write the result into."""
    if not any(isinstance(x, Node) for x in options["out"]):
        if not any(isinstance(x, Node) and x.requires_grad for x in inputs):
            # ``W.data -= 0.1 * W.grad``: a plain array takes in numbers that have no gradient to lose.
            return ufunc(*[x._raw if isinstance(x, Node) else x for x in inputs], **options)
        if len(options) == 1 and options["out"][0] is inputs[0]:
            # ``a += t``: a is from now on the name of a new Tensor; other names of the array keep the array.
            return apply_ufunc(ufunc, "__call__", inputs, {})
    return apply_ufunc(ufunc, "__call__", inputs, options)


def plain_array(held: Any, dtype: Any, copy: bool | None) -> Any:
    """What ``np.asarray(t)`` gives: memory that is shared cannot be written, which would change t behind its back."""
    array = np.array(held, dtype=dtype, copy=copy)
    if copy or not np.may_share_memory(array, held):
        return array
    array = array.view()
    array.flags.writeable = False
    return array


def refuse_masked(x: Any, what: str) -> None:
    """Raise on a masked array, whose mask would be dropped in silence.

    Raises:
        TypeError: It is one.
    """
    if isinstance(x, ndarray) and hasattr(x, "mask"):
        raise TypeError(
            f"{what} of a masked array would drop its mask: use x.filled(…) for an array, "
            "and ag.where(mask, 0.0, …) to leave entries out"
        )


def numbers_of(data: Any, dtype: Any = None) -> Array:
    """A new array of them.

    Raises:
        ShapeError: Lists of unequal lengths.
        DTypeError: It holds texts or other objects.
    """
    try:
        is_large = data.__class__ is ndarray and data.nbytes >= MANY
        array = copied(data, dtype) if is_large else np.array(data, dtype=dtype)
        given = array if dtype is None else data if isinstance(data, np.ndarray | np.generic) else np.array(data)
    except (TypeError, ValueError, OverflowError) as error:
        from autograd.arguments import is_dtype

        if not is_dtype(dtype):
            raise DTypeError(f"dtype must be a type of numbers such as np.float32, got {dtype!r}") from None
        if "inhomogeneous" in str(error):
            raise ShapeError("a Tensor's rows must be equally long: fill them up, or make a Tensor of each") from None
        if isinstance(error, TypeError) and "must be" not in str(error):
            raise  # a node among the data has its say
        raise DTypeError(f"a Tensor holds numbers: {error}") from None
    if given.dtype.kind in "mMV" or (given.dtype.kind == "O" and any(x is None for x in given.flat)):
        array = np.asarray(given)  # of which NumPy makes numbers, and NaN of None
    if array.dtype.kind not in "fbiuc":
        hint = (
            "turn texts into numbers first" if array.dtype.kind == "U"
            else "write np.nan for None, or leave it out" if any(x is None for x in array.flat)
            else "give the days since the first, say" if array.dtype.kind in "mM"
            else "make a list of it" if array.ndim == 0 and hasattr(data, "__iter__")
            else "pick columns of numbers, or convert them with .astype(float)"
        )  # fmt: skip
        raise DTypeError(f"a Tensor holds numbers, not {array.dtype} (from {type(data).__name__}): {hint}")
    return array


def check_kept(x: Any, dtype: np.dtype[Any], what: str) -> None:
    """Raise on complex numbers for what is real, which would lose their imaginary parts, and on what is no number.

    Raises:
        DTypeError: They are; or it is an array of texts or objects, of which NumPy would make None a NaN.
    """
    own = getattr(x, "dtype", None)
    if isinstance(own, np.dtype) and own.kind not in "fbiuc":
        raise DTypeError(f"{own} for {what}: expected numbers")
    if dtype.kind != "c" and is_complex(x):
        raise DTypeError(f"complex numbers for {what}, which is {dtype}: take np.real or np.imag of them first")


def kept(x: Any, dtype: np.dtype[Any], what: str) -> Array:
    """A new array of these numbers, in the type of what they are for.

    Raises:
        DTypeError: They are complex and it is real, or they are no numbers.
    """
    try:
        given = x if hasattr(x, "dtype") else np.array(x)
        check_kept(given, dtype, what)
        is_large = given.__class__ is ndarray and given.nbytes >= MANY
        return copied(given, dtype) if is_large else np.array(given, dtype)
    except DTypeError:
        raise
    except (TypeError, ValueError):
        given = repr(x) if len(repr(x)) < 60 else f"{a_kind(x)}"
        raise DTypeError(f"{what} is of numbers of type {dtype}, in equally long rows, not {given}") from None


def write_into(array: Array, index: Any, values: Any) -> None:
    """Set entries of a leaf's array.

    Raises:
        ShapeError: They do not fit in.
        DTypeError: They are no numbers, or complex ones for a real array.
    """
    new = values._raw if isinstance(values, Node) else kept(values, array.dtype, "a Tensor's data")
    try:
        array[index] = new
    except ValueError:
        places = np.shape(array[index])
        raise ShapeError(f"entries of shape {np.shape(new)} for places of shape {places} of a Tensor") from None


def check_floating(array: Array) -> None:
    """Raise unless gradients can be of this array's kind.

    Raises:
        DTypeError: It holds integers or booleans.
    """
    if array.dtype.kind not in "fc":
        raise DTypeError(
            f"gradients need floating-point numbers, not {array.dtype}: pass dtype=np.float64 (or float32), "
            "or write 1.0 for 1"
        )


def for_complex(rule: Primitive, operands: Sequence[Any]) -> Primitive:
    """The entry that takes a rule's place where one of these is complex; the rule itself where all are real.

    Raises:
        DTypeError: There is none.
    """
    for x in operands:
        if x.__class__ is ndarray:
            if x.dtype.kind == "c":
                break
        elif x.__class__ is not float and is_complex(x):
            break
    else:
        return rule
    if rule.of_complex is None:
        BOOK.complete()  # with the chapters of complex numbers
    if rule.of_complex is None:
        raise DTypeError(
            f"{rule.name} is not differentiable for complex numbers: take np.real, np.imag or np.abs of them first"
        )
    return rule.of_complex


def check_real(array: Array, node: Node) -> None:
    """Raise on a complex result, which is not one number to differentiate but two.

    Raises:
        DTypeError: It is complex.
    """
    if array.dtype.kind == "c":
        raise DTypeError(
            f"the gradient of {describe(node)}, which is complex: take np.real or np.imag of it first, or use "
            "holomorphic_grad where it is an analytic function"
        )


def in_type_of(array: Array, share: Any) -> Any:
    """A gradient or a tangent in the type of what it belongs to: that of a real number is real.

    Raises:
        DTypeError: The array holds integers or booleans.
    """
    check_floating(array)
    if is_complex(share) and array.dtype.kind != "c":
        from autograd.rules.complex import real

        share = real(share)
    return share if share.dtype == array.dtype else shaping.astype(share, dtype=array.dtype)


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
            f"{name} of a Tensor and {a_kind(x)}, which has operators of its own: use np.asarray(x)"
        )


def explained(rule: Primitive, arrays: Sequence[Any], error: ValueError) -> ValueError:
    """NumPy's error in the words of the operation; as it is where shapes are not what is wrong, or a user's own."""
    if BOOK.read.get(rule.name) is not rule or isinstance(error, MatrixError):
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
    elif "to unpack" in reason:  # NumPy's function takes for a matrix what is none
        reason = "it lacks an axis"
    noun = "shape" if len(shapes) == 1 else "shapes"
    kind = MatrixError if isinstance(error, np.linalg.LinAlgError) else ShapeError
    return kind(f"{rule.name} of {noun} {' and '.join(map(str, shapes))}: {reason}")


def _row(given: tuple[int, ...], rows: int) -> str:
    """What makes rows of as many numbers as are expected, where that is likely meant."""
    if rows == 1 and len(given) == 1:
        return "; x[:, None] makes a column of x"
    return "; x.reshape(len(x), -1) makes a row of each" if len(given) > 2 and math.prod(given[1:]) == rows else ""


def compared(rule: Primitive, a: Any, b: Any) -> np.ndarray[Any, np.dtype[np.bool]]:
    """A comparison of a Tensor, entry by entry."""
    tracer = current_tracer()
    if tracer is not None:
        return tracer.apply(rule, (a, b), {})  # type: ignore[no-any-return]
    look_at("a comparison", a, b)
    compare: Any = rule.scalar  # Python's operator, which arrays know too
    a, b = a._raw, b._raw if isinstance(b, Node) and b.kind == "array" else b
    try:
        found: Array = compare(a, b)
    except (TypeError, ValueError) as error:
        other = as_array(b, rule)  # which says what is no number
        raise explained(rule, [a, other], error) if isinstance(error, ValueError) else error from None
    return found
