"""From a tape of numbers to steps: dead entries dropped, and products that are only added up made part of the sum.

A *sum* is one step, y = ± a ± b·c ± …, evaluated from left to right as the entries it stands for would have been,
with no rounding saved or added. Its *signs* say what each term is:

    s   + a        d   − a
    p   + a · b    q   − a · b

Every other step is a primitive of the rule book.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from autograd.program.numbers.fusion import joined
from autograd.program.numbers.own import OwnByLanes
from autograd.program.simplify import attribute_names
from autograd.program.tape import Tape, content
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


def lower(tape: Tape) -> Listing:
    """The steps that compute a tape's outputs and updates.

    Example:
        >>> from autograd.program.simplify import apply
        >>> tape = Tape()
        >>> a, b = tape.argument(), tape.argument()
        >>> tape.outputs = [apply(tape, arithmetic.subtract, (apply(tape, arithmetic.multiply, (a, b)), b))]
        >>> listing = lower(tape)
        >>> listing.actions, listing.operands
        (['pd'], [(0, 1, 1)])
    """
    outputs = [*tape.outputs, *(place for _, place in tape.updates)]
    uses, in_sums = _uses(tape, outputs)
    joint, within = joined(tape, uses)
    constants = tape.constants
    sums: dict[int, _Sum] = {}
    absorbed: set[int] = set()

    def part_of_a_sum(place: int) -> _Sum | None:
        """A sum that is used nowhere else, or not worth a step of its own, and so becomes part of another.

        A product that two sums add up is computed by both: that costs less than a step of its own.
        """
        found = sums.get(place)
        if found is None or (uses[place] > 1 and (found[0] > 1 or uses[place] > 2 or in_sums[place] < 2)):
            return None
        return found

    def add_up(places: Sequence[int], flips: Sequence[bool]) -> _Sum:
        """The sum of some places, each subtracted or not."""
        first, flip = places[0], flips[0]
        head = part_of_a_sum(first)
        signs, terms = "", []
        if head is not None:
            absorbed.add(first)
        else:
            signs, terms = "d" if flip else "s", [first]
        for place, subtracted in zip(places[1:], flips[1:], strict=True):
            part = part_of_a_sum(place)
            if part is None or part[0] > 1:  # adding it term by term would round otherwise
                signs += "d" if subtracted else "s"
                terms.append(place)
            else:
                absorbed.add(place)
                more, places_of_part = _flat(part)
                signs += more.translate(_FLIPPED) if subtracted else more
                terms += places_of_part
        return (head[0] if head else 1) + len(places) - 1, head, flip, signs, terms

    def length(place: int) -> int:
        found = part_of_a_sum(place)
        return found[0] if found else 1

    for place, (rule, inputs, _, _, _) in enumerate(tape.entries):
        if not uses[place] or rule is None:
            continue
        if rule is arithmetic.multiply:
            # A constant's place says nothing, so it comes first: lanes that do the same then look the same.
            sums[place] = 1, None, False, "p", inputs[::-1] if inputs[1] in constants else inputs
        elif rule is arithmetic.square:
            sums[place] = 1, None, False, "p", inputs * 2
        elif rule is arithmetic.add or rule is arithmetic.subtract:
            (x, y), flip = inputs, rule is arithmetic.subtract
            # x + y is y + x, so the longer sum may come first; it then goes on instead of ending.
            sums[place] = add_up((y, x), (flip, False)) if length(y) > length(x) else add_up((x, y), (False, flip))
        elif rule is arithmetic.negative:
            sums[place] = add_up(inputs, (True,))
        elif rule is reductions.add_n:
            sums[place] = add_up(inputs, (False,) * len(inputs))
        elif rule is products.affine:
            half = len(inputs) // 2
            count, head, flip, signs, terms = add_up(inputs[:1], (False,))
            pairs = [0] * (2 * half)
            pairs[::2], pairs[1::2] = inputs[1 : half + 1], inputs[half + 1 :]
            sums[place] = count + half, head, flip, signs + "p" * half, [*terms, *pairs]

    numbers = {place: float(number) for place, number in constants.items() if uses[place]}
    listing = Listing([*tape.arguments, *tape.sources, *tape.captured], numbers, outputs)
    own: dict[Any, OwnByLanes] = {}  # those of the same arguments are one action
    for place in range(len(uses)):  # constants may join the tape meanwhile
        rule, inputs, attrs, _, _ = tape.entries[place]
        action: Action
        if place in joint:
            action, inputs, (place, *parts) = joint[place]
            listing.parts[place] = tuple(parts)
        elif not uses[place] or rule is None or place in absorbed or place in within:
            continue
        elif place in sums:
            action, operands = _flat(sums[place])
            inputs = tuple(operands)
        elif rule.own:
            action = own.setdefault((rule, content(attrs)), OwnByLanes(rule, attrs))
        else:
            action = rule
            if attrs:  # they are constants like any other: lanes may differ in them
                options = [tape.constant(float(attrs[name])) for name in attribute_names(rule)]
                inputs = (*inputs, *options)
                listing.numbers |= {x: constants[x] for x in options}
        listing.places.append(place)
        listing.actions.append(action)
        listing.operands.append(inputs)
    return listing


# A sum: how many terms it has; the sum that it goes on from, if any, and whether that is subtracted; the signs and the
# places of its own terms.
_Sum = tuple[int, Any, bool, str, Sequence[int]]


def _flat(total: _Sum) -> tuple[str, Sequence[int]]:
    """The signs and the places of all terms, from the first on."""
    _, head, _, signs, terms = total
    if head is None:
        return signs, terms
    parts = []
    part: Any = total
    flipped = False
    while part is not None:
        _, head, flip, signs, terms = part
        parts.append((signs.translate(_FLIPPED) if flipped else signs, terms))
        flipped, part = flipped != flip, head
    return "".join(signs for signs, _ in reversed(parts)), [x for _, terms in reversed(parts) for x in terms]


_ADDED_UP: Final = {arithmetic.add, arithmetic.subtract, arithmetic.negative, reductions.add_n}


def _uses(tape: Tape, outputs: Sequence[int]) -> tuple[list[int], list[int]]:
    """How often each entry is read, where the outputs are all that is wanted; and how often by sums."""
    entries = tape.entries
    uses, in_sums = [0] * len(entries), [0] * len(entries)
    for place in outputs:
        uses[place] += 3  # an output is needed by itself, so no sum may take it in
    for place in range(len(entries) - 1, -1, -1):
        if uses[place]:
            rule, inputs, _, _, _ = entries[place]
            for x in inputs:
                uses[x] += 1
            if rule in _ADDED_UP:
                for x in inputs:
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


def attributes(listing: Listing, action: Action, operands: Sequence[int]) -> tuple[Sequence[int], dict[str, float]]:
    """What a step reads, and apart from that the attributes of its primitive."""
    names = attribute_names(action) if isinstance(action, Primitive) else ()
    count = len(operands) - len(names)
    return operands[:count], {name: listing.numbers[x] for name, x in zip(names, operands[count:], strict=True)}
