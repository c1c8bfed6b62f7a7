"""How each layer is written in ONNX: one operation, or a few."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nn import layers
from nn.interchange.onnx_graph import Graph, Writer
from nn.interchange.onnx_sequences import SEQUENCES
from nn.module import Module

__all__ = ["WRITERS"]


def _operation(name: str, **attributes: str) -> Writer:
    """A layer that is one operation: its name there, and the layer's own name of each attribute."""
    return lambda graph, layer, x: graph.add(
        name, x, **{theirs: getattr(layer, ours) for theirs, ours in attributes.items()}
    )


def _linear(graph: Graph, layer: Any, x: str) -> str:
    y = graph.add("MatMul", x, graph.constant(layer.weight.data))
    return y if layer.bias is None else graph.add("Add", y, graph.constant(layer.bias.data))


def _gelu(graph: Graph, layer: Any, x: str) -> str:
    if layer.approximate == "tanh":
        cube = graph.add("Mul", graph.add("Mul", graph.add("Mul", x, x), x), graph.number(0.044715))
        inner = graph.add("Tanh", graph.add("Mul", graph.add("Add", x, cube), graph.number(math.sqrt(2 / math.pi))))
    else:
        inner = graph.add("Erf", graph.add("Mul", x, graph.number(math.sqrt(0.5))))
    return graph.add("Mul", graph.add("Mul", x, graph.number(0.5)), graph.add("Add", inner, graph.number(1.0)))


def _silu(graph: Graph, _: Any, x: str) -> str:
    return graph.add("Mul", x, graph.add("Sigmoid", x))


def _embedding(graph: Graph, layer: Any, x: str) -> str:
    return graph.add("Gather", graph.constant(layer.weight.data), x)


def _positions(graph: Graph, layer: Any, x: str) -> str:
    ends = graph.add("Slice", graph.add("Shape", x), graph.whole(1), graph.whole(2))
    rows = graph.add("Slice", graph.constant(layer.weight.data), graph.whole(0), ends, graph.whole(0))
    return graph.add("Add", x, rows)


def _images(graph: Graph, layer: Any, x: str) -> str:
    pixels = graph.add("Reshape", x, graph.whole(-1, layer.height, layer.width, layer.channels))
    return graph.add("Transpose", pixels, perm=[0, 3, 1, 2])


def _convolution(graph: Graph, layer: Any, x: str) -> str:
    arrays = [graph.constant(array.data) for array in (layer.weight, layer.bias) if array is not None]
    how = {"strides": layer.stride, "dilations": layer.dilation, "pads": layer.padding * 2, "group": layer.groups}
    return graph.add("Conv", x, *arrays, kernel_shape=layer.kernel_size, **how)


def _transposed(graph: Graph, layer: Any, x: str) -> str:
    arrays = [graph.constant(array.data) for array in (layer.weight, layer.bias) if array is not None]
    how = {"strides": layer.stride, "dilations": layer.dilation, "pads": layer.padding * 2, "group": layer.groups}
    more = {"kernel_shape": layer.kernel_size, "output_padding": layer.output_padding}
    return graph.add("ConvTranspose", x, *arrays, **how, **more)


def _global_mean(graph: Graph, layer: Any, x: str) -> str:
    if layer.output_size != (1, 1):
        raise TypeError(f"to_onnx knows AdaptiveAvgPool2d of one window, not {layer}: AvgPool2d says its windows")
    return graph.add("GlobalAveragePool", x)


def _repeated(graph: Graph, layer: Any, x: str) -> str:
    scales = graph.constant(np.array([1, 1, *layer.scale_factor], np.float32))
    how = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    return graph.add("Resize", x, "", scales, mode="nearest", **how)


def _largest(graph: Graph, layer: Any, x: str) -> str:
    return graph.add("MaxPool", x, kernel_shape=layer.kernel_size, strides=layer.stride, pads=layer.padding * 2)


def _batch_norm(graph: Graph, layer: Any, x: str) -> str:
    members = (layer.weight, layer.bias, layer.running_mean, layer.running_variance)
    return graph.add("BatchNormalization", x, *[graph.constant(each.data) for each in members], epsilon=layer.epsilon)


def _layer_norm(graph: Graph, layer: Any, x: str) -> str:
    members = [graph.constant(each.data) for each in (layer.weight, layer.bias)]
    return graph.add("LayerNormalization", x, *members, axis=-layer.weight.ndim, epsilon=layer.epsilon)


def _mean(graph: Graph, layer: Any, x: str) -> str:
    how = {"kernel_shape": layer.kernel_size, "strides": layer.stride, "pads": layer.padding * 2}
    return graph.add("AveragePool", x, count_include_pad=1, **how)


def _rms_norm(graph: Graph, layer: Any, x: str) -> str:
    square = graph.add("ReduceMean", graph.add("Mul", x, x), axes=[-1], keepdims=1)
    root = graph.add("Sqrt", graph.add("Add", square, graph.number(layer.epsilon)))
    return graph.add("Mul", graph.add("Div", x, root), graph.constant(layer.weight.data))


def _group_norm(graph: Graph, layer: Any, x: str) -> str:
    ones = np.ones(layer.groups, layer.weight.dtype)
    grouped = graph.add("Reshape", x, graph.whole(0, layer.groups, -1))
    scale = [graph.constant(values) for values in (ones, 0 * ones)]
    normal = graph.add("InstanceNormalization", grouped, *scale, epsilon=layer.epsilon)
    channels = graph.add("Reshape", normal, graph.whole(0, layer.channels, -1))
    weight, bias = (graph.constant(each.data[:, None]) for each in (layer.weight, layer.bias))
    y = graph.add("Add", graph.add("Mul", channels, weight), bias)
    return graph.add("Reshape", y, graph.add("Shape", x))


def _residual(graph: Graph, layer: Any, x: str) -> str:
    return graph.add("Add", x, graph.layer(layers.Sequential(*layer), x))


WRITERS: dict[type[Module], Writer] = {
    layers.ReLU: _operation("Relu"),
    layers.LeakyReLU: _operation("LeakyRelu", alpha="slope"),
    layers.Tanh: _operation("Tanh"),
    layers.Sigmoid: _operation("Sigmoid"),
    layers.Softplus: _operation("Softplus"),
    layers.ELU: _operation("Elu", alpha="alpha"),
    layers.Softmax: _operation("Softmax", axis="axis"),
    layers.GELU: _gelu,
    layers.SiLU: _silu,
    layers.Images: _images,
    layers.PositionEmbedding: _positions,
    layers.Flatten: _operation("Flatten"),
    layers.Linear: _linear,
    layers.Embedding: _embedding,
    layers.Conv1d: _convolution,
    layers.Conv2d: _convolution,
    layers.ConvTranspose2d: _transposed,
    layers.AdaptiveAvgPool2d: _global_mean,
    layers.Upsample: _repeated,
    layers.MaxPool1d: _largest,
    layers.MaxPool2d: _largest,
    layers.AvgPool1d: _mean,
    layers.AvgPool2d: _mean,
    layers.BatchNorm1d: _batch_norm,
    layers.BatchNorm2d: _batch_norm,
    layers.LayerNorm: _layer_norm,
    layers.RMSNorm: _rms_norm,
    layers.GroupNorm: _group_norm,
    layers.Residual: _residual,
    **SEQUENCES,
}
