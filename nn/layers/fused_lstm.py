"""An LSTM's steps, and its whole sequence as one node."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd as ag
from nn.layers.fused import before_each_step, columns, entries, pieces

__all__ = ["lstm", "lstm_step"]


def lstm_step(gates: list[Any], c: Any) -> list[Any]:
    """h and c after a step, from what is said to the gates i, f, g and o, and c before it."""
    i, f, g, o = gates
    c = ag.sigmoid(f) * c + ag.sigmoid(i) * ag.tanh(g)
    return [ag.sigmoid(o) * ag.tanh(c), c]


def _kept(flat: Any, shape: tuple[int, ...]) -> list[Any]:
    """The open gates, c, tanh c and h of each step, which comes first."""
    batch, steps, width = shape
    return pieces(flat, (steps, batch, width), *[(steps, batch, width // 4)] * 3)


def _keep(x: Any, weight: Any, h: Any, c: Any) -> Any:
    size, turned = h.shape[1], np.ascontiguousarray(weight.T)
    kept = np.empty(x.size // 4 * 7, np.result_type(x, weight, h, c))
    all_gates, all_c, all_tanh, all_h = _kept(kept, x.shape)
    work, inner = np.empty(h.shape, kept.dtype), slice(2 * size, 3 * size)
    with np.errstate(over="ignore"):
        for t, gates in enumerate(all_gates):
            np.matmul(h, turned, out=gates)
            gates += x[:, t]
            np.tanh(gates[:, inner], out=work)
            np.negative(gates, out=gates)
            np.exp(gates, out=gates)
            gates += 1
            np.reciprocal(gates, out=gates)
            gates[:, inner] = work
            i, f, g, o = columns(gates, 4)
            np.multiply(f, c, out=all_c[t])
            np.multiply(i, g, out=work)
            all_c[t] += work
            np.tanh(all_c[t], out=all_tanh[t])
            np.multiply(o, all_tanh[t], out=all_h[t])
            h, c = all_h[t], all_c[t]
    return kept


def _back(for_result: Any, kept: Any, x: Any, weight: Any, h: Any, c: Any) -> Any:
    """The gradients for x and for the first c."""
    batch, steps, width = x.shape
    size = width // 4
    all_gates, all_c, all_tanh, _ = _kept(kept, x.shape)
    found = np.empty(x.size + c.size, kept.dtype)
    for_x, for_c = pieces(found, x.shape, c.shape)
    slope = np.empty((batch, width), kept.dtype)
    of_i, of_f, of_g, of_o = columns(slope, 4)
    by_gate = slope.reshape(batch, 4, size)
    work, for_h = np.empty(h.shape, kept.dtype), np.zeros(h.shape, kept.dtype)
    for_c[:] = for_result if for_result.ndim == 2 else 0
    for t in range(steps - 1, -1, -1):
        i, f, g, o = columns(all_gates[t], 4)
        np.subtract(1, all_gates[t], out=slope)
        slope *= all_gates[t]  # the derivative of a sigmoid; that of tanh is 1 − g²
        np.multiply(g, g, out=of_g)
        np.subtract(1, of_g, out=of_g)
        of_i *= g
        of_f *= all_c[t - 1] if t else c
        of_g *= i
        of_o *= all_tanh[t]
        if for_result.ndim == 3:
            for_h += for_result[:, t]
        np.multiply(all_tanh[t], all_tanh[t], out=work)
        np.subtract(1, work, out=work)
        work *= o
        work *= for_h
        for_c += work
        each = for_x[:, t].reshape(batch, 4, size)  # a view
        np.multiply(by_gate[:, :3], for_c[:, None], out=each[:, :3])
        np.multiply(of_o, for_h, out=each[:, 3])
        for_c *= f
        if t:
            np.matmul(for_x[:, t], weight, out=for_h)
    return found


def _composed(g: Any, x: Any, weight: Any, h: Any, c: Any) -> Any:
    """What `_back` gives."""

    def result(x: Any, c: Any) -> Any:
        state, states = [h, c], []
        for t in range(x.shape[1]):
            said = x[:, t] + state[0] @ weight.T
            state = lstm_step([said[:, n * h.shape[1] : (n + 1) * h.shape[1]] for n in range(4)], state[1])
            states.append(state[0])
        return ag.stack(states, axis=1) if len(g.shape) == 3 else state[1]

    return ag.concatenate([share.reshape(-1) for share in ag.make_vjp(result, (0, 1))(x, c)[0](g)], axis=0)


def _for_x(found: Any, _: Any, x: Any, *__: Any) -> Any:
    return pieces(found, x.shape)[0]


def _for_weight(found: Any, states: Any, x: Any, weight: Any, h: Any, _: Any) -> Any:
    return pieces(found, x.shape)[0].reshape(-1, len(weight)).T @ before_each_step(states, h)


# The states, (batch, steps, size), and the last c, which goes the way back by itself.
lstm = entries(
    "lstm",
    _keep,
    [
        ("lstm", lambda kept, x, *_: np.ascontiguousarray(_kept(kept, x.shape)[3].swapaxes(0, 1))),
        ("lstm_memory", lambda kept, x, *_: _kept(kept, x.shape)[1][-1].copy()),
    ],
    _back,
    _composed,
    (
        _for_x,
        _for_weight,
        lambda found, _, x, weight, *__: pieces(found, x.shape)[0][:, 0] @ weight,
        lambda found, _, x, __, ___, c: pieces(found, x.shape, c.shape)[1],
    ),
)
