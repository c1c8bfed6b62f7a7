"""Gradients in single precision, held to those in double precision by the condition of the gradient itself.

A correct program in single precision gives about what a nearby input has exactly (N. Higham, "Accuracy and Stability
of Numerical Algorithms", 2002, section 1.5): so what is allowed is a few times how much the gradient in double
precision moves where inputs and upstream gradient move by one unit in the last place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import autograd as ag

UNIT = np.finfo(np.float32).eps
SINGLE = {"f": np.dtype(np.float32), "c": np.dtype(np.complex64)}
DOUBLE = {"f": np.dtype(np.float64), "c": np.dtype(np.complex128)}
ALLOWED = 8.0


def in_precision(x: Any, kinds: dict[str, Any]) -> Any:
    return x.astype(kinds.get(x.dtype.kind, x.dtype))


def check_single(function: Callable[..., Any], arrays: Sequence[Any], wanted: Sequence[int], weights: Any) -> None:
    """Raise unless the gradients in single precision are of that type, and as good as they can be.

    Args:
        function: Of the arrays.
        arrays: Inputs in any precision.
        wanted: Positions of those to differentiate for.
        weights: The upstream gradient.
    """

    def gradients(xs: Sequence[Any], upstream: Any, record: bool = False) -> list[Any]:
        nodes = [ag.Tensor(x, requires_grad=True) if i in wanted else x for i, x in enumerate(xs)]
        y, leaves = function(*nodes), [nodes[i] for i in wanted]
        return [g.data for g in ag.gradients(y, leaves, gradient=upstream.astype(y.dtype), create_graph=record)]

    single, upstream = [in_precision(x, SINGLE) for x in arrays], in_precision(weights, SINGLE)
    double, exact_upstream = [in_precision(x, DOUBLE) for x in single], in_precision(upstream, DOUBLE)
    exact, rng = gradients(double, exact_upstream), np.random.default_rng(3)
    moves = [np.zeros(g.shape) for g in exact]

    def moved(x: Any) -> Any:
        return x * (1 + UNIT * rng.choice([-1.0, 1.0], x.shape)) if x.dtype.kind in "fc" else x

    for _ in range(4):
        near = gradients([moved(x) for x in double], moved(exact_upstream))
        moves = [np.maximum(most, np.abs(g - h)) for most, g, h in zip(moves, near, exact, strict=True)]
    for record in (False, True):
        for i, found, best, most in zip(wanted, gradients(single, upstream, record), exact, moves, strict=True):
            assert (found.dtype, found.shape) == (single[i].dtype, single[i].shape)
            limit = ALLOWED * (UNIT * np.abs(best) + most + np.finfo(np.float32).tiny)
            assert np.all(np.abs(found - best) <= limit), np.max(np.abs(found - best) / limit)
