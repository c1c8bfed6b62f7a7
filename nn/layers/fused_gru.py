"""A GRU's steps, and its whole sequence as one node."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd as ag
from nn.layers.fused import before_each_step, columns, entries, pieces

__all__ = ["gru", "gru_step"]


def gru_step(x: list[Any], said: list[Any], h: Any) -> Any:
    """h after a step, from what input and state say to the gates r, z and n, and h before it."""
    r, z = ag.sigmoid(x[0] + said[0]), ag.sigmoid(x[1] + said[1])
    n = ag.tanh(x[2] + r * said[2])
    return n + z * (h - n)


def _kept(flat: Any, shape: tuple[int, ...]) -> list[Any]:
    """r and z, n, what the state said to n, and h, of each step, which comes first."""
    batch, steps, width = shape
    return pieces(flat, (steps, batch, width // 3 * 2), *[(steps, batch, width // 3)] * 3)


def _keep(x: Any, weight: Any, bias: Any, h: Any) -> Any:
    size, turned = h.shape[1], np.ascontiguousarray(weight.T)
    kept = np.empty(x.size // 3 * 5, np.result_type(x, weight, bias, h))
    all_gates, all_n, all_said, all_h = _kept(kept, x.shape)
    said, work = np.empty((len(h), 3 * size), kept.dtype), np.empty(h.shape, kept.dtype)
    with np.errstate(over="ignore"):
        for t, (gates, n, to_n, new) in enumerate(zip(all_gates, all_n, all_said, all_h, strict=True)):
            np.matmul(h, turned, out=said)
            said += bias
            to_n[:] = said[:, 2 * size :]
            np.add(said[:, : 2 * size], x[:, t, : 2 * size], out=gates)
            np.negative(gates, out=gates)
            np.exp(gates, out=gates)
            gates += 1
            np.reciprocal(gates, out=gates)
            r, z = columns(gates, 2)
            np.multiply(r, to_n, out=n)
            n += x[:, t, 2 * size :]
            np.tanh(n, out=n)
            np.subtract(h, n, out=work)
            work *= z
            np.add(n, work, out=new)
            h = new
    return kept


def _back(g: Any, kept: Any, x: Any, weight: Any, bias: Any, h: Any) -> Any:  # noqa: ARG001
    """The gradients for x, for what the state says, and for the first h."""
    steps, size = x.shape[1], h.shape[1]
    all_gates, all_n, all_said, all_h = _kept(kept, x.shape)
    found = np.empty(2 * x.size + h.size, kept.dtype)
    for_x, for_said, for_h = pieces(found, x.shape, x.shape, h.shape)
    work = np.empty(h.shape, kept.dtype)
    slope, by_state = np.empty((len(h), 2 * size), kept.dtype), np.empty(h.shape, kept.dtype)
    for_h[:] = 0
    for t in range(steps - 1, -1, -1):
        (r, z), n = columns(all_gates[t], 2), all_n[t]
        for_h += g[:, t]
        of_r, of_z, of_n = columns(for_x[:, t], 3)
        np.subtract(1, all_gates[t], out=slope)  # and so 1 − z
        np.multiply(n, n, out=work)
        np.subtract(1, work, out=work)
        work *= slope[:, size:]
        np.multiply(work, for_h, out=of_n)
        slope *= all_gates[t]
        np.subtract(all_h[t - 1] if t else h, n, out=work)
        work *= for_h
        np.multiply(slope[:, size:], work, out=of_z)
        np.multiply(slope[:, :size], all_said[t], out=work)
        np.multiply(work, of_n, out=of_r)
        for_said[:, t, : 2 * size] = for_x[:, t, : 2 * size]
        np.multiply(of_n, r, out=for_said[:, t, 2 * size :])
        for_h *= z
        np.matmul(for_said[:, t], weight, out=by_state)
        for_h += by_state
    return found


def _composed(g: Any, x: Any, weight: Any, bias: Any, h: Any) -> Any:
    """What `_back` gives."""
    size = h.shape[1]

    def parts(y: Any) -> list[Any]:
        return [y[:, n * size : (n + 1) * size] for n in range(3)]

    def result(x: Any, more: Any, h: Any) -> Any:
        states = []
        for t in range(x.shape[1]):
            h = gru_step(parts(x[:, t]), parts(h @ weight.T + bias + more[:, t]), h)
            states.append(h)
        return ag.stack(states, axis=1)

    more = np.zeros(x.shape, x.dtype)
    return ag.concatenate([share.reshape(-1) for share in ag.make_vjp(result, (0, 1, 2))(x, more, h)[0](g)], axis=0)


def _said(found: Any, x: Any) -> Any:
    """The gradient for what the state says, a row for each step of each sequence."""
    return pieces(found, x.shape, x.shape)[1].reshape(-1, x.shape[2])


# The states, (batch, steps, size), from x, the weights and biases of the state, and the first one.
gru = entries(
    "gru",
    _keep,
    [("gru", lambda kept, x, *_: np.ascontiguousarray(_kept(kept, x.shape)[3].swapaxes(0, 1)))],
    _back,
    _composed,
    (
        lambda found, _, x, *__: pieces(found, x.shape)[0],
        lambda found, states, x, _, __, h: _said(found, x).T @ before_each_step(states, h),
        lambda found, _, x, *__: ag.sum(_said(found, x), axis=0),
        lambda found, _, x, __, ___, h: pieces(found, x.shape, x.shape, h.shape)[2],
    ),
)
