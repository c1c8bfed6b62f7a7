"""What the estimators share: their settings, and how they train."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

import autograd as ag
from nn._arguments import Signature, explained, explained_methods, in_range, positive, positive_integer
from nn.estimator.objective import Each, Fitting
from nn.estimator.stopping import Stopping
from nn.inspect import mode
from nn.layers import ACTIVATIONS, MLP, Dropout, Linear, Sequential
from nn.module import Module
from nn.optim import OPTIMIZERS, Optimizer
from nn.training.callbacks import Callback
from nn.training.data import split_rows

__all__ = ["SETTINGS", "Network", "weights_of"]

Array: TypeAlias = NDArray[Any]

# scikit-learn's activations, each with the c of its first weights and biases, which are uniform up to
# √(c / (fan in + fan out)); a random_state gives the same ones as there.
START = {"identity": 6.0, "logistic": 2.0, "tanh": 6.0, "relu": 6.0}

# What lies from 0 to below these, and is looked at by nobody else.
BELOW = {"alpha": math.inf, "tol": math.inf, "power_t": math.inf, "validation_fraction": 1.0}
POSITIVE = "learning_rate_init", "epsilon"

SETTINGS = """Args:
        hidden_layer_sizes: The number of units of each hidden layer.
        activation: A name in `nn.ACTIVATIONS`; also scikit-learn's ``"logistic"``.
        solver: A name in `nn.OPTIMIZERS`, or ``"lbfgs"`` (scipy) over all samples at once.
        alpha: The strength of the penalty on the weights, α/2 Σ W², over the number of samples in the batch; biases are
            spared.
        batch_size: Samples in a step; "auto" for at most 200, "full" for all.
        learning_rate: How the rate goes on: "constant"; "invscaling", divided by t to the power ``power_t``;
            "adaptive", divided by 5 in place of stopping.
        learning_rate_init: The learning rate.
        power_t: See ``learning_rate``.
        max_iter: How many epochs at most; for lbfgs iterations.
        shuffle: Whether each epoch has another order.
        tol: An epoch counts as better where the loss is lower by this; None trains for all of ``max_iter``.
        early_stopping: Whether to set samples aside (of each class as many as it has a share), to stop by their score,
            and to keep the best epoch's network.
        validation_fraction: The share of samples that is set aside then.
        n_iter_no_change: After how many epochs that were no better to stop.
        random_state: Where weights, split and order come from.
        verbose: Whether to show progress.
        warm_start: Whether another ``fit`` goes on from the last one's network.
        momentum, nesterovs_momentum: For sgd.
        beta_1, beta_2, epsilon: For adam and adamw.
        max_fun: How often lbfgs may ask for the loss.
        loss: What is made small of each sample: "log_loss" or "focal" of classes; "squared_error", "absolute_error",
            "huber", "quantile" or "poisson" of numbers.
        dropout: The share of each hidden layer that is left out in each step.
        callbacks: Callbacks of `nn.Trainer`.
        module: A network of your own: a function of the numbers of inputs and outputs that makes it.
