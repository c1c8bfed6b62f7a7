"""``ag.draw``: a graph as a picture, shown in notebooks and saved in any of six formats."""

from __future__ import annotations

import inspect
from base64 import b64encode
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from autograd.arguments import checked, explained_methods
from autograd.drawing.beside import beside
from autograd.drawing.cards import FEW, collapse, labelled_groups
from autograd.drawing.dot import Direction, dot_source
from autograd.drawing.mermaid import mermaid
from autograd.drawing.modules import Calls
from autograd.drawing.page import page
from autograd.drawing.render import Renderer, RenderError, render
from autograd.drawing.sketch import Sketch, printable, sketch
from autograd.drawing.summary import summary
from autograd.explaining.attribution import edge_shares
from autograd.explaining.names import find_node
from autograd.files import write
from autograd.graph.node import Node, describe
from autograd.graph.order import topological_order
from autograd.suggest import Elsewhere

__all__ = ["Drawing", "draw"]

MOST = 120
MOST_STEPPED = 500  # nodes that the step-through page plays, and that cards are made of
MOST_TOLD = 8
ROOM = 12  # characters on an edge of the step page: an arrow and a number of four digits
READABLE = 40  # boxes; with more, one level of modules fewer is shown, unless it was asked for
ENDINGS = ("svg", "png", "pdf", "dot", "mmd", "html")


