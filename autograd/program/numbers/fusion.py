"""Steps with several results: functions that share most of their work are computed together, as `intrinsics` has it."""

from __future__ import annotations

from typing import Any

from autograd.program.intrinsics import softmax_n, softmax_only, softplus_sigmoid
from autograd.program.tape import Tape
from autograd.rules import activations, arithmetic, exponentials, reductions
from autograd.rules.primitive import Primitive

Joint = tuple[Primitive, tuple[int, ...], tuple[int, ...]]


def joined(tape: Tape, uses: list[int], in_sums: list[int]) -> tuple[dict[int, Joint], set[int]]:
    """The joint steps of a program: each stands where the first of its entries does.

    Args:
        tape: The program.
        uses: How often each is read; what is not read needs no step.
        in_sums: How often by sums. Both counts are brought up to date.

    Returns:
        The steps (what is done, the operands, where each result goes) by place, and the places they stand for.
    """
    found: dict[int, Joint] = {}
    within: set[int] = set()
    for place, (rule, operands, _, _, _) in enumerate(tape.entries):
        if not uses[place]:
            continue
        if rule is reductions.logsumexp_n:
            pairs = [_softmax_of(tape, x, place) for x in operands]
            parts = [part for _, part in pairs]
            if not any(part is not None and uses[part] for part in parts) or None in parts:
                continue
            for x, (difference, part) in zip(operands, pairs, strict=True):
                if uses[part] and part not in within:
                    within.add(part)
                    uses[difference] -= 1
                    if not uses[difference]:
                        for operand in (x, place):
                            uses[operand] -= 1
                            in_sums[operand] -= 1
            if uses[place]:
                found[place] = softmax_n, operands, (place, *parts)
            else:
                found[place] = softmax_only, operands, tuple(parts)
        elif rule is activations.softplus:
            part = tape.find(activations.sigmoid, operands)
            if part is not None and uses[part]:
                first, second = sorted((place, part))  # what reads the first may come before the second
                found[first] = softplus_sigmoid, operands, (place, part)
                within.add(second)
    return found, within


def _softmax_of(tape: Tape, x: int, total: int) -> Any:
    """The places of x − total and of its exponential; None where they are not in the list."""
    difference = tape.find(arithmetic.subtract, (x, total))
    return difference, None if difference is None else tape.find(exponentials.exp, (difference,))
