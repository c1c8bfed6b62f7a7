"""An LSTM's steps, and its whole sequence as one node."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd as ag
from nn.layers.fused import (
    as_given,
    by_gate,
    entries,
    for_bias,
    for_state,
    for_weight,
    for_weight_of_state,
    for_x,
)

__all__ = ["lstm", "lstm_step"]

# A sigmoid is computed from −x.
SIGNS = -1, -1, 1, -1


def lstm_step(gates: list[Any], c: Any) -> list[Any]:
    """h and c after a step, from what is said to the gates i, f, g and o, and c before it."""
    i, f, g, o = gates
    c = ag.sigmoid(f) * c + ag.sigmoid(i) * ag.tanh(g)
    return [ag.sigmoid(o) * ag.tanh(c), c]


def _kept(batch: int, steps: int, size: int) -> list[tuple[int, ...]]:
    """The open gates of each step, c and h before each step and after the last, and tanh c after each."""
    return [(steps, 4, batch, size), (steps + 1, batch, size), (steps + 1, batch, size), (steps, batch, size)]


def _keep(kept: Any, x: Any, weight_ih: Any, bias: Any, weight: Any, h: Any, c: Any) -> None:
    all_gates, all_c, all_h, all_tanh = kept
    np.matmul(*as_given(x, weight_ih, bias, SIGNS), out=all_gates)
    weights, said, work = by_gate(weight, SIGNS, len(h)), np.empty_like(all_gates[0]), np.empty_like(all_c[0])
    all_c[0], all_h[0] = c, h
    with np.errstate(over="ignore"):
        each = zip(all_gates, all_c[:-1], all_h[:-1], all_tanh, all_c[1:], all_h[1:], strict=True)
        for gates, c, h, tanh, next_c, next_h in each:
            gates += np.matmul(h, weights, out=said)
            i, f, g, o = gates
            np.tanh(g, out=g)
            for sigmoids in (gates[:2], o):
                np.exp(sigmoids, out=sigmoids)
                sigmoids += 1
                np.divide(1, sigmoids, out=sigmoids)  # quicker than np.reciprocal
            np.multiply(f, c, out=next_c)
            next_c += np.multiply(i, g, out=work)
            np.tanh(next_c, out=tanh)
            np.multiply(o, tanh, out=next_h)


def _found(batch: int, steps: int, size: int) -> list[tuple[int, ...]]:
    """The gradients for what is said to the gates, and for the first c."""
    return [(steps, batch, 4 * size), (batch, size)]


def _back(found: Any, for_result: Any, kept: Any, inputs: Any) -> None:
    (for_said, for_c), (all_gates, all_c, _, all_tanh), weight = found, kept, inputs[3]
    batch, size = for_c.shape
    slope = np.empty_like(all_gates[0])
    of_i, of_f, of_g, of_o = slope
    work, for_h = np.empty_like(for_c), np.zeros_like(for_c)
    for_each = np.ascontiguousarray(for_result.swapaxes(0, 1)) if for_result.ndim == 3 else None
    for_c[:] = for_result if for_each is None else 0
    for t in range(len(all_gates) - 1, -1, -1):
        i, f, g, o = all_gates[t]
        np.subtract(1, all_gates[t], out=slope)
        slope *= all_gates[t]  # the derivative of a sigmoid; that of tanh is 1 − g²
        np.multiply(g, g, out=of_g)
        np.subtract(1, of_g, out=of_g)
        of_i *= g
        of_f *= all_c[t]
        of_g *= i
        of_o *= all_tanh[t]
        if for_each is not None:
            for_h += for_each[t]
        np.multiply(all_tanh[t], all_tanh[t], out=work)
        np.subtract(1, work, out=work)
        work *= o
        work *= for_h
        for_c += work
        gates = for_said[t].reshape(batch, 4, size).swapaxes(0, 1)  # a view
        np.multiply(slope[:3], for_c, out=gates[:3])
        np.multiply(of_o, for_h, out=gates[3])
        for_c *= f
        if t:
            np.matmul(for_said[t], weight, out=for_h)


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
    [("lstm", lambda kept: kept[2][1:].swapaxes(0, 1)), ("lstm_memory", lambda kept: kept[1][-1])],
    _back,
    _composed,
    (for_x, for_weight, for_bias, for_weight_of_state, for_state, lambda found, *_: found[1]),
    kept=_kept,
    found=_found,
)
