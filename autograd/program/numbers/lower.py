"""From instructions to steps: dead ones dropped, and products that are only added up made part of the sum.

A *sum* is one step, y = ± a ± b·c ± …, evaluated from left to right as the instructions it stands for would have been,
with no rounding saved or added. Its *signs* say what each term is:

    s   + a        d   − a
    p   + a · b    q   − a · b

Every other step is a primitive of the rule book.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from autograd.program.builder import Builder
from autograd.program.numbers.fusion import joined
from autograd.rules import arithmetic, products, reductions
from autograd.rules.primitive import Primitive

# What a step does: a primitive, or the signs of a sum.
Action = Primitive | str

SINGLE: Final = "sd"
_FLIPPED: Final = str.maketrans("sdpq", "dsqp")


@dataclass
class Listing:
    """The steps of a program, each after those it needs.

    Attributes:
        inputs: The places of the inputs, in order.
        numbers: The constants that steps or outputs use, by place.
        places: Where each step leaves its result.
        parts: For a step with several results, where it leaves those after the first.
        actions: What each step does.
        operands: The places each step reads: one for a term s or d, two for p and q.
        outputs: The places of the results, in order; one place may serve several.
    """

    inputs: list[int]
    numbers: dict[int, float]
    outputs: list[int]
    places: list[int] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    operands: list[tuple[int, ...]] = field(default_factory=list)
    parts: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.actions)


def lower(builder: Builder, outputs: Sequence[int]) -> Listing:
    """The steps that compute ``outputs``.

    Example:
        >>> builder = Builder()
        >>> a, b = builder.input(), builder.input()
        >>> y = a * b - b
        >>> listing = lower(builder, [y.index])
        >>> listing.actions, listing.operands
        (['pd'], [(0, 1, 1)])
    """
    uses, in_sums = _uses(builder, outputs)
    joint, within = joined(builder, uses, in_sums)
    sums: dict[int, tuple[str, tuple[int, ...]]] = {}
    absorbed: set[int] = set()
    rules, operands = builder.rules, builder.operands

    def part(place: int) -> tuple[str, tuple[int, ...]]:
        """What a sum takes in for one of its terms: the terms of a sum used nowhere else, or the place itself.

        A product that two sums add up is computed by both: that costs less than a step of its own.
        """
        found = sums.get(place)
        if found is None or (uses[place] > 1 and (len(found[0]) > 1 or uses[place] > 2 or in_sums[place] < 2)):
            return "s", (place,)
        return found

    def add_up(parts: Sequence[tuple[int, bool]]) -> tuple[str, tuple[int, ...]]:
        """The terms of a sum, from its parts and whether each is subtracted."""
        (first, flip), *rest = parts
        signs, terms = part(first)
        if signs != "s" or terms != (first,):
            absorbed.add(first)
        pieces, all_terms = [signs.translate(_FLIPPED) if flip else signs], [terms]
        for place, subtracted in rest:
            signs, terms = part(place)
            if len(signs) > 1:  # adding it term by term would round otherwise
                signs, terms = "s", (place,)
            elif terms != (place,):
                absorbed.add(place)
            pieces.append(signs.translate(_FLIPPED) if subtracted else signs)
            all_terms.append(terms)
        return "".join(pieces), tuple(x for terms in all_terms for x in terms)

    for place, rule in enumerate(rules):
        if not uses[place] or rule is None:
            continue
        inputs = operands[place]
        if rule is arithmetic.multiply:
            # A constant's place says nothing, so it comes first: lanes that do the same then look the same.
            sums[place] = "p", inputs[::-1] if inputs[1] in builder.numbers else inputs
        elif rule is arithmetic.square:
            sums[place] = "p", (inputs[0], inputs[0])
        elif rule is arithmetic.add or rule is arithmetic.subtract:
            (x, y), flip = inputs, rule is arithmetic.subtract
            pair = [(x, False), (y, flip)]
            # x + y is y + x, so the longer sum may come first; it then goes on instead of ending.
            sums[place] = add_up(pair[::-1] if len(part(y)[0]) > len(part(x)[0]) else pair)
        elif rule is arithmetic.negative:
            sums[place] = add_up([(inputs[0], True)])
        elif rule is reductions.add_n:
            sums[place] = add_up([(x, False) for x in inputs])
        elif rule is products.affine:
            half = len(inputs) // 2
            signs, terms = add_up([(inputs[0], False)])
            pairs = zip(inputs[1 : half + 1], inputs[half + 1 :], strict=True)
            sums[place] = signs + "p" * half, terms + tuple(x for pair in pairs for x in pair)

    listing = Listing(list(builder.inputs), {i: x for i, x in builder.numbers.items() if uses[i]}, list(outputs))
    for place, rule in enumerate(rules):
        action: Action
        if place in joint:
            action, inputs, (place, *parts) = joint[place]
            listing.parts[place] = tuple(parts)
        elif not uses[place] or rule is None or place in absorbed or place in within:
            continue
        else:
            action, inputs = sums.get(place) or (rule, operands[place])
        listing.places.append(place)
        listing.actions.append(action)
        listing.operands.append(inputs)
    return listing


_ADDED_UP: Final = {arithmetic.add, arithmetic.subtract, arithmetic.negative, reductions.add_n}


def _uses(builder: Builder, outputs: Sequence[int]) -> tuple[list[int], list[int]]:
    """How often each instruction's result is read, where the outputs are all that is wanted; and how often by sums."""
    uses, in_sums = [0] * len(builder), [0] * len(builder)
    for place in outputs:
        uses[place] += 3  # an output is needed by itself, so no sum may take it in
    operands, rules = builder.operands, builder.rules
    for place in range(len(builder) - 1, -1, -1):
        if uses[place]:
            for x in operands[place]:
                uses[x] += 1
            if rules[place] in _ADDED_UP:
                for x in operands[place]:
                    in_sums[x] += 1
    return uses, in_sums


def terms(signs: str, operands: Sequence[int]) -> list[tuple[str, tuple[int, ...]]]:
    """A sum's terms one by one, each with its sign and its one or two places."""
    found, at = [], 0
    for sign in signs:
        width = 1 if sign in SINGLE else 2
        found.append((sign, tuple(operands[at : at + width])))
        at += width
    return found
