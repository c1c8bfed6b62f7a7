"""A sketch in Graphviz's language. Labels are plain text in it, whatever they hold."""

from __future__ import annotations

from typing import Any, Literal

from autograd.drawing.look import FONT, INK, OUTLINES, PLAIN, SOFT, step_of
from autograd.drawing.sketch import Arrow, Box, Sketch, printable
from autograd.extras import require

Direction = Literal["LR", "TB"]
THINNEST, THICKEST = 0.6, 6.0
MANY = 300


def dot_source(drawn: Sketch, direction: Direction, legend: bool) -> str:
    """The DOT text of a sketch."""
    graphviz = require("graphviz", "viz")
    graph = graphviz.Digraph("gradbook")
    graph.attr(rankdir=direction, bgcolor="transparent", nodesep="0.22", ranksep="0.42", fontname=FONT, fontsize="11")
    graph.attr(fontcolor=SOFT, labelloc="b", labeljust="l", pad="0.3")
    graph.attr("node", shape="box", fontname=FONT, fontsize="11", fontcolor=INK, color=INK, margin="0.2,0.06")
    graph.attr("node", height="0.25", width="0.3")
    graph.attr("edge", fontname=FONT, fontsize="10", fontcolor=SOFT, color=SOFT, arrowsize="0.65")
    if len(drawn.arrows) > MANY:  # a quicker layout, with straight edges: the best one can take minutes
        graph.attr(nslimit="0.5", nslimit1="0.5", mclimit="0.1", splines="line")
    if drawn.notes:
        graph.attr(label=_text(*drawn.notes))
    _place(graph, drawn.boxes, ())
    for arrow in drawn.arrows:
        graph.edge(arrow.tail, arrow.head, **_arrow(arrow))
    if legend:
        _legend(graph, drawn, direction)
    return str(graph.source)


def _place(graph: Any, boxes: dict[str, Box], inside: tuple[str, ...]) -> None:
    """The boxes that stand in one group, and the groups within it."""
    depth = len(inside)
    within: dict[str, dict[str, Box]] = {}
    for key, box in boxes.items():
        if len(box.group) > depth:
            within.setdefault(box.group[depth], {})[key] = box
        else:
            graph.node(key, **_box(box))
    for number, (name, parts) in enumerate(within.items()):
        path = (*inside, str(number))
        with graph.subgraph(name=f"cluster_{'_'.join(path)}") as part:
            part.attr(label=_text(name), tooltip=_text(name), labelloc="t")
            part.attr(style="rounded", color="#aab2c0", fontcolor=SOFT, margin="10")
            _place(part, parts, path)


def _box(box: Box) -> dict[str, str]:
    fill, mark, _ = step_of(box.magnitude)
    outline, _ = OUTLINES[box.role]
    lines = list(box.lines)
    if mark:
        lines[-1] = f"{lines[-1]} {mark}"
    if box.role == "constant":
        fill = PLAIN
    return {"id": box.key, "label": _text(*lines), "tooltip": _text(box.hint), "fillcolor": fill, **outline}


def _arrow(arrow: Arrow) -> dict[str, str]:
    label = arrow.label if arrow.count == 1 else f"×{arrow.count:,}"
    attributes = {"id": arrow.key, "tooltip": _text(arrow.hint or label), "labeltooltip": _text(arrow.hint or label)}
    if not arrow.flows:
        attributes |= {"style": "dashed", "color": "#aab2c0"}
    if arrow.share is not None:
        size = min(1.0, abs(arrow.share)) if arrow.share == arrow.share else 0.0
        attributes["penwidth"] = f"{THINNEST + (THICKEST - THINNEST) * size:.2f}"
        if arrow.share == arrow.share and size >= 0.0005:
            label = f"{label}  {100 * arrow.share:.3g}%".strip() + "\n "  # clear of the thick line
            attributes["color"] = "#b3541e" if arrow.share < 0 else "#2f6fb5"
    if label:
        attributes["label"] = _text(label)
    return attributes


def _legend(graph: Any, drawn: Sketch, direction: Direction) -> None:
    """What colours, marks and outlines mean, as far as they occur, in a row."""
    boxes = drawn.boxes.values()
    sizes = sorted((box.magnitude for box in boxes if box.magnitude is not None), key=lambda x: (x != x, x))
    steps = list(dict.fromkeys(map(step_of, sizes)))
    keys = [
        {"label": _text(f"{mark} {words}".strip()), "fillcolor": fill, "style": "filled", "color": fill}
        for fill, mark, words in steps
    ]
    roles = [role for role in OUTLINES if any(box.role == role for box in boxes)]
    keys += [{"label": _text(OUTLINES[role][1]), "fillcolor": PLAIN, **OUTLINES[role][0]} for role in roles]
    what = "gradient’s size" if drawn.scalar else "gradient’s size (root mean square)"
    with graph.subgraph(name="cluster_legend") as part:
        part.attr(label=_text(what if steps else "outlines"), style="rounded", color="#d8dce4", fontcolor=SOFT)
        part.attr(fontsize="10", margin="6", labelloc="t", rank="same" if direction == "TB" else "")
        part.attr("node", fontsize="9.5", height="0.2", margin="0.12,0.04", fontcolor=INK)
        for number, key in enumerate(keys):
            part.node(f"legend{number}", id=f"legend{number}", tooltip=" ", **key)
        for number in range(1, len(keys)):
            part.edge(f"legend{number - 1}", f"legend{number}", style="invis")


def _text(*lines: str) -> str:
    """Lines as a label that means itself: no escapes, no entities, and no markup even where it looks like some."""
    graphviz = require("graphviz", "viz")
    text = "\n".join(map(printable, lines)).replace("\\", "\\\\").replace("&", "&amp;").replace("\n", "\\n")
    plain: str = graphviz.nohtml(text)
    return plain
