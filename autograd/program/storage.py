"""Where an array program keeps what it computes: buffers made once, shared by arrays that are not needed together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.graph import Node
from autograd.program.tape import Tape
from autograd.rules import shaping

ALIGNMENT = 64

# Their results share memory with their first input wherever NumPy can do so.
VIEWS = (shaping.reshape, shaping.transpose, shaping.broadcast_to, shaping.getitem)


class Storage:
    """Which memory each result of a program is written to.

    Args:
        tape: The program.
        order: The places of its operations, in the order in which they run.
        planned: Whether an operation can write into memory that it is given.
        in_place: Whether it may write over its own input at that place.

    Attributes:
        arrays: What is there before any call: constants, buffers, and views of both.
        targets: For an update that is computed right into its leaf: the leaf's place, by the operation's.
        copies: The updates that are copied at the end instead.
        size: Bytes of all buffers and constants.
    """

    def __init__(
        self,
        tape: Tape,
        order: Sequence[int],
        planned: Callable[[int], bool],
        in_place: Callable[[int, int], bool],
    ) -> None:
        self._tape = tape
        self.arrays = dict(tape.constants)
        self.targets: dict[int, int] = {}
        self.copies: list[tuple[Node, int]] = []
        self._blocks: list[NDArray[Any]] = []
        self._free: list[int] = []
        self._base: dict[int, int] = {}
        self._block_of: dict[int, int] = {}
        self._last = self._last_uses(order)
        self._aim_updates(order, in_place)
        outputs = {self.root(place) for place in tape.outputs}
        for number, place in enumerate(order):
            entry = tape.entries[place]
            if self.is_view(place):
                if entry.inputs[0] in self.arrays:
                    self._try_view(place)
                continue
            if place in outputs or place in self.targets or entry.is_number or not planned(place):
                self._release(number)
                continue
            donor = next((x for x in entry.inputs if self._may_take_over(place, x, number, in_place)), None)
            block = self._take(entry.nbytes) if donor is None else self._block_of.pop(donor)
            self._block_of[place] = block
            memory = self._blocks[block][: entry.nbytes]
            self.arrays[place] = np.ndarray(entry.shape, entry.dtype, memory)
            self._release(number)
        self.size = sum(block.nbytes for block in self._blocks) + sum(
            x.nbytes for x in tape.constants.values() if isinstance(x, np.ndarray)
        )

    def is_view(self, place: int) -> bool:
        """Whether the result may share memory with its input."""
        entry = self._tape.entries[place]
        if entry.rule is shaping.getitem:
            return shaping.is_basic(entry.attrs["index"])
        return entry.rule in VIEWS

    def root(self, place: int) -> int:
        """The operation whose memory a view of a view shows."""
        while self._tape.entries[place].rule is not None and self.is_view(place):
            place = self._tape.entries[place].inputs[0]
        return place

    def _last_uses(self, order: Sequence[int]) -> dict[int, int]:
        """When each operation's memory is read for the last time; results and updates are read at the end."""
        last: dict[int, int] = {}
        for number, place in enumerate(order):
            last.setdefault(self.root(place), number)
            for x in self._tape.entries[place].inputs:
                last[self.root(x)] = number
        for place in (*self._tape.outputs, *(place for _, place in self._tape.updates)):
            last[self.root(place)] = len(order)
        return last

    def _aim_updates(self, order: Sequence[int], in_place: Callable[[int, int], bool]) -> None:
        """Let an update be computed right into its leaf where nothing reads the leaf's old data later."""
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
                and not entry.is_number
                and entry.shape == self._tape.entries[source].shape
                and entry.dtype == self._tape.entries[source].dtype
                and self._last.get(source, -1) <= where[place]
                and (source not in entry.inputs or in_place(place, source))
                and all(self.root(x) != source or x == source for x in entry.inputs)
            )
            if fits and source is not None:
                self.targets[place] = source
            else:
                self.copies.append((leaf, place))

    def _try_view(self, place: int) -> None:
        entry = self._tape.entries[place]
        source = self.arrays[entry.inputs[0]]
        if entry.rule is None or not isinstance(source, np.ndarray):
            return
        view = entry.rule.array(source, **entry.attrs)
        if np.may_share_memory(view, source):
            self.arrays[place] = view

    def _may_take_over(self, place: int, x: int, number: int, in_place: Callable[[int, int], bool]) -> bool:
        entry, other = self._tape.entries[place], self._tape.entries[x]
        return (
            x in self._block_of
            and self._last[x] == number
            and other.shape == entry.shape
            and other.dtype == entry.dtype
            and all(self.root(y) != x or y == x for y in entry.inputs)
            and in_place(place, x)
        )

    def _take(self, nbytes: int) -> int:
        fitting = [i for i in self._free if nbytes <= self._blocks[i].nbytes <= 2 * nbytes + 4096]
        if fitting:
            block = min(fitting, key=lambda i: self._blocks[i].nbytes)
            self._free.remove(block)
            return block
        memory = np.empty(nbytes + ALIGNMENT, np.uint8)
        offset = -memory.ctypes.data % ALIGNMENT
        self._blocks.append(memory[offset : offset + nbytes])
        return len(self._blocks) - 1

    def _release(self, number: int) -> None:
        done: Iterable[int] = [place for place in self._block_of if self._last[place] <= number]
        for place in done:
            self._free.append(self._block_of.pop(place))
