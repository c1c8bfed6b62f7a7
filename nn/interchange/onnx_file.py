"""Networks as ONNX files, which other runtimes compute: one entry for each layer."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd import require
from nn import layers
from nn._files import write_atomically
from nn.inspect import mode
from nn.interchange.chain import chain_of
from nn.module import Module

__all__ = ["to_onnx"]

OPSET, IR_VERSION = 17, 8  # of 2022, so that runtimes of many years read it


class _Graph:
    """An ONNX graph under construction."""

    def __init__(self, onnx: Any, dtype: Any) -> None:
        self._onnx, self._dtype = onnx, dtype
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def add(self, operation: str, *inputs: str, **attributes: Any) -> str:
        """Add a node; the name of its result."""
        name = f"v{len(self.nodes)}"
        self.nodes.append(self._onnx.helper.make_node(operation, list(inputs), [name], **attributes))
        return name

    def constant(self, values: NDArray[Any]) -> str:
        """Add an array; its name."""
        name = f"c{len(self.constants)}"
        self.constants.append(self._onnx.numpy_helper.from_array(np.asarray(values, order="C"), name))
        return name

    def number(self, value: float) -> str:
        """Add a number; its name."""
        return self.constant(np.array(value, self._dtype))

    def layer(self, layer: Any, x: str) -> str:
        """Add a layer; the name of its output."""
        if type(layer) in LAYERS:
            return LAYERS[type(layer)](self, layer, x)
        operation, attributes = OPERATIONS[type(layer)]
        return self.add(operation, x, **{theirs: getattr(layer, ours) for theirs, ours in attributes.items()})


def _linear(graph: _Graph, layer: Any, x: str) -> str:
    y = graph.add("MatMul", x, graph.constant(layer.weight.data))
    return y if layer.bias is None else graph.add("Add", y, graph.constant(layer.bias.data))


def _gelu(graph: _Graph, layer: Any, x: str) -> str:
    if layer.approximate == "tanh":
        cube = graph.add("Mul", graph.add("Mul", graph.add("Mul", x, x), x), graph.number(0.044715))
        inner = graph.add("Tanh", graph.add("Mul", graph.add("Add", x, cube), graph.number(math.sqrt(2 / math.pi))))
    else:
        inner = graph.add("Erf", graph.add("Mul", x, graph.number(math.sqrt(0.5))))
    return graph.add("Mul", graph.add("Mul", x, graph.number(0.5)), graph.add("Add", inner, graph.number(1.0)))


def _silu(graph: _Graph, _: Any, x: str) -> str:
    return graph.add("Mul", x, graph.add("Sigmoid", x))


def _embedding(graph: _Graph, layer: Any, x: str) -> str:
    return graph.add("Gather", graph.constant(layer.weight.data), x)


def _convolution(graph: _Graph, layer: Any, x: str) -> str:
    arrays = [graph.constant(array.data) for array in (layer.weight, layer.bias) if array is not None]
    how = {"strides": layer.stride, "dilations": layer.dilation, "pads": layer.padding * 2, "group": layer.groups}
    return graph.add("Conv", x, *arrays, kernel_shape=layer.kernel_size, **how)


def _largest(graph: _Graph, layer: Any, x: str) -> str:
    return graph.add("MaxPool", x, kernel_shape=layer.kernel_size, strides=layer.stride, pads=layer.padding * 2)


def _batch_norm(graph: _Graph, layer: Any, x: str) -> str:
    members = (layer.weight, layer.bias, layer.running_mean, layer.running_variance)
    return graph.add("BatchNormalization", x, *[graph.constant(each.data) for each in members], epsilon=layer.epsilon)


def _layer_norm(graph: _Graph, layer: Any, x: str) -> str:
    members = [graph.constant(each.data) for each in (layer.weight, layer.bias)]
    return graph.add("LayerNormalization", x, *members, axis=-1, epsilon=layer.epsilon)


# Layers that are one operation of ONNX: its name, and from its attributes' names to the layer's.
OPERATIONS: dict[type[Module], tuple[str, dict[str, str]]] = {
    layers.ReLU: ("Relu", {}),
    layers.LeakyReLU: ("LeakyRelu", {"alpha": "slope"}),
    layers.Tanh: ("Tanh", {}),
    layers.Sigmoid: ("Sigmoid", {}),
    layers.Softplus: ("Softplus", {}),
    layers.ELU: ("Elu", {"alpha": "alpha"}),
    layers.Softmax: ("Softmax", {"axis": "axis"}),
    layers.Flatten: ("Flatten", {}),
}

# The others: from a graph, a layer and its input's name to its output's.
LAYERS: dict[type[Module], Callable[[_Graph, Any, str], str]] = {
    layers.Linear: _linear,
    layers.GELU: _gelu,
    layers.SiLU: _silu,
    layers.Conv1d: _convolution,
    layers.Conv2d: _convolution,
    layers.MaxPool1d: _largest,
    layers.MaxPool2d: _largest,
    layers.BatchNorm1d: _batch_norm,
    layers.LayerNorm: _layer_norm,
    layers.Embedding: _embedding,
}


def to_onnx(model: Module, path: str | Path, example: ArrayLike) -> None:
    """Write a network to an ONNX file, as it is in use (after training).

    The file has one input, ``x``, and one output, ``y``, of any number of rows, in the network's own precision.

    Args:
        model: Layers one after the other: a `nn.Sequential` or `nn.MLP` of layers that are known here.
        path: The file; its folder must exist.
        example: A batch as the network takes it, whose shape after the first axis the input has.

    Raises:
        TypeError: There is another layer.
        MissingExtraError: onnx is not installed.

    Example:
        >>> import tempfile, nn
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     to_onnx(nn.MLP(4, [8, 3]), f"{folder}/model.onnx", np.zeros((1, 4)))
        ...     Path(folder, "model.onnx").stat().st_size > 200
        True
    """
    onnx = require("onnx", "export")
    batch = np.asarray(example)
    with mode(model, training=False):
        parts = chain_of(model, [*OPERATIONS, *LAYERS], "to_onnx")
        outputs = model(batch).data
    graph, name = _Graph(onnx, outputs.dtype), "x"
    for layer in parts:
        name = graph.layer(layer, name)
    graph.nodes.append(onnx.helper.make_node("Identity", [name], ["y"]))
    numbers_rows = bool(parts) and isinstance(parts[0], layers.Embedding)  # other layers take integers as numbers
    kind = np.dtype(np.int64) if numbers_rows else outputs.dtype
    ends = [
        onnx.helper.make_tensor_value_info(name, onnx.helper.np_dtype_to_tensor_dtype(kind), ["batch", *shape[1:]])
        for name, kind, shape in (("x", kind, batch.shape), ("y", outputs.dtype, outputs.shape))
    ]
    made = onnx.helper.make_model(
        onnx.helper.make_graph(graph.nodes, type(model).__name__, ends[:1], ends[1:], graph.constants),
        opset_imports=[onnx.helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="gradbook",
    )
    onnx.checker.check_model(made, full_check=True)
    write_atomically(path, made.SerializeToString())
