"""Recurrent layers: a state that goes from step to step of a sequence, by the same weights at each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

import autograd as ag
from nn import init
from nn._arguments import checked, in_range, positive_integer
from nn.init import Initializer, Seed
from nn.layers._inputs import as_tensor
from nn.layers.dropout import dropped
from nn.layers.fused_gru import gru, gru_step
from nn.layers.fused_lstm import lstm, lstm_step
from nn.layers.fused_rnn import rnn
from nn.module import Module, Parameter

__all__ = ["GRU", "LSTM", "RNN"]

Input: TypeAlias = ag.Tensor | ArrayLike

RETURNS = ("both", "outputs", "last")


class _Recurrent(Module):
    """What the three have in common: weights, layers above one another, sequences of different lengths.

    A layer's weights for its gates stand below each other, as in PyTorch, under PyTorch's names. They are taken apart
    once a sequence, so that every step is made of whole matrices.
    """

    gates: ClassVar[int]
    states: ClassVar[int] = 1

    @checked
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = True,
        returns: str = "both",
        *,
        dropout: float = 0.0,
        bidirectional: bool = False,
        initializer: str | Initializer = "glorot_uniform",
        recurrent_initializer: str | Initializer = "orthogonal",
        seed: Seed = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.input_size = positive_integer("input_size", input_size)
        self.hidden_size = positive_integer("hidden_size", hidden_size)
        self.num_layers = positive_integer("num_layers", num_layers)
        if returns not in RETURNS:
            raise ValueError(f"returns must be one of {', '.join(map(repr, RETURNS))}, got {returns!r}")
        self.batch_first, self.returns, self.has_bias = bool(batch_first), returns, bool(bias)
        self.dropout, self.bidirectional = in_range("dropout", dropout, below=1.0), bool(bidirectional)
        seed = np.random.default_rng(seed)
        if self.dropout:
            self._generator = seed
        for layer, (end, _) in [(n, end) for n in range(num_layers) for end in self._directions(n)]:
            width = input_size if layer == 0 else hidden_size * (1 + self.bidirectional)
            for name, columns, start in (("ih", width, initializer), ("hh", hidden_size, recurrent_initializer)):
                weight = self._drawn(init.initializer(start), columns, seed, dtype)
                setattr(self, f"weight_{name}_{end}", Parameter(weight, label=f"weight_{name}_{end}"))
            if bias:
                for name in ("ih", "hh"):
                    start_bias = init.zeros((self.gates * hidden_size,), dtype=dtype)
                    setattr(self, f"bias_{name}_{end}", Parameter(start_bias, label=f"bias_{name}_{end}"))

    def _drawn(self, start: Initializer, columns: int, seed: Seed, dtype: DTypeLike) -> Any:
        """Weights for all gates, each drawn for its own size."""
        if init.planning.get():
            return init.zeros((self.gates * self.hidden_size, columns), dtype=dtype)
        drawn = [start((columns, self.hidden_size), seed, dtype).T for _ in range(self.gates)]
        return np.ascontiguousarray(np.concatenate(drawn))  # as loaded ones are, by rows

    def forward(self, x: Input, state: Any = None, lengths: Any = None) -> Any:
        """Go through the sequence.

        Args:
            x: ``(batch, steps, input_size)``, or ``(steps, batch, input_size)`` without ``batch_first``.
            state: What to begin with, ``(num_layers, batch, hidden_size)``, of an LSTM two such; by default 0. Two for
                each layer where it is bidirectional, the second for the way backward.
            lengths: How many steps each sequence has, ``(batch,)``, from 0 to all; what comes after is not looked at,
                and gives 0.

        Returns:
            All outputs of the last layer, in the form of x, and the state after each sequence's last step; or one of
            these, as ``returns`` says.

        Raises:
            ShapeError: The sequence, the state or the lengths have another form, or there are no steps.
            DTypeError: The lengths are no integers.
            ValueError: A length is below 0, or more than there are steps.
        """
        first = self._parameter("weight_ih_l0")
        x = as_tensor(x, first.dtype)
        if x.ndim != 3 or x.shape[2] != self.input_size:
            form = "batch, steps" if self.batch_first else "steps, batch"
            raise ag.ShapeError(f"{self} takes ({form}, {self.input_size}), got shape {x.shape}")
        steps = x.shape[1] if self.batch_first else x.shape[0]
        batch = x.shape[0] if self.batch_first else x.shape[1]
        if not steps:
            raise ag.ShapeError(f"{self} takes sequences of one step and more, got shape {x.shape}")
        x = x if self.batch_first else x.transpose(1, 0, 2)
        taken = self._taken(lengths, steps, batch)
        begin = [
            [self._begin(part, layer, batch, x.dtype) for part in self._states(state)]
            for layer in range(self.num_layers * (1 + self.bidirectional))
        ]
        outputs, ends = self._whole(x, begin) if taken is None else self._by_steps(x, begin, taken)
        if self.returns == "last":
            return ag.concatenate([ends[-2][0], ends[-1][0]], axis=1) if self.bidirectional else ends[-1][0]
        if not self.batch_first:
            outputs = outputs.transpose(1, 0, 2)
        if self.returns == "outputs":
            return outputs
        final = [ag.stack(list(parts), axis=0) for parts in zip(*ends, strict=True)]
        return outputs, final[0] if self.states == 1 else tuple(final)

    def _whole(self, x: Any, begin: list[list[Any]]) -> tuple[Any, list[list[Any]]]:
        """All layers, a sequence at a time: the outputs with batches first, and the states at all ends."""
        ends: list[list[Any]] = []
        for layer in range(self.num_layers):
            x, found = self._dropped(x) if layer else x, []
            for name, backward in self._directions(layer):
                states, parts = self._sequence(x[:, ::-1] if backward else x, name, begin[len(ends)])
                found.append(states[:, ::-1] if backward else states)
                ends.append(parts)
            x = found[0] if len(found) == 1 else ag.concatenate(found, axis=2)
        return x, ends

    def _by_steps(self, x: Any, begin: list[list[Any]], taken: list[Any]) -> tuple[Any, list[list[Any]]]:
        """The same where sequences end at different steps."""
        inputs: list[Any] = [x[:, t] for t in range(x.shape[1])]
        ends: list[list[Any]] = []
        for layer in range(self.num_layers):
            inputs, found = [self._dropped(y) for y in inputs] if layer else inputs, []
            for name, backward in self._directions(layer):
                cell, parts, states = self._cell(name), begin[len(ends)], list(inputs)
                for t in range(len(inputs))[:: -1 if backward else 1]:
                    parts = [ag.where(taken[t], a, b) for a, b in zip(cell(inputs[t], parts), parts, strict=True)]
                    states[t] = parts[0]
                found.append(states)
                ends.append(parts)
            inputs = [each[0] if len(each) == 1 else ag.concatenate(each, axis=1) for each in zip(*found, strict=True)]
        return ag.stack([ag.where(m, y, 0.0) for m, y in zip(taken, inputs, strict=True)], axis=1), ends

    def _directions(self, layer: int) -> list[tuple[str, bool]]:
        """How a layer's parameters end, for each direction, and whether it goes backward."""
        return [(f"l{layer}", False), (f"l{layer}_reverse", True)][: 1 + self.bidirectional]

    def _dropped(self, x: Any) -> Any:
        return dropped(x, self.dropout, self._generator) if self.dropout and self.training else x

    def _states(self, state: Any) -> list[Any]:
        if state is None:
            return [None] * self.states
        parts = list(state) if self.states > 1 else [state]
        if len(parts) != self.states:
            raise ag.ShapeError(f"{type(self).__name__} has a state of {self.states} parts, got {len(parts)}")
        return parts

    def _begin(self, part: Any, layer: int, batch: int, dtype: Any) -> Any:
        if part is None:
            return np.zeros((batch, self.hidden_size), dtype)
        part = as_tensor(part, dtype)
        expected = (self.num_layers * (1 + self.bidirectional), batch, self.hidden_size)
        if part.shape != expected:
            raise ag.ShapeError(f"{type(self).__name__}: a state of shape {part.shape}, expected {expected}")
        return part[layer]

    def _taken(self, lengths: Any, steps: int, batch: int) -> list[Any] | None:
        """For each step, which sequences have it, (batch, 1)."""
        if lengths is None:
            return None
        lengths = lengths if isinstance(lengths, ag.Tensor) else np.asarray(lengths)
        if lengths.shape != (batch,):
            raise ag.ShapeError(f"lengths of shape {lengths.shape} for a batch of {batch}")
        if lengths.dtype.kind not in "iu":
            raise ag.DTypeError(f"lengths are integers, not {lengths.dtype}: use lengths.astype(int)")
        known = lengths if isinstance(lengths, np.ndarray) else None if lengths.traced else lengths.data
        if known is not None and known.size and not 0 <= known.min() <= known.max() <= steps:
            raise ValueError(f"lengths from {known.min()} to {known.max()} for sequences of {steps} steps")
        column = lengths.reshape(batch, 1)
        return [ag.greater(column, t) for t in range(steps)]

    def _parameter(self, name: str) -> Any:
        return getattr(self, name)

    def _cell(self, name: str) -> Any:
        """A step as a function of the input and the state."""
        inputs = list(self._of_gates(f"weight_ih_{name}", f"bias_ih_{name}"))
        states = list(self._of_gates(f"weight_hh_{name}", f"bias_hh_{name}"))
        return lambda x, parts: self._step(
            [ag.linear(x, W, b) for W, b in inputs], [ag.linear(parts[0], W, b) for W, b in states], parts
        )

    def _of_gates(self, weight: str, bias: str) -> Iterator[tuple[Any, Any]]:
        """For each gate its matrix, (inputs, hidden_size), and its bias."""
        for gate in range(self.gates):
            rows = slice(gate * self.hidden_size, (gate + 1) * self.hidden_size)
            yield self._parameter(weight)[rows].T, self._parameter(bias)[rows] if self.has_bias else None

    def _weights(self, name: str) -> tuple[Any, Any, Any, Any]:
        """The weights and biases of the input, and those of the state; biases of 0 where there are none."""
        found = [self._parameter(f"weight_{of}_{name}") for of in ("ih", "hh")]
        none = np.zeros(len(found[0]), found[0].dtype)
        biases = [self._parameter(f"bias_{of}_{name}") if self.has_bias else none for of in ("ih", "hh")]
        return found[0], biases[0], found[1], biases[1]

    def _step(self, x: list[Any], h: list[Any], parts: list[Any]) -> list[Any]:
        """The new state from what input and state say to each gate."""
        raise NotImplementedError

    def _sequence(self, x: Any, name: str, parts: list[Any]) -> tuple[Any, list[Any]]:
        """All outputs of a layer, (batch, steps, hidden_size), and the state at the end."""
        raise NotImplementedError

    def config(self) -> dict[str, Any]:
        """The arguments that make such a layer again, with its values at zero."""
        return {
            "input_size": self.input_size,
            "hidden_size": self.hidden_size,
            "num_layers": self.num_layers,
            "bias": self.has_bias,
            "batch_first": self.batch_first,
            "returns": self.returns,
            "dropout": self.dropout,
            "bidirectional": self.bidirectional,
            "initializer": "zeros",
            "recurrent_initializer": "zeros",
            "dtype": self._parameter("weight_ih_l0").dtype.name,
        }

    def extra_repr(self) -> str:
        """The sizes, and what is not the usual."""
        parts = [f"{self.input_size}, {self.hidden_size}"]
        parts += [f"num_layers={self.num_layers}"] * (self.num_layers > 1) + ["bias=False"] * (not self.has_bias)
        parts += ["batch_first=False"] * (not self.batch_first) + [f"returns={self.returns!r}"] * (
            self.returns != "both"
        )
        parts += [f"dropout={self.dropout:g}"] * (self.dropout > 0) + ["bidirectional=True"] * self.bidirectional
        return ", ".join(parts)


