"""Nodes made in advance, many at a time.

Python's cyclic garbage collector wakes up after every few hundred new objects that nothing has let go of, and looks at
ever more of them as a graph grows: for a million nodes this took twice the time of making them. Nodes that are made
together, while it is held off for some milliseconds at most, wake it once.
"""

from __future__ import annotations

import gc
import weakref
from itertools import repeat
from typing import Any

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
        enabled = gc.isenabled()
        gc.disable()
        try:
            self.ready += map(object.__new__, repeat(self._cls, self._size))
        finally:
            if enabled:
                gc.enable()
        node = self.ready.pop()
        self._first_taken = weakref.ref(node)
        return node
