"""The instructions of the native engine for numbers, and their numbers.

A program is one array of 32-bit words, read from front to back: `autograd.program.numbers.bytecode` writes it,
`number_interpreter` reads it. First stand whether denormals are flushed, and the places of the outputs. Then come the
instructions; one is its number and its words. They are, in the order of their numbers:

* stop;
* a nest of loops over a sum; a sum of one lane with any terms; the logsumexp and the softmax of any number of places;
* the softmax of two to four places; softplus and its slope, of one lane and of four;
* sums of one lane with a short list of signs, each its own instruction (`SHORT_SUMS`);
* for each function of the book one for a lane, and after those one for a nest of loops.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations_with_replacement, product
from typing import Final

from autograd.program.native import book
from autograd.rules import arithmetic
from autograd.rules.primitive import Primitive

# The signs of sums with an instruction of their own. The order of the first two terms makes no difference.
SHORT_SUMS: Final = tuple(
    "".join((*first, *rest))
    for letters, lengths in (("spdq", (1, 2)), ("sp", (3, 4)))
    for length in lengths
    for first in combinations_with_replacement(letters, min(length, 2))
    for rest in product(letters, repeat=max(0, length - 2))
) + tuple(letter * length for letter in "dq" for length in (3, 4))

# These are sums by the time they run.
_SUMS = {arithmetic.add, arithmetic.subtract, arithmetic.negative, arithmetic.multiply, arithmetic.square}


@cache
def functions() -> tuple[Primitive, ...]:
    """The primitives that have an instruction."""
    return tuple(rule for rule in book.functions() if rule not in _SUMS)


@cache
def instructions() -> dict[str, int]:
    """The number of each instruction, by its name."""
    names = [
        "stop", "loop_sum", "any_sum", "logsumexp", "softmax",
        "softmax_2", "softmax_3", "softmax_4", "softplus_1", "softplus_4",
        *(f"sum_{signs}" for signs in SHORT_SUMS),
        *(f"{way}_{rule.name}" for way in ("one", "loop") for rule in functions()),
    ]  # fmt: skip
    return {name: i for i, name in enumerate(names)}
