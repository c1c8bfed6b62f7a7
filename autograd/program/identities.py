"""Rewritings that are exact: what an instruction is replaced by where one of its operands is a particular constant.

Exact means for every number of IEEE 754, signed zeros, infinities and NaN included: x · 1 is x, but x · 0 need not be
0, and x + 0 is not x where x is −0. A whole power becomes products, which differ from `math.pow` by a rounding.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np

from autograd.rules import activations, arithmetic, reductions
from autograd.rules.primitive import Primitive

if TYPE_CHECKING:
    from autograd.program.builder import Builder

Places = tuple[int, ...]
# What is to be looked up instead: a place that is there already, or else operands in their normal order.
Simpler = tuple[int | None, Places]

# Below a choice a zero upstream gradient means "not taken", and 0 · ∞ is 0 there; see `autograd.graph.backward`.
# It is no entry of the book, since only programs need a name for it.
taken: Final = Primitive(
    "taken",
    lambda share, g: np.where(np.not_equal(share, share) & np.equal(g, 0), 0.0, share),
    (
        lambda h, _, share, g: arithmetic.where(arithmetic.not_equal(share, share) * arithmetic.equal(g, 0), 0.0, h),
        None,
    ),
    scalar=lambda share, g: 0.0 if share != share and g == 0 else share,
    elementwise=True,
    selects=True,
    doc="y = the share, or 0 where it is NaN because of a branch not taken",
)


def _add(b: Builder, places: Places) -> Simpler:
    x, y = places
    if _is(b, y, -0.0):
        return x, places
    if _is(b, x, -0.0):
        return y, places
    return None, places if x < y else (y, x)


def _subtract(b: Builder, places: Places) -> Simpler:
    return (places[0] if _is(b, places[1], 0.0) else None), places


def _negative(b: Builder, places: Places) -> Simpler:
    inner = places[0]
    return (b.operands[inner][0] if b.rules[inner] is arithmetic.negative else None), places


def _multiply(b: Builder, places: Places) -> Simpler:
    x, y = places
    numbers = b.numbers
    if x in numbers:
        x, y = y, x
    number = numbers.get(y)
    if number is not None:
        if number == 1.0 and y not in b.data:
            return x, places
        if number == -1.0 and y not in b.data:
            return b.apply(arithmetic.negative, (x,)), places
    return None, (x, y) if x < y else (y, x)


def _divide(b: Builder, places: Places) -> Simpler:
    x, y = places
    number = b.numbers.get(y)
    if number is None:
        return None, places
    if number == 1.0 and y not in b.data:
        return x, places
    if abs(math.frexp(number)[0]) == 0.5 and 2.0**-1000 < abs(number) < 2.0**1000:  # a power of two divides exactly
        return b.apply(arithmetic.multiply, (x, b.constant(1.0 / number))), places
    return None, places


def _power(b: Builder, places: Places) -> Simpler:
    x, exponent = places
    number = b.numbers.get(exponent)
    if number == 0.0:
        return b.constant(1.0), places
    if number == 1.0:
        return x, places
    if number == -1.0:
        return b.apply(arithmetic.divide, (b.constant(1.0), x)), places
    if number == 2.0:
        return b.apply(arithmetic.square, (x,)), places
    if number == 3.0:
        return b.apply(arithmetic.multiply, (b.apply(arithmetic.square, (x,)), x)), places
    return None, places


def _where(b: Builder, places: Places) -> Simpler:
    condition, x, y = places
    if x == y:
        return x, places
    if _is(b, x, 0.0) and (g := _upstream(b, condition, y)) is not None:
        return b.apply(taken, (y, g)), places
    number = b.numbers.get(condition)
    return (None if number is None else x if number else y), places


def _upstream(b: Builder, condition: int, share: int) -> int | None:
    """The g of the condition "the share is NaN and g is 0", as the backward pass writes it; None for any other."""
    if b.rules[condition] is not arithmetic.multiply:
        return None
    factors = {b.rules[i]: b.operands[i] for i in b.operands[condition]}
    zero = factors.get(arithmetic.equal)
    if factors.get(arithmetic.not_equal) != (share, share) or zero is None:
        return None
    others = [i for i in zero if not _is(b, i, 0.0)]
    return others[0] if len(others) == 1 else None


def _taken(b: Builder, places: Places) -> Simpler:
    share, g = places
    return (share if _nan_only_from(b, share, g) else None), places


def _nan_only_from(b: Builder, share: int, g: int) -> bool:
    """Whether the share can be NaN only where g is NaN itself (so not where g is 0)."""
    if share == g or share in b.numbers:
        return share == g or b.numbers[share] == b.numbers[share]
    rule, operands = b.rules[share], b.operands[share]
    if rule is arithmetic.negative or rule is taken:
        return _nan_only_from(b, operands[0], g)
    if rule is arithmetic.multiply:
        factors = [i for i in operands if i in b.numbers and math.isfinite(b.numbers[i])]
        return len(factors) == 1 and _nan_only_from(b, operands[operands[0] == factors[0]], g)
    if rule is arithmetic.where:
        return all(_nan_only_from(b, i, g) for i in operands[1:])
    return False


def _is(b: Builder, place: int, number: float) -> bool:
    found = b.numbers.get(place)
    return found is not None and found == number and math.copysign(1.0, found) == math.copysign(1.0, number)


def _commutes(_: Builder, places: Places) -> Simpler:
    x, y = places
    return None, places if x < y else (y, x)


def _alone(_: Builder, places: Places) -> Simpler:
    return (places[0] if len(places) == 1 else None), places


def _relu(b: Builder, places: Places) -> Simpler:
    return (places[0] if b.rules[places[0]] is activations.relu else None), places


IDENTITIES: Final[dict[Primitive, Callable[[Builder, Places], Simpler]]] = {
    arithmetic.add: _add,
    arithmetic.subtract: _subtract,
    arithmetic.negative: _negative,
    arithmetic.multiply: _multiply,
    arithmetic.divide: _divide,
    arithmetic.power: _power,
    arithmetic.where: _where,
    arithmetic.equal: _commutes,
    arithmetic.not_equal: _commutes,
    activations.relu: _relu,
    reductions.add_n: _alone,
    taken: _taken,
}
