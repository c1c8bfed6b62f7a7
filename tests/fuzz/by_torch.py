"""The judge's words, by PyTorch: every function that a program may call, in float64, with PyTorch's own derivatives.

Names and arguments are NumPy's, so that one text of a program runs here and in `by_numpy`. What only moves entries
about asks NumPy where each entry goes, and takes them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

Axis = int | tuple[int, ...] | None


def array(x: Any) -> torch.Tensor:
    """A constant in double precision."""
    return x if isinstance(x, torch.Tensor) else torch.tensor(np.asarray(x, np.float64))


def _unary(name: str) -> Callable[[Any], torch.Tensor]:
    function = getattr(torch, name)
    return lambda x: function(array(x))


absolute, square, sqrt, exp, expm1, log, _log1p = map(_unary, ("abs", "square", "sqrt", "exp", "expm1", "log", "log1p"))
sin, cos, tan, arctan, tanh, sigmoid = map(_unary, ("sin", "cos", "tan", "arctan", "tanh", "sigmoid"))
relu, sign, floor, ceil, rint, trunc = map(_unary, ("relu", "sign", "floor", "ceil", "round", "trunc"))
isnan, isfinite, detach = map(_unary, ("isnan", "isfinite", "detach"))
negative = _unary("neg")


def log1p(x: Any) -> torch.Tensor:
    # PyTorch's own is 0 for the least number.
    x = array(x)
    y = _log1p(x)
    return y + torch.where((x != 0) & (x.abs() < 1e-300), x - y, -0.0).detach()  # -0.0 changes nothing


def softplus(x: Any) -> torch.Tensor:
    # PyTorch's own is the identity above a threshold, which is not exact enough to judge by.
    return torch.logaddexp(array(x), torch.zeros_like(array(x)))


def leaky_relu(x: Any, slope: float = 0.01) -> torch.Tensor:
    return torch.where(array(x) > 0, array(x), array(x) * slope)


def clip(x: Any, low: Any, high: Any) -> torch.Tensor:
    return array(x).clamp(low, high)


def _binary(name: str) -> Callable[[Any, Any], torch.Tensor]:
    function = getattr(torch, name)
    return lambda a, b: function(array(a), array(b))


add, subtract, multiply, divide = map(_binary, ("add", "sub", "mul", "div"))
_pow, maximum, minimum, greater, less, equal = map(_binary, ("pow", "maximum", "minimum", "gt", "lt", "eq"))


def power(a: Any, b: Any) -> torch.Tensor:
    # PyTorch takes an exponent below the normal numbers for 0.
    b = array(b)
    return _pow(a, torch.where((b != 0) & (b.abs() < 1e-300), torch.sign(b) * 1e-300, b))


def where(condition: Any, a: Any, b: Any) -> torch.Tensor:
    truth = condition if isinstance(condition, torch.Tensor) else torch.tensor(np.asarray(condition))
    return torch.where(truth.bool(), array(a), array(b))


def _axes(x: torch.Tensor, axis: Axis) -> tuple[int, ...]:
    return tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)


def _over(name: str) -> Callable[..., torch.Tensor]:
    def reduce(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
        x = array(x)
        axes = _axes(x, axis)
        return getattr(torch, name)(x, dim=axes, keepdim=keepdims) if axes else x

    return reduce


sum, mean, max, min, _logsumexp = map(_over, ("sum", "mean", "amax", "amin", "logsumexp"))


def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    # Of one number, too, a function whose slope is a share: what is NaN above it reaches every second derivative.
    x = array(x)
    return _logsumexp(x, axis, keepdims) if x.ndim else _logsumexp(x.reshape(1), 0)


def softmax(x: Any, axis: int = -1) -> torch.Tensor:
    return torch.softmax(array(x), axis)


def log_softmax(x: Any, axis: int = -1) -> torch.Tensor:
    return torch.log_softmax(array(x), axis)


def of_shares(moved: Callable[[torch.Tensor], torch.Tensor]) -> dict[str, Callable[..., torch.Tensor]]:
    """Softmax and its kin written out, with ``moved`` done to every number on the way: the second derivatives are
    differences of products of shares that add up to 1, and round relative to these, whatever they come to."""

    def logs(x: Any, axis: Axis) -> tuple[torch.Tensor, ...]:
        x = array(x)
        top = x.detach().amax(_axes(x, axis), True) if x.ndim else x.detach()
        finite = torch.isfinite(top)
        shifted = moved(torch.where(finite, x, 0.0) - torch.where(finite, top, 0.0))
        return shifted, moved(torch.log(moved(sum(moved(torch.exp(shifted)), axis, True)))), top, finite

    def log_softmax_(x: Any, axis: int = -1) -> torch.Tensor:
        shifted, total, _, finite = logs(x, axis)
        return torch.where(finite, shifted - total, log_softmax(torch.where(finite, 0.0, array(x)), axis))

    def softmax_(x: Any, axis: int = -1) -> torch.Tensor:
        return torch.exp(moved(log_softmax_(x, axis)))

    def logsumexp_(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
        x = array(x)
        _, total, top, finite = logs(x, axis)
        y = torch.where(finite, total + top, logsumexp(torch.where(finite, 0.0, x), axis, True))
        return y if keepdims or not x.ndim else y.squeeze(_axes(x, axis))

    def cross_entropy_(logits: Any, targets: Any) -> torch.Tensor:
        shares = log_softmax_(logits)
        if isinstance(targets, torch.Tensor) or np.shape(targets) == tuple(shares.shape):
            return -moved(array(targets) * shares).sum(-1)
        return -torch.gather(shares, -1, torch.tensor(np.asarray(targets))[..., None])[..., 0]

    return {"log_softmax": log_softmax_, "softmax": softmax_, "logsumexp": logsumexp_, "cross_entropy": cross_entropy_}


def moved(x: Any, how: Callable[[Any], Any]) -> torch.Tensor:
    """The entries of x where ``how`` puts them."""
    x = array(x)
    places = np.asarray(how(np.arange(x.numel()).reshape(x.shape)))
    return x.reshape(-1)[torch.tensor(places.reshape(-1).copy())].reshape(places.shape)


def _joined(parts: Sequence[Any], how: Callable[[list[Any]], Any]) -> torch.Tensor:
    parts = [array(part) for part in parts]
    ends = np.cumsum([0, *(part.numel() for part in parts)])
    places = how([np.arange(part.numel()).reshape(part.shape) + end for part, end in zip(parts, ends, strict=False)])
    return moved(torch.cat([part.reshape(-1) for part in parts]), lambda _: places)


def concatenate(parts: Sequence[Any], axis: int | None = 0) -> torch.Tensor:
    return _joined(parts, lambda places: np.concatenate(places, axis))


def stack(parts: Sequence[Any], axis: int = 0) -> torch.Tensor:
    return _joined(parts, lambda places: np.stack(places, axis))


def matmul(a: Any, b: Any) -> torch.Tensor:
    return torch.matmul(array(a), array(b))


def dot(a: Any, b: Any) -> torch.Tensor:
    a, b = array(a), array(b)
    if not a.ndim or not b.ndim:
        return a * b
    return torch.tensordot(a, b, dims=([-1], [-2 if b.ndim > 1 else 0]))


def linear(x: Any, W: Any, b: Any) -> torch.Tensor:
    return matmul(x, W) + array(b)


def cross_entropy(logits: Any, targets: Any) -> torch.Tensor:
    logs = log_softmax(logits)
    if isinstance(targets, torch.Tensor) or np.shape(targets) == tuple(logs.shape):
        return -(array(targets) * logs).sum(-1)
    return -torch.gather(logs, -1, torch.tensor(np.asarray(targets))[..., None])[..., 0]


def slope(function: Callable[[Any], Any], x: Any) -> torch.Tensor:
    """∂/∂x of the sum of a function of x; a derivative within a program."""
    x = array(x)
    own = x.clone() if x.requires_grad else x.clone().requires_grad_()
    with torch.enable_grad():
        total = function(own).sum()
        (found,) = torch.autograd.grad(total, own, create_graph=True, allow_unused=True)
        return own * 0.0 if found is None else found
