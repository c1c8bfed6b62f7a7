"""A sketch in Graphviz's language. Labels are plain text in it, whatever they hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from autograd.drawing.legend import legend_lines, legend_rows
from autograd.drawing.look import FONT, INK, LINE, NOT_A_NUMBER, ORIGIN, OUTLINES, PAPER, PLAIN, SOFT, step_of
from autograd.drawing.markup import Markup, row, table, words
from autograd.drawing.sketch import Arrow, Box, Sketch, printable
from autograd.explaining.notation import number_text

Direction = Literal["LR", "TB"]
THINNEST, THICKEST = 0.6, 6.0
MANY = 300


class _Lines:
    """A graph in DOT, line by line; subgraphs are indented."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._depth = 0

    def say(self, what: str, **attributes: str) -> None:
        """A statement: a node, an edge, or the defaults of what comes after."""
        settings = " ".join(f"{name}={_quoted(value)}" for name, value in attributes.items())
        self.lines.append(f"{'  ' * self._depth}{what}{f' [{settings}]' if settings else ''}")

    @contextmanager
    def part(self, head: str) -> Iterator[None]:
        """What stands in braces."""
        self.say(f"{head} {{")
        self._depth += 1
        yield
        self._depth -= 1
        self.say("}")


def dot_source(drawn: Sketch, direction: Direction, legend: bool, *, markup: bool = True) -> str:
    """The DOT text of a sketch; without ``markup`` its legend is in words, for a Graphviz that reads no other."""
    graph = _Lines()
    with graph.part("digraph gradbook"):
        graph.say("graph", rankdir=direction, bgcolor=PAPER, nodesep="0.22", ranksep="0.42", fontname=FONT)
        graph.say("graph", fontsize="11", fontcolor=SOFT, labelloc="b", labeljust="l", pad="0.3")
        graph.say("node", shape="box", fontname=FONT, fontsize="11", fontcolor=INK, color=INK, margin="0.2,0.06")
        graph.say("node", height="0.25", width="0.3")
        graph.say("edge", fontname=FONT, fontsize="10", fontcolor=SOFT, color=SOFT, arrowsize="0.65")
        if len(drawn.arrows) > MANY:  # a quicker layout, with straight edges: the best one can take minutes
            graph.say("graph", nslimit="0.5", nslimit1="0.5", mclimit="0.1", splines="line")
        if not markup:
            lines = [*(legend_lines(drawn, direction) if legend else ()), *drawn.notes]
            graph.say("graph", label=_text(*lines), fontsize="9")
        elif below := [*(legend_rows(drawn, direction) if legend else ()), *(row([words(n)]) for n in drawn.notes)]:
            graph.say("graph", label=table(below))
        _place(graph, drawn.boxes, ())
        for arrow in drawn.arrows:
            graph.say(f"{arrow.tail} -> {arrow.head}", **_arrow(arrow))
    return "\n".join([*graph.lines, ""])


def _place(graph: _Lines, boxes: dict[str, Box], inside: tuple[str, ...]) -> None:
    """The boxes that stand in one group, and the groups within it."""
    depth = len(inside)
    within: dict[str, dict[str, Box]] = {}
    for key, box in boxes.items():
        if len(box.group) > depth:
            within.setdefault(box.group[depth], {})[key] = box
        else:
            graph.say(key, **_box(box))
    for number, (name, parts) in enumerate(within.items()):
        path = (*inside, str(number))
        with graph.part(f"subgraph cluster_{'_'.join(path)}"):
            graph.say("graph", label=_text(name), tooltip=_text(name), labelloc="t")
            graph.say("graph", style="rounded", color=LINE, fontcolor=SOFT, margin="10")
            _place(graph, parts, path)


def _box(box: Box) -> dict[str, str]:
    fill = step_of(box.magnitude)[0] if box.finite else NOT_A_NUMBER[0]
    if box.role == "constant" and box.finite:
        fill = PLAIN
    outline = OUTLINES[box.role][0] | (ORIGIN[0] if box.begins else {})
    return {"id": box.key, "label": _text(*box.texts), "tooltip": _text(box.hint), "fillcolor": fill, **outline}


def _arrow(arrow: Arrow) -> dict[str, str]:
    label = arrow.label if arrow.count == 1 else f"×{arrow.count:,}"
    attributes = {"id": arrow.key, "tooltip": _text(arrow.hint or label), "labeltooltip": _text(arrow.hint or label)}
    if not arrow.flows:
        attributes |= {"style": "dashed", "color": LINE}
    if arrow.share is not None:
        size = min(1.0, abs(arrow.share)) if arrow.share == arrow.share else 0.0
        attributes["penwidth"] = f"{THINNEST + (THICKEST - THINNEST) * size:.2f}"
        if arrow.share == arrow.share and size >= 0.0005:
            label = f"{label}  {number_text(100 * arrow.share, 3)}%".strip() + "\n "  # clear of the thick line
            attributes["color"] = "#b3541e" if arrow.share < 0 else "#2f6fb5"
    if label:
        attributes["label"] = _text(label)
    return attributes


def _text(*lines: str) -> str:
    """Lines as a label that means itself: no escapes and no entities."""
    return "\n".join(map(printable, lines)).replace("\\", "\\\\").replace("&", "&amp;").replace("\n", "\\n")


def _quoted(value: str) -> str:
    """A value in quotation marks, in which nothing but a mark of its own ends it; markup in its angle brackets."""
    if isinstance(value, Markup):
        return f"<{value}>"
    return '"{}"'.format(value.replace('"', '\\"'))
