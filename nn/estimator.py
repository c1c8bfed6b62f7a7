"""scikit-learn estimators over this package's networks and trainer: `MLPClassifier` and `MLPRegressor`.

They pass scikit-learn's own checks, so pipelines, cross-validation and grid search take them as they take its own.
Needs scikit-learn (``pip install 'gradbook[train]'``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd import MissingExtraError, installing
from nn.inspect import mode
from nn.layers import MLP
from nn.losses import Loss, cross_entropy, mse
from nn.optim import OPTIMIZERS
from nn.training.callbacks import Callback, EarlyStopping
from nn.training.trainer import Trainer

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.utils import check_random_state, column_or_1d
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, validate_data
except ModuleNotFoundError as error:
    raise MissingExtraError(f"nn.estimator needs scikit-learn; {installing('train')}") from error

__all__ = ["MLPClassifier", "MLPRegressor"]


class _Network(BaseEstimator):  # type: ignore[misc]
    """What the two share: their settings and how they train."""

    def __init__(
        self,
        hidden_layer_sizes: Sequence[int] = (100,),
        activation: str = "relu",
        *,
        solver: str = "adam",
        alpha: float = 1e-4,
        batch_size: int | Literal["auto", "full"] = "auto",
        learning_rate_init: float = 1e-3,
        max_iter: int = 200,
        tol: float | None = 1e-4,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.tol = tol
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.random_state = random_state
        self.verbose = verbose

    def _train(self, x: NDArray[Any], y: NDArray[Any], outputs: int, loss: Loss) -> None:
        if self.solver not in OPTIMIZERS:
            raise ValueError(f"solver={self.solver!r}: expected one of {', '.join(OPTIMIZERS)}")
        seed = int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max))
        sizes = [*np.atleast_1d(self.hidden_layer_sizes).tolist(), outputs]
        self.model_ = MLP(x.shape[1], sizes, activation=self.activation, seed=seed, dtype=np.float64)
        optimizer = OPTIMIZERS[self.solver](
            self.model_.parameters(), learning_rate=self.learning_rate_init, weight_decay=self.alpha
        )
        held_out = self.validation_fraction if self.early_stopping else 0.0
        if held_out and math.ceil(held_out * len(x)) >= len(x):
            held_out = 0.0  # too few samples to set any aside
        monitor = "val_loss" if held_out else "loss"
        callbacks: list[Callback] = []
        if self.tol is not None:
            callbacks.append(
                EarlyStopping(
                    self.n_iter_no_change, monitor=monitor, min_delta=self.tol, restore_best=self.early_stopping
                )
            )
        trainer = Trainer(self.model_, loss=loss, optimizer=optimizer, callbacks=callbacks)
        batch_size = min(200, len(x)) if self.batch_size == "auto" else self.batch_size
        self.history_ = trainer.fit(
            x,
            y,
            epochs=self.max_iter,
            batch_size=batch_size,
            validation_split=held_out,
            seed=seed,
            progress=bool(self.verbose),
        )
        self.n_iter_ = len(self.history_)
        self.loss_curve_ = self.history_["loss"]
        self.loss_ = self.loss_curve_[-1]

    def _outputs(self, x: ArrayLike) -> NDArray[Any]:
        check_is_fitted(self, "model_")
        x = validate_data(self, x, dtype=np.float64, reset=False)
        with mode(self.model_, training=False):
            return np.asarray(self.model_(x).data)


_SETTINGS = """Args:
        hidden_layer_sizes: The number of units of each hidden layer.
        activation: A name in `nn.ACTIVATIONS`.
        solver: A name in `nn.OPTIMIZERS`.
        alpha: The weight decay.
        batch_size: Samples in a step; "auto" for at most 200, "full" for all.
        learning_rate_init: The learning rate.
        max_iter: How many epochs at most.
        tol: An epoch counts as better where the loss is lower by this; None trains for all of ``max_iter``.
        early_stopping: Whether to set samples aside, to stop by their loss, and to keep the best epoch's network.
        validation_fraction: The share of samples that is set aside then.
        n_iter_no_change: After how many epochs that were no better to stop.
        random_state: Where weights, split and order come from.
        verbose: Whether to show progress.
"""


class MLPClassifier(ClassifierMixin, _Network):  # type: ignore[misc]  # noqa: D101 - it shares its text
    __doc__ = f"""A multi-layer perceptron that tells classes apart, trained by cross-entropy.

    {_SETTINGS}
    Attributes:
        classes_: The classes.
        model_: The trained `nn.MLP`, whose outputs are logits.
        history_: The `nn.History` of the training.
        n_iter_: How many epochs it took.
        loss_curve_, loss_: The training loss by epoch, and the last one.

    Example:
        >>> x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
        >>> network = MLPClassifier((16,), activation="tanh", learning_rate_init=0.05, random_state=0)
        >>> network.fit(x, ["even", "odd", "odd", "even"]).predict(x).tolist()
        ['even', 'odd', 'odd', 'even']
    """

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train on samples X (N, features) of the classes y (N,)."""
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        self.classes_, numbers = np.unique(column_or_1d(y, warn=True), return_inverse=True)
        if len(self.classes_) == 1:  # nothing to tell apart, so nothing to learn
            self._train(np.asarray(X), np.zeros((len(numbers), 1)), 1, mse)
        else:
            self._train(np.asarray(X), numbers, len(self.classes_), cross_entropy)
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[Any]:
        """The probability of each class, (N, classes)."""
        logits = self._outputs(X)
        grown = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(grown / grown.sum(axis=1, keepdims=True))

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The most probable class of each sample, (N,)."""
        best = self._outputs(X).argmax(axis=1)
        return np.asarray(self.classes_[best])


class MLPRegressor(RegressorMixin, _Network):  # type: ignore[misc]  # noqa: D101
    __doc__ = f"""A multi-layer perceptron that predicts numbers, trained by the mean squared error.

    {_SETTINGS}
    Attributes:
        model_: The trained `nn.MLP`.
        history_: The `nn.History` of the training.
        n_iter_: How many epochs it took.
        loss_curve_, loss_: The training loss by epoch, and the last one.

    Example:
        >>> x = np.linspace(-1, 1, 40)[:, None]
        >>> network = MLPRegressor((32,), activation="tanh", learning_rate_init=0.05, random_state=0)
        >>> network = network.set_params(n_iter_no_change=50)
        >>> network.fit(x, x[:, 0] ** 2).score(x, x[:, 0] ** 2) > 0.9
        True
    """

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train on samples X (N, features) and their numbers y (N,)."""
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        numbers = column_or_1d(y, warn=True).astype(np.float64)
        self._train(np.asarray(X), numbers[:, None], 1, mse)
        return self

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The predicted numbers, (N,)."""
        return self._outputs(X)[:, 0]
