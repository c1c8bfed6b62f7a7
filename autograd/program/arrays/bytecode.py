"""Running a tape of arrays by the native engine: steps as bytecode for its interpreter, and the Python around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import prod
from typing import Any

import numpy as np

from autograd.program.arrays import triangles
from autograd.program.arrays.chains import Chain
from autograd.program.arrays.held import Held
from autograd.program.arrays.numpy_code import Code, compiled, works_in_place, writes_into
from autograd.program.arrays.steps import Call, Chained, Part, Product, Steps, broadcasting
from autograd.program.arrays.storage import Storage, is_view, root_of
from autograd.program.native import array_instructions as instructions
from autograd.program.native import array_loops, blas_threads
from autograd.program.native.array_instructions import SHARES
from autograd.program.native.engine import blas, interpreter
from autograd.program.tape import Tape
from autograd.rules import products
from autograd.rules.memory import aligned
from autograd.rules.threads import available

COPIED = 1 << 14  # bytes
# What takes as long as an entry of a chain: so many multiplications of a product; and how many such entries what has an
# exponential takes.
PRODUCT, EXPONENTIAL = 8, 16
# A thread's share of a large product has so many rows, at least.
ROWS = 16


def native_function(tape: Tape, order: Sequence[int]) -> tuple[Callable[..., list[Any]], int, bool]:
    """A program as a function of its arguments, the bytes of memory it works in, and whether it needs no NumPy."""
    gemm = blas()
    steps = Steps(tape, order, products=gemm is not None)
    writer = _Writer(tape, order, steps, interpreter("array"))
    writer.write(gemm)
    without = not any(isinstance(step, Call) for step in steps.steps)
    function, run = compiled(writer.code, "array program"), blas_threads.alone()
    if steps.alone and run is not None:
        function = partial(run, function)
    return function, writer.size, without


class _Writer:
    """The bytecode of all steps, and the lines that run them with NumPy's calls in between."""

    def __init__(self, tape: Tape, order: Sequence[int], steps: Steps, native: Any) -> None:
        self.native = native
        self._tape = tape
        self._order = order
        self._steps = steps
        self._step_of = {place: step for step in steps.steps for place in steps.makes(step)}
        self._outside = self._read_outside()
        self._read_natively = {
            steps.memory(x) for step in steps.steps if not isinstance(step, Call) for x in steps.reads(step)
        }
        self._storage = Storage(tape, self._groups(), self._planned, self._in_place, steps.inputs)
        self.code = Code(tape, self._storage)
        self._bytecode = [0] * instructions.FIRST
        self._numbers: list[float] = []
        self._address_of: dict[int, int] = {}
        self._number_of: dict[Any, int] = {}
        self._arrays: list[Any] = []  # what addresses point to stays alive
        self._segments: list[list[tuple[int, list[int]]]] = [[]]
        # For each segment, where the addresses of arrays go that the program is given, and what these are called.
        self._given: list[list[tuple[int, str]]] = [[]]
        self._shares: list[Any] = []  # words of each share
        self._slots = self._homes = 0
        self._unchecked = set[int]()  # losses whose class numbers are computed

    @property
    def size(self) -> int:
        """Bytes of buffers, constants, bytecode and scratch memory."""
        return self._storage.size + 8 * (len(self._bytecode) + len(self._numbers)) + self._homes * instructions.BLOCK

    # ---- memory ------------------------------------------------------------------------------------------------------

    def _read_outside(self) -> set[int]:
        """The operations whose results others read than the chain that computes them."""
        found = {root_of(self._tape, x) for x in (*self._tape.outputs, *(place for _, place in self._tape.updates))}
        for step in self._steps.steps:
            own = set(self._steps.makes(step)) if isinstance(step, Chained) else set()
            found |= {root_of(self._tape, x) for x in self._steps.reads(step)} - own
        return found

    def _groups(self) -> list[list[int]]:
        """What runs together, and views; a layer's product and the chain that adds its bias are one."""
        position = {place: i for i, place in enumerate(self._order)}
        groups: list[list[int]] = [[place] for place in self._order if is_view(self._tape, place)]
        for step in self._steps.steps:
            made = self._steps.makes(step)
            if isinstance(step, Chained) and groups and groups[-1] == [step.applied[0].place]:
                groups[-1] = made
            else:
                groups.append(made)
        return sorted(groups, key=lambda group: min(position[place] for place in group))

    def _planned(self, place: int) -> bool:
        step = self._step_of.get(place)
        if step is None:
            return False  # a number
        if isinstance(step, Call):
            entry = self._tape.entries[place]
            # A small result is sooner copied to where the bytecode looks for it than its address is asked for.
            return writes_into(entry) or (place in self._read_natively and 0 < entry.nbytes <= COPIED)
        return not isinstance(step, Chained) or place in self._outside or self._is_layer(place)

    def _is_layer(self, place: int) -> bool:
        return self._tape.entries[place].rule is products.linear

    def _in_place(self, place: int, x: int) -> bool:
        step = self._step_of[place]
        if isinstance(step, Call):
            return works_in_place(self._tape.entries[place])
        # What has the shape of a chain is read entry for entry, just before the entry is written.
        return (isinstance(step, Chained) and not self._is_layer(place)) or (
            isinstance(step, Product) and x == step.onto
        )

    # ---- the whole ---------------------------------------------------------------------------------------------------

    def write(self, gemm: tuple[int, int] | None) -> None:
        """Write everything."""
        code, tape = self.code, self._tape
        code.names["contiguous"] = np.ascontiguousarray
        code.begin()
        for place in self._order:
            if tape.entries[place].is_number:
                code.add(place)
        checks = self._check_classes()
        for step in self._steps.steps:
            if isinstance(step, Call):
                self._call(step.place, checks)
            elif isinstance(step, Chained):
                self._chain(step, checks)
            elif isinstance(step, Product):
                self._product(step, checks)
            else:
                self._part(step, checks)
        self._flush(checks)
        for place in (*tape.outputs, *(place for _, place in tape.updates)):
            self._views(place)
        self._finish(gemm)

    def _check_classes(self) -> list[str]:
        """Class numbers that are given are checked before anything is computed; what to do if there are wrong ones.

        Those that are computed are checked before a loss reads them.
        """
        given = {*self._tape.arguments, *self._tape.captured, *self._tape.sources}
        lines = []
        for step in self._steps.steps:
            if not isinstance(step, Part) or step.name != "cross_entropy":
                continue
            if step.reads[1] in given:
                self._add("check_f8", [self._address(step.reads[1]), *step.sizes])
                lines.append(self.code.check_of(step.place))
            elif step.reads[1] not in self._tape.constants:
                self._unchecked.add(step.place)
        calls = [step.place for step in self._steps.steps if isinstance(step, Call)]
        self.code.check_classes(calls)
        return lines

    def _call(self, place: int, checks: list[str]) -> None:
        self._flush(checks)
        for x in self._tape.entries[place].inputs:
            self._views(x)
        self.code.add(place)
        kept = place in self._storage.arrays or place in self._storage.targets
        if place in self._read_natively and not kept:
            if self._tape.entries[place].shape:
                name = self.code.name(place)
                self.code.lines.append(f"{name} = contiguous({name})")
            self._address(place)

    def _views(self, place: int) -> None:
        """The views that NumPy is to be given, made when they are needed."""
        shown = []
        while is_view(self._tape, place):
            shown.append(place)
            place = self._tape.entries[place].inputs[0]
        for x in reversed(shown):
            self.code.add(x)

    def _flush(self, checks: list[str], otherwise: str = "") -> None:
        """Let the instructions so far run at this point; and what NumPy is to do if the last one stops."""
        if not (self._segments[-1] or self._given[-1]):
            return
        number = len(self._segments) - 1
        call = f"native({', '.join([f'start{number}', *(name for _, name in self._given[-1])])})"
        self._given.append([])
        stopped = [*(checks if not number else ()), *([otherwise] if otherwise else ())]
        self.code.lines += [f"if {call}:", *(f"    {line}" for line in stopped)] if stopped else [call]
        self._segments.append([])

    def _finish(self, gemm: tuple[int, int] | None) -> None:
        self._bytecode[instructions.SLOTS] = len(self._bytecode)
        self._bytecode += [0] * self._slots
        for number, segment in enumerate(self._segments):
            self._bytecode += [where for where, _ in reversed(self._given[number])]
            self.code.names[f"start{number}"] = len(self._bytecode)
            for instruction, what in segment:
                self._bytecode += [instruction, len(self._bytecode) + 2 + len(what), *what]
            self._bytecode.append(instructions.STOP)
        scratch = aligned(self._homes * instructions.BLOCK)
        self._bytecode[instructions.SCRATCH] = scratch.ctypes.data
        self._bytecode[instructions.GEMM : instructions.GEMM + 2] = gemm or (0, 0)
        w, n = np.array(self._bytecode, np.int64), np.array([*self._numbers, 0.0])
        state = np.array([w.ctypes.data, n.ctypes.data], np.int64)
        for words in self._shares:
            words[..., 0], words[..., 2] = state
        self.code.names |= {
            "native": self.native.bind(state),
            "give": self.native.give,
            "w": w,
            "n": n,
            "alive": (scratch, self._arrays),
        }

    # ---- addresses and numbers ---------------------------------------------------------------------------------------

    def _address(self, place: int) -> int:
        """Where the bytecode has the address of an array; with the line that puts it there, if it may be another."""
        memory = self._steps.memory(place)
        if memory is None:
            raise AssertionError(f"place {place} has no memory of its own")
        if memory in self._storage.targets:
            leaf_place = self._storage.targets[memory]
            if not self.code.is_named(memory):
                self.code.local(memory, self.code.name(leaf_place))
            memory = leaf_place
        if memory in self._address_of:
            return self._address_of[memory]
        where = self._address_of[memory] = len(self._bytecode)
        self._bytecode.append(0)
        code, static = self.code, self._storage.arrays.get(memory)
        if static is not None:
            self._arrays.append(static)
            self._bytecode[where] = static.ctypes.data
        elif memory in self._tape.captured:
            leaf = self._tape.captured[memory]
            held = code.constant("held", Held(leaf, where, any(leaf is x for x, _ in self._tape.updates)))
            name = code.name(memory)
            code.lines += [f"if {name} is not {held}.array:", f"    {name} = {held}.look(w)"]
        else:
            name = code.name(memory) if code.is_named(memory) else code.target(memory)
            if self._tape.entries[memory].rule is None:  # given, in whatever order its entries are
                code.lines.append(f"q{where} = contiguous({name})")
                self._given[-1].append((where, f"q{where}"))
                return where
            code.lines.append(f"w[{where}] = {name}.__array_interface__['data'][0]")
        return where

    def _number(self, place: int) -> int:
        """Where among the numbers one stands."""
        constant = self._tape.constants.get(place)
        if place not in self._number_of:
            self._number_of[place] = len(self._numbers)
            self._numbers.append(0.0 if constant is None else float(constant))
            if constant is None:
                self.code.lines.append(f"n[{self._number_of[place]}] = {self.code.name(place)}")
        return self._number_of[place]

    # ---- instructions ------------------------------------------------------------------------------------------------

    def _add(self, instruction: str, what: list[int]) -> None:
        self._segments[-1].append((self.native.address(instruction), what))

    def _product(self, step: Product, checks: list[str]) -> None:
        entry = self._tape.entries[step.place]
        out = self._address(step.place)
        factor, sign, beta = -1, 1, 0
        if step.onto is not None and step.factor is not None:
            factor, sign, beta = self._number(step.factor), -1, 1
            self._homes = max(self._homes, instructions.SHARES)  # for a factor of 0
            if self._address(step.onto) != out:
                self._add("duplicate_f4", [out, self._address(step.onto), entry.nbytes // 4])
        (a, a_turned), (b, b_turned) = step.left, step.right
        matrices = [self._address(a), int(a_turned), self._address(b), int(b_turned), out]
        bits, (m, n, k) = instructions.BITS[str(entry.dtype)], step.sizes
        what = [bits, *step.sizes, *matrices, factor, sign, beta]
        name, many = f"product_{instructions.KINDS[bits]}", m * n * k >= instructions.FEW
        threads = min(available(), SHARES)
        if many and self._steps.alone and m >= ROWS * threads:
            self._share(self.native.address(f"share_{name}"), what, m, 1, checks, threads)
            return
        self._rows(name, what, m, m * n * k // PRODUCT if k <= m and not many else 0, checks)

    def _rows(self, name: str, what: list[int], rows: int, count: int, checks: list[str]) -> None:
        """An instruction that goes through rows one by one, and takes as long as a chain of so many entries."""
        if rows > 1 and self._steps.is_shared(count):
            self._share(self.native.address(f"share_{name}"), what, rows, 1, checks)
        else:
            self._add(name, what)

    def _share(
        self, function: int, what: list[int], rows: int, columns: int, checks: list[str], count: int = SHARES
    ) -> None:
        """Let threads share the rows or columns that a function goes through."""
        self._flush(checks)
        words = [(0, len(self._bytecode), 0, *share) for share in array_loops.shares(rows, columns, count)]
        self._bytecode += what
        self._shares.append(np.array([words] * available(), np.int64))
        self.code.lines.append(f"give({function}, {self.code.constant('shares', self._shares[-1])})")

    def _part(self, step: Part, checks: list[str]) -> None:
        if step.name == "cross_entropy":
            self._homes = max(self._homes, instructions.SHARES)  # blocks that it works in
        if step.place in self._unchecked:
            self._flush(checks)
            self.code.lines.append(self.code.check_of(step.place))
        one_hot = step.name == "one_hot"
        bits = 1 if one_hot else instructions.BITS[str(self._tape.entries[step.place].dtype)]
        arrays = [self._address(step.place), *map(self._address, step.reads)]
        what, name = [*([] if one_hot else [bits]), *arrays, *step.sizes], f"{step.name}_{instructions.KINDS[bits]}"
        if step.name in ("softmax", "cross_entropy"):
            self._rows(name, what, step.sizes[0], EXPONENTIAL * prod(step.sizes), checks)
        elif step.name == "sum_around":
            self._rows(name, what, step.sizes[1], prod(step.sizes[:3]), checks)
        else:
            self._add(name, what)
        if step.name in triangles.NAMES:
            code, inputs = self.code, self._tape.entries[step.place].inputs
            rule: Any = self._tape.entries[step.place].rule
            for x in inputs:
                self._views(x)
            made = f"{code.constant('f', rule.array)}({', '.join(map(code.name, inputs))})"
            self._flush(checks, f"copyto({code.name(step.place)}, {made})")

    def _chain(self, step: Chained, checks: list[str]) -> None:
        if step.sums or (len(step.applied) > 1 and prod(step.shape) * len(step.applied) >= array_loops.WORTH_IT):
            self._loop(step, checks)
            return
        chain = Chain(step, self._tape.entries, self._outside, self.native, self._number, self._address)
        self._slots = max(self._slots, len(chain.code.homes))
        self._homes = max(self._homes, chain.homes)
        self._add(f"chain_{instructions.KINDS[chain.code.bits]}", chain.code.bytecode())

    def _loop(self, step: Chained, checks: list[str]) -> None:
        """A chain as a loop of its own."""
        entries, count = self._tape.entries, prod(step.shape)
        columns = step.columns or count
        value: dict[int, int] = {}
        loads: list[tuple[int, int]] = []
        applied, stores, where, repeated = [], [], [count // columns, columns], list[int]()
        made = set[int]()
        for each in step.applied:
            for x in each.operands:
                if x in value or x in made:
                    continue
                value[x] = len(loads)
                entry = entries[x]
                if entry.is_number:
                    loads.append((instructions.NUMBER, 1))
                    where.append(self._number(x))
                else:
                    how = broadcasting(entry.shape, step.shape)[0] or 0
                    loads.append((how, instructions.BITS[str(entry.dtype)]))
                    repeated += [prod(entry.shape)] * (how == instructions.REPEATED)
                    where.append(self._address(x))
            made.add(each.place)
        for number, each in enumerate(step.applied, start=len(loads)):
            applied.append((each.rule, tuple([value[x] for x in each.operands])))
            value[each.place] = number
            if each.place in self._outside:
                stores.append((number, entries[each.place].dtype != step.dtype))
                where.append(self._address(each.place))
        sums = tuple(value[x] for x in step.sums.values())
        where += [*map(self._address, step.sums), *repeated]
        loop = array_loops.Loop(instructions.BITS[str(step.dtype)], tuple(loads), tuple(applied), tuple(stores), sums)
        if self._steps.is_shared(count):
            self._share(self.native.loop(loop, "share"), where, count // columns, columns, checks)
        else:
            self._segments[-1].append((self.native.loop(loop), where))
