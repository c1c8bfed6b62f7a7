"""An ONNX graph under construction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nn.interchange.chain import chain_of
from nn.module import Module

__all__ = ["Graph", "Writer"]


class Graph:
    """The nodes and constants of a graph, which grow as layers are added.

    Args:
        onnx: The package.
        dtype: The dtype of the network's numbers.
        writers: For each class of layers the function that adds one.
    """

    def __init__(self, onnx: Any, dtype: Any, writers: Mapping[type[Module], Writer]) -> None:
        self._onnx, self._dtype, self._writers = onnx, dtype, writers
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def add(self, operation: str, *inputs: str, **attributes: Any) -> str:
        """Add a node; the name of its result."""
        return self.add_with_outputs(operation, 1, *inputs, **attributes)[0]

    def add_with_outputs(self, operation: str, outputs: int, *inputs: str, **attributes: Any) -> list[str]:
        """Add a node of several results; their names."""
        names = [f"v{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(self._onnx.helper.make_node(operation, list(inputs), names, **attributes))
        return names

    def constant(self, values: NDArray[Any]) -> str:
        """Add an array; its name."""
        name = f"c{len(self.constants)}"
        self.constants.append(self._onnx.numpy_helper.from_array(np.asarray(values, order="C"), name))
        return name

    def number(self, value: float) -> str:
        """Add a number; its name."""
        return self.constant(np.array(value, self._dtype))

    def whole(self, *values: int) -> str:
        """Add whole numbers, as axes and shapes are given; their name."""
        return self.constant(np.array(values, np.int64))

    def layer(self, layer: Module, x: str) -> str:
        """Add a network; the name of its output."""
        for part in chain_of(layer, self._writers, "to_onnx"):
            x = self._writers[type(part)](self, part, x)
        return x


Writer: TypeAlias = Callable[[Graph, Any, str], str]  # from a graph, a layer and its input's name to its output's