@checked
def draw(
    what: Node | Callable[[], Any],
    *,
    direction: Direction | None = None,
    depth: int | None = None,
    expand: bool | str | Collection[str] = (),
    around: Node | str | None = None,
    radius: int = 2,
    attribute: Node | str | None = None,
    most: int = MOST,
    legend: bool = True,
    names: Mapping[str, Any] | None = None,
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
        depth: How many levels of modules, or of the layers and neurons of `nn.scalar`, to show: what is deeper is one
            card, with what goes in and out and how many parameters it has. By default, with more than two dozen nodes,
            1 for layers of Values, and for modules 2 or, where that is many boxes, 1.
        expand: Cards to open, by name: ``"0"``, ``"2: Linear"``, ``"layer 1"``, ``"layer 1, neuron 3"``; or True for
            all. What holds more than two dozen nodes opens to the cards in it, if there are any.
        around: Show only what is near this node, given itself or by its label.
        radius: How many edges away counts as near.
        attribute: A node whose gradient is shared out: the thicker an edge, the more of it came that way.
        most: With more nodes than that, nodes that do the same are one box.
        legend: Whether to say what colours and outlines mean.
        names: What nodes without a label are called, by name: ``names=locals()`` takes the variables' names.

    Returns:
        A drawing, which shows itself in Jupyter and has a method ``save``.

    Raises:
        TypeError: ``what`` is not a node, and gives none.
        ValueError: ``direction`` is neither of the two, or ``around`` or ``attribute`` is not part of the graph.
        GraphError: ``around`` or ``attribute`` is the label of no node in it, or of several.

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
    output, groups = (what, {}) if isinstance(what, Node) else _watched(what)
    with nullcontext() if output is what else _own_gradients(output):
        order = topological_order(output)
        center, wrt = _part_of(order, "around", around, names), _part_of(order, "attribute", attribute, names)
        shares = None if wrt is None else edge_shares(output, wrt)
        if center is not None:
            near = _near(order, center, radius)
            drawn = sketch(order, near, groups, shares, names)
            drawn.notes.append(
                f"{len(near):,} of {len(order):,} nodes: those up to {radius} edges from {describe(center)}"
            )
        else:
            drawn = _whole(order, groups, depth, expand, most, shares, names)
    if wrt is not None:
        drawn.notes.append(f"the thicker an edge, the more of the gradient of {describe(wrt)} came that way")
    return Drawing(drawn, output, direction or _direction(drawn), legend, names)


def _part_of(
    order: Sequence[Node], argument: str, which: Node | str | None, names: Mapping[str, Any] | None
) -> Node | None:
    node = None if which is None else find_node(which, order, names, argument)
    if node is not None and node not in set(order):
        raise ValueError(f"{argument}={describe(node)} is not part of the graph below {describe(order[-1])}")
    return node


def _whole(
    order: Sequence[Node],
    groups: dict[Node, tuple[str, ...]],
    depth: int | None,
    expand: bool | str | Collection[str],
    most: int,
    shares: Mapping[tuple[Node, int], float] | None,
    names: Mapping[str, Any] | None,
) -> Sketch:
    """All of it: node by node, its groups as cards, or summarised, by how much there is."""
    levels = depth or (2 if groups else 1)
    groups = groups or labelled_groups(order)
    if len(order) <= (max(most, MOST_STEPPED) if groups else most):
        cards = expand is not True and (depth is not None or len(order) > FEW)
        last = levels if not cards or depth or expand else 1
        for level in range(levels, last - 1, -1):
            drawn = sketch(order, None, groups, shares, names)
            if cards:
                collapse(drawn, order, groups, level, () if isinstance(expand, bool) else expand)
            if len(drawn.boxes) <= (most if level == last else min(most, READABLE)):
                return drawn
    drawn = summary(order, {node: path[:levels] for node, path in groups.items()}, names)
    drawn.notes.append(
        f"{len(order):,} nodes, summarised as {len(drawn.boxes)} boxes; "
        "draw(…, around=node, radius=2) shows a part, most= sets the limit"
    )
    return drawn


@explained_methods
class Drawing:
    """A graph as a picture.

    Attributes:
        sketch: What is in it, as plain data.
        output: The node it was drawn from.
        direction: ``"LR"`` or ``"TB"``.
    """

    def __init__(
        self,
        drawn: Sketch,
        output: Node,
        direction: Direction,
        legend: bool = True,
        names: Mapping[str, Any] | None = None,
    ) -> None:
        self.sketch = drawn
        self.output = output
        self.direction = direction
        self._legend = legend
        self._names = names

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
        plain = dot_source(self.sketch, self.direction, self._legend, markup=False)
        return render(self.dot, ending, by, plain)

    @cached_property
    def page(self) -> StepPage:
        """The page on which the forward and the backward pass are played step by step; shows itself in Jupyter."""
        shown = self.sketch
        if any(key[0] in "gm" for key in shown.boxes):  # the page plays every node
            order = topological_order(self.output)
            if len(order) > MOST_STEPPED:
                raise RenderError(
                    f"the steps of {len(order):,} nodes cannot be shown: draw a smaller graph, of up to {MOST_STEPPED}"
                )
            shown = sketch(order, None, labelled_groups(order), names=self._names)
        notes = shown.notes[:-1] if any(arrow.share is not None for arrow in shown.arrows) else shown.notes
        # Without shares, which would give the gradients away; with room for what comes back along an edge.
        arrows = [replace(a, share=None, label=a.label and a.label.center(ROOM)) for a in shown.arrows]
        shown = replace(shown, arrows=arrows, notes=notes)
        bare = Drawing(shown, self.output, _direction(shown), legend=False)
        try:
            picture, still = bare.svg, bare._repr_html_()
        except RenderError as error:
            picture, still = f"<p>No picture of the graph: {escape(str(error))}.</p>", ""
        return StepPage(page(self.output, picture, names=self._names), still)

    def beside(self, other: Drawing, titles: tuple[str, str] = ("one", "the other")) -> StepPage:
        """This graph's page beside another's, with one cursor for both, and the first number that differs lit.

        A right and a wrong rule, the same graph before and after a step: steps that find the same thing, by name,
        belong together. One model of Values and of Tensors: a number belongs to the entry of the array that it is.
        """
        text = beside((self.output, self.page.html), (other.output, other.page.html), titles)
        return StepPage(text, self._repr_html_() + other._repr_html_(), 860)

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
        write(path, data)
        return path

    @property
    def alt(self) -> str:
        """What is drawn, in words, for those who do not see the picture."""
        boxes = self.sketch.boxes.values()
        told = [f"Graph of {self._counted()}"]
        roles = (("output", "output"), ("group", "parts"), ("leaf", "leaves"), ("input", "inputs"))
        for role, words in roles:
            lines = [f"{box.texts[0]}: {', '.join(box.texts[1:])}" for box in boxes if box.role == role]
            if lines:
                more = [f"{len(lines) - MOST_TOLD:,} more"] if len(lines) > MOST_TOLD else []
                told.append(f"{words} {'; '.join([*lines[:MOST_TOLD], *more])}")
        return printable(". ".join(told))

    def _repr_html_(self) -> str:
        # A notebook that is not trusted shows no SVG but as an image.
        data = b64encode(self.svg.encode()).decode()
        return f'<img alt="{escape(self.alt)}" src="data:image/svg+xml;base64,{data}">'

    def _counted(self) -> str:
        count = sum(box.role != "constant" for box in self.sketch.boxes.values())
        return f"{count:,} node{'s' * (count != 1)}"

    def __repr__(self) -> str:
        return f"<drawing of {self._counted()}>"


# Names of Graphviz's and matplotlib's pictures.
_WORDS = dict.fromkeys(("render", "show", "view"), "the last line of a cell shows it, x.save('graph.svg') writes it")
for _name in _WORDS:
    setattr(Drawing, _name, Elsewhere(_name, "x", _WORDS))


@explained_methods
class StepPage:
    """The step-through page; in Jupyter it plays in a frame of its own.

    Attributes:
        html: The whole document.
        still: HTML that shows the picture alone; the page hides it where it plays, which a notebook that is not trusted
            does not let it do.
        height: Of the frame, in pixels.
    """

    def __init__(self, html: str, still: str = "", height: int = 640) -> None:
        self.html = html
        self.still = still
        self.height = height

    def _repr_html_(self) -> str:
        return (
            f'<iframe srcdoc="{escape(self.html)}" title="Backpropagation, step by step" '
            f'style="width:100%;height:{self.height}px;border:0"></iframe>{self.still}'
        )

    def save(self, path: str | Path) -> Path:
        """Write the page as an HTML file."""
        path = Path(path)
        write(path, self.html)
        return path

    def __repr__(self) -> str:
        return f"<step-through page of {len(self.html):,} characters>"


def _watched(what: Any) -> tuple[Node, dict[Node, tuple[str, ...]]]:
    if hasattr(what, "named_children"):
        raise TypeError(
            f"draw takes what a model computes: ag.draw(lambda: model(x)), not the {type(what).__name__} alone"
        )
    if not callable(what):
        raise TypeError(f"draw takes a Value or a Tensor, or a function that computes one, not {type(what).__name__}")
    if needed := _needed(what):
        raise TypeError(
            f"draw calls the function without arguments, and it takes {needed}: ag.draw(lambda: f({needed}))"
        )
    calls = Calls()
    output = calls.run(what)
    if not isinstance(output, Node):
        raise TypeError(f"the function to draw gave {type(output).__name__}: let it return a Value or a Tensor")
    return output, calls.groups()


def _needed(function: Callable[..., Any]) -> str:
    """The arguments that a function cannot be called without."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # one that is written in C
        return ""
    by_position = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return ", ".join(each.name for each in parameters if each.kind in by_position and each.default is each.empty)


@contextmanager
def _own_gradients(output: Node) -> Iterator[None]:
    """The gradients of this graph alone, for as long as it is looked at; the leaves then have again what they had."""
    leaves = [(node, node._grad) for node in topological_order(output) if node.rule is None]
    try:
        if output.requires_grad and np.size(output._raw) == 1:
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


def _direction(drawn: Sketch) -> Direction:
    """From left to right as one writes; from top to bottom where the graph is far deeper than a page is wide."""
    depth: dict[str, int] = {}
    for arrow in drawn.arrows:
        depth[arrow.head] = max(depth.get(arrow.head, 0), depth.get(arrow.tail, 0) + 1)
    return "LR" if max(depth.values(), default=0) <= 14 else "TB"
