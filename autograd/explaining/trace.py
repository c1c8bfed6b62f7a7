"""The backward pass as a list of events, in the engine's own order and with the engine's own numbers.

The engine is asked to report each share that it hands on (``observe`` of `autograd.graph.backward.propagate`); nothing
is computed a second way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

from autograd.arguments import checked
from autograd.explaining.formula import Formula
from autograd.explaining.names import amount, derivatives_of, forward_of, node_names, result
from autograd.explaining.notation import WIDTH, wrapped
from autograd.graph.backward import propagate
from autograd.graph.node import Node
from autograd.graph.order import topological_order
from autograd.rules.primitive import Primitive
from autograd.terminal import printable

MOST_LINES = 200


@dataclass(frozen=True)
class Flow:
    """What one node hands to one of its inputs.

    Attributes:
        node: The node.
        position: Which input.
        parent: That input.
        local: ∂node/∂parent along this edge, for scalars; None for arrays, where it would be a matrix.
        contribution: upstream · local, or for arrays the rule's product of the two.
        total: The parent's gradient so far, this contribution included.
    """

    node: Node
    position: int
    parent: Node
    local: float | None
    contribution: Any
    total: Any


@dataclass(frozen=True)
class Event:
    """The backward pass at one node: its gradient is complete, and is handed on.

    Attributes:
        step: Its place in the backward pass, from 0.
        node: The node.
        name: What the trace calls it.
        upstream: ∂L/∂node: a float, or an array.
        flows: What each input receives; empty at a leaf.
    """

    step: int
    node: Node
    name: str
    upstream: Any
    flows: tuple[Flow, ...]

    @property
    def rule(self) -> Primitive | None:
        """The primitive that made the node; None for a leaf."""
        return self.node.rule


class Trace(Sequence[Event]):
    """The events of one backward pass; prints as a table.

    Attributes:
        order: The graph's nodes in topological order.
        names: What each node is called.
        gradients: The gradient of each node that was reached.
    """

    def __init__(
        self, events: Sequence[Event], order: Sequence[Node], names: dict[Node, str], gradients: dict[Node, Any]
    ) -> None:
        self._events = tuple(events)
        self.order = tuple(order)
        self.names = names
        self.gradients = gradients

    @overload
    def __getitem__(self, index: int) -> Event: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Event]: ...

    def __getitem__(self, index: int | slice) -> Event | Sequence[Event]:
        return self._events[index]

    def __len__(self) -> int:
        return len(self._events)

    def __iter__(self) -> Iterator[Event]:
        return iter(self._events)

    def flows(self) -> Iterator[Flow]:
        """Every flow of the pass, in order."""
        for event in self._events:
            yield from event.flows

    def table(self, limit: int | None = None) -> str:
        """The events as a table of text, one line for each flow; as a list where a table is wider than 80 columns.

        Args:
            limit: The number of lines at most; None for all.
        """
        heads = ("#", "node", "", "upstream", "to", "local derivative", "contribution", "running sum")
        rows = []
        for event in self._events:
            rows += self._rows(event)
            if limit is not None and len(rows) > limit:
                break
        shown = rows[:limit]
        widths = [max(map(len, column)) for column in zip(heads, *shown, strict=True)]
        if sum(widths) + 2 * (len(widths) - 1) > WIDTH:
            lines = list(_narrow(shown, self.order[-1].kind == "scalar"))
        else:
            lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in (heads, *shown)]
            lines.insert(1, "  ".join("─" * width for width in widths))
        if len(rows) > len(shown):
            lines.append(f"… cut after {limit} lines of {len(self)} events; .table() shows all")
        return "\n".join(lines)

    def _rows(self, event: Event) -> list[tuple[str, ...]]:
        made = "leaf" if event.rule is None else f"= {forward_of(event.node, self.names).text}"
        start = (str(event.step), event.name, _cut(made), amount(event.upstream))
        if not event.flows:
            return [(*start, "", "", "", "")]
        formulas = derivatives_of(event.node, self.names)
        return [
            (
                *(start if i == 0 else ("", "", "", "")),
                self.names[flow.parent],
                _with_value(formulas[flow.position], flow.local),
                amount(flow.contribution),
                amount(flow.total),
            )
            for i, flow in enumerate(event.flows)
        ]

    def __str__(self) -> str:
        return printable(self.table(MOST_LINES))

    def __repr__(self) -> str:
        return str(self)


def _narrow(rows: Iterable[tuple[str, ...]], numbers: bool) -> Iterator[str]:
    """The rows of a table one below the other: a line for each node, and below it what goes to each input."""
    for step, node, made, upstream, to, local, contribution, total in rows:
        if step:
            yield from wrapped(f"{step.ljust(4)}{node} {made.removeprefix('leaf')}".rstrip() + f": g = {upstream}")
        if to:
            so_far = "" if total == contribution else f"; running sum {total}"
            told = f"local derivative {local}, contribution {contribution}" if numbers else f"{local} = {contribution}"
            yield from wrapped(f"      to {to}: {told}{so_far}")


def _cut(text: str, longest: int = 48) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _with_value(formula: Formula | None, value: float | None) -> str:
    written = "?" if formula is None else formula.text
    if value is None or written == amount(value):
        return _cut(written)
    return f"{_cut(written)} = {amount(value)}"


def local_derivatives(node: Node) -> tuple[float | None, ...]:
    """∂node/∂input for each input of a scalar node: the engine's own pass over this one node, from g = 1.

    None for an input that needs no gradient or has no derivative.

    Example:
        >>> from autograd import Value
        >>> a = Value(3.0)
        >>> local_derivatives(a * a), local_derivatives(a * 2)
        ((3.0, 3.0), (2.0, None))
    """
    found: list[float | None] = [None] * len(node.inputs)

    def observe(child: Node, position: int, share: Any, _: Any) -> None:
        if child is node:
            found[position] = share

    if node.rule is not None and node.requires_grad:
        parents = dict.fromkeys(x for x in node.inputs if isinstance(x, Node))
        propagate(node, 1.0, [*parents, node], create_graph=False, observe=observe)
    return tuple(found)


@checked
def trace_backward(output: Node, gradient: Any = None, *, names: Mapping[str, Any] | None = None) -> Trace:
    """The backward pass from ``output``, event by event; every ``.grad`` is left alone.

    One event for each node that the gradient reaches, in the order in which the engine visits them. At that moment the
    node's gradient ∂L/∂node is complete; the event lists what each input receives of it.

    Args:
        output: The node to differentiate.
        gradient: The upstream gradient where ``output`` is not a single number.
        names: What nodes without a label are called, by name: ``names=locals()`` takes the variables' names.

    Returns:
        A sequence of `Event`; prints as a table.

    Raises:
        GraphError: ``output`` depends on nothing that needs a gradient, or data in the graph has changed since.
        ShapeError: ``gradient`` is missing or of another shape.

    Example:
        >>> from autograd import Value
        >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
        >>> for event in trace_backward(a * b + a):
        ...     print(event.name, event.upstream, [(f.local, f.contribution, f.total) for f in event.flows])
        L 1.0 [(1.0, 1.0, 1.0), (1.0, 1.0, 1.0)]
        v1 1.0 [(-3.0, -3.0, -2.0), (2.0, 2.0, 2.0)]
        b 2.0 []
        a -2.0 []
        >>> print(trace_backward(a * b))
        #  node  upstream  ...
    """
    order = topological_order(result(output, "trace_backward"))
    reported: dict[Node, list[tuple[int, Any, Any]]] = {}

    def observe(node: Node, position: int, share: Any, total: Any) -> None:
        reported.setdefault(node, []).append((position, share, total))

    found = propagate(output, output._seed(gradient, False), order, create_graph=False, observe=observe)
    called = node_names(order, names)
    events: list[Event] = []
    for node in reversed(order):
        if found.get(node) is None:
            continue
        handed = reported.get(node, ())
        local = local_derivatives(node) if handed and node.kind == "scalar" else (None,) * len(node.inputs)
        flows = [
            Flow(node, position, node.inputs[position], local[position], share, total)
            for position, share, total in handed
        ]
        events.append(Event(len(events), node, called[node], found[node], tuple(flows)))
    return Trace(events, order, called, {event.node: event.upstream for event in events})
