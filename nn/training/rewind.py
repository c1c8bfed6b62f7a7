"""Back to before a step that went wrong: a recorded step has changed the parameters by the time its loss is known.

Every so often everything that steps change is copied, and the batches since are kept; the way back is to put the copy
in place and to take the steps since again, all but the last, which gives the same bits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nn.inspect import generator_states, set_generator_states
from nn.training.data import DataLoader
from nn.training.parts import TrainerParts

__all__ = ["MOST_STEPS", "Rewind"]

MOST_STEPS = 256
MOST_BYTES = 1 << 24


class Rewind:
    """Remembers the steps of a trainer, as far back as its latest copy.

    Args:
        trainer: Whose steps they are.
        again: Takes a step on a batch.
    """

    def __init__(self, trainer: TrainerParts, again: Callable[[tuple[Any, ...]], None]) -> None:
        self._trainer, self._again = trainer, again
        self.forget()

    def forget(self) -> None:
        """Begin anew with the next step."""
        self._copy: Any = None
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
            model, optimizer = trainer.model.state_dict(), trainer.optimizer.state_dict()
            self._copy = model, optimizer, generator_states(trainer.model)
            self._steps, self._count = [], 0
            size = sum(getattr(x, "nbytes", 0) for x in batch) if size is None else size
            self._most = min(MOST_STEPS, 1 + MOST_BYTES // max(1, size))
        self._count += steps

    def back(self) -> None:
        """Bring the model, the optimizer and the generators to where they were before the step noted last."""
        trainer = self._trainer
        model, optimizer, generators = self._copy
        trainer.model.load_state_dict(model)
        trainer.optimizer.load_state_dict(optimizer)
        set_generator_states(trainer.model, generators)
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
        return vars(self)
