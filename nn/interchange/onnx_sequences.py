"""Recurrent layers and attention in ONNX, which has its own order of gates and axes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nn import layers
from nn.interchange.onnx_graph import Graph, Writer
from nn.module import Module

__all__ = ["SEQUENCES"]

# Where each of ONNX's gates stands among ours: there an LSTM's are i, o, f, c, and a GRU's z, r, h.
GATES: dict[type[Module], tuple[str, list[int]]] = {
    layers.RNN: ("RNN", [0]),
    layers.LSTM: ("LSTM", [0, 3, 1, 2]),
    layers.GRU: ("GRU", [1, 0, 2]),
}


def _recurrent(graph: Graph, layer: Any, x: str) -> str:
    operation, order = GATES[type(layer)]
    how: dict[str, Any] = {"linear_before_reset": 1} if operation == "GRU" else {}

    ways = ("", "_reverse")[: 1 + layer.bidirectional]
    if layer.bidirectional:
        how["direction"] = "bidirectional"

    def gates(name: str) -> Any:  # an array of all gates, in ONNX's order, for each direction
        values = [np.split(getattr(layer, name + way).data, layer.gates) for way in ways]
        return np.stack([np.concatenate([each[gate] for gate in order]) for each in values])

    def beside(states: str, *axes: int) -> str:  # those of both directions
        return graph.add("Reshape", graph.add("Transpose", states, perm=axes), graph.whole(*[0] * (len(axes) - 2), -1))

    x = graph.add("Transpose", x, perm=[1, 0, 2]) if layer.batch_first else x  # steps come first there
    for number in range(layer.num_layers):
        arrays = [gates(f"weight_ih_l{number}"), gates(f"weight_hh_l{number}")]
        if layer.has_bias:
            arrays.append(np.concatenate([gates(f"bias_ih_l{number}"), gates(f"bias_hh_l{number}")], axis=1))
        names = [graph.constant(array) for array in arrays]
        outputs, last = graph.add_with_outputs(operation, 2, x, *names, hidden_size=layer.hidden_size, **how)
        x = beside(outputs, 0, 2, 1, 3)
    if layer.returns == "last":
        return beside(last, 1, 0, 2)
    return graph.add("Transpose", x, perm=[1, 0, 2]) if layer.batch_first else x


def _attention(graph: Graph, layer: Any, x: str) -> str:
    size, heads = layer.embed_dim, layer.num_heads

    def part(number: int, *axes: int) -> str:  # one of three maps of x, a matrix for each head
        rows = slice(number * size, (number + 1) * size)
        y = graph.add("MatMul", x, graph.constant(layer.in_proj_weight.data[rows].T))
        if layer.in_proj_bias is not None:
            y = graph.add("Add", y, graph.constant(layer.in_proj_bias.data[rows]))
        return graph.add("Transpose", graph.add("Reshape", y, graph.whole(0, 0, heads, size // heads)), perm=axes)

    products = graph.add("MatMul", part(0, 0, 2, 1, 3), part(1, 0, 2, 3, 1))
    scores = graph.add("Mul", products, graph.number(1 / math.sqrt(size // heads)))
    if layer.causal:  # −∞ for what comes after, 0 for the rest
        hidden = graph.add("Expand", graph.number(-math.inf), graph.add("Shape", scores))
        scores = graph.add("Add", scores, graph.add("Trilu", hidden, graph.constant(np.array(1)), upper=1))
    mixed = graph.add("MatMul", graph.add("Softmax", scores, axis=-1), part(2, 0, 2, 1, 3))
    joined = graph.add("Reshape", graph.add("Transpose", mixed, perm=[0, 2, 1, 3]), graph.whole(0, 0, size))
    return graph.layer(layer.out_proj, joined)


def _transformer(graph: Graph, layer: Any, x: str) -> str:
    forward = layers.Sequential(layer.linear1, layer.activation, layer.linear2)
    for part, norm in ((layer.self_attn, layer.norm1), (forward, layer.norm2)):
        if layer.norm_first:
            x = graph.add("Add", x, graph.layer(part, graph.layer(norm, x)))
        else:
            x = graph.layer(norm, graph.add("Add", x, graph.layer(part, x)))
    return x


SEQUENCES: dict[type[Module], Writer] = {
    **dict.fromkeys(GATES, _recurrent),
    layers.MultiheadAttention: _attention,
    layers.TransformerBlock: _transformer,
}
