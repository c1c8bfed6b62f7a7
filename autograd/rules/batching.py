"""Many tangents at once through an entry: each has an axis before its node's own, with one entry for each direction.

What works entry by entry broadcasts as it stands; a linear entry that names axes or shapes is told of one more; a matrix
product becomes one of larger matrices. Everything else goes direction by direction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.rules import products, reductions, shaping
from autograd.rules.primitive import Primitive
from autograd.rules.pushforward import Push, push_of
from autograd.rules.shapes import is_basic, rank, shape, summed_axes


def batched_push(rule: Primitive, tangents: Sequence[Any], y: Any, inputs: Sequence[Any], attrs: dict[str, Any]) -> Any:
    """The tangents of y, from arrays of tangents of the inputs (None for 0); None where nothing tells.

    Args:
        rule: The primitive.
        tangents: For each input, an array of them, one for each direction.
        y: The result.
        inputs: What the primitive was given.
        attrs: Its attributes.
    """
    found = None
    if rule.elementwise and not rule.jvps:
        push: Push | None = push_of(rule, "array")
        found = None if push is None else push([aligned(t, rank(y)) for t in tangents], y, inputs, attrs)
    elif rule in BATCHED:
        found = BATCHED[rule](tangents, y, inputs, attrs)
    return found


def aligned(tangents: Any, axes: int) -> Any:
    """Tangents with so many axes after the first, the new ones of length one."""
    if tangents is None or tangents.ndim == axes + 1:
        return tangents
    return tangents.reshape(len(tangents), *(1,) * (axes + 1 - tangents.ndim), *tangents.shape[1:])


def _reduction(rule: Primitive) -> Push:
    def push(tangents: Sequence[Any], y: Any, inputs: Sequence[Any], attrs: dict[str, Any]) -> Any:  # noqa: ARG001
        count, axis = rank(inputs[0]), attrs["axis"]
        axes = range(count) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        return rule.array(tangents[0], axis=tuple(a % count + 1 for a in axes), keepdims=attrs["keepdims"])

    return push


def _transposed(tangents: Sequence[Any], y: Any, inputs: Sequence[Any], attrs: dict[str, Any]) -> Any:  # noqa: ARG001
    count, axes = rank(y), attrs["axes"]
    order = range(count)[::-1] if axes is None else axes
    return tangents[0].transpose(0, *(a % count + 1 for a in order))


def _reshaped(tangents: Sequence[Any], y: Any, inputs: Sequence[Any], attrs: dict[str, Any]) -> Any:  # noqa: ARG001
    return tangents[0].reshape(len(tangents[0]), *shape(y))


def _the_same(tangents: Sequence[Any], y: Any, inputs: Sequence[Any], attrs: dict[str, Any]) -> Any:  # noqa: ARG001
    return aligned(tangents[0], rank(y))  # what it lacks is added to every result


def _summed_to(tangents: Sequence[Any], y: Any, inputs: Sequence[Any], attrs: dict[str, Any]) -> Any:  # noqa: ARG001
    axes = tuple(a + 1 for a in summed_axes(shape(inputs[0]), shape(y)))
    return np.add.reduce(tangents[0], axes).reshape(len(tangents[0]), *shape(y))


def _index(index: Any) -> Any:
    """An index that takes all directions; None for several arrays, which NumPy may move the axes of."""
    if isinstance(index, tuple):
        return (slice(None), *index) if is_basic(index) else None
    return slice(None), index


def _taken(tangents: Sequence[Any], y: Any, inputs: Sequence[Any], attrs: dict[str, Any]) -> Any:  # noqa: ARG001
    index = _index(attrs["index"])
    return None if index is None else tangents[0][index]


def _scattered(tangents: Sequence[Any], y: Any, inputs: Sequence[Any], attrs: dict[str, Any]) -> Any:  # noqa: ARG001
    index = _index(attrs["index"])
    full = (len(tangents[0]), *shape(y))
    return None if index is None else shaping.scatter.array(tangents[0], shape=full, index=index)


def _joined(rule: Primitive) -> Push:
    def push(tangents: Sequence[Any], y: Any, inputs: Sequence[Any], attrs: dict[str, Any]) -> Any:
        count = next(len(t) for t in tangents if t is not None)
        parts = [np.zeros((count, *shape(x))) if t is None else t for t, x in zip(tangents, inputs, strict=True)]
        return rule.array(*parts, axis=attrs["axis"] % rank(y) + 1)

    return push


def _product(tangents: Sequence[Any], y: Any, inputs: Sequence[Any], attrs: dict[str, Any]) -> Any:  # noqa: ARG001
    (a, b), (moves_a, moves_b) = inputs, tangents
    parts = []
    if moves_a is not None:
        parts.append(_times(moves_a, b))
    if moves_b is not None:
        if rank(b) == 1 and rank(a) <= 2:  # a aᵢⱼ ḃⱼ for all directions: one product of matrices
            parts.append(np.matmul(moves_b, a.T))
        elif rank(b) == 1:
            parts.append(np.matmul(a, aligned(moves_b, rank(a) - 1)[..., None])[..., 0])
        else:
            parts.append(np.matmul(a, aligned(moves_b, max(rank(a), rank(b)))))
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]


def _times(moves_a: Any, b: Any) -> Any:
    if rank(b) <= 2 or moves_a.ndim > 2:
        return np.matmul(moves_a if rank(b) <= 2 else aligned(moves_a, max(moves_a.ndim - 1, rank(b))), b)
    return np.matmul(aligned(moves_a, rank(b) - 1)[..., None, :], b)[..., 0, :]


BATCHED: dict[Primitive, Callable[..., Any]] = {
    reductions.sum_: _reduction(reductions.sum_),
    reductions.mean: _reduction(reductions.mean),
    shaping.transpose: _transposed,
    shaping.reshape: _reshaped,
    shaping.broadcast_to: _the_same,
    shaping.astype: _the_same,
    shaping.sum_to: _summed_to,
    shaping.getitem: _taken,
    shaping.scatter: _scattered,
    shaping.concatenate: _joined(shaping.concatenate),
    shaping.stack: _joined(shaping.stack),
    products.matmul: _product,
}
