"""How the raw outputs of a network are read: it depends on the loss that it was trained by."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import autograd as ag
from nn._arguments import checked
from nn.losses import (
    Loss,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    cross_entropy_of_probabilities,
    focal,
    hinge,
    kl_div,
    mse,
    nll,
    squared_error,
)
from nn.losses.common import check_distributions, check_shares, check_signs

__all__ = ["OUTPUTS", "Outputs", "outputs_of"]


@dataclass(frozen=True)
class Outputs:
    """How raw outputs of a network trained on some loss are read.

    Attributes:
        predictions: From raw outputs to what a user wants to know: a class number, a value.
        probabilities: From raw outputs to probabilities; None where there are none.
        labels: From targets, in any form the loss takes, to what predictions are compared with.
        check: Refuses targets of the outputs' shape that the loss does not take, as the loss itself does; a compiled
            step asks it at every call.

    Example:
        >>> sign = Outputs(predictions=lambda outputs: np.where(outputs < 0, -1, 1))
        >>> sign.predictions(np.array([-0.3, 2.0]))
        array([-1,  1])
    """

    predictions: Callable[[NDArray[Any]], NDArray[Any]]
    probabilities: Callable[[NDArray[Any]], NDArray[Any]] | None = None
    labels: Callable[[NDArray[Any]], NDArray[Any]] = lambda targets: targets
    check: Callable[[NDArray[Any]], None] = lambda _targets: None


# To make `Trainer` read the outputs of a loss of your own, add its row.
OUTPUTS: dict[Loss, Outputs] = {
    mse: Outputs(predictions=lambda values: values),
    cross_entropy: Outputs(
        predictions=lambda logits: logits.argmax(axis=-1),
        probabilities=lambda logits: np.asarray(ag.softmax(logits, axis=-1)),
        labels=lambda targets: targets.argmax(axis=-1) if targets.ndim > 1 else targets,
        check=lambda rows: check_distributions(rows, "cross_entropy"),
    ),
    squared_error: Outputs(predictions=lambda values: values),
    nll: Outputs(
        predictions=lambda logarithms: logarithms.argmax(axis=-1), probabilities=lambda logarithms: np.exp(logarithms)
    ),
    kl_div: Outputs(
        predictions=lambda logarithms: logarithms.argmax(axis=-1),
        probabilities=lambda logarithms: np.exp(logarithms),
        labels=lambda targets: targets.argmax(axis=-1),
        check=lambda rows: check_distributions(rows, "kl_div"),
    ),
    focal: Outputs(
        predictions=lambda logits: logits.argmax(axis=-1),
        probabilities=lambda logits: np.asarray(ag.softmax(logits, axis=-1)),
    ),
    binary_cross_entropy: Outputs(
        predictions=lambda probabilities: (probabilities > 0.5).astype(np.int64),
        probabilities=lambda probabilities: probabilities,
        check=lambda targets: check_shares(targets, "binary_cross_entropy"),
    ),
    cross_entropy_of_probabilities: Outputs(
        predictions=lambda probabilities: probabilities.argmax(axis=-1),
        probabilities=lambda probabilities: probabilities,
        labels=lambda targets: targets.argmax(axis=-1) if targets.ndim > 1 else targets,
        check=lambda rows: check_distributions(rows, "cross_entropy_of_probabilities"),
    ),
    hinge: Outputs(
        predictions=lambda scores: (
            scores.argmax(axis=-1) if scores.ndim == 2 and scores.shape[1] > 1 else np.where(scores > 0, 1, -1)
        ),
        check=check_signs,
    ),
    binary_cross_entropy_with_logits: Outputs(
        predictions=lambda logits: (logits > 0).astype(np.int64),
        probabilities=lambda logits: np.asarray(ag.sigmoid(logits)),
        check=lambda targets: check_shares(targets, "binary_cross_entropy_with_logits"),
    ),
}


@checked
def outputs_of(loss: Loss) -> Outputs:
    """The row of `OUTPUTS` for a loss, also under a `functools.partial`; for an unknown one outputs are predictions.

    Example:
        >>> outputs_of(functools.partial(cross_entropy, reduction="sum")).predictions(np.array([[0.1, 0.9]]))
        array([1])
    """
    while isinstance(loss, functools.partial):
        loss = loss.func
    return OUTPUTS.get(loss, OUTPUTS[mse])
