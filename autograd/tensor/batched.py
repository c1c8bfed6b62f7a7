"""Many Tensors as one: what a derivative's rules are given where it is found for many directions in one pass.

To a rule it has the shape of one of them. What is done to it is done to all, by `autograd.rules.batching`, on plain
arrays, or on nodes where the work is recorded. So the rules of the book need to know nothing of it; and no other code
ever sees one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Never

import numpy as np

from autograd.graph.backward import zero_where_not_taken
from autograd.graph.node import NO_ATTRS, Node
from autograd.numpy.shapes import stack
from autograd.rules.batching import aligned, batched, repeated
from autograd.rules.primitive import Primitive
from autograd.tensor.operands import for_complex
from autograd.tensor.tensor import Tensor


class Batched(Tensor):
    """An array or a Tensor whose first axis is no axis of its entries.

    Attributes:
        whole: All entries.
    """

    __slots__ = ("whole",)
    whole: Any
    carries = many = True
    # What it would be asked for as a node: it is a constant.
    _grad = None
    rule = None
    inputs = ()
    attrs = NO_ATTRS
    requires_grad = False

    @staticmethod
    def _apply(rule: Primitive, inputs: Sequence[Any], attrs: dict[str, Any]) -> Any:
        which = [x.__class__ is Batched for x in inputs]
        wholes = [x.whole if m else x for x, m in zip(inputs, which, strict=True)]
        if not rule.analytic:
            rule = for_complex(rule, wholes)
        found = batched(rule, wholes, which, attrs)
        if found is not None:
            return many(found)
        return inputs[which.index(True)].each(lambda *entries: rule(*entries, **attrs), inputs)

    def each(self, function: Callable[..., Any], inputs: Sequence[Any]) -> Batched:
        """What a function gives for one entry after the other, of those inputs which have several."""
        rows = range(len(self.whole))
        return many(_stacked([function(*[x.whole[i] if x.__class__ is Batched else x for x in inputs]) for i in rows]))

    def _zero_where_not_taken(self, g: Any) -> Any:
        axes = max(self.ndim, g.ndim)
        return many(zero_where_not_taken(*[aligned(whole_of(x, len(self.whole)), axes) for x in (g, self)]))

    def _refuse(self, *_: Any, **__: Any) -> Never:
        raise TypeError("this stands for many Tensors, of which a derivative's rules may not ask for one number")

    __bool__ = __float__ = __int__ = __array__ = __dlpack__ = item = tolist = _refuse
    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _refuse
    __hash__ = Node.__hash__
    data = property(_refuse)
    __array_ufunc__ = None  # type: ignore[assignment]  # an array beside it leaves the operation to it


def many(whole: Any) -> Batched:
    """Entries along the first axis of an array or a Tensor, as one."""
    made = object.__new__(Batched)
    made.whole = whole
    made._raw = (whole._raw if isinstance(whole, Node) else whole)[0]
    return made


def whole_of(x: Any, size: int) -> Any:
    """All entries of what may be the same for each."""
    return x.whole if x.__class__ is Batched else repeated(x, size)


def _stacked(rows: Sequence[Any]) -> Any:
    return stack(rows) if any(isinstance(row, Node) for row in rows) else np.stack(rows)