"""


def weights_of(weights: Array | None, rows: Array) -> Array | None:
    """What samples that were set aside count in their score."""
    if weights is None:
        return None
    if not weights[rows].any():
        raise ValueError("no sample that was set aside for early stopping has a weight; set more aside, or none")
    return np.asarray(weights[rows])


@explained_methods
class Network(BaseEstimator):  # type: ignore[misc]
    """Settings and training."""

    quantile = 0.5  # of what was pickled before there was this setting

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
        quantile: float = 0.5,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.tol = tol
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.random_state = random_state
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.max_fun = max_fun
        self.loss = loss
        self.dropout = dropout
        self.callbacks = callbacks
        self.module = module
        self.quantile = quantile

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _checked(self, X: Any, y: Any, reset: bool, **settings: Any) -> tuple[Array, Any]:
        try:
            Signature(type(self).__init__).check(self.get_params(deep=False), {"Sequence"})
        except TypeError as error:
            raise ValueError(str(error)) from None  # as scikit-learn has it
        for name, below in BELOW.items():
            if (value := getattr(self, name)) is not None:
                in_range(name, value, below)
        for name in POSITIVE:
            positive(name, getattr(self, name))
        positive_integer("n_iter_no_change", self.n_iter_no_change)
        positive_integer("max_fun", self.max_fun)
        X, y = validate_data(
            self, X, y, dtype=(np.float64, np.float32), accept_sparse="csr", multi_output=True, reset=reset, **settings
        )
        return _dense(X), y

    def _train(
        self,
        x: Array,
        y: Array,
        outputs: int,
        each: Each,
        weights: Array | None,
        *,
        classes: Array | None = None,
        score: Callable[[Array], float],
        goes_on: bool,
        once: bool = False,
    ) -> None:
        """Train for all epochs, or for one of ``partial_fit``."""
        if self.solver not in (*OPTIMIZERS, "lbfgs"):
            raise ValueError(f"solver={self.solver!r}: expected one of {', '.join(OPTIMIZERS)}, lbfgs")
        random = check_random_state(self.random_state)
        goes_on = goes_on and hasattr(self, "model_")
        if not goes_on:
            self.model_, self.t_, self.n_iter_ = self._network(x, outputs, random), 0, 0
            self.loss_curve_: list[float] = []
        seed = int(random.randint(np.iinfo(np.int32).max))
        rows = held = None
        if self.early_stopping and not once and self.solver != "lbfgs":
            rows, held = self._split(len(x), seed, classes)
        stopping = Stopping(
            None if once else self.tol,
            self.n_iter_no_change,
            None if held is None else lambda: score(held),
            self.learning_rate == "adaptive",
        )
        if not (once and goes_on and hasattr(self, "_fitting")):
            optimizer = self._optimizer()
            self._fitting = Fitting(self.model_, each=each, optimizer=optimizer, alpha=self.alpha, callbacks=[])
        fitting = self._fitting
        fitting.callbacks = [stopping, *self.callbacks]
        if self.solver == "lbfgs":
            self._minimise(x, y, weights)
        else:
            size = min(200, len(x)) if self.batch_size == "auto" else self.batch_size
            chosen = slice(None) if rows is None else rows
            self.history_ = fitting.fit(
                x[chosen],
                y[chosen],
                epochs=1 if once else self.max_iter,
                batch_size=size,
                validation_data=None if held is None else (x[held], y[held]),
                sample_weight=None if weights is None else weights[chosen],
                seed=seed if not once else 0,
                shuffle=self.shuffle,
                progress=bool(self.verbose),
            )
            self.loss_curve_ = [*self.loss_curve_, *self.history_["loss"]]
            self.n_iter_ += len(self.history_)
            self.t_ += len(self.history_) * len(x[chosen])
            unfinished = len(self.history_) == self.max_iter and not stopping.stopped and self.tol is not None
            if unfinished and not once:
                self._warn(f"{self.solver} has not converged after max_iter={self.max_iter} epochs")
        fitting.callbacks = []
        self.validation_scores_ = stopping.scores if held is not None else None
        self.best_validation_score_ = stopping.best if held is not None else None
        self.loss_ = self.loss_curve_[-1]
        self.best_loss_ = None if held is not None else min(self.loss_curve_)
        self.n_outputs_ = outputs
        self.n_layers_ = len(self.coefs_) + 1
        self._plain_dtype = self.coefs_[0].dtype if self.coefs_ else None

    @property
    def coefs_(self) -> list[Array]:
        """The weights of each layer, ``(inputs, outputs)``, in which writing changes the network; or set all."""
        return [p.data for p in self.model_.parameters() if p.ndim > 1]

    @coefs_.setter
    def coefs_(self, arrays: Sequence[ArrayLike]) -> None:
        self._set("coefs_", self.coefs_, arrays)

    @property
    def intercepts_(self) -> list[Array]:
        """The biases of each layer, ``(outputs,)``, in which writing changes the network; or set all."""
        return [p.data for p in self.model_.parameters() if p.ndim == 1]

    @intercepts_.setter
    def intercepts_(self, arrays: Sequence[ArrayLike]) -> None:
        self._set("intercepts_", self.intercepts_, arrays)

    def _set(self, name: str, held: Sequence[Array], arrays: Sequence[ArrayLike]) -> None:
        new = [np.array(array, dtype=float) for array in arrays]  # copies: these may be held in another order
        if [array.shape for array in new] != [array.shape for array in held]:
            shapes = [array.shape for array in held]
            raise ValueError(f"{name} of this network has the shapes {shapes}, got {[array.shape for array in new]}")
        for array, values in zip(held, new, strict=True):
            array[...] = values

    def _minimise(self, x: Array, y: Array, weights: Array | None) -> None:
        tol = 1e-4 if self.tol is None else self.tol
        with mode(self.model_, training=True):
            result = self._fitting.minimise(x, y, weights, self.max_iter, tol, self.max_fun)
        self.n_iter_ = int(result.nit)
        self.loss_curve_ = [*result.curve] or [float(result.fun)]
        self.t_ = self.n_iter_ * len(x)
        if result.nit >= self.max_iter or result.nfev >= self.max_fun:
            self._warn(f"lbfgs has not converged after {result.nit} iterations (max_iter={self.max_iter})")

    def _warn(self, what: str) -> None:
        warnings.warn(f"{what}; raise it, or scale the data", ConvergenceWarning, stacklevel=4)

    def _network(self, x: Array, outputs: int, random: Any) -> Module:
        if self.module is not None:
            return self.module(x.shape[1], outputs)
        activation = "sigmoid" if self.activation == "logistic" else self.activation
        sizes = [*np.atleast_1d(self.hidden_layer_sizes).tolist(), outputs]
        if self.activation in START:
            network = MLP(x.shape[1], sizes, activation=activation, initializer="zeros", dtype=x.dtype)
            for layer in network.layers:
                if isinstance(layer, Linear):
                    limit = math.sqrt(START[self.activation] / (layer.in_features + layer.out_features))
                    for parameter in layer.parameters():
                        parameter.data = random.uniform(-limit, limit, parameter.shape).astype(x.dtype)
        else:
            seed = int(random.randint(np.iinfo(np.int32).max))
            network = MLP(x.shape[1], sizes, activation=activation, seed=seed, dtype=x.dtype)
        if not self.dropout:
            return network
        seed = int(random.randint(np.iinfo(np.int32).max))
        layers: list[Module] = []
        for number, layer in enumerate(network.layers):
            layers.append(layer)
            if type(layer) in ACTIVATIONS.values():
                layers.append(Dropout(self.dropout, seed=np.random.default_rng([seed, number])))
        return Sequential(*layers)

    def _optimizer(self) -> Optimizer:
        name = "sgd" if self.solver == "lbfgs" else self.solver
        settings: dict[str, Any] = {}
        if name == "sgd":
            nesterov = bool(self.nesterovs_momentum and self.momentum)
            settings = {"momentum": self.momentum, "nesterov": nesterov}
        elif name in ("adam", "adamw"):
            settings = {"betas": (self.beta_1, self.beta_2), "epsilon": self.epsilon}
        optimizer = OPTIMIZERS[name](self.model_.parameters(), learning_rate=self.learning_rate_init, **settings)
        if self.learning_rate == "invscaling":
            optimizer.schedule = partial(_inverse_scaling, self.power_t)
        return optimizer

    def _split(self, size: int, seed: int, classes: Array | None) -> tuple[Array | None, Array | None]:
        if math.ceil(self.validation_fraction * size) >= size:
            return None, None  # too few samples to set any aside
        if classes is not None and np.unique(classes, return_counts=True)[1].min() < 2:
            classes = None
        return split_rows(size, self.validation_fraction, seed, classes)

    def _raw(self, x: Array) -> Array:
        if type(self.model_) is MLP:  # nothing in it asks for the mode or draws, so that arrays will do
            for layer in self.model_.layers:
                if isinstance(layer, Linear):
                    x = x @ layer.weight.data
                    if layer.bias is not None:
                        x += layer.bias.data
                else:
                    x = layer(x)
            return x
        with mode(self.model_, training=False), ag.no_grad():
            return np.asarray(self.model_(x).data)

    def _outputs(self, X: ArrayLike) -> Array:
        if not self._is_plain(X):
            check_is_fitted(self, "model_")
            kinds = list({array.dtype for array in self.coefs_})
            X = _dense(validate_data(self, X, dtype=kinds or None, accept_sparse="csr", reset=False))
        return self._raw(np.asarray(X))

    def _is_plain(self, X: Any) -> bool:
        """Whether scikit-learn's checks, which take many times as long as a row, would find nothing to say."""
        fitted = vars(self)
        dtype = fitted.get("_plain_dtype")
        if dtype is None or not (type(X) is np.ndarray and X.ndim == 2 and len(X)) or X.dtype != dtype:
            return False
        if X.shape[1] != self.n_features_in_ or "feature_names_in_" in fitted:
            return False
        with np.errstate(over="ignore", invalid="ignore"):
            return math.isfinite(X.sum())


def _inverse_scaling(power: float, step: int) -> float:
    return float((step + 1) ** -power)


def _dense(x: Any) -> Array:
    return np.asarray(x.toarray() if hasattr(x, "toarray") else x)
