"""Loops in machine code for what would be many calls of NumPy's, once the native engine is at work.

Threads that share work let each other run at each call of NumPy's, and wait for each other after it, which takes longer
than a sum of some thousand numbers. A loop is one call. It gives NumPy's bits, so that which of them is there is a
question of time alone; a process that has made no native program waits for none to be compiled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from autograd.kinds import NDArray


class Loop(Protocol):
    """What a loop can be asked for."""

    def __call__(self, words: int, /) -> object:
        """Run by the words at an address."""

    def shares(self, words: NDArray[np.int64]) -> None:
        """Run for each share, by whichever thread is free next.

        Args:
            words: (threads, shares, words), for each share the same work, in memory of each thread's own.
        """


# What makes loops: the native engine's, which it puts here.
makers: list[Callable[[str, str], Loop | None]] = []


def loop(name: str, text: str) -> Loop | None:
    """A function of the address of 64-bit words; None where the native engine has not been used, or cannot make it.

    Args:
        name: The function of the text that is meant.
        text: What it does, in `autograd.program.native.language`.
    """
    return makers[-1](name, text) if makers else None
