"""How the cost of a node grows with the graph: the same number of nodes as many small graphs and as one large one."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from benchmarks.harness import Contender, Row, Step

NODES = 1_000_000
SIZES = (1_000_000, 100_000, 10_000, 1_000)


def _chain(x: Any, nodes: int) -> Any:
    """Products and sums in turns, of a number with itself and its predecessors; values stay near 1."""
    before, y = x, x
    for _ in range(nodes // 2):
        before, y = y, (y * x + before) * 0.5
    return y


def _eager(size: int) -> Step:
    """Chains of this many nodes each, one million nodes in all."""
    from autograd import Value

    def step() -> tuple[float, ...]:
        for _ in range(NODES // size):
            x = Value(0.9999)
            y = _chain(x, size // 3 * 2)
            y.backward()
        return ()

    return step


def _replayed(engine: str, size: int) -> Step:
    from autograd import Program, Value

    count = size // 3 * 2
    # Independent numbers, so that there is work for every node however far equal work is merged.
    leaves = [Value(0.5 + i / size) for i in range(size // 100)]
    terms = []
    for i, x in enumerate(leaves):
        y = x
        for k in range(count // len(leaves) // 2):
            y = (y * x + (0.25 + (i + k) % 7)) * 0.1
        terms.append(y)
    import autograd as ag

    program = Program.from_graph(ag.sum(terms), wrt=leaves, engine=engine)  # type: ignore[arg-type]
    numbers = np.array([x.data for x in leaves])

    def step() -> tuple[float, ...]:
        for _ in range(NODES // size):
            program.run(numbers)
        return ()

    return step


def _row(key: str, title: str, prepare: Any, needs: str, sizes: tuple[int, ...] = SIZES) -> Row:
    return Row(
        key=key,
        title=f"{title}: a million nodes as graphs of that size",
        contenders=tuple(Contender(f"{size:,}", partial(prepare, size), needs) for size in sizes),
        tolerance=0.0,
        goals={f"{size:,}": 1.3 for size in sizes[-1:]},
    )


ROWS = (
    _row("M", "cost as work grows, eager", _eager, "numpy"),
    _row("Mnumpy", "cost as work grows, replayed, NumPy engine", partial(_replayed, "numpy"), "numpy"),
    _row("Mnative", "cost as work grows, replayed, native engine", partial(_replayed, "native"), "llvmlite"),
)
