"""Which module each node of a graph was made in, found by watching a call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd.functional.trees import leaves
from autograd.graph.hooks import forward_hook
from autograd.graph.node import Node
from autograd.graph.order import topological_order


class Calls:
    """The module calls of one run, in the order in which they ended: inner ones first."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._calls: list[tuple[tuple[str, ...], list[Node], list[Node]]] = []
        self._children: dict[int, str] = {}
        self._taken: dict[tuple[str, ...], int] = {}

    def run(self, function: Callable[[], Any]) -> Any:
        """Call a function, watching."""
        with forward_hook(self._watch):
            return function()

    def groups(self) -> dict[Node, tuple[str, ...]]:
        """The modules that each node of the graph was made in, the outermost first; parameters are their module's."""
        found: dict[Node, tuple[str, ...]] = {}
        for path, given, made in self._calls:
            outside = set(topological_order(*given))
            stack = list(made)
            while stack:
                node = stack.pop()
                if node in outside or not isinstance(node, Node):
                    continue
                outside.add(node)
                found.setdefault(node, path)  # by an inner module already, or here
                stack += [x for x in node.inputs if isinstance(x, Node)]
        return found

    def _watch(self, module: Any, forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        kind = type(module).__name__
        name = self._children.get(id(module))
        for child_name, child in module.named_children():
            self._children[id(child)] = child_name
        self._names.append(kind if name is None else f"{name}: {kind}")
        path = tuple(self._names)
        times = self._taken[path] = self._taken.get(path, 0) + 1
        if times > 1:  # the same module once more
            self._names[-1] += f" (call {times})"
            path = tuple(self._names)
        try:
            result = forward(*args, **kwargs)
        finally:
            self._names.pop()
        nodes = [[x for x in leaves(tree) if isinstance(x, Node)] for tree in ((args, kwargs), result)]
        self._calls.append((path, nodes[0], nodes[1]))
        return result
