"""Penalties against overfitting, and limits on the size of gradients.

Penalties on large weights are part of the loss: ``loss = nn.cross_entropy(…) + nn.l2(model.parameters(), 1e-3)``, or
`Trainer`'s argument ``penalty``. Clipping changes the gradients between the backward pass and the step, or by
`Trainer`'s arguments ``clip_norm`` and ``clip_value``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

import autograd as ag
from nn._arguments import explained, in_range

__all__ = ["clip_norm", "clip_value", "elastic", "l1", "l2"]


@explained
def l1(parameters: Iterable[Any], strength: float) -> Any:
    """λ Σ |w|, which drives small weights to exactly zero.

    Args:
        parameters: The tensors, or the Values, to keep small.
        strength: λ, at least 0.

    Returns:
        A node, to be added to a loss.

    Example:
        >>> w = ag.Tensor([3.0, -4.0], requires_grad=True)
        >>> penalty = l1([w], 0.1)
        >>> penalty.backward()
        >>> round(penalty.item(), 12), w.grad.data
        (0.7, array([ 0.1, -0.1]))
    """
    return in_range("strength", strength) * _total(ag.sum(ag.abs(p)) if _is_array(p) else ag.abs(p) for p in parameters)


@explained
def l2(parameters: Iterable[Any], strength: float) -> Any:
    """λ/2 Σ w², which shrinks weights in proportion to their size; its gradient λ w is that of weight decay λ.

    Args:
        parameters: The tensors, or the Values, to keep small.
        strength: λ, at least 0.

    Returns:
        A node, to be added to a loss.

    Example:
        >>> w = ag.Tensor([3.0, -4.0], requires_grad=True)
        >>> penalty = l2([w], 0.1)
        >>> penalty.backward()
        >>> penalty.item(), w.grad.data.round(12)
        (1.25, array([ 0.3, -0.4]))
    """
    factor = in_range("strength", strength) / 2
    return factor * _total(ag.sum(p * p) if _is_array(p) else p * p for p in parameters)


@explained
def elastic(parameters: Iterable[Any], strength: float, l1_ratio: float = 0.5) -> Any:
    """λ (ρ Σ |w| + (1 − ρ)/2 Σ w²): both penalties, as in the elastic net.

    Args:
        parameters: The tensors, or the Values, to keep small.
        strength: λ, at least 0.
        l1_ratio: ρ, from 0 (only squares) to 1 (only magnitudes).

    Returns:
        A node, to be added to a loss.

    Source: H. Zou, T. Hastie, "Regularization and variable selection via the elastic net", J. R. Stat. Soc. B 67, 2005.

    Example:
        >>> w = ag.Tensor([3.0, -4.0], requires_grad=True)
        >>> round(elastic([w], 0.1, l1_ratio=0.5).item(), 12)
        0.975
    """
    if not 0 <= l1_ratio <= 1:
        raise ValueError(f"l1_ratio must be from 0 to 1, got {l1_ratio!r}")
    parameters = list(parameters)
    return l1(parameters, strength * l1_ratio) + l2(parameters, strength * (1 - l1_ratio))


@explained
def clip_norm(parameters: Iterable[ag.Tensor], most: float) -> float:
    """Scale all gradients down together where their norm √(Σ g²) is above a bound; their direction stays.

    Where Σ g² is more than their type holds (from 1e38 on in single precision), they become 0, as in PyTorch.

    Args:
        parameters: The tensors whose gradients are meant; those without one count as zero.
        most: The bound, above 0.

    Returns:
        The norm before.

    Source: R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of training recurrent neural networks", ICML 2013.

    Example:
        >>> w = ag.Tensor([0.0, 0.0], requires_grad=True)
        >>> w.grad = [3.0, 4.0]
        >>> clip_norm([w], 1.0), w.grad.data.round(6)
        (5.0, array([0.6, 0.8]))
    """
    arrays = [p.grad.data for p in parameters if p.grad is not None]
    norm = math.sqrt(sum(float(np.vdot(g, g)) for g in map(_squared_in, arrays)))
    if norm > _positive("most", most):
        for g in arrays:
            g *= most / norm
    return norm


@explained
def clip_value(parameters: Iterable[ag.Tensor], most: float) -> None:
    """Keep every entry of every gradient between −most and most.

    Args:
        parameters: The tensors whose gradients are meant.
        most: The bound, above 0.

    Example:
        >>> w = ag.Tensor([0.0, 0.0], requires_grad=True)
        >>> w.grad = [3.0, -0.5]
        >>> clip_value([w], 1.0)
        >>> w.grad.data
        array([ 1. , -0.5])
    """
    _positive("most", most)
    for p in parameters:
        if p.grad is not None:
            np.clip(p.grad.data, -most, most, out=p.grad.data)


def _is_array(p: Any) -> bool:
    return isinstance(p, ag.Tensor)


def clipped(gradients: Sequence[Any], most_norm: float | None, most: float | None) -> list[Any]:
    """What `clip_value` and then `clip_norm` do, in operations that are recorded; gradients may be None."""
    if most is not None:
        gradients = [None if g is None else ag.clip(g, -most, most) for g in gradients]
    if most_norm is not None:
        norm: Any = ag.sqrt(_total(ag.sum(g * g) for g in map(_squared_in, gradients) if g is not None))
        factor = ag.where(norm > most_norm, most_norm / norm, 1.0)
        gradients = [None if g is None else _scaled(g, factor) for g in gradients]
    return list(gradients)


def _squared_in(g: Any) -> Any:
    # The squares of half precision end at a norm of 256.
    return g.astype(np.float32) if g is not None and g.dtype == np.float16 else g


def _scaled(g: Any, factor: Any) -> Any:
    wide = _squared_in(g)
    return g * factor if wide is g else (wide * factor).astype(np.float16)


def _total(terms: Iterable[Any]) -> Any:
    found = list(terms)
    if not found:
        raise ValueError("a penalty needs parameters: pass model.parameters()")
    total = found[0]
    for term in found[1:]:
        total = total + term
    return total


def _positive(name: str, value: float) -> float:
    if not value > 0:
        raise ValueError(f"{name} must be above 0, got {value!r}")
    return value
