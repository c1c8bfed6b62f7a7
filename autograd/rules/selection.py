"""The rule book: sorting, and taking entries at positions that are themselves computed.

Positions are inputs like any others, without a derivative, so that a program finds them anew at each replay.
"""

from typing import Any

import numpy as np

from autograd.rules import adding
from autograd.rules.primitive import primitive
from autograd.rules.shapes import shape
from autograd.rules.shaping import getitem

argsort = primitive(
    "argsort", lambda x, axis: np.argsort(x, axis=axis, kind="stable"),
    None,
    analytic=True, doc="y = the positions that sort x along an axis",
)  # fmt: skip

searchsorted = primitive(
    "searchsorted", lambda x, v, side: np.searchsorted(x, v, side=side),
    None,
    None,
    doc="y = how many entries of the ascending x lie below v",
)  # fmt: skip

take_along_axis = primitive(
    "take_along_axis", lambda x, positions, axis: np.take_along_axis(x, positions, axis),
    lambda g, y, x, positions, axis: scatter_along_axis(g, positions, shape=shape(x), axis=axis),
    None,
    analytic=True, jvp=lambda t, y, x, positions, axis: take_along_axis(t, positions, axis=axis),
    selects=True, doc="yᵢ = x[positionsᵢ] along an axis",
)  # fmt: skip

scatter_along_axis = primitive(
    "scatter_along_axis", adding.scatter_along_axis,
    lambda g, y, x, positions, shape, axis: take_along_axis(g, positions, axis=axis),
    None,
    analytic=True, jvp=lambda t, y, x, positions, shape, axis: scatter_along_axis(t, positions, shape=shape, axis=axis),
    doc="y is zero but for y[positions] += x along an axis",
)  # fmt: skip

gather = primitive(
    "gather", lambda x, *positions, axis: x[(*(slice(None),) * axis, *positions)],
    pull=lambda g, y, x, *positions, axis: [
        scatter_add(g, *positions, shape=shape(x), axis=axis), *[None] * len(positions),
    ],
    analytic=True, jvp=lambda t, y, x, *positions, axis: gather(t, *positions, axis=axis),
    symbol="[ ]", selects=True, doc="y = x[…, i, j, …], with the positions i, j on neighbouring axes",
)  # fmt: skip

scatter_add = primitive(
    "scatter_add", adding.scatter_add,
    pull=lambda g, y, x, *positions, shape, axis: [gather(g, *positions, axis=axis), *[None] * len(positions)],
    analytic=True, jvp=lambda t, y, x, *positions, shape, axis: scatter_add(t, *positions, shape=shape, axis=axis),
    doc="y is zero but for y[…, i, j, …] += x",
)  # fmt: skip


def flipped(x: Any, axis: int) -> Any:
    """Along an axis from its end to its beginning."""
    return getitem(x, index=(*(slice(None),) * (axis % len(shape(x))), slice(None, None, -1)))


cumsum = primitive(
    "cumsum", lambda x, axis: np.cumsum(x, axis=axis),
    lambda g, y, x, axis: flipped(cumsum(flipped(g, axis), axis=axis), axis),
    symbol="Σ", linear=True, doc="yᵢ = x₁ + … + xᵢ along an axis",
)  # fmt: skip
