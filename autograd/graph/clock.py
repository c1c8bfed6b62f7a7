"""A clock that moves on whenever a leaf's data is set, so that what is out of date can be told."""

from __future__ import annotations

import threading


class Clock:
    """Counts the times that a leaf's data was changed after it was made, over all graphs."""

    def __init__(self) -> None:
        self.now = 0
        self._lock = threading.Lock()
        self._here = threading.local()

    def tick(self) -> int:
        """Move on, because some leaf's data is changing."""
        self._here.ticks = self.ticks_here + 1
        with self._lock:
            self.now += 1
            return self.now

    @property
    def ticks_here(self) -> int:
        """How often this thread has moved it on."""
        found: int = getattr(self._here, "ticks", 0)
        return found


CLOCK = Clock()
