"""Leaves that a native program reads from outside or sets: where their arrays are."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.errors import ShapeError
from autograd.graph.node import Node


class Held:
    """The array of a leaf from outside, whose address is known until the leaf holds another."""

    def __init__(self, leaf: Node, where: int, written: bool) -> None:
        self.array: Any = None
        self._leaf, self._where, self._written = leaf, where, written
        self._shape, self._dtype = leaf._raw.shape, leaf._raw.dtype

    def look(self, w: Any) -> Any:
        """Take down the address of the leaf's array as it is now.

        Raises:
            ShapeError: It is another kind of array than the one that was recorded.
            ValueError: It is to be written, and may not be.
        """
        array = self._leaf._raw
        if array.shape != self._shape or array.dtype != self._dtype:
            raise ShapeError(
                f"{self._leaf!r} has shape {array.shape} and dtype {array.dtype}, and was recorded with shape "
                f"{self._shape} and dtype {self._dtype}"
            )
        if self._written and not array.flags.writeable:
            raise ValueError(f"{self._leaf!r} is to be set, and its memory is read-only")
        if array.flags.c_contiguous:
            self.array = array
        else:
            array = np.ascontiguousarray(array)
            if self._written:
                self._leaf._raw = self.array = array
            else:
                self.array, self._copy = None, array  # to be copied anew at every call
        w[self._where] = array.ctypes.data
        return array
