"""Optimizers that scale each parameter's step by the size of its own gradients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

import autograd as ag
from nn._arguments import in_range
from nn.optim.base import Optimizer

__all__ = ["Adagrad", "Adam", "AdamW", "Lion", "NAdam", "RMSprop"]


def _checked_betas(betas: tuple[float, float]) -> tuple[float, float]:
    return in_range("betas[0]", betas[0], below=1.0), in_range("betas[1]", betas[1], below=1.0)


class Adam(Optimizer, name="adam"):
    """Adam: each parameter's step is scaled by the size of its own recent gradients.

    With g the gradient (plus weight_decay · w), t the number of the step and η the learning rate::

        m ← β₁ m + (1 − β₁) g          m̂ = m / (1 − β₁ᵗ)
        v ← β₂ v + (1 − β₂) g²         v̂ = v / (1 − β₂ᵗ)
        w ← w − η m̂ / (√v̂ + ε)

    Args:
        parameters: The tensors to change, e.g. ``model.parameters()``.
        learning_rate: η, at least 0; may be set at any time.
        betas: β₁ and β₂, each from 0 to below 1.
        epsilon: ε, at least 0.
        weight_decay: How much of each parameter is added to its gradient, at least 0.

    Raises:
        TypeError: Something else than tensors that require gradients.
        ValueError: No parameters, one given twice, or a hyper-parameter out of its range.

    Source: D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1.

    Example:
        >>> w = ag.Tensor([1.0, 200.0], requires_grad=True)
        >>> optimizer = Adam([w], learning_rate=0.1)
        >>> loss = (w * w).sum()
        >>> optimizer.zero_grad(); loss.backward(); optimizer.step()
        >>> w.data                       # the first step is the learning rate, whatever the gradient's size
        array([  0.9, 199.9])
    """

    def __init__(
        self,
        parameters: Iterable[ag.Tensor],
        learning_rate: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        self.betas = _checked_betas(betas)
        self.epsilon = in_range("epsilon", epsilon)
        super().__init__(parameters, learning_rate, weight_decay, remembers=("mean", "square"))

    def update(self, gradient: Any, memory: Mapping[str, Any], steps: Any, rate: Any) -> tuple[Any, dict[str, Any]]:
        """η m̂ / (√v̂ + ε)."""
        beta1, beta2 = self.betas
        mean = memory["mean"] * beta1 + gradient * (1 - beta1)
        square = memory["square"] * beta2 + gradient * gradient * (1 - beta2)
        # √v̂ + ε = (√v + ε √(1 − β₂ᵗ)) / √(1 − β₂ᵗ): the corrections are numbers, and cost no pass over the array.
        correction = ag.sqrt(1 - beta2**steps)
        step = mean / (ag.sqrt(square) + self.epsilon * correction) * (rate * correction / (1 - beta1**steps))
        return step, {"mean": mean, "square": square}


class AdamW(Adam, name="adamw"):
    """Adam with decoupled weight decay: parameters shrink by themselves, and not through the gradient.

    With λ the weight decay and η the learning rate, before Adam's step without decay::

        w ← (1 − η λ) w

    In `Adam`, decay is part of the gradient and so is divided by its size; here every parameter shrinks alike.

    Args:
        parameters: The tensors to change, e.g. ``model.parameters()``.
        learning_rate: η, at least 0; may be set at any time.
        betas: β₁ and β₂, each from 0 to below 1.
        epsilon: ε, at least 0.
        weight_decay: λ, at least 0.

    Raises:
        TypeError: Something else than tensors that require gradients.
        ValueError: No parameters, one given twice, or a hyper-parameter out of its range.

    Source: I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", ICLR 2019, algorithm 2.

    Example:
        >>> w = ag.Tensor([1.0, 200.0], requires_grad=True)
        >>> optimizer = AdamW([w], learning_rate=0.1, weight_decay=0.1)
        >>> (w * w).sum().backward(); optimizer.step()
        >>> w.data
        array([  0.89, 197.9 ])
    """

    decoupled = True

    def __init__(
        self,
        parameters: Iterable[ag.Tensor],
        learning_rate: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(parameters, learning_rate, betas, epsilon, weight_decay)


class NAdam(Adam, name="nadam"):
    """Adam that looks ahead along its momentum, as Nesterov's does.

    With g, m, v̂, t and η as for `Adam` and μₜ = β₁ (1 − ½ · 0.96^(ψ t))::

        m̂ = μₜ₊₁ m / (1 − μ₁ … μₜ₊₁) + (1 − μₜ) g / (1 − μ₁ … μₜ)
        w ← w − η m̂ / (√v̂ + ε)

    Args:
        parameters: The tensors to change, e.g. ``model.parameters()``.
        learning_rate: η, at least 0; may be set at any time.
        betas: β₁ and β₂, each from 0 to below 1.
        epsilon: ε, at least 0.
        weight_decay: How much of each parameter is added to its gradient, at least 0.
        momentum_decay: ψ, at least 0: how quickly μ grows to β₁.

    Raises:
        TypeError: Something else than tensors that require gradients.
        ValueError: No parameters, one given twice, or a hyper-parameter out of its range.

    Source: T. Dozat, "Incorporating Nesterov momentum into Adam", ICLR workshop 2016, algorithm 2.

    Example:
        >>> w = ag.Tensor([1.0, 200.0], requires_grad=True)
        >>> optimizer = NAdam([w], learning_rate=0.1)
        >>> (w * w).sum().backward(); optimizer.step()
        >>> w.data.round(2)
        array([  0.89, 199.89])
    """

    def __init__(
        self,
        parameters: Iterable[ag.Tensor],
        learning_rate: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
        momentum_decay: float = 4e-3,
    ) -> None:
        self.momentum_decay = in_range("momentum_decay", momentum_decay)
        super().__init__(parameters, learning_rate, betas, epsilon, weight_decay)
        for slot in self.slots:  # 1 − μ₁ … μₜ, one number
            slot.memory["forgotten"] = ag.Tensor(np.zeros((), slot.memory["mean"].dtype), label="forgotten")

    def update(self, gradient: Any, memory: Mapping[str, Any], steps: Any, rate: Any) -> tuple[Any, dict[str, Any]]:
        """η m̂ / (√v̂ + ε)."""
        beta1, beta2 = self.betas
        mean = memory["mean"] * beta1 + gradient * (1 - beta1)
        square = memory["square"] * beta2 + gradient * gradient * (1 - beta2)
        now, ahead = (beta1 * (1 - 0.5 * 0.96 ** (self.momentum_decay * t)) for t in (steps, steps + 1))
        left = (1 - memory["forgotten"]) * now
        root = ag.sqrt(square / (1 - beta2**steps)) + self.epsilon
        step = (mean * (ahead / (1 - left * ahead)) + gradient * ((1 - now) / (1 - left))) / root * rate
        return step, {"mean": mean, "square": square, "forgotten": 1 - left}


class Lion(Optimizer, name="lion"):
    """Lion: every entry takes a step of one size, in the direction of a mean of gradients.

    With g the gradient, λ the weight decay and η the learning rate (about a tenth of what Adam would take)::

        w ← (1 − η λ) w − η sign(β₁ m + (1 − β₁) g)
        m ← β₂ m + (1 − β₂) g

    Args:
        parameters: The tensors to change, e.g. ``model.parameters()``.
        learning_rate: η, at least 0; may be set at any time.
        betas: β₁ and β₂, each from 0 to below 1.
        weight_decay: λ, at least 0.

    Raises:
        TypeError: Something else than tensors that require gradients.
        ValueError: No parameters, one given twice, or a hyper-parameter out of its range.

    Source: X. Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023, algorithm 2.

    Example:
        >>> w = ag.Tensor([1.0, -200.0], requires_grad=True)
        >>> optimizer = Lion([w], learning_rate=0.1)
        >>> (w * w).sum().backward(); optimizer.step()
        >>> w.data
        array([   0.9, -199.9])
    """

    decoupled = True

    def __init__(
        self,
        parameters: Iterable[ag.Tensor],
        learning_rate: float = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
    ) -> None:
        self.betas = _checked_betas(betas)
        super().__init__(parameters, learning_rate, weight_decay, remembers=("mean",))

    def update(self, gradient: Any, memory: Mapping[str, Any], steps: Any, rate: Any) -> tuple[Any, dict[str, Any]]:
        """η sign(β₁ m + (1 − β₁) g)."""
        beta1, beta2 = self.betas
        step = ag.sign(memory["mean"] * beta1 + gradient * (1 - beta1)) * rate
        return step, {"mean": memory["mean"] * beta2 + gradient * (1 - beta2)}


class Adagrad(Optimizer, name="adagrad"):
    """Adagrad: each parameter's step is divided by the root of the sum of all its squared gradients.

    With g the gradient (plus weight_decay · w) and η the learning rate::

        s ← s + g²
        w ← w − η g / (√s + ε)

    Args:
        parameters: The tensors to change, e.g. ``model.parameters()``.
        learning_rate: η, at least 0; may be set at any time.
        epsilon: ε, at least 0.
        weight_decay: How much of each parameter is added to its gradient, at least 0.

    Raises:
        TypeError: Something else than tensors that require gradients.
        ValueError: No parameters, one given twice, or a hyper-parameter out of its range.

    Source: J. Duchi, E. Hazan, Y. Singer, "Adaptive subgradient methods for online learning and stochastic
    optimization", JMLR 12, 2011.

    Example:
        >>> w = ag.Tensor([1.0, 200.0], requires_grad=True)
        >>> optimizer = Adagrad([w], learning_rate=0.1)
        >>> (w * w).sum().backward(); optimizer.step()
        >>> w.data
        array([  0.9, 199.9])
    """

    def __init__(
        self,
        parameters: Iterable[ag.Tensor],
        learning_rate: float = 0.01,
        epsilon: float = 1e-10,
        weight_decay: float = 0.0,
    ) -> None:
        self.epsilon = in_range("epsilon", epsilon)
        super().__init__(parameters, learning_rate, weight_decay, remembers=("sum",))

    def update(self, gradient: Any, memory: Mapping[str, Any], steps: Any, rate: Any) -> tuple[Any, dict[str, Any]]:
        """η g / (√s + ε)."""
        total = memory["sum"] + gradient * gradient
        return gradient / (ag.sqrt(total) + self.epsilon) * rate, {"sum": total}


class RMSprop(Optimizer, name="rmsprop"):
    """RMSprop: each parameter's step is divided by the root of the recent mean of its squared gradients.

    With g the gradient (plus weight_decay · w), α the decay of the mean, μ the momentum and η the learning rate::

        s ← α s + (1 − α) g²
        v ← μ v + g / (√s + ε)
        w ← w − η v

    Args:
        parameters: The tensors to change, e.g. ``model.parameters()``.
        learning_rate: η, at least 0; may be set at any time.
        alpha: α, from 0 to below 1.
        momentum: μ, from 0 to below 1.
        epsilon: ε, at least 0.
        weight_decay: How much of each parameter is added to its gradient, at least 0.

    Raises:
        TypeError: Something else than tensors that require gradients.
        ValueError: No parameters, one given twice, or a hyper-parameter out of its range.

    Source: T. Tieleman, G. Hinton, "Lecture 6.5: RMSProp", COURSERA: Neural Networks for Machine Learning, 2012, in
    the form that PyTorch uses (ε outside the root).

    Example:
        >>> w = ag.Tensor([1.0, 200.0], requires_grad=True)
        >>> optimizer = RMSprop([w], learning_rate=0.1, alpha=0.75)
        >>> (w * w).sum().backward(); optimizer.step()
        >>> w.data
        array([  0.8, 199.8])
    """

    def __init__(
        self,
        parameters: Iterable[ag.Tensor],
        learning_rate: float = 0.01,
        alpha: float = 0.99,
        momentum: float = 0.0,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        self.alpha = in_range("alpha", alpha, below=1.0)
        self.momentum = in_range("momentum", momentum, below=1.0)
        self.epsilon = in_range("epsilon", epsilon)
        remembers = ("square", "velocity") if momentum else ("square",)
        super().__init__(parameters, learning_rate, weight_decay, remembers)

    def update(self, gradient: Any, memory: Mapping[str, Any], steps: Any, rate: Any) -> tuple[Any, dict[str, Any]]:
        """η v."""
        square = memory["square"] * self.alpha + gradient * gradient * (1 - self.alpha)
        step = gradient / (ag.sqrt(square) + self.epsilon)
        if not self.momentum:
            return step * rate, {"square": square}
        velocity = memory["velocity"] * self.momentum + step
        return velocity * rate, {"square": square, "velocity": velocity}
