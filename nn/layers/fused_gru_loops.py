"""A GRU's steps as loops in machine code, one for each direction: what `fused_gru` does by NumPy, rounded alike.

Each goes through all steps of some rows of a batch. Memory is as `fused_gru` has it: what is of a step and gate is a
row for each of the batch.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

import autograd as ag
from nn.layers.fused import ALONE

__all__ = ["loop_back", "loop_through", "rows_of_shares"]

# Threads share the batch where the weights stay in a processor's cache, a state has so many entries and more, and a
# share so many rows.
WIDE, SHARED, ROWS = 128, 1 << 12, 8
# By which a loop works: what all shares have in common, and what is of a share, with memory of a thread's own.
_COMMON = "steps", "batch", "rows", "n", "weights", "to_n", "result_rows", "result_steps"
_OWN = "gates", "said", "new", "h", "for_inputs", "for_state", "for_h", "result", "work"
_NAMES = *_COMMON, *_OWN
_READ = f"{', '.join(_NAMES)} = {', '.join(f'w[{i}]' for i in range(len(_NAMES)))}"

_THROUGH = '''
def gru_through(w: longs) -> int:
    NAMES
    all, apart = rows * n, batch * n
    for t in range(steps):
        r, now, heard = KINDs(gates) + 2 * t * apart, KINDs(h) + t * apart, KINDs(work)
        z, to_new, spoken = r + apart, KINDs(new) + t * apart, KINDs(said) + t * apart
        for gate in range(3):
            weight, place = KINDs(weights) + gate * n * n, heard + gate * all
            KIND_product(rows, n, n, now, n, 0, weight, n, 0, KIND(0), place, n)
        for i in range(rows):
            hear(n, r + i * n, z + i * n, spoken + i * n, heard + i * n, all, KINDs(to_n))
        KIND_exp(r, r, all)
        KIND_exp(z, z, all)
        open(all, r, z, spoken, to_new)
        KIND_tanh(to_new, to_new, all)
        mix(all, now + apart, now, to_new, z)
    return 0

@parallel
def hear(n: int, r: KINDs, z: KINDs, said: KINDs, heard: KINDs, all: int, to_n: KINDs):
    for_z, for_n = heard + all, heard + 2 * all
    for j in range(n):
        r[j] = r[j] + heard[j]
        z[j] = z[j] + for_z[j]
        said[j] = for_n[j] + to_n[j]

@parallel
def open(n: int, r: KINDs, z: KINDs, said: KINDs, new: KINDs):
    """Gates from the exponentials of what was said to them, and what goes into tanh."""
    one = KIND(1.0)
    for j in range(n):
        r[j] = one / (r[j] + one)
        z[j] = one / (z[j] + one)
        new[j] = new[j] + r[j] * said[j]

@parallel
def mix(n: int, after: KINDs, before: KINDs, new: KINDs, z: KINDs):
    for j in range(n):
        after[j] = (before[j] - new[j]) * z[j] + new[j]
'''

_BACK = '''
def gru_back(w: longs) -> int:
    """The gradients for what inputs and the state say to the gates, and for h before the first step."""
    NAMES
    apart = batch * n
    for later in range(steps):
        t = steps - 1 - later
        r, now, of_state = KINDs(gates) + 2 * t * apart, KINDs(h) + t * apart, KINDs(for_state) + 3 * t * apart
        to_new, spoken, of_inputs = KINDs(new) + t * apart, KINDs(said) + t * apart, KINDs(for_inputs) + 3 * t * apart
        for i in range(rows):
            of_result, place = KINDs(result + i * result_rows + t * result_steps), i * n
            row(n, KINDs(for_h) + place, of_result, r + place, r + apart + place, spoken + place, to_new + place,
                now + place, of_inputs + 3 * place, of_state + 3 * place)
        for gate in range(3):
            weight = KINDs(weights) + gate * n * n
            KIND_product(rows, n, n, of_state + gate * n, 3 * n, 0, weight, n, 0, KIND(1), KINDs(for_h), n)
    return 0

@parallel
def row(n: int, for_h: KINDs, result: KINDs, r: KINDs, z: KINDs, said: KINDs, new: KINDs, h: KINDs,
        for_inputs: KINDs, for_state: KINDs):
    input_z, input_n, state_z, state_n = for_inputs + n, for_inputs + 2 * n, for_state + n, for_state + 2 * n
    one = KIND(1.0)
    for j in range(n):
        of_h = for_h[j] + result[j]
        shut = one - z[j]
        of_n = (one - new[j] * new[j]) * shut * of_h
        of_z = shut * z[j] * ((h[j] - new[j]) * of_h)
        of_r = (one - r[j]) * r[j] * said[j] * of_n
        for_inputs[j] = of_r
        for_state[j] = of_r
        input_z[j] = of_z
        state_z[j] = of_z
        input_n[j] = of_n
        state_n[j] = of_n * r[j]
        for_h[j] = of_h * z[j]
'''


@cache
def rows_of_shares(batch: int, size: int) -> int:
    """How many rows each share has: as many as BLAS multiplies in the thread that asks for it; or all."""
    if size > WIDE or batch * size < SHARED:
        return max(1, batch)
    fitting = [n for n in range(ROWS, batch + 1) if batch % n == 0 and n * size * size <= ALONE]
    return max(fitting, default=batch)


def loop_through(kept: Any, weights: Any, to_n: Any) -> bool:
    """Go through all steps, unless that is left to NumPy: to the gates is there what inputs say, and the first h."""
    names = "gates", "new", "said", "h"
    return _run("gru_through", _THROUGH, dict(zip(names, kept, strict=True)), weights, {"to_n": to_n})


def loop_back(found: Any, g: Any, kept: Any, weight: Any) -> bool:
    """Go all steps back, unless that is left to NumPy; the gradient for h is 0 still."""
    names = "gates", "new", "said", "h", "for_inputs", "for_state", "for_h"
    given = {"result_rows": g.strides[0], "result_steps": g.strides[1]}
    return g.strides[2] == g.itemsize and _run(
        "gru_back", _BACK, {**dict(zip(names, (*kept, *found), strict=True)), "result": g}, weight, given
    )


def _run(name: str, text: str, arrays: dict[str, Any], weights: Any, given: dict[str, Any]) -> bool:
    """Give a loop its words for each thread and share."""
    memory = arrays["h"]
    steps, (batch, size) = len(memory) - 1, memory.shape[1:]
    rows = rows_of_shares(batch, size)
    if batch < 2 * rows:
        return False
    kind, shares = {"float32": "f4", "float64": "f8"}.get(memory.dtype.name), batch // rows
    common = [weights, *(y for y in given.values() if not isinstance(y, int))]
    if kind is None or not all(y.flags.c_contiguous for y in common):
        return False
    if any(y.dtype != memory.dtype or not y.flags.aligned for y in (*arrays.values(), *common)):
        return False
    loop = ag.Primitive.loop(name, text.replace("NAMES", _READ).replace("KIND", kind))
    if loop is None:
        return False
    words = np.zeros((shares, shares, len(_NAMES)), np.int64)  # as many threads as shares, at most
    numbers = {"steps": steps, "batch": batch, "rows": rows, "n": size, "weights": weights, **given}
    for word, y in numbers.items():
        words[..., _NAMES.index(word)] = y if isinstance(y, int) else _address(y)
    for word, y in arrays.items():
        axis = {"result": 0, "for_h": 0}.get(word, y.ndim - 2)  # that of the batch
        words[..., _NAMES.index(word)] = _address(y) + np.arange(shares) * (rows * y.strides[axis])
    work = np.empty((shares, 3, rows, size), memory.dtype)
    words[..., _NAMES.index("work")] = [[_address(part)] for part in work]
    loop.shares(words)
    return True


def _address(y: Any) -> int:
    found: int = y.__array_interface__["data"][0]
    return found
