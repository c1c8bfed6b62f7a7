"""Steps with several results: functions that share most of their work are computed together.

The softmax of some numbers is written exp(xᵢ − logsumexp x) in a graph of scalars; its exponentials are those inside
logsumexp. Softplus and its derivative, the sigmoid, share e^−|x|.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from autograd.program.builder import Builder
from autograd.rules import activations, arithmetic, exponentials, reductions
from autograd.rules.primitive import Primitive


def _softmax(*xs: Any) -> Any:
    columns = np.array(xs)
    total = reductions.logsumexp.array(columns, axis=0, keepdims=True)
    return np.concatenate([total, np.exp(columns - total)])


# Results: logsumexp, then every softmax.
softmax_n: Final = Primitive("softmax_n", _softmax, doc="ln Σ exp xⱼ, and exp xᵢ / Σ exp xⱼ for each i")

# The same without logsumexp itself, where nothing else reads it.
softmax_only: Final = Primitive("softmax_only", lambda *xs: _softmax(*xs)[1:], doc="exp xᵢ / Σ exp xⱼ for each i")

# Results: softplus, then sigmoid.
softplus_sigmoid: Final = Primitive(
    "softplus_sigmoid",
    lambda x: np.stack([activations.softplus.array(x), activations.sigmoid.array(x)]),
    (None,),
    doc="ln(1 + eˣ), and 1 / (1 + e⁻ˣ)",
)

JOINT: Final = (softmax_n, softmax_only, softplus_sigmoid)

Joint = tuple[Primitive, tuple[int, ...], tuple[int, ...]]


def joined(builder: Builder, uses: list[int], in_sums: list[int]) -> tuple[dict[int, Joint], set[int]]:
    """The joint steps of a program: each stands where the first of its instructions does.

    Args:
        builder: The instructions.
        uses: How often each is read; what is not read needs no step.
        in_sums: How often by sums. Both counts are brought up to date.

    Returns:
        The steps (what is done, the operands, where each result goes) by place, and the places they stand for.
    """
    found: dict[int, Joint] = {}
    within: set[int] = set()
    for place, rule in enumerate(builder.rules):
        if not uses[place]:
            continue
        operands = builder.operands[place]
        if rule is reductions.logsumexp_n:
            pairs = [_softmax_of(builder, x, place) for x in operands]
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
            part = builder.find(activations.sigmoid, operands)
            if part is not None and uses[part]:
                found[place] = softplus_sigmoid, operands, (place, part)
                within.add(part)
    return found, within


def _softmax_of(builder: Builder, x: int, total: int) -> Any:
    """The places of x − total and of its exponential; None where they are not in the list."""
    difference = builder.find(arithmetic.subtract, (x, total))
    return difference, None if difference is None else builder.find(exponentials.exp, (difference,))
