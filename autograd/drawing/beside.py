"""Two graphs, one cursor: their step-through pages side by side, and the first number in which they differ lit."""

from __future__ import annotations

import html
import math
from difflib import SequenceMatcher
from typing import Any, NamedTuple

import numpy as np

from autograd.drawing.entries import entries
from autograd.drawing.page import as_json, asset, filled, hashes
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
    traces = trace_backward(left[0]), trace_backward(right[0])
    kinds = [trace.order[-1].kind for trace in traces]
    if kinds == ["array", "scalar"]:
        pairs, common = _by_entries(traces[1], traces[0])
        pairs = [(i, j) for j, i in pairs]
        common = [(cursor, two[::-1]) for cursor, two in common]
    else:
        pairs, common = (_by_entries if kinds == ["scalar", "array"] else _by_name)(*traces)
    data = {"pairs": pairs, "common": len(common), "titles": titles} | _differences(common, titles)
    script = asset("beside.js")
    parts = {
        "HASHES": hashes(script, left[1], right[1]),
        "CSS": asset("beside.css"),
        "LEFT": html.escape(left[1]),
        "RIGHT": html.escape(right[1]),
        "ONE": html.escape(titles[0]),
        "OTHER": html.escape(titles[1]),
        "DATA": as_json(data),
        "SCRIPT": script,
    }
    return filled(asset("beside.html"), parts)


class Step(NamedTuple):
    """What a step of a page finds: its own name, that of the quantity, the node, and the number."""

    name: str
    quantity: str
    node: Node
    place: int
    number: Any


Pairs = list[tuple[int, int]]
Common = list[tuple[int, tuple[Step, Step]]]  # at which cursor both pages show a number, and what each shows


def _leaves(trace: Trace) -> list[Step]:
    return [
        Step(f"leaf {trace.names[node]}", trace.names[node], node, i, node._raw)
        for i, node in enumerate(trace.order)
        if node.rule is None
    ]


def _steps(trace: Trace) -> list[Step]:
    """The steps of the page after its first."""
    place = {node: i for i, node in enumerate(trace.order)}
    name = trace.names[trace.order[-1]]
    made = [node for node in trace.order if node.rule is not None]
    told = [Step(f"forward {trace.names[x]}", trace.names[x], x, place[x], x._raw) for x in made]
    told += [
        Step(f"backward {event.name}", f"∂{name}/∂{event.name}", event.node, place[event.node], event.upstream)
        for event in trace
    ]
    return told


def _by_name(left: Trace, right: Trace) -> tuple[Pairs, Common]:
    """Steps of the same name together, and where only one goes on the other waits."""
    steps, others = _steps(left), _steps(right)
    pairs: Pairs = [(0, 0)]
    names = [step.name for step in steps], [step.name for step in others]
    for kind, a, b, c, d in SequenceMatcher(None, *names, autojunk=False).get_opcodes():
        if kind == "equal":
            pairs += zip(range(a + 1, b + 1), range(c + 1, d + 1), strict=True)
        else:
            pairs += [(i, c) for i in range(a + 1, b + 1)]
            pairs += [(b, j) for j in range(c + 1, d + 1)]
    known = {leaf.name: leaf for leaf in _leaves(right)}
    common: Common = [(0, (leaf, known[leaf.name])) for leaf in _leaves(left) if leaf.name in known]
    for cursor, (i, j) in enumerate(pairs):
        if i and j and steps[i - 1].name == others[j - 1].name:
            common.append((cursor, (steps[i - 1], others[j - 1])))
    return pairs, common


def _by_entries(numbers: Trace, arrays: Trace) -> tuple[Pairs, Common]:
    """Single numbers beside arrays: a step with an array waits until each of its entries is computed."""
    found = entries(numbers.order[-1], arrays.order[-1])
    steps, others = _steps(numbers), _steps(arrays)
    at = {(step.name.split()[0], step.node): j for j, step in enumerate(others)}
    waits = [0] * len(others)  # for which step with numbers
    belongs: list[tuple[int, int]] = []
    for i, step in enumerate(steps):
        many, _ = found.get(step.node, (None, ()))
        if (j := at.get((step.name.split()[0], many))) is not None:  # type: ignore[arg-type]
            waits[j] = i + 1
            belongs.append((i, j))
    pairs: Pairs = [(0, 0)]
    shown = [0] * len(others)
    made = sum(step.name.startswith("forward") for step in steps)
    made_of_arrays = sum(step.name.startswith("forward") for step in others)
    for i in range(1, len(steps) + 1):
        pairs.append((i, pairs[-1][1]))
        while (j := pairs[-1][1]) < len(others) and waits[j] <= i and (j < made_of_arrays or i > made):
            pairs.append((i, j + 1))
            shown[j] = len(pairs) - 1
    pairs += [(len(steps), j) for j in range(pairs[-1][1] + 1, len(others) + 1)]
    places = {leaf.node: leaf for leaf in _leaves(arrays)}
    common: Common = []
    for leaf in _leaves(numbers):
        many, entry = found.get(leaf.node, (None, ()))
        if many in places:
            common.append((0, (leaf, _entry(places[many], entry))))
    common += [(shown[j] or len(pairs) - 1, (steps[i], _entry(others[j], found[steps[i].node][1]))) for i, j in belongs]
    return pairs, sorted(common, key=lambda both: both[0])


def _entry(step: Step, place: tuple[int, ...]) -> Step:
    """One number of a step with an array."""
    where = f"[{', '.join(map(str, place))}]" if place else ""
    return step._replace(quantity=f"{step.quantity}{where}", number=float(np.asarray(step.number)[place]))


def _differences(common: Common, titles: tuple[str, str]) -> dict[str, Any]:
    """The first leaf, and the first computed number, that differ."""
    found: dict[str, Any] = {"leaf": None, "first": None}
    for cursor, (one, other) in common:
        kind = "leaf" if cursor == 0 else "first"
        if found[kind] is None and not _same(one.number, other.number):
            called = one.quantity
            if called != other.quantity:
                called = f"{one.quantity} of {titles[0]} beside {other.quantity} of {titles[1]}"
            told = f"{called}: {amount(one.number)} against {amount(other.number)}"
            found[kind] = {"cursor": cursor, "nodes": [one.place, other.place], "told": told}
    return found


def _same(a: Any, b: Any) -> bool:
    if np.shape(a) != np.shape(b):
        return np.size(a) == np.size(b) == 1 and _same(float(np.ravel(a)[0]), float(np.ravel(b)[0]))
    if np.ndim(a) == 0:
        return math.isclose(a, b, rel_tol=SAME, abs_tol=SAME * 1e-3) or (a != a and b != b)
    return bool(np.allclose(a, b, rtol=SAME, atol=SAME * 1e-3, equal_nan=True))
