"""Noticing that data changed: a clock for what changes through a node, a fingerprint for memory that NumPy shares."""

from __future__ import annotations

import threading
import zlib
from typing import Any

import numpy as np


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

_SMALL = 1 << 14  # bytes; below, a plain checksum is quicker than the sums
_ROW = 255  # 64-bit words; odd, so that one number added to every word cannot cancel in a row


def fingerprint(array: np.ndarray[Any, Any]) -> int:
    """A checksum of the entries, in their order: any change of one entry, and any reordering of a few, changes it.

    A large array is seen as a table of 64-bit words; the sums of its rows and of its columns go into the checksum, at
    the speed of memory.

    Example:
        >>> import numpy as np
        >>> x = np.arange(3.0)
        >>> before = fingerprint(x)
        >>> x[1] = 5
        >>> fingerprint(x) == before
        False
    """
    plain = np.ascontiguousarray(array)
    if plain.nbytes < _SMALL:
        return zlib.crc32(plain.data)
    content = plain.reshape(-1).data.cast("B")
    whole = len(content) // (8 * _ROW) * _ROW
    table = np.frombuffer(content, np.uint64, whole).reshape(-1, _ROW)
    checksum = zlib.crc32(content[8 * whole :])
    checksum = zlib.crc32(np.add.reduce(table, axis=0).data, checksum)
    return zlib.crc32(np.add.reduce(table, axis=1).data, checksum)
