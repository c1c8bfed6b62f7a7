"""Gradient descent, plain and with momentum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import autograd as ag
from nn._arguments import in_range
from nn.optim.base import Optimizer

__all__ = ["SGD"]


class SGD(Optimizer, name="sgd"):
    """Gradient descent, with momentum if wanted.

    With g the gradient (plus weight_decay · w), μ the momentum and η the learning rate::

        v ← μ v + g
        w ← w − η v              or, with Nesterov's momentum,     w ← w − η (g + μ v)

    Args:
        parameters: The tensors to change, e.g. ``model.parameters()``.
        learning_rate: η, at least 0; may be set at any time.
        momentum: μ, from 0 to below 1.
        nesterov: Whether to look ahead along the momentum; needs ``momentum`` above 0.
        weight_decay: How much of each parameter is added to its gradient, at least 0.

    Raises:
        TypeError: Something else than tensors that require gradients.
        ValueError: No parameters, one given twice, or a hyper-parameter out of its range.

    Source: I. Sutskever et al., "On the importance of initialization and momentum in deep learning", ICML 2013,
    in the form that PyTorch uses: the velocity holds gradients, and the learning rate multiplies it afterwards.

    Example:
        >>> w = ag.Tensor([1.0, 2.0], requires_grad=True)
        >>> optimizer = SGD([w], learning_rate=0.1)
        >>> loss = (w * w).sum()
        >>> optimizer.zero_grad(); loss.backward(); optimizer.step()
        >>> w.data
        array([0.8, 1.6])
    """

    def __init__(
        self,
        parameters: Iterable[ag.Tensor],
        learning_rate: float = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        self.momentum = in_range("momentum", momentum, below=1.0)
        self.nesterov = nesterov
        if nesterov and not momentum:
            raise ValueError("nesterov needs a momentum above 0, got 0; pass e.g. momentum=0.9")
        super().__init__(parameters, learning_rate, weight_decay, remembers=("velocity",) if momentum else ())

    def update(self, gradient: Any, memory: Mapping[str, Any], steps: Any, rate: Any) -> tuple[Any, dict[str, Any]]:
        """η v, or η (g + μ v)."""
        if not self.momentum:
            return gradient * rate, {}
        velocity = memory["velocity"] * self.momentum + gradient
        step = velocity * self.momentum + gradient if self.nesterov else velocity
        return step * rate, {"velocity": velocity}
