"""A sketch as Mermaid text, which GitHub, GitLab and JupyterLab draw: the forward pass and the backward pass."""

from __future__ import annotations

from autograd.drawing.look import step_of
from autograd.drawing.sketch import Box, Sketch, printable

# Opening and closing brackets of each role's outline.
SHAPES = {
    "leaf": ('["', '"]'),
    "input": ('[/"', '"/]'),
    "constant": ('("', '")'),
    "computed": ('(["', '"])'),
    "output": ('[["', '"]]'),
    "group": ('[("', '")]'),
}


def mermaid(drawn: Sketch, direction: str) -> str:
    """Mermaid's text for a sketch, with forward edges and backward edges as two subgraphs.

    Values stand in the first, gradients in the second; an arrow of the second carries the local derivative, or what
    hovering shows for arrays.
    """
    lines = [f"flowchart {direction}", '  subgraph forward["forward: values"]', f"    direction {direction}"]
    lines += [
        f"    {_node(box, 'f', box.texts[:-1] if _has_gradient(box) else box.texts)}" for box in drawn.boxes.values()
    ]
    for arrow in drawn.arrows:
        times = f'|"{_escaped(f"×{arrow.count:,}")}"|' if arrow.count > 1 else ""
        lines.append(f"    f_{arrow.tail} -->{times} f_{arrow.head}")
    lines.append("  end")
    back = [arrow for arrow in drawn.arrows if arrow.flows]
    if back:
        ends = {key for arrow in back for key in (arrow.tail, arrow.head)}
        lines += ['  subgraph backward["backward: gradients"]', f"    direction {direction}"]
        for key in drawn.boxes:
            if key in ends:
                box = drawn.boxes[key]
                lines.append(f"    {_node(box, 'b', (box.texts[0], box.texts[-1]))}")
        for arrow in back:
            label = arrow.label or arrow.hint.partition(": ")[2]
            text = f'|"{_escaped(label)}"|' if label else ""
            lines.append(f"    b_{arrow.head} -.->{text} b_{arrow.tail}")
        lines.append("  end")
        for key in sorted(ends):
            fill = step_of(drawn.boxes[key].magnitude)[0]
            lines.append(f"  style b_{key} fill:{fill},stroke:#1d2430,color:#1d2430")
    return "\n".join(lines) + "\n"


def _has_gradient(box: Box) -> bool:
    return box.role != "constant" and "grad" in box.lines[-1][:5]


def _node(box: Box, side: str, lines: tuple[str, ...]) -> str:
    before, after = SHAPES[box.role]
    return f"{side}_{box.key}{before}{'<br>'.join(map(_escaped, lines))}{after}"


def _escaped(text: str) -> str:
    """A text in which nothing is Mermaid's, Markdown's or HTML's: everything but letters, digits and a few by its code.

    Example:
        >>> _escaped("a <b> 2.5")
        'a #60;b#62; 2.5'
    """
    line = " ".join(printable(text).split())
    return "".join(c if c.isalnum() or c in " .,+−–=×·÷σΣ∂/²" else f"#{ord(c)};" for c in line)
