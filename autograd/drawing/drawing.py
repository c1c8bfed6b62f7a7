"""``ag.draw``: a graph as a picture, shown in notebooks and saved in any of six formats."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from autograd.drawing.dot import Direction, dot_source
from autograd.drawing.mermaid import mermaid
from autograd.drawing.modules import Calls
from autograd.drawing.page import page
from autograd.drawing.render import Renderer, RenderError, render
from autograd.drawing.sketch import DIGITS, Arrow, Box, Sketch, sketch
from autograd.drawing.summary import summary
from autograd.explaining.attribution import edge_shares
from autograd.explaining.notation import number_text
from autograd.graph.node import Node, describe, topological_order

__all__ = ["Drawing", "draw"]

MOST = 500
FEW = 24  # up to so many nodes, every module is shown in full
ENDINGS = ("svg", "png", "pdf", "dot", "mmd", "html")


def draw(
    what: Node | Callable[[], Any],
    *,
    direction: Direction | None = None,
    depth: int = 2,
    expand: bool | Collection[str] = (),
    around: Node | None = None,
    radius: int = 2,
    attribute: Node | None = None,
    most: int = MOST,
    legend: bool = True,
) -> Drawing:
    """Draw the graph below a node, with the gradients it has.

    Scalars show their value and gradient, and each edge its local derivative; arrays their shape, their dtype, the
    norms of value and gradient, and which part is zero, NaN or infinite. A gradient that no backward pass has computed
    shows as "–". The fill says how large a gradient is, from cold (vanishing) to warm (exploding), and so does the mark
    beside an unusual one.

    Args:
        what: The node; or a function of no arguments that computes it, such as ``lambda: loss(model(x), y)``: then the
            modules that run inside become boxes around what they compute, and ``backward`` is called for the gradients
            where the result is a single number.
        direction: ``"LR"`` from left to right, ``"TB"`` from top to bottom; by default whichever suits the graph.
        depth: How many levels of modules to show where there are more than two dozen nodes; deeper ones are one box.
        expand: Modules to show in full all the same, by name (``"0"``, ``"2: Linear"``), or True for all.
        around: Show only what is near this node.
        radius: How many edges away counts as near.
        attribute: A node whose gradient is shared out: the thicker an edge, the more of it came that way.
        most: With more nodes than that, nodes that do the same are one box.
        legend: Whether to say what colours and outlines mean.

    Returns:
        A drawing, which shows itself in Jupyter and has a method ``save``.

    Raises:
        TypeError: ``what`` is not a node, and gives none.
        ValueError: ``direction`` is neither of the two, or ``around`` or ``attribute`` is not part of the graph.

    Example:
        >>> from autograd import Value
        >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
        >>> L = (a * b + 10).tanh()
        >>> L.backward()
        >>> drawing = draw(L)
        >>> drawing
        <drawing of 5 nodes>
        >>> "grad" in drawing.dot
        True
    """
    if direction not in (None, "LR", "TB"):
        raise ValueError(f'direction={direction!r}: expected "LR" (left to right) or "TB" (top to bottom)')
    if isinstance(what, Node):
        drawn = _sketched(what, {}, depth, expand, around, radius, attribute, most)
        return Drawing(drawn, what, direction or _direction(drawn), legend)
    output, groups = _watched(what)
    with _own_gradients(output):
        drawn = _sketched(output, groups, depth, expand, around, radius, attribute, most)
    return Drawing(drawn, output, direction or _direction(drawn), legend)


def _sketched(
    output: Node,
    groups: dict[Node, tuple[str, ...]],
    depth: int,
    expand: bool | Collection[str],
    around: Node | None,
    radius: int,
    attribute: Node | None,
    most: int,
) -> Sketch:
    order = topological_order(output)
    for name, node in (("around", around), ("attribute", attribute)):
        if node is not None and node not in set(order):
            raise ValueError(f"{name}={describe(node)} is not part of the graph below {describe(output)}")
    shares = None if attribute is None else edge_shares(output, attribute)
    if around is not None:
        near = _near(order, around, radius)
        drawn = sketch(order, near, groups, shares)
        drawn.notes.append(f"{len(near):,} of {len(order):,} nodes: those up to {radius} edges from {describe(around)}")
    elif len(order) > most:
        drawn = summary(order, groups)
        drawn.notes.append(
            f"{len(order):,} nodes, summarised as {len(drawn.boxes)} boxes; "
            "draw(…, around=node, radius=2) shows a part, most= sets the limit"
        )
    else:
        drawn = sketch(order, None, groups, shares)
        if expand is not True and len(order) > FEW:
            _collapse(drawn, depth, () if expand is False else expand)
    if attribute is not None:
        drawn.notes.append(f"the thicker an edge, the more of the gradient of {describe(attribute)} came that way")
    return drawn


class Drawing:
    """A graph as a picture.

    Attributes:
        sketch: What is in it, as plain data.
        output: The node it was drawn from.
        direction: ``"LR"`` or ``"TB"``.
    """

    def __init__(self, drawn: Sketch, output: Node, direction: Direction, legend: bool = True) -> None:
        self.sketch = drawn
        self.output = output
        self.direction = direction
        self._legend = legend

    @cached_property
    def dot(self) -> str:
        """Graphviz's text."""
        return dot_source(self.sketch, self.direction, self._legend)

    @cached_property
    def mermaid(self) -> str:
        """Mermaid's text: the forward and the backward pass as two parts."""
        return mermaid(self.sketch, self.direction)

    @cached_property
    def svg(self) -> str:
        """The picture as SVG."""
        return self.rendered("svg").decode()

    def rendered(self, ending: str = "svg", by: Renderer | None = None) -> bytes:
        """The picture as svg, png or pdf, by the program ``"dot"`` or by its ``"wasm"`` build."""
        return render(self.dot, ending, by)

    @cached_property
    def page(self) -> StepPage:
        """The page on which the forward and the backward pass are played step by step; shows itself in Jupyter."""
        if any(key.startswith("g") for key in self.sketch.boxes):
            raise RenderError(
                "the steps of a summarised graph cannot be shown: draw a smaller one, or a part of it alone"
            )
        return StepPage(page(self.output, Drawing(self.sketch, self.output, self.direction, legend=False).svg))

    def save(self, path: str | Path) -> Path:
        """Write the picture to a file.

        Args:
            path: Its ending says the format: .svg, .png or .pdf; .dot and .mmd for the text of Graphviz and Mermaid;
                .html for the step-through page.

        Returns:
            The path.

        Raises:
            ValueError: The ending is none of these.
            RenderError: What the format needs is not installed.
            OSError: The file cannot be written.
        """
        path = Path(path)
        ending = path.suffix.lower().lstrip(".")
        if ending not in ENDINGS:
            raise ValueError(f"{path.name}: a drawing is saved as {', '.join(f'.{e}' for e in ENDINGS)}")
        texts: dict[str, Callable[[], str]] = {
            "dot": lambda: self.dot,
            "mmd": lambda: self.mermaid,
            "html": lambda: self.page.html,
        }
        data = texts[ending]().encode() if ending in texts else self.rendered(ending)
        path.write_bytes(data)
        return path

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<drawing of {sum(box.role != 'constant' for box in self.sketch.boxes.values()):,} nodes>"


