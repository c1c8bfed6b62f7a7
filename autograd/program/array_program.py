"""A graph of Tensors, recorded once and run again for other arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.errors import DTypeError, GraphError, ShapeError
from autograd.graph.backward import gradients
from autograd.graph.hooks import recorder
from autograd.graph.mode import enable_grad
from autograd.graph.node import Node, describe
from autograd.graph.order import topological_order
from autograd.program.arrays.routine import ArrayRoutine
from autograd.program.numbers.routine import Engine
from autograd.program.tape import Tape, record_graph
from autograd.program.traced_tensor import StandIns, record_operation, traced_node
from autograd.tensor.tensor import Tensor


def record_program(output: Tensor, inputs: Sequence[Node], engine: Engine | None, order: int) -> ArrayRoutine:
    """The graph below a Tensor, with its gradients, as a routine of arrays.

    Args:
        output: What to compute; one number, where there are gradients.
        inputs: The leaves that are given at each call.
        engine: As for `Program.from_graph`.
        order: 0 for the value, 1 for its gradients too.

    Raises:
        GraphError: An input was computed, is given twice, or needs no gradient.
        ShapeError: There are gradients, and the output is no single number.
        DTypeError: Second derivatives are asked for.
    """
    if order > 1:
        raise DTypeError("a program of Tensors holds the value and its gradients; ag.compile(ag.hessian(f)) holds more")
    if order and output.size != 1:
        raise ShapeError(f"gradients of {describe(output)} of shape {output.shape}: reduce it to one number first")
    twins: dict[Node, Any] = {}
    for node in inputs:
        if node.rule is not None or node in twins:
            what = "is given twice" if node in twins else "was computed; a program's inputs are leaves"
            raise GraphError(f"{describe(node)} {what}")
        if order and not node.requires_grad:
            raise GraphError(f"{describe(node)} does not require a gradient: make it with requires_grad=True")
        twins[node] = traced_node(node._raw, requires_grad=node.requires_grad)
    recording = _Recorder()
    token = recorder.set(recording)
    try:
        with enable_grad():
            for node in topological_order(output):
                if node in twins:
                    continue
                if node.rule is None:
                    twins[node] = node  # stays as it is
                else:
                    operands = [twins[x] if isinstance(x, Node) else x for x in node.inputs]
                    twins[node] = recording.apply(node.rule, operands, node.attrs)
            leaves = [twins[node] for node in inputs]
            roots = [twins[output]]
            if order and not twins[output].requires_grad:
                raise GraphError(f"{describe(output)} does not depend on any of the inputs")
            if order:
                roots += gradients(twins[output], leaves, create_graph=True)
    finally:
        recorder.reset(token)
    tape = Tape()
    places: dict[Node, int] = {leaf: tape.argument(leaf._raw) for leaf in leaves}
    tape.outputs = record_graph(tape, roots, places, start=-1)
    return ArrayRoutine(tape, [node.label for node in inputs], engine)


class _Recorder:
    """Records the operations of a graph that is there already, and its gradients'; nobody's function runs."""

    def __init__(self) -> None:
        self._stand_ins = StandIns()

    def apply(self, rule: Any, inputs: Any, attrs: dict[str, Any]) -> Any:
        return record_operation(rule, inputs, attrs, self._stand_ins)

    def decide(self, what: str) -> None:
        raise AssertionError(what)

    def read(self, source: Callable[[], Any]) -> Any:
        return source()

    def set(self, leaf: Any, data: Any) -> None:
        leaf.data = data


def fitted(arrays: Sequence[Any], routine: ArrayRoutine) -> list[Any]:
    """Arguments of a call as arrays of the recorded dtypes.

    Raises:
        ShapeError: Too many, too few, or one of another shape.
    """
    places = routine.tape.arguments
    if len(arrays) != len(places):
        raise ShapeError(f"a program of {len(places)} inputs was called with {len(arrays)}")
    found = []
    for number, (x, place) in enumerate(zip(arrays, places, strict=True)):
        entry = routine.tape.entries[place]
        array = np.asarray(x._raw if isinstance(x, Tensor) else x, dtype=entry.dtype)
        if array.shape != entry.shape:
            name = (routine.names[number] if number < len(routine.names) else None) or f"input {number}"
            raise ShapeError(
                f"{name} of shape {array.shape} for a program recorded with shape {entry.shape}: record another"
            )
        found.append(array)
    return found
