"""An LSTM's steps as loops in machine code, one for each direction: what `fused_lstm` does by NumPy, rounded alike.

Each is given words for some rows of a batch: lengths, then addresses. Memory of a step is as `fused_lstm` has it: tanh
c after it, c before it, g, and the open gates i, f and o. Products are taken in the same pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import autograd as ag

__all__ = ["loop_back", "loop_through"]

_THROUGH = '''
def lstm_through(w: longs) -> int:
    steps, rows, n, width, columns = w[0], w[1], w[2], w[3], w[4]
    all, whole, rest = rows * n, n // columns * columns, n % columns
    for t in range(steps):
        step, now, next_c = KINDs(w[5]) + t * 6 * all, KINDs(w[6]) + t * rows * width, KINDs(w[7])
        if t + 1 < steps:
            next_c = step + 7 * all
        for gate in range(4):
            said = step + (2 + gate) * all
            for j in range(0, whole, columns):
                weight = KINDs(w[8]) + (gate * whole + j) * width
                KIND_product(rows, columns, width, now, width, 0, weight, columns, 0, KIND(0), said + j, n)
            if rest > 0:
                weight = KINDs(w[9]) + gate * rest * width
                KIND_product(rows, rest, width, now, width, 0, weight, rest, 0, KIND(0), said + whole, n)
        KIND_exp(step + 3 * all, step + 3 * all, 3 * all)
        KIND_tanh(step + 2 * all, step + 2 * all, all)
        open(all, step, next_c)
        KIND_tanh(step, next_c, all)
        for r in range(rows):
            show(n, now + (rows + r) * width, step + r * n, step + 5 * all + r * n)
    return 0

@parallel
def open(n: int, step: KINDs, next_c: KINDs):
    """Gates from the exponentials of what was said to them, and c after the step."""
    c, g, i, f, o = step + n, step + 2 * n, step + 3 * n, step + 4 * n, step + 5 * n
    one = KIND(1.0)
    for j in range(n):
        i[j] = one / (i[j] + one)
        f[j] = one / (f[j] + one)
        o[j] = one / (o[j] + one)
        next_c[j] = g[j] * i[j] + c[j] * f[j]

@parallel
def show(n: int, h: KINDs, tanh: KINDs, o: KINDs):
    for j in range(n):
        h[j] = tanh[j] * o[j]
'''

_BACK = '''
def lstm_back(w: longs) -> int:
    """The gradients for x, for h and c before the first step, and for what speaks to the gates."""
    steps, rows, n, width, some = w[0], w[1], w[2], w[3], w[4]
    all, gates, inputs, terms = rows * n, 4 * n, w[23], w[5]
    for_h, for_c, total, all_said, of_x = KINDs(w[6]), KINDs(w[7]), KINDs(w[8]), KINDs(w[9]), KINDs(w[10])
    for before in range(0, steps, some):
        stop = steps - before
        start = max(0, stop - some)
        for later in range(stop - start):
            t = stop - 1 - later
            step, said = KINDs(w[11]) + t * 6 * all, all_said + (t - start) * rows * gates
            for r in range(rows):
                result = KINDs(w[12] + r * w[13] + t * w[14])
                row(n, all, step + r * n, result, for_h + r * n, for_c + r * n, said + r * gates)
            times(for_h, rows, n, gates, said, KINDs(w[15]), terms, w[16])
        count, given = (stop - start) * rows, KINDs(w[19]) + start * rows * width
        times(of_x, count, inputs, gates, all_said, KINDs(w[17]), terms, w[18])
        for i in range(count):
            copy(inputs, KINDs(w[20]) + (i % rows * steps + start + i // rows) * inputs, of_x + i * inputs)
        for j in range(0, gates, w[21]):
            piece, sum = min(w[21], gates - j), total + j * width
            if before == 0 or count <= 128:
                KIND_product(piece, width, count, all_said + j, gates, 1, given, width, 0, KIND(before > 0), sum, width)
            else:  # BLAS would add the sums of its own parts to what is there one by one
                more = KINDs(w[22])
                KIND_product(piece, width, count, all_said + j, gates, 1, given, width, 0, KIND(0), more, width)
                add(piece * width, sum, more)
    return 0

def times(y: KINDs, rows: int, width: int, gates: int, said: KINDs, weight: KINDs, terms: int, columns: int):
    for k in range(0, gates, terms):
        for j in range(0, width, columns):
            piece, count, part = min(columns, width - j), min(terms, gates - k), weight + k * width + j
            KIND_product(rows, piece, count, said + k, gates, 0, part, width, 0, KIND(k > 0), y + j, width)

@parallel
def copy(n: int, y: KINDs, x: KINDs):
    for j in range(n):
        y[j] = x[j]

@parallel
def add(n: int, sum: KINDs, more: KINDs):
    for j in range(n):
        sum[j] = sum[j] + more[j]

@parallel
def row(n: int, all: int, tanh: KINDs, result: KINDs, for_h: KINDs, for_c: KINDs, for_i: KINDs):
    c, g, i, f, o = tanh + all, tanh + 2 * all, tanh + 3 * all, tanh + 4 * all, tanh + 5 * all
    for_f, for_g, for_o = for_i + n, for_i + 2 * n, for_i + 3 * n
    one = KIND(1.0)
    for j in range(n):
        ig, fc, h = g[j] * i[j], c[j] * f[j], tanh[j] * o[j]
        of_h = for_h[j] + result[j]
        of_c = for_c[j] + (o[j] - h * tanh[j]) * of_h
        for_i[j] = (one - i[j]) * ig * of_c
        for_f[j] = (one - f[j]) * fc * of_c
        for_g[j] = (i[j] - ig * g[j]) * of_c
        for_o[j] = (one - o[j]) * h * of_h
        for_c[j] = of_c * f[j]
'''

# Of fewer entries in a state, a loop saves less than its words take.
_FEW = 1 << 10


def loop_through(memory: Any, given: Any, last: Any, weights: list[Any]) -> bool:
    """Fill in what is kept of all steps, unless that is left to NumPy."""
    loop = _loop("lstm_through", _THROUGH, memory, (given, last, *weights), weights)
    if loop is None:
        return False
    _run(loop, memory, given, weights[0].shape[-1], [memory, given, last, weights[0], weights[-1]])
    return True


def loop_back(
    for_x: Any, for_h: Any, for_c: Any, total: Any, for_result: Any, memory: Any, given: Any, plan: Any
) -> bool:
    """Go all steps back, unless that is left to NumPy."""
    if for_result.ndim != 3 or for_result.strides[2] != for_result.itemsize or not for_result.flags.aligned:
        return False
    loop = _loop("lstm_back", _BACK, memory, (for_x, for_h, for_c, total, given, *plan.weights), plan.weights)
    widths, of_weights = (for_h.shape[1], for_x.shape[2], len(total)), [*zip(plan.weights, plan.columns, strict=False)]
    if loop is None or for_result.dtype != memory.dtype or any(np.remainder(widths, plan.columns) == 1):
        return False
    rows, kind = plan.steps * len(for_h), memory.dtype
    said, of_x = np.empty((rows, len(total)), kind), np.empty((rows, for_x.shape[2]), kind)
    more = np.empty((plan.columns[2], given.shape[2]), kind)
    words = [plan.terms, for_h, for_c, total, said, of_x, memory, for_result, *for_result.strides[:2]]
    words += [word for pair in of_weights for word in pair]
    _run(loop, memory, given, plan.steps, [*words, given, for_x, plan.columns[2], more, for_x.shape[2]])
    return True


def _loop(name: str, text: str, memory: Any, same: Sequence[Any], weights: list[Any]) -> Callable[[int], object] | None:
    """The loop, if it is for arrays like these; NumPy takes single rows and columns in other ways."""
    kind = {"float32": "f4", "float64": "f8"}.get(memory.dtype.name)
    if kind is None or not len(memory) or memory[0, 0].size < _FEW or memory.shape[2] < 2 or weights[-1].shape[-1] == 1:
        return None
    if any(y.dtype != memory.dtype or not y.flags.c_contiguous or not y.flags.aligned for y in (memory, *same)):
        return None
    return ag.Primitive.loop(name, text.replace("KIND", kind))


def _run(loop: Callable[[int], object], memory: Any, given: Any, some: int, words: list[Any]) -> None:
    """Give a loop its lengths and the words that follow: numbers, and arrays for their addresses."""
    steps, _, rows, size = memory.shape
    words = [steps, rows, size, given.shape[2], some, *words]
    given_words = np.array([x if isinstance(x, int) else x.__array_interface__["data"][0] for x in words], np.int64)
    loop(given_words.ctypes.data)
