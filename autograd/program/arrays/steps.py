"""An array program as steps for the native engine: chains of functions, matrix products, sums, and calls of NumPy.

Neighbours that work entry by entry on the same shape become one chain, which goes through memory once, and sums rows on
the way. A parameter's update W − η AᵀG is a matrix product onto W. What the engine has no loop for, or what NumPy does
better, stays a call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from autograd.program.arrays import triangles
from autograd.program.arrays.beside_blas import leaves_blas_alone
from autograd.program.arrays.storage import is_view, root_of
from autograd.program.native import array_instructions as instructions
from autograd.program.native import array_loops
from autograd.program.native.array_instructions import functions
from autograd.program.native.book import is_quick
from autograd.program.simplify import attribute_names
from autograd.program.tape import Entry, Tape
from autograd.rules import arithmetic, losses, products, reductions, shaping
from autograd.rules.primitive import Primitive
from autograd.rules.shapes import kept_shape, summed_axes
from autograd.rules.threads import available

FLOATS = (np.dtype(np.float32), np.dtype(np.float64))
# From so many entries on, NumPy's several lanes pay for functions of more than a few processor instructions.
LARGE = 4096
# Operands and results of one chain, at most.
LONGEST = 128
# A chain does not sum shorter rows, which it would have to go through one by one for that.
SUMMED = 64


@dataclass
class Call:
    """An operation that NumPy does."""

    place: int


@dataclass
class Applied:
    """A function in a chain, and the places of its operands."""

    rule: Primitive
    place: int
    operands: tuple[int, ...]


@dataclass
class Chained:
    """Functions that are applied entry by entry, one after another.

    Attributes:
        shape: Of all results.
        dtype: What it computes in.
        columns: The length of the rows that operands are broadcast along, where there are such.
        applied: The functions.
        sums: Of all rows of some of their results: which place is the sum of which.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    columns: int | None = None
    applied: list[Applied] = field(default_factory=list)
    sums: dict[int, int] = field(default_factory=dict)


@dataclass
class Product:
    """``place ← ± factor · A B (+ onto)``, A and B each transposed or not."""

    place: int
    sizes: tuple[int, int, int]
    left: tuple[int, bool]
    right: tuple[int, bool]
    factor: int | None = None
    onto: int | None = None


@dataclass
class Part:
    """One of the engine's other instructions: its name, the places it reads, and the numbers that follow."""

    place: int
    name: str
    reads: tuple[int, ...]
    sizes: tuple[int, ...]


Step = Call | Chained | Product | Part


