"""A program as text: one line for each step, with its inputs by name and its constants by value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.program.builder import attribute_names
from autograd.program.numbers.fusion import JOINT
from autograd.program.numbers.lower import Action, Listing, terms
from autograd.program.tape import Tape

# A longer program is shown by its beginning and its end.
SHOWN = 60


def described(listing: Listing, names: Sequence[str | None], engine: str, size: int) -> str:
    """The text of a program.

    Args:
        listing: Its steps.
        names: What its inputs are called.
        engine: What runs it.
        size: Bytes of memory that it takes.
    """
    called = {place: name or f"x{i}" for i, (place, name) in enumerate(_padded(listing, names))}
    called |= {place: f"{number:.6g}" for place, number in listing.numbers.items()}
    lines = []
    for place, action, operands in zip(listing.places, listing.actions, listing.operands, strict=True):
        results = (place, *listing.parts.get(place, ()))
        for result in results:
            called[result] = f"t{len(called) - len(listing.numbers) - len(listing.inputs)}"
        lines.append((results, action, operands))
    shown = lines if len(lines) <= SHOWN else lines[: SHOWN // 2] + lines[-SHOWN // 2 :]
    text = [f"  {', '.join(called[r] for r in results)} = {_right(a, o, called)}" for results, a, o in shown]
    if len(lines) > SHOWN:
        text.insert(SHOWN // 2, f"  … {len(lines) - SHOWN} more steps …")
    inputs = len(listing.inputs)
    head = f"program of {inputs} input{'s' * (inputs != 1)}, {len(lines)} steps, {_bytes(size)}, {engine} engine"
    returned = ", ".join(called[place] for place in listing.outputs[:SHOWN])
    more = f", … {len(listing.outputs) - SHOWN} more" if len(listing.outputs) > SHOWN else ""
    return "\n".join([head, *text, f"  return {returned}{more}"])


def _padded(listing: Listing, names: Sequence[str | None]) -> list[tuple[int, str | None]]:
    return list(zip(listing.inputs, [*names, *[None] * (len(listing.inputs) - len(names))], strict=True))


def _right(action: Action, operands: Sequence[int], called: dict[int, str]) -> str:
    if isinstance(action, str):
        text = ""
        for i, (sign, places) in enumerate(terms(action, operands)):
            minus = sign in "dq"
            text += ("− " if minus else "+ ") if i else ("−" if minus else "")
            text += "·".join(called[x] for x in places) + " "
            if len(text) > 400:
                return f"{text}… {len(action) - i - 1} more terms"
        return text.rstrip()
    name = action.name.replace("_n", "").replace("_only", "")
    names = attribute_names(action) if action not in JOINT else ()
    inputs = operands[: len(operands) - len(names)]
    attrs = [f"{key}={called[x]}" for key, x in zip(names, operands[len(inputs) :], strict=True)]
    return f"{name}({', '.join([*(called[x] for x in inputs), *attrs])})"


def _bytes(size: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} GB"


def described_tape(tape: Tape, order: Sequence[int], names: Sequence[str | None], engine: str, size: int) -> str:
    """The text of an array program.

    Args:
        tape: What it computes.
        order: The places of its operations.
        names: What its arguments are called.
        engine: What runs it.
        size: Bytes of memory that it takes.
    """
    called = {place: f"t{number}" for number, place in enumerate(order)}
    for number, place in enumerate(tape.arguments):
        called[place] = (names[number] if number < len(names) else None) or f"x{number}"
    called |= {place: leaf.label or f"p{number}" for number, (place, leaf) in enumerate(tape.captured.items())}
    called |= {place: f"live{number}" for number, place in enumerate(tape.sources)}
    called |= {place: _constant(constant) for place, constant in tape.constants.items()}
    lines = []
    for place in order:
        entry = tape.entries[place]
        attrs = [f"{key}={value}" for key, value in entry.attrs.items()]
        operands = ", ".join([*(called[x] for x in entry.inputs), *attrs])
        kind = "number" if entry.dtype is None else f"{entry.dtype}{list(entry.shape)}"
        lines.append(f"  {called[place]}: {kind} = {entry.rule.name if entry.rule else ''}({operands})")
    if len(lines) > SHOWN:
        lines[SHOWN // 2 : -SHOWN // 2] = [f"  … {len(lines) - SHOWN} more steps …"]
    lines += [f"  set {leaf.label or 'a leaf'} = {called[place]}" for leaf, place in tape.updates]
    inputs = len(tape.arguments)
    head = f"program of {inputs} input{'s' * (inputs != 1)}, {len(order)} steps, {_bytes(size)}, {engine} engine"
    return "\n".join([head, *lines, f"  return {', '.join(called[place] for place in tape.outputs)}"])


def _constant(constant: Any) -> str:
    if not isinstance(constant, np.ndarray):
        return f"{constant:.6g}"
    return f"{constant.item():.6g}" if constant.size == 1 else f"constant{list(constant.shape)}"
