"""A graph of arrays as one flat list: equal entries are one, constants are computed at once, and exact identities used.

The graph of a recording holds the backward passes too, since the rule book's derivatives were run on its nodes. An
entry of the list is a primitive and the places of its operands in the list; operands come before those who use them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.graph.node import Node
from autograd.graph.order import topological_order
from autograd.program.tape_identities import simpler
from autograd.rules.primitive import Primitive


@dataclass(frozen=True, slots=True)
class Entry:
    """One array, or one Python number, that a program holds or computes.

    Attributes:
        rule: What computes it; None for what comes from outside and for constants.
        inputs: The places of the operands.
        attrs: The primitive's other arguments.
        shape: Of the result.
        dtype: Of the result; None for a Python number, which takes on the precision of what it meets.
    """

    rule: Primitive | None
    inputs: tuple[int, ...]
    attrs: dict[str, Any]
    shape: tuple[int, ...]
    dtype: np.dtype[Any] | None

    @property
    def is_number(self) -> bool:
        """Whether it is a Python number."""
        return self.dtype is None

    @property
    def nbytes(self) -> int:
        """The size of the array."""
        return 0 if self.dtype is None else self.dtype.itemsize * int(np.prod(self.shape, dtype=np.int64))


class Tape:
    """The list.

    Attributes:
        entries: What there is at each place.
        constants: The numbers and arrays that are known beforehand, by place.
        arguments: The places that are given at each call, in order.
        captured: The leaves from outside that are read at each call, by place.
        sources: What is called at each call, by place.
        outputs: The places of the results, in order.
        updates: The leaves that are set at the end of each call, each with the place of its new data.
    """

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.constants: dict[int, Any] = {}
        self.arguments: list[int] = []
        self.captured: dict[int, Node] = {}
        self.sources: dict[int, Callable[[], Any]] = {}
        self.outputs: list[int] = []
        self.updates: list[tuple[Node, int]] = []
        self._places: dict[Any, int] = {}

    def argument(self, data: Any) -> int:
        """A place for what is given at each call; ``data`` shows its kind."""
        self.arguments.append(self._append(data))
        return self.arguments[-1]

    def capture(self, leaf: Node) -> int:
        """A place for a leaf that is read at each call."""
        place = self._append(leaf._raw)
        self.captured[place] = leaf
        return place

    def source(self, source: Callable[[], Any], data: Any) -> int:
        """A place for what ``source()`` gives at each call."""
        place = self._append(data)
        self.sources[place] = source
        return place

    def constant(self, data: Any) -> int:
        """A place for a number or an array that stays; equal numbers share one, and nodes with the same memory."""
        key: Any = (type(data), repr(data))
        if isinstance(data, np.ndarray):
            # Memory stays as it is while the list is made, since nodes hold it.
            where: Any = data.tobytes() if data.size <= 1 else data.__array_interface__["data"][0]
            key = ("array", data.shape, data.dtype.str, data.strides, where)
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = self._fixed(data.copy() if isinstance(data, np.ndarray) else data)
        return place

    def apply(self, rule: Primitive, inputs: tuple[int, ...], attrs: Mapping[str, Any], data: Any) -> int:
        """The place of ``rule`` applied to what is at these places, now or before; ``data`` has its shape and dtype."""
        place, rule, inputs = simpler(self, rule, inputs, attrs, np.shape(data), _dtype(data))
        if place is not None:
            return place
        key = (rule, inputs, _key(attrs))
        found = self._places.get(key)
        if found is None:
            if all(place in self.constants for place in inputs):
                found = self._fixed(self._folded(rule, [self.constants[i] for i in inputs], attrs, _dtype(data)))
            else:
                found = self._append(data, rule, inputs, dict(attrs))
            self._places[key] = found
        return found

    def _fixed(self, data: Any) -> int:
        place = self._append(data)
        self.constants[place] = data
        return place

    @staticmethod
    def _folded(rule: Primitive, values: Sequence[Any], attrs: Mapping[str, Any], dtype: Any) -> Any:
        if dtype is None:
            return float(rule.on_floats(values, dict(attrs)))
        with np.errstate(all="ignore"):
            return np.asarray(rule.array(*values, **attrs), dtype).copy()

    def _append(self, data: Any, rule: Primitive | None = None, inputs: tuple[int, ...] = (), attrs: Any = None) -> int:
        self.entries.append(Entry(rule, inputs, attrs or {}, np.shape(data), _dtype(data)))
        return len(self.entries) - 1

    def needed(self) -> list[int]:
        """The places of the operations that results or updates depend on, in order."""
        wanted = set(self.outputs) | {place for _, place in self.updates}
        for place in range(len(self.entries) - 1, -1, -1):
            if place in wanted:
                wanted.update(self.entries[place].inputs)
        return [place for place in sorted(wanted) if self.entries[place].rule is not None]


def record_graph(tape: Tape, roots: Sequence[Node], places: dict[Node, int], start: int) -> list[int]:
    """Add the graph below ``roots`` to a list.

    Args:
        tape: The list.
        roots: Whose places are wanted.
        places: Where the arguments and sources are; the rest is added.
        start: The clock's time when the recording began: leaves that are older came from outside.

    Returns:
        The places of the roots.
    """
    for node in topological_order(*roots):
        if node in places:
            continue
        if node.rule is None:
            places[node] = tape.capture(node) if node.stamp < start else tape.constant(node._raw)
            continue
        inputs = tuple(places[x] if isinstance(x, Node) else tape.constant(x) for x in node.inputs)
        places[node] = tape.apply(node.rule, inputs, node.attrs, node._raw)
    return [places[root] for root in roots]


def _dtype(data: Any) -> np.dtype[Any] | None:
    return data.dtype if isinstance(data, np.ndarray | np.generic) else None


def _key(value: Any) -> Any:
    """An attribute's value as something that can be looked up; arrays count as equal when they are the same object."""
    if isinstance(value, Mapping):
        return tuple((name, _key(value[name])) for name in sorted(value))
    if isinstance(value, tuple | list):
        return (type(value), *map(_key, value))
    if isinstance(value, slice):
        return (slice, value.start, value.stop, value.step)
    if isinstance(value, np.ndarray):
        return (np.ndarray, id(value))
    try:
        hash(value)
    except TypeError:
        return (type(value), id(value))
    return (type(value), value)
