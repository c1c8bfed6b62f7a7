"""The rule book: moving entries about without changing them. Each rule here undoes what its function did."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
from numpy import ndarray

from autograd.rules import adding, forwards
from autograd.rules.primitive import primitive
from autograd.rules.shapes import inverse_permutation, shape

# ---- the same entries in another shape ------------------------------------------------------------------------------

# A method of an array costs a third of the function of the same name, which asks first what it was given.
reshape = primitive(
    "reshape", lambda x, shape: x.reshape(shape) if x.__class__ is ndarray else np.reshape(x, shape),
    lambda g, y, x, **attrs: reshape(g, shape=shape(x)),
    linear=True, view=True, doc="y has the entries of x in another shape",
)  # fmt: skip

transpose = primitive(
    "transpose", lambda x, axes: x.transpose(axes) if x.__class__ is ndarray else np.transpose(x, axes),
    lambda g, y, x, axes: transpose(g, axes=None if axes is None else inverse_permutation(axes)),
    symbol="ᵀ", linear=True, view=True, doc="y has the axes of x in another order (reversed where axes is None)",
)  # fmt: skip

# ---- broadcasting, and its opposite --------------------------------------------------------------------------------

broadcast_to = primitive(
    "broadcast_to", forwards.broadcast_to,
    lambda g, y, x, **attrs: sum_to(g, shape=shape(x)),
    linear=True, view=True, doc="y repeats x along new axes and axes of length one",
)  # fmt: skip

# What a gradient goes through where its input was broadcast: the copies' gradients add up.
sum_to = primitive(
    "sum_to", forwards.sum_to,
    lambda g, y, x, **attrs: broadcast_to(g, shape=shape(x)),
    symbol="Σ", linear=True, view=True, doc="y sums x over the axes along which y's shape was broadcast to x's",
)  # fmt: skip

# The cast keeps a gradient in its parameter's own precision.
astype = primitive(
    "astype", lambda x, dtype: np.asarray(x).astype(dtype),
    lambda g, y, x, **attrs: g,
    linear=True, doc="y is x in another floating-point type",
)  # fmt: skip

# ---- taking a part, and putting it back -----------------------------------------------------------------------------

getitem = primitive(
    "getitem", lambda x, index: x[index],
    lambda g, y, x, index: scatter(g, shape=shape(x), index=index),
    together=lambda gs, x, attrs: scatter_parts(*gs, shape=shape(x), indices=[each["index"] for each in attrs]),
    symbol="[ ]", linear=True, selects=True, view=True, doc="y = x[index]",
)  # fmt: skip

scatter = primitive(
    "scatter", adding.scatter,
    lambda g, y, x, shape, index: getitem(g, index=index),
    linear=True, doc="y is zero but for y[index] += x",
)  # fmt: skip

# What the gradients of several parts of one array make: one pass over it, however many there are.
scatter_parts = primitive(
    "scatter_parts", adding.scatter_parts,
    pull=lambda g, y, *parts, shape, indices: [getitem(g, index=index) for index in indices],
    symbol="Σ", linear=True, into=True, doc="y is zero but for y[indexₖ] += xₖ for each k",
)  # fmt: skip

# ---- joining --------------------------------------------------------------------------------------------------------


def _pieces(g: Any, parts: Sequence[Any], axis: int) -> list[Any]:
    lengths = [shape(part)[axis] for part in parts]
    before: tuple[slice, ...] = (slice(None),) * (axis % len(shape(parts[0])))
    return [
        getitem(g, index=(*before, slice(end - length, end)))
        for length, end in zip(lengths, accumulate(lengths), strict=True)
    ]


concatenate = primitive(
    "concatenate", lambda *parts, axis: np.concatenate(parts, axis),
    pull=lambda g, y, *parts, axis: _pieces(g, parts, axis),
    symbol="∥", linear=True, doc="y joins the parts along an axis they all have",
)  # fmt: skip

stack = primitive(
    "stack", lambda *parts, axis: np.stack(parts, axis),
    pull=lambda g, y, *parts, axis: _layers(g, len(parts), axis % len(shape(g))),
    linear=True, doc="y joins the parts along a new axis",
)  # fmt: skip


def _layers(g: Any, count: int, axis: int) -> list[Any]:
    before: tuple[slice, ...] = (slice(None),) * axis
    return [getitem(g, index=(*before, i)) for i in range(count)]
