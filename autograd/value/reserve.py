"""Nodes made in advance, many at a time.

Python's cyclic garbage collector wakes up after every few hundred new objects that nothing has let go of, and looks at
ever more of them as a graph grows: for a million nodes this took twice the time of making them. Nodes that are made
together, while it is held off for some ten milliseconds at most, wake it once.
"""

from __future__ import annotations

import gc
import weakref
from collections import deque
from functools import partial
from itertools import repeat, starmap
from operator import call
from typing import Any

# So large that the collector, which looks again at what has outlived ten of its wakings, seldom comes to that.
SMALLEST, LARGEST = 64, 131072


class Reserve:
    """Blank nodes of one class.

    Attributes:
        ready: The nodes; ``ready.pop()`` takes one, and where that fails, `refill` gives one.
    """

    def __init__(self, cls: type) -> None:
        self.ready: list[Any] = []
        self._cls = cls
        self._size = SMALLEST
        self._first_taken: weakref.ref[Any] | None = None

    def refill(self) -> Any:
        """Make more, and give one of them: more than last time while the graph grows, fewer where graphs are small."""
        grows = self._first_taken is not None and self._first_taken() is not None
        self._size = min(2 * self._size, LARGEST) if grows else max(self._size // 2, SMALLEST)
        self._make(self._size)
        node: Any = object.__new__(self._cls)  # not from the reserve, which another thread may have emptied by now
        self._first_taken = weakref.ref(node)
        return node

    def _make(self, count: int) -> None:
        blanks: Any = starmap(object.__new__, repeat((self._cls,), count))
        if not gc.isenabled():
            self.ready.extend(blanks)
            return
        # A single call of C code, so that no signal's handler and no other thread can find the collector off.
        try:
            steps: Any = (gc.disable, partial(self.ready.extend, blanks), gc.enable)
            deque(map(call, steps), maxlen=0)
        except BaseException:  # no memory
            gc.enable()
            raise
