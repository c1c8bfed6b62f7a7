"""The graph of "Fastest Autograd in the West" (A. Rogozhnikov, 2023): many small operations of four kinds, replayed."""

from __future__ import annotations

import ctypes
from functools import partial
from typing import Any

import numpy as np

from benchmarks.harness import Contender, Row, Step, compiled, pointer

INPUTS = 100
OPERATIONS = 10_000


def graph(inputs: list[Any], operations: int) -> list[Any]:
    """All nodes, in order; a softmax of four makes four."""
    import autograd as ag

    nodes = list(inputs)
    for k in range(operations):
        if k % 4 == 0:
            nodes.append(ag.softplus(nodes[-10]))
        elif k % 4 == 1:
            nodes.append(ag.sum(nodes[-30:-10:5]))
        elif k % 4 == 2:
            nodes.append(nodes[-20] * nodes[-10])
        else:
            nodes.extend(ag.softmax(nodes[-4:]))
    return nodes


def _start() -> Any:
    return np.arange(INPUTS) / 100


def _gradbook(flush: bool) -> Step:
    from autograd import Program, Value

    inputs = [Value(x) for x in _start()]
    output = graph(inputs, OPERATIONS)[-1]
    program = Program.from_graph(output, wrt=inputs, engine="native", flush_denormals=flush)
    x = _start()

    def step() -> tuple[float, ...]:
        value, gradient = program.run(x)
        return value, float(gradient[0])

    return step


def _c(flush: bool) -> Step:
    code = compiled("west")
    kinds, inputs, outputs, count = _tape()
    value, gradient = np.zeros(count), np.zeros(count)
    value[:INPUTS] = _start()
    code.run.restype = ctypes.c_double
    pointers = [*map(pointer, (kinds, inputs, outputs, value, gradient))]
    code.flush_denormals(int(flush))

    def step() -> tuple[float, ...]:
        return code.run(len(kinds), count, *pointers), float(gradient[0])

    return step


def _tape() -> tuple[Any, Any, Any, int]:
    """The graph as numbers: the kind of each operation, its inputs, and the first node it makes."""
    inputs = np.zeros((OPERATIONS, 4), np.intc)
    outputs = np.zeros(OPERATIONS, np.intc)
    count = INPUTS
    for k in range(OPERATIONS):
        back = ([10], [30, 25, 20, 15], [20, 10], [4, 3, 2, 1])[k % 4]
        inputs[k, : len(back)] = count - np.array(back)
        outputs[k] = count
        count += 4 if k % 4 == 3 else 1
    return np.arange(OPERATIONS, dtype=np.intc) % 4, inputs, outputs, count


def _row(key: str, flush: bool, words: str) -> Row:
    return Row(
        key=key,
        title=f"10,000 small operations, forward and backward, replayed, {words}",
        contenders=(
            Contender("gradbook", partial(_gradbook, flush), "llvmlite"),
            Contender("C", partial(_c, flush)),
        ),
        tolerance=1e-12,
        goals={"C": 0.8},
    )


ROWS = (_row("F", False, "IEEE denormals"), _row("Fflush", True, "denormals flushed to zero by both"))
