"""Training by several processes at once, on one machine or many: each takes its part of a batch, all take one step.

``mpiexec -n 4 python program.py`` starts a program four times; the ranks, as MPI calls them, find each other here. The
trainer asks `world` and, where there are several, computes the loss and the gradients of its own rows of each batch.
One sum over all ranks (an all-reduce of one flat array) gives every rank the gradients of the whole batch, so that
all take the same step and hold the same parameters. Rank 0 alone writes files.
"""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import require
from nn._files import place_among_ranks
from nn.module import Module
from nn.optim import Optimizer

__all__ = ["World", "world"]

# Seconds before a rank ends all: mpiexec ends its own relays with them, and what these have not passed on is lost.
TO_BE_HEARD = 0.3


class World:
    """The processes that train together.

    Args:
        communicator: One of mpi4py's.

    Attributes:
        rank: This process's number, from 0.
        size: How many there are.
    """

    def __init__(self, communicator: Any) -> None:
        self._communicator = communicator
        self.rank: int = communicator.Get_rank()
        self.size: int = communicator.Get_size()

    def part(self, batch: tuple[Any, ...]) -> tuple[tuple[Any, ...], float]:
        """This rank's rows of a batch, next to those of the others, and their share of all rows or of all weights."""
        count = len(batch[1])
        first, end = (count * at // self.size for at in (self.rank, self.rank + 1))
        part = tuple(tuple(each[first:end] for each in x) if isinstance(x, tuple) else x[first:end] for x in batch)
        if len(batch) == 2:
            return part, (end - first) / count
        return part, float(np.sum(part[2], dtype=np.float64) / (np.sum(batch[2], dtype=np.float64) or 1.0))

    def summed(self, arrays: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        """The sums over all ranks of arrays of one dtype, by one exchange of a flat array."""
        flat = np.concatenate([array.ravel() for array in arrays])
        total = np.empty_like(flat)
        self._communicator.Allreduce(flat, total)
        ends = np.cumsum([array.size for array in arrays])
        return [part.reshape(array.shape) for part, array in zip(np.split(total, ends[:-1]), arrays, strict=True)]

    def gathered(self, array: NDArray[Any]) -> NDArray[Any]:
        """The rows of all ranks, one after the other."""
        return np.concatenate([rows for rows in self._communicator.allgather(array) if len(rows)])

    def agree(self, model: Module, optimizer: Optimizer, loader: Any) -> None:
        """Begin as rank 0 does: with its parameters, its optimizer's state, and its order of the samples."""
        order = getattr(loader, "_seed", None)
        state = model.state_dict(), optimizer.state_dict(), order, len(loader)
        first = self._communicator.bcast(state)
        model.load_state_dict(first[0])
        optimizer.load_state_dict(first[1])
        if order is not None:
            loader._seed = first[2]
        if any(count != len(loader) for count in self._communicator.allgather(len(loader))):
            raise ValueError("the ranks have different numbers of batches; give each of them all the data")

    def wait(self) -> None:
        """Go on when all ranks are here."""
        self._communicator.Barrier()

    def end_all(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Report an error that nobody caught, and end all ranks: the others would wait for this one for ever."""
        sys.__excepthook__(kind, error, trace)
        message = (
            f"rank {self.rank} of {self.size} ended with {kind.__name__}; what was saved can be resumed on any number"
        )
        print(message, file=sys.stderr, flush=True)
        time.sleep(TO_BE_HEARD)
        self._communicator.Abort(1)


@functools.cache
def world() -> World | None:
    """The processes that MPI started together with this one; None where it runs by itself.

    Raises:
        MissingExtraError: There are several, and mpi4py is not installed.

    Example:
        >>> world() is None
        True
    """
    if place_among_ranks()[1] == 1:
        return None
    found = World(require("mpi4py.MPI", "distributed").COMM_WORLD)
    sys.excepthook = found.end_all
    return found
