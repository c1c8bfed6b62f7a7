"""What a graph is made of, and who holds its memory."""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.graph.node import Node, describe
from autograd.graph.order import topological_order

# How many of the largest arrays a summary shows.
LARGEST = 5


@dataclass(frozen=True)
class Held:
    """Memory that several nodes may hold together, such as an array and its views.

    Attributes:
        bytes: How much of it.
        shape: Of the first array in it.
        dtype: Of the first array in it.
        holders: Who holds it, in words: as data, as a gradient, or as a constant of an operation.
    """

    bytes: int
    shape: tuple[int, ...]
    dtype: str
    holders: tuple[str, ...]


@dataclass(frozen=True)
class Summary:
    """A graph in figures; printed, it is a small table.

    Attributes:
        nodes: How many nodes there are.
        leaves: How many of them were made by hand.
        depth: The number of operations on the longest way to a leaf.
        bytes: What nodes and arrays take, gradients included; memory that views share counts once.
        rules: For each rule by its name ("leaf" for none), the number of nodes and the bytes of their own arrays.
        largest: The largest arrays, and who holds them.
    """

    nodes: int
    leaves: int
    depth: int
    bytes: int
    rules: dict[str, tuple[int, int]]
    largest: tuple[Held, ...]

    def __str__(self) -> str:
        leaves = f"{self.leaves:,} {'leaf' if self.leaves == 1 else 'leaves'}"
        lines = [f"graph of {self.nodes:,} nodes ({leaves}), depth {self.depth:,}, {_size(self.bytes)}"]
        width = max(map(len, self.rules))
        for name, (count, size) in sorted(self.rules.items(), key=lambda item: (-item[1][1], -item[1][0], item[0])):
            lines.append(f"  {name:{width}} {count:>9,} {_size(size):>10}")
        if self.largest:
            lines.append("largest arrays")
        for held in self.largest:
            who = ", ".join(held.holders[:3]) + (f" and {len(held.holders) - 3} more" if len(held.holders) > 3 else "")
            lines.append(f"  {_size(held.bytes):>10}  {held.dtype} {held.shape}: {who}")
        return "\n".join(lines)

    __repr__ = __str__


def summary(*roots: Node) -> Summary:
    """What the graph below some nodes is made of: nodes by rule, depth, and the bytes it holds and by whom.

    Args:
        roots: Values or Tensors; mostly one, the loss.

    Example:
        >>> import autograd as ag, numpy as np
        >>> W = ag.Tensor(np.ones((100, 10)), requires_grad=True, label="W")
        >>> L = ag.sum(np.tanh(np.ones((4, 100)) @ W))
        >>> ag.graph.summary(L)
        graph of 5 nodes (2 leaves), depth 3, 12... kB
          leaf           2    11.2 kB
          matmul         1      320 B
          tanh           1      320 B
          sum            1        8 B
        largest arrays
              8.0 kB  float64 (100, 10): Tensor 'W'
              3.2 kB  float64 (4, 100): a Tensor without a label
               320 B  float64 (4, 10): the Tensor made by matmul
               320 B  float64 (4, 10): the Tensor made by tanh
                 8 B  float64 (): the Tensor made by sum
    """
    order = topological_order(*roots)
    depths: dict[Node, int] = {}
    rules: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    memory: dict[int, tuple[Any, Any, list[str]]] = {}  # by the identity of what owns it: that, an array, its holders
    total = 0
    for node in order:
        depths[node] = max((1 + depths[x] for x in node.parents), default=0)
        total += sys.getsizeof(node)
        entry = rules[node.rule.name if node.rule else "leaf"]
        entry[0] += 1
        given = [(x, f"a constant of {describe(node)}") for x in node.inputs if isinstance(x, np.ndarray)]
        gradient = getattr(node._grad, "_raw", node._grad)
        for array, who in [(node._raw, describe(node)), (gradient, f"the gradient of {describe(node)}"), *given]:
            if isinstance(array, float):
                total += sys.getsizeof(array)
                entry[1] += sys.getsizeof(array)
            if not isinstance(array, np.ndarray):
                continue
            owner = array
            while isinstance(owner.base, np.ndarray):
                owner = owner.base
            if id(owner) not in memory:
                memory[id(owner)] = owner, array, []
                entry[1] += owner.nbytes
                total += owner.nbytes
            memory[id(owner)][2].append(who)
    held = [Held(owner.nbytes, array.shape, str(array.dtype), tuple(who)) for owner, array, who in memory.values()]
    largest = tuple(sorted(held, key=lambda x: -x.bytes)[:LARGEST])
    leaves = sum(node.rule is None for node in order)
    counts = {name: (count, size) for name, (count, size) in rules.items()}
    return Summary(len(order), leaves, max(depths.values()), total, counts, largest)


def _size(count: int) -> str:
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:,.1f} {unit}"
    return f"{count} B"
