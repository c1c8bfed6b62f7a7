"""What a picture's colours, marks, outlines and edges mean, as far as they occur: a few lines below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from autograd.drawing.look import COLOURS, INK, LINE, NOT_A_NUMBER, ORIGIN, OUTLINES, PLAIN, SOFT, step_of
from autograd.drawing.markup import Markup, chip, row, words
from autograd.drawing.sketch import Sketch

WIDTHS = {"LR": 84, "TB": 56}  # characters in a row
SMALL = {"point-size": "9", "color": INK}
SAID = {"point-size": "9", "color": SOFT}
Cell = TypeVar("Cell")


def legend_rows(drawn: Sketch, direction: str) -> Iterator[Markup]:
    """Rows of a label, none of them wider than most pictures are."""
    steps, outlines = _steps(drawn), _outlines(drawn)
    cells = [(_size(drawn), words(_size(drawn), **SAID))] if steps else []
    for fill, mark, meaning in steps:
        text = f"{mark} {meaning}".strip()
        cells.append((text, chip(text, SMALL, bgcolor=fill, color=LINE, border="1")))
    cells += [(meaning, chip(meaning, SMALL, **_as_table(look))) for look, _, meaning in outlines]
    texts = list(_of_edges(drawn))
    cells += [(text, words(("" if i == 0 else "·  ") + text, **SAID)) for i, text in enumerate(texts)]
    yield from map(row, _wrapped(cells, WIDTHS[direction]))


def legend_lines(drawn: Sketch, direction: str) -> list[str]:
    """The same in words alone."""
    steps = [f"{mark or COLOURS[fill]} {meaning}" for fill, mark, meaning in _steps(drawn)]
    texts = [f"{_size(drawn)}: {', '.join(steps)}"] if steps else []
    texts += [f"{look}: {meaning}" for _, look, meaning in _outlines(drawn)]
    texts += _of_edges(drawn)
    return ["  ·  ".join(line) for line in _wrapped([(text, text) for text in texts], WIDTHS[direction])]


def _wrapped(cells: Iterable[tuple[str, Cell]], longest: int) -> Iterator[list[Cell]]:
    line: list[Cell] = []
    width = 0
    for text, cell in cells:
        if line and width + len(text) + 4 > longest:
            yield line
            line, width = [], 0
        line.append(cell)
        width += len(text) + 4
    if line:
        yield line


def _size(drawn: Sketch) -> str:
    return "gradient’s size" if drawn.scalar else "gradient’s size, root mean square"


def _steps(drawn: Sketch) -> list[tuple[str, str, str]]:
    boxes = drawn.boxes.values()
    sizes = sorted((box.magnitude for box in boxes if box.magnitude is not None), key=lambda x: (x != x, x))
    return list(dict.fromkeys([*map(step_of, sizes), *(NOT_A_NUMBER for box in boxes if not box.finite)]))


def _outlines(drawn: Sketch) -> list[tuple[dict[str, str], str, str]]:
    boxes = drawn.boxes.values()
    found = [OUTLINES[role] for role in OUTLINES if any(box.role == role for box in boxes)]
    return [*found, *([ORIGIN] if any(box.begins for box in boxes) else [])]


def _of_edges(drawn: Sketch) -> Iterator[str]:
    if any(arrow.label for arrow in drawn.arrows):
        yield "number on an edge: local derivative"
    if any(arrow.share for arrow in drawn.arrows):
        yield "thickness and %: share of the gradient"
    if any(arrow.count > 1 for arrow in drawn.arrows):
        yield "×n on an edge: n edges"
    if any(not arrow.flows for arrow in drawn.arrows):
        yield "dashed edge: no gradient"


def _as_table(look: dict[str, str]) -> dict[str, str]:
    """Graphviz's attributes of a node's outline as those of a table's."""
    style = look.get("style", "")
    found = {"bgcolor": PLAIN, "color": look.get("color", INK), "border": "2" if float(look["penwidth"]) > 2 else "1"}
    if "rounded" in style or "dashed" in style:
        found["style"] = "dashed" if "dashed" in style else "rounded"
    if "peripheries" in look:
        found["double"] = ""
    return found
