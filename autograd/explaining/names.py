"""What the nodes of a graph are called in tables, derivations and pages."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.explaining.formula import Formula, derivatives, forward_formula
from autograd.explaining.notation import number_text
from autograd.explaining.symbols import Shape
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


def node_names(order: Sequence[Node]) -> dict[Node, str]:
    """A name for each node, all different: its label, or v1, v2, … in the order of computing.

    The last node is L where it has no label.

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

    for node in order:
        if node.label:
            base = name = shortened(node.label)
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


def operands(node: Node, names: dict[Node, str]) -> list[str | float]:
    """The inputs of a node as a formula shows them: names, and constants as numbers where they are single ones."""
    shown: list[str | float] = []
    for position, x in enumerate(node.inputs):
        data = x._data if isinstance(x, Node) else x
        if isinstance(x, Node) and (x.label or x.requires_grad or np.ndim(data) != 0):
            shown.append(_in_formula(names[x]))
        else:
            shown.append(float(data) if np.ndim(data) == 0 else f"c{position}")
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
        shapes = [np.shape(x._data if isinstance(x, Node) else x) for x in node.inputs]
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
        return number_text(float(x), digits)
    return f"{np.shape(x)}, norm {number_text(norm(x), digits)}"


def norm(x: Any) -> float:
    """The Euclidean norm of all entries, in double precision."""
    flat = np.asarray(x, np.float64).reshape(-1)
    with np.errstate(all="ignore"):
        return math.sqrt(flat @ flat) if flat.size else 0.0
