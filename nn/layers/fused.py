"""The whole sequence of a recurrent layer as one node.

Step by step, a sequence is some twenty nodes a step, and a gradient of the weights to add at each. In one node, the
weights of all gates make one product a step, and their gradient is one product over all steps. Kept is what the way
back needs, as a node that no gradient goes through. The way back is a node, too, whose own derivatives are those of
the composed steps: so they hold to any order, and the quick way is written once in each direction.

Layouts: ``x``, what the inputs say to the gates, ``(batch, steps, gates · size)``; ``weight``, by which the state
speaks to them, ``(gates · size, size)``; the state's parts ``(batch, size)``.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, ClassVar

import numpy as np

import autograd as ag

__all__ = ["before_each_step", "columns", "entries", "pieces"]

Shares = Sequence[Callable[..., Any]]


def entries(
    name: str, keep: Callable[..., Any], results: Sequence[tuple[str, Callable[..., Any]]],
    back: Callable[..., Any], composed: Callable[..., Any], shares: Shares,
) -> Callable[..., tuple[Any, ...]]:  # fmt: skip
    """A layer's sequence as a function of its inputs, of which x is the first and the state the last.

    Args:
        name: What the entries are called by.
        keep: From the inputs to all that is kept, as one array.
        results: For each result its name, and how it is picked from what is kept and the inputs. The first has an axis
            of steps, ``(batch, steps, size)``, and others have none.
        back: From the gradient for a result, what is kept, and the inputs to gradients that the shares are made of.
        composed: Whatever ``back`` gives, from that gradient and the inputs, in functions that have derivatives.
        shares: For each input, its gradient from what ``back`` gives, the first result, and the inputs.
    """
    count = len(shares)
    # What is kept has a place in the graph, so that a program made from it computes it anew, and no slope of its own.
    kept = _Entry(f"{name}_steps", keep, (_never,) * count, jvp=(None,) * count, doc="all that the steps compute")

    def second(position: int) -> Callable[..., Any]:
        def rule(direction: Any, _: Any, g: Any, __: Any, *inputs: Any) -> Any:
            return ag.make_vjp(composed, position)(g, *inputs)[0](direction)

        return rule

    rules = (second(0), None, *(second(1 + i) for i in range(count)))
    gradient = _Entry(f"{name}_gradient", back, rules, doc="what a sequence's gradients are made of")
    once = _Once(back)

    def share(position: int) -> Callable[..., Any]:
        def rule(g: Any, y: Any, memory: Any, *inputs: Any) -> Any:
            states = y if len(y.shape) == 3 else picks[0](memory, *inputs)
            found = (once if isinstance(g, np.ndarray) else gradient)(g, memory, *inputs)
            return shares[position](found, states, *inputs)

        return rule

    own = (None, *map(share, range(count)))
    picks = [_Entry(each, pick, own, doc=f"a result of {name}") for each, pick in results]

    def sequence(*inputs: Any) -> tuple[Any, ...]:
        memory = kept(*inputs)
        return tuple(pick(memory, *inputs) for pick in picks)

    return sequence


def _never(*_: Any) -> Any:
    """The gradient by way of what is kept, which no result asks for."""
    raise NotImplementedError


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


def pieces(flat: Any, *shapes: tuple[int, ...]) -> list[Any]:
    """Arrays of these shapes that lie one after the other in one."""
    found, start = [], 0
    for shape in shapes:
        size = math.prod(shape)
        found.append(flat[start : start + size].reshape(*shape))
        start += size
    return found


def columns(x: Any, count: int) -> Any:
    """The parts of a matrix that stand beside each other, without a copy; `numpy.split` takes ten times as long."""
    return x.reshape(len(x), count, x.shape[1] // count).swapaxes(0, 1)


def before_each_step(states: Any, h: Any) -> Any:
    """The state before each step, a row for each step of each sequence."""
    return ag.concatenate([h[:, None], states[:, :-1]], axis=1).reshape(-1, h.shape[1])
