"""What ``help(ag.tanh)`` shows of an entry: its formula, its derivative as it stands in the book, and its kinks."""

from __future__ import annotations

import inspect
import linecache
from types import FunctionType
from typing import Any

__all__ = ["documentation", "signature"]


def signature(entry: Any) -> inspect.Signature:
    """The inputs by position, the other arguments by name: read off the forward, and off the rules."""
    function = getattr(entry, "__wrapped__", None)
    if function is not None:  # of a user's own, with a decorator
        return inspect.signature(function)
    rule = next(filter(None, [*entry.vjps, entry.pull]), None)
    if isinstance(entry.array, FunctionType):
        parameters = list(inspect.signature(entry.array).parameters.values())
    elif rule is not None:
        parameters = list(inspect.signature(rule).parameters.values())[2:]
    else:
        names = ["x"] if len(entry.vjps) == 1 else "abcdefgh"[: len(entry.vjps)]
        parameters = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY) for name in names]
    shown, inputs = [], len(parameters) if entry.pull else len(entry.vjps)
    for position, parameter in enumerate(parameters):
        kind = parameter.kind
        if kind is inspect.Parameter.POSITIONAL_OR_KEYWORD:
            by_position = position < inputs
            kind = inspect.Parameter.POSITIONAL_ONLY if by_position else inspect.Parameter.KEYWORD_ONLY
        shown.append(parameter.replace(kind=kind, annotation=inspect.Parameter.empty))
    return inspect.Signature(shown)


def documentation(entry: Any) -> str:
    """The mathematics of an entry in a few lines."""
    inputs = list(signature(entry).parameters)
    infix = f" {entry.symbol} " if len(inputs) == 2 else None
    parts = [entry.doc or f"y = {infix.join(inputs) if infix else f'{entry.name}({inputs[0]})'}"]
    shares = list(_shares(entry))
    if shares:
        parts.append("With g = ∂L/∂y:\n\n" + "\n".join(f"    {share}" for share in shares))
    elif not entry.differentiable:
        parts.append("No derivative: it is zero wherever it exists.")
    if entry.kink:
        parts.append(f"Where there is no derivative: {entry.kink}.")
    kinds = "numbers, arrays, Values and Tensors" if entry.scalar else "arrays and Tensors"
    parts.append(f"Takes {kinds}, and gives back the same kind.")
    return "\n\n".join(parts)


def _shares(entry: Any) -> list[str]:
    """∂L/∂x for each input, in the words of its rule."""
    if entry.pull is not None:
        text = _expression(entry.pull)
        return [f"∂L/∂(each input, in order) = {text}"] if text else []
    names = list(signature(entry).parameters)
    found = []
    for name, rule in zip(names, entry.vjps, strict=False):
        text = None if rule is None else _expression(rule)
        if text:
            found.append(f"∂L/∂{name} = {text}")
    return found


def _expression(rule: Any) -> str | None:
    """The source of what a lambda gives; None for any other function, or where the source is not there."""
    if not isinstance(rule, FunctionType) or rule.__name__ != "<lambda>":
        return None
    places = [[n for n in place if n is not None] for place in rule.__code__.co_positions()]
    places = [place for place in places if len(place) == 4 and place[1:3] != [place[0], 0]]
    start, end = min((p[0], p[2]) for p in places), max((p[1], p[3]) for p in places)
    lines = linecache.getlines(rule.__code__.co_filename)[start[0] - 1 : end[0]]
    if not lines:
        return None
    code = [line.encode() for line in lines]  # columns count bytes
    code[-1] = code[-1][: end[1]]
    code[0] = code[0][start[1] :]
    return " ".join(b" ".join(code).decode().split())
