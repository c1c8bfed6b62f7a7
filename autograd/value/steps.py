"""The usual steps of a backward pass over Values, in one loop: of the four operations, relu, and a `Product`'s sums.

A call of a rule takes longer than the product in it, and most nodes of most graphs are made by these. So the rules of
the book are run once on names, which write down what is computed from them, and the loop is written with that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

from autograd.rules import activations, arithmetic
from autograd.rules.ready import FLOAT_EXCEPTIONS
from autograd.value.marks import ALONE, CONSTANT, LONE, PAIR
from autograd.value.product import Product

# Those of two numbers, and of one.
_OPERATIONS: tuple[Any, ...] = (arithmetic.multiply, arithmetic.add, arithmetic.subtract, arithmetic.divide)
_FUNCTIONS: tuple[Any, ...] = (activations.relu,)


class Name:
    """A number that is not known yet, as text.

    Args:
        text: What computes it.
        is_g: Whether it is ±g, or 0 where that is not chosen: NaN where g is.
    """

    def __init__(self, text: str, is_g: bool = False) -> None:
        self.text, self.is_g = text, is_g

    def __neg__(self) -> Name:
        return Name(f"(-{self.text})", self.is_g)

    def __mul__(self, other: Name) -> Name:
        return Name(f"({self.text} * {other.text})")

    def __truediv__(self, other: Name) -> Name:
        return Name(f"({self.text} / {other.text})")

    @staticmethod
    def _apply(rule: Any, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Name:  # noqa: ARG004 - they have none
        texts = [x.text if isinstance(x, Name) else repr(x) for x in inputs]
        written = {arithmetic.greater: "({} > {})", arithmetic.where: "({1} if {0} else {2})"}
        return Name(written[rule].format(*texts), inputs[1:] == (G, 0.0))


G = Name("g", is_g=True)


def _step(rule: Any, parents: int, second: str, flow: str, keep: bool) -> list[str]:
    """The lines of an operation: they hand on the share of the first input, or those of both, and go on to the next."""
    names = [G, *map(Name, ("node._raw", "first._raw", second))]
    shares = [vjp(*names[: 2 + rule.arity]) for vjp in rule.vjps[:parents]]
    computed = [f"s{i} = {share.text}" for i, share in enumerate(shares) if share is not G]
    # One that is not g may be NaN for 0 · ∞, which is not always meant.
    asked = [f"s{i} == s{i}" for i, share in enumerate(shares) if not share.is_g]
    lines = []
    for i, (parent, share) in enumerate(zip(("first", "second"), shares, strict=False)):
        if share is G:  # the same number, and no new one, in all that a sum is made of
            lines += [f"flow = {parent}._flow", f"{parent}._flow = g if flow is unreached else flow + g"]
        else:
            lines.append(f"{parent}._flow += s{i}")
    lines += ["node._grad = g", f"node._flow = {flow}"] if keep else []
    lines.append("continue")
    return [*computed, *([f"if {' and '.join(asked)}:", *_indented(lines)] if asked else lines)]


def _steps(rules: tuple[Any, ...], parents: int, second: str, flow: str, keep: bool) -> list[str]:
    lines: list[str] = []
    for rule in rules:
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
    rules = {rule.name: rule for rule in (*_OPERATIONS, *_FUNCTIONS)}
    of_two = _steps(_OPERATIONS, 2, "second._raw", "PAIR", keep)
    of_one = _steps(_OPERATIONS, 1, "second", "LONE", keep)
    of_itself = _steps(_FUNCTIONS, 1, "", "LONE", keep)
    # The product, which comes later in the list, takes the gradients of its sums together.
    of_sum = ["if first._flow is unreached:", "    first._flow = first.no_gradients()", "first._flow[second] = g"]
    of_sum += ["node._grad = g", "node._flow = LONE", "continue"]
    text = f"""
def steps(nodes, value, unreached, leaves, {", ".join(rules)}, PAIR, LONE, ALONE, CONSTANT, Product):
    for node in nodes:
        g = node._flow
        if g is unreached:
            continue
        rule = node.rule
        first = node._first
        second = node._second
        kind = second.__class__
        try:
            if first.__class__ is value:
                if kind is value:
{chr(10).join(_indented(of_two, 20))}
                elif kind is float:
{chr(10).join(_indented(of_one, 20))}
                elif second is ALONE:
{chr(10).join(_indented(of_itself, 20))}
            elif first.__class__ is Product and {keep}:
{chr(10).join(_indented(of_sum, 16))}
        except FLOAT_EXCEPTIONS:
            pass
        if second is CONSTANT:
            continue
        if rule is None:
            leaves.append(node)
        else:
            {"node._grad = g" if keep else ""}
            yield node
"""
    found: dict[str, Any] = {"FLOAT_EXCEPTIONS": FLOAT_EXCEPTIONS}
    exec(text, found)
    return partial(found["steps"], **rules, PAIR=PAIR, LONE=LONE, ALONE=ALONE, CONSTANT=CONSTANT, Product=Product)
