"""An LSTM's steps, and its whole sequence as one node."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

import autograd as ag
from nn.layers.fused import ALONE, MANY, entries
from nn.layers.fused_lstm_loops import loop_back, loop_through

__all__ = ["lstm", "lstm_step"]

# Memory that is kept of a step for some rows of the batch: tanh c after it, c before it, and g, then the open gates
# i, f and o. What goes through them is, in the order of these, g, c and tanh c.
C, SAID, OPEN, LET = 1, slice(2, 6), slice(3, 6), slice(2, None, -1)
# Threads share the batch, so many entries of a state and more for each, where the weights stay in a processor's cache.
SHARE, SHARES, WIDE = 1 << 12, 8, 128
# Rows that a share multiplies at a time for the gradients of x and the weights, while they are in the cache.
ROWS = 64
# Terms of the gradients for h and x that a share sums at a time: more would leave fewer columns, for each of which BLAS
# puts what is said in order anew.
TERMS = 64
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
    if columns == y.shape[-1]:
        return [y[..., None, :, :]]
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
    if loop_through(kept, _shares(batch, size), x, weight_ih, bias, weight, h, c, columns):
        return
    weights = _turned(_in_pieces(_weights(weight_ih, bias, weight), columns), batch)

    def share(_: int, rows: slice, memory: Any, given: Any, last: Any) -> None:
        given[:-1, :, size:-1], given[..., -1], given[0, :, :size] = x[rows].swapaxes(0, 1), 1, h[rows]
        given[-1, :, size:-1] = 0  # nothing is said after the last step
        memory[0, C] = c[rows]
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


def _found(batch: int, steps: int, inputs: int, size: int, *, of_data: bool) -> list[tuple[int, ...]]:
    """The gradients for x and the first h and c; and for each share what it adds to the weights' and biases'."""
    total = 4 * size, size + inputs + 1
    first = (batch, steps, 0 if of_data else inputs), (batch, size), (batch, size)
    return [*first, *[total] * len(_shares(batch, size))]


class _Plan:
    """How a share goes back: some steps at a time, then what x and the weights have of these.

    Attributes:
        weights: By which h speaks to the gates, and x if it has a gradient.
        steps: How many steps at a time.
        terms: How many terms of the gradients for h and x are summed at a time.
        columns: How many columns a product has for h, for x, and for the weights.
        products: For h and for x, of which columns of what is said some terms are, and what they are multiplied by.
    """

    def __init__(self, weights: tuple[Any, Any], steps: int, most: int, width: int, alone: bool) -> None:
        gates, self.weights = len(weights[0]), weights
        self.steps = min(max(1, ROWS // most), steps) if alone else steps
        self.terms = TERMS if alone else gates
        rows = self.steps * most
        counts, others = (*(y.shape[1] for y in weights), gates), (most * self.terms, rows * self.terms, rows * width)
        self.columns = [_columns(*each, alone) for each in zip(counts, others, strict=True)]
        terms = [slice(start, start + self.terms) for start in range(0, gates, self.terms)]
        self.products = [
            [(part, _in_pieces(y[part], columns)) for part in terms]
            for y, columns in zip(weights, self.columns, strict=False)
        ]


def _back(found: Any, for_result: Any, kept: Any, inputs: Any) -> None:
    for_x, for_h, for_c, *totals = found
    (batch, size), most = for_h.shape, len(kept[-1])
    weights = inputs[3], inputs[1][:, : for_x.shape[2]]
    plan = _Plan(weights, for_x.shape[1], most, totals[0].shape[1], most < batch)
    for_c[:], for_h[:] = 0 if for_result.ndim == 3 else for_result, 0
    if loop_back(kept, _shares(batch, size), for_x, for_h, for_c, totals, for_result, plan):
        return

    def share(number: int, rows: slice, memory: Any, given: Any, _: Any) -> None:
        of_x, of_h, of_c, result = (y[rows] for y in (for_x, for_h, for_c, for_result))
        _through_back(of_x, of_h, of_c, totals[number], result, memory, given, plan)

    _shared(batch, size, share, kept)


def _through_back(
    for_x: Any, for_h: Any, for_c: Any, total: Any, for_result: Any, memory: Any, given: Any, plan: _Plan
) -> None:
    """All steps of some rows, the last one first."""
    (rows, steps, inputs), size = for_x.shape, for_h.shape[1]
    for_each = for_result.swapaxes(0, 1) if for_result.ndim == 3 else np.zeros(steps, memory.dtype)
    work, all_said = np.empty((rows, size), memory.dtype), np.empty((plan.steps, rows, 4 * size), memory.dtype)
    slopes, columns = _slopes(memory), plan.columns
    for stop in range(steps, 0, -plan.steps):
        start = max(0, stop - plan.steps)
        for t in range(stop - 1, start - 1, -1):
            slope, said = next(slopes), all_said[t - start]
            for_gates = said.reshape(rows, 4, size).swapaxes(0, 1)  # a view
            np.add(for_h, for_each[t], out=for_h)
            for_c += np.multiply(slope[4], for_h, out=work)
            np.multiply(slope[:3], for_c, out=for_gates[:3])
            np.multiply(slope[3], for_h, out=for_gates[3])
            for_c *= memory[t, 4]
            _times(for_h, said, plan.products[0], columns[0])
        said = all_said[: stop - start].reshape((stop - start) * rows, 4 * size)
        of_x = np.empty((len(said), inputs), memory.dtype)
        _times(of_x, said, plan.products[1], columns[1])
        for_x[:, start:stop] = of_x.reshape(stop - start, rows, inputs).swapaxes(0, 1)
        _add_given(total, said, given[start:stop].reshape(len(said), total.shape[1]), columns[2], stop == steps)


def _times(y: Any, said: Any, product: list[Any], columns: int) -> None:
    """What is said times weights, of which so many terms are summed at a time."""
    more = np.empty_like(y) if len(product) > 1 else y
    for part, pieces in product:
        found = more if part.start else y
        for piece, columns_of in zip(pieces, _in_pieces(found, columns), strict=True):
            np.matmul(said[:, part], piece, out=columns_of)
        if part.start:
            y += more


def _add_given(total: Any, said: Any, given: Any, columns: int, first: bool) -> None:
    """Add to the gradient for what speaks to the gates, or begin it, from that for what is said."""
    y = total if first else np.empty_like(total)
    for part, product in zip(_in_pieces(said, columns), _in_pieces(y.T, columns), strict=True):
        np.matmul(part.swapaxes(1, 2), given, out=product.swapaxes(1, 2))
    if not first:
        total += y


def _slopes(memory: Any) -> Iterator[Any]:
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
        yield from slope[::-1]


def _composed(g: Any, *inputs: Any, of_data: bool) -> list[Any]:
    def result(x: Any, weight_ih: Any, bias: Any, weight: Any, h: Any, c: Any) -> Any:
        size, state, states = h.shape[1], [h, c], []
        for t in range(x.shape[1]):
            said = ag.linear(x[:, t], weight_ih.T, bias) + state[0] @ weight.T
            state = lstm_step([said[:, n * size : (n + 1) * size] for n in range(4)], state[1])
            states.append(state[0])
        return ag.stack(states, axis=1) if len(g.shape) == 3 else state[1]

    first = [np.zeros((*inputs[0].shape[:2], 0), inputs[4].dtype)] * of_data
    first += ag.make_vjp(result, tuple(range(of_data, 6)))(*inputs)[0](g)
    for_x, for_weight_ih, for_bias, for_weight, *rest = first
    total = ag.concatenate([for_weight, for_weight_ih, for_bias[:, None]], axis=1)
    none = [np.zeros(total.shape, total.dtype)] * (len(_shares(*inputs[4].shape)) - 1)
    return [for_x, *rest, total, *none]  # of what shares add, the first one has all


def _for_weights(part: Any) -> Callable[..., Any]:
    """The sum of what all shares add to the gradient for some of the weights."""

    def rule(found: Any, _: Any, inputs: Any) -> Any:
        first, *others = [total[:, part(inputs)] for total in found[3:]]
        for other in others:
            first = first + other
        return first if others else first + 0.0

    return rule


def _entries(name: str, of_data: bool) -> Callable[..., tuple[Any, ...]]:
    """The states, (batch, steps, size), and the last c, which goes the way back by itself.

    They are computed from x, its weights and biases, the weights of the state, and the first h and c.
    """
    return entries(
        name,
        _keep,
        [
            (name, lambda kept, *inputs: [y[1:, :, : inputs[4].shape[1]].swapaxes(0, 1) for y in kept[1::3]]),
            (f"{name}_memory", lambda kept, *_: kept[2::3]),
        ],
        _back,
        partial(_composed, of_data=of_data),
        (
            lambda found, *_: found[0],
            _for_weights(lambda inputs: slice(inputs[4].shape[1], -1)),
            _for_weights(lambda _: -1),
            _for_weights(lambda inputs: slice(inputs[4].shape[1])),
            lambda found, *_: found[1],
            lambda found, *_: found[2],
        ),
        kept=_kept,
        found=partial(_found, of_data=of_data),
    )


_of_nodes, _of_data = _entries("lstm", of_data=False), _entries("lstm_of_data", of_data=True)


def lstm(x: Any, *others: Any) -> tuple[Any, ...]:
    """The states and the last c. Where x is data, whose gradient nobody can ask for, none is computed."""
    return (_of_nodes if x.requires_grad else _of_data)(x, *others)
