"""Losses, optimizers and metrics asked for by name, Keras's too, and what was passed in their place by mistake."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import autograd as ag
from autograd import MissingExtraError, require
from nn import losses, metrics
from nn._arguments import check_made
from nn._words import WORDS
from nn.losses import Loss
from nn.module import Module
from nn.optim import LBFGS, OPTIMIZERS, Optimizer
from nn.training.callbacks import Callback

__all__ = ["as_callbacks", "as_loss", "as_metrics", "as_optimizer", "as_tensor"]

LOSSES: dict[str, Loss] = {name: getattr(losses, name) for name in losses.__all__ if name != "Loss"}

# What Keras calls its losses, where the same word is a metric or nothing in `WORDS`.
LOSS_WORDS = {
    **dict.fromkeys(("mae", "mean_absolute_error", "l1"), "l1_loss"),
    **dict.fromkeys(("bce", "log_loss"), "binary_cross_entropy_with_logits"),
    **dict.fromkeys(("kl_divergence", "kld"), "kl_div"),
    "huber_loss": "huber",
    "nll_loss": "nll",
}
# Errors, which scikit-learn's scorers give with their sign turned; under these names they are what they are.
ERRORS = {
    "mse": "mean_squared_error",
    "rmse": "root_mean_squared_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_log_error",
}


def as_loss(loss: Any, label_smoothing: float = 0.0) -> Loss:
    """A loss from a name or a function.

    Raises:
        TypeError: It is neither.
        ValueError: No loss has that name, or it cannot smooth labels.

    Example:
        >>> as_loss("mse").__name__, as_loss("CrossEntropyLoss").__name__
        ('mse', 'cross_entropy')
    """
    if isinstance(loss, str):
        loss = _named("loss", LOSS_WORDS.get(loss.lower(), loss), LOSSES)
    check_made("loss", loss, Callable, "nn.cross_entropy")  # type: ignore[arg-type]
    if isinstance(loss, type):
        raise TypeError(f"loss is the class {loss.__name__}; losses are functions here: pass e.g. nn.cross_entropy")
    if not label_smoothing:
        return loss  # type: ignore[no-any-return]
    if loss is not losses.cross_entropy:
        raise ValueError(f"label_smoothing is for cross_entropy, not for {getattr(loss, '__name__', loss)}")
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing must be from 0 to 1, got {label_smoothing!r}")
    return functools.partial(losses.cross_entropy, label_smoothing=label_smoothing)


def as_optimizer(optimizer: Any, model: Module, learning_rate: float | None) -> Optimizer:
    """An optimizer from a name, of the model's parameters, or as it is.

    Raises:
        TypeError: It is something else.
        ValueError: No optimizer has that name; or it trains none of the model's parameters.
    """
    if isinstance(optimizer, str) and optimizer.lower() in ("lbfgs", "l-bfgs"):
        raise ValueError("L-BFGS runs searches of its own, without fit: nn.LBFGS(model.parameters()).step(closure)")
    if isinstance(optimizer, str):
        kind = _named("optimizer", optimizer, OPTIMIZERS)
        settings = {} if learning_rate is None else {"learning_rate": learning_rate}
        made: Optimizer = kind(model.parameters(), **settings)
        return made
    if learning_rate is not None:
        raise TypeError("learning_rate goes with an optimizer's name, or to the optimizer: nn.Adam(…, learning_rate=…)")
    if isinstance(optimizer, LBFGS):
        raise TypeError("LBFGS runs searches of its own, without fit: optimizer.step(lambda: loss(model(x), y))")
    check_made("optimizer", optimizer, Optimizer, 'nn.Adam(model.parameters()), or optimizer="adam"')
    ours = {id(parameter) for parameter in model.parameters()}
    if ours and not any(id(parameter) in ours for parameter in optimizer.parameters):
        raise ValueError(
            "the optimizer holds another model's parameters: make it from this one's, nn.Adam(model.parameters())"
        )
    found: Optimizer = optimizer
    return found


def as_metrics(given: Any) -> dict[str, Any]:
    """Metrics by name, from names of ours or of scikit-learn's scorers, or from functions and scorers.

    Raises:
        TypeError, ValueError: One is something else, or no metric has that name.

    Example:
        >>> list(as_metrics(["accuracy", "mae"]))
        ['accuracy', 'mae']
    """
    if given is None:
        return {}
    if isinstance(given, str) or not isinstance(given, Mapping | Iterable):
        raise TypeError(f'metrics is {given!r}: pass a list or a dict, e.g. metrics=["accuracy"]')
    named = given.items() if isinstance(given, Mapping) else [(_name_of(each), each) for each in given]
    found = {}
    for name, metric in named:
        if isinstance(metric, str):
            metric = _metric(metric)
        check_made(f"metrics[{name!r}]", metric, Callable, "nn.accuracy")  # type: ignore[arg-type]
        found[name] = metric
    taken = [name for name in found if name in ("epoch", "learning_rate", "loss") or name[:4] == "val_"]
    if taken:
        raise ValueError(f"a metric cannot be called {taken[0]!r}, a name that the history uses itself")
    return found


def _name_of(metric: Any) -> str:
    if isinstance(metric, str):
        return metric
    if hasattr(metric, "_score_func"):  # a scorer of scikit-learn
        metric = metric._score_func
    return getattr(metric, "__name__", type(metric).__name__)


def _metric(name: str) -> Any:
    ours = {each: getattr(metrics, each) for each in metrics.__all__ if each != "confusion_matrix"}
    if name in ours or WORDS.get(name) in ours:
        return ours[name if name in ours else WORDS[name]]
    try:
        scorers = require("sklearn.metrics", "train")
    except MissingExtraError as error:
        if difflib.get_close_matches(name.lower(), ours, 1):
            return _named("metric", name, ours)
        raise MissingExtraError(f"{name!r} is none of nn's metrics ({', '.join(sorted(ours))}), and {error}") from None
    found = {"auc": "roc_auc", "acc": "accuracy"}.get(name, ERRORS.get(name, name))
    if found in scorers.get_scorer_names():
        return scorers.get_scorer(found)
    if f"neg_{found}" in scorers.get_scorer_names():
        return scorers.get_scorer(f"neg_{found}")._score_func
    return _named("metric", name, ours | dict.fromkeys(scorers.get_scorer_names()))


def as_callbacks(given: Any) -> list[Callback]:
    """Callbacks as a list.

    Raises:
        TypeError: One is something else, such as a class.
    """
    if isinstance(given, Callback):
        raise TypeError(f"callbacks is one {type(given).__name__}: pass a list, [{given!r}]")
    check_made("callbacks", given, Iterable, "[nn.EarlyStopping()]")
    found = list(given)
    for position, callback in enumerate(found):
        check_made(f"callbacks[{position}]", callback, Callback, "nn.EarlyStopping()")
    return found


def _named(kind: str, name: str, known: Mapping[str, Any]) -> Any:
    if name in known:
        return known[name]
    alias = WORDS.get(name, name.lower())
    if alias in known:
        return known[alias]
    near = difflib.get_close_matches(name.lower(), known, 1)
    hint = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(sorted(known)[:20])}"
    raise ValueError(f"no {kind} is called {name!r}{hint}")


def as_tensor(what: str, found: Any) -> ag.Tensor:
    """What a model or a loss gave, if it is a Tensor.

    Raises:
        TypeError: It is something that has no gradient.
    """
    if isinstance(found, ag.Tensor):
        return found
    kind = "None (does it return its result?)" if found is None else f"a {type(found).__name__}, which has no gradient"
    raise TypeError(
        f"{what} gave {kind}: let it return a Tensor, computed by layers, operators and functions of autograd, "
        "without .item(), .data or float"
    )
