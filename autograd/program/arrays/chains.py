"""The bytecode of a chain of functions that is interpreted, a block of entries at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from math import prod
from typing import Any

from autograd.program.arrays.steps import Chained, broadcasting
from autograd.program.native import array_instructions as instructions
from autograd.program.tape import Entry


class Chain:
    """The bytecode of one chain, as it is written.

    A slot that is not in memory has a block of scratch memory, which goes to another once nobody reads it.

    Args:
        step: The chain.
        entries: Of the program.
        outside: The operations whose results are stored.
        native: Where functions of blocks are.
        number: Where among the numbers a place stands.
        address: Where the address of its array does.

    Attributes:
        code: The chain as instructions have it.
        homes: How many blocks of scratch memory it takes.
    """

    def __init__(
        self,
        step: Chained,
        entries: Sequence[Entry],
        outside: AbstractSet[int],
        native: Any,
        number: Callable[[int], int],
        address: Callable[[int], int],
    ) -> None:
        count = prod(step.shape)
        columns = step.columns or count
        self.code = instructions.Chain(instructions.BITS[str(step.dtype)], count // columns, columns)
        self.homes = 0
        self._entries, self._outside, self._number, self._address = entries, outside, number, address
        self._step = step
        self._free: list[int] = []
        self._loaded: dict[int, int] = {}
        made: set[int] = set()
        for applied in step.applied:
            for x in applied.operands:
                if x not in made and x not in self._loaded:
                    self._loaded[x] = self._load(x)
            made.add(applied.place)
        self._with_home: set[int] = set()
        last = {x: i for i, applied in enumerate(step.applied) for x in (applied.place, *applied.operands)}
        results: dict[int, int] = {}
        for i, applied in enumerate(step.applied):
            operands = [results.get(x, self._loaded.get(x, -1)) for x in applied.operands]
            function = native.address(f"each_{applied.rule.name}_{instructions.KINDS[self.code.bits]}")
            result, has_home = self._apply(applied.place, function, operands)
            spent = {x for x in applied.operands if last[x] == i and x in results}
            self._free += [self.code.homes[results[x]] for x in spent if results[x] in self._with_home]
            results[applied.place] = result
            if has_home:
                self._with_home.add(result)

    def _slot(self, in_scratch: bool) -> int:
        home = 0
        if in_scratch:
            home = self._free.pop() if self._free else self.homes
            self.homes = max(self.homes, home + 1)
        self.code.homes.append(home)
        return len(self.code.homes) - 1

    def _load(self, x: int) -> int:
        entry = self._entries[x]
        if entry.is_number:
            slot = self._slot(in_scratch=True)
            self.code.loads.append((instructions.NUMBER, slot, self._number(x), 0))
            return slot
        how, _ = broadcasting(entry.shape, self._step.shape)
        same = entry.dtype == self._step.dtype
        slot = self._slot(in_scratch=not (same and how in (instructions.FULL, instructions.ROW)))
        kind = instructions.BITS[str(entry.dtype)] + 4 * prod(entry.shape) * (how == instructions.REPEATED)
        how = (how or 0) + (0 if same else instructions.CONVERTED)
        self.code.loads.append((how, slot, self._address(x), kind))
        return slot

    def _apply(self, place: int, function: int, operands: list[int]) -> tuple[int, bool]:
        """One function: its result's slot, and whether that is in scratch memory."""
        entry, loads, steps = self._entries[place], self.code.loads, self.code.steps
        stored = place in self._outside
        out = self._address(place) if stored else -1
        read = {array for how, slot, array, _ in loads if how == instructions.FULL and slot in operands}
        # A loop that may write what it reads runs an entry at a time, so such results take the way through scratch.
        direct = stored and entry.dtype == self._step.dtype and out not in read
        result = self._slot(in_scratch=not direct)
        if direct:
            loads.append((instructions.FULL, result, out, 0))
        first, second, third = (*operands, 0, 0, 0)[:3]
        steps.append((function, result, first, second, third))
        if stored and not direct:
            steps.append(
                (instructions.STORE if entry.dtype == self._step.dtype else instructions.STORE_TRUTH, result, out, 0, 0)
            )
        return result, not direct
