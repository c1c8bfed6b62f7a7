"""Primitives that only programs have a name for; they are no entries of the book.

`taken` stands for what the backward pass does below a choice. The others are steps with several results: functions that
share most of their work are computed together. The softmax of some numbers is written share(xᵢ, total) in a graph of
scalars, total being logsumexp x or log_normaliser x; its exponentials are those inside the total. Softplus and its
derivative, the sigmoid, share e^−|x|.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from autograd.rules import activations, arithmetic, reductions
from autograd.rules.primitive import Primitive

# Below a choice a zero upstream gradient means "not taken", and 0 · ∞ is 0 there; see `autograd.graph.backward`.
taken: Final = Primitive(
    "taken",
    lambda share, g: np.where(np.not_equal(share, share) & np.equal(g, 0), 0.0, share),
    (
        lambda h, _, share, g: arithmetic.where(arithmetic.not_equal(share, share) * arithmetic.equal(g, 0), 0.0, h),
        None,
    ),
    scalar=lambda share, g: 0.0 if share != share and g == 0 else share,
    elementwise=True,
    selects=True,
    analytic=True,
    doc="y = the share, or 0 where it is NaN because of a branch not taken",
)


def _softmax(xs: Sequence[Any], nothing: float) -> Any:
    """The total and the shares; where all are −∞ each share is ``nothing``, and the total its logarithm."""
    columns = np.array(xs)
    top = np.maximum.reduce(columns, 0, keepdims=True)
    empty = np.equal(top, -np.inf)
    grown = np.exp(columns - np.where(empty, 0, top))  # not x − ln Σ, which rounds like the largest x
    shares = grown / np.where(np.isfinite(top), np.add.reduce(grown, 0, keepdims=True), 1)
    total = reductions.logsumexp.array(columns, axis=0, keepdims=True)
    return np.concatenate([total, shares]) + np.where(empty, nothing, 0)


# Results: the total, then every softmax.
softmax_n: Final = Primitive(
    "softmax_n", lambda *xs: _softmax(xs, 0.0), doc="ln Σ exp xⱼ, and exp xᵢ / Σ exp xⱼ for each i"
)
normalised_n: Final = Primitive("softmax_n", lambda *xs: _softmax(xs, np.nan), doc=f"{softmax_n.doc}; NaN of nothing")

# The same without the total itself, where nothing else reads it.
softmax_only: Final = Primitive("softmax_only", lambda *xs: _softmax(xs, 0.0)[1:], doc="exp xᵢ / Σ exp xⱼ for each i")
normalised_only: Final = Primitive(
    "softmax_only", lambda *xs: _softmax(xs, np.nan)[1:], doc=f"{softmax_only.doc}; NaN of nothing"
)

# By the total: first with it, then without.
SOFTMAX: Final = {
    reductions.logsumexp_n: (softmax_n, softmax_only),
    reductions.log_normaliser_n: (normalised_n, normalised_only),
}

# Results: softplus, then sigmoid.
softplus_sigmoid: Final = Primitive(
    "softplus_sigmoid",
    lambda x: np.stack([activations.softplus.array(x), activations.sigmoid.array(x)]),
    (None,),
    doc="ln(1 + eˣ), and 1 / (1 + e⁻ˣ)",
)

JOINT: Final = (softmax_n, softmax_only, normalised_n, normalised_only, softplus_sigmoid)
