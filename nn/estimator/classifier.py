"""`MLPClassifier`: predicts one class of several, or which of several labels hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils import column_or_1d, compute_class_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import _check_sample_weight

import autograd as ag
from nn._arguments import explained, explained_methods
from nn.estimator.network import SETTINGS, Network, weights_of
from nn.estimator.objective import OF_CLASSES, OF_NUMBERS
from nn.module import Module
from nn.training.callbacks import Callback

__all__ = ["MLPClassifier"]


@explained_methods
class MLPClassifier(ClassifierMixin, Network):  # type: ignore[misc]  # noqa: D101 - it shares its text
    __doc__ = f"""A multi-layer perceptron that tells classes apart, trained by cross-entropy.

    A y of zeros and ones, (N, labels), trains one that says of each label whether it holds.

    {SETTINGS}        class_weight: What samples of each class count, a dict or ``"balanced"``.

    Attributes:
        classes_: The classes.
        model_: The trained `nn.MLP`, whose outputs are logits: one for two classes, or one for each.
        history_: The `nn.History` of the training.
        n_iter_, t_: How many epochs it took, and how many samples were seen in them.
        loss_curve_, loss_, best_loss_: The objective by epoch, the last, and the least.
        validation_scores_, best_validation_score_: The score of what was set aside.
        coefs_, intercepts_, n_layers_, n_outputs_: The weights, the biases, and how many layers and outputs there are.

    Example:
        >>> x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
        >>> network = MLPClassifier((16,), activation="tanh", learning_rate_init=0.05, random_state=0)
        >>> network.fit(x, ["even", "odd", "odd", "even"]).predict(x).tolist()
        ['even', 'odd', 'odd', 'even']
    """

    classes_: NDArray[Any]

    @explained
    def __init__(
        self,
        hidden_layer_sizes: Sequence[int] = (100,),
        activation: str = "relu",
        *,
        solver: str = "adam",
        alpha: float = 1e-4,
        batch_size: int | Literal["auto", "full"] = "auto",
        learning_rate: Literal["constant", "invscaling", "adaptive"] = "constant",
        learning_rate_init: float = 1e-3,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        tol: float | None = 1e-4,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        random_state: Any = None,
        verbose: bool | int = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        max_fun: int = 15000,
        loss: str | None = None,
        dropout: float = 0.0,
        callbacks: Iterable[Callback] = (),
        module: Callable[[int, int], Module] | None = None,
        class_weight: Mapping[Any, float] | Literal["balanced"] | None = None,
    ) -> None:
        super().__init__(
            hidden_layer_sizes, activation, solver=solver, alpha=alpha, batch_size=batch_size,
            learning_rate=learning_rate, learning_rate_init=learning_rate_init, power_t=power_t, max_iter=max_iter,
            shuffle=shuffle, tol=tol, early_stopping=early_stopping, validation_fraction=validation_fraction,
            n_iter_no_change=n_iter_no_change, random_state=random_state, verbose=verbose, warm_start=warm_start,
            momentum=momentum, nesterovs_momentum=nesterovs_momentum, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon,
            max_fun=max_fun, loss=loss, dropout=dropout, callbacks=callbacks, module=module,
        )  # fmt: skip
        self.class_weight = class_weight

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> Self:
        """Train on samples X (N, features) of the classes y (N,), or of labels (N, labels)."""
        goes_on = self.warm_start and hasattr(self, "model_")
        X, y = self._checked(X, self._whole(y), reset=not goes_on)
        check_classification_targets(y)
        found = self._classes_of(y)
        if goes_on and not np.array_equal(found, self.classes_):
            raise ValueError(f"warm_start goes on with the classes {self.classes_}, and y has {found}")
        self.classes_ = found
        return self._learn(X, y, sample_weight, goes_on=goes_on)

    def partial_fit(
        self, X: Any, y: Any, classes: ArrayLike | None = None, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Go through these samples once, from where the network is; the first call names all classes there are."""
        first = not hasattr(self, "model_")
        X, y = self._checked(X, self._whole(y), reset=first)
        check_classification_targets(y)
        if not first and classes is not None and not np.array_equal(np.unique(np.asarray(classes)), self.classes_):
            raise ValueError(f"classes={classes!r}, and the first call to partial_fit named {self.classes_}")
        if first:
            if classes is None:
                raise ValueError("classes must be passed on the first call to partial_fit.")
            self.classes_ = np.unique(np.asarray(classes))
        found = self._classes_of(y)
        if y.ndim == 1 and not np.isin(found, self.classes_).all():
            raise ValueError(f"y has classes {found}, and the first call named {self.classes_}")
        return self._learn(X, y, sample_weight, goes_on=True, once=True)

    def _whole(self, y: Any) -> Any:
        """Labels as an array, whether they come as one or as a sparse matrix, which predictions then are, too."""
        self._sparse = callable(getattr(y, "tocsr", None))
        return y.toarray() if self._sparse else y

    def _classes_of(self, y: NDArray[Any]) -> NDArray[Any]:
        self._labels = type_of_target(y) == "multilabel-indicator"
        return np.arange(y.shape[1]) if self._labels else np.unique(column_or_1d(y, warn=True))

    def _learn(self, x: Any, y: Any, sample_weight: Any, *, goes_on: bool, once: bool = False) -> Self:
        weights = own = None if sample_weight is None else _check_sample_weight(sample_weight, x, dtype=np.float64)
        name = self.loss or "log_loss"
        if name not in OF_CLASSES:
            raise ValueError(f"loss={name!r}: expected one of {', '.join(OF_CLASSES)}")
        of_classes, of_labels = OF_CLASSES[name]
        if self._labels:
            targets, outputs, each, numbers = y.astype(x.dtype), y.shape[1], of_labels, None
        else:
            numbers = np.searchsorted(self.classes_, column_or_1d(y))
            if self.class_weight is not None:
                given = self.class_weight
                by_class = compute_class_weight(given, classes=self.classes_, y=column_or_1d(y))
                weights = by_class[numbers] * (1.0 if weights is None else weights)
            if len(self.classes_) > 2:
                targets, outputs, each = numbers, len(self.classes_), of_classes
            else:  # of one class nothing is to be told apart, so nothing is to be learnt
                each = of_labels if len(self.classes_) == 2 else OF_NUMBERS["squared_error"]
                targets, outputs = numbers[:, None].astype(x.dtype), 1

        def score(rows: NDArray[Any]) -> float:
            said, right = self._decided(self._raw(x[rows])), targets[rows]
            truth = right if self._labels or right.ndim == 1 else right[:, 0]
            found = (said == truth).all(axis=1) if self._labels else said == truth
            return float(np.average(found, weights=weights_of(own, rows)))

        self._train(
            x, targets, outputs, each, weights, classes=numbers, score=score, goes_on=goes_on, once=once
        )  # fmt: skip
        self.out_activation_ = "softmax" if each is of_classes else "logistic"
        return self

    def _decided(self, logits: NDArray[Any]) -> NDArray[Any]:
        """Class numbers, or zeros and ones for labels."""
        if self._labels:
            return np.asarray((logits > 0).astype(int))
        if len(self.classes_) > 2:
            return np.asarray(logits.argmax(axis=1))
        return np.asarray(((logits[:, 0] > 0) & (len(self.classes_) == 2)).astype(int))

    def decision_function(self, X: Any) -> NDArray[Any]:
        """The logits: of the second of two classes, (N,), of each of more, (N, classes), or of each label."""
        logits = self._outputs(X)
        return logits if self._labels or len(self.classes_) > 2 else np.asarray(logits[:, 0])

    def predict_proba(self, X: Any) -> NDArray[Any]:
        """The probability of each class, (N, classes), or of each label, (N, labels)."""
        logits = self._outputs(X)
        few = self._labels or len(self.classes_) < 3
        return np.asarray(np.exp(self._log_proba(logits)) if few else ag.softmax(logits, axis=1))

    def predict_log_proba(self, X: Any) -> NDArray[Any]:
        """The logarithm of `predict_proba`, exact also for probabilities next to 0."""
        return self._log_proba(self._outputs(X))

    def _log_proba(self, logits: NDArray[Any]) -> NDArray[Any]:
        if self._labels:
            return np.asarray(-ag.softplus(-logits))
        if len(self.classes_) == 1:
            return np.zeros((len(logits), 1))
        if len(self.classes_) == 2:
            logits = np.concatenate([np.zeros_like(logits), logits], axis=1)
        return np.asarray(ag.log_softmax(logits, axis=1))

    def predict(self, X: Any) -> NDArray[Any]:
        """The most probable class of each sample, (N,), or zeros and ones for labels, (N, labels)."""
        found = self._decided(self._outputs(X))
        if self._labels and getattr(self, "_sparse", False):
            return ag.require("scipy.sparse", "scipy").csr_matrix(found)  # type: ignore[no-any-return]
        return found if self._labels else np.asarray(self.classes_[found])
