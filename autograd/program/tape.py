"""The tape: what a program computes, as one list of primitives and the places of their operands. Plain data.

Operands come before those who use them, and equal entries are one. An entry is a number (a Python float, which takes on
the precision of what it meets) or an array of a known shape and dtype. What is folded and simplified on the way into
the list is decided in `simplify`; how it is run, in `numbers` and `arrays`.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Mapping
from functools import wraps
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np

from autograd.arguments import AnyCallable
from autograd.graph.node import NO_ATTRS, Node
from autograd.rules.primitive import Primitive


def uncollected(function: AnyCallable) -> AnyCallable:
    """Keep the garbage collector from walking a tape while it grows: that would take as long as the tracing.

    The collector is on again whenever Ctrl-C comes, as soon as between a call that turns it off and what follows.
    """

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        enabled = gc.isenabled()
        try:
            gc.disable()
            return function(*args, **kwargs)
        finally:
            if enabled:
                gc.enable()

    return run  # type: ignore[return-value]


class Entry(NamedTuple):
    """One number or array that a program is given, holds or computes.

    Attributes:
        rule: What computes it; None for what comes from outside and for constants.
        inputs: The places of the operands.
        attrs: The primitive's other arguments.
        shape: Of the result.
        dtype: Of the result; None for a number.
    """

    rule: Primitive | None
    inputs: tuple[int, ...] = ()
    attrs: Mapping[str, Any] = NO_ATTRS
    shape: tuple[int, ...] = ()
    dtype: np.dtype[Any] | None = None

    @property
    def is_number(self) -> bool:
        """Whether it is a Python number."""
        return self.dtype is None

    @property
    def nbytes(self) -> int:
        """The size of the array."""
        return 0 if self.dtype is None else self.dtype.itemsize * math.prod(self.shape)


class Tape:
    """The list.

    Attributes:
        entries: What there is at each place.
        constants: The numbers and arrays that are known beforehand, by place.
        data: The constants that came with the user's graph of numbers. Their value decides nothing: where one of many
            entries is 1, the product with it stays, since equal work for all runs faster than less work for some.
        arguments: The places that are given at each call, in order.
        captured: The leaves from outside that are read at each call, by place.
        sources: What is called at each call, by place.
        outputs: The places of the results, in order.
        updates: The leaves that are set at the end of each call, each with the place of its new data.
    """

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.constants: dict[int, Any] = {}
        self.data: set[int] = set()
        self.arguments: list[int] = []
        self.captured: dict[int, Node] = {}
        self.sources: dict[int, Callable[[], Any]] = {}
        self.outputs: list[int] = []
        self.updates: list[tuple[Node, int]] = []
        self.places: dict[Any, int] = {}

    def append(self, entry: Entry) -> int:
        """The place of a new entry."""
        self.entries.append(entry)
        return len(self.entries) - 1

    def argument(self, data: Any = 0.0) -> int:
        """A place for what is given at each call; ``data`` shows its kind."""
        self.arguments.append(self.append(_like(data)))
        return self.arguments[-1]

    def capture(self, leaf: Node) -> int:
        """A place for a leaf that is read at each call."""
        place = self.append(_like(leaf._raw))
        self.captured[place] = leaf
        return place

    def source(self, source: Callable[[], Any], data: Any) -> int:
        """A place for what ``source()`` gives at each call."""
        place = self.append(_like(data))
        self.sources[place] = source
        return place

    def constant(self, number: Any, data: bool = False) -> int:
        """A place for a number or an array that stays as it is now; equal ones share it, +0 and −0 are two.

        Args:
            number: The number or array.
            data: Whether it goes into `data`.
        """
        kind = number.__class__
        if kind is float:
            key: Any = (number, math.copysign(1.0, number), data) if number == number else (data,)
        elif isinstance(number, np.ndarray | np.generic):
            number = np.array(number, order="C")
            key = content(number)
        else:
            key = (kind, number)
        place = self.places.get(key)
        if place is None:
            place = self.places[key] = self.append(_like(number))
            self.constants[place] = number
            if data:
                self.data.add(place)
        return place

    def find(self, rule: Primitive, inputs: tuple[int, ...]) -> int | None:
        """Where a primitive without attributes is applied to what is at these places, if it is."""
        return self.places.get((rule, inputs))

    def is_constant(self, place: int, number: float) -> bool:
        """Whether a place holds that number as a constant; +0 and −0 are two."""
        found = self.constants.get(place)
        return (
            found is not None
            and not isinstance(found, np.ndarray | complex)
            and bool(found == number)
            and math.copysign(1.0, found) == math.copysign(1.0, number)
        )

    def needed(self) -> list[int]:
        """The places of the operations that results or updates depend on, in order."""
        wanted = {*self.outputs, *(place for _, place in self.updates)}
        for place in range(len(self.entries) - 1, -1, -1):
            if place in wanted:
                wanted.update(self.entries[place].inputs)
        return [place for place in sorted(wanted) if self.entries[place].rule is not None]

    @property
    def has_arrays(self) -> bool:
        """Whether an array goes in, is read, comes out, or is needed on the way."""
        ends = (*self.arguments, *self.sources, *self.captured, *self.outputs, *(place for _, place in self.updates))
        of_arrays = {place for place, entry in enumerate(self.entries) if entry.dtype is not None}
        return bool(of_arrays) and (
            not of_arrays.isdisjoint(ends)
            or any(not of_arrays.isdisjoint((place, *self.entries[place].inputs)) for place in self.needed())
        )


def _like(data: Any) -> Entry:
    """What is not computed, of the kind of ``data``."""
    return Entry(None, (), NO_ATTRS, np.shape(data), data.dtype) if isinstance(data, np.ndarray) else Entry(None)


def content(value: Any) -> Any:
    """An attribute's value, or an array, as something that can be looked up: equal to the bit, and of one type."""
    if isinstance(value, np.ndarray):
        plain = np.ascontiguousarray(value)
        # Of the array itself: a contiguous one has an axis even where it has none.
        return (value.shape, plain.dtype.str, blake2b(plain.reshape(-1).view(np.uint8).data).digest())
    if isinstance(value, Mapping):
        return tuple((name, content(value[name])) for name in sorted(value))
    if isinstance(value, tuple | list):
        return (type(value), *map(content, value))
    if isinstance(value, slice):
        return (slice, value.start, value.stop, value.step)
    if isinstance(value, float):
        return (float, value.hex())
    try:
        hash(value)
    except TypeError:
        return (type(value), id(value))
    return (type(value), value)
