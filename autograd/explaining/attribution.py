"""How much of a gradient came which way: paths counted, the largest ones listed, every edge weighed.

∂L/∂a is the sum, over all paths from L down to a, of the products of local derivatives along the path
(F. L. Bauer, "Computational Graphs and Rounding Error", SIAM J. Numer. Anal. 11, 1974, §2). The number of paths grows
exponentially with depth, so nothing here walks them one by one: counts, sums and the largest products each take one
pass over the edges.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.explaining.trace import Flow, Trace, trace_backward
from autograd.graph.forward import push_forward
from autograd.graph.node import Node


@dataclass(frozen=True)
class Path:
    """One way from L down to a, or several through the same nodes whose local derivatives are equal too, as in a + a.

    Attributes:
        flows: The edges, from L downwards.
        product: The product of their local derivatives: what came this way.
        count: How many such ways there are.
        total: What came by all of them.
        share: That, as a part of the whole ∂L/∂a; NaN where the whole is 0.
    """

    flows: tuple[Flow, ...]
    product: float
    count: int
    total: float
    share: float


def flows_between(trace: Trace, wrt: Node) -> list[Flow]:
    """The flows that lie on some path to ``wrt``, in the order of the pass."""
    leads = {wrt}
    flows = list(trace.flows())
    for flow in reversed(flows):  # a node's flows come after those of everything it depends on
        if flow.parent in leads:
            leads.add(flow.node)
    return [flow for flow in flows if flow.parent in leads and flow.node is not wrt]


def count_paths(flows: list[Flow], output: Node, wrt: Node) -> int:
    """How many paths lead from ``output`` to ``wrt`` through these flows (exact, however many)."""
    ways = {wrt: 1}
    for flow in reversed(flows):
        ways[flow.node] = ways.get(flow.node, 0) + ways.get(flow.parent, 0)
    return ways.get(output, 0)


def largest_paths(flows: list[Flow], output: Node, wrt: Node, total: float, most: int) -> list[Path]:
    """The ``most`` paths by which most came in magnitude, largest first; equal ones count as one.

    One pass downwards that keeps the best few at each node: a path is among the best only if its every beginning is.
    """
    best: dict[Node, list[_Way]] = {output: [(-math.inf, 0, 1.0, 1, None)]}
    arrivals: dict[Node, list[_Way]] = {}
    tie = 0
    for flow, times in _bundled(flows):
        node = flow.node
        if node in arrivals:
            best[node] = heapq.nsmallest(most, arrivals.pop(node))
        here = arrivals.setdefault(flow.parent, [])
        for _, _, product, count, way in best.get(node, ()):
            tie += 1
            further = _times(product, flow)
            here.append((-_magnitude(_repeated(further, count * times)), tie, further, count * times, (way, flow)))
        if len(here) > 4 * most + 64:
            arrivals[flow.parent] = heapq.nsmallest(most, here)
    found = best[output] if wrt is output else heapq.nsmallest(most, arrivals.get(wrt, ()))
    paths = []
    for _, _, product, count, way in found:
        sum_of_all = _repeated(product, count)
        paths.append(Path(_unrolled(way), product, count, sum_of_all, _part(sum_of_all, total)))
    return paths


# The negative size of what comes this way and of its equals, a number of its own, one product, how many; and the edges.
_Way = tuple[float, int, float, int, Any]


def _bundled(flows: list[Flow]) -> list[tuple[Flow, int]]:
    """The flows, with those of one node that are the same (from one parent, by one local derivative) as one."""
    bundles: dict[tuple[Node, Node, float | None], tuple[Flow, int]] = {}
    for flow in flows:
        key = flow.node, flow.parent, flow.local
        first, count = bundles.get(key, (flow, 0))
        bundles[key] = first, count + 1
    return list(bundles.values())


def _repeated(product: float, count: int) -> float:
    if product == 0 or count == 1:
        return product
    return product * (float(count) if count.bit_length() < 1024 else math.inf)


def _magnitude(x: float) -> float:
    return math.inf if math.isnan(x) else abs(x)


def _times(product: float, flow: Flow) -> float:
    local = math.nan if flow.local is None else flow.local
    further = product * local
    # The engine gives a branch that was not taken a gradient of 0, even where the derivative inside it is infinite.
    return 0.0 if further != further and product == 0 and flow.contribution == flow.contribution else further


def _unrolled(way: Any) -> tuple[Flow, ...]:
    flows: list[Flow] = []
    while way is not None:
        way, flow = way
        flows.append(flow)
    return tuple(reversed(flows))


def _part(product: float, total: float) -> float:
    return product / total if total else math.nan


def edge_shares(output: Node, wrt: Node) -> dict[tuple[Node, int], float]:
    """The share of ∂output/∂wrt that comes through each edge, by (node, input position).

    The shares of all edges that a cut between the two severs add up to 1. For scalars the amount through an edge is
    g · (local derivative) · ∂parent/∂wrt, the sum of every path through it. For arrays it is the edge's contribution
    carried on to ``wrt`` by the chain rule, and the share is its projection on the whole.

    Args:
        output: L, a single number.
        wrt: The node whose gradient is shared out.

    Returns:
        Only edges on some path; NaN where the whole gradient is 0.

    Example:
        >>> from autograd import Value
        >>> a = Value(3.0)
        >>> L = a * 4 + a
        >>> [(node.rule.name, position, round(share, 3)) for (node, position), share in edge_shares(L, a).items()]
        [('add', 0, 0.8), ('add', 1, 0.2), ('multiply', 0, 0.8)]
    """
    trace = trace_backward(output)
    return shares_of(trace, flows_between(trace, wrt), wrt)


def shares_of(trace: Trace, flows: list[Flow], wrt: Node) -> dict[tuple[Node, int], float]:
    """`edge_shares`, from a trace and the flows between its output and ``wrt``."""
    if not flows:
        return {}
    total = _in_full(trace.gradients[wrt])
    with np.errstate(over="ignore", invalid="ignore"):  # thousands of paths
        size = float(np.linalg.norm(total))
        # c carried on to wrt, and projected: (cᵀJ)·t = c·(J t), and J t is had for every node by one pass forward.
        # Of complex numbers a change dz changes L by Re(g dz), most of all in the direction of g's conjugate.
        direction = total.conj() / size if 0 < size < math.inf else np.ones_like(total)
        seed = direction.item() if wrt.kind == "scalar" else direction.astype(wrt._raw.dtype)
        tangents = push_forward(trace.order, {wrt: seed}, create_graph=False)
        return {(f.node, f.position): _part(_inner(f.contribution, tangents[f.parent]), size) for f in flows}


def _inner(a: Any, b: Any) -> float:
    return float(np.real(_in_full(a).reshape(-1) @ _in_full(b).reshape(-1)))


def _in_full(x: Any) -> NDArray[Any]:
    """An array in double precision."""
    data = np.asarray(x)
    return data.astype(np.complex128 if data.dtype.kind == "c" else np.float64, copy=False)
