"""The whole sequence of a recurrent layer as one node.

Step by step, a sequence is some twenty nodes a step, and a gradient of the weights to add at each. In one node, what
the inputs say to all gates is computed before the first step, and the gradient of the weights is one product after the
last. Kept is what the way back needs, as a node that no gradient goes through. The way back is a node, too, whose own
derivatives are those of the composed steps: so they hold to any order, and the quick way is written once in each
direction.

The inputs are ``x``, ``(batch, steps, inputs)``; the weights ``(gates · size, inputs)`` and biases ``(gates · size,)``
by which it speaks to the gates; the weights ``(gates · size, size)`` by which the state does; the first state h,
``(batch, size)``; and what a layer has beside these. Inside, steps come first, and then gates: next to the products,
time goes where memory is read in many pieces.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, ClassVar

import numpy as np

import autograd as ag

__all__ = [
    "ALONE", "MANY", "as_given", "by_gate", "entries", "for_bias", "for_state", "for_weight", "for_weight_of_state",
    "for_x",
]  # fmt: skip

# From so many rows on, a product is done sooner by weights that were turned in memory, turning them included.
MANY = 8
# Multiplications of a product that OpenBLAS does in the thread that asks for it.
ALONE = (1 << 19) - 1

Layout = Callable[[int, int, int, int], Sequence[tuple[int, ...]]]


def entries(
    name: str, keep: Callable[..., None], results: Sequence[tuple[str, Callable[..., Any]]], back: Callable[..., None],
    composed: Callable[..., list[Any]], shares: Sequence[Callable[..., Any]], *, kept: Layout, found: Layout,
) -> Callable[..., tuple[Any, ...]]:  # fmt: skip
    """A layer's sequence as a function of its inputs.

    Args:
        name: What the entries are called by.
        keep: Fills in what is kept, from the inputs.
        results: For each result its name, and the parts of what is kept that it is, one below the other. The first has
            an axis of steps, ``(batch, steps, size)``, and others have none.
        back: Fills in what the shares are made of, from the gradient for a result, what is kept, and the inputs.
        composed: The same from that gradient and the inputs, in functions that have derivatives.
        shares: For each input, its gradient from what ``back`` gives, the result, and the inputs.
        kept: The shapes of the parts of what is kept, from batch, steps, inputs and size.
        found: Those of what ``back`` gives. For `for_x` and its like, the first is the gradient for what inputs
            say to the gates, ``(steps, batch, gates · size)``.
    """
    count = len(shares)

    @_into(kept, count)
    def keep_all(*inputs: Any, out: Any) -> None:
        keep(_parts(out, kept, inputs), *inputs)

    @_into(found, count)
    def way_back(g: Any, memory: Any, *inputs: Any, out: Any) -> None:
        back(_parts(out, found, inputs), g, _parts(memory, kept, inputs), inputs)

    def as_one(g: Any, *inputs: Any) -> Any:
        return ag.concatenate([part.reshape(-1) for part in composed(g, *inputs)], axis=0)

    def second(position: int) -> Callable[..., Any]:
        def rule(direction: Any, _: Any, g: Any, __: Any, *inputs: Any) -> Any:
            return ag.make_vjp(as_one, position)(g, *inputs)[0](direction)

        return rule

    # What is kept has a place in the graph, so that a program made from it computes it anew, and no slope of its own.
    nothing = (_never,) * count, (None,) * count
    memory_of = _Entry(f"{name}_steps", keep_all, nothing[0], jvp=nothing[1], into=True, doc="all that steps compute")
    rules = (second(0), None, *(second(1 + i) for i in range(count)))
    gradient = _Entry(f"{name}_gradient", way_back, rules, into=True, doc="what the gradients are made of")
    once = _Once(way_back)

    def share(position: int) -> Callable[..., Any]:
        def rule(g: Any, y: Any, memory: Any, *inputs: Any) -> Any:
            arrays = isinstance(g, np.ndarray) and isinstance(memory, np.ndarray)
            made = (once if arrays else gradient)(g, memory, *inputs)
            return shares[position](_parts(made, found, inputs), y, inputs)

        return rule

    def picked(pick: Callable[..., Any]) -> Callable[..., Any]:
        def array(memory: Any, *inputs: Any, out: Any = None) -> Any:
            return np.concatenate(pick(_parts(memory, kept, inputs), *inputs), out=out)

        return array

    own = (None, *map(share, range(count)))
    picks = [_Entry(result, picked(pick), own, into=True, doc=f"a result of {name}") for result, pick in results]

    def sequence(*inputs: Any) -> tuple[Any, ...]:
        memory = memory_of(*inputs)
        return tuple(pick(memory, *inputs) for pick in picks)

    return sequence


def _never(*_: Any) -> Any:
    """The gradient by way of what is kept, which no result asks for."""
    raise NotImplementedError


def _shapes(layout: Layout, inputs: Sequence[Any]) -> Sequence[tuple[int, ...]]:
    x, h = inputs[0], inputs[4]
    return layout(x.shape[0], x.shape[1], x.shape[2], h.shape[1])


def _parts(flat: Any, layout: Layout, inputs: Sequence[Any]) -> list[Any]:
    """Arrays of a layout's shapes, which lie one after the other in one."""
    found, start = [], 0
    for shape in _shapes(layout, inputs):
        size = math.prod(shape)
        found.append(flat[start : start + size].reshape(*shape))
        start += size
    return found


