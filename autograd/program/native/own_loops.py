"""Loops written by hand, in `language`, for one layer's own work; other threads run meanwhile."""

from __future__ import annotations

import ctypes
import threading
from functools import cache

import numpy as np
from numpy.typing import NDArray

from autograd.program.native.helpers import give
from autograd.program.native.language import parsed, written
from autograd.program.native.machine import addresses
from autograd.program.native.numpy_loops import called_in, symbols_of, written_for
from autograd.rules.loops import Loop

_making = threading.Lock()


def made(name: str, text: str) -> Loop | None:
    """A function of a text, which is given the address of the 64-bit words that it works by.

    None where it calls functions of NumPy's, as `numpy_loops` has them, and these are not found.
    """
    with _making:
        return _made(name, text)


@cache
def _made(name: str, text: str) -> Loop | None:
    calls = called_in(text)
    symbols = symbols_of(calls)
    if symbols is None:
        return None
    own, declared = written(name, parsed(text), {f"{kind}_{function}": "void" for function, kind in calls})
    whole = "\n".join([*sorted(declared), written_for(calls), own])
    return _OwnLoop(addresses("loops", {name: whole}, symbols)[name])


class _OwnLoop:
    """A loop at an address."""

    def __init__(self, address: int) -> None:
        self._address = address
        self._call = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)(address)

    def __call__(self, words: int) -> object:
        """Run it by the words at an address."""
        return self._call(words)

    def shares(self, words: NDArray[np.int64]) -> None:
        """Run it for each share; see `helpers.give`."""
        give(self._address, words)
