"""An LSTM's steps as loops in machine code, one for each direction: what `fused_lstm` does by NumPy, rounded alike.

Each goes through all steps of some rows of a batch. Memory of a step is as `fused_lstm` has it: tanh c after it, c
before it, g, and the open gates i, f and o. Products are taken in the same pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import autograd as ag
from nn.layers.fused import MANY

__all__ = ["loop_back", "loop_through"]

# By which a loop works: what all shares have in common, what is of a share, and memory of a thread's own.
_COMMON = (
    "steps", "n", "width", "inputs", "columns", "weights", "x_rows", "x_steps",
    "some", "terms", "weight", "weight_ih", "columns_of_x", "columns_of_total", "result_rows", "result_steps",
)  # fmt: skip
_OWN = "rows", "memory", "given", "last", "x", "h", "c", "for_x", "for_h", "for_c", "total", "result"
_SCRATCH = "said", "of_x", "more"
_NAMES = *_COMMON, *_OWN, *_SCRATCH
_READ = f"{', '.join(_NAMES)} = {', '.join(f'w[{i}]' for i in range(len(_NAMES)))}"

_WEIGHTS = '''
def lstm_weights(w: longs) -> int:
    """By which h, x and a 1 speak to a gate, turned, in pieces of some columns; a sigmoid is computed from −x."""
    n, inputs, columns, place, gate, sign = w[0], w[1], w[2], w[3], w[4], KIND(w[5])
    width, whole = n + inputs + 1, n // columns * columns
    for j in range(0, n, columns):
        piece, rest = min(columns, n - j), n - whole
        y = KINDs(w[6]) + (place * whole + j) * width
        if j == whole:
            y = KINDs(w[6]) + (4 * whole + place * rest) * width
        turn(n, piece, y, KINDs(w[7]) + (gate * n + j) * n, sign)
        turn(inputs, piece, y + n * piece, KINDs(w[8]) + (gate * n + j) * inputs, sign)
        turn(1, piece, y + (n + inputs) * piece, KINDs(w[9]) + gate * n + j, sign)
    return 0

@parallel
def turn(rows: int, columns: int, y: KINDs, x: KINDs, sign: KIND):
    for i in range(rows):
        for j in range(columns):
            y[i * columns + j] = x[j * rows + i] * sign
'''

_THROUGH = '''
def lstm_through(w: longs) -> int:
    NAMES
    all, whole, rest = rows * n, n // columns * columns, n % columns
    copy(all, KINDs(memory) + all, KINDs(c))
    for r in range(rows):
        copy(n, KINDs(given) + r * width, KINDs(h) + r * n)
        after = KINDs(given) + (steps * rows + r) * width + n
        fill(inputs, after, KIND(0))  # nothing is said after the last step
        fill(1, after + inputs, KIND(1))
    for t in range(steps):
        step, now, next_c = KINDs(memory) + t * 6 * all, KINDs(given) + t * rows * width, KINDs(last)
        if t + 1 < steps:
            next_c = step + 7 * all
        for r in range(rows):
            copy(inputs, now + r * width + n, KINDs(x + r * x_rows + t * x_steps))
            fill(1, now + r * width + n + inputs, KIND(1))
        for gate in range(4):
            heard, part = step + (2 + gate) * all, KINDs(weights) + gate * whole * width
            for j in range(0, whole, columns):
                KIND_product(rows, columns, width, now, width, 0, part + j * width, columns, 0, KIND(0), heard + j, n)
            if rest > 0:
                part = KINDs(weights) + (4 * whole + gate * rest) * width
                KIND_product(rows, rest, width, now, width, 0, part, rest, 0, KIND(0), heard + whole, n)
        KIND_exp(step + 3 * all, step + 3 * all, 3 * all)
        KIND_tanh(step + 2 * all, step + 2 * all, all)
        open(all, step, next_c)
        KIND_tanh(step, next_c, all)
        for r in range(rows):
            show(n, now + (rows + r) * width, step + r * n, step + 5 * all + r * n)
    return 0

@parallel
def fill(n: int, y: KINDs, value: KIND):
    for j in range(n):
        y[j] = value

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
    NAMES
    all, gates = rows * n, 4 * n
    for before in range(0, steps, some):
        stop = steps - before
        start = max(0, stop - some)
        for later in range(stop - start):
            t = stop - 1 - later
            step, now = KINDs(memory) + t * 6 * all, KINDs(said) + (t - start) * rows * gates
            for r in range(rows):
                of_result = KINDs(result + r * result_rows + t * result_steps)
                row(n, all, step + r * n, of_result, KINDs(for_h) + r * n, KINDs(for_c) + r * n, now + r * gates)
            times(KINDs(for_h), rows, n, gates, now, KINDs(weight), terms, columns)
        count, spoke = (stop - start) * rows, KINDs(given) + start * rows * width
        times(KINDs(of_x), count, inputs, gates, KINDs(said), KINDs(weight_ih), terms, columns_of_x)
        for i in range(count):
            copy(inputs, KINDs(for_x) + (i % rows * steps + start + i // rows) * inputs, KINDs(of_x) + i * inputs)
        for j in range(0, gates, columns_of_total):
            piece, beta, sum = min(columns_of_total, gates - j), KIND(before > 0), KINDs(total) + j * width
            y = sum
            if before > 0 and count > 128:  # BLAS would add the sums of its own parts to what is there one by one
                beta, y = KIND(0), KINDs(more)
            KIND_product(piece, width, count, KINDs(said) + j, gates, 1, spoke, width, 0, beta, y, width)
            if before > 0 and count > 128:
                add(piece * width, sum, y)
    return 0

def times(y: KINDs, rows: int, width: int, gates: int, said: KINDs, weight: KINDs, terms: int, columns: int):
    for k in range(0, gates, terms):
        for j in range(0, width, columns):
            piece, count, part = min(columns, width - j), min(terms, gates - k), weight + k * width + j
            KIND_product(rows, piece, count, said + k, gates, 0, part, width, 0, KIND(k > 0), y + j, width)

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

_COPY = """
@parallel
def copy(n: int, y: KINDs, x: KINDs):
    for j in range(n):
        y[j] = x[j]
