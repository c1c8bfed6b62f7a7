"""A whole training step as one program: the network, its gradients, and the optimizer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

import autograd as ag
from nn._arguments import checked
from nn.inspect import precision_of
from nn.losses import Loss
from nn.module import Module
from nn.optim import Optimizer
from nn.outputs import outputs_of
from nn.training.outside import Conditions

__all__ = ["MOST_CHANGES", "RecordedGradients", "RecordedStep", "compile_step"]

# Forms of a batch that are known at once; as many as `ag.compile` keeps.
KEPT = 64
# So many recordings may set attributes; a model that does so in each step would be recorded in each.
MOST_CHANGES = 8


class RecordedStep:
    """A training step that is recorded when it meets a new form of batch, and replayed for all others of that form.

    Args:
        compute: From the arrays of a batch to the loss, one number, and the raw outputs.
        model, optimizer: What it trains.
        loss: Its row in `OUTPUTS` checks targets.
        engine: As for `ag.Program.from_graph`.
        objective: From the loss to what is minimised, such as the loss and a penalty.
        clip: From all gradients (None for a parameter that has none) to those that the optimizer is to take.
        functions: What beside the model's own methods may read values from outside, which make recordings of their own.
        steady: Whether a model that sets attributes of its layers as it runs is refused; otherwise each such change
            makes another recording, up to `MOST_CHANGES`.
        beforehand: Called before a recording is made.

    Attributes:
        has_run: Whether it was ever replayed.
        seconds: How long all recordings took.
    """

    has_run = False
    seconds = 0.0

    def __init__(
        self,
        compute: Callable[..., tuple[Any, Any]],
        model: Module,
        optimizer: Optimizer,
        loss: Loss,
        engine: Literal["numpy", "native"] | None = None,
        objective: Callable[[Any], Any] = lambda loss: loss,
        clip: Callable[[list[Any]], list[Any]] = lambda gradients: gradients,
        functions: tuple[Any, ...] = (),
        steady: bool = False,
        beforehand: Callable[[], None] = lambda: None,
    ) -> None:
        self._steady, self._beforehand = steady, beforehand
        self._compute, self._objective, self._clip = compute, objective, clip
        self._model, self._optimizer = model, optimizer
        self._check = outputs_of(loss).check
        self._compiled: Any = ag.compile(self._whole, engine)
        self._replays: dict[Any, Any] = {}
        self._takes_part: dict[int, list[bool]] = {}
        self._checked: set[int] = set()  # recordings with targets of the outputs' shape, whose numbers are looked at
        self._given: Any = None
        self._changes = 0
        self._numbered: dict[Any, int] = {}
        self._conditions = Conditions(model, *functions)
        self._precision: Any = None
        self._parameters: list[Any] = []
        # What undisturbed steps are taken by, by the number in `_settled` and the shapes of the batch.
        self._quick: dict[Any, Callable[[tuple[Any, ...]], Any]] = {}
        # The number of what they depend on beside those shapes, and whether they give outputs. None where the next step
        # may depend on something else.
        self._settled: tuple[int, bool] | None = None

    def look_again(self) -> None:
        """Something may have changed since the latest step."""
        self._settled = None

    def __call__(
        self, batch: tuple[Any, ...], wants_outputs: bool = True, undisturbed: bool = False
    ) -> tuple[float, Any]:
        """The loss before the step, and the raw outputs or None.

        Args:
            batch: Inputs, targets, and perhaps weights.
            wants_outputs: Whether the outputs are asked for.
            undisturbed: Whether, since the latest step or `look_again`, nothing has changed but the batch, which comes
                from the same arrays; then it is not looked at.

        Raises:
            RecordingError: The network, the loss or the penalty does something that cannot be recorded.
        """
        optimizer = self._optimizer
        if undisturbed and (quick := self.quick(batch, wants_outputs)) is not None:
            results = quick(batch)
            return results if wants_outputs else (results, None)
        self._settled = None
        counts, kinds = optimizer.counts
        fixed = self._fixed(kinds, wants_outputs)
        several = batch[0].__class__ is tuple  # inputs
        arrays = [
            x if x.__class__ is np.ndarray else _array(x) for x in ((*batch[0], *batch[1:]) if several else batch)
        ]
        inputs = len(batch[0]) if several else 1
        arrays[:inputs] = [x.astype(self._precision) if self._casts(x) else x for x in arrays[:inputs]]
        self._given = arrays[inputs]
        if fixed in self._checked:
            self._check(self._given)
        form = (fixed, inputs, *[(x.shape, x.dtype) for x in arrays])
        replay = self._replays.get(form)
        counts = [count + 1.0 for count in counts]
        if replay is None:
            if len(self._replays) >= KEPT:
                self._replays.clear()
                self._quick.clear()
            self._beforehand()
            began = time.perf_counter()
            replay = self._replays[form] = self._compiled.trace(
                (tuple(arrays[:inputs]) if several else arrays[0], *arrays[inputs:]), counts, fixed
            )
            self.seconds += time.perf_counter() - began
            if self._fixed(kinds, wants_outputs) != fixed:
                self._changes += 1
                if self._steady or self._changes > MOST_CHANGES:
                    del self._replays[form]
                    again = "" if self._steady else ", so that each step is recorded anew; take its steps eagerly"
                    raise ag.RecordingError(
                        f"{type(self._model).__name__} sets attributes of its layers as it runs{again}"
                    )
        results = replay([*arrays, *counts])
        self._count(fixed)
        if undisturbed and len(counts) == 1 and all(self._takes_part[fixed]) and not several:
            number = self._numbered.setdefault((fixed, *[x.dtype for x in arrays]), len(self._numbered))
            self._settled = number, wants_outputs
            self._quick[number, arrays[0].shape, arrays[1].shape] = self._undisturbed(replay, fixed in self._checked)
        self.has_run = True
        return results if wants_outputs else (results, None)

    def quick(self, batch: tuple[Any, ...], wants_outputs: bool) -> Callable[[tuple[Any, ...]], Any] | None:
        """What takes undisturbed steps on batches of this form, where that is known: it gives what was recorded."""
        if self._settled is None or self._settled[1] is not wants_outputs:
            return None
        return self._quick.get((self._settled[0], batch[0].shape, batch[1].shape))

    def _undisturbed(self, replay: Callable[[list[Any]], Any], checks: bool) -> Callable[[tuple[Any, ...]], Any]:
        """What takes a step by a recording, if nothing has changed but the batch."""
        precision, check, slots = self._precision, self._check, self._optimizer.slots

        def step(batch: tuple[Any, ...]) -> Any:
            if batch[0].dtype is not precision and self._casts(batch[0]):
                batch = (batch[0].astype(precision), *batch[1:])
            if checks:
                check(batch[1])
            results = replay([*batch, slots[0].steps + 1.0])
            for slot in slots:
                slot.steps += 1
            return results

        return step

    def _count(self, fixed: int) -> None:
        """Note that the optimizer has taken a step."""
        self._optimizer.count(self._takes_part[fixed])

    def _casts(self, x: Any) -> bool:
        """Whether layers would turn inputs to their precision, if they saw that they are no Tensors."""
        return x.dtype.kind == "f" and self._precision is not None and x.dtype != self._precision

    def _fixed(self, kinds: tuple[int, ...], wants_outputs: bool) -> int:
        """The number of what a recording depends on beside the batch.

        These are the attributes of all layers (whether they are in training among them), which weights are frozen, and
        the optimizer's settings.
        """
        if self._conditions.look():
            found = {id(p): p for p in (*self._model.parameters(), *self._optimizer.parameters)}
            self._parameters = list(found.values())
            self._precision = precision_of(self._model)
        frozen = tuple([parameter.requires_grad for parameter in self._parameters])
        conditions = (self._conditions.now(), frozen, self._optimizer.settings, kinds, wants_outputs)
        return self._numbered.setdefault(conditions, len(self._numbered))

    def _whole(self, batch: tuple[Any, ...], counts: list[Any], fixed: int) -> Any:
        """What is recorded."""
        loss, outputs = self._compute(*batch)
        if np.shape(outputs) == np.shape(batch[1]):
            self._check(self._given)
            self._checked.add(fixed)
        if np.size(loss) != 1:
            raise ag.ShapeError(f"the loss of a batch must be one number, got shape {np.shape(loss)}; take its mean")
        optimizer, total = self._optimizer, self._objective(loss)
        reached = set(ag.topological_order(total))
        used = [parameter for parameter in optimizer.parameters if parameter.requires_grad and parameter in reached]
        if not used:
            raise ag.GraphError(
                "no parameter of the optimizer takes part in the loss; make it from this model's parameters"
            )
        found = dict(zip(used, ag.gradients(total, used, create_graph=True), strict=True))
        gradients = [found.get(parameter) for parameter in optimizer.parameters]
        self._takes_part[fixed] = [gradient is not None for gradient in gradients]
        wants_outputs = next(key for key, number in self._numbered.items() if number == fixed)[-1]
        return self._results(loss, outputs if wants_outputs else None, gradients, counts)

    def _results(self, loss: Any, outputs: Any, gradients: list[Any], counts: list[Any]) -> Any:
        """Take the optimizer's step, and say what the recording gives."""
        optimizer = self._optimizer
        if (reason := optimizer.not_recorded()) is not None:
            raise ag.RecordingError(reason)
        steps = [counts[kind] for kind in optimizer.counts[1]]
        optimizer.change(self._clip(gradients), steps, ag.live(lambda: optimizer.rate))
        return loss if outputs is None else (loss, outputs)


