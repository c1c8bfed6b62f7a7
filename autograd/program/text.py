"""A program as text: one line for each step, with its inputs by name and its constants by value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd.program.numbers.lower import Action, terms
from autograd.rules.primitive import Primitive

# A longer program is shown by its beginning and its end; a longer sum by its beginning.
SHOWN, LONG = 60, 400


class Step(NamedTuple):
    """A line.

    Attributes:
        places: Of the results.
        action: What is done: a primitive, or the signs of a sum.
        operands: The places that are read.
        attrs: The primitive's other arguments.
        kind: Dtype and shape of an array.
    """

    places: Sequence[int]
    action: Action
    operands: Sequence[int]
    attrs: Mapping[str, Any]
    kind: str = ""


class Names:
    """What everything is called that is not computed."""

    def __init__(self, inputs: Sequence[int], names: Sequence[str | None], constants: Mapping[int, Any]) -> None:
        self.inputs = len(inputs)
        self.called = {place: _constant(constant) for place, constant in constants.items()}
        for number, place in enumerate(inputs):
            self.called[place] = (names[number] if number < len(names) else None) or f"x{number}"


def described(
    steps: Sequence[Step],
    names: Names,
    outputs: Sequence[int],
    updates: Iterable[tuple[Any, int]],
    engine: str,
    size: int,
) -> str:
    """The text of a program.

    Args:
        steps: What it does.
        names: What is given.
        outputs: The places of its results.
        updates: The leaves that it sets, and the places of their new data.
        engine: What runs it.
        size: Bytes of memory that it takes.
    """
    called = dict(names.called)
    for place in (place for step in steps for place in step.places):
        called[place] = f"t{len(called) - len(names.called)}"
    shown = steps if len(steps) <= SHOWN else [*steps[: SHOWN // 2], *steps[-SHOWN // 2 :]]
    lines = [f"  {', '.join(called[x] for x in step.places)}{step.kind} = {_right(step, called)}" for step in shown]
    if len(steps) > SHOWN:
        lines.insert(SHOWN // 2, f"  … {len(steps) - SHOWN} more steps …")
    lines += [f"  set {leaf.label or 'a leaf'} = {called[place]}" for leaf, place in updates]
    count = f"{names.inputs} input{'s' * (names.inputs != 1)}"
    returned = ", ".join(called[place] for place in outputs[:SHOWN])
    more = f", … {len(outputs) - SHOWN} more" if len(outputs) > SHOWN else ""
    head = f"program of {count}, {len(steps)} steps, {_bytes(size)}, {engine} engine"
    return "\n".join([head, *lines, f"  return {returned}{more}"])


def _right(step: Step, called: dict[int, str]) -> str:
    if isinstance(step.action, Primitive):
        parts = [*(called[x] for x in step.operands), *(f"{name}={value}" for name, value in step.attrs.items())]
        return f"{step.action.name.removesuffix('_n').removesuffix('_only')}({', '.join(parts)})"
    text = ""
    for i, (sign, places) in enumerate(terms(step.action, step.operands)):
        minus = sign in "dq"
        text += ("− " if minus else "+ ") if i else ("−" if minus else "")
        text += "·".join(called[x] for x in places) + " "
        if len(text) > LONG and (more := len(step.action) - i - 1):
            return f"{text}… {more} more terms"
    return text.rstrip()


def _constant(constant: Any) -> str:
    if not isinstance(constant, np.ndarray):
        return f"{constant:.6g}"
    return f"{constant.item():.6g}" if constant.size == 1 else f"constant{list(constant.shape)}"


def _bytes(size: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} GB"