def _into(layout: Layout, count: int) -> Callable[[Callable[..., None]], Callable[..., Any]]:
    """That a function fills an array of its last inputs' layout: a new one, or ``out``."""

    def filling(fill: Callable[..., None]) -> Callable[..., Any]:
        def array(*inputs: Any, out: Any = None) -> Any:
            if out is None:
                shapes = _shapes(layout, inputs[-count:])
                out = ag.Primitive.result(None, (sum(map(math.prod, shapes)),), np.result_type(*inputs))
            fill(*inputs, out=out)
            return out

        return array

    return filling


class _Entry(ag.Primitive):
    """A primitive that stands in no book of the engine's, and is pickled by its name."""

    known: ClassVar[dict[str, _Entry]] = {}

    def __init__(self, name: str, *rest: Any, **details: Any) -> None:
        super().__init__(name, *rest, **details)
        self.known[name] = self

    def __reduce__(self) -> tuple[Any, ...]:
        return _entry, (self.name,)


def _entry(name: str) -> _Entry:
    """The entry of that name, once the layers' modules are there."""
    import_module("nn")
    return _Entry.known[name]


class _Once:
    """The way back of a graph, remembered until the graph is gone or asks with another g: all inputs ask one by one.

    Nothing that a graph still needs may change, so what is kept of the way there stands for all inputs.
    """

    def __init__(self, back: Callable[..., Any]) -> None:
        self._back = back
        self._known: tuple[Any, Any, Any] = (lambda: None, None, None)

    def __call__(self, g: Any, memory: Any, *inputs: Any) -> Any:
        known, asked, found = self._known
        if known() is not memory or not np.array_equal(asked, g):
            found = self._back(g, memory, *inputs)
            self._known = weakref.ref(memory, self._forget), g.copy(), found
        return found

    def _forget(self, ended: Any) -> None:
        if self._known[0] is ended:
            self._known = (lambda: None, None, None)


# ---- the way there ---------------------------------------------------------------------------------------------------


def by_gate(weight: Any, signs: Sequence[int], rows: int) -> Any:
    """The weights of each gate, from inputs to outputs, times its sign: where −x is asked for, it takes no pass.

    They are put in that order in memory where many rows are multiplied by them at a time.
    """
    split = weight.reshape(len(signs), len(weight) // len(signs), weight.shape[1])
    turned = np.multiply(split, np.reshape(signs, (-1, 1, 1)), dtype=weight.dtype).swapaxes(1, 2)
    return np.ascontiguousarray(turned) if rows >= MANY else turned


def as_given(x: Any, weight: Any, bias: Any, signs: Sequence[int]) -> tuple[Any, Any]:
    """What is multiplied to have what the inputs say, ``(steps, 1, batch, …)`` and `by_gate`: a 1 brings the biases."""
    batch, steps, inputs = x.shape
    given = np.ones((steps, 1, batch, inputs + 1), x.dtype)
    given[:, 0, :, :-1] = x.swapaxes(0, 1)
    return given, by_gate(np.concatenate([weight, bias[:, None]], axis=1), signs, batch)


# ---- the way back ----------------------------------------------------------------------------------------------------


def _rows(y: Any) -> Any:
    """A row for each sequence of each step."""
    return y.reshape(y.shape[0] * y.shape[1], y.shape[2])


def for_x(found: Any, _: Any, inputs: Sequence[Any]) -> Any:
    """The gradient for x."""
    x, weight = inputs[:2]
    return (_rows(found[0]) @ weight).reshape(x.shape[1], x.shape[0], x.shape[2]).transpose(1, 0, 2)


def for_weight(found: Any, _: Any, inputs: Sequence[Any]) -> Any:
    """The gradient for the weights of x."""
    return _rows(found[0]).T @ _rows(inputs[0].transpose(1, 0, 2))


def for_bias(found: Any, *_: Any) -> Any:
    """The gradient for the biases."""
    return ag.sum(_rows(found[0]), axis=0)


def for_weight_of_state(found: Any, states: Any, inputs: Sequence[Any], place: int = 0) -> Any:
    """The gradient for the weights of the state, from that for what it says, which has a place among what is found."""
    return _rows(found[place]).T @ _rows(ag.concatenate([inputs[4][None], states.transpose(1, 0, 2)[:-1]], axis=0))


def for_state(found: Any, _: Any, inputs: Sequence[Any]) -> Any:
    """The gradient for the first h, where all that it does is to speak to the gates."""
    return found[0][0] @ inputs[3]
