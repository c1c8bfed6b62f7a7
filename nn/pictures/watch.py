"""Callbacks that record what pictures show: weights, activations and gradients, layer by layer."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nn._arguments import checked
from nn.inspect import layers_of, outputs_of_layers, own_parameters
from nn.module import Module
from nn.training.callbacks import Callback, TrainerView

Array = NDArray[Any]
MOST_BINS = 60


class Snapshots(Callback):
    """Keeps copies of the model as training goes on, for `boundary_animation`.

    Args:
        every: After how many epochs each.
        most: How many at most; then every second one is dropped, and fewer are taken.

    Attributes:
        models: The copies, the model before the first step as the first.
        epochs: After which epoch each was taken.

    Example:
        >>> snapshots = Snapshots(every=10)
        >>> snapshots.models
        []
    """

    @checked
    def __init__(self, every: int = 1, most: int = 60) -> None:
        self.every, self.most = every, most
        self.models: list[Module] = []
        self.epochs: list[int] = []

    def on_fit_begin(self, trainer: TrainerView) -> None:
        """Take the model as it starts."""
        self._take(trainer, 0)

    def on_epoch_end(self, trainer: TrainerView) -> None:
        """Take a copy, if it is time for one."""
        if trainer.epoch % self.every == 0:
            self._take(trainer, trainer.epoch)

    def _take(self, trainer: TrainerView, epoch: int) -> None:
        self.models.append(copy.deepcopy(trainer.model))
        self.epochs.append(epoch)
        if len(self.models) > self.most:
            self.models, self.epochs = self.models[::2], self.epochs[::2]
            self.every *= 2


class Watch(Callback):
    """Records, for each layer, the size of its gradient at each step and the spread of its weights at each epoch.

    Args:
        sample: Some inputs; with them, the spread of each layer's outputs is recorded too.
        most: How many steps at most; with more, every second one is dropped.

    Attributes:
        gradients: For each layer with parameters, the norm of its gradient at the recorded steps.
        steps: Which steps those were, from 1.
        weights: For each layer, a histogram of its parameters for each epoch: counts and edges.
        activations: For each layer, a histogram of its outputs on the sample for each epoch.

    Example:
        >>> import nn
        >>> x, y = np.random.default_rng(0).normal(size=(40, 2)), np.arange(40) % 2
        >>> model = nn.MLP(2, [8, 2], seed=0)
        >>> watch = Watch(sample=x)
        >>> optimizer = nn.SGD(model.parameters(), learning_rate=0.1)
        >>> trainer = nn.Trainer(model, loss=nn.cross_entropy, optimizer=optimizer, callbacks=[watch])
        >>> history = trainer.fit(x, y, epochs=3, batch_size=20, progress=False)
        >>> list(watch.gradients), watch.steps
        (['0: Linear', '2: Linear'], [1, 2, 3, 4, 5, 6])
        >>> len(watch.weights["0: Linear"]), list(watch.activations)
        (4, ['0: Linear', '1: ReLU', '2: Linear'])
    """

    reads_gradients = True

    @checked
    def __init__(self, sample: ArrayLike | None = None, most: int = 2000) -> None:
        self.sample = None if sample is None else np.asarray(sample)
        if self.sample is not None and self.sample.dtype.kind not in "biuf":
            raise TypeError(f"sample must be rows of numbers, as the model takes them, got {sample!r}")
        self.most = most
        self.gradients: dict[str, list[float]] = {}
        self.steps: list[int] = []
        self.weights: dict[str, list[tuple[Array, Array]]] = {}
        self.activations: dict[str, list[tuple[Array, Array]]] = {}
        self._step = 0
        self._every = 1

    def on_fit_begin(self, trainer: TrainerView) -> None:
        """Record how the layers start."""
        self._record_histograms(trainer.model)

    def on_epoch_end(self, trainer: TrainerView) -> None:
        """Record weights and outputs."""
        self._record_histograms(trainer.model)

    def on_batch_end(self, trainer: TrainerView) -> None:
        """Record the gradients' norms."""
        self._step += 1
        if self._step % self._every:
            return
        self.steps.append(self._step)
        for name, layer in layers_of(trainer.model):
            norms = [np.linalg.norm(p.grad.data) for p in own_parameters(layer) if p.grad is not None]
            self.gradients.setdefault(name, []).append(float(np.linalg.norm(norms)))
        if len(self.steps) > self.most:
            self._every *= 2
            kept = [i for i, step in enumerate(self.steps) if step % self._every == 0]
            self.steps = [self.steps[i] for i in kept]
            self.gradients = {name: [norms[i] for i in kept] for name, norms in self.gradients.items()}

    def _record_histograms(self, model: Module) -> None:
        for name, layer in layers_of(model):
            numbers = np.concatenate([p.data.ravel() for p in own_parameters(layer)])
            self.weights.setdefault(name, []).append(_histogram(numbers))
        if self.sample is not None:
            for name, outputs in outputs_of_layers(model, self.sample).items():
                self.activations.setdefault(name, []).append(_histogram(outputs))


def _histogram(numbers: Array) -> tuple[Array, Array]:
    counts, edges = np.histogram(numbers, min(MOST_BINS, 8 + round(numbers.size**0.5)))
    return counts, edges
