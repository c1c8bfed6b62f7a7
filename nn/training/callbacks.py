"""Callbacks: what else happens during training, at seven moments.

Every hook takes the trainer; `TrainerView` says which of its attributes tell where training is. Setting
``trainer.stopping = True`` ends training after this epoch.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, Protocol

from autograd import MissingExtraError, require
from nn._arguments import checked, positive_integer
from nn._repr import Shown
from nn.module import Module
from nn.optim import Optimizer
from nn.training.checkpoint import save
from nn.training.history import History, Row

__all__ = ["Callback", "Checkpoint", "EarlyStopping", "ProgressBar", "TrainerView", "anybodys", "epoch_line", "hooks"]


class TrainerView(Protocol):
    """What a callback may see of a `Trainer`.

    Attributes:
        model: The network.
        optimizer: What changes it.
        history: The rows of this fit so far.
        epoch, epochs: The number of this epoch, from 1 (0 before the first), and of all.
        step, steps: The number of this step within its epoch, from 1, and of all in an epoch.
        batch_loss: The loss of the last step.
        accumulate: How many batches' gradients make a step of the optimizer.
        stopping: Set it to True to end training after this epoch.
    """

    model: Module
    optimizer: Optimizer
    history: History
    epoch: int
    epochs: int
    step: int
    steps: int
    batch_loss: float
    accumulate: int
    stopping: bool

    def save(self, path: str | Path) -> None:
        """Save all that training goes on from."""


class Callback(Shown):
    """Seven hooks that do nothing; a subclass overrides those it wants.

    Attributes:
        reads_gradients: Whether it looks at the parameters' ``.grad``, which a recorded step leaves alone: with such a
            callback no step is recorded.

    Example:
        >>> class Decay(Callback):
        ...     def on_epoch_end(self, trainer):
        ...         trainer.optimizer.learning_rate *= 0.9
    """

    reads_gradients = False

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "__init__" in vars(cls):
            cls.__init__ = checked(cls.__init__)  # type: ignore[method-assign]

    def on_fit_begin(self, trainer: TrainerView) -> None:
        """Before the first epoch."""

    def on_fit_end(self, trainer: TrainerView) -> None:
        """After the last epoch, and also after an error."""

    def on_epoch_begin(self, trainer: TrainerView) -> None:
        """Before the first step of an epoch."""

    def on_epoch_end(self, trainer: TrainerView) -> None:
        """After an epoch and its validation; its row is ``trainer.history[-1]``."""

    def on_batch_begin(self, trainer: TrainerView) -> None:
        """Before a step."""

    def on_batch_end(self, trainer: TrainerView) -> None:
        """After a step; its loss is ``trainer.batch_loss``."""

    def on_interrupt(self, trainer: TrainerView) -> None:
        """After Ctrl-C, once the step and the epoch's row are finished."""

    def state_dict(self) -> dict[str, Any]:
        """What a fit that is taken up again needs to know: numbers, texts and arrays by name."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave: after `on_fit_begin` of the fit that is taken up, or in `Trainer.load`."""


def hooks(callbacks: Iterable[Any], *names: str) -> list[Callable[[Any], None]]:
    """The callbacks' methods of these names that do something."""
    methods = [(getattr(each, name), getattr(Callback, name)) for each in callbacks for name in names]
    return [method for method, plain in methods if getattr(method, "__func__", method) is not plain]


def anybodys(callbacks: Iterable[Any], *names: str) -> bool:
    """Whether any of these hooks is not this library's, and so may change anything."""
    return not all(str(getattr(hook, "__module__", "")).startswith("nn.") for hook in hooks(callbacks, *names))