"""

# Of fewer entries in a state, a loop saves less than its words take.
_FEW = 1 << 10


def loop_through(
    kept: Any, shares: Sequence[slice], x: Any, weight_ih: Any, bias: Any, weight: Any, h: Any, c: Any, columns: int
) -> bool:
    """Fill in what is kept of all steps, unless that is left to NumPy."""
    n, inputs, memory = h.shape[1], x.shape[2], kept[0]
    whole = weight_ih, bias, weight, h, c
    if len(h) < MANY or n % columns == 1 or not _fits(kept, x, *whole):
        return False
    turn, through = _loop("lstm_weights", _WEIGHTS, memory), _loop("lstm_through", _THROUGH, memory)
    if turn is None or through is None:
        return False
    turned = np.empty(4 * n * kept[1].shape[2], memory.dtype)
    places = [[place, gate, sign] for place, (gate, sign) in enumerate(((2, 1), (0, -1), (1, -1), (3, -1)))]
    words = [[n, inputs, columns, *place, *map(_address, (turned, weight, weight_ih, bias))] for place in places]
    turn.shares(np.array([words] * min(4, len(shares)), np.int64))
    common = {"inputs": inputs, "columns": columns, "weights": turned, "x_rows": x.strides[0], "x_steps": x.strides[1]}
    own = {"x": [x[rows] for rows in shares], "h": [h[rows] for rows in shares], "c": [c[rows] for rows in shares]}
    _run(through, kept, common, own)
    return True


def loop_back(
    kept: Any, shares: Sequence[slice], for_x: Any, for_h: Any, for_c: Any, totals: Any, for_result: Any, plan: Any
) -> bool:
    """Go all steps back, unless that is left to NumPy."""
    (n, inputs, gates), memory = (for_h.shape[1], for_x.shape[2], len(plan.weights[0])), kept[0]
    if for_result.ndim != 3 or any(np.remainder((n, inputs, gates), plan.columns) == 1) or inputs == 1:
        return False
    if not _fits(kept, for_result, *plan.weights) or (back := _loop("lstm_back", _BACK, memory)) is None:
        return False
    names = "columns", "columns_of_x", "columns_of_total", "weight", "weight_ih", "result_rows", "result_steps"
    words = *plan.columns, *plan.weights, *for_result.strides[:2]
    common = {"inputs": inputs, "some": plan.steps, "terms": plan.terms, **dict(zip(names, words, strict=True))}
    arrays = {"for_x": for_x, "for_h": for_h, "for_c": for_c, "result": for_result}
    own = {name: [y[rows] for rows in shares] for name, y in arrays.items()}
    most = plan.steps * len(kept[-1])
    lengths = most * gates, most * inputs, plan.columns[2] * kept[1].shape[2]
    scratch = [np.empty((len(shares), length), memory.dtype) for length in lengths]
    _run(back, kept, common, {**own, "total": totals}, scratch)
    return True


def _fits(kept: Any, x: Any, *others: Any) -> bool:
    """Whether arrays are as loops take them; NumPy takes single rows and columns in other ways."""
    memory = kept[0]
    if not len(memory) or memory.shape[2] < 2 or memory.shape[3] < 2 or memory[0, 0].size < _FEW:
        return False
    if any(y.dtype != memory.dtype or not y.flags.aligned for y in (memory, x, *others)):
        return False
    return x.strides[2] == x.itemsize and all(y.flags.c_contiguous for y in others)


def _loop(name: str, text: str, memory: Any) -> Any:
    kind = {"float32": "f4", "float64": "f8"}.get(memory.dtype.name)
    if kind is None:
        return None
    return ag.Primitive.loop(name, (text + _COPY).replace("NAMES", _READ).replace("KIND", kind))


def _address(y: Any) -> int:
    found: int = y.__array_interface__["data"][0]
    return found


def _run(loop: Any, kept: Any, common: dict[str, Any], own: dict[str, Any], scratch: Sequence[Any] = ()) -> None:
    """Give a loop its words for each thread and share."""
    memories, given, last = kept[::3], kept[1::3], kept[2::3]
    common |= {"steps": len(memories[0]), "n": last[0].shape[1], "width": given[0].shape[2]}
    own |= {"rows": [len(y) for y in last], "memory": memories, "given": given, "last": last}
    words = np.zeros((len(last), len(last), len(_NAMES)), np.int64)  # as many threads as shares, at most
    for name, x in common.items():
        words[..., _NAMES.index(name)] = x if isinstance(x, int) else _address(x)
    for name, each in own.items():
        words[..., _NAMES.index(name)] = [x if isinstance(x, int) else _address(x) for x in each]
    for name, y in zip(_SCRATCH, scratch, strict=False):
        words[..., _NAMES.index(name)] = [[_address(x)] for x in y]
    loop.shares(words)