class StepPage:
    """The step-through page; in Jupyter it plays in a frame of its own.

    Attributes:
        html: The whole document.
        height: Of the frame, in pixels.
    """

    def __init__(self, html: str, height: int = 640) -> None:
        self.html = html
        self.height = height

    def _repr_html_(self) -> str:
        from html import escape

        return (
            f'<iframe srcdoc="{escape(self.html)}" title="Backpropagation, step by step" '
            f'style="width:100%;height:{self.height}px;border:0"></iframe>'
        )

    def __repr__(self) -> str:
        return f"<step-through page of {len(self.html):,} characters>"


def _watched(what: Any) -> tuple[Node, dict[Node, tuple[str, ...]]]:
    if not callable(what):
        raise TypeError(f"draw takes a Value or a Tensor, or a function that computes one, not {type(what).__name__}")
    calls = Calls()
    output = calls.run(what)
    if not isinstance(output, Node):
        raise TypeError(f"the function to draw gave {type(output).__name__}: let it return a Value or a Tensor")
    return output, calls.groups()


@contextmanager
def _own_gradients(output: Node) -> Iterator[None]:
    """The gradients of this graph alone, for as long as it is looked at; the leaves then have again what they had."""
    leaves = [(node, node._grad) for node in topological_order(output) if node.rule is None]
    try:
        if output.requires_grad and np.size(output._data) == 1:
            for leaf, _ in leaves:
                leaf._grad = None
            output.backward()
        yield
    finally:
        for leaf, gradient in leaves:
            leaf._grad = gradient


