"""Networks as functions of their parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import autograd as ag
from nn._arguments import explained
from nn._text import quoted
from nn.module import Module

__all__ = ["functional_call"]


@explained
def functional_call(model: Module, parameters: Mapping[str, ag.Tensor], *args: Any, **kwargs: Any) -> Any:
    """What a model gives with other parameters in place of its own, which stay as they are.

    The derivatives with respect to what these parameters were computed from are those of any other function: what
    learning to learn, hypernetworks and ensembles need.

    Args:
        model: The network.
        parameters: Tensors by the names of `Module.named_parameters` and `Module.named_buffers`, in the shapes that
            these have; those that are not named are the model's own. A parameter that is used in several places is
            replaced in all of them.
        *args: What the model is called with.
        **kwargs: More of it.

    Raises:
        TypeError: One of them is no Tensor: the arrays of a state dict have PyTorch's layout, not the model's.
        ValueError: There is no such parameter, or it has another shape.

    Example:
        One step of descent, and the derivative of the loss after it with respect to the learning rate:

        >>> import numpy as np, nn
        >>> model, x, y = nn.Linear(2, 1, seed=0, dtype=np.float64), np.eye(2), np.ones((2, 1))
        >>> def after_a_step(rate):
        ...     start = dict(model.named_parameters())
        ...     loss = nn.mse(functional_call(model, start, x), y)
        ...     gradients = ag.gradients(loss, list(start.values()), create_graph=True)
        ...     moved = {name: p - rate * g for (name, p), g in zip(start.items(), gradients)}
        ...     return nn.mse(functional_call(model, moved, x), y)
        >>> bool(ag.grad(after_a_step)(0.1) < 0)
        True
    """
    own = dict([*model.named_parameters(), *model.named_buffers()])
    for name, tensor in parameters.items():
        if name not in own:
            known = ", ".join(list(own)[:20])
            raise ValueError(f"{type(model).__name__} has no parameter {quoted(name)}; there are {known}")
        if not isinstance(tensor, ag.Tensor):
            raise TypeError(
                f"functional_call takes Tensors, and {quoted(name)} is {type(tensor).__name__}; what state_dict gives "
                "has PyTorch's layout: load_state_dict takes it"
            )
        if tensor.shape != own[name].shape:
            raise ValueError(f"{quoted(name)} has shape {own[name].shape}, and {tensor.shape} was given")
    with _replaced(model, {id(own[name]): tensor for name, tensor in parameters.items()}):
        return model(*args, **kwargs)


@contextmanager
def _replaced(model: Module, others: Mapping[int, ag.Tensor]) -> Iterator[None]:
    """Other tensors in place of a model's own, by their identity, within the block."""
    before: list[tuple[dict[str, Any], str, Any]] = []
    try:
        for module in list(model.modules()):
            attributes = vars(module)
            for name, value in list(attributes.items()):
                found = _exchanged(value, others)
                if found is not value:
                    before.append((attributes, name, value))
                    attributes[name] = found
        yield
    finally:
        for attributes, name, value in before:
            attributes[name] = value


def _exchanged(value: Any, others: Mapping[int, ag.Tensor]) -> Any:
    if isinstance(value, ag.Tensor):
        return others.get(id(value), value)
    if type(value) in (list, tuple):
        items = [_exchanged(item, others) for item in value]
        return value if all(a is b for a, b in zip(items, value, strict=True)) else type(value)(items)
    if type(value) is dict:
        entries = {key: _exchanged(item, others) for key, item in value.items()}
        return value if all(entries[key] is value[key] for key in value) else entries
    return value
