"""Steps with several results: functions that share most of their work are computed together, as `intrinsics` has it."""

from __future__ import annotations

from autograd.program.intrinsics import SOFTMAX, softplus_sigmoid
from autograd.program.tape import Tape
from autograd.rules import activations, reductions
from autograd.rules.primitive import Primitive

Joint = tuple[Primitive, tuple[int, ...], tuple[int, ...]]


def joined(tape: Tape, uses: list[int]) -> tuple[dict[int, Joint], set[int]]:
    """The joint steps of a program: each stands where the first of its entries does.

    Args:
        tape: The program.
        uses: How often each is read; what is not read needs no step. It is brought up to date.

    Returns:
        The steps (what is done, the operands, where each result goes) by place, and the places they stand for.
    """
    found: dict[int, Joint] = {}
    within: set[int] = set()
    for place, (rule, operands, _, _, _) in enumerate(tape.entries):
        if not uses[place]:
            continue
        if rule in SOFTMAX:
            parts = [part for x in operands if (part := tape.find(reductions.share, (x, place))) is not None]
            if len(parts) < len(operands) or not any(uses[part] for part in parts):
                continue
            for part in {part for part in parts if uses[part]}:
                within.add(part)
                for operand in tape.entries[part][1]:
                    uses[operand] -= 1
            with_total, alone = SOFTMAX[rule]
            found[place] = (with_total, operands, (place, *parts)) if uses[place] else (alone, operands, tuple(parts))
        elif rule is activations.softplus:
            part = tape.find(activations.sigmoid, operands)
            if part is not None and uses[part]:
                first, second = sorted((place, part))  # what reads the first may come before the second
                found[first] = softplus_sigmoid, operands, (place, part)
                within.add(second)
    return found, within
