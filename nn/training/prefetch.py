"""The next batches made ready in the background, while a step is taken."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Iterator
from typing import Any

from nn._arguments import explained, positive_integer

__all__ = ["Prefetch"]

# How often a thread that waits for room looks whether anybody still wants its batches.
SECONDS = 0.05


class Prefetch:
    """A loader whose next batches are fetched by a thread, for data that lie in files or are computed one by one.

    Order and numbers are the loader's own. What goes wrong in the thread is raised where the batch is asked for.

    Args:
        loader: A `DataLoader`, or another loader of batches with a length.
        ahead: How many batches are held ready.

    Raises:
        TypeError: The loader cannot be gone through, or has no length.
        ValueError: ``ahead`` is not a positive integer.

    Example:
        >>> import numpy as np
        >>> from nn import DataLoader
        >>> loader = Prefetch(DataLoader((np.arange(4), np.arange(4) * 10), batch_size=2))
        >>> [yb.tolist() for _, yb in loader]
        [[0, 10], [20, 30]]
    """

    @explained
    def __init__(self, loader: Any, ahead: int = 2) -> None:
        if not hasattr(loader, "__iter__") or not hasattr(loader, "__len__"):
            raise TypeError(f"Prefetch takes a loader of batches with a length, not {type(loader).__name__}")
        self.loader, self.ahead = loader, positive_integer("ahead", ahead)

    def __repr__(self) -> str:
        return f"Prefetch({self.loader!r}, ahead={self.ahead})"

    def __len__(self) -> int:
        return len(self.loader)

    @property
    def batch_size(self) -> int:
        """Samples in a batch, where the loader tells."""
        return getattr(self.loader, "batch_size", 1) or 1

    @property
    def epoch(self) -> int:
        """How many epochs have been begun, where the loader counts them."""
        return getattr(self.loader, "epoch", 0)

    @epoch.setter
    def epoch(self, number: int) -> None:
        self.loader.epoch = number

    @property
    def _seed(self) -> Any:
        """The seed of the loader's order, on which processes that train together agree."""
        return getattr(self.loader, "_seed", None)

    @_seed.setter
    def _seed(self, seed: Any) -> None:
        self.loader._seed = seed

    def __iter__(self) -> Iterator[Any]:
        ready: queue.Queue[tuple[bool, Any]] = queue.Queue(self.ahead)
        left = threading.Event()

        def put(item: tuple[bool, Any]) -> None:
            while not left.is_set():
                with contextlib.suppress(queue.Full):
                    ready.put(item, timeout=SECONDS)
                    return

        def fetch() -> None:
            try:
                for batch in self.loader:
                    put((True, batch))
                    if left.is_set():
                        return
                put((False, None))
            except BaseException as error:  # raised again by whoever asks for the batch
                put((False, error))

        thread = threading.Thread(target=fetch, name="prefetch", daemon=True)
        thread.start()
        try:
            while True:
                more, found = ready.get()
                if more:
                    yield found
                elif found is None:
                    return
                else:
                    raise found
        finally:
            left.set()
            thread.join()
