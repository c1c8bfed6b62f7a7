"""Looking over a model, its loss and its data before training: what would go wrong, and what to do about it."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import autograd as ag
from nn._arguments import checked
from nn.inspect import mode, outputs_of_layers
from nn.layers import Embedding
from nn.losses import Loss, cross_entropy, focal, nll
from nn.losses.common import ROUNDING
from nn.module import Module
from nn.optim import SGD, Optimizer
from nn.outputs import outputs_of

__all__ = ["Finding", "Report", "lint", "warn_of_what_looks_wrong"]

Array = NDArray[Any]
MOST_SAMPLES = 512
POWER_STEPS = 100


@dataclass(frozen=True)
class Finding:
    """One thing that looks wrong.

    Attributes:
        rule: Its name, such as ``"softmax before cross-entropy"``.
        message: What was seen, and what to do.
    """

    rule: str
    message: str

    def __str__(self) -> str:
        return ag.terminal.printable(f"{self.rule}: {self.message}")


class Report(Sequence[Finding]):
    """What was found; prints as one line each."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self._findings = tuple(findings)

    def __getitem__(self, index: Any) -> Any:
        return self._findings[index]

    def __len__(self) -> int:
        return len(self._findings)

    def __str__(self) -> str:
        return "\n".join(map(str, self._findings)) or "nothing looks wrong"

    __repr__ = __str__


@checked
def lint(
    model: Module, loss: Loss, x: ArrayLike, y: ArrayLike, optimizer: Optimizer | None = None, seed: int = 0
) -> Report:
    """Look for what commonly goes wrong in a model, a loss and data that are about to meet.

    * a softmax, or outputs that are probabilities already, in front of a cross-entropy that takes logits;
    * outputs of shape (N, 1) for targets of shape (N,), or the other way round;
    * one output where classes are to be told apart, rows of targets that are no probabilities;
    * class numbers that are out of range or no integers, targets or inputs that are NaN or infinite;
    * inputs far from unit scale;
    * units that give the same for every sample, such as dead ReLUs;
    * parameters that no gradient reaches;
    * with an SGD optimizer, a learning rate above 2 / λ, the bound beyond which gradient descent on a loss of curvature
      λ diverges; λ, the largest eigenvalue of the Hessian, is found by power iteration on Hessian-vector products.

    Nothing is changed: gradients, parameters and running means are as they were.

    Args:
        model: The network.
        loss: ``loss(outputs, targets)``.
        x: Some inputs; at most 512 rows of them are looked at.
        y: Their targets.
        optimizer: What will train it, for its learning rate.
        seed: Where the power iteration starts.

    Returns:
        A sequence of findings, one line each.

    Example:
        >>> import nn
        >>> model = nn.Sequential(nn.Linear(2, 8, seed=0), nn.ReLU(), nn.Linear(8, 3, seed=1))
        >>> x = np.random.default_rng(0).normal(size=(30, 2))
        >>> lint(model, nn.cross_entropy, x, np.arange(30) % 3)
        nothing looks wrong
        >>> print(lint(model, nn.cross_entropy, 1000 * x, np.arange(30) % 4))
        labels: class numbers up to 3 for a network of 3 outputs: give the last layer 4
        scale of the inputs: their standard deviation is ... standardise them, (x − mean) / deviation
    """
    x, y = np.asarray(x)[:MOST_SAMPLES], np.asarray(y)[:MOST_SAMPLES]
    state = model.state_dict()
    gradients = [(p, p.grad) for p in model.parameters()]
    try:
        with mode(model, training=False):  # no dropout, no running means
            return Report(list(_findings(model, loss, x, y, optimizer, seed)))
    finally:
        model.load_state_dict(state)
        for parameter, gradient in gradients:
            parameter.grad = gradient


def warn_of_what_looks_wrong(model: Module, loss: Loss, x: Array, y: Array, optimizer: Optimizer) -> None:
    """What `lint` finds as warnings of whoever called the caller."""
    for finding in lint(model, loss, x, y, optimizer):
        warnings.warn(str(finding), stacklevel=3)


