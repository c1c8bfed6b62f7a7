"""Forward mode without a record: a function is run on dual numbers, which carry their tangents along.

It is for plain numbers and arrays, and for functions that use nothing which somebody else differentiates; anything else
is recorded, and the tangents go over the record (`autograd.graph.forward`). Which of the two it has to be may show in
the middle of the function, which is then run again.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from types import FrameType
from typing import Any

import numpy as np
from numpy import ndarray

from autograd.errors import ShapeError
from autograd.functional.signatures import Argnum, Function, positions_of
from autograd.functional.trees import leaves, matched_leaves, name_list, with_leaves
from autograd.graph.hooks import current_tracer
from autograd.graph.mode import recorded, recording
from autograd.graph.node import Node
from autograd.rules.float_errors import FloatErrors
from autograd.rules.memory import LARGE, keep_freed_memory
from autograd.tensor.dual import OPERATIONS, Abandoned, Dual, Pass, dual

DOUBLE = np.dtype(np.float64)


def value_and_push(function: Function, args: tuple[Any, ...], direction: Any, argnum: Argnum) -> tuple[Any, Any] | None:
    """``(f(…), J v)`` as `autograd.jvp` gives it; None where the function has to be recorded, or the call is wrong."""
    if current_tracer() is not None:
        return None
    here = Pass()
    replaced = list(args)
    if argnum.__class__ is int and 0 <= argnum < len(args) and args[argnum].__class__ is ndarray:
        made = replaced[argnum] = _dual(args[argnum], direction, here)
        if made is None:
            return None
        own = [made._raw, made._tangent]
    else:
        given = _in_their_place(replaced, positions_of(function, args, argnum), argnum, direction, here)
        if not given:
            return None
        own = [array for x in given for array in (x._raw, x._tangent)]
    try:
        if recording():
            output = _OF_TANGENTS.run(function, *replaced)
        else:
            with recorded():
                output = _OF_TANGENTS.run(function, *replaced)
    except Abandoned:
        return None
    except Exception as error:
        if here.abandoned:  # the function made an error of its own of it
            return None
        name_list(error, args)
        raise
    finally:
        here.over = True
    if output.__class__ is Dual and output._pass is here and not here.abandoned:
        return _handed_out(output._raw, own), _handed_out(output._tangent, own)
    results = leaves(output)
    if here.abandoned or not results or any(y.__class__ is not Dual or y._pass is not here for y in results):
        return None
    values = with_leaves(output, [_handed_out(y._raw) for y in results])
    return values, with_leaves(output, [_handed_out(y._tangent) for y in results])


def _in_their_place(
    args: list[Any], positions: list[int], argnum: Argnum, direction: Any, here: Pass
) -> Sequence[Dual]:
    """Put dual numbers in the place of what is differentiated for, if all of it can be; them, or nothing."""
    several = not hasattr(argnum, "__index__")
    argument = tuple(args[i] for i in positions) if several else args[positions[0]]
    try:
        directions = matched_leaves(argument, direction)
    except ShapeError:
        return ()
    inputs = [_dual(x, v, here) for x, v in zip(leaves(argument), directions, strict=True)]
    found = [x for x in inputs if x is not None]
    if len(found) < len(inputs):
        return ()
    made = with_leaves(argument, inputs)
    for i, x in zip(positions, made if several else (made,), strict=True):
        args[i] = x
    return found


def _dual(x: Any, v: Any, here: Pass) -> Dual | None:
    """A plain number or array with its direction; None where it is something else, or they do not fit."""
    if x.__class__ is not ndarray:
        if x.__class__ is not float and not isinstance(x, np.floating):
            return None
        x = np.asarray(x)
    elif x.size > LARGE:
        keep_freed_memory()
    if v.__class__ is not ndarray:
        if isinstance(v, Node):
            return None
        v = np.asarray(v)
    dtype = x.dtype
    if v.dtype is not dtype:
        if v.dtype.kind not in "fbiu":
            return None
        v = v.astype(dtype)
    if dtype.kind != "f" or x.shape != v.shape:
        return None
    return dual(x, v, here)


def _handed_out(array: Any, given: Sequence[Any] = ()) -> Any:
    """A number for a double without axes, else an array whose memory is nobody else's."""
    if not array.ndim:
        return array.item() if array.dtype is DOUBLE else array[()]
    if array.base is None and given:
        for x in given:
            if x is array:
                break
        else:
            return array
    return np.array(array)


def _heard(errors: Any, listener: Any, kind: str, flag: int) -> None:
    """Infinite slopes are answers; what the function itself divides by 0 is NumPy's to warn of, as the user has it."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code not in OPERATIONS:
        frame = frame.f_back
    if frame is not None and "y" in frame.f_locals:  # the result is there: this is of its tangent
        return
    message = f"{kind} encountered" + ("" if frame is None else f" in {frame.f_locals['rule'].name}")
    wanted = errors["divide" if kind.startswith("divide") else "invalid"]
    if wanted == "raise":
        raise FloatingPointError(message)
    if wanted == "call":
        listener(kind, flag)
    elif wanted != "ignore":
        warnings.warn(message, RuntimeWarning, stacklevel=2)


_OF_TANGENTS = FloatErrors(_heard, divide="call", invalid="call")
