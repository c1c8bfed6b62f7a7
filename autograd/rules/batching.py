"""A primitive of many entries at once: inputs have an axis before their own, with one entry for each direction or sample.

What works entry by entry broadcasts as it stands; what names axes or shapes is told of one more; a matrix product becomes
one of larger matrices. It is said in primitives, as derivatives are: for arrays it computes, and for nodes it is recorded.
Everything else goes one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from string import ascii_letters
from typing import Any

import numpy as np

from autograd.rules import linear_algebra, products, reductions, selection, shaping
from autograd.rules.primitive import Primitive
from autograd.rules.shapes import is_basic, rank, rows_of, shape, summed_axes

# Takes the inputs, which of them have the axis, and the attributes; gives the result with the axis, None for one by one.
Batch = Callable[[Sequence[Any], Sequence[bool], dict[str, Any]], Any]


def batched(rule: Primitive, inputs: Sequence[Any], many: Sequence[bool], attrs: dict[str, Any]) -> Any:
    """The results for all entries, with an axis for them before the others; None where they have to go one by one.

    Args:
        rule: The primitive.
        inputs: What it is given: numbers, arrays or nodes.
        many: For each input, whether it has that axis, and so differs from entry to entry; one of them at least.
        attrs: The attributes of one entry.
    """
    if not rule.elementwise:
        found = BATCHED.get(rule)
        return None if found is None else found(inputs, many, attrs)
    axes, plain = 0, True
    for x, m in zip(inputs, many, strict=True):
        kind = x.__class__
        if kind is np.ndarray:
            axes = max(axes, x.ndim - m)
        elif kind is not float and kind is not int:
            axes, plain = max(axes, getattr(x, "ndim", 0) - m), False
    given = [aligned(x, axes) if m else x for x, m in zip(inputs, many, strict=True)]
    return rule.array(*given, **attrs) if plain else rule(*given, **attrs)


def aligned(x: Any, axes: int) -> Any:
    """Many entries with so many axes after the first, the new ones of length one."""
    full = shape(x)
    return (
        x if len(full) == axes + 1 else shaping.reshape(x, shape=(full[0], *(1,) * (axes + 1 - len(full)), *full[1:]))
    )


def repeated(x: Any, size: int) -> Any:
    """What is the same for every entry, as many."""
    return shaping.broadcast_to(x, shape=(size, *shape(x)))


def _size(inputs: Sequence[Any], many: Sequence[bool]) -> int:
    return next(shape(x)[0] for x, m in zip(inputs, many, strict=True) if m)


# ---- of one input --------------------------------------------------------------------------------------------------


def _axes(x: Any, axis: Any) -> Any:
    # The axes of an entry, counted with the one before them; None for all of them, and one for one.
    count = rank(x) - 1
    if isinstance(axis, int):
        return axis % count + 1
    return tuple(a % count + 1 for a in (range(count) if axis is None else axis))


def _along(rule: Primitive) -> Batch:
    """What has an axis, or several."""

    def batch(inputs: Sequence[Any], many: Sequence[bool], attrs: dict[str, Any]) -> Any:
        (x,) = inputs
        if attrs["axis"] is not None and not rank(x) - 1:
            return None
        return rule(x, **attrs | {"axis": _axes(x, attrs["axis"])})

    return batch


def _of_matrices(rule: Primitive) -> Batch:
    """What works on the last two axes, and leaves those before as they are."""

    def batch(inputs: Sequence[Any], many: Sequence[bool], attrs: dict[str, Any]) -> Any:
        return None if rank(inputs[0]) < 3 else rule(*inputs, **attrs)  # np.tril makes a matrix of a vector

    return batch


def _cast(inputs: Sequence[Any], many: Sequence[bool], attrs: dict[str, Any]) -> Any:
    return shaping.astype(*inputs, **attrs)


def _transposed(inputs: Sequence[Any], many: Sequence[bool], attrs: dict[str, Any]) -> Any:
    (x,), axes = inputs, attrs["axes"]
    order = range(rank(x) - 1)[::-1] if axes is None else axes
    return shaping.transpose(x, axes=(0, *_axes(x, tuple(order))))


def _to_shape(rule: Primitive) -> Batch:
    def batch(inputs: Sequence[Any], many: Sequence[bool], attrs: dict[str, Any]) -> Any:
        wanted = attrs["shape"]
        return rule(inputs[0], shape=(shape(inputs[0])[0], *((wanted,) if isinstance(wanted, int) else wanted)))

    return batch


def _broadcast(inputs: Sequence[Any], many: Sequence[bool], attrs: dict[str, Any]) -> Any:
    (x,), wanted = inputs, attrs["shape"]
    return shaping.broadcast_to(aligned(x, len(wanted)), shape=(shape(x)[0], *wanted))


def _summed_to(inputs: Sequence[Any], many: Sequence[bool], attrs: dict[str, Any]) -> Any:
    (x,), wanted = inputs, attrs["shape"]
    axes = tuple(a + 1 for a in summed_axes(shape(x)[1:], wanted))
    return shaping.reshape(reductions.sum_(x, axis=axes, keepdims=False), shape=(shape(x)[0], *wanted))


def _index(index: Any) -> Any:
    """An index that takes every entry; None for arrays among others, which NumPy may move the axes of."""
    if not isinstance(index, tuple):
        return slice(None), index
    of_arrays = not any(part is None or part is Ellipsis or isinstance(part, slice) for part in index)
    return (slice(None), *index) if of_arrays or is_basic(index) else None


def _taken(inputs: Sequence[Any], many: Sequence[bool], attrs: dict[str, Any]) -> Any:
    index = _index(attrs["index"])
    return None if index is None else shaping.getitem(inputs[0], index=index)


def _scattered(inputs: Sequence[Any], many: Sequence[bool], attrs: dict[str, Any]) -> Any:
    index, full = _index(attrs["index"]), (shape(inputs[0])[0], *attrs["shape"])
    return None if index is None else shaping.scatter(inputs[0], shape=full, index=index)


def _put_together(inputs: Sequence[Any], many: Sequence[bool], attrs: dict[str, Any]) -> Any:
    size, indices = _size(inputs, many), [_index(index) for index in attrs["indices"]]
    if any(index is None for index in indices):
        return None
    parts = [x if m else repeated(x, size) for x, m in zip(inputs, many, strict=True)]
    return shaping.scatter_parts(*parts, shape=(size, *attrs["shape"]), indices=indices)


# ---- of several ----------------------------------------------------------------------------------------------------


def _joined(rule: Primitive, new_axes: int) -> Batch:
    def batch(inputs: Sequence[Any], many: Sequence[bool], attrs: dict[str, Any]) -> Any:
        size = _size(inputs, many)
        parts = [x if m else repeated(x, size) for x, m in zip(inputs, many, strict=True)]
        return rule(*parts, axis=attrs["axis"] % (rank(parts[0]) - 1 + new_axes) + 1)

    return batch


def _at_positions(rule: Primitive) -> Batch:
    def batch(inputs: Sequence[Any], many: Sequence[bool], attrs: dict[str, Any]) -> Any:
        if not many[0] or any(many[1:]):
            return None
        more = {"shape": (shape(inputs[0])[0], *attrs["shape"])} if "shape" in attrs else {}
        return rule(*inputs, **attrs | more | {"axis": attrs["axis"] + 1})

    return batch


def _product(inputs: Sequence[Any], many: Sequence[bool], attrs: dict[str, Any]) -> Any:
    (a, b), (many_a, many_b) = inputs, many
    axes_a, axes_b = rank(a) - many_a, rank(b) - many_b
    if not many_a and axes_b == 1 and axes_a <= 2:  # a bᵢ for all i: one product of matrices
        return products.matmul(b, shaping.transpose(a, axes=None))
    if not many_b and axes_b <= 2 and (axes_a == 1 or axes_b == 1):
        return products.matmul(a, b)
    if not many_b and axes_b == 2:
        flat = shaping.reshape(a, shape=(rows_of(a), shape(a)[-1]))
        return shaping.reshape(products.matmul(flat, b), shape=(*shape(a)[:-1], shape(b)[1]))
    # Vectors as rows and columns, and as many axes on both sides.
    if axes_a == 1:
        a = shaping.reshape(a, shape=(*shape(a)[:-1], 1, shape(a)[-1]))
    if axes_b == 1:
        b = shaping.reshape(b, shape=(*shape(b), 1))
    axes = max(axes_a, axes_b, 2)
    a, b = (aligned(x, axes) if m else x for x, m in ((a, many_a), (b, many_b)))
    # A product of a column and a row is none of matrices, which would be slow for many small ones.
    y = a * b if shape(a)[-1] == 1 else products.matmul(a, b)
    gone = {i for i, axes in ((-2, axes_a), (-1, axes_b)) if axes == 1}
    full = shape(y)
    return shaping.reshape(y, shape=(*full[:-2], *(full[i] for i in (-2, -1) if i not in gone))) if gone else y


def _layer(inputs: Sequence[Any], many: Sequence[bool], attrs: dict[str, Any]) -> Any:
    y = _product(inputs[:2], many[:2], attrs) if any(many[:2]) else products.matmul(*inputs[:2])
    b = inputs[2]
    return y + (aligned(b, rank(y) - any(many[:2])) if many[2] else b)


def _of_letters(inputs: Sequence[Any], many: Sequence[bool], attrs: dict[str, Any]) -> Any:
    terms, result = attrs["subscripts"].split("->")
    new = next(letter for letter in ascii_letters if letter not in terms)
    with_axis = [new + term if m else term for term, m in zip(terms.split(","), many, strict=True)]
    return linear_algebra.einsum(*inputs, subscripts=f"{','.join(with_axis)}->{new}{result}")


def _solved(inputs: Sequence[Any], many: Sequence[bool], attrs: dict[str, Any]) -> Any:
    (a, b), (many_a, many_b) = inputs, many
    if rank(b) - many_b == 1:
        if not many_a:  # a vector for each entry: the columns of one matrix
            return shaping.transpose(linear_algebra.solve(a, shaping.transpose(b, axes=None)), axes=None)
        y = linear_algebra.solve(a, shaping.reshape(b, shape=(*shape(b), 1)))
        return shaping.reshape(y, shape=shape(y)[:-1])
    if many_b and not many_a and rank(a) == 2 and rank(b) == 3:  # one matrix, taken apart once
        size, rows, columns = shape(b)
        side_by_side = shaping.reshape(shaping.transpose(b, axes=(1, 0, 2)), shape=(rows, size * columns))
        y = shaping.reshape(linear_algebra.solve(a, side_by_side), shape=(rows, size, columns))
        return shaping.transpose(y, axes=(1, 0, 2))
    axes = max(rank(a) - many_a, rank(b) - many_b)
    return linear_algebra.solve(*[aligned(x, axes) if m else x for x, m in ((a, many_a), (b, many_b))])


_ALONG = (
    reductions.sum_, reductions.mean, reductions.max_, reductions.min_, reductions.norm, reductions.logsumexp,
    reductions.softmax, reductions.log_softmax, selection.cumsum,
)  # fmt: skip
_MATRICES = (
    linear_algebra.tril, linear_algebra.triu, linear_algebra.inv, linear_algebra.det, linear_algebra.logabsdet,
    linear_algebra.cholesky,
)  # fmt: skip

BATCHED: dict[Primitive, Batch] = {
    **{rule: _along(rule) for rule in _ALONG},
    **{rule: _of_matrices(rule) for rule in _MATRICES},
    shaping.transpose: _transposed,
    shaping.reshape: _to_shape(shaping.reshape),
    shaping.broadcast_to: _broadcast,
    shaping.astype: _cast,
    shaping.sum_to: _summed_to,
    shaping.getitem: _taken,
    shaping.scatter: _scattered,
    shaping.scatter_parts: _put_together,
    shaping.concatenate: _joined(shaping.concatenate, 0),
    shaping.stack: _joined(shaping.stack, 1),
    selection.gather: _at_positions(selection.gather),
    selection.scatter_add: _at_positions(selection.scatter_add),
    products.matmul: _product,
    products.linear: _layer,
    linear_algebra.einsum: _of_letters,
    linear_algebra.solve: _solved,
}
