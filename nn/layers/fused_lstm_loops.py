"""What lies between an LSTM's products, as loops in machine code: entry by entry, with NumPy's roundings.

Each is given words for a step of some rows: how many rows and units, then addresses and strides. Memory of a step is
as `fused_lstm` has it: tanh c after it, c before it, g, and the open gates i, f and o.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd as ag

__all__ = ["loop_back", "loop_open"]

_OPEN = '''
@parallel
def lstm_open(w: longs) -> int:
    """Gates from the exponentials of what was said to them, and c after the step."""
    n, step, next_c = w[0] * w[1], KINDs(w[2]), KINDs(w[3])
    c, g, i, f, o = step + n, step + 2 * n, step + 3 * n, step + 4 * n, step + 5 * n
    one = KIND(1.0)
    for j in range(n):
        i[j] = one / (i[j] + one)
        f[j] = one / (f[j] + one)
        o[j] = one / (o[j] + one)
        next_c[j] = g[j] * i[j] + c[j] * f[j]
    return 0
'''

_BACK = '''
def lstm_back(w: longs) -> int:
    """The gradient for what was said in a step, and for c before it, from those for h and c after it."""
    rows, n = w[0], w[1]
    for r in range(rows):
        of_h, of_c, said = KINDs(w[4]) + r * n, KINDs(w[5]) + r * n, KINDs(w[6]) + r * 4 * n
        row(n, rows * n, KINDs(w[2]) + r * n, KINDs(w[3] + r * w[7]), of_h, of_c, said)
    return 0

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

Steps = Callable[[int], object]


def loop_open(memory: Any, last: Any) -> Steps | None:
    """What opens the gates of a step, by its number; None where NumPy is to do it."""
    loop = _loop("lstm_open", _OPEN, memory)
    if loop is None:
        return None
    (steps, _, rows, size), stride = memory.shape, memory.strides[0]
    words = np.empty((steps, 4), np.int64)
    words[:, :2], words[:, 2] = (rows, size), _address(memory) + stride * np.arange(steps)
    words[:, 3] = words[:, 2] + stride + memory.strides[1]
    words[-1, 3] = _address(last)
    return _by_step(loop, words)


def loop_back(memory: Any, for_result: Any, for_h: Any, for_c: Any, all_said: Any) -> Steps | None:
    """What goes a step back, by its number; None where NumPy is to do it."""
    given = for_result, for_h, for_c, all_said
    fitting = all(y.dtype == memory.dtype and y.flags.aligned and y.strides[-1] == y.itemsize for y in given)
    loop = _loop("lstm_back", _BACK, memory) if fitting and for_result.ndim == 3 else None
    if loop is None:
        return None
    steps, _, rows, size = memory.shape
    words = np.empty((steps, 8), np.int64)
    words[:] = rows, size, *map(_address, (memory, for_result, for_h, for_c, all_said)), for_result.strides[0]
    for column, stride in ((2, memory.strides[0]), (3, for_result.strides[1]), (6, all_said.strides[0])):
        words[:, column] += stride * np.arange(steps)
    return _by_step(loop, words)


# Of fewer entries in a state, a loop saves less than its words take.
_FEW = 1 << 10


def _loop(name: str, text: str, memory: Any) -> Steps | None:
    kind = {"float32": "f4", "float64": "f8"}.get(memory.dtype.name)
    if kind is None or not len(memory) or memory[0, 0].size < _FEW or not memory.flags.c_contiguous:
        return None
    return ag.Primitive.loop(name, text.replace("KIND", kind))


def _address(y: Any) -> int:
    found: int = y.__array_interface__["data"][0]
    return found


def _by_step(loop: Steps, words: Any) -> Steps:
    start, stride = _address(words), words.strides[0]

    def run(t: int, words: Any = words) -> object:  # noqa: ARG001 (kept alive)
        return loop(start + t * stride)

    return run