class Best:
    """Follows one column of the history and tells when it is better than ever.

    Args:
        monitor: The column.
        mode: Whether small (``"min"``) or large (``"max"``) is good.
        min_delta: How much better it has to be to count.

    Raises:
        ValueError: Another mode, or a negative ``min_delta``.
    """

    def __init__(self, monitor: str, mode: Literal["min", "max"], min_delta: float = 0.0) -> None:
        if mode not in ("min", "max"):
            raise ValueError(f"mode must be 'min' or 'max', got {mode!r}")
        if not min_delta >= 0:
            raise ValueError(f"min_delta must be at least 0, got {min_delta!r}")
        self.monitor, self.mode, self.min_delta = monitor, mode, min_delta
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.value, self.epoch = math.inf if self.mode == "min" else -math.inf, 0

    def improved(self, row: Row) -> bool:
        """Take in the row of an epoch; whether it is the best so far.

        Raises:
            ValueError: The row has no such column.
        """
        if self.monitor not in row:
            columns = ", ".join(row)
            raise ValueError(
                f"nothing is recorded as {self.monitor!r}; monitor one of {columns}, "
                "or train with validation_split= or validation_data="
            )
        value = row[self.monitor]
        gain = self.value - value if self.mode == "min" else value - self.value
        if not gain > self.min_delta:
            return False
        self.value, self.epoch = value, int(row["epoch"])
        return True

    def state_dict(self) -> dict[str, Any]:
        """The best so far."""
        return {"best": self.value, "best_epoch": self.epoch}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        self.value, self.epoch = float(state["best"]), int(state["best_epoch"])


class EarlyStopping(Callback):
    """Stop when validation no longer gets better, and give back the best parameters.

    Args:
        patience: How many epochs in a row may be no better than the best.
        monitor: The column of the history to follow.
        mode: Whether small (``"min"``) or large (``"max"``) is good.
        min_delta: How much better counts as better.
        restore_best: Whether the model has the best epoch's parameters at the end, however training ended.

    Attributes:
        best: ``best.value`` of the column, and ``best.epoch`` it belongs to.
        stopped: Whether training was stopped for lack of progress.

    Raises:
        ValueError: A patience below 1, another mode, a negative ``min_delta``; while training, a column that is
            not recorded.

    Example:
        >>> import numpy as np
        >>> import nn
        >>> x = np.linspace(-1, 1, 40).reshape(-1, 1)
        >>> model = nn.MLP(1, [8, 1], seed=0)
        >>> early = nn.EarlyStopping(patience=3)
        >>> trainer = nn.Trainer(model, loss=nn.mse, optimizer="sgd", callbacks=[early])
        >>> history = trainer.fit(x, x, validation_data=(x, x + 2), epochs=100, progress=False)
        >>> early.stopped, len(history) - early.best.epoch
        (True, 3)
    """

    def __init__(
        self,
        patience: int = 5,
        monitor: str = "val_loss",
        mode: Literal["min", "max"] = "min",
        min_delta: float = 0.0,
        restore_best: bool = True,
    ) -> None:
        self.patience = positive_integer("patience", patience)
        self.best = Best(monitor, mode, min_delta)
        self.restore_best = restore_best
        self.monitor, self.mode, self.min_delta = monitor, mode, min_delta
        self.stopped = False
        self._state: dict[str, Any] = {}
        self._form: dict[str, Any] = {}  # of the model's state, by name

    def on_fit_begin(self, trainer: TrainerView) -> None:
        """Start afresh."""
        self.best.reset()
        self.stopped = False
        self._state, self._form = {}, _form(trainer.model.state_dict())

    def on_epoch_end(self, trainer: TrainerView) -> None:
        """Remember the best parameters; stop when patience is at its end."""
        if self.best.improved(trainer.history[-1]):
            if self.restore_best:
                self._state = trainer.model.state_dict()
        elif trainer.epoch - self.best.epoch >= self.patience:
            self.stopped = trainer.stopping = True

    def on_fit_end(self, trainer: TrainerView) -> None:
        """Give back the best parameters."""
        if self._state:
            trainer.model.load_state_dict(self._state)

    def state_dict(self) -> dict[str, Any]:
        """The best, and its parameters."""
        model = {f"model.{name}": array for name, array in self._state.items()}
        return self.best.state_dict() | {"stopped": self.stopped} | model

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from there."""
        found = {name[6:]: array for name, array in state.items() if name.startswith("model.")}
        if self._form and found and _form(found) != self._form:
            raise ValueError("its best parameters are of another model")
        self.best.load_state_dict(state)
        self.stopped, self._state = bool(state["stopped"]), found


def _form(state: Mapping[str, Any]) -> dict[str, Any]:
    return {name: (array.shape, array.dtype) for name, array in state.items()}


class Checkpoint(Callback):
    """Save the model and the history while training: ``model.safetensors`` and ``history.csv`` in one folder.

    Each file is replaced in one step, so whatever stops the program leaves the last good one.

    Args:
        folder: Where to save; made when needed.
        monitor: A column of the history: the model of its best epoch is kept. By default ``"val_loss"`` where there is
            validation, else the latest epoch's; ``monitor="epoch", mode="max"`` always keeps the latest.
        mode: Whether small (``"min"``) or large (``"max"``) is good.

    Raises:
        ValueError: Another mode; while training, a column that is not recorded.

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> import nn
        >>> x = np.linspace(-1, 1, 40).reshape(-1, 1)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     keep = nn.Checkpoint(folder)
        ...     trainer = nn.Trainer(nn.MLP(1, [1], seed=0), loss=nn.mse, optimizer="sgd", callbacks=[keep])
        ...     history = trainer.fit(x, x, epochs=2, progress=False)
        ...     best, rows = nn.load(f"{folder}/model.safetensors"), nn.History.load(f"{folder}/history.csv")
        >>> len(rows)
        2
    """

    def __init__(self, folder: str | Path, monitor: str | None = None, mode: Literal["min", "max"] = "min") -> None:
        self.folder = Path(folder)
        self.monitor, self.mode = monitor, mode
        self._best = self._new_best({})

    def on_fit_begin(self, trainer: TrainerView) -> None:  # noqa: ARG002 - the hook's signature
        """Make the folder, and find out now that safetensors is missing, not after an hour."""
        require("safetensors", "train")
        self.folder.mkdir(parents=True, exist_ok=True)

    def on_epoch_end(self, trainer: TrainerView) -> None:
        """Save."""
        row = trainer.history[-1]
        if len(trainer.history) == 1:
            self._best = self._new_best(row)
        if self._best.improved(row):
            save(trainer.model, self.folder / "model.safetensors")
        trainer.history.save(self.folder / "history.csv")

    def state_dict(self) -> dict[str, Any]:
        """The best so far, and what it is of."""
        return self._best.state_dict() | {"monitor": self._best.monitor, "mode": self._best.mode}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from there."""
        self._best = Best(state["monitor"], state["mode"])
        self._best.load_state_dict(state)

    def _new_best(self, row: Row) -> Best:
        if self.monitor is not None:
            return Best(self.monitor, self.mode)
        return Best("val_loss", "min") if "val_loss" in row else Best("epoch", "max")


