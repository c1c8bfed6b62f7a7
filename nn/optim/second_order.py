"""A method that learns the curvature from gradients: L-BFGS, by SciPy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

import autograd as ag
from nn._arguments import checked, explained_methods, in_range, positive_integer
from nn.optim.base import checked_parameters

__all__ = ["LBFGS"]


@explained_methods
class LBFGS:
    """L-BFGS over the flat parameters, for losses that are the same at every call: all samples at once, no dropout.

    `step` takes a closure, as PyTorch's does, and runs SciPy's L-BFGS-B with its line search (PyTorch's with
    ``line_search_fn="strong_wolfe"``). The curvature is learnt anew in each call, so few long ones serve best.

    Args:
        parameters: The tensors to change, e.g. ``model.parameters()``.
        max_iter: How many iterations a call of `step` takes at most.
        max_eval: How often it may ask for the loss; None is a quarter more than the iterations.
        tolerance_grad: It ends where no entry of the gradient is larger.
        tolerance_change: It ends where the loss has changed by less, relatively.
        history_size: How many steps the curvature is learnt from.

    Attributes:
        result: What SciPy said of the last call, such as ``result.nit`` and ``result.message``.

    Raises:
        MissingExtraError: SciPy is not installed.
        TypeError: Something else than tensors that require gradients.
        ValueError: No parameters, one given twice, or a number out of its range.

    Source: J. Nocedal and S. J. Wright, Numerical Optimization, 2nd edition, algorithm 7.5.

    Example:
        >>> import nn
        >>> x = np.linspace(-1, 1, 40)[:, None]
        >>> model = nn.MLP(1, [8, 1], activation="tanh", seed=0, dtype=np.float64)
        >>> optimizer = LBFGS(model.parameters(), max_iter=200)
        >>> optimizer.step(lambda: nn.mse(model(x), np.sin(3 * x))) > 0.1
        True
        >>> nn.mse(model(x), np.sin(3 * x)).item() < 1e-4
        True
    """

    @checked
    def __init__(
        self,
        parameters: Iterable[ag.Tensor],
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 10,
    ) -> None:
        ag.require("scipy.optimize", "scipy")
        self.parameters = checked_parameters(type(self).__name__, parameters)
        self.max_iter = positive_integer("max_iter", max_iter)
        self.max_eval = self.max_iter * 5 // 4 + 1 if max_eval is None else positive_integer("max_eval", max_eval)
        self.tolerance_grad = in_range("tolerance_grad", tolerance_grad)
        self.tolerance_change = in_range("tolerance_change", tolerance_change)
        self.history_size = positive_integer("history_size", history_size)
        self.result: Any = None

    def __repr__(self) -> str:
        count = len(self.parameters)
        return f"LBFGS({count} parameter{'s' * (count != 1)}, max_iter={self.max_iter})"

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.parameters:
            parameter.grad = None

    def step(self, closure: Callable[[], Any]) -> float:
        """Minimise what a closure gives.

        Args:
            closure: Computes the loss, one number, from the parameters; it may call ``backward()`` itself, as PyTorch's
                closures do. Parameters that take no part, or are frozen, stay as they are.

        Returns:
            The loss before the call. The parameters are the best that were found, whatever ended the search.

        Raises:
            ShapeError: The loss is not one number.
            GraphError: No parameter takes part in it.
        """
        before = self._flat()
        best: tuple[float, NDArray[Any]] = np.inf, before
        first: list[float] = []

        def objective(x: NDArray[Any]) -> tuple[float, NDArray[Any]]:
            nonlocal best
            self._put(x)
            value, gradient = self._value_and_gradient(closure)
            first.append(value)
            if value < best[0]:
                best = value, x.copy()
            return value, gradient

        options = {
            "maxiter": self.max_iter,
            "maxfun": self.max_eval,
            "gtol": self.tolerance_grad,
            "ftol": self.tolerance_change,
            "maxcor": self.history_size,
        }
        optimize = ag.require("scipy.optimize", "scipy")
        try:
            self.result = optimize.minimize(objective, before, jac=True, method="L-BFGS-B", options=options)
        finally:
            self._put(best[1])
        return first[0]

    def _value_and_gradient(self, closure: Callable[[], Any]) -> tuple[float, NDArray[Any]]:
        self.zero_grad()
        with ag.enable_grad():
            loss = closure()
            if np.size(loss) != 1:
                raise ag.ShapeError(f"the closure's loss must be one number, got shape {np.shape(loss)}")
            if all(parameter.grad is None for parameter in self.parameters) and isinstance(loss, ag.Tensor):
                loss.backward()
        found = [parameter.grad for parameter in self.parameters]
        if all(gradient is None for gradient in found):
            raise ag.GraphError("LBFGS.step: no parameter takes part in the closure's loss; return the loss of a model")
        flat = [
            np.zeros(parameter.size) if gradient is None else np.ravel(gradient.data)
            for parameter, gradient in zip(self.parameters, found, strict=True)
        ]
        return float(loss.item() if isinstance(loss, ag.Tensor) else loss), np.concatenate(flat).astype(np.float64)

    def _flat(self) -> NDArray[Any]:
        return np.concatenate([np.ravel(parameter.data) for parameter in self.parameters]).astype(np.float64)

    def _put(self, x: NDArray[Any]) -> None:
        start = 0
        for parameter in self.parameters:
            end = start + parameter.size
            if parameter.requires_grad:
                parameter.data = x[start:end].reshape(parameter.shape).astype(parameter.dtype)
            start = end
