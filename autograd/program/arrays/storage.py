"""Where an array program keeps what it computes: buffers made once, shared by arrays that are not needed together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.graph.node import Node
from autograd.program.tape import Tape
from autograd.rules import shaping
from autograd.rules.memory import aligned
from autograd.rules.shapes import is_basic

# Their results share memory with their first input wherever NumPy can do so.
VIEWS = (shaping.reshape, shaping.transpose, shaping.broadcast_to, shaping.getitem)


def is_view(tape: Tape, place: int) -> bool:
    """Whether the result of an operation may share memory with its input."""
    entry = tape.entries[place]
    if entry.rule is shaping.getitem:
        return is_basic(entry.attrs["index"])
    return entry.rule in VIEWS


def root_of(tape: Tape, place: int) -> int:
    """The operation whose memory a view of a view shows."""
    while is_view(tape, place):
        place = tape.entries[place].inputs[0]
    return place


class Storage:
    """Which memory each result of a program is written to.

    Args:
        tape: The program.
        groups: The places of its operations, in the order in which they run; those of a group run together, entry by
            entry.
        planned: Whether an operation can write into memory that it is given.
        in_place: Whether the operation at a place may write over its input at another.
        inputs: What the operation at a place reads.

    Attributes:
        arrays: What is there before any call: constants, buffers, and views of both.
        targets: For an update that is computed right into its leaf: the leaf's place, by the operation's.
        copies: The updates that are copied at the end instead.
        size: Bytes of all buffers and constants.
    """

    def __init__(
        self,
        tape: Tape,
        groups: Sequence[Sequence[int]],
        planned: Callable[[int], bool],
        in_place: Callable[[int, int], bool],
        inputs: Callable[[int], tuple[int, ...]],
    ) -> None:
        self._tape = tape
        self._inputs = inputs
        self._in_place = in_place
        self.arrays = dict(tape.constants)
        self.targets: dict[int, int] = {}
        self.copies: list[tuple[Node, int]] = []
        self._blocks: list[NDArray[Any]] = []
        self._free: list[int] = []
        self._block_of: dict[int, int] = {}
        order = [place for group in groups for place in group]
        self._last = self._last_uses(order)
        self._aim_updates(order)
        # Results are the caller's own; a single number is handed out as a Python one, and may come from a buffer.
        outputs = {self.root(place) for place in tape.outputs if tape.entries[place].shape}
        number = 0
        for group in groups:
            first, read = number, list[int]()  # what runs together reads, the last operation first
            for place in group:
                read = [*self._inputs(place), *read]
                if self.is_view(place):
                    self._try_view(place)
                elif planned(place) and not (place in outputs or place in self.targets):
                    self._plan(place, read, range(first, number + 1))
                number += 1
            self._release(number - 1)
        self.size = sum(block.nbytes for block in self._blocks) + sum(
            x.nbytes for x in tape.constants.values() if isinstance(x, np.ndarray)
        )

    def is_view(self, place: int) -> bool:
        """Whether the result may share memory with its input."""
        return is_view(self._tape, place)

    def root(self, place: int) -> int:
        """The operation whose memory a view of a view shows."""
        return root_of(self._tape, place)

    def _last_uses(self, order: Sequence[int]) -> dict[int, int]:
        """When each operation's memory is read for the last time; results and updates are read at the end."""
        last: dict[int, int] = {}
        for number, place in enumerate(order):
            last.setdefault(self.root(place), number)
            for x in self._inputs(place):
                last[self.root(x)] = number
        for place in (*self._tape.outputs, *(place for _, place in self._tape.updates)):
            last[self.root(place)] = len(order)
        return last

    def _aim_updates(self, order: Sequence[int]) -> None:
        """Let an update be computed right into its leaf where nothing reads the leaf's old data later.

        An argument of the leaf's shape and type may be the leaf's own array, ``f(W.data)``.
        """
        where = {place: number for number, place in enumerate(order)}
        leaf_places = {id(leaf): place for place, leaf in self._tape.captured.items()}
        kept = {self.root(place) for place in self._tape.outputs}
        for leaf, place in self._tape.updates:
            entry = self._tape.entries[place]
            source = leaf_places.get(id(leaf))
            fits = (
                source is not None
                and place in where
                and place not in self.targets
                and place not in kept
                and not self.is_view(place)
                and not entry.is_number
                and entry.shape == self._tape.entries[source].shape
                and entry.dtype == self._tape.entries[source].dtype
                and all(self._may_write_over(x, place, where[place]) for x in (source, *self._alike(source)))
            )
            if fits and source is not None:
                self.targets[place] = source
            else:
                self.copies.append((leaf, place))

    def _alike(self, source: int) -> list[int]:
        shape, dtype = self._tape.entries[source].shape, self._tape.entries[source].dtype
        entries = ((x, self._tape.entries[x]) for x in self._tape.arguments)
        return [x for x, entry in entries if entry.shape == shape and entry.dtype == dtype]

    def _may_write_over(self, x: int, place: int, number: int) -> bool:
        """Whether an operation's result may take the place of x, which nothing reads after it."""
        return (
            self._last.get(x, -1) <= number
            and (x not in self._inputs(place) or self._in_place(place, x))
            and all(self.root(y) != x or y == x for y in self._inputs(place))
        )

    def _try_view(self, place: int) -> None:
        entry = self._tape.entries[place]
        source = self.arrays.get(entry.inputs[0])
        if entry.rule is None or not isinstance(source, np.ndarray):
            return
        view = entry.rule.array(source, **entry.attrs)
        if np.may_share_memory(view, source):
            self.arrays[place] = view

    def _plan(self, place: int, read: Sequence[int], now: range) -> None:
        """Find memory for a result: that of an array which was read by what runs with it, if nothing reads it later."""
        entry = self._tape.entries[place]
        donor = next((x for x in read if self._may_take_over(place, x, read, now)), None)
        block = self._take(entry.nbytes) if donor is None else self._block_of.pop(donor)
        self._block_of[place] = block
        self.arrays[place] = np.ndarray(entry.shape, entry.dtype, self._blocks[block][: entry.nbytes])

    def _may_take_over(self, place: int, x: int, read: Sequence[int], now: range) -> bool:
        entry, other = self._tape.entries[place], self._tape.entries[x]
        return (
            x in self._block_of
            and self._last[x] in now
            and other.shape == entry.shape
            and other.dtype == entry.dtype
            and all(self.root(y) != x or y == x for y in read)
            and self._in_place(place, x)
        )

    def _take(self, nbytes: int) -> int:
        fitting = [i for i in self._free if nbytes <= self._blocks[i].nbytes <= 2 * nbytes + 4096]
        if fitting:
            block = min(fitting, key=lambda i: self._blocks[i].nbytes)
            self._free.remove(block)
            return block
        self._blocks.append(aligned(nbytes))
        return len(self._blocks) - 1

    def _release(self, number: int) -> None:
        for place in [place for place in self._block_of if self._last[place] <= number]:
            self._free.append(self._block_of.pop(place))
