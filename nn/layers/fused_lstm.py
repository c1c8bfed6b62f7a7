"""An LSTM's steps, and its whole sequence as one node."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import autograd as ag
from nn.layers.fused import MANY, entries
from nn.layers.fused_lstm_loops import loop_back, loop_through

__all__ = ["lstm", "lstm_step"]

# Memory that is kept of a step for some rows of the batch: tanh c after it, c before it, and g, then the open gates
# i, f and o. What goes through them is, in the order of these, g, c and tanh c.
C, SAID, OPEN, LET = 1, slice(2, 6), slice(3, 6), slice(2, None, -1)
# Threads share the batch, so many entries of a state and more for each, where the weights stay in a processor's cache.
SHARE, SHARES, WIDE = 1 << 12, 8, 128
# Multiplications of a product that OpenBLAS does in the thread that asks for it.
ALONE = (1 << 19) - 1
# Rows that a share multiplies at a time for the gradient of the weights, while they are in the cache.
ROWS = 64
# Columns that are no slower to multiply by than one.
LANES = 16
# Bytes of slopes that are computed at a time.
AT_A_TIME = 1 << 18


def lstm_step(gates: list[Any], c: Any) -> list[Any]:
    """h and c after a step, from what is said to the gates i, f, g and o, and c before it."""
    i, f, g, o = gates
    c = ag.sigmoid(f) * c + ag.sigmoid(i) * ag.tanh(g)
    return [ag.sigmoid(o) * ag.tanh(c), c]


def _shares(batch: int, size: int) -> list[slice]:
    """The rows of each share. They do not depend on how many threads there are, and so the results do not either."""
    count = 1 if size > WIDE else max(1, min(SHARES, batch * size // SHARE))
    return [slice(batch * n // count, batch * (n + 1) // count) for n in range(count)]


def _shared(batch: int, size: int, work: Callable[..., None], kept: Any) -> None:
    """Do some work for each share, which is given its number, its rows and its own of what is kept."""
    shares = _shares(batch, size)
    ag.Primitive.shared(lambda: lambda n: work(n, shares[n], *kept[3 * n : 3 * n + 3]), len(shares))


def _columns(count: int, others: int, alone: bool) -> int:
    """How many columns of a product make a piece that BLAS does in the thread that asks for it.

    What no other share waits for is left to BLAS's threads.
    """
    most = max(1, ALONE // max(1, others))
    if not alone or count <= most:
        return max(1, count)
    even = -(-count // -(-count // most))
    found = -(-even // LANES) * LANES
    return found if found <= most else most // LANES * LANES or most


def _in_pieces(y: Any, columns: int) -> list[Any]:
    """Views of pieces of so many columns, with an axis for them before the last two, and of what is left."""
    whole = y.shape[-1] // columns * columns
    found = [y[..., :whole].reshape(*y.shape[:-1], whole // columns, columns).swapaxes(-2, -3)]
    return found if whole == y.shape[-1] else [*found, y[..., None, :, whole:]]


def _kept(batch: int, steps: int, inputs: int, size: int) -> list[tuple[int, ...]]:
    """For each share what is kept of its steps; h, x and a 1, which speak to the gates; and the last c."""
    rows = [share.stop - share.start for share in _shares(batch, size)]
    return [shape for n in rows for shape in ((steps, 6, n, size), (steps + 1, n, size + inputs + 1), (n, size))]


def _weights(weight_ih: Any, bias: Any, weight: Any) -> Any:
    """By which h, x and a 1 speak to each gate: g, i, f, o. A sigmoid is computed from −x."""
    size = weight.shape[1]
    y = np.empty((4, size, size + weight_ih.shape[1] + 1), weight.dtype)
    for part, given in ((y[..., :size], weight), (y[..., size:-1], weight_ih), (y[..., -1], bias)):
        by_gate = given.reshape(4, size, *given.shape[1:])
        part[0] = by_gate[2]
        np.negative(by_gate[:2], out=part[1:3])
        np.negative(by_gate[3], out=part[3])
    return y.swapaxes(1, 2)


def _keep(kept: Any, x: Any, weight_ih: Any, bias: Any, weight: Any, h: Any, c: Any) -> None:
    (batch, size), most = h.shape, len(kept[-1])
    columns = _columns(size, most * kept[1].shape[2], most < batch)
    weights = _turned(_in_pieces(_weights(weight_ih, bias, weight), columns), batch)

    def share(_: int, rows: slice, memory: Any, given: Any, last: Any) -> None:
        given[:-1, :, size:-1], given[..., -1], given[0, :, :size] = x[rows].swapaxes(0, 1), 1, h[rows]
        given[-1, :, size:-1] = 0  # nothing is said after the last step
        memory[0, C] = c[rows]
        if not loop_through(memory, given, last, weights):
            _through(memory, given, last, weights, columns)

    _shared(batch, size, share, kept)


def _turned(weights: list[Any], batch: int) -> list[Any]:
    return weights if batch < MANY else [np.ascontiguousarray(part) for part in weights]


def _through(memory: Any, given: Any, last: Any, weights: list[Any], columns: int) -> None:
    """All steps of some rows."""
    work, said = np.empty((2, *last.shape), memory.dtype), zip(*_in_pieces(memory[:, SAID], columns), strict=True)
    each = zip(given, said, memory, [*memory[1:, C], last], given[1:, :, : last.shape[1]], strict=False)
    with np.errstate(over="ignore"):
        for now, parts, step, next_c, next_h in each:
            for part, weight in zip(parts, weights, strict=True):
                np.matmul(now, weight, out=part)
            tanh, g, gates = step[0], step[2], step[OPEN]
            np.exp(gates, out=gates)
            gates += 1
            np.divide(1, gates, out=gates)  # quicker than np.reciprocal
            np.tanh(g, out=g)
            np.multiply(step[2:0:-1], gates[:2], out=work)
            np.add(work[0], work[1], out=next_c)
            np.tanh(next_c, out=tanh)
            np.multiply(tanh, gates[2], out=next_h)


def _found(batch: int, steps: int, inputs: int, size: int) -> list[tuple[int, ...]]:
    """The gradients for the first h and c; for each share that for what is said, and what it adds to the weights'."""
    rows = [share.stop - share.start for share in _shares(batch, size)]
    shares = [shape for n in rows for shape in ((steps, n, 4 * size), (4 * size, size + inputs + 1))]
    return [(batch, size), (batch, size), *shares]