class Steps:
    """The steps of a program.

    Args:
        tape: The program.
        order: The places of its operations.
        products: Whether there is a BLAS to call.

    Attributes:
        steps: In order; views are not among them.
        alone: Whether BLAS is to use one thread meanwhile.
        folded: Places that are part of an update that is a product, and so never computed.
    """

    def __init__(self, tape: Tape, order: Sequence[int], products: bool) -> None:
        self.tape = tape
        self._products = products
        self._uses = Counter(x for place in order for x in tape.entries[place].inputs)
        self._uses.update((*tape.outputs, *(place for _, place in tape.updates)))
        self._updates = self._updates_by_products() if products else {}
        self._classes = {
            (tape.entries[place].inputs[1], tape.entries[tape.entries[place].inputs[0]].shape[-1])
            for place in order
            if tape.entries[place].rule is losses.cross_entropy_of_classes
        }
        self.folded = {x for product, scaled in self._updates.values() for x in (product.place, scaled)}
        self.steps: list[Step] = []
        for place in order:
            entry = tape.entries[place]
            if entry.is_number or place in self.folded or is_view(tape, place):
                continue
            self._add(place, entry)
        sizes = [step.sizes for step in self.steps if isinstance(step, Product)]
        self.alone = leaves_blas_alone(tape, [step.place for step in self.steps if isinstance(step, Call)], sizes)
        large = not self.alone and any(prod(each) >= instructions.FEW for each in sizes)
        self._worth_sharing = instructions.SHARED_AFTER_BLAS if large else instructions.SHARED
        self._let_chains_sum()

    # ---- what each step reads and makes ------------------------------------------------------------------------------

    def reads(self, step: Step) -> Iterator[int]:
        """The places that a step reads from memory."""
        if isinstance(step, Call):
            yield from self.tape.entries[step.place].inputs
        elif isinstance(step, Product):
            yield from (x for x in (step.left[0], step.right[0], step.onto) if x is not None)
        elif isinstance(step, Part):
            yield from step.reads
        else:
            made: set[int] = set()
            for applied in step.applied:
                yield from (x for x in applied.operands if x not in made and not self.tape.entries[x].is_number)
                made.add(applied.place)

    def makes(self, step: Step) -> list[int]:
        """The places that a step computes; sums are begun before any entry is read."""
        if isinstance(step, Chained):
            return [*step.sums, *(applied.place for applied in step.applied)]
        return [step.place]

    def inputs(self, place: int) -> tuple[int, ...]:
        """What the operation at a place reads, with that of the operations folded into it."""
        if place in self._updates:
            product = self._updates[place][0]
            return tuple(x for x in (product.left[0], product.right[0], product.factor, product.onto) if x is not None)
        return self.tape.entries[place].inputs

    def is_shared(self, entries: int) -> bool:
        """Whether threads share what takes as long as a chain of so many entries."""
        return entries >= self._worth_sharing and available() > 1

    # ---- which step an operation becomes -----------------------------------------------------------------------------

    def _add(self, place: int, entry: Entry) -> None:
        if place in self._updates:
            product, _ = self._updates[place]
            self.steps.append(Product(place, product.sizes, product.left, product.right, product.factor, product.onto))
            return
        if entry.rule is products.linear and (step := self._product(place, entry)) is not None:
            bias = Applied(arithmetic.add, place, (place, entry.inputs[2]))
            columns = self._columns(bias, entry)
            kind = self.tape.entries[entry.inputs[2]].dtype
            if columns is not None and kind is not None and kind == entry.dtype:
                self.steps.append(step)
                self._chain(bias, entry, kind, columns)
                return
        found = self._product(place, entry) if entry.rule is products.matmul else self._part(place, entry)
        if found is not None:
            self.steps.append(found)
            return
        kind = self._kind(entry)
        if kind is not None and entry.rule is not None:
            attrs = [entry.attrs[name] for name in attribute_names(entry.rule)]
            if all(isinstance(x, float | int) for x in attrs):
                constants = [self.tape.constant(float(x)) for x in attrs]
                applied = Applied(entry.rule, place, (*map(self._before_broadcast, entry.inputs), *constants))
                columns = self._columns(applied, entry)
                if columns is not None:
                    self._chain(applied, entry, kind, columns)
                    return
        self.steps.append(Call(place))

    def _chain(self, applied: Applied, entry: Entry, dtype: np.dtype[Any], columns: int) -> None:
        """Let a function join the last step where that is a chain it fits, or begin another."""
        last = self.steps[-1] if self.steps else None
        fits = (
            isinstance(last, Chained)
            and last.shape == entry.shape
            and last.dtype == dtype
            and (not columns or last.columns in (None, columns))
            and sum(2 + len(x.operands) for x in last.applied) < LONGEST
            and not self._reads_a_view_of(applied, {x.place for x in last.applied})
        )
        if not fits or not isinstance(last, Chained):
            last = Chained(entry.shape, dtype)
            self.steps.append(last)
        last.columns = columns or last.columns
        last.applied.append(applied)

    def _reads_a_view_of(self, applied: Applied, made: set[int]) -> bool:
        return any(x not in made and root_of(self.tape, x) in made for x in applied.operands)

    def _kind(self, entry: Entry) -> np.dtype[Any] | None:
        """What a function computes in; None where it is none of the engine's, or better left to NumPy."""
        if entry.rule not in functions() or entry.dtype is None or not entry.nbytes:
            return None
        arrays = [x.dtype for x in (self.tape.entries[i] for i in entry.inputs) if x.dtype is not None]
        floats = [dtype for dtype in arrays if dtype in FLOATS]
        if any(dtype.kind != "b" and dtype not in FLOATS for dtype in arrays) or not floats:
            return None
        kind = entry.dtype if entry.dtype in FLOATS else np.result_type(*floats)
        if (entry.dtype.kind == "b" and entry.rule.differentiable) or (kind != np.float64 and np.float64 in floats):
            return None
        large = entry.nbytes > LARGE * entry.dtype.itemsize
        return None if large and not is_quick(entry.rule, kind == np.float32) else np.dtype(kind)

    def _columns(self, applied: Applied, entry: Entry) -> int | None:
        """The length of the rows that operands are broadcast along; 0 for any; None where there is no such length."""
        columns = 0
        for x in applied.operands:
            if not self.tape.entries[x].is_number:
                if self.memory(x) is None:
                    return None
                how, length = broadcasting(self.tape.entries[x].shape, entry.shape)
                if how is None or (length and columns and length != columns):
                    return None
                columns = length or columns
        return columns

    def _before_broadcast(self, place: int) -> int:
        """Before a broadcast, which a chain does by itself."""
        entry = self.tape.entries[place]
        return entry.inputs[0] if entry.rule is shaping.broadcast_to else place

    def memory(self, place: int) -> int | None:
        """The place whose memory is an array's, entry for entry in C order; None where there is none."""
        entry = self.tape.entries[place]
        while entry.rule is shaping.reshape:
            place = entry.inputs[0]
            entry = self.tape.entries[place]
        return None if entry.rule is not None and is_view(self.tape, place) else place

    # ---- products ----------------------------------------------------------------------------------------------------

    def _matrix(self, place: int) -> tuple[int, bool] | None:
        """The memory of a matrix, and whether it is to be read transposed."""
        entry = self.tape.entries[place]
        if entry.rule is shaping.transpose and len(entry.shape) == 2 and (entry.attrs["axes"] in (None, (1, 0))):
            inner = self.memory(entry.inputs[0])
            return None if inner is None else (inner, True)
        memory = self.memory(place)
        return None if memory is None else (memory, False)

    def _product(self, place: int, entry: Entry) -> Product | None:
        a, b = (self.tape.entries[x] for x in entry.inputs[:2])
        if not self._products or entry.dtype not in FLOATS or {a.dtype, b.dtype} != {entry.dtype}:
            return None
        if len(b.shape) != 2 or len(a.shape) < 2 or (len(a.shape) > 2 and entry.rule is not products.linear):
            return None
        left, right = self._matrix(entry.inputs[0]), self._matrix(entry.inputs[1])
        m, k, n = prod(a.shape[:-1]), a.shape[-1], b.shape[1]
        if left is None or right is None or not m * n * k or (len(a.shape) > 2 and left[1]) or max(m, n, k) >= 2**31:
            return None
        return Product(place, (m, n, k), left, right)

    def _updates_by_products(self) -> dict[int, tuple[Product, int]]:
        """The updates of the form W − η AB, with the product, and the place of η AB."""
        found: dict[int, tuple[Product, int]] = {}
        captured = {id(leaf): place for place, leaf in self.tape.captured.items()}
        for leaf, place in self.tape.updates:
            entry, old = self.tape.entries[place], captured.get(id(leaf))
            if entry.rule is not arithmetic.subtract or old is None or entry.inputs[0] != old:
                continue
            scaled = self.tape.entries[entry.inputs[1]]
            if scaled.rule is not arithmetic.multiply or self._uses[entry.inputs[1]] > 1 or scaled.shape != entry.shape:
                continue
            for factor, x in (scaled.inputs, scaled.inputs[::-1]):
                inner = self.tape.entries[x]
                product = self._product(x, inner) if inner.rule is products.matmul and self._uses[x] == 1 else None
                if product is None or not self.tape.entries[factor].is_number or inner.dtype != entry.dtype:
                    continue
                if old not in (product.left[0], product.right[0]):
                    product.factor, product.onto = factor, old
                    found[place] = product, entry.inputs[1]
        return found

    # ---- sums and what works on rows ---------------------------------------------------------------------------------

    def _part(self, place: int, entry: Entry) -> Part | None:
        if entry.rule in (reductions.sum_, reductions.mean, shaping.sum_to):
            return self._sum(place, entry)
        matrices = triangles.instruction(self.tape, entry, self._matrix)
        if matrices is not None:
            return Part(place, *matrices)
        if entry.rule not in (reductions.softmax, losses.cross_entropy_of_classes, losses.one_hot):
            return None
        memory = [self.memory(x) for x in entry.inputs]
        sources = [self.tape.entries[x] for x in entry.inputs]
        full = entry.shape if entry.rule is not losses.cross_entropy_of_classes else sources[0].shape
        if any(x is None for x in memory) or not full or not prod(full) or prod(full) > 16 * LARGE:
            return None
        rows, columns = prod(full[:-1]), full[-1]
        reads = tuple(x for x in memory if x is not None)
        if entry.rule is losses.one_hot:
            if sources[0].dtype != np.int64 or (entry.inputs[0], columns) not in self._classes:
                return None  # unless a loss checks the class numbers, NumPy's call has to
            return Part(place, "one_hot", reads, (rows, columns))
        if sources[0].dtype != entry.dtype or entry.dtype not in FLOATS:
            return None
        if entry.rule is losses.cross_entropy_of_classes:
            if sources[1].dtype != np.int64 or sources[1].shape != full[:-1]:
                return None
            return Part(place, "cross_entropy", reads, (rows, columns))
        axis = entry.attrs["axis"]
        if not isinstance(axis, int) or axis % len(full) != len(full) - 1:
            return None
        return Part(place, "softmax", reads, (rows, columns))

    def _sum(self, place: int, entry: Entry) -> Part | None:
        memory, source = self.memory(entry.inputs[0]), self.tape.entries[entry.inputs[0]]
        if memory is None or entry.dtype not in FLOATS or source.dtype != entry.dtype or not source.nbytes:
            return None
        full = source.shape
        if entry.rule is shaping.sum_to:
            gone = [i for i in summed_axes(full, entry.shape) if full[i] != 1]
        else:
            kept = kept_shape(full, entry.attrs["axis"])
            gone = [i for i, length in enumerate(kept) if length == 1 and full[i] != 1]
        total = prod(full[i] for i in gone)
        count = total if entry.rule is reductions.mean else 1
        staying = [i for i, length in enumerate(full) if i not in gone and length != 1]
        rows = prod(full) // total
        if not staying or not gone or min(gone) > max(staying):
            return Part(place, "sum_rows", (memory,), (rows, total, count))
        if max(gone) < min(staying):
            return Part(place, "sum_columns", (memory,), (total, rows, count))
        if any(min(staying) < i < max(staying) for i in gone):
            return None
        times = prod(full[: min(staying)])
        return Part(place, "sum_around", (memory,), (times, rows, total // times, count))

    def _let_chains_sum(self) -> None:
        """Let a large chain sum the rows of what it computes, which would go through memory once more for that."""
        chains = {x.place: step for step in self.steps if isinstance(step, Chained) for x in step.applied}
        steps, self.steps = self.steps, []
        for step in steps:
            chain = chains.get(step.reads[0]) if isinstance(step, Part) and step.name == "sum_columns" else None
            if isinstance(step, Part) and chain is not None and self._can_sum(chain, *step.sizes):
                chain.columns = step.sizes[1]
                chain.sums[step.place] = step.reads[0]
            else:
                self.steps.append(step)

    def _can_sum(self, chain: Chained, rows: int, columns: int, count: int) -> bool:
        fits = count == 1 and columns >= SUMMED and chain.columns in (None, columns)
        return fits and rows * columns >= array_loops.WORTH_IT and not self.is_shared(rows * columns)


def broadcasting(shape: tuple[int, ...], full: tuple[int, ...]) -> tuple[int | None, int]:
    """How an operand is broadcast over the entries of a result, and the length of the rows where that matters.

    Example:
        >>> [broadcasting(shape, (2, 3, 4)) for shape in ((2, 3, 4), (4,), (2, 1, 1), (3, 1), (), (2, 1, 4))]
        [(0, 0), (1, 4), (2, 12), (3, 4), (4, 0), (None, 0)]
    """
    padded = (1,) * (len(full) - len(shape)) + shape
    if padded == full:
        return instructions.FULL, 0
    long = [i for i, length in enumerate(padded) if length != 1]
    if not long:
        return instructions.SINGLE, 0
    if padded[long[0] :] == full[long[0] :]:
        return instructions.ROW, prod(full[long[0] :])
    if padded[: long[-1] + 1] == full[: long[-1] + 1]:
        return instructions.COLUMN, prod(full[long[-1] + 1 :])
    if padded[long[0] : long[-1] + 1] == full[long[0] : long[-1] + 1]:
        return instructions.REPEATED, prod(full[long[-1] + 1 :])
    return None, 0