class RNN(_Recurrent):
    """h ← tanh(W x + b + U h + b′) at each step.

    Input shape: ``(batch, steps, input_size)``; called with a sequence it gives ``(outputs, state)``, see ``returns``.
    PyTorch's default is ``batch_first=False``; here batches come first everywhere.

    Args:
        input_size: How many numbers a step has.
        hidden_size: How many the state has.
        num_layers: How many such layers are above each other.
        bias: Whether b and b′ are added; they start at zero.
        batch_first: Whether the first axis is the batch's, and not the steps'.
        returns: ``"both"``, the outputs of all steps and the last state; ``"outputs"`` or ``"last"`` (the last output,
            ``(batch, hidden_size)``) alone is what a `Sequential` goes on with.
        dropout: The probability of `Dropout` on what a layer gives to the one above, in training.
        bidirectional: Whether each layer goes through the sequence backward, too, with weights of its own; the outputs
            of both are then beside each other, ``2 · hidden_size``, and ``"last"`` is where each of them ended.
        initializer: How W starts, for each gate.
        recurrent_initializer: How U starts, for each gate.
        seed: Where the random weights come from, as for `numpy.random.default_rng`.
        dtype: The dtype of the weights.

    Attributes:
        weight_ih_l0, weight_hh_l0: W and U of layer 0, the gates' below each other, ``(gates · hidden_size, …)``.
        bias_ih_l0, bias_hh_l0: b and b′. What goes backward has names that end in ``_reverse``.

    Raises:
        ValueError: A size is not a positive integer.
        ShapeError: When called: the sequence has another form.

    Source: J. Elman, "Finding structure in time", Cognitive Science 14, 1990.

    Example:
        >>> outputs, state = RNN(3, 5, seed=0)(np.zeros((2, 4, 3)))
        >>> outputs.shape, state.shape
        ((2, 4, 5), (1, 2, 5))
    """

    gates = 1

    def _step(self, x: list[Any], h: list[Any], parts: list[Any]) -> list[Any]:  # noqa: ARG002
        return [ag.tanh(x[0] + h[0])]

    def _sequence(self, x: Any, name: str, parts: list[Any]) -> tuple[Any, list[Any]]:
        of_input, bias, of_state, more = self._weights(name)
        (states,) = rnn(x, of_input, ag.add(bias, more), of_state, *parts)
        return states, [states[:, -1]]


