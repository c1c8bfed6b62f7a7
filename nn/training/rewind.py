"""Back to before a step that went wrong: a recorded step has changed the parameters by the time its loss is known.

Every so often everything that steps change is copied, and the batches since are kept; the way back is to put the copy
in place and to take the steps since again, all but the last, which gives the same bits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nn.inspect import generators_of
from nn.module import Module
from nn.optim import Optimizer
from nn.training.data import DataLoader
from nn.training.interfaces import TrainerParts
from nn.training.outside import Watched

__all__ = ["MOST_STEPS", "Kept", "Rewind"]

MOST_STEPS = 256
MOST_BYTES = 1 << 24


class Kept:
    """What a step changes in a model, as it was.

    Args:
        model: Its buffers, such as running figures, and its random generators are what a forward pass changes.
        optimizer: Where the whole step counts, the parameters and what the optimizer remembers, too.

    Example:
        >>> import nn
        >>> model = nn.Sequential(nn.BatchNorm1d(2), nn.Dropout(0.5, seed=0))
        >>> kept = Kept(model)
        >>> kept.keep()
        >>> first = model(np.eye(2)).data
        >>> kept.back()
        >>> model[0].running_mean.data
        array([0., 0.], dtype=float32)
        >>> bool((model(np.eye(2)).data == first).all())
        True
    """

    def __init__(self, model: Module, optimizer: Optimizer | None = None) -> None:
        self._model, self._optimizer = model, optimizer
        self._watched = Watched(model)
        self._leaves: list[Any] = []
        self._arrays: list[Any] = []
        self._generators: list[np.random.Generator] = []
        self._states: list[Any] = []
        self._counts: list[int] = []

    def is_of(self, model: Module, optimizer: Optimizer | None) -> bool:
        """Whether it keeps these."""
        return self._model is model and self._optimizer is optimizer

    def keep(self) -> None:
        """Copy everything, in memory that is there already."""
        if self._watched.has_changed():
            optimizer = self._optimizer
            self._leaves = [leaf for _, leaf in self._model.named_buffers()]
            if optimizer is not None:
                found = {id(leaf): leaf for leaf in (*self._model.parameters(), *optimizer.parameters)}
                self._leaves += [*found.values(), *(x for slot in optimizer.slots for x in slot.memory.values())]
            self._generators = [generator for _, generator in generators_of(self._model)]
            self._arrays = [leaf.data.copy() for leaf in self._leaves]
            self._watched.look()
        else:
            for number, (leaf, array) in enumerate(zip(self._leaves, self._arrays, strict=True)):
                if array.shape == leaf.shape:
                    np.copyto(array, leaf.data)
                else:
                    self._arrays[number] = leaf.data.copy()
        self._states = [generator.bit_generator.state for generator in self._generators]
        if self._optimizer is not None:
            self._counts = [slot.steps for slot in self._optimizer.slots]

    def back(self) -> None:
        """Put everything back that was kept last."""
        for leaf, array in zip(self._leaves, self._arrays, strict=True):
            leaf.data = array.copy()
        for generator, state in zip(self._generators, self._states, strict=True):
            generator.bit_generator.state = state
        if self._optimizer is not None:
            for slot, count in zip(self._optimizer.slots, self._counts, strict=True):
                slot.steps = count


class Rewind:
    """Remembers the steps of a trainer, as far back as its latest copy.

    Args:
        trainer: Whose steps they are.
        again: Takes a step on a batch.
    """

    def __init__(self, trainer: TrainerParts, again: Callable[[tuple[Any, ...]], None]) -> None:
        self._trainer, self._again = trainer, again
        self._kept: Kept | None = None
        self.forget()

    def forget(self) -> None:
        """Begin anew with the next step."""
        # Since the copy: a batch, or where one can be had again, and the learning rate; and how many neighbours.
        self._steps: list[tuple[Any, float, int]] = []
        self._count = self._most = 0

    def note(self, batch: tuple[Any, ...], size: int | None = None) -> None:
        """A step is about to be taken.

        Args:
            batch: On which; or where it can be had again: a loader, an epoch and a number.
            size: How many bytes of memory that holds.
        """
        self._make_room(batch, size, 1)
        self._steps.append((batch, self._trainer.optimizer.learning_rate, 1))

    def note_ahead(self, loader: DataLoader, first: int, count: int) -> None:
        """Undisturbed steps are about to be taken on neighbouring batches of a loader's epoch; see `forget_last`."""
        self._make_room((), 0, count)
        self._steps.append(((loader, loader.epoch - 1, first), self._trainer.optimizer.learning_rate, count))

    def forget_last(self, count: int) -> None:
        """So many of the steps that were noted together, and last, were not taken."""
        if count:
            what, rate, noted = self._steps.pop()
            self._steps += [(what, rate, noted - count)] * (noted > count)
            self._count -= count

    def _make_room(self, batch: tuple[Any, ...], size: int | None, steps: int) -> None:
        """Copy everything, if it was so many steps ago."""
        if self._count + steps > self._most:
            trainer = self._trainer
            if self._kept is None or not self._kept.is_of(trainer.model, trainer.optimizer):
                self._kept = Kept(trainer.model, trainer.optimizer)
            self._kept.keep()
            self._steps, self._count = [], 0
            size = sum(getattr(x, "nbytes", 0) for x in batch) if size is None else size
            self._most = min(MOST_STEPS, 1 + MOST_BYTES // max(1, size))
        self._count += steps

    def back(self) -> None:
        """Bring the model, the optimizer and the generators to where they were before the step noted last."""
        trainer = self._trainer
        if self._kept is not None:
            self._kept.back()
        steps = [(what, number, rate) for what, rate, count in self._steps for number in range(count)]
        trainer.taken -= len(steps) - 1
        for what, number, rate in steps[:-1]:
            trainer.optimizer.learning_rate = rate
            if isinstance(what[0], DataLoader):
                loader, epoch, first = what
                what = loader.batch(epoch, first + number)
            self._again(what)
            trainer.taken += 1
        trainer.optimizer.learning_rate = steps[-1][-1]
        self.forget()

    def __getstate__(self) -> dict[str, Any]:
        self.forget()
        return vars(self) | {"_kept": None}
