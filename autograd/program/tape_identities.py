"""Rewritings of array programs that are exact, for every number of IEEE 754: what an entry is replaced by."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.program.identities import taken
from autograd.rules import activations, arithmetic, shaping
from autograd.rules.primitive import Primitive

if TYPE_CHECKING:
    from autograd.program.tape import Tape

Places = tuple[int, ...]
# A place that is there already; or else a rule and operands in its stead.
Simpler = tuple[int | None, Primitive, Places]

_SAME_SHAPE = {shaping.reshape, shaping.broadcast_to, shaping.sum_to}
_COMMUTES = {arithmetic.add, arithmetic.multiply, arithmetic.equal, arithmetic.not_equal}


def simpler(
    tape: Tape, rule: Primitive, inputs: Places, attrs: Mapping[str, Any], shape: tuple[int, ...], dtype: Any
) -> Simpler:
    """What to look up in place of ``rule`` of ``inputs``, whose result has this shape and dtype."""
    first = tape.entries[inputs[0]]

    def same(place: int) -> bool:
        entry = tape.entries[place]
        return entry.shape == shape and entry.dtype == dtype

    if rule in _SAME_SHAPE and first.shape == shape:
        return inputs[0], rule, inputs
    if rule is shaping.astype and first.dtype == dtype:
        return inputs[0], rule, inputs
    if rule is shaping.transpose and first.rule is shaping.transpose:
        inner = first.attrs["axes"]
        count = len(shape)
        order = _axes(inner, count)
        if [order[axis] for axis in _axes(attrs["axes"], count)] == list(range(count)):
            return first.inputs[0], rule, inputs
    if rule is arithmetic.subtract and is_number(tape, inputs[1], 0.0) and same(inputs[0]):
        return inputs[0], rule, inputs
    if rule is arithmetic.multiply:
        for x, y in (inputs, inputs[::-1]):
            if is_number(tape, y, 1.0) and same(x):
                return x, rule, inputs
    if rule is arithmetic.divide and is_number(tape, inputs[1], 1.0) and same(inputs[0]):
        return inputs[0], rule, inputs
    if rule is arithmetic.power and is_number(tape, inputs[1], 1.0) and same(inputs[0]):
        return inputs[0], rule, inputs
    if rule is arithmetic.power and is_number(tape, inputs[1], 2.0) and first.dtype is not None:
        return None, arithmetic.square, inputs[:1]
    if rule is arithmetic.negative and first.rule is arithmetic.negative:
        return first.inputs[0], rule, inputs
    if rule is activations.relu and first.rule is activations.relu:
        return inputs[0], rule, inputs
    if rule is arithmetic.where:
        condition, x, y = inputs
        if x == y and same(x):
            return x, rule, inputs
        if is_number(tape, x, 0.0) and (g := _upstream(tape, condition, y)) is not None and same(y):
            return (y, rule, inputs) if _nan_only_from(tape, y, g) else (None, taken, (y, g))
    if rule in _COMMUTES:
        return None, rule, tuple(sorted(inputs))
    return None, rule, inputs


def _axes(axes: Any, count: int) -> list[int]:
    return list(reversed(range(count))) if axes is None else [axis % count for axis in axes]


def is_number(tape: Tape, place: int, number: float) -> bool:
    """Whether a place holds that constant, as a Python number; +0 and −0 are two."""
    found = tape.constants.get(place)
    if found is None or isinstance(found, np.ndarray):
        return False
    return bool(found == number) and math.copysign(1.0, found) == math.copysign(1.0, number)


def _upstream(tape: Tape, condition: int, share: int) -> int | None:
    """The g of the condition "the share is NaN and g is 0", as the backward pass writes it; None for any other."""
    both = tape.entries[condition]
    if both.rule is not arithmetic.multiply:
        return None
    factors = {tape.entries[i].rule: tape.entries[i].inputs for i in both.inputs}
    zero = factors.get(arithmetic.equal)
    if factors.get(arithmetic.not_equal) != (share, share) or zero is None:
        return None
    others = [i for i in zero if not (is_number(tape, i, 0.0) or is_number(tape, i, 0))]
    return others[0] if len(others) == 1 else None


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
        finite = [i for i in entry.inputs if i in tape.constants and bool(np.all(np.isfinite(tape.constants[i])))]
        return len(finite) == 1 and _nan_only_from(tape, entry.inputs[entry.inputs[0] == finite[0]], g)
    if entry.rule is arithmetic.where:
        return all(_nan_only_from(tape, i, g) for i in entry.inputs[1:])
    return False
