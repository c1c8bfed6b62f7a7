"""What the native engine leaves to LAPACK: Cholesky factors, inverses of triangles, and equations with them."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from autograd.program.tape import Entry, Tape
from autograd.rules import linear_algebra, shaping
from autograd.rules.lapack import function_of_numpy

# The instructions that may leave an operation to NumPy after all.
NAMES = "cholesky", "inverse", "solution"

# The letters by which LAPACK is told what to do, as words.
_L, _N, _R, _T, _U = map(ord, "LNRTU")

Found = tuple[str, tuple[int, ...], tuple[int, ...]]


def instruction(tape: Tape, entry: Entry, matrix: Callable[[int], tuple[int, bool] | None]) -> Found | None:
    """An operation's instruction: its name, the places it reads, the numbers that follow. None where NumPy does it.

    Args:
        tape: The program.
        entry: The operation.
        matrix: The place of a matrix's memory, and whether it is to be read transposed.
    """
    letter = {"float32": "s", "float64": "d"}.get(str(entry.dtype))
    if letter is None or entry.rule not in (linear_algebra.cholesky, linear_algebra.inv, linear_algebra.solve):
        return None
    sources = [tape.entries[x] for x in entry.inputs]
    if len(sources[0].shape) != 2 or not entry.nbytes or any(source.dtype != entry.dtype for source in sources):
        return None
    found, n = matrix(entry.inputs[0]), sources[0].shape[0]
    if found is None:
        return None
    memory, turned = found
    if entry.rule is linear_algebra.cholesky:
        address = _address(f"{letter}potrf")
        return None if turned or not address else ("cholesky", (memory,), (n, address, _U, 0))
    lower = is_lower(tape, entry.inputs[0])
    if lower is None:
        return None
    if entry.rule is linear_algebra.inv:
        address = _address(f"{letter}trtri")
        which = _U if lower else _L
        return ("inverse", (memory,), (n, int(lower), int(turned), address, which, _N, 0)) if address else None
    right = matrix(entry.inputs[1])
    is_vector = len(entry.shape) == 1
    address = _address(f"{letter}{'trsv' if is_vector else 'trsm'}")
    if right is None or right[1] or not address:
        return None
    # A vector is multiplied from the left, the rows that columns are for LAPACK from the right.
    how = _N if turned == is_vector else _T
    one = 1 if is_vector else int(np.ones(2, entry.dtype).view(np.int64)[0])
    columns = 0 if is_vector else entry.shape[1]
    return "solution", (memory, right[0]), (n, columns, address, _R, _L if lower == turned else _U, how, _N, one)


def is_lower(tape: Tape, place: int) -> bool | None:
    """Whether a matrix is known to be a lower triangle, or an upper one; None where it is neither."""
    entry = tape.entries[place]
    if entry.rule is shaping.transpose and entry.attrs["axes"] in (None, (1, 0)):
        inner = is_lower(tape, entry.inputs[0])
        return None if inner is None else not inner
    if entry.rule is linear_algebra.inv:
        return is_lower(tape, entry.inputs[0])
    if entry.rule is linear_algebra.tril:
        return True if entry.attrs["k"] <= 0 else None
    if entry.rule is linear_algebra.triu:
        return False if entry.attrs["k"] >= 0 else None
    return True if entry.rule is linear_algebra.cholesky else None


@cache
def _address(name: str) -> int:
    """Where a function of LAPACK's is; 0 where it is not found."""
    function: Any = function_of_numpy(name)
    return 0 if function is None else ctypes.cast(function, ctypes.c_void_p).value or 0
