"""Networks as cards: a module, or a layer of Values, as one box with what goes in and out, its size, and its gradients.

The groups come from the modules that were watched, or from labels such as "layer 1, neuron 3, w2".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from autograd.drawing.sketch import DIGITS, Arrow, Box, Sketch
from autograd.explaining.notation import number_text
from autograd.graph.node import Node

Path = tuple[str, ...]
FEW = 24  # up to so many nodes are shown in full where their group is opened
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
    drawn: Sketch, order: Sequence[Node], groups: Mapping[Node, Path], depth: int, expand: str | Collection[str]
) -> None:
    """Make one box of each group that lies deeper than ``depth`` and is not opened by ``expand``.

    A group that is named, by its own name or with those of the groups around it, is shown in full where that is few
    boxes; a larger one by the groups in it, each as a card that can be opened in turn.
    """
    expanded = {expand} if isinstance(expand, str) else set(expand)
    sizes = Counter(box.group[:end] for box in drawn.boxes.values() for end in range(1, len(box.group) + 1))

    def named(path: Path) -> bool:
        return not expanded.isdisjoint({path[-1], path[-1].partition(":")[0], ", ".join(path)})

    def opened(path: Path) -> bool:
        if named(path) or any(text.startswith(f"{', '.join(path)}, ") for text in expanded):
            return True
        around = (path[:end] for end in range(depth, len(path)))
        return any(named(group) and sizes[group] <= FEW for group in around)

    paths = {}
    for key, box in drawn.boxes.items():
        groups_of_box = (box.group[:end] for end in range(max(1, depth), len(box.group) + 1))
        hidden = next((group for group in groups_of_box if not opened(group)), None)
        if hidden is not None:
            paths[key] = hidden
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
    hint = f"{len(boxes)} nodes; draw(…, expand={', '.join(path)!r}) opens it"
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
    through = (node.rule for node in inside if node.rule is not None and len(node.inputs) == 1)
    functions = sorted({rule.symbol for rule in through if rule.elementwise and rule.symbol.isalpha()})
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