class RecordedGradients(RecordedStep):
    """The first half of a step whose second half several processes take together: the loss and its gradients."""

    def gradients(self, batch: tuple[Any, ...], wants_outputs: bool) -> tuple[float, Any, list[Any]]:
        """The loss, the raw outputs or None, and for each of the optimizer's parameters its gradient or None."""
        results: Any = self(batch) if wants_outputs else self(batch, wants_outputs=False)[0]
        loss, outputs, found = (*results[:2], results[2:]) if wants_outputs else (results[0], None, results[1:])
        present = iter(found)
        return loss, outputs, [next(present) if takes_part else None for takes_part in self._taking_part]

    def _count(self, fixed: int) -> None:
        self._taking_part = self._takes_part[fixed]  # the optimizer counts its own steps

    def _results(self, loss: Any, outputs: Any, gradients: list[Any], counts: list[Any]) -> Any:  # noqa: ARG002
        present = [gradient for gradient in gradients if gradient is not None]
        return (loss, *present) if outputs is None else (loss, outputs, *present)


def _array(x: Any) -> Any:
    return x.data if isinstance(x, ag.Tensor) else np.asarray(x)


@checked
def compile_step(
    model: Module, loss: Loss, optimizer: Optimizer, engine: Literal["numpy", "native"] | None = None
) -> Callable[[Any, Any], float]:
    """A function that takes one training step, recorded on its first call and replayed after that.

    It does what ``loss(model(x), y)``, ``backward()`` and ``optimizer.step()`` do, in memory that is planned once. The
    learning rate and its schedule are asked at each step, dropout draws anew, and parameters may be set in between;
    ``.grad`` is left alone. Batches of other shapes, ``model.eval()``, weights that are frozen or no longer
    (``requires_grad``), and other numbers among a layer's attributes make recordings of their own, and so do numbers
    and functions that the model's own methods or the loss read from outside, in a module, a class or an object, and
    layers that are no part of the model. What lies in a list, a dict or an array there is taken as it was when it was
    recorded (`Trainer.fit` is eager then).

    `Trainer.fit` trains by such a step where it can.

    Args:
        model: The network.
        loss: A function of outputs and targets; one number.
        optimizer: Over the model's parameters, or some of them.
        engine: As for `ag.Program.from_graph`.

    Returns:
        ``step(x, y)``, which gives the loss before the step.

    Raises:
        RecordingError: When called: the network does something that cannot be recorded.

    Example:
        >>> import nn
        >>> model = nn.MLP(2, [8, 2], seed=0)
        >>> step = compile_step(model, nn.cross_entropy, nn.SGD(model.parameters(), learning_rate=0.1))
        >>> x, y = np.array([[0.0, 1.0], [1.0, 0.0]], np.float32), np.array([0, 1])
        >>> losses = [step(x, y) for _ in range(20)]
        >>> losses[-1] < losses[0]
        True
    """

    def compute(x: Any, y: Any) -> tuple[Any, Any]:
        outputs = model(x)
        return loss(outputs, y), outputs

    recorded = RecordedStep(compute, model, optimizer, loss, engine, functions=(loss,))

    def step(x: Any, y: Any) -> float:
        return recorded((x, y), wants_outputs=False)[0]

    return step
