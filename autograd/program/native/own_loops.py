"""Loops written by hand, in `language`, for one layer's own work; other threads run meanwhile."""

from __future__ import annotations

import ctypes
import threading
from functools import cache

from autograd.program.native.language import parsed, written
from autograd.program.native.machine import addresses
from autograd.rules.loops import Loop

_making = threading.Lock()


def made(name: str, text: str) -> Loop:
    """A function of a text, which is given the address of the 64-bit words that it works by."""
    with _making:
        return _made(name, text)


@cache
def _made(name: str, text: str) -> Loop:
    own, declared = written(name, parsed(text))
    address = addresses("loops", {name: "\n".join([*sorted(declared), own])})[name]
    found: Loop = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)(address)
    return found
