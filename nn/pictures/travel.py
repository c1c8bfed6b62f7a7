"""Time travel: a recorded fit as one page, whose every step can be gone back to.

The page holds the parameters at each step and what the engine found at the outputs, ∂L/∂output for each sample; from
these it computes what flows through the layers, so that a weight tells which samples moved it, and along which paths.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import html
import json
import re
from base64 import b64encode
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import autograd as ag
from nn._arguments import checked
from nn.figures import grid
from nn.inspect import mode
from nn.layers import Activation, Linear
from nn.module import Module
from nn.pictures.boundary import boundary
from nn.pictures.diagrams import lines
from nn.training.callbacks import Callback, TrainerView
from nn.training.trainer import Trainer

Array = NDArray[Any]
SLOPES = ("relu", "tanh", "sigmoid", "identity")  # that the page can compute


class Recording(Callback):
    """Keeps the parameters at each step, for `travel`.

    Args:
        x: The samples to look at, (N, 2).
        y: Their targets.
        most: How many steps at most; with more, every second one is dropped.

    Attributes:
        steps: Which steps were kept; 0 is before the first.
        parameters: At each of them, every parameter in one row.

    Example:
        See `travel`.
    """

    @checked
    def __init__(self, x: ArrayLike, y: ArrayLike, most: int = 200) -> None:
        self.x, self.y = np.asarray(x), np.asarray(y)
        if self.x.ndim != 2 or self.x.shape[1] != 2 or len(self.x) != len(self.y):
            raise ag.ShapeError(f"samples of shape {self.x.shape} with {len(self.y)} targets: expected (N, 2) and (N,)")
        self.most = most
        self.steps: list[int] = []
        self.parameters: list[Array] = []
        self._step = 0
        self._every = 1

    def on_fit_begin(self, trainer: TrainerView) -> None:
        """Take the model as it starts."""
        self.steps, self.parameters, self._step, self._every = [], [], 0, 1
        self._take(trainer)

    def on_batch_end(self, trainer: TrainerView) -> None:
        """Take the parameters, if it is time."""
        self._step += 1
        if self._step % self._every == 0:
            self._take(trainer)

    def _take(self, trainer: TrainerView) -> None:
        self.steps.append(self._step)
        self.parameters.append(np.concatenate([p.data.ravel() for p in trainer.model.parameters()]))
        if len(self.steps) > self.most + 1:
            self._every *= 2
            self.steps, self.parameters = self.steps[::2], self.parameters[::2]


class Travel:
    """The page of a recorded fit; shows itself in Jupyter.

    Attributes:
        html: The whole document.
        steps: The steps that can be gone to.

    Example:
        See `travel`.
    """

    def __init__(self, page: str, recording: Recording, model: Module, losses: list[float]) -> None:
        self.html = page
        self._losses = losses
        self.steps = list(recording.steps)
        self._recording = recording
        self._model = model

    def at(self, step: int) -> Module:
        """The model as it was after this step: to draw, to explain, or to go on from.

        Raises:
            ValueError: That step was not kept.
        """
        if step not in self.steps:
            raise ValueError(f"step {step} was not kept; there are {self.steps[0]} to {self.steps[-1]}")
        model = copy.deepcopy(self._model)
        _put(model, self._recording.parameters[self.steps.index(step)])
        return model

    def save(self, path: str | Path) -> Path:
        """Write the page as an HTML file that needs nothing else."""
        path = Path(path)
        ag.files.write(path, self.html)
        return path

    def _repr_html_(self) -> str:
        title = 'title="A fit, step by step" style="width:100%;height:760px;border:0"'
        return f'<iframe srcdoc="{html.escape(self.html)}" {title}></iframe>{self._still()}'

    def _still(self) -> str:
        """The losses and the end of the fit as a picture; the page hides it where it plays."""
        x, y = self._recording.x, self._recording.y
        with contextlib.suppress(ag.MissingExtraError):  # the page needs no matplotlib
            plane = x.ndim == 2 and x.shape[1] == 2
            drawn: Any
            drawn, places = grid(1, 1 + plane, (4.5 + 4.5 * plane, 3.6))
            lines({"loss": self._losses}, self.steps, title="a fit, step by step", ax=places[0])
            if plane:
                boundary(self.at(self.steps[-1]), x, y, f"after step {self.steps[-1]}", ax=places[1])
            still: str = drawn._repr_html_()
            return still
        return ""

    def __repr__(self) -> str:
        return f"<travel through {len(self.steps)} steps>"


@checked
def travel(trainer: Trainer, title: str = "A fit, step by step") -> Travel:
    """A recorded fit as one page: scrub through its steps, click a weight, see which samples moved it.

    Args:
        trainer: A `Trainer` that was fitted with a `Recording` among its callbacks. Its model is made of linear layers
            with relu, tanh, sigmoid or nothing after each. The loss shown is that of the recorded samples, without a
            penalty.
        title: The page's heading.

    Returns:
        A page; ``save`` writes it, ``at(step)`` gives the model of a step.

    Raises:
        ValueError: The trainer has no recording.
        TypeError: The model has another kind of layer.

    Example:
        >>> import nn
        >>> x, y = np.random.default_rng(0).normal(size=(20, 2)), np.arange(20) % 2
        >>> model = nn.MLP(2, [3, 2], activation="tanh", seed=0)
        >>> optimizer = nn.SGD(model.parameters(), learning_rate=0.1)
        >>> recording = nn.pictures.Recording(x, y)
        >>> trainer = nn.Trainer(model, loss=nn.cross_entropy, optimizer=optimizer, callbacks=[recording])
        >>> history = trainer.fit(x, y, epochs=4, batch_size="full", progress=False)
        >>> travel(trainer)
        <travel through 5 steps>
    """
    recording = next((c for c in trainer.callbacks if isinstance(c, Recording)), None)
    if recording is None or not recording.steps:
        raise ValueError("travel shows what was recorded: fit with callbacks=[nn.pictures.Recording(x, y)] first")
    model = copy.deepcopy(trainer.model)
    data = _layers(model) | _seen(model, trainer.loss, recording)
    script = _asset("travel.js")
    parts = {
        "TITLE": html.escape(title),
        "CSS": _asset("travel.css"),
        "HASH": b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        "DATA": json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"),
        "SCRIPT": script,
    }
    # In one sweep, so that a title that looks like a placeholder stays a title.
    page = re.sub("@@([A-Z]+)@@", lambda found: parts[found[1]], _asset("travel.html"))
    return Travel(page, recording, model, data["losses"])


def _layers(model: Module) -> dict[str, Any]:
    """The shapes and activations of the layers, and where in a row of parameters each weight stands."""
    place = {}
    at = 0
    for p in model.parameters():
        place[id(p)] = at
        at += p.size
    found: list[dict[str, Any]] = []
    for layer in model.modules():
        if isinstance(layer, Linear):
            rows, columns = layer.weight.shape
            bias = None if layer.bias is None else place[id(layer.bias)]
            found.append(
                {"in": rows, "out": columns, "weight": place[id(layer.weight)], "bias": bias, "activation": "identity"}
            )
        elif isinstance(layer, Activation) and found and _named(layer) in SLOPES:
            found[-1]["activation"] = _named(layer)
        elif not list(layer.named_children()):
            raise TypeError(f"travel takes linear layers with {', '.join(SLOPES)} after them, not {layer}")
    return {"layers": found, "count": at}


def _named(layer: Module) -> str:
    return type(layer).__name__.lower()


def _put(model: Module, row: Array) -> None:
    at = 0
    with ag.no_grad():
        for p in model.parameters():
            p.data = row[at : at + p.size].reshape(p.shape).astype(p.dtype)
            p.grad = None  # of another step
            at += p.size


def _seen(model: Module, loss: Any, recording: Recording) -> dict[str, Any]:
    """At each step the loss of the samples, and ∂L/∂output of each, by the engine."""
    x = recording.x.astype(next(iter(model.parameters())).dtype)
    losses, slopes = [], []
    with mode(model, training=False):
        for row in recording.parameters:
            _put(model, row)
            outputs = model(x)
            value = loss(outputs, recording.y)
            losses.append(float(value.item()))
            slopes.append(ag.gradients(value, [outputs])[0].numpy().reshape(len(x), -1))
    _, classes = np.unique(recording.y, return_inverse=True)
    return {
        "steps": recording.steps,
        "losses": losses,
        "x": recording.x.astype(float).round(6).tolist(),
        "classes": classes.reshape(-1).tolist(),
        "parameters": _packed(np.array(recording.parameters)),
        "slopes": _packed(np.array(slopes)),
    }


def _packed(numbers: Array) -> str:
    """Numbers in single precision, as base64."""
    return b64encode(np.ascontiguousarray(numbers, "<f4").tobytes()).decode()


def _asset(name: str) -> str:
    return (files("nn.pictures") / "assets" / name).read_text(encoding="utf-8")
