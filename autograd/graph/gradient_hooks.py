"""Functions that are called with a node's gradient as soon as it is complete."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import ref

import numpy as np

from autograd.errors import ShapeError
from autograd.graph.node import Node, describe

GradientHook = Callable[[Any], Any]

# The hooks of all nodes that have some, by the node's identity. A pass asks once whether there are any, so that nobody
# else pays for them. (A dict with weak keys asks nodes whether they are equal, and Tensors answer with an array.)
HOOKS: dict[int, list[GradientHook]] = {}
_alive: dict[int, ref[Node]] = {}


class HookHandle:
    """What takes a hook away again."""

    def __init__(self, node: Node, hook: GradientHook) -> None:
        self._node, self._hook = ref(node), hook

    def remove(self) -> None:
        """Call the hook no more; once it is away, this does nothing."""
        node = self._node()
        hooks = [] if node is None else HOOKS.get(id(node), [])
        if self._hook in hooks:
            hooks.remove(self._hook)
        if node is not None and not hooks:
            _forget(id(node))


def register(node: Node, hook: GradientHook) -> HookHandle:
    """See `autograd.graph.differentiable.Differentiable.register_hook`."""
    key = id(node)
    if key not in HOOKS:
        HOOKS[key], _alive[key] = [], ref(node, lambda _: _forget(key))
    HOOKS[key].append(hook)
    return HookHandle(node, hook)


def _forget(key: int) -> None:
    HOOKS.pop(key, None)
    _alive.pop(key, None)


def through_hooks(node: Node, gradient: Any, create_graph: bool) -> Any:
    """A complete gradient, or what the node's hooks put in its place.

    Raises:
        ShapeError: A hook gave another shape.
    """
    for hook in tuple(HOOKS.get(id(node), ())):
        shown: Any = node._as_gradient(gradient, create_graph)
        found = hook(shown)
        if found is None:
            continue
        raw = found._raw if isinstance(found, Node) else found
        if np.shape(raw) != np.shape(node._raw):
            raise ShapeError(
                f"a hook on {describe(node)} of shape {np.shape(node._raw)} gave a gradient of shape {np.shape(raw)}: "
                "return one of the node's own shape, or None"
            )
        if create_graph:
            gradient = found if isinstance(found, Node) else node._as_gradient(node._unbroadcast(found), True)
        else:
            gradient = node._unbroadcast(np.asarray(raw))
    return gradient
