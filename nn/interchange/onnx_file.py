"""Networks as ONNX files, which other runtimes run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

import autograd as ag
from autograd import require
from nn import layers
from nn._arguments import checked
from nn._files import write_atomically
from nn.inspect import mode
from nn.interchange.chain import chain_of
from nn.interchange.onnx_graph import Graph
from nn.interchange.onnx_layers import WRITERS
from nn.module import Module

__all__ = ["to_onnx", "write_graph"]

# Of 2022, so that runtimes of many years read it.
OPSETS, IR_VERSION = {"": 17, "ai.onnx.ml": 3}, 8

End: TypeAlias = tuple[Any, tuple[int, ...]]  # of a graph: the dtype, and the shape of a row


@checked
def to_onnx(model: Module, path: str | Path, example: ArrayLike) -> None:
    """Write a network to an ONNX file, as it is in use (after training).

    The file has one input, ``x``, and one output, ``y``, of any number of rows, in the network's own precision.

    Args:
        model: A layer, or several one after the other: every layer of `nn` in `nn.Sequential`, `nn.MLP`, `nn.Residual`.
        path: The file; its folder must exist.
        example: A batch as the network takes it, whose shape after the first axis the input has.

    Raises:
        TypeError: There is another layer, or the last one gives several results.
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
        parts = chain_of(model, WRITERS, "to_onnx")
        y = model(batch)
    if isinstance(y, tuple):
        raise TypeError("to_onnx: the network gives several results; make it with returns='outputs' or 'last'")
    outputs = y.data if isinstance(y, ag.Tensor) else np.asarray(y)  # of layers without parameters
    graph = Graph(onnx, outputs.dtype, WRITERS)
    graph.nodes.append(onnx.helper.make_node("Identity", [graph.layer(model, "x")], ["y"]))
    numbers_rows = bool(parts) and isinstance(parts[0], layers.Embedding)  # other layers take integers as numbers
    kind = np.dtype(np.int64) if numbers_rows else outputs.dtype
    write_graph(
        graph, path, type(model).__name__, {"x": (kind, batch.shape[1:])}, {"y": (outputs.dtype, outputs.shape[1:])}
    )


def write_graph(
    graph: Graph, path: str | Path, name: str, inputs: Mapping[str, End], outputs: Mapping[str, End]
) -> None:
    """Write a graph to a file, once onnx has looked at it; inputs and outputs have as many rows as there are."""
    helper = require("onnx.helper", "export")
    ends = [
        [
            helper.make_tensor_value_info(each, helper.np_dtype_to_tensor_dtype(np.dtype(kind)), ["batch", *shape])
            for each, (kind, shape) in some.items()
        ]
        for some in (inputs, outputs)
    ]
    domains = {node.domain for node in graph.nodes}
    made = helper.make_model(
        helper.make_graph(graph.nodes, name, *ends, graph.constants),
        opset_imports=[helper.make_opsetid(domain, OPSETS[domain]) for domain in sorted({"", *domains})],
        ir_version=IR_VERSION,
        producer_name="gradbook",
    )
    require("onnx", "export").checker.check_model(made, full_check=True)
    write_atomically(path, made.SerializeToString())
