"""In which order the steps run, and where their results are kept: equal steps side by side, so that loops can run them.

Steps whose operands are ready at the same time and that do the same make a *group*. Within it, lanes are put in an
order in which their operands are neighbours too, as far as possible: first by *kind* (the same function of the same
inputs, constants aside: one neuron for every sample of a batch), then by where the operands are. A group then mostly
is a nest of loops with strides; what is not stays a list of places.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

import numpy as np

from autograd.program.intrinsics import JOINT
from autograd.program.numbers.lower import SINGLE, Action, Listing
from autograd.program.numbers.strides import SHORTEST, Places, nests

# So many terms are added in whatever order is quickest; fewer, in the order in which they were written.
LONG = 8


@dataclass(frozen=True)
class Access:
    """How a loop reads: from ``base``, in steps of ``strides`` for its loops, and of ``along`` from term to term."""

    base: int
    strides: tuple[int, ...]
    along: int = 0


@dataclass(frozen=True)
class Run:
    """Terms of a sum with the same sign, at regular distances: ``count`` times ± a or ± a · b."""

    sign: str
    count: int
    reads: tuple[Access, ...]


@dataclass(frozen=True)
class Loop:
    """One action for many lanes, as a nest of loops; the results are neighbours, from place ``out`` on."""

    action: Action
    out: int
    lengths: tuple[int, ...]
    reads: tuple[Access, ...]
    runs: tuple[Run, ...] = ()


@dataclass(frozen=True)
class Scatter:
    """One action for lanes without order: ``columns`` is (operands, lanes), the place of each operand of each lane."""

    action: Action
    out: int
    columns: Sequence[Sequence[int]] | Places


@dataclass
class Plan:
    """A program in the order in which it runs.

    Memory is one array: the inputs, the steps' results, then the constants.

    Attributes:
        inputs: How many inputs.
        constants: The constants, the last of the array.
        size: The length of the array.
        units: The work.
        outputs: Where the results are.
    """

    inputs: int
    constants: np.ndarray[Any, np.dtype[np.float64]]
    size: int
    units: list[Loop | Scatter]
    outputs: Places


def schedule(listing: Listing) -> Plan:
    """Put the steps in order and give every number its place."""
    layout = _Layout(listing)
    for action, steps in _groups(listing):
        layout.add(action, steps)
    return layout.plan()


def _groups(listing: Listing) -> Iterator[tuple[Action, list[int]]]:
    """The steps that do the same and can run at the same time, each group after those it needs."""
    level = [0] * _length(listing)
    groups: dict[tuple[int, Action, int], list[int]] = {}
    steps = zip(listing.places, listing.actions, listing.operands, strict=True)
    for step, (place, action, operands) in enumerate(steps):
        level[place] = now = 1 + max(map(level.__getitem__, operands))
        if action in JOINT:
            for part in listing.parts[place]:
                level[part] = now
        groups.setdefault((now, action, len(operands)), []).append(step)
    for (_, action, _), members in sorted(groups.items(), key=lambda item: item[0][0]):
        yield action, members


def _length(listing: Listing) -> int:
    """One more than the last place."""
    return 1 + max(chain(listing.inputs, listing.numbers, listing.places, *listing.parts.values()), default=-1)


# Of the mixing step of a hash, as splitmix64 has it.
_ODD: Final = np.int64(-0x61C8864680B583EB)


class _Layout:
    """Where every number is kept, found group by group.

    What is known of a number stands in arrays, by its place on the tape. Python reads them one by one, and NumPy the
    same memory by the thousands.
    """

    def __init__(self, listing: Listing) -> None:
        self.listing = listing
        length = _length(listing)
        self.where, self.kinds = array("q", [-1]) * length, array("q", bytes(8 * length))
        self.wheres, self.all_kinds = (np.frombuffer(x, np.int64) for x in (self.where, self.kinds))
        self.wheres[listing.inputs] = np.arange(len(listing.inputs))
        self.all_kinds[listing.inputs] = -2 - np.arange(len(listing.inputs))
        self.numbers = np.zeros(length)
        self.is_number = np.zeros(length, bool)
        known = list(listing.numbers)
        self.numbers[known], self.is_number[known] = list(listing.numbers.values()), True
        self.units: list[Loop | Scatter] = []
        self.free = len(listing.inputs)
        self.first_constant = self.free + len(listing) + sum(map(len, listing.parts.values()))
        self.constants: list[float] = []
        self.rows: dict[bytes, int] = {}

    def plan(self) -> Plan:
        """The result, when all groups are in."""
        outputs = np.array([self._place(x) for x in self.listing.outputs], np.int64)
        constants = np.array(self.constants, np.float64)
        size = self.first_constant + len(constants)
        return Plan(len(self.listing.inputs), constants, size, self.units, outputs)

    def add(self, action: Action, steps: Sequence[int]) -> None:
        """The next group: find an order for its lanes, and places for its results."""
        listing = self.listing
        results: list[tuple[int, ...]] = [(listing.places[step],) for step in steps]
        if action in JOINT:
            results = [(place, *listing.parts[place]) for (place,) in results]
        operands = [listing.operands[step] for step in steps]
        lanes, width = len(steps), len(results[0])
        if lanes >= SHORTEST:
            self._add_lanes(action, np.array(operands, np.int64).T, np.array(results, np.int64).T)
        else:
            rows = [list(map(self._place, row)) for row in operands]
            if isinstance(action, str) and len(action) >= LONG:
                for lane, row in enumerate(rows):
                    self.units.extend(_loops(action, self.free + lane, np.array([row], np.int64).T))
            else:
                self.units.append(Scatter(action, self.free, list(zip(*rows, strict=True))))
            for lane, (read, places) in enumerate(zip(operands, results, strict=True)):
                kind = hash((action, *map(self.kinds.__getitem__, read)))
                for part, place in enumerate(places):
                    self.kinds[place] = hash((kind, part))
                    self.where[place] = self.free + part * lanes + lane
        self.free += lanes * width

    def _add_lanes(self, action: Action, operands: Places, results: Places) -> None:
        """The same for many lanes: (operands, lanes) of what they read, (parts, lanes) of what they compute."""
        kinds = _mixed(hash(action), self.all_kinds[operands])
        numbers: Any = self.is_number[operands]
        constant: Any = numbers.all(axis=1)
        # Constants have no place yet, and so no say in the order.
        columns = np.where(constant[:, np.newaxis], 0, np.maximum(self.wheres[operands], 0))
        order, period = _side_by_side(columns, kinds)
        operands, columns = operands[:, order], np.ascontiguousarray(columns[:, order])
        for i in np.flatnonzero(numbers.any(axis=1)).tolist():
            if constant[i] and (operands[i] != operands[i, 0]).any():
                columns[i] = self._row(self.numbers[operands[i]], period)
            else:  # one for all lanes, or constants for some, computed for others
                columns[i] = list(map(self._place, operands[i].tolist()))
        if action in JOINT:  # the second results of all lanes follow the first results of all lanes
            self.units.append(Scatter(action, self.free, columns))
        else:
            self.units.extend(_loops(action, self.free, columns))
        for part, places in enumerate(results):
            self.all_kinds[places] = _mixed(part, kinds[np.newaxis])
            self.wheres[places[order]] = self.free + part * len(order) + np.arange(len(order))

    def _place(self, x: int) -> int:
        """Where a number is; a constant that is met for the first time is given a place."""
        place = self.where[x]
        if place < 0:
            place = self.where[x] = self.first_constant + len(self.constants)
            self.constants.append(self.listing.numbers[x])
        return place

    def _row(self, values: np.ndarray[Any, np.dtype[np.float64]], period: int) -> Places:
        """Places for constants that lanes read one after the other: neighbours, whatever other copies there are."""
        table = values.reshape(-1, period)
        once = values[:period] if (table.view(np.int64) == table[:1].view(np.int64)).all() else values
        key = once.tobytes()
        start = self.rows.get(key)
        if start is None:
            start = self.rows[key] = self.first_constant + len(self.constants)
            self.constants.extend(once.tolist())
        places: Places = start + np.arange(len(values)) % len(once)
        return places


def _mixed(start: int, rows: Any) -> Any:
    """A hash of each column, (lanes,) of int64, for rows of them."""
    found = np.full(rows.shape[1], start, np.int64)
    for row in rows:
        found = (found ^ row) * _ODD
        found ^= found >> 29
    return found


def _side_by_side(columns: Places, kinds: Any) -> tuple[Any, int]:
    """The order of the lanes, and after how many of them the next kind begins (all, where the kinds differ in size).

    Kinds stand in the order of where their first lanes read, and the lanes of a kind by where they read.
    """
    varying = [column for column in columns if (column != column[0]).any()][:4]
    by_place = np.lexsort(varying[::-1]) if varying else np.arange(columns.shape[1])
    _, first, numbered, sizes = np.unique(kinds[by_place], return_index=True, return_inverse=True, return_counts=True)
    period = int(sizes[0]) if (sizes == sizes[0]).all() else len(kinds)
    return by_place[np.argsort(first[numbered], kind="stable")], period


def _loops(action: Action, out: int, columns: Places) -> list[Loop | Scatter]:
    found: list[Loop | Scatter] = []
    for start, stop, lengths, strides in nests(columns):
        part = columns[:, start:stop]
        if lengths is None or strides is None:
            found.append(Scatter(action, out + start, part))
            continue
        reads = [Access(base, tuple(s)) for base, s in zip(part[:, 0].tolist(), strides.tolist(), strict=True)]
        if isinstance(action, str):
            found.append(Loop(action, out + start, lengths, (), tuple(_runs(action, reads))))
        else:
            found.append(Loop(action, out + start, lengths, tuple(reads)))
    return found


def _runs(signs: str, reads: Sequence[Access]) -> list[Run]:
    """The terms of a sum, those at regular distances together."""
    runs: list[Run] = []
    at = 0
    for sign in signs:
        width = 1 if sign in SINGLE else 2
        term = tuple(reads[at : at + width])
        at += width
        if runs and runs[-1].sign == sign and (longer := _extended(runs[-1], term)) is not None:
            runs[-1] = longer
        else:
            runs.append(Run(sign, 1, term))
    return [_forwards(run) for run in runs]


def _forwards(run: Run) -> Run:
    """A long run that reads memory backwards, turned round."""
    if run.count < LONG or any(a.along > 0 for a in run.reads):
        return run
    reads = (Access(a.base + (run.count - 1) * a.along, a.strides, -a.along) for a in run.reads)
    return Run(run.sign, run.count, tuple(reads))


def _extended(run: Run, term: tuple[Access, ...]) -> Run | None:
    if any(a.strides != b.strides for a, b in zip(run.reads, term, strict=True)):
        return None
    along = [b.base - (a.base + (run.count - 1) * a.along) for a, b in zip(run.reads, term, strict=True)]
    if run.count > 1 and any(a.along != d for a, d in zip(run.reads, along, strict=True)):
        return None
    reads = tuple(Access(a.base, a.strides, d) for a, d in zip(run.reads, along, strict=True))
    return Run(run.sign, run.count + 1, reads)
