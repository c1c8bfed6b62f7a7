"""How the trainer takes a step: eagerly at first, then recorded, then recorded and compiled, as soon as that pays.

Which of them step n takes depends on n, counted over all fits, and on the sizes of network, batch and epoch; never on a
clock. So equal runs are equal to the bit, and one that is taken up again goes on as it would have. The NumPy engine
gives the eager step's bits, but for the last ones of GELU in single precision; the native one differs in the last of
them.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from autograd import native_is_ready
from nn.distributed import world
from nn.inspect import generator_states, set_generator_states
from nn.module import Module
from nn.regularisation import clipped
from nn.training.callbacks import anybodys
from nn.training.compiled import MOST_CHANGES, RecordedGradients, RecordedStep
from nn.training.data import DataLoader
from nn.training.data_parallel import why_not_shared
from nn.training.divergence import diverged
from nn.training.eager import EagerStep
from nn.training.interfaces import TrainerParts
from nn.training.interrupt import Interrupt
from nn.training.outside import unsteady
from nn.training.rewind import MOST_STEPS, Rewind

__all__ = ["Stepper"]

Batch: TypeAlias = tuple[Any, ...]
# The batch of the latest step, its loss, and the outputs where they are wanted.
Taken: TypeAlias = tuple[Batch, float, Any]

# What an eager step takes, about: for itself, and for each parameter and row of the batch.
SECONDS_OF_A_STEP = 2e-4
SECONDS_OF_A_PRODUCT = 3e-10

# How long eager steps would have taken when it is time to record, or to load compiled code. At these points each costs
# about as much, so no fit takes much longer than twice what the best choice would have taken; but for the first on a
# machine, which makes that code in part of a second. Whether it is there already decides nothing, since the engines
# differ in last bits: the same fit gives the same numbers anywhere, the first time too.
UNTIL_RECORDED = 0.01
UNTIL_NATIVE = 0.08
# An epoch that would take so long eagerly pays for all of it by itself: its second step is recorded, and native.
LONG_EPOCH = 0.2


class Stepper:
    """Takes the steps of a trainer.

    Attributes:
        note: Why steps are eager; None while they are recorded, or will be.
        refused: What in this fit could not be recorded.
        plan: From which step on they are recorded, and from which on native; None before the first.
    """

    def __init__(self, trainer: TrainerParts) -> None:
        self._trainer = trainer
        self.note: str | None = None
        self.refused: str | None = None
        self.plan: tuple[float, float] | None = None
        self._recorded: dict[str, RecordedStep] = {}
        self._made_of: tuple[Any, ...] = ()
        self._settings: tuple[Any, ...] = ()
        self._changes = 0  # of these, in this fit
        self._last: RecordedStep | None = None  # what all later steps of this fit are taken by
        self._rewind = Rewind(trainer, self.again)
        self._loader: DataLoader | None = None
        self._disturbed = False  # by code of others, that may change anything between two steps
        self._eager = EagerStep(trainer)
        self._before: Any = None  # the model before the last recording, in the step that made it

    def begin_fit(self) -> None:
        """Forget what is known of the last fit alone."""
        self._changes, self.refused = 0, None

    def state(self) -> dict[str, Any]:
        """What a fit that is taken up goes on from; a change that the next step will notice counts already."""
        changed = bool(self._made_of) and self._differs(*self._now())
        return {"plan": self.plan, "changes": self._changes + changed, "refused": self.refused}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` gave."""
        self.plan = None if state["plan"] is None else tuple(state["plan"])
        self._changes, self.refused = state["changes"], state["refused"]

    def prepare(self, batch_size: int) -> None:
        """Find out whether steps can be recorded, and from when on."""
        trainer = self._trainer
        self._last, refused = None, self.refused
        self._rewind.forget()
        self._look()
        self.refused = None if trainer.compile else refused
        self.note = self._why_eager() or self.refused
        if self.plan is None:
            size = sum(parameter.size for parameter in trainer.model.parameters())
            self.plan = plan(SECONDS_OF_A_STEP + SECONDS_OF_A_PRODUCT * size * batch_size, trainer.steps)

    def _look(self) -> None:
        """Notice what a callback, or the user between fits, has changed of what steps are made of."""
        trainer, (found, settings) = self._trainer, self._now()
        if not self._differs(found, settings):
            return
        if self._settings and settings[2] != self._settings[2]:
            trainer.optimizer.zero_grad()  # of a group of batches that is none any more
        self._changes += bool(self._made_of)
        self._made_of, self._settings, self._recorded, self._last = found, settings, {}, None
        self._rewind.forget()
        self.refused, self.note = None, self._why_eager()

    def _now(self) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """What steps are made of, and how."""
        trainer = self._trainer
        alone = None if world() is not None else trainer.optimizer.not_recorded()
        found = trainer.model, trainer.optimizer, trainer.loss, trainer.penalty
        return found, (trainer.clip_norm, trainer.clip_value, trainer.accumulate, trainer.compile, alone)

    def _differs(self, found: tuple[Any, ...], settings: tuple[Any, ...]) -> bool:
        return not self._made_of or settings != self._settings or not all(map(operator.is_, found, self._made_of))

    def begin_epoch(self, loader: Any, alone: bool) -> None:
        """Steps follow on a loader's batches; where it is alone, nobody's code but the trainer's runs in between."""
        self._loader = loader if alone else None
        self._look()
        trainer = self._trainer
        disturbed = not isinstance(loader, DataLoader) or anybodys(trainer.callbacks, "on_batch_begin", "on_batch_end")
        own = not alone and (trainer.has_own("train_epoch") or trainer.has_own("train_step"))
        self._disturbed = own or disturbed
        if anybodys(trainer.callbacks, "on_epoch_begin", "on_epoch_end") or trainer.has_own("evaluate"):
            self._rewind.forget()  # the steps before were perhaps taken with other settings
        for recorded in self._recorded.values():
            recorded.look_again()

    @property
    def seconds_of_recording(self) -> float:
        """How long steps were recorded, in all fits."""
        return sum(recorded.seconds for recorded in self._recorded.values())

    def _why_eager(self) -> str | None:
        trainer = self._trainer
        if world() is not None:
            if (reason := why_not_shared(trainer)) is not None:
                raise ValueError(f"{type(trainer.model).__name__} cannot be trained by several processes: {reason}")
            if trainer.penalty is not None:
                return "several processes share the penalty"
        if trainer.compile is False:
            return "compile=False"
        if trainer.accumulate > 1:
            return "gradients of several batches are added up"
        if reading := [c for c in trainer.callbacks if getattr(c, "reads_gradients", False)]:
            return f"{type(reading[0]).__name__} reads the gradients"
        if trainer.compile:
            return None
        if self._changes >= MOST_CHANGES:
            return "what steps are made of changes often"
        if self._settings[-1] is not None:
            return str(self._settings[-1])
        if trainer.steady or not trainer.has_own("compute_loss"):
            return unsteady(trainer.model, trainer.loss, trainer.penalty)
        return f"{type(trainer).__name__} has a compute_loss of its own"

    def __call__(self, batch: Batch, wants_outputs: bool) -> tuple[float, Any]:
        """Take one step; the loss, and the raw outputs where they are wanted.

        Where the loss is not finite, the model, the optimizer and the generators are as they were before the step.
        """
        if self._loader is None:  # a callback may have run
            self._look()
        recorded = self._last or self._due()
        if recorded is None:
            return self._eager(batch, wants_outputs)
        if (ranks := world()) is not None:
            return self._tried(lambda: self._eager.shared(ranks, batch, wants_outputs, recorded), batch, wants_outputs)
        loader = self._loader
        if self._disturbed:
            self._rewind.forget()
        if loader is None:
            self._rewind.note(batch)
        else:
            self._rewind.note((loader, loader.epoch - 1, self._trainer.step - 1), 0)
        loss, outputs = self._tried(lambda: recorded(batch, wants_outputs, loader is not None), batch, wants_outputs)
        if not math.isfinite(loss):
            self._rewind.back()
        return loss, outputs

    def ahead(self, lists: Iterable[list[Batch]], interrupt: Interrupt) -> Iterator[Taken]:
        """Take and measure a step on each batch of an epoch between which nobody's code runs, many at a time.

        Raises:
            DivergenceError: As for `Trainer.train_step`.
        """
        loader = self._loader
        for batches in lists:
            number = 0
            while number < len(batches):
                batch, wants = batches[number], self.wants_outputs
                quick = self._quick(batch, wants)
                if quick is None or loader is None:
                    self._trainer.step += 1
                    loss, outputs = self.taken(batch)
                    self._trainer.measured.add([loss], [batch], [outputs] if self._trainer.metrics else [])
                    yield batch, loss, outputs
                    number += 1
                else:
                    smaller = batches[-1][1].shape != batch[1].shape  # as an epoch's last may be
                    part = batches[number : min(len(batches) - smaller, number + MOST_STEPS)]
                    yield self._undisturbed(quick, loader, part, wants, interrupt)
                    number += len(part)

    def _undisturbed(
        self, quick: Callable[[Batch], Any], loader: DataLoader, batches: list[Batch], wants: bool, interrupt: Interrupt
    ) -> Taken:
        """Steps by a recording for which nothing has to be looked at, until Ctrl-C; what the last of them gave."""
        trainer, rewind, is_finite = self._trainer, self._rewind, math.isfinite
        losses: list[float] = []
        outputs: list[Any] = []
        rewind.note_ahead(loader, trainer.step, len(batches))
        noted, loss, raw = len(batches), 0.0, None
        try:
            for batch in batches:
                loss = quick(batch)
                if wants:
                    loss, raw = loss
                    outputs.append(raw)
                if not is_finite(loss):
                    break
                losses.append(loss)
                if interrupt.requested:
                    break
        finally:
            taken = len(losses)
            trainer.step += taken
            trainer.taken += taken
            trainer.measured.add(losses, batches, outputs if trainer.metrics else [])
            rewind.forget_last(noted - taken - (not is_finite(loss)))
        if not is_finite(loss):
            trainer.step += 1
            rewind.back()
            raise diverged(trainer, loss, batch)
        return batch, loss, raw

    @property
    def wants_outputs(self) -> bool:
        """Whether somebody asks for the outputs of a step."""
        return bool(self._trainer.metrics) or self._trainer.measured.is_sum is None

    def taken(self, batch: Batch) -> tuple[float, Any]:
        """Take one step; the loss, and the raw outputs where they are wanted.

        Raises:
            DivergenceError: The loss is not finite; everything is as it was before the step.
        """
        loss, outputs = self(batch, self.wants_outputs)
        if not math.isfinite(loss):
            raise diverged(self._trainer, loss, batch)
        self._trainer.taken += 1
        return loss, outputs

    def _quick(self, batch: Batch, wants_outputs: bool) -> Callable[[Batch], Any] | None:
        """What takes the next steps on batches of this form, if it needs not look at anything first."""
        return self._last.quick(batch, wants_outputs) if self._last is not None and world() is None else None

    def again(self, batch: Batch) -> None:
        """Take a step that was taken before, in the way in which it was."""
        recorded = self._due()
        if recorded is None:
            self._eager(batch)
        else:
            recorded(batch, wants_outputs=False)

    def _due(self) -> RecordedStep | None:
        """How the next step is recorded, if it is."""
        if self.note is not None or self.plan is None:
            return None
        first, native = self.plan
        taken = self._trainer.taken
        if taken < first and not self._trainer.compile:
            return None
        engine: Any = "numpy" if taken < native else "native"
        if engine not in self._recorded:
            self._recorded[engine] = self._new(engine)
        if taken >= native or native == math.inf:
            self._last = self._recorded[engine]
        return self._recorded[engine]

    def _tried(self, take: Callable[[], tuple[float, Any]], batch: Batch, wants_outputs: bool) -> tuple[float, Any]:
        """A recorded step; where one of a new form cannot be recorded, or something is wrong, the eager one decides."""
        self._before = None
        try:
            return take()
        except Exception as error:
            if self._before is None or self._trainer.compile:
                raise
            states, held = self._before
            for module, its_own in held:
                vars(module).clear()
                vars(module).update(its_own)
            Module.edits += 1
            set_generator_states(self._trainer.model, states)
            found = self._eager(batch, wants_outputs)
            self.note = self.refused = " ".join(str(error).split())
            self._last = None
            return found

    def _remember(self) -> None:
        """Take down what a recording that fails may leave in the model."""
        held = [(module, dict(vars(module))) for module in self._trainer.model.modules()]
        self._before = generator_states(self._trainer.model), held

    def _new(self, engine: Any) -> RecordedStep:
        trainer = self._trainer
        kind = RecordedStep if world() is None else RecordedGradients
        return kind(
            trainer.compute_loss,
            trainer.model,
            trainer.optimizer,
            trainer.loss,
            engine,
            objective=self._eager.objective,
            clip=lambda gradients: clipped(gradients, trainer.clip_norm, trainer.clip_value),
            functions=(trainer.loss, trainer.penalty),
            steady=not trainer.compile,
            beforehand=self._remember,
        )

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"_recorded": {}, "_made_of": (), "_last": None, "_before": None}


def plan(seconds: float, steps: int) -> tuple[float, float]:
    """From which step on to record, and from which on native, where an eager step takes about so long.

    Args:
        seconds: That an eager step takes.
        steps: How many there are in an epoch; not in the fit, as two fits of three epochs are one of six.
    """
    recorded, native = (math.ceil(until / seconds) for until in (UNTIL_RECORDED, UNTIL_NATIVE))
    if steps * seconds >= LONG_EPOCH:
        recorded, native = 1, 1
    return recorded, math.inf if native_is_ready() is None else native
