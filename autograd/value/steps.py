"""The usual steps of a backward pass over Values, in one loop: the four operations, of two Values or one and a number.

A call of a rule takes longer than the product in it, and most nodes of most graphs are made by these. So the rules of
the book are run once on names, which write down what is computed from them, and the loop is written with that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from autograd.rules import arithmetic
from autograd.rules.ready import FLOAT_EXCEPTIONS

_OPERATIONS: tuple[Any, ...] = (arithmetic.multiply, arithmetic.add, arithmetic.subtract, arithmetic.divide)


class Name:
    """A number that is not known yet, as text."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __neg__(self) -> Name:
        return Name(f"(-{self.text})")

    def __mul__(self, other: Name) -> Name:
        return Name(f"({self.text} * {other.text})")

    def __truediv__(self, other: Name) -> Name:
        return Name(f"({self.text} / {other.text})")


def _shares(parents: int, second: str) -> str:
    """Lines that compute the share of the first input, or those of both, for each operation; NaN for any other rule."""
    names = [*map(Name, ("g", "node._raw", "first._raw", second))]
    targets = ("s0", "s0, s1")[parents - 1]
    lines = [
        f"if rule is {rule.name}: {targets} = {', '.join(vjp(*names).text for vjp in rule.vjps[:parents])}"
        for rule in _OPERATIONS
    ]
    return "\n                    el".join((*lines, "se: s0 = s1 = nan"))


@cache
def usual_steps() -> Callable[..., Iterator[Any]]:
    """The loop, written when it is first asked for.

    Called with ``(nodes, value, unreached, keep, leaves)``, it hands on the gradient of each node whose step is a usual
    one, notes the leaves that gradients have reached, and yields the other nodes, which are for its caller to see to.
    """
    text = f"""
def steps(nodes, value, unreached, keep, leaves):
    for node in nodes:
        g, rule = node._flow, node.rule
        if g is unreached or not node.requires_grad:
            continue
        if rule is None:
            leaves.append(node)
            continue
        if keep:
            node._grad = g
        first, second = node._first, node._second
        try:
            if first.__class__ is value:
                if second.__class__ is value:
                    {_shares(2, "second._raw")}
                    if s0 == s0 and s1 == s1:
                        first._flow += s0
                        second._flow += s1
                        continue
                elif second.__class__ is float:
                    {_shares(1, "second")}
                    if s0 == s0:
                        first._flow += s0
                        continue
        except FLOAT_EXCEPTIONS:
            pass
        yield node
"""
    found: dict[str, Any] = {rule.name: rule for rule in _OPERATIONS}
    found |= {"FLOAT_EXCEPTIONS": FLOAT_EXCEPTIONS, "nan": float("nan")}
    exec(text, found)
    loop: Callable[..., Iterator[Any]] = found["steps"]
    return loop
