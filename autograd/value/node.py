"""How a Value holds its inputs: one or two as they are, without a tuple for Python's collector to walk.

A graph of a million numbers is a million nodes; with a tuple in each of them the collector would look at two million
objects, and look through them again and again as the graph grows. Nor has a node a place for what few of them have:
other arguments stand with the inputs, and a mark beside them says that no gradient flows. That is a seventh of it, and
the machine's memory is what large graphs wait for.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from autograd.graph.backward import is_watched
from autograd.graph.copying import Copying
from autograd.graph.node import NO_ATTRS, Node
from autograd.value import backward
from autograd.value.marks import CONSTANT, MANY, MIXED, Alone, Arguments, arguments
from autograd.value.product import Product


class ScalarNode(Copying):
    """A node whose one or two inputs stand in the node itself."""

    __slots__ = ("_first", "_flow", "_second")

    _first: Any
    _second: Any
    # While a backward pass is under way: the gradient so far; see `autograd.value.backward`. Else a mark, or anything.
    _flow: Any

    @property
    def inputs(self) -> tuple[Any, ...]:
        """What the primitive was given, in order, constants included."""
        second = self._second
        if second is MANY or second is MIXED or second is CONSTANT:
            return tuple(self._first)
        if self._first.__class__ is Product:
            return self._first.inputs_of(second)
        return (self._first,) if second.__class__ is Alone else (self._first, second)

    @inputs.setter
    def inputs(self, inputs: tuple[Any, ...]) -> None:
        self._hold(inputs, NO_ATTRS, True)

    @property
    def attrs(self) -> dict[str, Any]:
        """The primitive's other arguments."""
        second = self._second
        if second.__class__ is Alone:
            return second.attrs
        first = self._first
        return first.attrs if first.__class__ is Arguments else NO_ATTRS

    @attrs.setter
    def attrs(self, attrs: dict[str, Any]) -> None:
        self._hold(self.inputs, attrs, self.requires_grad)

    @property
    def requires_grad(self) -> bool:
        """Whether gradients flow to it."""
        return self._second is not CONSTANT

    @requires_grad.setter
    def requires_grad(self, requires_grad: bool) -> None:
        self._hold(self.inputs, self.attrs, requires_grad)

    def _hold(self, inputs: tuple[Any, ...], attrs: dict[str, Any], requires_grad: bool) -> None:
        """Set all three, in the way that any node may hold them."""
        self._first = inputs if attrs is NO_ATTRS else arguments(inputs, attrs)
        self._second = CONSTANT if not requires_grad else MIXED if inputs else MANY
        self._flow = None

    # What it looks like.

    def __format__(self, spec: str) -> str:
        return format(self._raw, spec) if spec else repr(self)

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self._raw!r}, grad={self._grad!r}{label})"

    # micrograd's names, for code that draws or sorts the graph itself.

    @property
    def _prev(self) -> set[Node]:
        """The inputs that are nodes."""
        return set(self.parents)

    @property
    def _op(self) -> str:
        """The symbol of what made it; empty for a leaf."""
        return self.rule.symbol if self.rule else ""

    # What the graph asks of each kind of node.

    def _fill_gradients(self, seed: Any, create_graph: bool) -> None:
        if create_graph or is_watched() or not backward.fill_gradients(self, seed):
            super()._fill_gradients(seed, create_graph)

    def _propagate(
        self, seed: Any, order: Sequence[Node], create_graph: bool, wanted: Collection[Node] | None
    ) -> dict[Node, Any]:
        found = None if create_graph or is_watched() else backward.propagate(self, seed, order, wanted)
        return super()._propagate(seed, order, create_graph, wanted) if found is None else found

    def _unbroadcast(self, share: Any) -> Any:
        return share if share.__class__ is float or isinstance(share, ScalarNode) else float(share)

    @staticmethod
    def _accumulate(gradients: dict[Any, Any]) -> None:
        for node, gradient in gradients.items():
            if gradient is None:
                continue
            if node.rule is not None:
                # A node in between that held the record of its gradient, which holds the node, could not be freed.
                node._grad = gradient._raw if isinstance(gradient, ScalarNode) else gradient
            else:
                node._grad = gradient if node._grad is None else node._grad + gradient
