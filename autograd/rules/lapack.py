"""Inverses of triangles, and equations with them, by NumPy's own LAPACK.

`numpy.linalg.inv` and `numpy.linalg.solve` take a triangle for any other matrix, and look for factors of it: n³ steps where
a vector's equations need n². Whether a matrix is a triangle is mostly seen at its corners. What a triangle's routine does
not finish (it is singular, or numbers are not finite) is left to NumPy.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from math import inf as infinity
from typing import Any

import numpy as np

from autograd.rules.triangles import below

# Of fewer rows NumPy is as quick; of fewer than twice as many in stacks.
LEAST_INVERTED, LEAST_SOLVED = 16, 32

_LETTERS = {np.dtype(kind): letter for kind, letter in {"f4": "s", "f8": "d", "c8": "c", "c16": "z"}.items()}
# How a function is called in the libraries of NumPy's wheels, and elsewhere.
_NAMES = "scipy_{}_64_", "scipy_{}_", "{}_64_", "{}_"
# Everything is given by reference.
_LETTER = {letter: ctypes.byref(ctypes.c_char(letter.encode())) for letter in "LNTU"}


@cache
def function_of_numpy(name: str) -> Any:
    """A function of the BLAS or the LAPACK that NumPy itself calls; None where it is not found.

    Whole numbers are given it in 64 bits, of which a build that takes 32 reads the lower half, which comes first.
    """
    from numpy.linalg import _umath_linalg

    with suppress(OSError, TypeError):
        library = ctypes.CDLL(_umath_linalg.__file__)  # a name is looked for in what it is linked to as well
        for form in _NAMES:
            with suppress(AttributeError):
                return getattr(library, form.format(name))
    return None


def inv(x: Any) -> Any:
    """The inverses of matrices."""
    if x.__class__ is np.ndarray and x.dtype in _LETTERS and x.ndim > 1 and x.shape[-1] >= LEAST_INVERTED:
        inverse = _inverse_of_triangle(x) if x.ndim == 2 else _of_each(_inverse_of_triangle, LEAST_INVERTED, x)
        if inverse is not None:
            return inverse
    return np.linalg.inv(x)


def solve(a: Any, b: Any) -> Any:
    """Y with A Y = B; B may be one vector."""
    if a.__class__ is np.ndarray and a.dtype in _LETTERS and a.ndim > 1 and a.shape[-1] >= LEAST_SOLVED and _fits(a, b):
        solved = _solved_by_triangle(a, b) if a.ndim == 2 else _of_each(_solved_by_triangle, LEAST_SOLVED, a, b)
        if solved is not None:
            return solved
    return np.linalg.solve(a, b)


def _inverse_of_triangle(x: Any) -> Any:
    """The inverse; None where that is NumPy's to find."""
    lower = _is_lower(x)
    invert = None if lower is None else function_of_numpy(f"{_LETTERS[x.dtype]}trtri")
    if invert is None:
        return None
    y = x.copy("K")
    n, info = _number(len(y)), ctypes.c_int64()
    invert(_triangle(y, lower), _LETTER["N"], n, _pointer(y), n, ctypes.byref(info))
    return y if _is_right(info, y) else None


def _solved_by_triangle(a: Any, b: Any) -> Any:
    """What solves the equations; None where that is NumPy's to find."""
    lower = _is_lower(a)
    substitute = None if lower is None else function_of_numpy(f"{_LETTERS[a.dtype]}trtrs")
    if substitute is None:
        return None
    a, y = a if a.flags.forc else a.copy(), b.copy("F")
    n, columns, info = _number(len(a)), _number(y.size // len(a)), ctypes.c_int64()
    how = _triangle(a, lower), _LETTER["T" if a.flags.c_contiguous else "N"], _LETTER["N"]
    substitute(*how, n, columns, _pointer(a), n, _pointer(y), n, ctypes.byref(info))
    return y if _is_right(info, y) else None


def _of_each(function: Callable[..., Any], least: int, *stacks: Any) -> Any:
    """What a function gives for each matrix of a stack, or of several; None where they are small, or it gives None."""
    found = None
    if stacks[0].shape[-1] < 2 * least:  # NumPy has the quicker loop
        return None
    for place in np.ndindex(stacks[0].shape[:-2]):
        one = function(*(stack[place] for stack in stacks))
        if one is None:
            return None
        if found is None:
            found = np.empty(stacks[-1].shape, stacks[-1].dtype)
        found[place] = one
    return found


def _fits(a: Any, b: Any) -> bool:
    """Whether there is a right side for each matrix, or one vector beside one matrix."""
    if b.__class__ is not np.ndarray or b.dtype != a.dtype or not b.size:
        return False
    return bool(b.shape[:-1] == a.shape[:-1] or (b.shape == a.shape[:1] and a.ndim == 2))


def _is_lower(x: Any) -> bool | None:
    """Whether x is a lower triangle, or else an upper one; None where it is neither."""
    n = len(x)
    if x.shape[1] != n or (x[0, -1] and x[-1, 0]):
        return None
    if x.flags.f_contiguous:  # looked at in the order in which it lies in memory
        upper = _is_lower(x.T)
        return None if upper is None else not upper
    if not x[0, -1] and not np.count_nonzero(np.logical_and(x, below(n, n, 0, is_below=False))):
        return True
    return None if x[-1, 0] or np.count_nonzero(np.logical_and(x, below(n, n, -1))) else False


def _triangle(x: Any, lower: bool | None) -> Any:
    """Which triangle it is where rows are read as columns, as Fortran does."""
    return _LETTER["L" if lower != x.flags.c_contiguous else "U"]


def _number(x: int) -> Any:
    return ctypes.byref(ctypes.c_int64(x))


def _pointer(x: Any) -> Any:
    return ctypes.c_void_p(x.__array_interface__["data"][0])


def _is_right(info: Any, y: Any) -> bool:
    """Whether a routine has not met a 0 that it would have to divide by, and all numbers are finite."""
    entries = y.ravel("K")
    return not info.value and bool(np.vdot(entries, entries).real < infinity)
