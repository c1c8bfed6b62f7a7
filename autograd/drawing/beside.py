"""Two graphs, one cursor: their step-through pages side by side, and the first number in which they differ lit."""

from __future__ import annotations

import html
import json
import math
import re
from difflib import SequenceMatcher
from typing import Any

import numpy as np

from autograd.drawing.page import asset, script_hash
from autograd.explaining.names import amount
from autograd.explaining.trace import Trace, trace_backward
from autograd.graph.node import Node

SAME = 1e-9


def beside(left: tuple[Node, str], right: tuple[Node, str], titles: tuple[str, str]) -> str:
    """One document with both pages.

    Args:
        left: A result, and its step-through page.
        right: The other.
        titles: What the two are called.
    """
    steps = [_steps(trace_backward(output)) for output, _ in (left, right)]
    pairs = _aligned(*([name for name, *_ in told] for told in steps))
    data = {"pairs": pairs, "first": _first_difference(steps[0], steps[1], pairs), "titles": titles}
    script = asset("beside.js")
    inner = [found[1] for _, page in (left, right) if (found := re.search(r"sha256-([^']+)'", page))]
    hashes = " ".join(f"'sha256-{found}'" for found in dict.fromkeys([script_hash(script), *inner]))
    parts = {
        "HASHES": hashes,
        "CSS": asset("beside.css"),
        "LEFT": html.escape(left[1]),
        "RIGHT": html.escape(right[1]),
        "ONE": html.escape(titles[0]),
        "OTHER": html.escape(titles[1]),
        "DATA": json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"),
        "SCRIPT": script,
    }
    return re.sub("@@([A-Z]+)@@", lambda found: parts[found[1]], asset("beside.html"))


Step = tuple[str, str, int, Any]


def _steps(trace: Trace) -> list[Step]:
    """What each step of the page finds: its name, the quantity, the node's place, and the number."""
    place = {node: i for i, node in enumerate(trace.order)}
    name = trace.names[trace.order[-1]]
    told: list[Step] = [("start", "", -1, None)]
    told += [
        (f"forward {trace.names[node]}", trace.names[node], place[node], node._raw)
        for node in trace.order
        if node.rule is not None
    ]
    told += [(f"backward {event.name}", f"∂{name}/∂{event.name}", place[event.node], event.upstream) for event in trace]
    return told


def _aligned(left: list[str], right: list[str]) -> list[tuple[int, int]]:
    """Pairs of steps, one after the other: the same together, and where only one goes on the other waits."""
    pairs: list[tuple[int, int]] = []
    for kind, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if kind == "equal":
            pairs += zip(range(a, b), range(c, d), strict=True)
        else:
            pairs += [(i, max(0, c - 1)) for i in range(a, b)]
            pairs += [(max(0, b - 1), j) for j in range(c, d)]
    return pairs


def _first_difference(left: list[Step], right: list[Step], pairs: list[tuple[int, int]]) -> dict[str, Any] | None:
    """The first pair of the same step whose numbers differ, leaves' values before all."""
    for cursor, (i, j) in enumerate(pairs):
        (name, quantity, one, a), (other_name, _, other, b) = left[i], right[j]
        if name == other_name and name != "start" and not _same(a, b):
            return {"cursor": cursor, "nodes": [one, other], "told": f"{quantity}: {amount(a)} against {amount(b)}"}
    return None


def _same(a: Any, b: Any) -> bool:
    if np.shape(a) != np.shape(b):
        return np.size(a) == np.size(b) == 1 and _same(float(np.ravel(a)[0]), float(np.ravel(b)[0]))
    if np.ndim(a) == 0:
        return math.isclose(a, b, rel_tol=SAME, abs_tol=SAME * 1e-3) or (a != a and b != b)
    return bool(np.allclose(a, b, rtol=SAME, atol=SAME * 1e-3, equal_nan=True))
