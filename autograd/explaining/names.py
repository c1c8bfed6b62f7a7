"""What the nodes of a graph are called in tables, derivations and pages."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograd.errors import GraphError
from autograd.explaining.formula import Formula, derivatives, forward_formula
from autograd.explaining.notation import number_text
from autograd.explaining.symbols import Shape, single
from autograd.graph.node import Node

LONGEST = 40


def shortened(label: str, longest: int = LONGEST) -> str:
    r"""A label on one line, cut in the middle where it is too long.

    Example:
        >>> shortened("first\nsecond"), shortened("x" * 100, 9)
        ('first second', 'xxxx…xxxx')
    """
    line = " ".join(label.split())
    half = (longest - 1) // 2
    return line if len(line) <= longest else f"{line[:half]}…{line[-half:]}"


def labels_of(order: Sequence[Node], names: Mapping[str, Any] | None = None) -> dict[Node, str]:
    """The label of each node that has one; else the name under which it stands in ``names``, alone or in a list.

    Names that begin with an underscore say nothing: notebooks keep their results under such.

    Example:
        >>> from autograd import Value, topological_order
        >>> w, a = [Value(2.0), Value(3.0)], Value(1.0, label="bias")
        >>> sorted(labels_of(topological_order(w[1] * w[0] + a), locals()).values())
        ['bias', 'w[0]', 'w[1]']
    """
    given: dict[Node, str] = {}
    for name, x in (names or {}).items():
        if not name.startswith("_"):
            parts = enumerate(x) if isinstance(x, list | tuple) else ()
            for node, called in [(x, name), *((part, f"{name}[{i}]") for i, part in parts)]:
                if isinstance(node, Node):
                    given.setdefault(node, called)
    labels = {node: node.label or given.get(node) for node in order}
    return {node: encodable(label) for node, label in labels.items() if label}


def encodable(text: str) -> str:
    """A text without the halves of characters that no file or terminal takes, such as those in names of files."""
    return text if text.isascii() else re.sub("[\ud800-\udfff]", "\ufffd", text)


def find_node(which: Node | str, order: Sequence[Node], names: Mapping[str, Any] | None, argument: str) -> Node:
    """The node of that label; a node as it is.

    Args:
        which: The node, or its label.
        order: The graph.
        names: See `labels_of`.
        argument: What the caller calls it, for messages.

    Raises:
        GraphError: No node is called that, or more than one.
        TypeError: ``which`` is neither.
    """
    if isinstance(which, Node):
        return which
    if not isinstance(which, str):
        raise TypeError(f"{argument} is one node or its label, not {type(which).__name__}: ask for one at a time")
    labels = labels_of(order, names)
    found = [node for node, label in labels.items() if label == encodable(which)]
    if not found:
        known = ", ".join(map(repr, dict.fromkeys(map(shortened, labels.values())))) or "none"
        raise GraphError(f"{argument}={which!r}: no node has that label; the labels below the output are {known}")
    if len(found) > 1:
        raise GraphError(f"{argument}={which!r}: {len(found)} nodes have that label; pass the node itself")
    return found[0]


def result(output: Any, function: str) -> Node:
    """What was computed, or an error that asks for it."""
    if not isinstance(output, Node):
        kind = type(output).__name__
        what = f"the {kind} itself" if hasattr(output, "parameters") else kind
        raise TypeError(f"{function} takes what was computed, a Value or a Tensor such as the loss, not {what}")
    return output


def node_names(order: Sequence[Node], given: Mapping[str, Any] | None = None) -> dict[Node, str]:
    """A name for each node, all different: its label, or v1, v2, … in the order of computing.

    The last node is L where it has no label. Of ``given``, see `labels_of`.

    Example:
        >>> from autograd import Value, topological_order
        >>> a = Value(2.0, label="a")
        >>> list(node_names(topological_order((a * a + 1).tanh())).values())
        ['a', 'v1', 'v2', 'L']
    """
    names: dict[Node, str] = {}
    taken: set[str] = set()

    def take(node: Node, name: str) -> None:
        names[node] = name
        taken.add(name)

    for node, label in labels_of(order, given).items():
        base = name = shortened(label)
        copies = 1
        while name in taken:
            copies += 1
            name = f"{base}#{copies}"
        take(node, name)
    if order and order[-1] not in names and "L" not in taken:
        take(order[-1], "L")
    count = 0
    for node in order:
        if node not in names:
            count += 1
            while f"v{count}" in taken:
                count += 1
            take(node, f"v{count}")
    return {node: names[node] for node in order}


def _in_formula(name: str) -> str:
    return name if re.fullmatch(r"[\w#.\[\]′']+", name) else f"({name})"


def _numbered(name: str) -> bool:
    return re.fullmatch(r"v\d+", name) is not None


def operands(node: Node, names: dict[Node, str]) -> list[str | complex]:
    """The inputs of a node as a formula shows them: names, and constants as numbers where they are single ones."""
    shown: list[str | complex] = []
    for position, x in enumerate(node.inputs):
        data = x._raw if isinstance(x, Node) else x
        if isinstance(x, Node) and (x.label or x.requires_grad or np.ndim(data) or not _numbered(names[x])):
            shown.append(_in_formula(names[x]))
        else:
            shown.append(single(data) if np.ndim(data) == 0 else f"c{position}")
    return shown


def forward_of(node: Node, names: dict[Node, str]) -> Formula:
    """How a node was computed, in the names of its inputs."""
    if node.rule is None:
        raise ValueError(f"{names.get(node, 'the node')} is a leaf: nothing computed it")
    return forward_formula(node.rule, node.attrs, operands(node, names))


def derivatives_of(node: Node, names: dict[Node, str]) -> tuple[Formula | None, ...]:
    """The local derivative for each input of a node, in the names of its inputs; for arrays, the product with g."""
    if node.rule is None:
        return ()
    shapes: list[Shape] | None = None
    if node.kind == "array":
        shapes = [np.shape(x._raw if isinstance(x, Node) else x) for x in node.inputs]
    return derivatives(
        node.rule, node.attrs, operands=operands(node, names), output=_in_formula(names[node]), shapes=shapes
    )


def amount(x: Any, digits: int = 6) -> str:
    """A number as it is, an array by its shape and norm.

    Example:
        >>> import numpy as np
        >>> amount(0.5), amount(np.ones((2, 2)))
        ('0.5', '(2, 2), norm 2')
    """
    if np.ndim(x) == 0:
        return number_text(single(x), digits)
    return f"{np.shape(x)}, norm {number_text(norm(x), digits)}"


def norm(x: Any) -> float:
    """The Euclidean norm of all entries, in double precision."""
    data = np.asarray(x)
    flat = np.abs(data).reshape(-1) if data.dtype.kind == "c" else np.asarray(data, np.float64).reshape(-1)
    with np.errstate(all="ignore"):
        return math.sqrt(flat @ flat) if flat.size else 0.0
