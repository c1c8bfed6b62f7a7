"""A plain recurrent layer's step, and its whole sequence as one node."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd as ag
from nn.layers.fused import as_given, by_gate, entries, for_bias, for_state, for_weight, for_weight_of_state, for_x

__all__ = ["rnn"]


def _kept(batch: int, steps: int, _: int, size: int) -> list[tuple[int, ...]]:
    """h before each step and after the last."""
    return [(steps + 1, batch, size)]


def _keep(kept: Any, x: Any, weight_ih: Any, bias: Any, weight: Any, h: Any) -> None:
    (all_h,) = kept
    np.matmul(*as_given(x, weight_ih, bias, (1,)), out=all_h[1:, None])
    (turned,), said, all_h[0] = by_gate(weight, (1,), len(h)), np.empty_like(all_h[0]), h
    for t, new in enumerate(all_h[1:]):
        new += np.matmul(all_h[t], turned, out=said)
        np.tanh(new, out=new)


def _found(batch: int, steps: int, _: int, size: int) -> list[tuple[int, ...]]:
    """The gradient for what is said."""
    return [(steps, batch, size)]


def _back(found: Any, g: Any, kept: Any, inputs: Any) -> None:
    (for_said,), (all_h,), weight = found, kept, inputs[3]
    for_h = np.zeros_like(all_h[0])
    for t in range(len(for_said) - 1, -1, -1):
        for_h += g[:, t]
        np.multiply(all_h[t + 1], all_h[t + 1], out=for_said[t])
        np.subtract(1, for_said[t], out=for_said[t])
        for_said[t] *= for_h
        if t:
            np.matmul(for_said[t], weight, out=for_h)


def _composed(g: Any, x: Any, weight_ih: Any, bias: Any, weight: Any, h: Any) -> list[Any]:
    def result(more: Any) -> Any:
        states = [h]
        for t in range(x.shape[1]):
            states.append(ag.tanh(ag.linear(x[:, t], weight_ih.T, bias) + states[-1] @ weight.T + more[t]))
        return ag.stack(states[1:], axis=1)

    found: list[Any] = ag.make_vjp(result, (0,))(np.zeros((x.shape[1], *h.shape), h.dtype))[0](g)
    return found


# The states, (batch, steps, size), from x, its weights and biases, the weights of the state, and the first h.
rnn = entries(
    "rnn",
    _keep,
    [("rnn", lambda kept, *_: [kept[0][1:].swapaxes(0, 1)])],
    _back,
    _composed,
    (for_x, for_weight, for_bias, for_weight_of_state, for_state),
    kept=_kept,
    found=_found,
)
