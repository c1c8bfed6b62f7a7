"""An LSTM's steps, and its whole sequence as one node."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import autograd as ag
from nn.layers.fused import MANY, entries, for_bias, for_state, for_weight, for_weight_of_state, for_x

__all__ = ["lstm", "lstm_step"]

# Memory that is kept of a step for some rows of the batch: first the open gates o, i and f; then what they let through,
# which are h, i g and f c; then g, c before the step, and tanh c after it.
OPEN, THROUGH, G, C, TANH = slice(0, 3), slice(3, 6), 6, 7, 8
# Threads share the batch, so many entries of a state and more for each, where the weights stay in a processor's cache.
SHARE, SHARES, WIDE = 1 << 12, 8, 128
# Multiplications of a product that OpenBLAS does in the thread that asks for it.
ALONE = (1 << 19) - 1
# Bytes of slopes that are computed at a time.
AT_A_TIME = 1 << 20


def lstm_step(gates: list[Any], c: Any) -> list[Any]:
    """h and c after a step, from what is said to the gates i, f, g and o, and c before it."""
    i, f, g, o = gates
    c = ag.sigmoid(f) * c + ag.sigmoid(i) * ag.tanh(g)
    return [ag.sigmoid(o) * ag.tanh(c), c]


def _shares(batch: int, size: int) -> list[slice]:
    """The rows of each share. They do not depend on how many threads there are, and so the results do not either."""
    count = 1 if size > WIDE else max(1, min(SHARES, batch * size // SHARE))
    return [slice(batch * n // count, batch * (n + 1) // count) for n in range(count)]


def _shared(batch: int, size: int, work: Callable[..., None], *kept: Any) -> None:
    """Do some work for each share, which is given its rows and its own of what is kept."""
    shares = _shares(batch, size)
    ag.Primitive.shared(lambda: lambda n: work(shares[n], *kept[2 * n : 2 * n + 2]), len(shares))


def _pieces(factor: Any, product: Any) -> tuple[Any, Any]:
    """Views with an axis of pieces, each a product that BLAS does in the thread that asks for it."""
    rows, columns = product.shape[-2:]
    most = ALONE // max(1, rows * factor.shape[-2])
    count = next((n for n in range(1, columns) if not columns % n and columns // n <= most), 1)
    return _in_pieces(factor, count), _in_pieces(product, count)


def _in_pieces(y: Any, count: int) -> Any:
    return y.reshape(*y.shape[:-1], count, y.shape[-1] // count).swapaxes(-2, -3)


def _kept(batch: int, steps: int, size: int) -> list[tuple[int, ...]]:
    """For each share what is kept of its steps, and the last c."""
    rows = [share.stop - share.start for share in _shares(batch, size)]
    return [shape for n in rows for shape in ((steps, 9, n, size), (n, size))]


def _weights(weight_ih: Any, bias: Any, weight: Any) -> Any:
    """By which h, x and a 1 speak to each gate: o, i, f, g. A sigmoid is computed from −x."""
    size = weight.shape[1]
    y = np.empty((4, size, size + weight_ih.shape[1] + 1), weight.dtype)
    for part, given in ((y[..., :size], weight), (y[..., size:-1], weight_ih), (y[..., -1], bias)):
        by_gate = given.reshape(4, size, *given.shape[1:])
        np.negative(by_gate[3], out=part[0])
        np.negative(by_gate[:2], out=part[1:3])
        part[3] = by_gate[2]
    return y


def _keep(kept: Any, x: Any, weight_ih: Any, bias: Any, weight: Any, h: Any, c: Any) -> None:
    weights = _weights(weight_ih, bias, weight).swapaxes(1, 2)
    weights = weights if len(h) < MANY else np.ascontiguousarray(weights)

    def share(rows: slice, memory: Any, last: Any) -> None:
        said = np.empty((4, *last.shape), memory.dtype)
        factor, product = _pieces(weights, said) if len(last) < len(h) else (weights, said)
        _through(memory, last, x[rows], h[rows], c[rows], factor, product, said)

    _shared(*h.shape, share, *kept)


def _through(memory: Any, last: Any, x: Any, h: Any, c: Any, weights: Any, product: Any, said: Any) -> None:
    """All steps of some rows. ``product`` and ``said`` are the same memory."""
    size, (batch, steps, inputs) = h.shape[1], x.shape
    given = np.ones((steps + 1, batch, size + inputs + 1), memory.dtype)
    given[0, :, :size], given[:-1, :, size:-1], memory[0, C] = h, x.swapaxes(0, 1), c
    sigmoids, to_g = said[:3], said[3]
    with np.errstate(over="ignore"):
        for now, then, step, next_c in zip(given[:-1], given[1:], memory, [*memory[1:, C], last], strict=True):
            np.matmul(now, weights, out=product)
            np.exp(sigmoids, out=sigmoids)
            sigmoids += 1
            np.divide(1, sigmoids, out=step[OPEN])  # quicker than np.reciprocal
            np.tanh(to_g, out=step[G])
            np.multiply(step[1:3], step[G : C + 1], out=step[4:6])
            np.add(step[4], step[5], out=next_c)
            np.tanh(next_c, out=step[TANH])
            np.multiply(step[0], step[TANH], out=step[3])
            then[:, :size] = step[3]


def _found(batch: int, steps: int, size: int) -> list[tuple[int, ...]]:
    """The gradients for what is said to the gates, and for the first c."""
    return [(steps, batch, 4 * size), (batch, size)]


def _back(found: Any, for_result: Any, kept: Any, inputs: Any) -> None:
    (for_said, for_c), weight = found, inputs[3]

    def share(rows: slice, memory: Any, _: Any) -> None:
        for_h = np.zeros((memory.shape[2], weight.shape[1]), memory.dtype)
        factor, product = _pieces(weight, for_h) if len(for_h) < len(for_c) else (weight, for_h)
        _through_back(for_said[:, rows], for_c[rows], for_result[rows], memory, factor, product, for_h)

    _shared(*for_c.shape, share, *kept)


def _through_back(
    for_said: Any, for_c: Any, for_result: Any, memory: Any, weight: Any, product: Any, for_h: Any
) -> None:
    """All steps of some rows, the last one first. ``product`` and ``for_h`` are the same memory."""
    batch, size = for_c.shape
    for_each = np.ascontiguousarray(for_result.swapaxes(0, 1)) if for_result.ndim == 3 else None
    for_c[:] = for_result if for_each is None else 0
    work = np.empty((batch, size), memory.dtype)
    for t, slope in _slopes(memory):
        if for_each is not None:
            for_h += for_each[t]
        for_c += np.multiply(slope[4], for_h, out=work)
        gates = for_said[t].reshape(batch, 4, size).swapaxes(0, 1)  # a view
        np.multiply(slope[1:4], for_c, out=gates[:3])
        np.multiply(slope[0], for_h, out=gates[3])
        for_c *= memory[t, 2]
        if t:
            np.matmul(for_said[t], weight, out=product)


def _slopes(memory: Any) -> Iterator[tuple[int, Any]]:
    """For each step, the last one first: the slopes of h for o, of c for i, f and g, and of h for c."""
    steps, _, batch, size = memory.shape
    some = min(steps, max(1, AT_A_TIME // max(1, 5 * batch * size * memory.itemsize)))
    slopes = np.empty((some, 5, batch, size), memory.dtype)
    for stop in range(steps, 0, -some):
        y, slope = memory[max(0, stop - some) : stop], slopes[: min(some, stop)]
        np.subtract(1, y[:, OPEN], out=slope[:, OPEN])
        slope[:, OPEN] *= y[:, THROUGH]
        np.multiply(y[:, 4:2:-1], y[:, G : TANH + 1 : 2], out=slope[:, 3:])
        np.subtract(y[:, 1::-1], slope[:, 3:], out=slope[:, 3:])
        yield from zip(range(stop - 1, stop - len(slope) - 1, -1), slope[::-1], strict=True)


def _composed(g: Any, x: Any, weight_ih: Any, bias: Any, weight: Any, h: Any, c: Any) -> list[Any]:
    size = h.shape[1]
    more = np.zeros((x.shape[1], x.shape[0], 4 * size), h.dtype)

    def result(more: Any, c: Any) -> Any:
        state, states = [h, c], []
        for t in range(x.shape[1]):
            said = ag.linear(x[:, t], weight_ih.T, bias) + state[0] @ weight.T + more[t]
            state = lstm_step([said[:, n * size : (n + 1) * size] for n in range(4)], state[1])
            states.append(state[0])
        return ag.stack(states, axis=1) if len(g.shape) == 3 else state[1]

    found: list[Any] = ag.make_vjp(result, (0, 1))(more, c)[0](g)
    return found


# The states, (batch, steps, size), and the last c, which goes the way back by itself; from x, its weights and biases,
# the weights of the state, and the first h and c.
lstm = entries(
    "lstm",
    _keep,
    [
        ("lstm", lambda kept: [memory[:, 3].swapaxes(0, 1) for memory in kept[::2]]),
        ("lstm_memory", lambda kept: kept[1::2]),
    ],
    _back,
    _composed,
    (for_x, for_weight, for_bias, for_weight_of_state, for_state, lambda found, *_: found[1]),
    kept=_kept,
    found=_found,
)
