"""Numbers that leave a graph and come back into it as constants, which a program made from the graph cannot follow.

A detached node has no link to what it came from: such a link would keep every graph alive that a training loop has cut
off, ``state = state.detach()``. All it has is a mark, `CUT`. A comparison, or another function without slopes, gives
plain numbers, which bear no mark; so the node that was looked at does, in `LOOKED_AT`. Both cost nothing where they are
not asked for: a mark takes no memory of its own, and a node is marked once, however often it is looked at. What a
detached node came from may be gone when that is looked at; so then all that there was at the time counts as looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import partial
from typing import Any
from weakref import ref

from autograd.graph.clock import CLOCK
from autograd.graph.hooks import current_tracer
from autograd.graph.node import Node
from autograd.graph.places import users_line

# What a leaf has for its attributes that was computed from nodes with a gradient, but without a record.
CUT: dict[str, Any] = {}

# How many nodes one look marks at most.
DEPTH = 1000

# When nodes were last looked at, by what, and the user's line, by the node's identity.
LOOKED_AT: dict[int, tuple[int, str, tuple[str, int], ref[Node]]] = {}

# When a detached node was last looked at, by what, and the user's line.
CUT_AND_LOOKED_AT: list[tuple[int, str, tuple[str, int]]] = []


def is_cut(inputs: Iterable[Any]) -> bool:
    """Whether what is computed from these without a record is cut off from a graph."""
    for x in inputs:  # noqa: SIM110 - a generator takes longer than most operations on numbers
        if isinstance(x, Node) and (x.requires_grad or x.attrs is CUT or x.rule is not None):
            return True
    return False


def look_at(what: str, *inputs: Any) -> None:
    """Note that ``what`` has given plain numbers that depend on those of the nodes among ``inputs``, and below them.

    The nodes themselves may not live on (``if x * x > 1``), so that those below are marked too, as far as `DEPTH` and
    as they are not marked yet: a loop that looks at every step goes through each node once.
    """
    now = CLOCK.now
    for x in inputs:
        if isinstance(x, Node):
            if x.rule is None and x.attrs is CUT:
                if current_tracer() is None:  # what is made from here on is later than the look
                    now = CLOCK.tick()
                CUT_AND_LOOKED_AT[:] = [(now - 1, what, users_line())]
            if (seen := LOOKED_AT.get(id(x))) is None or seen[0] != now:
                _mark(x, now, what)


def _mark(node: Node, now: int, what: str) -> None:
    line: tuple[str, int] | None = None
    pending, left = [node], DEPTH
    while pending and left:
        node = pending.pop()
        key = id(node)
        seen = LOOKED_AT.get(key)
        if (seen is not None and seen[0] == now) or not (node.requires_grad or node.attrs is CUT):
            continue
        line = line or users_line()
        LOOKED_AT[key] = now, what, line, ref(node, partial(_forget, key))
        left -= 1
        if node.rule is not None:
            pending += node.parents


def _forget(key: int, _: ref[Node]) -> None:
    LOOKED_AT.pop(key, None)


def frozen(order: Sequence[Node], inputs: Collection[Node]) -> tuple[Node, str, tuple[str, int] | None] | None:
    """A node of a graph whose numbers, or what hangs on them, would not follow the inputs.

    A look does not count where all of the graph was made before the data of some leaf changed, and the look came after;
    nor one at a leaf whose own data has changed since.

    Args:
        order: The graph, in topological order.
        inputs: The leaves that are to take on other numbers.

    Returns:
        The node, what was done, and the user's line where it is known; None if all follows.
    """
    depends, made = set(inputs), max([node.stamp for node in order if node.rule is not None], default=CLOCK.now)
    for node in [*inputs, *order]:  # an input may count by what was seen of it alone
        if node.rule is None:
            if node.attrs is CUT and node not in depends:
                return node, "was detached, or computed inside no_grad", None
            if node not in depends:
                continue
        elif depends.isdisjoint(node.parents):
            continue
        depends.add(node)
        seen = LOOKED_AT.get(id(node))
        if seen is not None and node.stamp <= seen[0] <= made:
            return node, f"was looked at by {seen[1]}", seen[2]
    for when, what, line in CUT_AND_LOOKED_AT:
        for node in inputs:
            if node.stamp <= when < made:
                return (
                    node,
                    f"may count in what was detached, or computed inside no_grad, and looked at by {what}",
                    line,
                )
    return None
