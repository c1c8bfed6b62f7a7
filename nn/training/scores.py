"""Metrics on raw outputs: functions are given predictions, scikit-learn's scorers what each of them is made for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nn.outputs import Outputs

__all__ = ["Metric", "measured"]

Array: TypeAlias = NDArray[Any]
Metric: TypeAlias = Callable[[Array, Array], Any]

# Functions of scikit-learn that rank samples: labels would be taken for scores, and give a wrong figure in silence.
OF_SCORES = {
    "roc_auc_score",
    "average_precision_score",
    "log_loss",
    "brier_score_loss",
    "top_k_accuracy_score",
    "d2_log_loss_score",
    "label_ranking_average_precision_score",
}


class _Reader:
    """What scikit-learn's scorers take for an estimator: its predictions are there already."""

    def __init__(self, reading: Outputs, outputs: Array, classes: Array | None) -> None:
        self._reading, self._outputs = reading, outputs
        if classes is not None:
            self.classes_ = classes
        self._estimator_type = "regressor" if reading.probabilities is None else "classifier"

    def fit(self) -> None:
        """Nothing; a scorer looks whether it is there."""

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags, RegressorTags, Tags, TargetTags

        kind: Any = self._estimator_type
        return Tags(
            estimator_type=kind,
            target_tags=TargetTags(required=True),
            classifier_tags=ClassifierTags() if kind == "classifier" else None,
            regressor_tags=RegressorTags() if kind == "regressor" else None,
        )

    def predict(self, _x: Any) -> Array:
        """The predictions."""
        return _flat(self._reading.predictions(self._outputs))


class _ClassReader(_Reader):
    """The same of a network that gives probabilities."""

    def predict_proba(self, _x: Any) -> Array:
        """The probabilities of each class."""
        found = np.asarray(self._reading.probabilities(self._outputs))  # type: ignore[misc]
        if found.ndim == 1 or found.shape[1] == 1:
            yes = found.reshape(len(found))
            found = np.stack([1 - yes, yes], axis=1)
        return found


def measured(metrics: Mapping[str, Any], reading: Outputs, targets: Array, outputs: Array) -> dict[str, float]:
    """Every metric of raw outputs.

    Args:
        metrics: By name: functions ``(y_true, y_pred)``, or scikit-learn's scorers.
        reading: How the outputs are read.
        targets: In a form that the loss takes.
        outputs: Raw ones.
    """
    y_true, y_pred = reading.labels(targets), reading.predictions(outputs)
    found = {}
    for name, metric in metrics.items():
        scorer = hasattr(metric, "_score_func")
        if not scorer and getattr(metric, "__name__", "") in OF_SCORES and reading.probabilities is not None:
            found[name] = _score(metric, y_true, reading.probabilities(outputs))
        elif scorer:
            classes = np.arange(outputs.shape[-1]) if outputs.ndim == 2 and outputs.shape[1] > 1 else np.arange(2)
            kind = _Reader if reading.probabilities is None else _ClassReader
            reader = kind(reading, outputs, None if reading.probabilities is None else classes)
            if getattr(metric._score_func, "__name__", "") == "roc_auc_score" and reading.probabilities is not None:
                found[name] = _score(metric._score_func, y_true, reading.probabilities(outputs))
            else:
                found[name] = float(metric(reader, np.zeros((len(targets), 1)), _flat(y_true)))
        else:
            found[name] = float(metric(y_true, y_pred))
    return found


def _score(metric: Any, y_true: Array, probabilities: Array) -> float:
    """A function of scores: of "yes" for two classes, of all for more; NaN where one class alone is there."""
    y_true = _flat(y_true)
    settings: dict[str, Any] = {}
    if probabilities.ndim == 2 and probabilities.shape[1] == 2 and metric.__name__ != "log_loss":
        probabilities = probabilities[:, 1]
    elif probabilities.ndim == 2 and probabilities.shape[1] == 1:
        probabilities = probabilities[:, 0]
    elif probabilities.ndim == 2:
        settings["labels"] = np.arange(probabilities.shape[1])
        if metric.__name__ == "roc_auc_score":
            settings["multi_class"] = "ovr"
            probabilities = probabilities.astype(np.float64)
            probabilities /= probabilities.sum(axis=1, keepdims=True)
    if metric.__name__ == "roc_auc_score" and y_true.ndim == 1:
        present = np.unique(y_true)
        if len(present) < 2 or (settings and len(present) < len(settings["labels"])):
            return float("nan")  # not every class is among these samples: there is nothing to rank against
    return float(metric(y_true, probabilities, **settings))


def _flat(x: Array) -> Array:
    return x[:, 0] if x.ndim == 2 and x.shape[1] == 1 else x