def _findings(
    model: Module, loss: Loss, x: Array, y: Array, optimizer: Optimizer | None, seed: int
) -> Iterator[Finding]:
    broken = [name for name, data in (("x", x), ("y", y)) if data.dtype.kind == "f" and not np.isfinite(data).all()]
    if broken:
        yield Finding("data", f"{' and '.join(broken)} has NaN or infinite entries: remove or replace them")
        return
    with ag.no_grad():
        outputs = np.asarray(model(x).data)
    layers = list(outputs_of_layers(model, x).items())
    blocking = list(_of_targets(loss, outputs, y))
    yield from blocking
    yield from _of_softmax(model, loss, outputs)
    if not any(isinstance(module, Embedding) for module in model.modules()):  # its numbers are names, of no scale
        yield from _of_inputs(x)
    yield from _of_units(layers)
    if not blocking and any(parameter.requires_grad for parameter in model.parameters()):
        yield from _of_gradients(model, loss, x, y)
        if isinstance(optimizer, SGD):
            yield from _of_learning_rate(model, loss, x, y, optimizer, seed)


def _takes_classes(loss: Loss, *losses: Loss) -> bool:
    return any(outputs_of(loss) is outputs_of(each) for each in losses)


def _of_targets(loss: Loss, outputs: Array, y: Array) -> Iterator[Finding]:
    if _takes_classes(loss, cross_entropy, nll, focal):
        classes = outputs.shape[-1]
        ignored = getattr(loss, "keywords", {}).get("ignore_index")
        if ignored is not None and y.dtype.kind in "iu":
            y = np.where(y == ignored, 0, y)
        if classes == 1:
            yield Finding(
                "one output",
                "cross-entropy chooses between two classes or more: give the last layer 2, "
                "or train by binary_cross_entropy_with_logits",
            )
        elif y.shape == outputs.shape:
            if not (y.min(initial=0) >= 0 and np.allclose(y.sum(axis=-1, dtype=np.float64), 1, atol=ROUNDING)):
                yield Finding(
                    "labels",
                    "rows that are no probabilities, which add up to 1: for several labels at once, or none, train by "
                    "binary_cross_entropy_with_logits",
                )
        elif y.ndim == 2 and y.shape[1] == 1:
            yield Finding("shapes", f"class numbers of shape {y.shape}: pass y.ravel(), of shape ({len(y)},)")
        elif y.dtype.kind not in "iu":
            yield Finding("labels", f"class numbers of type {y.dtype}: pass integers from 0 to {classes - 1}")
        elif y.size and y.min() < 0:
            yield Finding("labels", f"a class number of {y.min()}: count classes from 0")
        elif y.size and y.max() >= classes:
            advice = f"give the last layer {y.max() + 1}" if y.max() < 10 * classes else "count classes from 0"
            yield Finding("labels", f"class numbers up to {y.max()} for a network of {classes} outputs: {advice}")
    elif outputs.shape != y.shape:
        advice = f"pass y.reshape{outputs.shape}" if outputs.size == y.size else "they must be equal"
        yield Finding("shapes", f"outputs of shape {outputs.shape} against targets of shape {y.shape}: {advice}")


def _of_softmax(model: Module, loss: Loss, outputs: Array) -> Iterator[Finding]:
    if not _takes_classes(loss, cross_entropy) or outputs.ndim != 2 or outputs.shape[1] < 2:
        return
    rows = outputs.sum(axis=1)
    if outputs.min() >= 0 and np.allclose(rows, 1.0, atol=1e-4) and np.ptp(outputs) > 0:
        last = list(model.named_modules())[-1]
        name = f"{last[0]}: {type(last[1]).__name__}" if last[0] else type(model).__name__
        yield Finding(
            "softmax before cross-entropy",
            f"the outputs of {name} are probabilities already, and cross_entropy applies a softmax to logits: "
            "leave the softmax out, or use cross_entropy_of_probabilities",
        )


