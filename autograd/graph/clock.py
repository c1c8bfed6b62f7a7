"""A clock that moves on whenever a leaf's data is set, so that what is out of date can be told."""

from __future__ import annotations

# What `threading` is made of; that takes longer to import than most of this package.
from _thread import allocate_lock, get_ident


class Clock:
    """Counts the times that a leaf's data was changed after it was made, over all graphs."""

    def __init__(self) -> None:
        self.now = 0
        self._lock = allocate_lock()
        self._ticks: dict[int, int] = {}  # of each thread

    def tick(self) -> int:
        """Move on, because some leaf's data is changing."""
        self._ticks[get_ident()] = self.ticks_here + 1
        with self._lock:
            self.now += 1
            return self.now

    @property
    def ticks_here(self) -> int:
        """How often this thread has moved it on."""
        return self._ticks.get(get_ident(), 0)


CLOCK = Clock()