class LSTM(_Recurrent):
    """Long short-term memory: c ← σ(f) c + σ(i) tanh(g), h ← σ(o) tanh(c), and i, f, g, o each a W x + b + U h + b′.

    Arguments and shapes as for `RNN`; the state is a tuple (h, c).

    Source: S. Hochreiter, J. Schmidhuber, Neural Computation 9, 1997; F. Gers et al., Neural Computation 12, 2000.

    Example:
        >>> outputs, (h, c) = LSTM(3, 5, seed=0)(np.zeros((2, 4, 3)), lengths=[4, 1])
        >>> outputs.shape, h.shape, c.shape
        ((2, 4, 5), (1, 2, 5), (1, 2, 5))
    """

    gates, states = 4, 2

    def _step(self, x: list[Any], h: list[Any], parts: list[Any]) -> list[Any]:
        return lstm_step([a + b for a, b in zip(x, h, strict=True)], parts[1])

    def _sequence(self, x: Any, name: str, parts: list[Any]) -> tuple[Any, list[Any]]:
        of_input, bias, of_state, more = self._weights(name)
        states, c = lstm(x, of_input, ag.add(bias, more), of_state, *parts)
        return states, [states[:, -1], c]


class GRU(_Recurrent):
    """Gated recurrent unit: h ← (1 − z) n + z h with r, z = σ(W x + b + U h + b′) and n = tanh(W x + b + r (U h + b′)).

    Arguments and shapes as for `RNN`.

    Source: K. Cho et al., EMNLP 2014, in the form of cuDNN and PyTorch, where r multiplies after the matrix.

    Example:
        >>> model = GRU(3, 5, returns="last", seed=0)
        >>> model(np.zeros((2, 4, 3))).shape
        (2, 5)
    """

    gates = 3

    def _step(self, x: list[Any], h: list[Any], parts: list[Any]) -> list[Any]:
        return [gru_step(x, h, parts[0])]

    def _sequence(self, x: Any, name: str, parts: list[Any]) -> tuple[Any, list[Any]]:
        of_input, bias, of_state, more = self._weights(name)
        (states,) = gru(x, of_input, bias, of_state, *parts, more)
        return states, [states[:, -1]]
