"""Parts of the native engine's interpreter that are the same whatever the rule book holds. Needs numba."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

options: dict[str, Any] = {"error_model": "numpy", "nogil": False, "cache": True}


@njit(inline="always")
def signed(word: Any) -> Any:
    """A word of the code as a signed number."""
    return np.int64(np.int32(word))


@njit(inline="always")
def at(place: Any) -> Any:
    """A place as an index; unsigned, so that no test for negative indices is needed."""
    return np.uint64(place)


@njit(inline="always")
def address(code: Any, q: Any, i: Any, j: Any, k: Any) -> Any:
    """Where an operand is, from its base and its strides at ``q``, and how far each loop has come."""
    return signed(code[at(q)]) + i * signed(code[at(q + 1)]) + j * signed(code[at(q + 2)]) + k * signed(code[at(q + 3)])


@njit(**options)  # type: ignore[untyped-decorator]
def sum_plain(code: Any, q: Any, m: Any, i: Any, j: Any, k: Any, runs: Any) -> Any:
    """One result of a sum of products, term by term."""
    total = -0.0
    for _ in range(runs):
        sign, count = code[at(q)], code[at(q + 1)]
        a, da = address(code, q + 2, i, j, k), signed(code[at(q + 6)])
        if sign < 2:
            q += 7
            for _ in range(count):
                total = total + m[at(a)] if sign == 0 else total - m[at(a)]
                a += da
            continue
        b, db = address(code, q + 7, i, j, k), signed(code[at(q + 11)])
        q += 12
        for _ in range(count):
            x = m[at(a)] * m[at(b)]
            total = total + x if sign == 2 else total - x
            a += da
            b += db
    return total


@njit(inline="always")
def softplus_sigmoid(x: Any) -> Any:
    """ln(1 + eˣ) and 1 / (1 + e⁻ˣ), from one exponential."""
    e = math.exp(-abs(x))
    u = 1.0 + e
    # ln(1 + e) to the last bits, though u is rounded: its error is put back, to first order.
    softplus = (x if x > 0.0 or x != x else 0.0) + (math.log(u) + (e - (u - 1.0)) / u)
    return softplus, (1.0 if x >= 0.0 else e) / u


@njit(**options)  # type: ignore[untyped-decorator]
def logsumexp(code: Any, p: Any, m: Any, count: Any) -> Any:
    """ln Σ exp of ``count`` places, the largest subtracted first."""
    top = m[code[at(p)]]
    for i in range(1, np.int64(count)):
        x = m[code[at(p + i)]]
        if x > top or x != x:
            top = x
    if top - top != 0.0:  # an infinity, or no number
        return top
    others, tops = 0.0, -1.0  # ln(1 + the others), which may be next to nothing
    for i in range(np.int64(count)):
        x = m[code[at(p + i)]]
        if x == top:
            tops += 1.0
        else:
            others += math.exp(x - top)
    return top + math.log1p(others + tops)


@njit(**options)  # type: ignore[untyped-decorator]
def softmax(code: Any, p: Any, m: Any, whole: Any, out: Any, apart: Any, count: Any) -> None:
    """The softmax of ``count`` places, after logsumexp where ``whole``; the results stand ``apart``."""
    top = m[code[at(p)]]
    for i in range(1, count):
        x = m[code[at(p + i)]]
        if x > top or x != x:
            top = x
    first = out
    if whole:
        out += apart
    o = out
    if top - top != 0.0:
        taken = 0.0 if top < 0.0 else top  # where all are −∞ their shares are 0
        for i in range(count):
            m[at(o)] = math.exp(m[code[at(p + i)]] - taken)
            o += apart
        m[at(first)] = top if whole else m[at(first)]
        return
    total = 0.0
    for i in range(count):
        grown = math.exp(m[code[at(p + i)]] - top)
        m[at(o)] = grown
        total += grown
        o += apart
    if whole:  # as in `logsumexp`; a branch that no processor foresees, so not where it is not needed
        others, tops, o = 0.0, -1.0, out
        for i in range(count):
            if m[code[at(p + i)]] == top:
                tops += 1.0
            else:
                others += m[at(o)]
            o += apart
        m[at(first)] = top + math.log1p(others + tops)
    share = 1.0 / total
    for _ in range(count):
        m[at(out)] *= share
        out += apart