def _of_inputs(x: Array) -> Iterator[Finding]:
    if x.dtype.kind not in "fiu" or not x.size:
        return
    features = x.reshape(len(x), -1).astype(np.float64)
    size = float(np.sqrt(np.mean(features**2)))
    if size and not 0.03 <= size <= 30:
        yield Finding(
            "scale of the inputs",
            f"their standard deviation is {features.std():.3g} around {features.mean():.3g}, far from 1 around 0: "
            "standardise them, (x − mean) / deviation",
        )


def _of_units(layers: Sequence[tuple[str, Array]]) -> Iterator[Finding]:
    for name, outputs in layers[:-1]:
        if outputs.ndim != 2 or len(outputs) < 8:
            continue
        dead = int((np.ptp(outputs, axis=0) == 0).sum())
        if dead and dead >= outputs.shape[1] / 4:
            yield Finding(
                "units that do not react",
                f"{dead} of {outputs.shape[1]} units of {name} give the same for every sample: "
                "use smaller weights, He initialisation, or leaky_relu",
            )


def _of_gradients(model: Module, loss: Loss, x: Array, y: Array) -> Iterator[Finding]:
    for parameter in model.parameters():
        parameter.grad = None
    _value(loss, model, x, y).backward()
    trained = [(name, parameter) for name, parameter in model.named_parameters() if parameter.requires_grad]
    missing = [name for name, parameter in trained if parameter.grad is None]
    zero = [name for name, parameter in trained if parameter.grad is not None and not np.any(parameter.grad.data)]
    if missing:
        yield Finding("no gradient", f"none reaches {_listed(missing)}: is each used in forward, and not detached?")
    if zero:
        yield Finding("no gradient", f"it is exactly zero for {_listed(zero)}: is what comes after cut off or dead?")


def _of_learning_rate(model: Module, loss: Loss, x: Array, y: Array, optimizer: SGD, seed: int) -> Iterator[Finding]:
    curvature = _largest_curvature(model, loss, x, y, seed)
    # With momentum μ, descent on a curvature of λ is stable up to 2 (1 + μ) / λ.
    bound = 2 * (1 + optimizer.momentum) / curvature if curvature > 0 else math.inf
    if optimizer.learning_rate > bound:
        yield Finding(
            "learning rate",
            f"{optimizer.learning_rate:g} is above {bound:.3g}, where descent begins to diverge (the loss has a "
            f"curvature of {curvature:.3g} here): try {bound / 4:.1g}",
        )


def _largest_curvature(model: Module, loss: Loss, x: Array, y: Array, seed: int) -> float:
    """The largest eigenvalue of the Hessian for the parameters, by power iteration."""
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    gradients = ag.gradients(_value(loss, model, x, y), parameters, create_graph=True)
    rng = np.random.default_rng(seed)
    direction = [rng.normal(size=p.shape).astype(p.dtype) for p in parameters]
    curvature = 0.0
    for _ in range(POWER_STEPS):
        size = math.sqrt(sum(float(np.vdot(d, d)) for d in direction))
        if not size or not math.isfinite(size):
            return 0.0
        direction = [d / np.asarray(size, d.dtype) for d in direction]
        slope: Any = sum(ag.sum(g * d) for g, d in zip(gradients, direction, strict=True))
        if not slope.requires_grad:
            return 0.0
        products = [np.asarray(h.data) for h in ag.gradients(slope, parameters)]
        before, curvature = curvature, sum(float(np.vdot(h, d)) for h, d in zip(products, direction, strict=True))
        direction = products
        if abs(curvature - before) <= 1e-4 * abs(curvature):
            break
    return curvature


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _value(loss: Loss, model: Module, x: Array, y: Array) -> Any:
    with warnings.catch_warnings():  # what a loss would warn of is among the findings
        warnings.simplefilter("ignore", UserWarning)
        return loss(model(x), y)