def _near(order: Sequence[Node], center: Node, radius: int) -> set[Node]:
    """The nodes at most so many edges away, in either direction."""
    neighbours: dict[Node, set[Node]] = {node: set() for node in order}
    for node in order:
        for x in node.inputs:
            if isinstance(x, Node):
                neighbours[node].add(x)
                neighbours[x].add(node)
    found = edge = {center}
    for _ in range(radius):
        edge = {y for x in edge for y in neighbours[x]} - found
        found = found | edge
    return found


def _collapse(drawn: Sketch, depth: int, expand: Collection[str]) -> None:
    """Make one box of each module that lies deeper than ``depth``."""
    expanded = {expand} if isinstance(expand, str) else set(expand)

    def shown(name: str) -> bool:
        return name in expanded or name.partition(":")[0] in expanded

    paths = {}
    for key, box in drawn.boxes.items():
        hidden = [
            i
            for i, name in enumerate(box.group)
            if i + 1 >= depth and not any(map(shown, box.group[depth - 1 : i + 1]))
        ]
        if hidden and not shown(box.group[hidden[0]]):
            paths[key] = box.group[: hidden[0] + 1]
    members: dict[tuple[str, ...], list[Box]] = {}
    for key, path in paths.items():
        members.setdefault(path, []).append(drawn.boxes[key])
    new_key = {path: f"m{number}" for number, path in enumerate(members)}
    for path, boxes in members.items():
        sizes = [box.magnitude for box in boxes if box.magnitude is not None]
        largest = max(sizes, default=None)
        gradient = "grad –" if largest is None else f"|grad| up to {number_text(largest, DIGITS)}"
        lines = (path[-1], f"{len(boxes)} nodes", gradient)
        hint = f"{len(boxes)} nodes; draw(…, expand=[{path[-1].partition(':')[0]!r}]) shows them"
        drawn.boxes[new_key[path]] = Box(new_key[path], lines, "group", largest, hint, path[:-1])
    renamed = {key: new_key[path] for key, path in paths.items()}
    arrows: dict[tuple[str, str], Arrow] = {}
    kept: list[Arrow] = []
    for arrow in drawn.arrows:
        tail, head = renamed.get(arrow.tail, arrow.tail), renamed.get(arrow.head, arrow.head)
        if (tail, head) == (arrow.tail, arrow.head):
            kept.append(arrow)
        elif tail != head:
            before = arrows.get((tail, head))
            count = 1 if before is None else before.count + 1
            flows = arrow.flows or (before is not None and before.flows)
            arrows[tail, head] = replace(arrow, tail=tail, head=head, label="", count=count, flows=flows)
    drawn.arrows = [*kept, *arrows.values()]
    drawn.boxes = {key: box for key, box in drawn.boxes.items() if key not in paths}


def _direction(drawn: Sketch) -> Direction:
    """From left to right as one writes; from top to bottom where the graph is far deeper than a page is wide."""
    depth: dict[str, int] = {}
    for arrow in drawn.arrows:
        depth[arrow.head] = max(depth.get(arrow.head, 0), depth.get(arrow.tail, 0) + 1)
    return "LR" if max(depth.values(), default=0) <= 14 else "TB"
