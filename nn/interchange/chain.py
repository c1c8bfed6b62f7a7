"""A network as the list of its innermost layers, as they are after training."""

from __future__ import annotations

from collections.abc import Iterable

from nn.layers import Dropout, Dropout2d, GaussianNoise, Identity, Sequential
from nn.module import Module

__all__ = ["chain_of"]


def chain_of(model: Module, known: Iterable[type[Module]], what: str) -> list[Module]:
    """The layers of a network of layers one after the other; those that do nothing after training are left out.

    Raises:
        TypeError: There is a layer that is not among the known ones.
    """
    if isinstance(model, Sequential) and type(model).forward is Sequential.forward:
        return [layer for part in model for layer in chain_of(part, known, what)]
    if type(model) in (Dropout, Dropout2d, GaussianNoise, Identity):
        return []
    if type(model) not in known:
        names = ", ".join(sorted(kind.__name__ for kind in known))
        raise TypeError(f"{what} knows no {type(model).__name__}; it knows Sequential and MLP of {names}")
    return [model]
