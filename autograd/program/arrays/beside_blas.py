"""Whether BLAS's own threads are left asleep while a program runs, whose steps share their work among others."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from autograd.program.native import array_instructions as instructions
from autograd.program.native.blas_threads import alone
from autograd.program.tape import Entry, Tape
from autograd.rules import products
from autograd.rules.threads import available

# Entries of what a call of NumPy's gives, from which on it counts.
LARGE = 4096


def leaves_blas_alone(tape: Tape, calls: Sequence[int], sizes: Sequence[tuple[int, int, int]]) -> bool:
    """Whether BLAS is to use one thread.

    Its threads do large products sooner than others would, each of which had to put all of one factor in order. Between
    NumPy's smaller calls they are in the way of those that share loops.

    Args:
        tape: The program.
        calls: The places of what NumPy does.
        sizes: Of the products that the program does itself.
    """
    if available() < 2 or alone() is None:
        return False
    most = max([*map(prod, sizes), *(_multiplications(tape, tape.entries[place]) for place in calls)], default=0)
    large = sum(prod(tape.entries[place].shape) >= LARGE for place in calls)
    return most < instructions.BLAS and large > sum(prod(each) >= instructions.FEW for each in sizes)


def _multiplications(tape: Tape, entry: Entry) -> int:
    """Of a product, for each matrix of a stack; 0 of what is none."""
    if entry.rule not in (products.matmul, products.linear):
        return 0
    a, b = (tape.entries[x].shape for x in entry.inputs[:2])
    rows = a[-2:] if entry.rule is products.matmul else a
    return prod(rows) * (b[-1] if len(b) > 1 else 1)
