"""What goes into a tape in place of an operation: the same operation that is there already, a constant, or less work.

Every identity holds for every number of IEEE 754, signed zeros, infinities and NaN included, and for every shape and
dtype that it is used for: x · 1 is x, but x · 0 need not be 0, and x + 0 is not x where x is −0. Only a whole power
becomes products, which differ from `math.pow` by a rounding.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import numpy as np

from autograd.graph.node import NO_ATTRS
from autograd.program.intrinsics import taken
from autograd.program.tape import Entry, Tape, content
from autograd.rules import activations, arithmetic, reductions, shaping
from autograd.rules.primitive import Primitive

Places = tuple[int, ...]

# As `Entry(…)`, at half its price.
_entry: Callable[[type[Entry], tuple[Any, ...]], Entry] = tuple.__new__


@cache
def attribute_names(rule: Primitive) -> tuple[str, ...]:
    """The names of a primitive's attributes, in the order in which its function on floats takes them."""
    if rule.scalar is None or rule.pull is not None:
        return ()
    try:
        parameters = list(inspect.signature(rule.scalar).parameters)
    except ValueError:  # a built-in function without a signature takes no attributes
        return ()
    return tuple(parameters[len(rule.vjps) :])


def apply(
    tape: Tape,
    rule: Primitive,
    inputs: Places,
    attrs: Mapping[str, Any] = NO_ATTRS,
    shape: tuple[int, ...] = (),
    dtype: np.dtype[Any] | None = None,
) -> int:
    """The place of ``rule`` applied to what is at these places, now or before; the result has this shape and dtype.

    Example:
        >>> tape = Tape()
        >>> x, two = tape.argument(), tape.constant(2.0)
        >>> y = apply(tape, arithmetic.multiply, (x, two))
        >>> y == apply(tape, arithmetic.multiply, (two, x)), x == apply(tape, arithmetic.power, (x, tape.constant(1.0)))
        (True, True)
    """
    if rule in COMMUTATIVE and inputs[0] > inputs[1]:
        inputs = inputs[1], inputs[0]
    key = (rule, inputs, content(attrs)) if attrs else (rule, inputs)
    before = tape.places.get(key)
    if before is not None:
        return before
    constants = tape.constants
    first = inputs[0] in constants
    if first and all([x in constants for x in inputs]):  # noqa: C419 - a list is quicker
        place = tape.constant(_folded(rule, [constants[x] for x in inputs], attrs, dtype))
    else:
        entry = _entry(Entry, (rule, inputs, attrs, shape, dtype))
        identity = (WITH_CONSTANTS if first or inputs[-1] in constants else IDENTITIES).get(rule)
        found = None if identity is None else identity(tape, entry)
        place = tape.append(entry) if found is None else found
    tape.places[key] = place
    return place


def _folded(rule: Primitive, values: list[Any], attrs: Mapping[str, Any], dtype: Any) -> Any:
    if dtype is None:
        return float(rule.on_floats(values, dict(attrs)))
    with np.errstate(all="ignore"):
        return np.asarray(rule.array(*values, **attrs), dtype)


# ---- identities: the place that has the result, or None --------------------------------------------------------------

Identity = Callable[[Tape, Entry], int | None]


def _same(tape: Tape, place: int, entry: Entry) -> bool:
    """Whether a place has the shape and dtype of a result, and so may stand for it."""
    other = tape.entries[place]
    return other.dtype is entry.dtype is None or (other.shape == entry.shape and other.dtype == entry.dtype)


def _unless_moved(tape: Tape, place: int, entry: Entry) -> int | None:
    return place if _same(tape, place, entry) else None


def _constant_last(tape: Tape, entry: Entry) -> Places:
    """The operands of what commutes."""
    x, y = entry.inputs
    return (y, x) if x in tape.constants else (x, y)


def _add(tape: Tape, entry: Entry) -> int | None:
    x, y = _constant_last(tape, entry)
    return _unless_moved(tape, x, entry) if y in tape.constants and tape.is_constant(y, -0.0) else None


def _subtract(tape: Tape, entry: Entry) -> int | None:
    x, y = entry.inputs
    return _unless_moved(tape, x, entry) if y in tape.constants and tape.is_constant(y, 0.0) else None


def _negative(tape: Tape, entry: Entry) -> int | None:
    inner = tape.entries[entry.inputs[0]]
    return inner.inputs[0] if inner.rule is arithmetic.negative else None


def _multiply(tape: Tape, entry: Entry) -> int | None:
    x, y = _constant_last(tape, entry)
    if y not in tape.constants or y in tape.data or not _same(tape, x, entry):
        return None
    if tape.is_constant(y, 1.0):
        return x
    if tape.is_constant(y, -1.0):
        return apply(tape, arithmetic.negative, (x,), NO_ATTRS, entry.shape, entry.dtype)
    return None


