"""From a graph to instructions: every node becomes one, and the rule book's derivatives run on places of the list."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from autograd.errors import GraphError
from autograd.graph.node import Node, describe
from autograd.graph.order import topological_order
from autograd.program.builder import Builder, Operand, attribute_names
from autograd.program.identities import taken
from autograd.value.value import Value


@contextmanager
def no_collection() -> Iterator[None]:
    """Keep the garbage collector from walking a list while it grows: that would take as long as the recording."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def record(builder: Builder, roots: Sequence[Node], inputs: Sequence[Node]) -> list[int]:
    """Add the graph below ``roots`` to a list of instructions.

    Args:
        builder: Where to.
        roots: Whose places are wanted.
        inputs: The leaves that become inputs, in order; other leaves become constants, with the number they hold now.

    Returns:
        The places of the roots.

    Raises:
        GraphError: An input is no leaf, or is given twice.
        TypeError: The graph has an operation that works on arrays only.
    """
    places: dict[Node, int] = {}
    for node in inputs:
        if node.rule is not None:
            raise GraphError(
                f"{describe(node)} was computed; a program's inputs are leaves, from which the rest is computed"
            )
        if node in places:
            raise GraphError(f"{describe(node)} is given twice; each input of a program has one place")
        places[node] = builder.input().index
    constant, apply = builder.constant, builder.apply
    for node in topological_order(*roots):
        if node in places:
            continue
        rule = node.rule
        if rule is None:
            places[node] = constant(node._raw, data=type(node) is Value)
            continue
        if rule.scalar is None:
            raise TypeError(f"{rule.name} works on arrays, and this program is one of single numbers")
        operands = [places[x] if isinstance(x, Node) else constant(x, data=True) for x in node.inputs]
        if node.attrs:
            operands += [constant(node.attrs[name]) for name in attribute_names(rule)]
        places[node] = apply(rule, tuple(operands))
    return [places[root] for root in roots]


def differentiate(builder: Builder, root: int, wrt: Sequence[int], seed: int | None = None) -> list[int]:
    """Add the backward pass from one instruction to the list: the chain rule, as in `backward.propagate`.

    Args:
        builder: The list; it grows.
        root: The instruction to differentiate.
        wrt: For which places; inputs, or any others.
        seed: The place of the upstream gradient; by default the constant 1.

    Returns:
        The places of the gradients, one for each of ``wrt``; of a constant 0 where ``root`` does not depend on it.
    """
    needed = _depending_on(builder, wrt, root)
    shares: dict[int, list[int]] = {root: [builder.constant(1.0) if seed is None else seed]}
    kept: dict[int, int] = {}
    wanted = frozenset(wrt)
    below_choice: set[int] = set()
    for place in range(root, -1, -1):
        found = shares.pop(place, None)
        if found is None or not needed[place]:
            continue
        g = builder.total(found)
        if place in wanted:
            kept[place] = g
        rule = builder.rules[place]
        if rule is None:
            continue
        operands, attrs = builder.attributes(place)
        pull, vjps = rule.derivatives["node"]
        arguments = [Operand(builder, g), Operand(builder, place), *(_operand(builder, i) for i in operands)]
        pulled: Any = None if pull is None else pull(*arguments, **attrs)
        chosen = rule.selects or place in below_choice
        for position, parent in enumerate(operands):
            if not needed[parent]:
                continue
            if pulled is not None:
                share = builder.place(pulled[position])
            elif (vjp := vjps[position]) is not None:
                share = builder.place(vjp(*arguments, **attrs))
            else:
                continue
            if chosen:
                below_choice.add(parent)
                if rule.elementwise and not rule.selects:
                    share = builder.apply(taken, (share, g))
            shares.setdefault(parent, []).append(share)
    return [kept[place] if place in kept else builder.constant(0.0) for place in wrt]


def _operand(builder: Builder, place: int) -> Any:
    return Operand(builder, place)


def _depending_on(builder: Builder, wrt: Iterable[int], root: int) -> list[bool]:
    """For each place up to the root, whether it depends on one of ``wrt``."""
    needed = [False] * (root + 1)
    for place in wrt:
        if place <= root:
            needed[place] = True
    for place, operands in enumerate(builder.operands[: root + 1]):
        if operands and not needed[place]:
            needed[place] = any(map(needed.__getitem__, operands))
    return needed
