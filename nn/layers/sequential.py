"""Modules one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from numpy.typing import ArrayLike

import autograd as ag
from nn._arguments import explained
from nn.module import Buffer, Module, Parameter

__all__ = ["Sequential"]

Input: TypeAlias = ag.Tensor | ArrayLike


class Sequential(Module):
    """Modules one after the other; parameters are named by position: ``"0.weight"``.

    Args:
        *layers: The modules, first to last.

    Raises:
        TypeError: One of them is no module.

    Example:
        >>> from nn.layers import Linear, ReLU
        >>> Sequential(Linear(64, 32), ReLU(), Linear(32, 10))
        Sequential(
          (0): Linear(in_features=64, out_features=32, bias=True)
          (1): ReLU()
          (2): Linear(in_features=32, out_features=10, bias=True)
        )
    """

    @explained
    def __init__(self, *layers: Module) -> None:
        for position, layer in enumerate(layers):
            if isinstance(layer, list | tuple):
                raise TypeError("Sequential takes its layers one by one: of a list, nn.Sequential(*layers)")
            if not isinstance(layer, Module):
                raise TypeError(f"Sequential takes modules; layer {position} is {layer!r}, e.g. pass nn.ReLU()")
        self.layers = layers

    def members(self) -> Iterator[tuple[str, Parameter | Buffer | Module]]:
        """The layers by position, and what a subclass adds."""
        return ((name.removeprefix("layers."), member) for name, member in super().members())

    def forward(self, x: Input) -> ag.Tensor:
        """Run x through all layers."""
        y: Any = x
        for layer in self.layers:
            y = layer(y)
        return y  # type: ignore[no-any-return]

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[Module]:
        return iter(self.layers)

    def __getitem__(self, position: int | slice) -> Module:
        """The layer at a position; of a slice, a Sequential of the same layers."""
        return Sequential(*self.layers[position]) if isinstance(position, slice) else self.layers[position]
