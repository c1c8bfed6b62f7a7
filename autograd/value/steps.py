"""The usual steps of a backward pass over Values, in one loop: the four operations, of two Values or one and a number.

A call of a rule takes longer than the product in it, and most nodes of most graphs are made by these. So the rules of
the book are run once on names, which write down what is computed from them, and the loop is written with that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

from autograd.rules import arithmetic
from autograd.rules.ready import FLOAT_EXCEPTIONS
from autograd.value.marks import LONE, PAIR

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


def _step(rule: Any, parents: int, second: str, flow: str, keep: bool) -> list[str]:
    """The lines of an operation: they hand on the share of the first input, or those of both, and go on to the next."""
    names = [*map(Name, ("g", "node._raw", "first._raw", second))]
    shares = [vjp(*names).text for vjp in rule.vjps[:parents]]
    computed = [f"s{i} = {share}" for i, share in enumerate(shares) if share != "g"]
    # A share that is ±g is NaN where g is; any other may be NaN for 0 · ∞, which is not always meant.
    asked = [f"s{i} == s{i}" for i, share in enumerate(shares) if share not in ("g", "(-g)")]
    lines = []
    for i, (parent, share) in enumerate(zip(("first", "second"), shares, strict=False)):
        if share == "g":  # the same number, and no new one, in all that a sum is made of
            lines += [f"flow = {parent}._flow", f"{parent}._flow = g if flow is unreached else flow + g"]
        else:
            lines.append(f"{parent}._flow += s{i}")
    lines += ["node._grad = g", f"node._flow = {flow}"] if keep else []
    lines.append("continue")
    return [*computed, *([f"if {' and '.join(asked)}:", *_indented(lines)] if asked else lines)]


def _steps(parents: int, second: str, flow: str, keep: bool) -> list[str]:
    lines: list[str] = []
    for rule in _OPERATIONS:
        lines.append(f"{'el' if lines else ''}if rule is {rule.name}:")
        lines += _indented(_step(rule, parents, second, flow, keep))
    return lines


def _indented(lines: list[str], by: int = 4) -> list[str]:
    return [" " * by + line for line in lines]


@cache
def usual_steps(keep: bool) -> Callable[..., Iterator[Any]]:
    """The loop, written when it is first asked for.

    Called with ``(nodes, value, unreached, leaves)``, it hands on the gradient of each node whose step is a usual one,
    and leaves it there as ``_grad`` where ``keep``; it notes the leaves that gradients have reached, and yields the
    other nodes, which are for its caller to see to.
    """
    names = ", ".join([rule.name for rule in _OPERATIONS])
    of_two, of_one = _steps(2, "second._raw", "PAIR", keep), _steps(1, "second", "LONE", keep)
    text = f"""
def steps(nodes, value, unreached, leaves, {names}, PAIR, LONE):
    for node in nodes:
        g = node._flow
        if g is unreached or not node.requires_grad:
            continue
        rule = node.rule
        first = node._first
        second = node._second
        try:
            if first.__class__ is value:
                if second.__class__ is value:
{chr(10).join(_indented(of_two, 20))}
                elif second.__class__ is float:
{chr(10).join(_indented(of_one, 20))}
        except FLOAT_EXCEPTIONS:
            pass
        if rule is None:
            leaves.append(node)
        else:
            {"node._grad = g" if keep else ""}
            yield node
"""
    found: dict[str, Any] = {"FLOAT_EXCEPTIONS": FLOAT_EXCEPTIONS}
    exec(text, found)
    return partial(found["steps"], **{rule.name: rule for rule in _OPERATIONS}, PAIR=PAIR, LONE=LONE)
