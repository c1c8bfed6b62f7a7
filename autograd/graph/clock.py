"""A clock that moves on whenever a leaf's data is set, so that what is out of date can be told."""

from __future__ import annotations

import threading


class Clock:
    """Counts the times that a leaf's data was changed after it was made, over all graphs."""

    def __init__(self) -> None:
        self.now = 0
        self._lock = threading.Lock()

    def tick(self) -> int:
        """Move on, because some leaf's data is changing."""
        with self._lock:
            self.now += 1
            return self.now


CLOCK = Clock()