def _divide(tape: Tape, entry: Entry) -> int | None:
    x, y = entry.inputs
    number = tape.constants.get(y)
    if number.__class__ is not float or not _same(tape, x, entry):
        return None
    if number == 1.0:
        return x
    # A power of two divides exactly, in 64 bits and in 32.
    exact = abs(math.frexp(number)[0]) == 0.5 and 2.0**-100 < abs(number) < 2.0**100
    if not exact or (entry.dtype is not None and entry.dtype.itemsize < 4):
        return None
    return apply(tape, arithmetic.multiply, (x, tape.constant(1.0 / number)), NO_ATTRS, entry.shape, entry.dtype)


def _power(tape: Tape, entry: Entry) -> int | None:
    x, exponent = entry.inputs
    number = tape.constants.get(exponent)
    if number is None or isinstance(number, np.ndarray) or not _same(tape, x, entry):
        return None
    kind = (NO_ATTRS, entry.shape, entry.dtype)
    if number == 1.0:
        return x
    if number == 2.0:
        return apply(tape, arithmetic.square, (x,), *kind)
    if entry.dtype is not None:
        return None
    if number == 0.0:
        return tape.constant(1.0)
    if number == -1.0:
        return apply(tape, arithmetic.divide, (tape.constant(1.0), x))
    if number == 3.0:
        return apply(tape, arithmetic.multiply, (apply(tape, arithmetic.square, (x,)), x))
    return None


def _lowered_power(tape: Tape, entry: Entry) -> int | None:
    x, exponent = entry.inputs
    number = tape.constants.get(exponent)
    if number is None or isinstance(number, np.ndarray) or number == 0:
        return None
    return apply(tape, arithmetic.power, (x, tape.constant(number - 1.0)), NO_ATTRS, entry.shape, entry.dtype)


def _where(tape: Tape, entry: Entry) -> int | None:
    condition, x, y = entry.inputs
    number = tape.constants.get(condition)
    if x != y and (number is None or isinstance(number, np.ndarray)):
        return None
    return _unless_moved(tape, x if x == y or number else y, entry)


def _taken(tape: Tape, entry: Entry) -> int | None:
    share, g = entry.inputs
    return share if _same(tape, share, entry) and _nan_only_from(tape, share, g) else None


def _nan_only_from(tape: Tape, share: int, g: int) -> bool:
    """Whether the share can be NaN only where g is NaN itself (so not where g is 0)."""
    if share == g:
        return True
    if share in tape.constants:
        return not bool(np.any(np.isnan(tape.constants[share])))
    entry = tape.entries[share]
    if entry.rule is arithmetic.negative or entry.rule is taken:
        return _nan_only_from(tape, entry.inputs[0], g)
    if entry.rule is arithmetic.multiply:
        finite = [x for x in entry.inputs if x in tape.constants and bool(np.all(np.isfinite(tape.constants[x])))]
        return len(finite) == 1 and _nan_only_from(tape, entry.inputs[entry.inputs[0] == finite[0]], g)
    if entry.rule is arithmetic.where:
        return all(_nan_only_from(tape, x, g) for x in entry.inputs[1:])
    return False


def _relu(tape: Tape, entry: Entry) -> int | None:
    return entry.inputs[0] if tape.entries[entry.inputs[0]].rule is activations.relu else None


def _alone(_: Tape, entry: Entry) -> int | None:
    return entry.inputs[0] if len(entry.inputs) == 1 else None


def _moved(tape: Tape, entry: Entry) -> int | None:
    return _unless_moved(tape, entry.inputs[0], entry)


def _transpose(tape: Tape, entry: Entry) -> int | None:
    inner, count = tape.entries[entry.inputs[0]], len(entry.shape)
    if inner.rule is not shaping.transpose:
        return None
    first, second = (
        list(reversed(range(count))) if axes is None else [axis % count for axis in axes]
        for axes in (inner.attrs["axes"], entry.attrs["axes"])
    )
    return inner.inputs[0] if [first[axis] for axis in second] == list(range(count)) else None


COMMUTATIVE: Final = frozenset({arithmetic.add, arithmetic.multiply, arithmetic.equal, arithmetic.not_equal})

IDENTITIES: Final[dict[Primitive, Identity]] = {
    arithmetic.negative: _negative,
    arithmetic.where: _where,
    activations.relu: _relu,
    reductions.add_n: _alone,
    shaping.reshape: _moved,
    shaping.broadcast_to: _moved,
    shaping.sum_to: _moved,
    shaping.astype: _moved,
    shaping.transpose: _transpose,
    taken: _taken,
}

# The same where the first or the last operand is a constant, with those that hold for particular ones.
WITH_CONSTANTS: Final[dict[Primitive, Identity]] = IDENTITIES | {
    arithmetic.add: _add,
    arithmetic.subtract: _subtract,
    arithmetic.multiply: _multiply,
    arithmetic.divide: _divide,
    arithmetic.power: _power,
    arithmetic.lowered_power: _lowered_power,
}
