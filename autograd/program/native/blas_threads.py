"""The threads of NumPy's OpenBLAS, put aside while a program runs that shares its work among threads of its own.

They look for work for some hundredth of a second after each product, giving way to others as they do. Where another
process is at work beside them, or threads that share a loop, each of these turns can take as long as the system lets
the other run: a step of some milliseconds took a second.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable
from functools import cache
from typing import Any

# How the functions are called in the libraries of NumPy's wheels, and elsewhere.
_NAMES = "scipy_openblas_{}64_", "scipy_openblas_{}", "openblas_{}64_", "openblas_{}"
# What it says of itself where it has threads of its own; OpenMP's have a number for each thread that asks.
_OWN_THREADS = 1


class _Number:
    """How many threads OpenBLAS uses: one while any of several threads of Python wants that."""

    def __init__(self, get: Callable[[], int], put: Callable[[int], object]) -> None:
        self._get, self._put = get, put
        self._before = 0  # what it is to be again; 0: it is that
        self._inside: list[tuple[int, object]] = []  # who wants it, and in which thread
        self._lock = threading.Lock()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._after_fork)

    def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function while OpenBLAS uses one thread."""
        mine = threading.get_ident(), object()
        try:
            with self._lock:
                self._inside.append(mine)
                if not self._before:
                    self._before = self._get()
                    self._put(1)
            return function(*arguments)
        finally:
            try:
                self._leave(mine)
            except BaseException:  # Ctrl-C while it is put back
                self._leave(mine)
                raise

    def _leave(self, mine: tuple[int, object]) -> None:
        """What may be broken off anywhere, and done again."""
        with self._lock:
            if mine in self._inside:
                self._inside.remove(mine)
            self._restore()

    def _restore(self) -> None:
        if not self._inside and self._before:
            self._put(self._before)
            self._before = 0

    def _after_fork(self) -> None:
        """Of the threads, a process that was forked has one."""
        self._lock = threading.Lock()
        self._inside = [mine for mine in self._inside if mine[0] == threading.get_ident()]
        self._restore()


@cache
def alone() -> Callable[..., Any] | None:
    """What calls a function while OpenBLAS uses one thread; None where NumPy's BLAS is another, or not found."""
    from numpy.linalg import _umath_linalg

    try:
        library = ctypes.CDLL(_umath_linalg.__file__)  # a name is looked for in what it is linked to as well
    except (OSError, TypeError):
        return None
    for form in _NAMES:
        names = [form.format(name) for name in ("get_parallel", "get_num_threads", "set_num_threads")]
        if all(hasattr(library, name) for name in names):
            kind, get, put = (getattr(library, name) for name in names)
            return _Number(get, put).run if kind() == _OWN_THREADS else None
    return None
