"""What a picture shows, before it is in any format: boxes, arrows, and the groups that boxes stand in."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd.drawing.look import NOT_A_NUMBER, step_of
from autograd.explaining.names import derivatives_of, forward_of, labels_of, node_names, norm, shortened
from autograd.explaining.notation import number_text
from autograd.explaining.symbols import single
from autograd.explaining.trace import local_derivatives
from autograd.graph.node import Node

DIGITS = 4
NO_GRADIENT_LINE = "no gradient"  # of what needs none: data, a constant, a detached part


@dataclass
class Box:
    """A node, a constant, or several nodes at once.

    Attributes:
        key: Its identifier in every format: ``n3`` is the node of place 3 in the topological order, ``n3c1`` the
            constant that is its input 1.
        lines: Its text; of a node, the last line is the gradient and the one before it the value.
        role: Which outline it has, see `autograd.drawing.look.OUTLINES`.
        magnitude: The size of its gradient, for the colour; None where there is none.
        hint: What hovering shows.
        group: The names of the groups it stands in, the outermost first.
        finite: Whether its value holds neither NaN nor an infinity.
        begins: Whether its ``"value"`` or its ``"gradient"`` is the first that does, while all it comes from is finite.
    """

    key: str
    lines: tuple[str, ...]
    role: str
    magnitude: float | None = None
    hint: str = ""
    group: tuple[str, ...] = ()
    finite: bool = True
    begins: frozenset[str] = frozenset()

    @property
    def texts(self) -> tuple[str, ...]:
        """Its lines with their marks."""
        lines = list(self.lines)
        marks = {"value": "" if self.finite else NOT_A_NUMBER[1]}
        if self.role != "constant":
            marks["gradient"] = step_of(self.magnitude)[1]
        for place, (what, mark) in enumerate(marks.items(), len(lines) - len(marks)):
            lines[place] = " ".join(filter(None, (lines[place], mark, "begins here" if what in self.begins else "")))
        return tuple(lines)


@dataclass
class Arrow:
    """An edge, from an input to the node that it goes into.

    Attributes:
        key: ``e3_0`` is the edge into input 0 of node 3.
        label: The local derivative.
        hint: Its formula.
        flows: Whether a gradient flows back along it.
        share: Which part of an attributed gradient came this way; None where nothing is attributed.
        count: How many edges it stands for.
    """

    key: str
    tail: str
    head: str
    label: str = ""
    hint: str = ""
    flows: bool = True
    share: float | None = None
    count: int = 1


@dataclass
class Sketch:
    """A whole picture.

    Attributes:
        boxes: By their keys.
        arrows: All of them.
        notes: Lines below the picture.
        scalar: Whether its nodes are single numbers.
    """

    boxes: dict[str, Box] = field(default_factory=dict)
    arrows: list[Arrow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    scalar: bool = True


def sketch(
    order: Sequence[Node],
    shown: Iterable[Node] | None = None,
    groups: Mapping[Node, tuple[str, ...]] | None = None,
    shares: Mapping[tuple[Node, int], float] | None = None,
    names: Mapping[str, Any] | None = None,
) -> Sketch:
    """Every node as a box and every use of it as an arrow.

    Args:
        order: The graph, in topological order; the last is the output.
        shown: Which of its nodes to show; by default all.
        groups: The groups that nodes stand in.
        shares: The share of an attributed gradient along each edge, by (node, input position).
        names: What nodes without a label are called, see `autograd.explaining.names.labels_of`.
    """
    labels, called = labels_of(order, names), node_names(order, names)
    begins = beginnings(order)
    place = {node: i for i, node in enumerate(order)}
    chosen = set(order if shown is None else shown)
    groups = groups or {}
    drawn = Sketch(scalar=order[-1].kind == "scalar")
    for node in order:
        if node not in chosen:
            continue
        key = f"n{place[node]}"
        role = _role(node, labels.get(node, ""), node is order[-1])
        inside = set() if node.rule is None else constants_inside(node)
        drawn.boxes[key] = Box(
            key,
            _lines(node, name_inside(called[node], groups.get(node, ()))),
            role,
            magnitude(node._grad),
            _hint(node, labels.get(node, ""), called, role),
            groups.get(node, ()),
            is_finite(node),
            begins[node],
        )
        local = local_derivatives(node) if drawn.scalar else (None,) * len(node.inputs)
        formulas = derivatives_of(node, called) if node.rule is not None and node.requires_grad else ()
        for position, x in enumerate(node.inputs):
            if position in inside:
                continue
            if isinstance(x, Node):
                if x not in chosen:
                    continue
                tail = f"n{place[x]}"
            else:
                tail = f"{key}c{position}"
                drawn.boxes[tail] = _constant(tail, x, groups.get(node, ()))
            flows = node.requires_grad and isinstance(x, Node) and x.requires_grad
            formula = formulas[position] if flows and position < len(formulas) else None
            slope = local[position]
            share = None if shares is None else shares.get((node, position), 0.0)
            drawn.arrows.append(
                Arrow(
                    key=f"e{place[node]}_{position}",
                    tail=tail,
                    head=key,
                    label="" if slope is None else number_text(slope, DIGITS),
                    hint="" if formula is None else _slope_hint(node, x, called, str(formula)),
                    flows=flows,
                    share=share,
                )
            )
    return drawn


def magnitude(gradient: Any) -> float | None:
    """The size of a gradient, for its colour: of an array, the root of the mean square of its entries.

    Example:
        >>> import numpy as np
        >>> magnitude(-3.0), magnitude(np.array([3.0, 4.0, 0.0, 0.0])), magnitude(None)
        (3.0, 2.5, None)
    """
    if gradient is None:
        return None
    data = np.asarray(gradient._raw if isinstance(gradient, Node) else gradient)
    return norm(data) / math.sqrt(max(1, data.size))


def is_finite(x: Any) -> bool:
    """Whether a number, an array or a node holds neither NaN nor an infinity."""
    data = np.asarray(x._raw if isinstance(x, Node) else x)
    return data.dtype.kind not in "fc" or bool(np.isfinite(data).all())


def beginnings(order: Sequence[Node]) -> dict[Node, frozenset[str]]:
    """Of each node, whether NaN or an infinity begins in its value or in its gradient.

    A value is such a beginning where it is not finite and all that it was computed from is; a gradient, where those of
    all nodes that handed it on are finite.

    Example:
        >>> import autograd as ag
        >>> x = ag.Value(0.0)
        >>> y = ag.log(x) * 2.0
        >>> y.backward()
        >>> [sorted(begins) for begins in beginnings(ag.topological_order(y)).values()]
        [['gradient'], ['value'], []]
    """
    healthy = {node: is_finite(node._grad) for node in order}
    handed_on = dict.fromkeys(order, True)  # whether a gradient that is not finite would begin here
    for node in order:
        if not healthy[node]:
            handed_on.update((x, False) for x in node.inputs if isinstance(x, Node))
    return {
        node: frozenset(
            what
            for what, begins in (
                ("value", not is_finite(node) and all(map(is_finite, node.inputs))),
                ("gradient", not healthy[node] and handed_on[node]),
            )
            if begins
        )
        for node in order
    }


def _role(node: Node, label: str, is_output: bool) -> str:
    if is_output:
        return "output"
    if node.rule is not None:
        return "computed"
    if node.requires_grad:
        return "leaf"
    return "constant" if not label and np.size(node._raw) == 1 else "input"


def constants_inside(node: Node) -> set[int]:
    """Which inputs stand within the operation, as in "× 1.01": one plain number beside one node."""
    plain = [i for i, x in enumerate(node.inputs) if not isinstance(x, Node)]
    if len(node.inputs) != 2 or len(plain) != 1:
        return set()
    x = np.asarray(node.inputs[plain[0]])
    return set(plain) if x.size == 1 and x.dtype.kind in "fiu" and np.isfinite(x).all() else set()


def operation(node: Node) -> str:
    """The sign of what made a node, with the plain number that goes in.

    Example:
        >>> import autograd as ag
        >>> a = ag.Value(2.0)
        >>> operation(a * 1.01), operation(10 / a), operation(ag.maximum(a, 0.0)), operation(a)
        ('× 1.01', '10 ÷', 'max(·, 0)', '')
    """
    if node.rule is None:
        return ""
    symbol, inside = node.rule.symbol, constants_inside(node)
    if not inside:
        return symbol
    (position,) = inside
    number = number_text(float(np.asarray(node.inputs[position]).reshape(())), DIGITS)
    if symbol.isalpha() or len(symbol) > 1:
        return f"{symbol}(·, {number})" if position else f"{symbol}({number}, ·)"
    return f"{symbol} {number}" if position else f"{number} {symbol}"


def _lines(node: Node, name: str) -> tuple[str, ...]:
    gradient = node._grad._raw if isinstance(node._grad, Node) else node._grad
    title = "  ".join(filter(None, (shortened(name, 28), operation(node))))
    none = "grad –" if node.requires_grad else NO_GRADIENT_LINE
    if node.kind == "scalar":
        value = number_text(node._raw, DIGITS)
        return title, value, none if gradient is None else f"grad {number_text(gradient, DIGITS)}"
    data = np.asarray(node._raw)
    return (
        title,
        f"{data.shape}  {data.dtype}",
        contents(data, "value"),
        none if gradient is None else contents(np.asarray(gradient), "grad"),
    )


def contents(data: np.ndarray[Any, Any], what: str) -> str:
    """What is in an array, in a line: the number itself, or the norm and how much of it is 0, NaN or infinite.

    Of whole numbers, the lowest and the highest.

    Example:
        >>> import numpy as np
        >>> contents(np.array([3.0, 4.0, 0.0, 0.0]), "value")
        'value norm 5, 50% zeros'
        >>> contents(np.array([1.0, np.nan]), "grad"), contents(np.array([3, 0, 9]), "value")
        ('grad norm NaN, 50% NaN', 'value 0 to 9')
    """
    if data.size == 1:
        return f"{what} {number_text(single(data), DIGITS)}"
    if data.size and data.dtype.kind in "iub":  # class numbers and masks, of which a norm says nothing
        low, high = (number_text(float(f(data)), DIGITS) for f in (np.min, np.max))
        return f"{what} {low}" if low == high else f"{what} {low} to {high}"
    parts = [f"{what} norm {number_text(norm(data), DIGITS)}"]
    if data.size and data.dtype.kind in "fc":
        counted = {"zeros": data == 0, "NaN": data != data, "infinite": np.abs(data) == np.inf}
        for words, found in counted.items():
            part = float(np.mean(found))
            if part:
                parts.append(f"{100 * part:.0f}% {words}" if part >= 0.005 else f"a few {words}")
    return ", ".join(parts)


def _hint(node: Node, label: str, names: dict[Node, str], role: str) -> str:
    words = {"leaf": "a leaf that needs a gradient", "input": "an input", "constant": "a constant"}
    if not node.requires_grad:
        words = {role: f"{text}, or detached: no gradient goes through" for role, text in words.items()}
    if node.rule is None:
        lines = [f"{names[node]}: {words.get(role, 'the output')}"]
    else:
        lines = [f"{names[node]} = {forward_of(node, names).text}", node.rule.doc]
        if node.rule.kink:
            lines.append(f"no derivative at {node.rule.kink}")
    if len(label) > 28:
        lines.append(printable(label))
    return "\n".join(filter(None, lines))


def _slope_hint(node: Node, parent: Node, names: dict[Node, str], formula: str) -> str:
    if node.kind == "scalar":
        return f"local derivative {names[node]} → {names[parent]}: {formula}"
    return f"gradient to {names[parent]}: {formula}"


def _constant(key: str, x: Any, group: tuple[str, ...]) -> Box:
    data = np.asarray(x)
    if data.size == 1 and data.dtype.kind in "fiubc":
        lines: tuple[str, ...] = (number_text(single(data), DIGITS),)
    elif data.dtype.kind in "fiubc":
        lines = (f"{data.shape}  {data.dtype}", contents(data, "value"))
    else:
        lines = (shortened(str(x), 28),)
    begins = frozenset[str]() if is_finite(x) else frozenset({"value"})
    return Box(key, lines, "constant", hint="a constant", group=group, finite=not begins, begins=begins)


def name_inside(name: str, group: tuple[str, ...]) -> str:
    """A name without the groups that it stands in.

    Example:
        >>> name_inside("layer 1, neuron 3, w2", ("layer 1", "neuron 3"))
        'w2'
    """
    return name.removeprefix("".join(f"{part}, " for part in group)) if group else name


def printable(text: str) -> str:
    """A text without the characters that no XML document may hold."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)
