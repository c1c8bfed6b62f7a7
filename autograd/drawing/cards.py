"""Networks as cards: a module, or a layer of Values, as one box with what goes in and out, its size, and its gradients.

The groups come from the modules that were watched, or from labels such as "layer 1, neuron 3, w2".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from autograd.drawing.sketch import DIGITS, Arrow, Box, Sketch
from autograd.explaining.notation import number_text
from autograd.graph.node import Node

Path = tuple[str, ...]
_LABEL = re.compile(r"((?:\w+ \d+, )+)\w+")


def labelled_groups(order: Sequence[Node]) -> dict[Node, Path]:
    """The groups that labels tell of, and what is computed in them.

    What takes a group's parameters belongs to it, and so does what is made of several parts of it, and the function
    that its result goes through.

    Example:
        >>> import autograd as ag
        >>> w, x = ag.Value(2.0, label="layer 1, neuron 3, w2"), ag.Value(1.0, label="x")
        >>> list(labelled_groups(ag.topological_order((w * x).tanh() + 1)).values())
        [('layer 1', 'neuron 3'), ('layer 1', 'neuron 3'), ('layer 1', 'neuron 3')]
    """
    found: dict[Node, Path] = {}
    parameters: set[Node] = set()
    for node in order:
        if node.rule is None:
            if match := _LABEL.fullmatch(node.label or ""):
                found[node] = tuple(match[1].removesuffix(", ").split(", "))
                parameters.add(node)
            continue
        parents = [x for x in node.inputs if isinstance(x, Node)]
        own = [found[x] for x in parents if x in parameters]
        shared = {found.get(x, ()) for x in parents}
        if own:
            found[node] = _common(own)
        elif node is not order[-1] and len(shared) == 1 and (len(parents) > 1 or len(node.inputs) == 1):
            found[node] = shared.pop()
    return {node: path for node, path in found.items() if path}


def _common(paths: Sequence[Path]) -> Path:
    same = 0
    while all(len(path) > same and path[same] == paths[0][same] for path in paths):
        same += 1
    return paths[0][:same]


def collapse(
    drawn: Sketch, order: Sequence[Node], groups: Mapping[Node, Path], depth: int, expand: Collection[str]
) -> None:
    """Make one box of each group that lies deeper than ``depth`` and is not named in ``expand``."""
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
        if hidden:
            paths[key] = box.group[: hidden[0] + 1]
    members: dict[Path, list[Box]] = {}
    for key, path in paths.items():
        members.setdefault(path, []).append(drawn.boxes[key])
    new_key = {path: f"m{number}" for number, path in enumerate(members)}
    for path, boxes in members.items():
        drawn.boxes[new_key[path]] = _card(new_key[path], path, boxes, order, groups)
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


def _card(key: str, path: Path, boxes: Sequence[Box], order: Sequence[Node], groups: Mapping[Node, Path]) -> Box:
    sizes = [box.magnitude for box in boxes if box.magnitude is not None]
    largest = max(sizes, default=None)
    gradient = "grad –" if largest is None else f"|grad| up to {number_text(largest, DIGITS)}"
    inside = {node for node, group in groups.items() if group[: len(path)] == path}
    lines = (path[-1], *_ends(inside, order), *_size(inside), gradient)
    finite, begins = all(box.finite for box in boxes), frozenset[str]().union(*(box.begins for box in boxes))
    hint = f"{len(boxes)} nodes; draw(…, expand=[{path[-1].partition(':')[0]!r}]) shows them"
    return Box(key, lines, "group", largest, hint, path[:-1], finite, begins)


def _ends(inside: set[Node], order: Sequence[Node]) -> list[str]:
    """What goes in and what comes out, and the functions on the way: "2 → 8, relu"."""
    given: dict[Node, None] = {}
    used: dict[Node, None] = {}
    for node in order:
        for x in node.inputs:
            if isinstance(x, Node) and (node in inside) != (x in inside):
                (given if node in inside else used)[x] = None
    if order[-1] in inside:
        used[order[-1]] = None
    through = [
        node.rule for node in inside if node.rule is not None and len(node.inputs) == 1 and node.rule.elementwise
    ]
    functions = sorted({rule.symbol for rule in through})
    if order[-1].kind == "scalar":
        numbers = (sum(not isinstance(x, Node) for x in node.inputs) for node in inside if node.rule and node.rule.pull)
        ends = [str(len(given) + max(numbers, default=0)), str(len(used))]
    else:
        data = [x for x in inside if x.rule is None and not x.requires_grad and np.ndim(x._raw)]  # a plain array, given
        ends = [_shapes([*given, *data]), _shapes(used)]
    return [", ".join([" → ".join(filter(None, ends)), *functions])]


def _shapes(nodes: Collection[Node]) -> str:
    shapes = list(dict.fromkeys(str(np.shape(node._raw)) for node in nodes))
    return ", ".join(shapes[:2]) + (", …" if len(shapes) > 2 else "")


def _size(inside: set[Node]) -> list[str]:
    count = sum(int(np.size(node._raw)) for node in inside if node.rule is None and node.requires_grad)
    return [f"{count:,} parameter{'' if count == 1 else 's'}"] if count else []
