"""How a Value holds its inputs: one or two as they are, without a tuple for Python's collector to walk.

A graph of a million numbers is a million nodes; with a tuple in each of them the collector would look at two million
objects, and look through them again and again as the graph grows.
"""

from __future__ import annotations

from typing import Any

from autograd.graph.copying import Copying
from autograd.value.marks import ALONE, MANY, MIXED
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
        if second is MANY or second is MIXED:
            return self._first  # type: ignore[no-any-return]
        if self._first.__class__ is Product:
            return self._first.inputs_of(second)
        return (self._first,) if second is ALONE else (self._first, second)

    @inputs.setter
    def inputs(self, inputs: tuple[Any, ...]) -> None:
        self._first, self._second, self._flow = inputs, MIXED if inputs else MANY, None
