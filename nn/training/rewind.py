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
        self._steps: list[Any] = []
        self._most = 0

    def note(self, batch: tuple[Any, ...], size: int | None = None) -> None:
        """A step is about to be taken.

        Args:
            batch: On which; or where it can be had again: a loader, an epoch and a number.
            size: How many bytes of memory that holds.
        """
        self._make_room(batch, size)
        self._steps.append((batch, self._trainer.optimizer.learning_rate))

    def note_ahead(self, loader: DataLoader, first: int, last: int) -> None:
        """Undisturbed steps are about to be taken on neighbouring batches of a loader's epoch; see `forget_last`."""
        self._make_room((), 0, last - first)
        epoch, rate = loader.epoch - 1, self._trainer.optimizer.learning_rate
        self._steps += [((loader, epoch, number), rate) for number in range(first, last)]

    def forget_last(self, count: int) -> None:
        """So many of the steps that were noted were not taken."""
        del self._steps[len(self._steps) - count :]

    def _make_room(self, batch: tuple[Any, ...], size: int | None, steps: int = 1) -> None:
        """Copy everything, if it was so many steps ago."""
        if len(self._steps) + steps > self._most:
            trainer = self._trainer
            model, optimizer = trainer.model.state_dict(), trainer.optimizer.state_dict()
            self._copy = model, optimizer, generator_states(trainer.model)
            self._steps = []
            size = sum(getattr(x, "nbytes", 0) for x in batch) if size is None else size
            self._most = min(MOST_STEPS, 1 + MOST_BYTES // max(1, size))

    def back(self) -> None:
        """Bring the model, the optimizer and the generators to where they were before the step noted last."""
        trainer = self._trainer
        model, optimizer, generators = self._copy
        trainer.model.load_state_dict(model)
        trainer.optimizer.load_state_dict(optimizer)
        set_generator_states(trainer.model, generators)
        trainer.taken -= len(self._steps) - 1
        for what, rate in self._steps[:-1]:
            trainer.optimizer.learning_rate = rate
            self._again(what[0].batch(*what[1:]) if isinstance(what[0], DataLoader) else what)
            trainer.taken += 1
        trainer.optimizer.learning_rate = self._steps[-1][1]
        self.forget()

    def __getstate__(self) -> dict[str, Any]:
        self.forget()
        return vars(self)