def _back(found: Any, for_result: Any, kept: Any, inputs: Any) -> None:
    (for_h, for_c, *shares), weight = found, inputs[3]
    (batch, size), most = for_h.shape, len(kept[-1])
    pieces = _turned(_in_pieces(weight, _columns(size, most * len(weight), most < batch)), batch)
    at_a_time = max(1, ROWS // most) if most < batch else len(kept[0])
    columns = _columns(len(weight), at_a_time * most * kept[1].shape[2], most < batch)

    def share(number: int, rows: slice, memory: Any, given: Any, _: Any) -> None:
        for_said, total = shares[2 * number : 2 * number + 2]
        of_h, of_c, result = for_h[rows], for_c[rows], for_result[rows]
        of_c[:], of_h[:] = 0 if result.ndim == 3 else result, 0
        if not loop_back(for_said, of_h, of_c, result, memory, pieces, total, given, at_a_time, columns):
            _through_back(for_said, of_h, of_c, result, memory, pieces)
            _times_given(total, for_said, given, at_a_time, columns)

    _shared(batch, size, share, kept)


def _through_back(all_said: Any, for_h: Any, for_c: Any, for_result: Any, memory: Any, weights: list[Any]) -> None:
    """All steps of some rows, the last one first."""
    (steps, rows, _), size = all_said.shape, for_h.shape[1]
    for_each = for_result.swapaxes(0, 1) if for_result.ndim == 3 else np.zeros(steps, memory.dtype)
    work, parts = np.empty((rows, size), memory.dtype), _in_pieces(for_h, weights[0].shape[-1])
    for t, slope in _slopes(memory):
        for_gates = all_said[t].reshape(rows, 4, size).swapaxes(0, 1)  # a view
        np.add(for_h, for_each[t], out=for_h)
        for_c += np.multiply(slope[4], for_h, out=work)
        np.multiply(slope[:3], for_c, out=for_gates[:3])
        np.multiply(slope[3], for_h, out=for_gates[3])
        for_c *= memory[t, 4]
        for part, weight in zip(parts, weights, strict=True):
            np.matmul(all_said[t], weight, out=part)


def _times_given(total: Any, all_said: Any, given: Any, at_a_time: int, columns: int) -> None:
    """The gradient for what speaks to the gates, from that for what is said, some steps at a time."""
    more, width = np.empty_like(total), total.shape[1]
    for t in range(0, len(all_said), at_a_time):
        said = all_said[t : t + at_a_time].reshape(-1, len(total))
        now, y = given[t : t + at_a_time][: len(all_said) - t].reshape(-1, width), more if t else total
        for part, product in zip(_in_pieces(said, columns), _in_pieces(y.T, columns), strict=True):
            np.matmul(part.swapaxes(1, 2), now, out=product.swapaxes(1, 2))
        if t:
            total += more


def _slopes(memory: Any) -> Iterator[tuple[int, Any]]:
    """For each step, the last one first: the slopes of c for i, f and g, and of h for o and c."""
    steps, _, rows, size = memory.shape
    some = min(steps, max(1, AT_A_TIME // max(1, 5 * rows * size * memory.itemsize)))
    slopes = np.empty((some, 5, rows, size), memory.dtype)
    through = np.empty((some, 3, rows, size), memory.dtype)
    for stop in range(steps, 0, -some):
        part, y, slope = memory[max(0, stop - some) : stop], through[: min(some, stop)], slopes[: min(some, stop)]
        let, gates, shut = part[:, LET], part[:, OPEN], slope[:, 2:]
        np.multiply(let, gates, out=y)  # i g, f c and h
        np.subtract(1, gates, out=shut)
        np.multiply(shut[:, :2], y[:, :2], out=slope[:, :2])
        np.multiply(shut[:, 2], y[:, 2], out=slope[:, 3])
        y, slope_of_others = y[:, ::2], slope[:, 2::2]
        y *= let[:, ::2]
        np.subtract(gates[:, ::2], y, out=slope_of_others)
        yield from zip(range(stop - 1, stop - len(slope) - 1, -1), slope[::-1], strict=True)


def _composed(g: Any, x: Any, weight_ih: Any, bias: Any, weight: Any, h: Any, c: Any) -> list[Any]:
    batch, size = h.shape

    def result(more: Any, weight_ih: Any, bias: Any, weight: Any, h: Any, c: Any) -> Any:
        state, states = [h, c], []
        for t in range(x.shape[1]):
            said = ag.linear(x[:, t], weight_ih.T, bias) + state[0] @ weight.T + more[t]
            state = lstm_step([said[:, n * size : (n + 1) * size] for n in range(4)], state[1])
            states.append(state[0])
        return ag.stack(states, axis=1) if len(g.shape) == 3 else state[1]

    more = np.zeros((x.shape[1], batch, 4 * size), h.dtype)
    pull = ag.make_vjp(result, tuple(range(6)))(more, weight_ih, bias, weight, h, c)[0]
    for_said, for_weight_ih, for_bias, for_weight, *rest = pull(g)
    found: list[Any] = rest
    total = ag.concatenate([for_weight, for_weight_ih, for_bias[:, None]], axis=1)
    for number, rows in enumerate(_shares(batch, size)):  # of what shares add, the first one has all
        found += [for_said[:, rows], np.zeros(total.shape, h.dtype) if number else total]
    return found


def _for_x(found: Any, _: Any, inputs: Any) -> Any:
    """The gradient for x, a few rows at a time where threads of ours are at work."""
    (batch, steps, width), weight = inputs[0].shape, inputs[1]
    found = found[2::2]
    rows = [steps * y.shape[1] for y in found]
    most = max(1, ALONE // max(1, len(weight) * width)) if len(found) > 1 else batch * steps
    each = [next((n for n in range(min(most, count), 0, -1) if not count % n), 1) for count in rows]
    products = [y.reshape(-1, n, len(weight)) @ weight for y, n in zip(found, each, strict=True)]
    parts = [y.reshape(steps, -1, width) for y in products]
    return (parts[0] if len(parts) == 1 else ag.concatenate(parts, axis=1)).transpose(1, 0, 2)


def _for_weights(part: Any) -> Callable[..., Any]:
    """The sum of what all shares add to the gradient for some of the weights."""

    def rule(found: Any, _: Any, inputs: Any) -> Any:
        first, *others = [total[:, part(inputs)] for total in found[3::2]]
        for other in others:
            first = first + other
        return first if others else first + 0.0

    return rule


# The states, (batch, steps, size), and the last c, which goes the way back by itself; from x, its weights and biases,
# the weights of the state, and the first h and c.
lstm = entries(
    "lstm",
    _keep,
    [
        ("lstm", lambda kept, *inputs: [y[1:, :, : inputs[4].shape[1]].swapaxes(0, 1) for y in kept[1::3]]),
        ("lstm_memory", lambda kept, *_: kept[2::3]),
    ],
    _back,
    _composed,
    (
        _for_x,
        _for_weights(lambda inputs: slice(inputs[4].shape[1], -1)),
        _for_weights(lambda _: -1),
        _for_weights(lambda inputs: slice(inputs[4].shape[1])),
        lambda found, *_: found[0],
        lambda found, *_: found[1],
    ),
    kept=_kept,
    found=_found,
)
