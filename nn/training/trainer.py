"""The trainer: the loop over epochs and batches, cut into four small steps that a subclass may override.

`fit` runs `train_epoch` for every epoch, which runs `train_step` for every batch, which asks `compute_loss`.
`evaluate` and `predict` run `predict_step` for every batch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

import autograd as ag
from nn._arguments import check_made, checked, explained_methods, positive_integer
from nn.distributed import world
from nn.init import Seed
from nn.inspect import mode
from nn.losses import Loss
from nn.module import Module
from nn.optim import Optimizer
from nn.outputs import outputs_of
from nn.training import samples
from nn.training.by_name import as_callbacks, as_loss, as_metrics, as_optimizer, as_tensor
from nn.training.callbacks import Callback, ProgressBar, hooks
from nn.training.divergence import DivergenceError
from nn.training.history import History, Row
from nn.training.inference import Inference
from nn.training.interfaces import Pending
from nn.training.interrupt import Interrupt, deferred_interrupt
from nn.training.lint import warn_of_what_looks_wrong
from nn.training.measured import Measured, is_sum
from nn.training.outside import is_ours
from nn.training.resume import Saver, file_of, give_back, read_state, set_evaluating, write_state
from nn.training.samples import Batches, Blocks, ClassWeight, Held, checked_pair, is_sum_of_samples
from nn.training.scores import Metric, measured
from nn.training.settings import Settings
from nn.training.stepping import Stepper

__all__ = ["DivergenceError", "Metric", "Trainer"]

Array: TypeAlias = NDArray[Any]


@explained_methods
class Trainer(Inference):
    """Fits a model to data, and uses it.

    Args:
        model: The network.
        loss: ``loss(outputs, targets)``, one number, e.g. `nn.cross_entropy`, or its name; a mean over the samples, or
            a sum.
        optimizer: An optimizer over the model's parameters, or the name of one, e.g. ``"adam"``.
        metrics: Functions ``(y_true, y_pred)`` by name, from `nn.metrics` or scikit-learn; or a list of names, ours or
            those of scikit-learn's scorers, such as ``["accuracy", "roc_auc"]``.
        callbacks: What else is to happen; see `nn.training.callbacks`.
        penalty: What is added to the loss of every training step, a function of the model such as
            ``lambda model: nn.l2(model.parameters(), 1e-3)``. The history tells the loss without it.
        clip_norm: The largest norm of all gradients together; see `nn.clip_norm`.
        clip_value: The largest entry of any gradient; see `nn.clip_value`.
        learning_rate: That of an optimizer given by its name.
        label_smoothing: See `nn.cross_entropy`.
        accumulate: How many batches' gradients are averaged for one step of the optimizer.
        compile: Whether steps are recorded and replayed (`nn.compile_step`). By default they are after some steps,
            compiled to machine code where llvmlite is installed and the fit is long enough, and eager where the model,
            the loss or a subclass does what a recording could not follow; `note` tells what. True records from the
            first step, and anything; False nothing.

    Attributes:
        history: The rows of the current or last fit.
        epoch, epochs: The number of this epoch, from 1, and of all.
        step, steps: The number of this step within its epoch, from 1, and of all in an epoch.
        batch_loss: The loss of the last step.
        stopping: Set it to True to end training after this epoch.
        taken: How many steps were taken, in all fits.
        note: Why steps are not recorded; None where they are.

    Raises:
        TypeError: Something of the wrong kind, such as a class in place of an object.
        ValueError: A metric has the name of another column of the history, or nothing is known by a name.

    Example:
        >>> from nn import MLP, SGD, accuracy, cross_entropy
        >>> x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
        >>> y = np.array([0, 1, 1, 0])
        >>> model = MLP(2, [16, 2], activation="tanh", seed=0)
        >>> optimizer = SGD(model.parameters(), learning_rate=0.5, momentum=0.9)
        >>> trainer = Trainer(model, loss=cross_entropy, optimizer=optimizer, metrics={"accuracy": accuracy})
        >>> history = trainer.fit(x, y, epochs=100, batch_size=4, progress=False)
        >>> trainer.predict(x)
        array([0, 1, 1, 0])
        >>> trainer.evaluate(x, y)["accuracy"]
        1.0
    """

    # Whether a subclass's own `compute_loss` reads nothing from outside that may change, so that it can be recorded.
    steady = False

    @checked
    def __init__(
        self,
        model: Module,
        *,
        loss: Loss | str,
        optimizer: Optimizer | str,
        metrics: Mapping[str, Metric | str] | Iterable[Metric | str] | None = None,
        callbacks: Iterable[Callback] = (),
        penalty: Callable[[Module], Any] | None = None,
        clip_norm: float | None = None,
        clip_value: float | None = None,
        learning_rate: float | None = None,
        label_smoothing: float = 0.0,
        accumulate: int = 1,
        compile: bool | None = None,
    ) -> None:
        check_made("model", model, Module, "nn.MLP(4, [8, 3])")
        self.model = model
        self.penalty = penalty
        self.clip_norm, self.clip_value = clip_norm, clip_value
        self.loss = as_loss(loss, label_smoothing)
        self.optimizer = as_optimizer(optimizer, model, learning_rate)
        self.metrics = as_metrics(metrics)
        self.callbacks = as_callbacks(callbacks)
        self.accumulate = positive_integer("accumulate", accumulate)
        self.compile = compile
        self.history = History()
        self.epoch = self.epochs = self.step = self.steps = self.taken = self.epochs_taken = 0
        self.batch_loss, self.stopping = math.nan, False
        self.measured = Measured()
        self.stepper = Stepper(self)
        self.own_callbacks: list[Callback] = self.callbacks
        self.pending = Pending()
        self.settings = Settings(self)
        self._interrupt = Interrupt()
        self._saver: Saver | None = None
        self._seed: Seed = 0
        # Whether nobody else's code runs between steps, nor keeps a batch; `Module.edits` then, if none has run since.
        self._alone, self._unkept, self._unseen = False, False, -1
        # Whether that loss is a sum, once it is known.
        self._summed: tuple[Loss, bool | None] = self.loss, is_sum_of_samples(self.loss)

    # ---- training ----------------------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        loss = getattr(self.loss, "__name__", repr(self.loss))
        shown = [type(self.model).__name__, f"loss={loss}", f"optimizer={self.optimizer!r}"]
        shown += [f"metrics={list(self.metrics)}"] if self.metrics else []
        shown += [f"callbacks={self.callbacks}"] if self.callbacks else []
        return f"Trainer({', '.join(shown)})"

    @property
    def note(self) -> str | None:
        """Why steps are taken eagerly; None where they are recorded."""
        return self.stepper.note

    @checked
    def fit(
        self,
        x: Any,
        y: ArrayLike | None = None,
        *,
        epochs: int,
        batch_size: int | Literal["full"] = 32,
        validation_split: float = 0.0,
        validation_data: Any = None,
        class_weight: ClassWeight | None = None,
        sample_weight: ArrayLike | None = None,
        seed: Seed = 0,
        shuffle: bool = True,
        progress: bool = True,
        lint: bool = False,
        resume: str | Path | None = None,
    ) -> History:
        """Train for a number of epochs. The same seed and the same model give the same numbers, to the last bit.

        Ctrl-C ends training after the current step, with the epoch's row complete; a second Ctrl-C ends it at once.
        Training metrics are those of the outputs during the epoch, while the parameters were changing. Another fit goes
        on where the last one ended: two of three epochs are one of six.

        Args:
            x: Inputs, one row per sample; several inputs as a tuple. Or, without y, a data set of samples ``(x, y)`` or
                a loader of batches, such as `nn.DataLoader`. What lies in a file (`numpy.memmap`) is read by batches.
            y: Targets, one per sample, in the form that the loss takes.
            epochs: How many times to go through the data; with ``resume``, those before included.
            batch_size: Samples in a step: 1 for one at a time, ``"full"`` for all at once.
            validation_split: The share of samples, chosen at random, to set aside for validation.
            validation_data: Other samples ``(x, y)`` for validation.
            class_weight: What samples of each class count, ``{class: weight}``, or ``"balanced"`` so that all
                classes count alike (a loader that is not an `nn.DataLoader` is gone through once more, to count them).
            sample_weight: What each sample counts: the loss of a batch is Σ w l / Σ w.
            seed: Where the split and the order of the samples come from.
            shuffle: Whether each epoch has another order.
            progress: Whether to show a bar and print a line per epoch.
            lint: Whether to look over model, loss and data first (`nn.lint`); what looks wrong becomes a warning.
            resume: A folder, or a file ``….safetensors``, in which the state of the training is kept: it goes on from
                there if there is one, and saves at the end of each epoch, every half minute, and at Ctrl-C. What was
                killed at any moment and is taken up again ends with the unbroken run's numbers, to the bit.

        Returns:
            The history, one row per epoch.

        Raises:
            ShapeError: x and y have different lengths.
            ValueError: There is a NaN or an infinity in the data, or an argument is out of its range.
            DivergenceError: The loss is no longer finite; the parameters are those before that step.
            StateError: What there is to resume is of another model, optimizer or list of callbacks.
        """
        self.epochs, self._seed = positive_integer("epochs", epochs), samples.seed_number(seed)
        if self._summed[0] is not self.loss:
            self._summed = self.loss, is_sum_of_samples(self.loss)
        self.history, self.measured, self.pending = History(), Measured(self._summed[1]), Pending()
        self.stepper.begin_fit()
        self.epoch = self.step = 0
        self.stopping, self._unseen = False, -1
        self.own_callbacks = self.callbacks
        first = self.epochs_taken
        if resume is not None and file_of(resume).is_file():
            read_state(self, resume)
            first = self.epochs_taken - self.epoch
        batches, held = samples.prepared(
            self.model,
            self.loss,
            x,
            y,
            batch_size=batch_size,
            validation_split=validation_split,
            validation_data=validation_data,
            class_weight=class_weight,
            sample_weight=sample_weight,
            seed=self._seed,
            shuffle=shuffle,
        )
        if lint and y is not None:
            warn_of_what_looks_wrong(self.model, self.loss, *checked_pair(x, y), self.optimizer)
        self.steps = len(batches)
        samples.check_batches(self.model, batches)
        self._fit(batches, held, first, progress, None if resume is None else Saver(self, resume))
        return self.history

    def _fit(self, batches: Batches, held: Held | None, first: int, progress: bool, saver: Saver | None) -> None:
        self._saver = saver
        if (ranks := world()) is not None:
            ranks.agree(self.model, self.optimizer, batches.loader)
        progress = progress and (ranks is None or ranks.rank == 0)
        self.callbacks = [*self.callbacks, ProgressBar()] if progress else self.callbacks
        self.stepper.prepare(getattr(batches.loader, "batch_size", 1) or 1)
        # The loss is looked at in every step; NumPy's warnings about overflow would say less, and earlier.
        with deferred_interrupt() as self._interrupt, np.errstate(all="ignore"):
            try:
                self._notify("on_fit_begin")
                give_back(self.own_callbacks, self.pending.callbacks)
                while self.epoch < self.epochs and not (self.stopping or self.history.interrupted):
                    self.epoch += 1
                    batches.loader.epoch = first + self.epoch - 1
                    self._fit_epoch(batches, held)
                    self.history.interrupted = self._interrupt.requested
                    if self.history.interrupted:
                        self._notify("on_interrupt")
            finally:
                self._notify("on_fit_end")
                self.callbacks, self._saver = self.own_callbacks, None

    def _fit_epoch(self, batches: Batches, held: Held | None) -> None:
        start = self.measured.steps  # 0, or where a saved epoch was left
        if start == 0:
            self._notify("on_epoch_begin")
        row: Row = {"epoch": self.epoch, "learning_rate": self.optimizer.rate if start == 0 else self.measured.rate}
        self.measured.rate = row["learning_rate"]
        # Where nobody else's code has run since the last epoch looked, this one would find the same.
        if not (same := self._unseen == Module.edits):
            self._alone = batches.from_arrays and self._is_alone_in_epochs()
            self._unkept = self._alone and not self.has_own("compute_loss") and is_ours(self.model, self.loss)
            self.stepper.begin_epoch(batches.loader, self._alone)
        phases, recording = self.history.phases, self.stepper.seconds_of_recording
        with nullcontext() if same else mode(self.model, training=True), phases.of("steps"):
            if start:
                set_evaluating(self.model, self.pending.evaluating)
            edits = Module.edits
            given = batches.blocks_from_step(start, self._unkept) if self._alone else batches.from_step(start)
            row |= self.train_epoch(given)
        phases.move("steps", "data", batches.seconds)
        phases.move("steps", "recording", self.stepper.seconds_of_recording - recording)
        if held is not None:
            with phases.of("validation"):
                found = self.evaluate(*held.whole()) if self.has_own("evaluate") else self._evaluate(held)
            row |= {f"val_{name}": value for name, value in found.items()}
        self.history.rows.append(row)
        broken = self._interrupt.requested and self.step < self.steps
        self.measured, self.epochs_taken = Measured(self.measured.is_sum), self.epochs_taken + 1
        ours = self._unkept and held is None and self.optimizer.schedule is None and not self.metrics
        ours = ours and not hooks(self.callbacks, "on_epoch_begin", "on_epoch_end")
        self._unseen = edits if ours else -1
        with phases.of("callbacks"):
            self._notify("on_epoch_end")
        if self._saver is not None and not broken:
            self._saver.save()

    def _is_alone_in_epochs(self) -> bool:
        """Whether no code of anybody else's runs between the steps of an epoch."""
        own = self.has_own("train_epoch") or self.has_own("train_step")
        return not (own or hooks(self.callbacks, "on_batch_begin", "on_batch_end"))

    def has_own(self, method: str) -> bool:
        """Whether a method is not the one here: a subclass has it, or it was set on this trainer alone."""
        return getattr(getattr(self, method), "__func__", None) is not getattr(Trainer, method)

    def train_epoch(self, batches: Iterable[tuple[Any, ...]]) -> Row:
        """Go through the batches once, or until Ctrl-C; the loss and the metrics over all samples seen."""
        found = self.measured
        end, self.step = hooks(self.callbacks, "on_batch_end"), found.steps
        alone = batches.lists if isinstance(batches, Blocks) else None
        steps = self._one_by_one(batches) if alone is None else self.stepper.ahead(alone, self._interrupt)
        for batch, loss, raw in steps:
            self.batch_loss = loss
            if found.is_sum is None and loss and raw is not None:
                found.is_sum = is_sum(self.loss, raw, batch[1])
                self._summed = self.loss, found.is_sum
            for hook in end:
                hook(self)
            if self._interrupt.requested:
                if self._saver is not None and self.step < self.steps and self.step % self.accumulate == 0:
                    self._saver.save()
                break
            if self._saver is not None and self.step % self.accumulate == 0:
                self._saver.save_if_due()
        row = {"loss": found.loss()}
        return row | measured(self.metrics, outputs_of(self.loss), *found.seen()) if self.metrics else row

    def _one_by_one(self, batches: Iterable[tuple[Any, ...]]) -> Iterator[tuple[tuple[Any, ...], float, Any]]:
        begin = hooks(self.callbacks, "on_batch_begin")
        for batch in batches:
            self.step += 1
            for hook in begin:
                hook(self)
            loss, raw = self.train_step(*batch)
            self.measured.add([loss], [batch], [raw] if self.metrics else [])
            yield batch, loss, raw

    def train_step(self, xb: Any, yb: Array, weights: Array | None = None) -> tuple[float, Any]:
        """Take one step on one batch; its loss and the network's raw outputs (None where nobody asks for them).

        Raises:
            DivergenceError: The loss is not finite; the parameters are left as they were.
            ShapeError: The loss is not a single number.
        """
        batch = (xb, yb) if weights is None else (xb, yb, weights)
        return self.stepper.taken(batch)

    def compute_loss(self, xb: Any, yb: Any, weights: Any = None) -> tuple[ag.Tensor, ag.Tensor]:
        """The loss on one batch, a single number, and the raw outputs of shape ``(batch, ...)``."""
        outputs = self.model(*xb) if isinstance(xb, tuple) else self.model(xb)
        outputs = as_tensor(f"{type(self.model).__name__}.forward", outputs)
        loss = self.loss(outputs, yb) if weights is None else samples.weighted(self.loss, outputs, yb, weights)
        return as_tensor("the loss", loss), outputs

    # ---- going on ----------------------------------------------------------------------------------------------------

    def save(self, path: str | Path) -> None:
        """Save the model, the optimizer, the history and all else that `load` or ``fit(resume=…)`` goes on from.

        Args:
            path: A folder, or a file ``….safetensors``, which is replaced in one step.

        Raises:
            MissingExtraError: safetensors is not installed.
        """
        write_state(self, path)

    def load(self, path: str | Path) -> None:
        """Be as the trainer was that was saved; the next `fit` goes on as that one's would have.

        Raises:
            FileNotFoundError: There is no such file.
            StateError: It is something else, or of another model or optimizer; nothing is loaded then.
        """
        self.own_callbacks = self.callbacks
        read_state(self, path)
        give_back(self.own_callbacks, self.pending.callbacks)
        self.measured, self.pending = Measured(), Pending()

    def position(self) -> dict[str, Any]:
        """Where training is, as a saved state tells it."""
        epoch = self.epoch - (self.measured.steps > 0)
        position = {"epoch": epoch, "taken": self.taken, "epochs_taken": self.epochs_taken, "seed": self._seed}
        return position | {"stopping": self.stopping, "sums": self.measured.is_sum, "rate": self.measured.rate}

    def set_position(self, position: Mapping[str, Any]) -> None:
        """Be where `position` was."""
        self.epoch, self.taken, self.epochs_taken = (int(position[name]) for name in ("epoch", "taken", "epochs_taken"))
        self._seed, self.stopping = int(position["seed"]), bool(position["stopping"])
        self.measured.is_sum, self.measured.rate = position["sums"], float(position["rate"])
        self.step = self.measured.steps

    def _notify(self, hook: str) -> None:
        for callback in self.callbacks:
            getattr(callback, hook)(self)
