"""One computation in single numbers and in arrays: which entry of which array each number is.

Both graphs are walked from their ends, side by side, by what their rules do: y = b + w₁x₁ + w₂x₂ is an entry of
X W + b, and a sum of many numbers that of an array. Where they go on differently, the walk ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd.graph.node import Node

Entry = tuple[Node, tuple[int, ...]]
_MOVES = ("astype", "broadcast_to", "getitem", "reshape", "transpose")  # an entry of the result is one of the input


def entries(number: Node, array: Node) -> dict[Node, Entry]:
    """For each number below ``number``, the entry of an array below ``array`` that it is.

    Args:
        number: The result of a graph of Values.
        array: That of a graph of Tensors, of one entry.

    Example:
        >>> from autograd import Tensor, Value
        >>> w, W = Value(2.0, label="w"), Tensor([[2.0, 3.0]], requires_grad=True, label="W")
        >>> found = entries(w * 4.0, (W * 4.0)[0, 0])
        >>> found[w][0].label, found[w][1]
        ('W', (0, 0))
    """
    found: dict[Node, Entry] = {}
    open_: list[tuple[Any, Any, tuple[int, ...]]] = [(number, array, (0,) * np.ndim(array._raw))]
    while open_:
        single, many, place = open_.pop()
        if not isinstance(single, Node) or not isinstance(many, Node):
            continue
        many, place = _moved(many, place)
        if single in found or (single.rule is None) != (many.rule is None):
            continue
        if single.rule is None or (below := list(_below(single, many, place))):
            found[single] = (many, place)
            open_ += [] if single.rule is None else below
    return found


def _moved(many: Node, place: tuple[int, ...]) -> Entry:
    """Where an entry came from, through what moves entries or adds up a single one."""
    while many.rule is not None:
        x = many.inputs[0]
        if not isinstance(x, Node):
            break
        if many.rule.name in _MOVES:
            numbered = np.arange(np.size(x._raw)).reshape(np.shape(x._raw))
            flat = int(np.asarray(many.rule.array(numbered, **many.attrs))[place])
        elif many.rule.name in ("sum", "mean") and np.size(x._raw) == 1:
            flat = 0
        else:
            break
        many, place = x, tuple(int(i) for i in np.unravel_index(flat, np.shape(x._raw)))
    return many, place


def _below(single: Node, many: Node, place: tuple[int, ...]) -> Iterator[tuple[Any, Any, tuple[int, ...]]]:
    """The inputs that belong together; nothing where the two are made in different ways."""
    of, by = ("" if node.rule is None else node.rule.name for node in (single, many))
    if of == "affine" and (parts := _product_and_bias(many)):
        x, weights, bias = parts
        count = len(single.inputs) // 2
        yield single.inputs[0], bias, _broadcast(place, bias)
        for i in range(count):
            yield single.inputs[1 + i], weights, (i, *place[-1:])
            yield single.inputs[1 + count + i], x, (*place[:-1], i)
    elif by in ("sum", "mean"):
        inner = [x for x in single.inputs if _is(x, "add_n")]
        total = inner[0] if by == "mean" and of in ("divide", "multiply") and inner else single
        axis_of = many.inputs[0]
        if _is(total, "add_n") and np.ndim(many._raw) == 0 and len(total.inputs) == np.size(axis_of._raw):
            for i, part in enumerate(total.inputs):
                yield part, axis_of, tuple(int(k) for k in np.unravel_index(i, np.shape(axis_of._raw)))
    elif many.rule is not None and many.rule.elementwise and (of == by or (of, by) == ("power", "square")):
        for one, other in zip(single.inputs, many.inputs, strict=False):
            yield one, other, _broadcast(place, other)


def _is(x: Any, name: str) -> bool:
    return isinstance(x, Node) and x.rule is not None and x.rule.name == name


def _product_and_bias(many: Node) -> tuple[Any, Any, Any] | None:
    """X, W and b of X W + b, however it is written."""
    if _is(many, "linear"):
        x, weights, bias = many.inputs
        return x, weights, bias
    if _is(many, "add"):
        for product, bias in (many.inputs, many.inputs[::-1]):
            if isinstance(product, Node) and _is(product, "matmul"):
                return product.inputs[0], product.inputs[1], bias
    return None


def _broadcast(place: tuple[int, ...], x: Any) -> tuple[int, ...]:
    """The entry of an input that went into this entry of the result."""
    shape = np.shape(x._raw if isinstance(x, Node) else x)
    return tuple(0 if size == 1 else i for i, size in zip(place[len(place) - len(shape) :], shape, strict=True))
