"""Jacobians, from the recording of one run: rows by backward passes, columns by forward passes.

One pass finds many rows or columns, where they are of arrays: it starts from all unit vectors (or as many as there is
memory for), and its rules are given them as one (`autograd.tensor.batched`). Else there is a pass for each.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograd.graph.backward import is_watched, propagate
from autograd.graph.forward import push_forward
from autograd.graph.mode import recorded
from autograd.graph.node import Node
from autograd.numpy.shapes import concatenate, reshape, stack, transpose
from autograd.rules.shapes import is_complex
from autograd.tensor.batched import Batched, many, whole_of
from autograd.tensor.tensor import Tensor, constant
from autograd.value.value import Value

AT_ONCE = 1 << 22  # numbers of all directions


def rows(y: Any, inputs: Sequence[Any], order: Sequence[Node], record: bool) -> list[Any]:
    """∂y/∂x for each input x.

    Args:
        y: What to differentiate.
        inputs: What for.
        order: What y is computed from, in topological order.
        record: Work on nodes, so that the result can be differentiated again.
    """
    shape = np.shape(raw(y))
    if not requires_grad(y):
        return [zero(x, shape) for x in inputs]
    if _together([y], [y], inputs, order, record) and not is_watched():
        passes = [(seed, propagate(y, seed, order, record, inputs)) for seed in _all_units(y, order)]
    else:
        with recorded():
            passes = [(seed, y._propagate(seed, order, record, inputs)) for seed in _units(y, record)]
    return [_block([(seed, found.get(x)) for seed, found in passes], x, x, shape, record) for x in inputs]


def columns(results: Sequence[Any], inputs: Sequence[Any], order: Sequence[Node], record: bool) -> list[list[Any]]:
    """∂y/∂x for each result y and each input x.

    Args:
        results: What to differentiate.
        inputs: What for.
        order: What the results are computed from, in topological order.
        record: Work on nodes, so that the result can be differentiated again.
    """
    table: list[list[Any]] = [[] for _ in results]
    for x in inputs:
        seeds = _all_units(x, order) if _together([x], results, inputs, order, record) else _units(x, record)
        passes = [(seed, push_forward(order, {x: seed}, record)) for seed in seeds]
        for y, blocks in zip(results, table, strict=True):
            shape = np.shape(raw(y))
            if isinstance(y, Node):
                found = [(seed, tangents.get(y)) for seed, tangents in passes]
                blocks.append(_block(found, y, x, shape, record, by_columns=True))
            else:
                blocks.append(zero(x, shape))
    return table


def _together(
    start: Sequence[Any], results: Sequence[Any], inputs: Sequence[Any], order: Sequence[Node], record: bool
) -> bool:
    """Whether many directions may go through in one pass: of real arrays, which are not traced in vain."""
    few = 1 if record else 2  # for which a pass for each takes less time
    ends = [x for x in (*results, *inputs) if isinstance(x, Node)]
    return (
        all(x.size > few for x in start if isinstance(x, Tensor))
        and all(x.kind == "array" and (record or not x.traced) and not is_complex(x) for x in ends)
        and all(x.kind == "array" for x in order)
    )


def _all_units(x: Any, order: Sequence[Node]) -> Iterator[Batched]:
    """Arrays of x's shape with a single 1, at each entry, as many as one as memory is kept for."""
    at_once = max(1, AT_ONCE // max(1, sum(node._raw.size for node in order if node.requires_grad)))
    for start in range(0, x.size, at_once):
        count = min(at_once, x.size - start)
        yield many(np.eye(count, x.size, start, x.dtype).reshape(count, *x.shape))


def _units(x: Any, record: bool) -> Iterator[Any]:
    """The same one by one, each to start a pass from."""
    if not np.shape(raw(x)):
        yield x._seed(None, record)
        return
    for i in range(x.size):
        unit = np.zeros(x.shape, x.dtype)
        unit.flat[i] = 1
        yield x._seed(unit, record)


def _block(
    found: Sequence[tuple[Any, Any]], of: Any, x: Any, shape: tuple[int, ...], record: bool, by_columns: bool = False
) -> Any:
    """A block of the Jacobian from its rows or columns, those of a node: what each pass began with, and found."""
    full = (*shape, *np.shape(raw(x)))
    if not full:
        return of._as_gradient(found[0][1], record)
    counts = math.prod(shape), math.prod(full[len(shape) :])
    whole = reshape(_whole(found, of, record), counts[::-1] if by_columns else counts)
    block: Any = reshape(transpose(whole) if by_columns else whole, full)
    dtype = dtype_of(of if by_columns and is_complex(of) else x)
    if not isinstance(block, Tensor):
        return constant(np.array(block, dtype))  # no memory of another block's
    return block if block.dtype == dtype else block.astype(dtype)


def _whole(found: Sequence[tuple[Any, Any]], of: Any, record: bool) -> Any:
    """All rows or columns along one axis."""
    parts = [g if isinstance(g, Batched) else of._as_gradient(g, record) for _, g in found]
    if found and isinstance(found[0][0], Batched):
        wholes = [whole_of(g, len(seed.whole)) for g, (seed, _) in zip(parts, found, strict=True)]
        return wholes[0] if len(wholes) == 1 else concatenate(wholes)
    if any(isinstance(g, Node) and (g.requires_grad or g.traced) for g in parts):
        return stack(parts)
    return np.array([raw(g) for g in parts])


def raw(x: Any) -> Any:
    """The number or the array of a node, and anything else itself."""
    return x._raw if isinstance(x, Node) else x


def requires_grad(x: Any) -> bool:
    """Whether it is a node that does."""
    return isinstance(x, Node) and x.requires_grad


def dtype_of(x: Any) -> Any:
    """The floating-point type of a node or number's derivative."""
    kind = np.result_type(raw(x))
    return kind if kind.kind in "fc" else np.dtype(np.float64)


def zero(x: Any, result_shape: tuple[int, ...] = ()) -> Any:
    """The derivative for x of what does not depend on it."""
    shape = (*result_shape, *np.shape(raw(x)))
    return 0.0 if isinstance(x, Value) and not shape else constant(np.zeros(shape, dtype_of(x)))
