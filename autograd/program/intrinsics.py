"""Primitives that only programs have a name for; they are no entries of the book.

`taken` stands for what the backward pass does below a choice. The others are steps with several results: functions that
share most of their work are computed together. The softmax of some numbers is written share(xᵢ, logsumexp x) in a graph
of scalars; its exponentials are those inside logsumexp. Softplus and its derivative, the sigmoid, share e^−|x|.
"""

from __future__ import annotations

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
    doc="y = the share, or 0 where it is NaN because of a branch not taken",
)


def _softmax(*xs: Any) -> Any:
    columns = np.array(xs)
    top = np.maximum.reduce(columns, 0, keepdims=True)
    grown = np.exp(columns - np.where(np.equal(top, -np.inf), 0, top))  # not x − ln Σ, which rounds like the largest x
    shares = grown / np.where(np.isfinite(top), np.add.reduce(grown, 0, keepdims=True), 1)
    return np.concatenate([reductions.logsumexp.array(columns, axis=0, keepdims=True), shares])


# Results: logsumexp, then every softmax.
softmax_n: Final = Primitive("softmax_n", _softmax, doc="ln Σ exp xⱼ, and exp xᵢ / Σ exp xⱼ for each i")

# The same without logsumexp itself, where nothing else reads it.
softmax_only: Final = Primitive("softmax_only", lambda *xs: _softmax(*xs)[1:], doc="exp xᵢ / Σ exp xⱼ for each i")

# Results: softplus, then sigmoid.
softplus_sigmoid: Final = Primitive(
    "softplus_sigmoid",
    lambda x: np.stack([activations.softplus.array(x), activations.sigmoid.array(x)]),
    (None,),
    doc="ln(1 + eˣ), and 1 / (1 + e⁻ˣ)",
)

JOINT: Final = (softmax_n, softmax_only, softplus_sigmoid)
