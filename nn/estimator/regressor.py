"""`MLPRegressor`: predicts numbers."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils import column_or_1d
from sklearn.utils.validation import _check_sample_weight

from nn._arguments import explained_methods
from nn.estimator.network import SETTINGS, Network, weights_of
from nn.estimator.objective import of_numbers

__all__ = ["MLPRegressor"]


@explained_methods
class MLPRegressor(RegressorMixin, Network):  # type: ignore[misc]  # noqa: D101
    __doc__ = f"""A multi-layer perceptron that predicts numbers, trained by half the squared error.

    A y of shape (N, outputs) trains one of several outputs.

    {SETTINGS}        quantile: The share of samples that is to lie below what is predicted, for ``loss="quantile"``.

    Attributes:
        model_: The trained `nn.MLP`.
        history_: The `nn.History` of the training.
        n_iter_, t_: How many epochs it took, and how many samples were seen in them.
        loss_curve_, loss_, best_loss_: The objective by epoch, the last, and the least.
        validation_scores_, best_validation_score_: The score (R²) of what was set aside.
        coefs_, intercepts_, n_layers_, n_outputs_: The weights, the biases, and how many layers and outputs there are.

    Example:
        >>> x = np.linspace(-1, 1, 40)[:, None]
        >>> network = MLPRegressor((32,), activation="tanh", learning_rate_init=0.05, random_state=0)
        >>> network = network.set_params(max_iter=300, tol=None)
        >>> network.fit(x, x[:, 0] ** 2).score(x, x[:, 0] ** 2) > 0.9
        True
    """

    def fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> Self:
        """Train on samples X (N, features) and their numbers y, (N,) or (N, outputs)."""
        goes_on = self.warm_start and hasattr(self, "model_")
        X, y = self._checked(X, y, reset=not goes_on, y_numeric=True)
        return self._learn(X, y, sample_weight, goes_on=goes_on)

    def partial_fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> Self:
        """Go through these samples once, from where the network is."""
        X, y = self._checked(X, y, reset=not hasattr(self, "model_"), y_numeric=True)
        return self._learn(X, y, sample_weight, goes_on=True, once=True)

    def _learn(self, x: Any, y: Any, sample_weight: Any, *, goes_on: bool, once: bool = False) -> Self:
        weights = None if sample_weight is None else _check_sample_weight(sample_weight, x, dtype=np.float64)
        name = self.loss or "squared_error"
        each = of_numbers(name, self.quantile)
        self._flat = y.ndim == 1 or y.shape[1] == 1
        numbers = (column_or_1d(y, warn=True)[:, None] if self._flat else y).astype(x.dtype)

        def score(rows: NDArray[Any]) -> float:
            said = self._said(self._raw(x[rows]))
            return float(r2_score(numbers[rows], said, sample_weight=weights_of(weights, rows)))

        self._train(x, numbers, numbers.shape[1], each, weights, score=score, goes_on=goes_on, once=once)
        self.out_activation_ = "exponential" if name == "poisson" else "identity"
        return self

    def _said(self, outputs: NDArray[Any]) -> NDArray[Any]:
        return np.exp(outputs) if self.loss == "poisson" else outputs

    def predict(self, X: Any) -> NDArray[Any]:
        """The predicted numbers, (N,) or (N, outputs)."""
        said = self._said(self._outputs(X))
        return said[:, 0] if self._flat else said