class ProgressBar(Callback):
    """A line for each epoch and, in a terminal or a notebook and with tqdm installed, a live bar over the steps.

    ``fit(…)`` shows one itself unless ``progress=False``.
    """

    def __init__(self) -> None:
        self._bar: Any = None
        self._began = 0.0

    def on_fit_begin(self, trainer: TrainerView) -> None:
        """Show the bar."""
        try:
            tqdm = require("tqdm.auto", "train").tqdm
        except MissingExtraError:
            return
        # disable=None: no bar where standard error is not a terminal, so that logs stay readable.
        self._bar = tqdm(total=trainer.epochs * trainer.steps, unit="step", leave=False, disable=None)

    def on_epoch_begin(self, trainer: TrainerView) -> None:  # noqa: ARG002 - the hook's signature
        """Look at the clock."""
        self._began = time.perf_counter()

    def on_batch_end(self, trainer: TrainerView) -> None:  # noqa: ARG002 - the hook's signature
        """Move the bar."""
        if self._bar is not None:
            self._bar.update()

    def on_epoch_end(self, trainer: TrainerView) -> None:
        """Print the epoch's line, above the bar."""
        seconds = time.perf_counter() - self._began
        self._say(f"{epoch_line(trainer.history[-1], trainer.epochs)}  {seconds:.2f} s")

    def on_interrupt(self, trainer: TrainerView) -> None:
        """Say that training was stopped."""
        self._say(f"interrupted in epoch {trainer.epoch}, step {trainer.step} of {trainer.steps}")

    def on_fit_end(self, trainer: TrainerView) -> None:  # noqa: ARG002 - the hook's signature
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _say(self, line: str) -> None:
        print(line) if self._bar is None else self._bar.write(line)


def epoch_line(row: Row, epochs: int) -> str:
    """One epoch as a line of text.

    Example:
        >>> epoch_line({"epoch": 3, "learning_rate": 0.1, "loss": 0.25, "accuracy": 0.9, "val_loss": 0.3}, epochs=20)
        'epoch  3/20  loss 0.2500  accuracy 0.9000  val_loss 0.3000'
    """
    numbers = (f"{name} {value:.4f}" for name, value in row.items() if name not in ("epoch", "learning_rate"))
    return "  ".join((f"epoch {row['epoch']:>{len(str(epochs))}}/{epochs}", *numbers))
