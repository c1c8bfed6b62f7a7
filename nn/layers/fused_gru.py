"""A GRU's steps, and its whole sequence as one node."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd as ag
from nn.layers.fused import as_given, by_gate, entries, for_bias, for_weight, for_weight_of_state, for_x
from nn.layers.fused_gru_loops import loop_back, loop_through, rows_of_shares

__all__ = ["gru", "gru_step"]

# A sigmoid is computed from −x.
SIGNS = -1, -1, 1


def gru_step(x: list[Any], said: list[Any], h: Any) -> Any:
    """h after a step, from what input and state say to the gates r, z and n, and h before it."""
    r, z = ag.sigmoid(x[0] + said[0]), ag.sigmoid(x[1] + said[1])
    n = ag.tanh(x[2] + r * said[2])
    return n + z * (h - n)


def _kept(batch: int, steps: int, _: int, size: int) -> list[tuple[int, ...]]:
    """r and z, n, and what the state says to n, of each step, and h before each and after the last."""
    return [(steps, 2, batch, size), (steps, 1, batch, size), (steps, batch, size), (steps + 1, batch, size)]


def _keep(kept: Any, x: Any, weight_ih: Any, bias: Any, weight: Any, h: Any, more: Any) -> None:
    all_gates, all_n, all_said, all_h = kept
    to_gates, to_n = more[: 2 * h.shape[1]], more[2 * h.shape[1] :]
    given, spoken = as_given(x, weight_ih, bias + np.pad(to_gates, (0, len(to_n))), SIGNS)
    np.matmul(given, spoken[:2], out=all_gates)
    np.matmul(given, spoken[2:], out=all_n)
    weights, all_h[0] = by_gate(weight, SIGNS, len(h)), h
    if loop_through(kept, weights, to_n):
        return
    work = np.empty((3, *h.shape), all_h.dtype)
    heard, all_shares, weights = _by_shares(work), _by_shares(all_h), weights[:, None]
    with np.errstate(over="ignore"):
        for t, (gates, said, (n,)) in enumerate(zip(all_gates, all_said, all_n, strict=True)):
            np.matmul(all_shares[t], weights, out=heard)
            np.add(work[2], to_n, out=said)
            gates += work[:2]
            np.exp(gates, out=gates)
            gates += 1
            r, z = np.divide(1, gates, out=gates)  # quicker than np.reciprocal
            n += np.multiply(r, said, out=work[0])
            np.tanh(n, out=n)
            h = np.subtract(all_h[t], n, out=all_h[t + 1])
            h *= z
            h += n


def _by_shares(y: Any) -> Any:
    """With an axis for the shares of the batch, whose rows are multiplied at a time."""
    rows = rows_of_shares(*y.shape[-2:])
    return y.reshape(*y.shape[:-2], y.shape[-2] // rows, rows, y.shape[-1])


def _found(batch: int, steps: int, _: int, size: int) -> list[tuple[int, ...]]:
    """The gradients for what inputs say to the gates, for what the state says, and for the first h."""
    return [(steps, batch, 3 * size), (steps, batch, 3 * size), (batch, size)]


def _back(found: Any, g: Any, kept: Any, inputs: Any) -> None:
    (for_inputs, for_state, for_h), (all_gates, all_n, all_said, all_h), weight = found, kept, inputs[3]
    by_gates = [y.reshape(*y.shape[:2], 3, y.shape[2] // 3).swapaxes(1, 2) for y in (for_inputs, for_state)]  # views
    for_h[:] = 0
    if loop_back(found, g, kept, weight):
        return
    for_each, slope = np.ascontiguousarray(g.swapaxes(0, 1)), np.empty_like(all_gates[0])
    of_n, work, said = np.empty_like(for_h), np.empty_like(for_h), np.empty((3, *for_h.shape), for_h.dtype)
    parts, shares, all_shares = weight.reshape(3, 1, -1, weight.shape[1]), _by_shares(said), _by_shares(by_gates[1])
    for t in range(len(all_n) - 1, -1, -1):
        (r, z), (n,) = all_gates[t], all_n[t]
        for_h += for_each[t]
        np.subtract(1, all_gates[t], out=slope)  # and so 1 − z
        np.multiply(n, n, out=work)
        np.subtract(1, work, out=work)
        work *= slope[1]
        np.multiply(work, for_h, out=of_n)
        slope *= all_gates[t]
        np.subtract(all_h[t], n, out=work)
        work *= for_h
        slope[1] *= work
        slope[0] *= all_said[t]
        slope[0] *= of_n
        np.multiply(of_n, r, out=work)
        for gates, of_last in zip(by_gates, (of_n, work), strict=True):
            gates[t, :2], gates[t, 2] = slope, of_last
        for_h *= z
        if shares.shape[1] == 1:
            for_h += np.matmul(for_state[t], weight, out=work)
            continue
        np.matmul(all_shares[t], parts, out=shares)
        for part in said:
            for_h += part


def _composed(g: Any, x: Any, weight_ih: Any, bias: Any, weight: Any, h: Any, more: Any) -> list[Any]:
    size = h.shape[1]

    def parts(y: Any) -> list[Any]:
        return [y[:, n * size : (n + 1) * size] for n in range(3)]

    def result(of_inputs: Any, of_state: Any, h: Any) -> Any:
        states = []
        for t in range(x.shape[1]):
            said = ag.linear(h, weight.T, more) + of_state[t]
            h = gru_step(parts(ag.linear(x[:, t], weight_ih.T, bias) + of_inputs[t]), parts(said), h)
            states.append(h)
        return ag.stack(states, axis=1)

    none = np.zeros((x.shape[1], x.shape[0], 3 * size), h.dtype)
    found: list[Any] = ag.make_vjp(result, (0, 1, 2))(none, none, h)[0](g)
    return found


# The states, (batch, steps, size), from x, its weights and biases, the weights of the state, the first h, and the
# biases of the state.
gru = entries(
    "gru",
    _keep,
    [("gru", lambda kept, *_: [kept[3][1:].swapaxes(0, 1)])],
    _back,
    _composed,
    (
        for_x,
        for_weight,
        for_bias,
        lambda found, states, inputs: for_weight_of_state(found, states, inputs, 1),
        lambda found, *_: found[2],
        lambda found, *_: ag.sum(found[1], axis=(0, 1)),
    ),
    kept=_kept,
    found=_found,
)
