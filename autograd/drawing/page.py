"""The step-through page: one HTML file that plays the forward and the backward pass on the drawn graph.

The numbers are the engine's (`trace_backward`), the picture is Graphviz's, and when a leaf is changed the page computes
the graph again from the rule book's own formulas, printed as JavaScript. The file needs no network, and its security
policy allows none; a label is only ever text in it.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import math
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import numpy as np

from autograd.drawing.javascript import book_javascript, rule_javascript
from autograd.explaining.names import amount, derivatives_of, forward_of, labels_of
from autograd.explaining.notation import number_text
from autograd.explaining.symbols import single
from autograd.explaining.trace import Trace, trace_backward
from autograd.graph.node import Node

_SCRIPTS = ("python.js", "book", "engine.js", "view.js", "controls.js", "predict.js")
_ARRAYS = (
    "The nodes are arrays: the steps show shapes and norms (the square root of the sum of squares), and of those up to "
    "6 by 6 every entry; values cannot be changed here."
)
LARGEST = 6  # rows or columns of an array whose entries are shown


def page(
    output: Node,
    svg: str,
    title: str | None = None,
    gradient: Any = None,
    *,
    names: Mapping[str, Any] | None = None,
    predict: bool = False,
) -> str:
    """The step-through page of one result, as the text of an HTML file.

    Args:
        output: L; a single number, unless ``gradient`` is given.
        svg: The drawn graph, or HTML that says why there is none. The group of node i of ``topological_order(output)``
            has the id ``n{i}`` and its value and gradient as its last two texts; the edge into input p of node i has
            the id ``e{i}_{p}``.
        title: A heading; by default it names the output.
        gradient: The upstream gradient where ``output`` is not a single number.
        names: What nodes without a label are called, see `autograd.explaining.names.labels_of`.
        predict: Whether each step asks for its numbers first.

    Returns:
        A complete HTML document that needs nothing else.

    Example:
        >>> from autograd import Value
        >>> a = Value(2.0, label="a")
        >>> text = page((a * a).tanh(), "<svg></svg>")
        >>> text.startswith("<!doctype html>"), "src=" in text
        (True, False)
    """
    trace = trace_backward(output, gradient, names=names)
    data, rules = _described(trace, set(labels_of(trace.order, names)))
    name = trace.names[output]
    count = len(trace.order)
    summary = f"{count:,} nodes. Forward to {name}, then backward in the engine’s own order."
    heading = title or f"The gradient of {name}, step by step"
    return document(heading, summary, _inline(svg), as_json(data | {"predict": predict}), rules)


def document(title: str, summary: str, svg: str, data: str, rules: str) -> str:
    """The page around a graph.

    Args:
        title: Its heading, as text.
        summary: A line below, as text.
        svg: The drawing, as HTML.
        data: The graph and its backward pass, as JSON in which no "<" stands.
        rules: The primitives that occur in it, as a JavaScript array.
    """
    book = f"const book = {book_javascript()};\nconst rules = {rules};"
    script = "\n".join(['"use strict";', *(book if part == "book" else asset(part) for part in _SCRIPTS)])
    parts = {
        "TITLE": html.escape(title),
        "SUMMARY": html.escape(summary),
        "CSS": asset("page.css"),
        "SVG": svg,
        "DATA": data,
        "SCRIPT": script,
        "HASHES": hashes(script),
    }
    return filled(asset("page.html"), parts)


def filled(template: str, parts: Mapping[str, str]) -> str:
    """A document with its parts in their places; what else looks like a place stays."""
    # In one sweep, so that a label that looks like a placeholder stays a label.
    return re.sub("@@([A-Z]+)@@", lambda found: parts.get(found[1], found[0]), template)


def hashes(script: str, *documents: str) -> str:
    """What a content security policy calls a script and those of the documents that it shows, each once."""
    own = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    inner = [found for text in documents for found in re.findall(r"sha256-([^']+)'", text)[:1]]
    return " ".join(f"'sha256-{found}'" for found in dict.fromkeys([own, *inner]))


def asset(name: str, package: str = "drawing") -> str:
    """A file in the folder ``assets`` of a package of `autograd`."""
    return (files(f"autograd.{package}") / "assets" / name).read_text(encoding="utf-8")


def _inline(svg: str) -> str:
    """The SVG element alone: without prologue and comments, which HTML has no use for."""
    start = svg.find("<svg")
    return re.sub(r"<!--.*?-->", "", svg[max(start, 0) :], flags=re.DOTALL)


def as_json(data: Any) -> str:
    """Data as a script reads them."""
    # No "<" can end the script element early, whatever a label contains.
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")


def _quantity(x: Any) -> Any:
    """A number as JSON can hold it; an array as its shape and norm."""
    if x is None or np.ndim(x) > 0:
        return None if x is None else amount(x)
    number = single(x)
    if isinstance(number, complex):
        return number_text(number)
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def _shown(x: Any, kind: str) -> Any:
    return amount(x) if kind == "array" and x is not None else _quantity(x)


def _entries(x: Any) -> list[list[str]] | None:
    """The entries of a small array, in rows; None of a large one, and of a single number."""
    data = np.asarray(x)
    if not 0 < data.ndim <= 2 or max(data.shape) > LARGEST or not data.size or data.dtype.kind not in "fiubc":
        return None
    return [[number_text(single(entry), 4) for entry in row] for row in np.atleast_2d(data)]


def _described(trace: Trace, labelled: set[Node]) -> tuple[dict[str, Any], str]:
    """The graph and its backward pass as JSON data, and the primitives that occur in it as JavaScript."""
    order, names = trace.order, trace.names
    kind = order[-1].kind
    place = {node: i for i, node in enumerate(order)}
    numbers: dict[tuple[Any, ...], int] = {}
    written: list[str] = []
    live = kind == "scalar"
    why = "" if live else _ARRAYS
    nodes = []
    for node in order:
        rule = node.rule
        entry: dict[str, Any] = {
            "name": names[node],
            "labelled": node in labelled,
            "rule": None,
            "frozen": None,
            "value": _shown(node._raw, kind),
            "entries": None if kind == "scalar" else _entries(node._raw),
            "inputs": [place[x] if isinstance(x, Node) else {"value": _quantity(x)} for x in node.inputs],
        }
        if rule is not None:
            key = (rule, len(node.inputs), repr(node.attrs) if live else "")
            if key not in numbers:
                numbers[key] = len(numbers)
                code = rule_javascript(rule, node.attrs, len(node.inputs)) if live else None
                if code is not None:
                    written.append(code)
                elif live:
                    live = False
                    why = f"Only Python can compute {rule.name}, so the values stay as they are."
            entry |= {
                "rule": numbers[key],
                "frozen": _frozen(node) if kind == "scalar" else None,
                "ruleName": rule.name,
                "made": forward_of(node, names).text,
                "doc": rule.doc,
                "kink": rule.kink,
            }
        nodes.append(entry)
    data = {
        "kind": kind,
        "live": live,
        "why": why,
        "nodes": nodes,
        "forward": [i for i, node in enumerate(order) if node.rule is not None],
        "backward": _backward(trace, place, kind),
    }
    table = ",\n".join(written)
    return data, f"[\n{table}\n]" if live else "[]"


def _frozen(node: Node) -> bool | None:
    """What the condition of a choice was recorded as, where it is a number rather than computed in the graph."""
    rule = node.rule
    conditions = [] if rule is None or not rule.selects else list(zip(node.inputs, rule.vjps, strict=False))
    return next((bool(x) for x, vjp in conditions if vjp is None and not isinstance(x, Node)), None)


def _backward(trace: Trace, place: dict[Node, int], kind: str) -> list[dict[str, Any]]:
    events = []
    for event in trace:
        formulas = derivatives_of(event.node, trace.names)
        flows = [
            {
                "position": flow.position,
                "parent": place[flow.parent],
                "formula": str(formulas[flow.position] or ""),
                "local": _quantity(flow.local),
                "contribution": _shown(flow.contribution, kind),
                "total": _shown(flow.total, kind),
            }
            | ({} if kind == "scalar" else {"entries": _entries(flow.contribution), "sum": _entries(flow.total)})
            for flow in event.flows
        ]
        step = {"node": place[event.node], "upstream": _shown(event.upstream, kind), "flows": flows}
        events.append(step if kind == "scalar" else step | {"entries": _entries(event.upstream)})
    return events
