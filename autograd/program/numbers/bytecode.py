"""A plan as numbers for the native engine: one array of 32-bit words, read from front to back.

First stand whether denormals are flushed, and the places of the outputs. Then come the instructions; one is its number
and its words. The instructions, in the order of their numbers:

* stop;
* a nest of loops over a sum; a sum of one lane with any terms; sums of one lane with a short list of signs, each its
  own instruction (`SHORT_SUMS`);
* for each function of the book one for a lane, and after those one for a nest of loops.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import combinations_with_replacement, product
from typing import Any, Final

import numpy as np

from autograd.program.builder import attribute_names
from autograd.program.identities import taken
from autograd.program.native.sums import LANES, PLAIN, REDUCE, WIDTH
from autograd.program.numbers.fusion import softmax_n, softmax_only, softplus_sigmoid
from autograd.program.numbers.lower import terms
from autograd.program.numbers.schedule import LONG, Loop, Plan, Run, Scatter
from autograd.rules import MODULES, arithmetic, products, reductions
from autograd.rules.primitive import BOOK, Primitive

STOP, LOOP_SUM, ANY_SUM, LOGSUMEXP, SOFTMAX, SOFTPLUS_SIGMOID = range(6)
FIRST_SHORT_SUM: Final = 6

# The signs of sums with an instruction of their own. The order of the first two terms makes no difference.
SHORT_SUMS: Final = tuple(
    "".join((*first, *rest))
    for letters, lengths in (("spdq", (1, 2)), ("sp", (3, 4)))
    for length in lengths
    for first in combinations_with_replacement(letters, min(length, 2))
    for rest in product(letters, repeat=max(0, length - 2))
) + tuple(letter * length for letter in "dq" for length in (3, 4))

# These are sums by the time they run, or have an instruction of their own.
_NOT_FUNCTIONS = {
    arithmetic.add, arithmetic.subtract, arithmetic.negative, arithmetic.multiply, arithmetic.square,
    reductions.add_n, reductions.logsumexp_n, products.affine,
}  # fmt: skip


class NotNativeError(TypeError):
    """A program uses a function that the native engine has no instruction for."""


def functions() -> tuple[Primitive, ...]:
    """The primitives that have an instruction: those of the book that have a function of floats, and `taken`."""
    return tuple(
        rule
        for rule in (*BOOK.values(), taken)
        if rule.scalar is not None
        and rule.pull is None
        and rule not in _NOT_FUNCTIONS
        and (rule is taken or from_the_book(rule))
    )


def from_the_book(rule: Primitive) -> bool:
    """Whether a primitive is one of this project's own, and not a user's."""
    return any(value is rule for module in MODULES for value in vars(module).values())


@cache
def arity(rule: Primitive) -> int:
    """How many numbers a function takes, its attributes included."""
    return len(rule.vjps) + len(attribute_names(rule))


def encode(plan: Plan, flush_denormals: bool = False) -> np.ndarray[Any, np.dtype[np.uint32]]:
    """The words of a plan.

    Raises:
        NotNativeError: The plan has a function without an instruction: a user's own primitive.
    """
    table = functions()
    first_function = FIRST_SHORT_SUM + len(SHORT_SUMS)
    number = {rule: first_function + i for i, rule in enumerate(table)}
    short = {signs: FIRST_SHORT_SUM + i for i, signs in enumerate(SHORT_SUMS)}
    words: list[int] = [int(flush_denormals), *plan.outputs.tolist()]
    for unit in plan.units:
        action = unit.action
        if isinstance(action, str):
            if isinstance(unit, Loop):
                words += _loop_sum(unit)
            else:
                for lane, places in enumerate(_rows(unit)):
                    words += _sum(action, unit.out + lane, places, short)
        elif action is reductions.logsumexp_n:
            for lane, places in enumerate(_rows(unit)):
                words += (LOGSUMEXP, unit.out + lane, len(places), *places)
        elif action is softmax_n or action is softmax_only:
            rows = _rows(unit)
            for lane, places in enumerate(rows):
                words += (SOFTMAX, int(action is softmax_n), unit.out + lane, len(rows), len(places), *places)
        elif action is softplus_sigmoid:
            rows = _rows(unit)
            for lane, (place,) in enumerate(rows):
                words += (SOFTPLUS_SIGMOID, unit.out + lane, unit.out + len(rows) + lane, place)
        elif action not in number:
            raise NotNativeError(f"{action.name} has no native instruction: use engine='numpy'")
        elif isinstance(unit, Loop):
            words += (number[action] + len(table), unit.out, *_three(unit.lengths))
            for access in unit.reads:
                words += (access.base, *_three(access.strides, 0))
        else:
            for lane, places in enumerate(_rows(unit)):
                words += (number[action], unit.out + lane, *places)
    words.append(STOP)
    return (np.array(words, np.int64) & 0xFFFFFFFF).astype(np.uint32)


def _rows(unit: Loop | Scatter) -> list[tuple[int, ...]]:
    """The places each lane reads, one row for each lane."""
    if isinstance(unit, Scatter):
        columns = unit.columns.tolist() if isinstance(unit.columns, np.ndarray) else unit.columns
        return list(zip(*columns, strict=True))
    indices = np.indices(unit.lengths).reshape(len(unit.lengths), -1)
    columns = [(access.base + np.dot(access.strides, indices)).tolist() for access in unit.reads]
    return list(zip(*columns, strict=True))


def _three(numbers: Sequence[int], filler: int = 1) -> tuple[int, ...]:
    """Lengths or strides of three loops, the outermost first."""
    return (*(filler,) * (3 - len(numbers)), *numbers)


def _sum(signs: str, out: int, places: Sequence[int], short: dict[str, int]) -> tuple[int, ...]:
    listed = terms(signs, places)
    if len(signs) > 1 and "spdq".index(signs[0]) > "spdq".index(signs[1]):
        listed[:2] = listed[1::-1]
        signs = signs[1] + signs[0] + signs[2:]
    flat = [x for _, term in listed for x in term]
    if signs in short:
        return (short[signs], out, *flat)
    words = []
    for sign, term in listed:
        words += ["sdpq".index(sign), *term, *(term if len(term) == 1 else ())]
    return (ANY_SUM, out, len(signs), *words)


def _loop_sum(loop: Loop) -> list[int]:
    words = [LOOP_SUM, _way(loop), loop.out, *_three(loop.lengths), len(loop.runs)]
    for run in loop.runs:
        words += ("sdpq".index(run.sign), run.count)
        for access in run.reads:
            words += (access.base, *_three(access.strides, 0), access.along)
    return words


def _way(loop: Loop) -> int:
    """Which of the ways of `native.sums` suits a sum."""
    if loop.lengths[-1] >= WIDTH and all(a.strides[-1] in (0, 1) for run in loop.runs for a in run.reads):
        return LANES
    return REDUCE if any(_reducible(run) for run in loop.runs) else PLAIN


def _reducible(run: Run) -> bool:
    return run.count >= LONG and all(a.along == 1 for a in run.reads)
