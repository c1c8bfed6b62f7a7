"""The instructions of the native engine for arrays.

All that a program of arrays works with is one list of 64-bit words: addresses of arrays, addresses of blocks, and
instructions. `array_interpreter` runs them, `autograd.program.arrays.bytecode` writes them.

An instruction is the address of what does it, the place of the next one, and:

* check: targets, rows, columns: stops the program where a class is out of range;
* product: 32 or 64 bits; m, n, k; A, whether transposed; B, whether transposed; C; the place of α among the numbers or
  −1 for 1, a sign for it; β: C ← ±α A B + β C;
* sum of columns, sum of rows: bits; out; x; rows; columns; what to divide by;
* sum around: bits; out; x; how many times there are all rows; rows; columns; what to divide by;
* softmax: bits; out; x; rows; columns;
* cross-entropy: bits; out; x; targets; rows; columns;
* one-hot: out; targets; rows; columns;
* duplicate: out; x; how many times four bytes;
* Cholesky's factor, the inverse of a triangle, the solution of a triangle's equations: see `arrays.triangles`;
* chain: functions applied to entries one after another, a block of them at a time. See `Chain`;
* loop: the same, compiled as one. See `array_loops.Loop`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from autograd.program.native import book
from autograd.rules import threads
from autograd.rules.primitive import Primitive

# In place of an address, the end.
STOP = 0

# Entries are worked on in blocks of so many bytes, so that a chain of functions stays in the nearest cache.
BLOCK = 4096
# What stands before the addresses of arrays: of the scratch memory, of BLAS's two products, of the addresses of slots.
SCRATCH, GEMM, SLOTS, FIRST = 0, 1, 3, 4
ALONE, FEW = threads.ALONE, threads.FEW
# Threads share what goes through so many entries. In how many shares does not depend on the number of threads. After a
# large product BLAS's threads hold the other processors for a while: only what is larger by far gets its part of them.
SHARED, SHARED_AFTER_BLAS, SHARES = 1 << 18, 1 << 23, 8
# Programs with products of so many multiplications leave them to BLAS's threads.
BLAS = 1 << 26
BITS = {"float32": 0, "float64": 1, "bool": 2}
KINDS = "f4", "f8"

# How an operand is broadcast over the rows and columns of a chain. A repeated one has an entry for each of some rows,
# the next ones, and so on.
FULL, ROW, COLUMN, REPEATED, SINGLE, NUMBER = range(6)
# The same, where the numbers are first to be converted.
CONVERTED = 6
# Steps that are no functions: a block back to memory, as numbers or as truth values.
STORE, STORE_TRUTH = 0, 1


@cache
def functions() -> frozenset[Primitive]:
    """The primitives of the book that work entry by entry."""
    return frozenset(rule for rule in book.functions() if rule.elementwise)


@dataclass
class Chain:
    """A chain, as it is written.

    A *slot* is an operand or a result, a block at a time; its *home* is the number of its block of scratch memory.

    Attributes:
        bits: 0 or 1, for 32 or 64 bits.
        rows: How often operands that are one row are used.
        columns: The length of a row.
        homes: For each slot.
        loads: For each operand that comes from outside, and each result that is written in place: how it is broadcast,
            its slot, its array or number, its kind; where it is repeated, four times the number of its entries more.
        steps: The address of a function of blocks, its result, and up to three operands.
    """

    bits: int
    rows: int
    columns: int
    homes: list[int] = field(default_factory=list)
    loads: list[tuple[int, int, int, int]] = field(default_factory=list)
    steps: list[tuple[int, int, int, int, int]] = field(default_factory=list)

    def bytecode(self) -> list[int]:
        """Without the instruction's number."""
        head = [self.bits, self.rows, self.columns, len(self.homes), len(self.loads), len(self.steps)]
        return [*head, *self.homes, *flat(self.loads), *flat(self.steps)]


def flat(rows: Sequence[Sequence[int]]) -> list[int]:
    """All numbers of some rows."""
    return [x for row in rows for x in row]
