"""What the estimators minimise: scikit-learn's objective, the mean loss of a sample and a penalty on the weights.

Over a batch of n samples, with weights W but not biases::

    (Σᵢ lᵢ + α/2 Σ W²) / n                       or, with weights of samples, over Σ wᵢ in place of n
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

import autograd as ag
from nn import losses
from nn.module import Module
from nn.optim import Optimizer
from nn.training.callbacks import Callback
from nn.training.samples import total_weight
from nn.training.trainer import Trainer

__all__ = ["OF_CLASSES", "OF_NUMBERS", "Fitting", "of_numbers", "of_samples"]

Array: TypeAlias = NDArray[Any]
Each: TypeAlias = Callable[[Any, Any], Any]


def _of_yes_and_no(outputs: Any, targets: Any) -> Any:
    return ag.sum(losses.binary_cross_entropy_with_logits(outputs, targets, "none"), axis=1)


def _cross_entropy(outputs: Any, targets: Any) -> Any:
    return losses.cross_entropy(outputs, targets, "none")


def _focal(outputs: Any, targets: Any) -> Any:
    return losses.focal(outputs, targets, "none")


def _focal_of_yes_and_no(outputs: Any, targets: Any) -> Any:
    loss = losses.binary_cross_entropy_with_logits(outputs, targets, "none")
    return ag.sum(ag.square(ag.expm1(-loss)) * loss, axis=1)


def _half_squares(outputs: Any, targets: Any) -> Any:
    return ag.sum(losses.mse(outputs, targets, "none"), axis=1) / 2


def _absolute(outputs: Any, targets: Any) -> Any:
    return ag.sum(losses.l1_loss(outputs, targets, "none"), axis=1)


def _huber(outputs: Any, targets: Any) -> Any:
    return ag.sum(losses.huber(outputs, targets, "none"), axis=1)


def _poisson(outputs: Any, targets: Any) -> Any:
    return ag.sum(ag.exp(outputs) - targets * outputs, axis=1)


def _quantile(share: float, outputs: Any, targets: Any) -> Any:
    above = targets - outputs
    return ag.sum(ag.maximum(share * above, (share - 1) * above), axis=1)


# By their names: the loss of each sample, of class numbers and of yes and no for one class or more.
OF_CLASSES: dict[str, tuple[Each, Each]] = {
    "log_loss": (_cross_entropy, _of_yes_and_no),
    "focal": (_focal, _focal_of_yes_and_no),
}
OF_NUMBERS: dict[str, Each] = {
    "squared_error": _half_squares,
    "absolute_error": _absolute,
    "huber": _huber,
    "poisson": _poisson,
}


def of_numbers(name: str, quantile: Any) -> Each:
    """The loss of each sample, of numbers, by its name; of the quantile ρ(y − ŷ) = max(q (y − ŷ), (q − 1)(y − ŷ))."""
    if name == "quantile":
        if not (isinstance(quantile, int | float | np.number) and 0 < quantile < 1):
            raise ValueError(f"quantile={quantile!r}: expected a share between 0 and 1")
        return functools.partial(_quantile, float(quantile))
    if name not in OF_NUMBERS:
        raise ValueError(f"loss={name!r}: expected one of {', '.join([*OF_NUMBERS, 'quantile'])}")
    return OF_NUMBERS[name]


def of_samples(each: Each) -> Any:
    """A loss with a ``reduction``, as the trainer takes it, from that of each sample."""
    return functools.partial(_reduced, each)


def _reduced(each: Each, outputs: Any, targets: Any, reduction: str = "mean") -> Any:
    found = each(outputs, targets)
    return found if reduction == "none" else ag.mean(found)


class Fitting(Trainer):
    """The trainer whose loss of a batch includes the penalty."""

    steady = True

    def __init__(
        self,
        model: Module,
        *,
        each: Each,
        optimizer: Optimizer,
        alpha: float,
        callbacks: list[Callback],
    ) -> None:
        super().__init__(model, loss=of_samples(each), optimizer=optimizer, callbacks=callbacks)
        self.alpha = alpha

    def compute_loss(self, xb: Any, yb: Array, weights: Any = None) -> tuple[Any, Any]:
        """The mean loss and the penalty, and the raw outputs."""
        loss, outputs = super().compute_loss(xb, yb, weights)
        if not self.alpha:
            return loss, outputs
        squares: Any = 0.0
        for parameter in self.model.parameters():
            if parameter.ndim > 1:
                squares = ag.sum(parameter * parameter) + squares
        count = len(xb) if weights is None else total_weight(weights)
        penalty = squares * (self.alpha / 2) / count
        return loss + penalty.astype(loss.dtype), outputs

    def minimise(self, x: Array, y: Array, weights: Array | None, iterations: int, tol: float, calls: int) -> Any:
        """L-BFGS over all samples at once; scipy's result."""
        optimize = ag.require("scipy.optimize", "scipy")
        parameters = list(self.model.parameters())
        ends = np.cumsum([parameter.size for parameter in parameters])

        def put(flat: Array) -> None:
            for parameter, part in zip(parameters, np.split(flat, ends[:-1]), strict=True):
                parameter.data = part.reshape(parameter.shape).astype(parameter.dtype)

        def objective(flat: Array) -> tuple[float, Array]:
            put(flat)
            loss, _ = self.compute_loss(x, y, weights)
            found = ag.gradients(loss, parameters)
            return loss.item(), np.concatenate([np.ravel(g.data) for g in found]).astype(np.float64)

        start = np.concatenate([np.ravel(parameter.data) for parameter in parameters]).astype(np.float64)
        options = {"maxiter": iterations, "maxfun": calls, "gtol": tol}
        curve: list[float] = []
        result = optimize.minimize(
            objective, start, jac=True, method="L-BFGS-B", options=options,
            callback=lambda intermediate_result: curve.append(float(intermediate_result.fun)),
        )  # fmt: skip
        put(result.x)
        result.curve = curve
        return result
