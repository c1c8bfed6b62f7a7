"""The gradient of each sample's own loss, from one pass over the whole batch where its layers are linear."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import autograd as ag
from nn._arguments import explained
from nn.losses import cross_entropy
from nn.module import Module

__all__ = ["per_sample_gradients"]

# What works along an axis, and so keeps samples apart where that is not the first; and what works row by row.
_ALONG_AN_AXIS = ("sum", "mean", "max", "min", "norm", "logsumexp", "softmax", "log_softmax")
_BY_ROWS = ("reshape", "cross_entropy_of_classes", "cross_entropy_of_probabilities")


@explained
def per_sample_gradients(
    model: Module, x: ArrayLike | ag.Tensor, targets: Any, loss: Callable[..., Any] = cross_entropy
) -> tuple[NDArray[Any], dict[str, NDArray[Any]]]:
    """The loss of each sample, and the gradient of each for every parameter.

    They are what gradients are clipped by in differentially private training (M. Abadi et al., "Deep Learning with
    Differential Privacy", 2016) and what tells which samples pull hardest. With Y = X W and upstream gradients G, the
    gradient for W of sample i is xᵢ gᵢᵀ, so that one pass gives them all; where there are other layers with parameters
    than `Linear`, there is one for each sample.

    Args:
        model: A network that keeps samples apart: no batch normalisation in training.
        x: A batch, ``(batch, …)``.
        targets: What the loss compares with.
        loss: A loss that takes ``reduction="none"`` and then gives ``(batch,)``.

    Returns:
        The losses, ``(batch,)``, and by the names of `Module.named_parameters` arrays of shape ``(batch, *parameter)``.

    Raises:
        ShapeError: The loss gave another shape.
        TypeError: Samples are not kept apart (by batch normalisation, say), or the model is random (by dropout).

    Example:
        >>> import numpy as np, nn
        >>> model = nn.Linear(2, 1, seed=0, dtype=np.float64)
        >>> x, y = np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]]), np.zeros((3, 1))
        >>> losses, found = per_sample_gradients(model, x, y, lambda a, b, reduction: ag.sum((a - b) ** 2, axis=1))
        >>> found["weight"].shape, found["bias"].shape
        ((3, 2, 1), (3, 1))
        >>> alone = ag.grad(lambda W: ag.sum((x[1:2] @ W + model.bias.data) ** 2))(model.weight.data)
        >>> bool(np.allclose(found["weight"][1], alone))
        True
    """
    losses = loss(model(x), targets, reduction="none")
    batch = np.shape(x)[:1]
    if losses.shape != batch:
        raise ag.ShapeError(
            f"per_sample_gradients needs one loss for each of {batch} samples, and reduction='none' gave {losses.shape}"
        )
    trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
    layers = _layers(losses, {id(p): name for name, p in trained.items()}, batch)
    if layers is None:
        return losses.data, _one_by_one(model, x, targets, loss, losses.data)
    upstreams = ag.gradients(ag.sum(losses), [node for node, _ in layers])
    found: dict[str, Any] = {}
    for (node, places), upstream in zip(layers, upstreams, strict=True):
        for position, name in places:
            own = _own_gradient(node, position, upstream.data)
            found[name] = found[name] + own if name in found else own
    empty = {name: np.zeros(batch + p.shape, p.dtype) for name, p in trained.items() if name not in found}
    return losses.data, found | empty


def _one_by_one(
    model: Module, x: Any, targets: Any, loss: Callable[..., Any], losses: NDArray[Any]
) -> dict[str, NDArray[Any]]:
    """The gradients of samples that are given to the model alone, where each has the loss that it has in the batch."""
    x, targets = (part if isinstance(part, ag.Tensor) else np.asarray(part) for part in (x, targets))
    parameters = {name: p for name, p in model.named_parameters() if p.requires_grad}
    found = {name: np.empty((len(losses), *p.shape), p.dtype) for name, p in parameters.items()}
    for i, of_batch in enumerate(losses):
        try:
            alone = loss(model(x[i : i + 1]), targets[i : i + 1], reduction="none")
        except ag.ShapeError as error:
            raise TypeError(f"sample {i} cannot be given to the model alone: {error}") from error
        if alone.shape != (1,) or not np.allclose(alone.data, of_batch, rtol=np.sqrt(np.finfo(losses.dtype).eps)):
            raise TypeError(
                f"sample {i} alone has the loss {alone.data}, and {of_batch} in the batch: per_sample_gradients needs "
                "a model that keeps samples apart and is not random (model.eval() ends batch averages and dropout)"
            )
        for name, gradient in zip(found, ag.gradients(ag.sum(alone), list(parameters.values())), strict=True):
            found[name][i] = gradient.data
    return found


def _layers(losses: ag.Tensor, parameters: dict[int, str], batch: tuple[int, ...]) -> list[tuple[Any, Any]] | None:
    """The nodes that take parameters, each with the positions of these and their names.

    None where one of them is used by something else than a linear layer, or samples may not be kept apart.
    """
    layers: list[tuple[Any, Any]] = []
    mixed: set[int] = set()  # the nodes that hang on parameters
    order: list[Any] = ag.topological_order(losses)
    for node in order:
        if node.rule is None:
            continue
        name = node.rule.name
        places = [(i, parameters[id(x)]) for i, x in enumerate(node.inputs) if id(x) in parameters]
        hangs = [x for x in node.inputs if id(x) in mixed]
        if places and not (name in ("linear", "matmul") and places[0][0] and _is_of_rows(node, batch)):
            return None
        if not (places or hangs):
            continue
        if hangs and not _keeps_apart(node, hangs, batch):
            return None
        mixed.add(id(node))
        if places:
            layers.append((node, places))
    return layers


def _is_of_rows(node: Any, batch: tuple[int, ...]) -> bool:
    """Whether a product is of rows of samples and one matrix for all of them."""
    x, weight = node.inputs[:2]
    return bool(node.shape[:1] == x.shape[:1] == batch and len(x.shape) > 1 and len(weight.shape) == 2)


def _keeps_apart(node: Any, hangs: list[Any], batch: tuple[int, ...]) -> bool:
    """Whether row i of a node comes from rows i of the inputs that hang on parameters."""
    name = node.rule.name
    if any(x.shape[:1] != batch for x in (node, *hangs)):
        return False
    if node.rule.elementwise:
        return all(len(x.shape) == len(node.shape) for x in hangs)
    if name in ("linear", "matmul"):
        return (
            len(hangs) == 1
            and hangs[0] is node.inputs[0]
            and len(hangs[0].shape) > 1
            and len(node.inputs[1].shape) == 2
        )
    if name in _ALONG_AN_AXIS:
        axis, axes = node.attrs["axis"], len(hangs[0].shape)
        return axis is not None and all(a % axes for a in (axis if isinstance(axis, tuple) else (axis,)))
    return name in _BY_ROWS


def _own_gradient(node: Any, position: int, upstream: NDArray[Any]) -> NDArray[Any]:
    """What each sample gives to a weight, xᵢᵀ gᵢ, or to a bias, the sum of its gᵢ."""
    batch = len(upstream)
    g = upstream.reshape(batch, -1, upstream.shape[-1])
    if position == 2:
        found: NDArray[Any] = g.sum(1) if g.shape[1] > 1 else g[:, 0].copy()
        return found
    x = np.asarray(node.inputs[0].data if isinstance(node.inputs[0], ag.Tensor) else node.inputs[0])
    rows = x.reshape(batch, math.prod(x.shape[1:-1]), x.shape[-1])
    products: NDArray[Any] = ag.matmul(rows.swapaxes(1, 2), g)
    return products
