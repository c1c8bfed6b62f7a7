"""Copies of graphs, by `copy` and `pickle`: everything below a node, without recursion.

Within a derivative, ``copy.deepcopy(x)`` of a variable is the variable, or its gradient would be 0 in silence.
"""

from __future__ import annotations

from typing import Any, Self

from autograd.errors import GraphError
from autograd.graph.changes import check_unchanged
from autograd.graph.differentiable import Differentiable
from autograd.graph.node import ACTIVE, NO_ATTRS, Node, new_node
from autograd.graph.order import topological_order
from autograd.rules.primitive import Primitive


class Copying(Differentiable):
    """A node that can be copied and pickled, together with what it depends on."""

    __slots__ = ()

    def __copy__(self) -> Self:
        return self if self.attrs is ACTIVE else self._copy(self.inputs)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        for node in _unchanged_order(self):
            if id(node) not in memo:
                memo[id(node)] = (
                    node if node.attrs is ACTIVE else node._copy(tuple(memo.get(id(x), x) for x in node.inputs))
                )
        copy: Self = memo[id(self)]
        return copy

    def __reduce__(self) -> tuple[Any, ...]:
        order = [node for node in _unchanged_order(self) if node.rule is not None]
        place = {node: i for i, node in enumerate(order)}
        if self.attrs is ACTIVE:
            raise GraphError("a pickle of a variable within a derivative would lose its gradient: use x.data")
        if not order:
            return _leaf, (type(self), self._state())
        steps = [
            (
                type(node),
                node.rule,
                [(True, place[x]) if isinstance(x, Node) and x in place else (False, x) for x in node.inputs],
                node.attrs,
                node._state(),
            )
            for node in order
        ]
        return _rebuild, (steps,)

    def _state(self) -> tuple[Any, ...]:
        return (self._raw, self._grad, self.label, self.requires_grad)

    def _restore(self, state: tuple[Any, ...]) -> None:
        self._raw, self._grad, self.label, self.requires_grad = state  # type: ignore[misc]  # each kind has it


def _unchanged_order(node: Node) -> list[Any]:
    # A copy has no memory of when its data was set, so what is out of date must not be copied.
    order = topological_order(node)
    if node.rule is not None:
        check_unchanged(order)
    return order


def _leaf(
    cls: type[Copying],
    state: tuple[Any, ...],
    rule: Primitive | None = None,
    inputs: tuple[Any, ...] = (),
    attrs: dict[str, Any] | None = None,
) -> Copying:
    node = new_node(cls, None, rule, inputs, attrs or NO_ATTRS, False)
    node._restore(state)
    return node


def _rebuild(steps: list[tuple[Any, ...]]) -> Copying:
    made: list[Copying] = []
    for cls, rule, inputs, attrs, state in steps:
        parents = tuple(made[x] if is_step else x for is_step, x in inputs)
        made.append(_leaf(cls, state, rule, parents, attrs))
    return made[-1]
