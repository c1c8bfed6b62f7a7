"""Layers of images and sequences: against PyTorch with the same weights, by differences, compiled, saved, loaded."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd.rules.threads import ALONE
from autograd.test_util import check_grads
from nn.layers.fused import MANY
from tests.loops import MAKERS, noted_loops

RANDOM = np.random.default_rng(0)
F8: dict[str, Any] = {"dtype": np.float64, "seed": 0}


@dataclass(frozen=True)
class Row:
    """A layer, the shape of a batch, PyTorch's layer by its name and arguments, and how it is called."""

    layer: nn.Module
    shape: tuple[int, ...]
    torch: Callable[[Any], Any] | None = None
    call: Callable[..., Any] = lambda layer, x: layer(x)
    classes: int = 0

    def batch(self) -> Any:
        rng = np.random.default_rng(1)
        return rng.integers(0, self.classes, self.shape) if self.classes else rng.normal(size=self.shape)


def _first(layer: Any, x: Any) -> Any:
    return layer(x)[0]


def _joined(parts: Any, axis: int) -> Any:
    return pytest.importorskip("torch").cat(parts, axis)


def _ends(layer: Any, x: Any) -> Any:
    """Everything that an LSTM gives, weighted so that each part counts."""
    outputs, (h, c) = layer(x)
    repeated = outputs.shape[2] // h.shape[2]  # of two directions, where there are two
    h, c = ((ag.concatenate if isinstance(layer, nn.Module) else _joined)([y] * repeated, 2) for y in (h, c))
    return outputs * 2.0 + h[-1][:, None] - c[0][:, None] * 3.0 + c[-1][:, None]


def _outputs(layer: Any, x: Any) -> Any:
    return layer(x) if isinstance(layer, nn.Module) else layer(x)[0]


def _padded(layer: Any, x: Any) -> Any:
    """With the last key of the first sequence left out."""
    return _with_padding(layer, x, np.array([[False, False, True], [False, False, False]]))


def _unseen(layer: Any, x: Any) -> Any:
    """With all keys of the first sequence left out."""
    return _with_padding(layer, x, np.array([[True, True, True], [False, False, True]]))


def _blind(layer: Any, x: Any) -> Any:
    """With places that may look at none."""
    mask = np.array([[True, False, True], [False, False, False], [False, True, False]])
    if isinstance(layer, nn.Module):
        return layer(x, mask=mask)
    return layer(x, x, x, attn_mask=pytest.importorskip("torch").tensor(~mask), need_weights=False)[0]


def _with_padding(layer: Any, x: Any, padding: np.ndarray) -> Any:
    if isinstance(layer, nn.MultiheadAttention):
        return layer(x, key_padding_mask=padding)
    if isinstance(layer, nn.TransformerBlock):
        return layer(x, src_key_padding_mask=padding)
    torch = pytest.importorskip("torch")
    if isinstance(layer, torch.nn.MultiheadAttention):
        return layer(x, x, x, key_padding_mask=torch.tensor(padding), need_weights=False)[0]
    return layer(x, src_key_padding_mask=torch.tensor(padding))


def _attended(layer: Any, x: Any) -> Any:
    return layer(x) if isinstance(layer, nn.Module) else layer(x, x, x, need_weights=False)[0]


ROWS: dict[str, Row] = {
    "conv1d": Row(nn.Conv1d(4, 6, 3, 2, 1, groups=2, **F8), (2, 4, 7), lambda t: t.Conv1d(4, 6, 3, 2, 1, groups=2)),
    "conv2d": Row(nn.Conv2d(2, 3, [3, 2], dilation=[1, 2], **F8), (2, 2, 5, 6), lambda t: t.Conv2d(2, 3, (3, 2), dilation=(1, 2))),
    "conv2d same": Row(nn.Conv2d(1, 2, 3, padding="same", bias=False, **F8), (2, 1, 4, 4), lambda t: t.Conv2d(1, 2, 3, padding="same", bias=False)),
    "conv_transpose2d": Row(
        nn.ConvTranspose2d(4, 6, [3, 2], 2, 1, 1, 2, dilation=[1, 2], **F8), (2, 4, 3, 3),
        lambda t: t.ConvTranspose2d(4, 6, (3, 2), 2, 1, 1, 2, dilation=(1, 2)),
    ),
    "conv_transpose2d, square": Row(nn.ConvTranspose2d(3, 3, 2, bias=False, **F8), (2, 3, 3, 3), lambda t: t.ConvTranspose2d(3, 3, 2, bias=False)),
    "adaptive_avg_pool2d": Row(nn.AdaptiveAvgPool2d([3, 1]), (2, 2, 5, 4), lambda t: t.AdaptiveAvgPool2d((3, 1))),
    "upsample": Row(nn.Upsample([2, 3]), (2, 2, 3, 2), lambda t: t.Upsample(scale_factor=(2, 3))),
    "batch_norm2d": Row(nn.BatchNorm2d(3, dtype=np.float64), (2, 3, 2, 2), lambda t: t.BatchNorm2d(3)),
    "batch_norm2d, in use": Row(nn.BatchNorm2d(3, dtype=np.float64).eval(), (2, 3, 2, 2), lambda t: t.BatchNorm2d(3).eval()),
    "dropout2d, in use": Row(nn.Dropout2d(0.5).eval(), (2, 3, 2, 2), lambda t: t.Dropout2d().eval()),
    "max_pool1d": Row(nn.MaxPool1d(3, 2, 1), (2, 2, 6), lambda t: t.MaxPool1d(3, 2, 1)),
    "max_pool2d": Row(nn.MaxPool2d(2), (2, 2, 4, 5), lambda t: t.MaxPool2d(2)),
    "avg_pool1d": Row(nn.AvgPool1d(2), (2, 2, 6), lambda t: t.AvgPool1d(2)),
    "avg_pool2d": Row(nn.AvgPool2d(3, 2, 1), (2, 2, 4, 5), lambda t: t.AvgPool2d(3, 2, 1)),
    "flatten": Row(nn.Flatten(), (2, 3, 2), lambda t: t.Flatten()),
    "images": Row(nn.Images(2, 3, channels=2), (2, 12), lambda t: t.Unflatten(1, (2, 3, 2)), lambda layer, x: layer(x) if isinstance(layer, nn.Module) else layer(x).permute(0, 3, 1, 2)),
    "images, grey": Row(nn.Images(2, 3), (2, 6), lambda t: t.Unflatten(1, (1, 2, 3))),
    "positions": Row(nn.PositionEmbedding(5, 3, **F8), (2, 4, 3)),
    "embedding": Row(nn.Embedding(5, 3, **F8), (2, 4), lambda t: t.Embedding(5, 3), classes=5),
    "rnn": Row(nn.RNN(3, 4, **F8), (2, 5, 3), lambda t: t.RNN(3, 4, batch_first=True), _first),
    "lstm": Row(nn.LSTM(3, 4, 2, **F8), (2, 3, 3), lambda t: t.LSTM(3, 4, 2, batch_first=True), _ends),
    "gru": Row(nn.GRU(3, 4, batch_first=False, **F8), (5, 2, 3), lambda t: t.GRU(3, 4), _first),
    "rnn, both ways": Row(nn.RNN(3, 4, bidirectional=True, returns="outputs", **F8), (2, 5, 3), lambda t: t.RNN(3, 4, batch_first=True, bidirectional=True), _outputs),
    "lstm, both ways": Row(nn.LSTM(3, 3, 2, bidirectional=True, **F8), (2, 4, 3), lambda t: t.LSTM(3, 3, 2, batch_first=True, bidirectional=True), _ends),
    "gru, both ways": Row(nn.GRU(3, 4, 2, batch_first=False, bidirectional=True, dropout=0.5, **F8).eval(), (5, 2, 3), lambda t: t.GRU(3, 4, 2, bidirectional=True, dropout=0.5).eval(), _first),
    "attention, padded": Row(nn.MultiheadAttention(6, 2, **F8), (2, 3, 6), lambda t: t.MultiheadAttention(6, 2, batch_first=True), _padded),
    "attention, unseen": Row(nn.MultiheadAttention(6, 2, **F8), (2, 3, 6), lambda t: t.MultiheadAttention(6, 2, batch_first=True), _unseen),
    "attention, blind": Row(nn.MultiheadAttention(6, 2, **F8), (2, 3, 6), lambda t: t.MultiheadAttention(6, 2, batch_first=True), _blind),
    "transformer, unseen": Row(
        nn.TransformerBlock(4, 2, 5, **F8), (2, 3, 4),
        lambda t: t.TransformerEncoderLayer(4, 2, 5, 0.0, "gelu", batch_first=True, norm_first=True), _unseen,
    ),
    "transformer, padded": Row(
        nn.TransformerBlock(4, 2, 5, **F8), (2, 3, 4),
        lambda t: t.TransformerEncoderLayer(4, 2, 5, 0.0, "gelu", batch_first=True, norm_first=True), _padded,
    ),
    "attention": Row(nn.MultiheadAttention(6, 2, **F8), (2, 3, 6), lambda t: t.MultiheadAttention(6, 2, batch_first=True), _attended),
    "transformer": Row(
        nn.TransformerBlock(4, 2, 5, **F8), (2, 3, 4),
        lambda t: t.TransformerEncoderLayer(4, 2, 5, 0.0, "gelu", batch_first=True, norm_first=True),
    ),
    "transformer, norm last": Row(
        nn.TransformerBlock(4, 2, 5, activation="relu", norm_first=False, **F8), (2, 3, 4),
        lambda t: t.TransformerEncoderLayer(4, 2, 5, 0.0, "relu", batch_first=True),
    ),
    "residual": Row(nn.Residual(nn.Linear(3, 3, **F8), nn.Tanh()), (2, 3)),
    "group_norm": Row(nn.GroupNorm(2, 4, dtype=np.float64), (2, 4, 3), lambda t: t.GroupNorm(2, 4)),
    "layer_norm, two axes": Row(nn.LayerNorm([3, 2], dtype=np.float64), (2, 4, 3, 2), lambda t: t.LayerNorm([3, 2])),
    "batch_norm1d, signals": Row(nn.BatchNorm1d(3, dtype=np.float64), (2, 3, 4), lambda t: t.BatchNorm1d(3)),
    "batch_norm1d, signals in use": Row(nn.BatchNorm1d(3, dtype=np.float64).eval(), (2, 3, 4), lambda t: t.BatchNorm1d(3).eval()),
    "rms_norm": Row(nn.RMSNorm(4, dtype=np.float64), (2, 3, 4), lambda t: t.RMSNorm(4, eps=1e-5)),
    "softmax": Row(nn.Softmax(1), (2, 3, 2), lambda t: t.Softmax(1)),
}  # fmt: skip
for _row in ROWS.values():
    for _parameter in _row.layer.parameters():
        _parameter.data = _parameter.data + 0.1 * RANDOM.normal(size=_parameter.shape)


def _loss(row: Row, x: Any) -> Any:
    y = row.call(row.layer, x)
    weights = np.cos(np.arange(y.size)).reshape(y.shape)
    return ag.sum(ag.sin(y) * weights)


def _variables(row: Row, x: Any) -> list[Any]:
    return [*row.layer.parameters(), *([] if row.classes else [x])]


@pytest.mark.peers
@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.torch is not None])
def test_a_layer_is_pytorchs_with_the_same_weights(name: str) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    row = ROWS[name]
    theirs = row.torch(torch.nn).double()  # type: ignore[misc]
    theirs.load_state_dict({key: torch.tensor(value) for key, value in row.layer.state_dict().items()})
    batch = row.batch()
    x = batch if row.classes else ag.Tensor(batch, requires_grad=True)
    torch_x = torch.tensor(batch, requires_grad=not row.classes)
    y, torch_y = row.call(row.layer, x), row.call(theirs, torch_x)
    np.testing.assert_allclose(y.data, torch_y.detach().numpy(), rtol=1e-10, atol=1e-12)
    loss = _loss(row, x)
    weights = torch.tensor(np.cos(np.arange(y.size)).reshape(y.shape))
    (torch_y.sin() * weights).sum().backward()
    row.layer.zero_grad()
    loss.backward()
    if not row.classes:
        np.testing.assert_allclose(x.grad.data, torch_x.grad.numpy(), rtol=1e-10, atol=1e-12)  # type: ignore[union-attr]
    expected = {key: p.grad.numpy() for key, p in theirs.named_parameters()}
    for key, parameter in row.layer.named_parameters():
        grad = expected[key]
        found = parameter.grad.data  # type: ignore[union-attr]
        np.testing.assert_allclose(
            found,
            grad if grad.shape == found.shape and "linear" not in key and "out_proj.weight" not in key else grad.T,
            rtol=1e-10,
            atol=1e-12,
        )


@pytest.mark.parametrize("name", ROWS)
def test_gradients_to_second_order_are_differences(name: str) -> None:
    row = ROWS[name]
    x = row.batch() if row.classes else ag.Tensor(row.batch(), requires_grad=True)
    variables = _variables(row, x)
    rng = np.random.default_rng(2)
    directions = [rng.normal(size=v.shape) for v in variables]

    def along(create_graph: bool) -> Any:
        slopes = ag.gradients(_loss(row, x), variables, create_graph=create_graph)
        return slopes, sum(ag.sum(g * d) for g, d in zip(slopes, directions, strict=True))

    def moved(step: float, of: Callable[[], float]) -> float:
        before = [v.data for v in variables]
        try:
            for v, d in zip(variables, directions, strict=True):
                v.data = v.data + step * d
            return of()
        finally:
            for v, data in zip(variables, before, strict=True):
                v.data = data

    if not variables or name == "flatten" or name.startswith("avg"):
        variables, directions = [x], [np.ones(x.shape)]
    slopes, slope = along(create_graph=True)
    seconds = ag.gradients(slope, variables)
    step = 1e-5
    difference = (moved(step, lambda: _loss(row, x).item()) - moved(-step, lambda: _loss(row, x).item())) / (2 * step)
    assert slope.item() == pytest.approx(difference, rel=1e-6, abs=1e-7)
    second = float(sum(np.sum(g.data * d) for g, d in zip(seconds, directions, strict=True)))
    difference = (moved(step, lambda: along(False)[1].item()) - moved(-step, lambda: along(False)[1].item())) / (
        2 * step
    )
    assert second == pytest.approx(difference, rel=1e-5, abs=1e-6)
    assert all(s.shape == v.shape for s, v in zip(slopes, variables, strict=True))


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("engine", ["numpy", "native"])
def test_compiled_gradients_are_those_of_the_graph(name: str, engine: str) -> None:
    if engine == "native":
        pytest.importorskip("llvmlite", reason="the native engine needs llvmlite")
    row, batch = ROWS[name], ROWS[name].batch()
    parameters = list(row.layer.parameters())

    def step(x: Any) -> Any:
        loss = _loss(row, x)
        return loss, ag.gradients(loss, parameters, create_graph=True) if parameters else []

    fast = ag.compile(step, engine=engine)  # type: ignore[arg-type]
    fast(batch)
    other = batch[::-1].copy()
    loss, gradients = fast(other)
    eager = _loss(row, ag.Tensor(other) if not row.classes else other)
    expected = ag.gradients(eager, parameters) if parameters else []
    np.testing.assert_allclose(loss, eager.item(), rtol=1e-10)
    for ours, theirs in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(ours, theirs.data, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ROWS)
def test_a_layer_is_saved_loaded_shown_and_summarised(name: str, tmp_path: Any) -> None:
    pytest.importorskip("safetensors", reason="saving needs the extra 'train'")
    row = ROWS[name]
    model = nn.Sequential(row.layer)
    nn.save(model, tmp_path / "model.safetensors")
    again: Any = nn.load(tmp_path / "model.safetensors").train(row.layer.training)
    assert repr(again) == repr(model)
    np.testing.assert_array_equal(row.call(again[0], row.batch()).data, row.call(row.layer, row.batch()).data)
    if row.call is ROWS["flatten"].call:
        assert type(row.layer).__name__ in str(nn.summary(model, row.batch())) or name in (
            "transformer",
            "transformer, norm last",
            "residual",
        )


# ---- what is more than PyTorch's formula -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
@pytest.mark.parametrize("both", [False, True])
def test_what_comes_after_a_sequences_end_does_not_matter(kind: Any, both: bool) -> None:
    layer, lengths = kind(3, 4, 2, bidirectional=both, **F8), [5, 2, 3]
    x = np.random.default_rng(3).normal(size=(3, 5, 3))
    outputs, state = layer(x, lengths=lengths)
    for i, length in enumerate(lengths):
        alone, end = layer(x[i : i + 1, :length])
        np.testing.assert_allclose(outputs.data[i, :length], alone.data[0], rtol=1e-13)
        assert not outputs.data[i, length:].any()
        ends = zip(state, end, strict=True) if kind is nn.LSTM else [(state, end)]
        for ours, theirs in ends:
            np.testing.assert_allclose(ours.data[:, i], theirs.data[:, 0], rtol=1e-13)
    if both:
        last = kind(3, 4, 2, bidirectional=True, returns="last", **F8)
        last.load_state_dict(layer.state_dict())
        end = state[0] if kind is nn.LSTM else state
        np.testing.assert_array_equal(last(x, lengths=lengths).data, np.concatenate([end.data[-2], end.data[-1]], 1))
        return
    first, middle = layer(x[:, :2])
    second, _ = layer(x[:, 2:], middle)
    np.testing.assert_allclose(np.concatenate([first.data, second.data], 1), layer(x)[0].data, rtol=1e-12)


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
@pytest.mark.parametrize(
    "mode", ["differences", "tangent", "gradient", "jacobian", "jacobian while weights train", "again"]
)
def test_a_sequence_in_one_node_is_its_steps(kind: Any, mode: str) -> None:
    layer, rng = kind(3, 4, **F8), np.random.default_rng(5)
    if mode != "jacobian while weights train":
        layer.freeze()
    begin = [rng.normal(size=(1, 2, 4)) for _ in range(layer.states)]
    inputs, weights = (rng.normal(size=(2, 5, 3)), *begin), [rng.normal(size=(2, 5, 4)), *begin]

    def ends(*inputs: Any, lengths: Any = None) -> list[Any]:
        outputs, end = layer(inputs[0], inputs[1] if layer.states == 1 else inputs[1:], lengths)
        return [outputs, *([end] if layer.states == 1 else end)]

    def loss(*inputs: Any, lengths: Any = None) -> Any:
        found = ends(*inputs, lengths=lengths)
        return sum(ag.sum(ag.sin(y) * w) for y, w in zip(found, weights, strict=True))

    def by(lengths: Any) -> Any:
        """What is asked for; with lengths it goes step by step."""
        if mode == "tangent":
            return [ag.jvp(lambda *x: loss(*x, lengths=lengths), inputs, inputs, every)[1]]
        if mode == "gradient":
            return ag.grad(lambda *x: loss(*x, lengths=lengths), every)(*inputs)
        return [ag.Tensor(ag.jacobian(lambda x: ends(x, *begin, lengths=lengths)[0])(inputs[0])).data]

    every = tuple(range(len(inputs)))
    if mode == "differences":
        check_grads(loss, every, order=2)(*inputs)
        return
    if mode != "again":
        found, expected = by(None), by([5, 5])
    else:  # two passes through one graph, which went through pickle, the second with g changed in its place
        given = [ag.Tensor(each, requires_grad=True) for each in inputs]
        y, given = pickle.loads(pickle.dumps((ends(*given)[0], given)))
        g = weights[0].copy()
        y.backward(g)
        expected = [3 * each.grad.data for each in given]  # type: ignore[union-attr]
        g *= 2
        y.backward(g)
        found = [each.grad.data for each in given]  # type: ignore[union-attr]
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_second_derivatives_for_the_weights_of_data_are_those_of_its_steps(kind: Any) -> None:
    layer, rng = kind(3, 4, **F8), np.random.default_rng(5)
    x, weight = rng.normal(size=(2, 5, 3)), rng.normal(size=(2, 5, 4))
    asked = list(layer.parameters())

    def found(lengths: Any) -> list[Any]:
        """First and second derivatives; with lengths it goes step by step."""
        first = ag.gradients(ag.sum(ag.sin(layer(x, None, lengths)[0]) * weight), asked, create_graph=True)
        return [y.data for y in (*first, *ag.gradients(sum(ag.sum(ag.cos(y)) for y in first), asked))]

    for ours, theirs in zip(found(None), found([5, 5]), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("batch", [71, 68])
@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_a_large_batch_is_its_steps_for_any_number_of_threads(
    kind: Any, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shares of unequal size, products in pieces, slopes of some steps at a time, gradients of some others."""
    monkeypatch.setattr("nn.layers.fused_lstm.ROWS", 70)
    layer, rng = kind(3, 121, **F8), np.random.default_rng(5)
    x, weight = rng.normal(size=(batch, 7, 3)), rng.normal(size=(batch, 7, 121))

    def found(threads: int, lengths: Any = None) -> list[Any]:
        monkeypatch.setattr("autograd.rules.threads.available", lambda: threads)
        layer.zero_grad()
        given = ag.Tensor(x, requires_grad=True)
        outputs, end = layer(given, None, lengths)
        (ag.sum(outputs * weight) + ag.sum(end[-1])).backward()
        return [outputs.data, given.grad.data, *(p.grad.data for p in layer.parameters())]  # type: ignore[union-attr]

    one, several, steps = found(1), found(3), found(1, [7] * batch)  # with lengths it goes step by step
    for ours, again, theirs in zip(one, several, steps, strict=True):
        np.testing.assert_array_equal(ours, again)
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-11)


# Pieces of unequal width, shares of unequal size, as many steps at a time as are not all; pieces of the way there; long
# products; no shares; too few rows for weights to be turned; an x of one column; too small for loops.
@pytest.mark.parametrize(
    "lengths",
    [
        (131, 7, 5, 67),
        (64, 3, 40, 128),
        (3200, 3, 5, 128),
        (9, 3, 4, 201),
        (6, 3, 4, 201),
        (70, 3, 1, 120),
        (9, 3, 2, 7),
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("returns", "of_data"), [("outputs", False), ("outputs", True), ("both", False)])
def test_loops_in_machine_code_give_an_lstm_the_bits_of_numpy(
    dtype: Any, returns: Any, of_data: bool, lengths: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("llvmlite")
    batch, steps, inputs, size = lengths
    layer, rng = nn.LSTM(inputs, size, returns=returns, seed=0, dtype=dtype), np.random.default_rng(1)
    x = (3 * rng.normal(size=(batch, steps, inputs))).astype(dtype)
    x[5, 2] = 1e6  # gates shut for good
    weight = rng.normal(size=(2, 8, batch, size)).astype(dtype)[1, :steps].swapaxes(0, 1)
    monkeypatch.setattr("nn.layers.fused_lstm.ROWS", 200)

    def found() -> list[Any]:
        layer.zero_grad()
        given = ag.Tensor(x, requires_grad=not of_data)
        y = layer(given) if returns == "outputs" else layer(given)[1][1][0]  # the last c has no axis of steps
        y.backward(weight if returns == "outputs" else weight[:, 0])
        asked = layer.parameters() if of_data else [given, *layer.parameters()]
        return [y.data, *(p.grad.data for p in asked)]  # type: ignore[union-attr]

    monkeypatch.setattr(MAKERS, [])
    by_numpy = found()
    used = noted_loops(monkeypatch)
    for ours, theirs in zip(found(), by_numpy, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    by_columns = returns == "outputs" and (of_data or inputs > 1)
    expected = {"lstm_weights": batch >= MANY, "lstm_through": batch >= MANY, "lstm_back": by_columns}
    assert {name for name, _ in used} == {name for name, fits in expected.items() if fits and size > 7}


# Shares of 16, 30 and 9 rows; no shares: by numbers of rows that have no divisor, wide weights, few entries, few rows.
@pytest.mark.parametrize(
    ("batch", "steps", "size", "shared"),
    [
        (64, 5, 128, True),
        (60, 1, 100, True),
        (63, 3, 97, True),
        (67, 3, 100, False),
        (24, 3, 200, False),
        (9, 3, 100, False),
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_loops_in_machine_code_give_a_gru_the_bits_of_numpy(
    dtype: Any, batch: int, steps: int, size: int, shared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("llvmlite")
    layer, rng = nn.GRU(5, size, seed=0, dtype=dtype), np.random.default_rng(1)
    x, start = ((3 * rng.normal(size=shape)).astype(dtype) for shape in ((batch, steps, 5), (1, batch, size)))
    x[5, 1:] = 1e6  # gates shut for good
    wholes = rng.normal(size=(2, 8, batch, size)).astype(dtype)
    weights = [wholes[1, :steps].swapaxes(0, 1), wholes[0, 0], wholes[0, :steps, ::-1].swapaxes(0, 1)]

    def found(weight: Any) -> list[Any]:
        layer.zero_grad()
        given, before = ag.Tensor(x, requires_grad=True), ag.Tensor(start, requires_grad=True)
        outputs, end = layer(given, before)
        (outputs if weight.ndim == 3 else end[0]).backward(weight)
        return [outputs.data, *(p.grad.data for p in (given, before, *layer.parameters()))]  # type: ignore[union-attr]

    monkeypatch.setattr(MAKERS, [])
    by_numpy = [found(weight) for weight in weights]
    used = noted_loops(monkeypatch)
    for weight, expected in zip(weights, by_numpy, strict=True):
        for ours, theirs in zip(found(weight), expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)
    assert {name for name, _ in used} == ({"gru_through", "gru_back"} if shared else set())


@pytest.mark.parametrize("of_data", [False, True])
def test_no_product_of_an_lstm_that_is_shared_waits_for_the_threads_of_blas(
    of_data: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer, sizes = nn.LSTM(29, 128, seed=0, returns="outputs"), []
    x = ag.Tensor(np.ones((64, 3, 29)), requires_grad=not of_data)
    matmul = np.matmul
    monkeypatch.setattr(MAKERS, [])

    def noted(a: Any, b: Any, **how: Any) -> Any:
        y = matmul(a, b, **how)
        sizes.extend([y.shape[-2] * y.shape[-1] * a.shape[-1]] * (y.size // (y.shape[-2] * y.shape[-1])))
        return y

    monkeypatch.setattr(np, "matmul", noted)
    y = layer(x)
    y.backward(y.data)
    assert max(sizes) <= ALONE
    for_x = 0 if of_data else 29
    assert sum(sizes) == 64 * 3 * 512 * (158 + 128 + for_x + 158)  # what is said, for h, for x, for all weights


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_a_graph_with_a_sequence_in_one_node_becomes_a_program(kind: Any) -> None:
    layer, x = kind(3, 4, **F8), ag.Tensor(np.ones((2, 5, 3)), requires_grad=True)
    program, other = ag.Program.from_graph(ag.sum(layer(x)[0] ** 2), [x]), np.linspace(-1, 1, 30).reshape(2, 5, 3)
    value, gradients = program(other)
    np.testing.assert_allclose(value, ag.sum(layer(other)[0] ** 2).item(), rtol=1e-12)
    np.testing.assert_allclose(gradients[0], ag.grad(lambda x: ag.sum(layer(x)[0] ** 2))(other).data, rtol=1e-9)


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.call not in (_padded, _unseen)])
def test_a_batch_of_no_samples_has_gradients_of_zero(name: str) -> None:
    row = ROWS[name]
    batch = row.batch().take([], 1 if getattr(row.layer, "batch_first", True) is False else 0)
    if isinstance(row.layer, nn.BatchNorm1d | nn.BatchNorm2d) and row.layer.training:
        with pytest.raises(ag.ShapeError, match="batches of two"):
            row.layer(batch)
        return
    x = batch if row.classes else ag.Tensor(batch, requires_grad=True)
    variables = _variables(row, x)
    gradients = ag.gradients(_loss(row, x), variables) if variables else ()
    for variable, gradient in zip(variables, gradients, strict=True):
        assert gradient.shape == variable.shape
        assert not gradient.data.any()


def test_dropout_between_layers_is_drawn_in_training_alone() -> None:
    layer, x = nn.GRU(3, 4, 2, dropout=0.5, returns="outputs", **F8), np.ones((2, 5, 3))
    plain = nn.GRU(3, 4, 2, returns="outputs", **F8)
    assert (layer(x).data != layer(x).data).any()
    assert (layer(x, lengths=[5, 4]).data != layer(x, lengths=[5, 4]).data).any()
    np.testing.assert_array_equal(layer.eval()(x).data, plain(x).data)
    alone = nn.GRU(3, 4, dropout=0.5, returns="outputs", **F8)
    np.testing.assert_array_equal(alone(x).data, alone(x).data)


def test_causal_attention_does_not_look_ahead() -> None:
    layer = nn.TransformerBlock(4, 2, causal=True, **F8)
    x = np.random.default_rng(4).normal(size=(1, 5, 4))
    other = x.copy()
    other[:, 3:] = 7.0
    np.testing.assert_allclose(layer(x).data[:, :3], layer(other).data[:, :3], rtol=1e-12)
    assert (layer(x).data[:, 3:] != layer(other).data[:, 3:]).all()
    mask = np.tri(5, dtype=bool)
    loose = nn.MultiheadAttention(4, 2, **F8)
    tight = nn.MultiheadAttention(4, 2, causal=True, **F8)
    np.testing.assert_allclose(loose(x, mask=mask).data, tight(x).data, rtol=1e-12)


STEPS, FOURS = np.zeros((2, 4, 3)), np.zeros((2, 3, 4))
ATTENTION: Any = nn.MultiheadAttention(4, 2, seed=0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.Conv2d(3, 4, 2, groups=2), "groups=2 must divide in_channels=3"),
        (lambda: nn.Conv2d(1, 1, 2, padding="same"), "'same' for a stride of 1 and windows of odd length"),
        (lambda: nn.Conv2d(1, 1, [2, 2, 2]), "kernel_size is one whole number, or 2"),
        (lambda: nn.ConvTranspose2d(1, 1, 3, output_padding=1), "output_padding=1 must be below stride=1"),
        (lambda: nn.ConvTranspose2d(1, 1, 1, padding=2)(np.zeros((1, 1, 2, 2))), "nothing is left"),
        (lambda: nn.BatchNorm2d(3)(np.zeros((2, 3))), r"takes \(batch, 3, height, width\), got shape \(2, 3\)"),
        (lambda: nn.BatchNorm2d(1)(np.zeros((1, 1, 1, 1))), "batches of two pixels and more"),
        (lambda: nn.BatchNorm1d(3)(np.zeros((2, 3, 4, 4))), "for images: BatchNorm2d"),
        (lambda: nn.BatchNorm1d(3)(np.zeros((2, 4, 3))), r"takes \(batch, 3\) or \(batch, 3, length\), got shape \(2, 4, 3\)"),
        (lambda: nn.BatchNorm1d(3)(np.zeros((1, 3, 1))), "batches of two samples and more"),
        (lambda: nn.LayerNorm([3, 2])(np.zeros((2, 2, 3))), r"features on the last 2 axes, got shape \(2, 2, 3\)"),
        (lambda: nn.LayerNorm([3, 0]), "features must be a positive integer, got 0"),
        (lambda: nn.LayerNorm([]), "features is one whole number"),
        (lambda: nn.Dropout2d()(np.zeros((2, 3))), "for rows there is Dropout"),
        (lambda: nn.Conv2d(1, 1, 3)(np.zeros((2, 5, 5))), r"takes \(batch, 1, height, width\), got shape \(2, 5, 5\)"),
        (lambda: nn.Conv2d(1, 1, 9)(np.zeros((1, 1, 5, 5))), "none fits"),
        (lambda: nn.MaxPool2d(2, padding=2), "at most half of kernel_size"),
        (lambda: nn.Embedding(3, 2)([0.5]), "takes integers"),
        (lambda: nn.LSTM(3, 2)(np.zeros((2, 3))), r"takes \(batch, steps, 3\), got shape \(2, 3\)"),
        (lambda: nn.LSTM(3, 2, returns="all"), "returns must be one of 'both'"),
        (lambda: nn.GRU(3, 2)(np.zeros((2, 0, 3))), "sequences of one step and more"),
        (lambda: nn.GRU(3, 2)(STEPS, lengths=[5, 1]), "lengths from 1 to 5 for sequences of 4 steps"),
        (lambda: nn.GRU(3, 2)(STEPS, lengths=ag.Tensor([-1, 1])), "lengths from -1 to 1"),
        (lambda: nn.GRU(3, 2)(STEPS, lengths=[1.5, 1]), "lengths are integers, not float64"),
        (lambda: nn.Sequential(nn.GRU(3, 2), nn.Linear(2, 1))(STEPS), "got a tuple of 2; .* returns='outputs'"),
        (lambda: nn.Conv2d(1, 1, 3, padding=-1), "padding must be 0 or a positive integer, got -1"),
        (lambda: nn.Conv2d(1, 1, 3, padding=None), "padding must be 0 or a positive integer, got None"),
        (lambda: ATTENTION(STEPS), r"MultiheadAttention\(4, 2\) takes \(batch, length, 4\), got a query"),
        (lambda: ATTENTION(FOURS, np.zeros((2, 4, 3))), r"got a key of shape \(2, 4, 3\)"),
        (lambda: ATTENTION(FOURS, FOURS[:1]), r"a key of \(1, 3, 4\) .* the batches must be equal"),
        (lambda: ATTENTION(FOURS, FOURS, FOURS[:, :2]), "there is one value for each key"),
        (lambda: ATTENTION(FOURS, mask=np.ones((4, 4), bool)), r"a mask of shape \(4, 4\) for .* \(2, 2, 3, 3\)"),
        (lambda: ATTENTION(FOURS, mask=np.ones((3, 3))), "a mask is boolean"),
        (lambda: ATTENTION(FOURS, key_padding_mask=np.zeros((2, 4), bool)), r"for \(batch, keys\) of \(2, 3\)"),
        (lambda: ATTENTION(FOURS, key_padding_mask=np.zeros((2, 3))), "key_padding_mask is boolean"),
        (lambda: nn.LSTM(3, 4, dropout=1.0), "dropout must be from 0 to below 1"),
        (lambda: nn.MultiheadAttention(6, 4), "num_heads=4 must divide embed_dim=6"),
        (lambda: nn.GroupNorm(2, 3), "groups=2 must divide channels=3"),
        (lambda: nn.Residual(nn.Linear(2, 3))(np.zeros((1, 2))), r"make \(1, 3\) of \(1, 2\)"),
        (lambda: nn.GELU("erf"), "approximate must be 'none' or 'tanh'"),
        (lambda: nn.init.gain("step"), "no gain is known for 'step'"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_in_a_line(make: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        make()


@pytest.mark.parametrize("kind", [list, ag.Tensor])
def test_rows_of_an_embedding_that_do_not_exist_are_refused(kind: Any) -> None:
    with pytest.raises(IndexError, match="has rows 0 to 2, got numbers from -1 to 1"):
        nn.Embedding(3, 2)(kind([1, -1]))


@pytest.mark.parametrize("kind", ["int8", "int64", "uint8", "uint64"])
@pytest.mark.parametrize("engine", ["numpy", "native"])
def test_rows_of_an_embedding_that_do_not_exist_are_refused_in_a_program(kind: str, engine: Any) -> None:
    if engine == "native":
        pytest.importorskip("llvmlite", reason="the native engine needs llvmlite")
    table = nn.Embedding(100, 2)
    rows = ag.compile(lambda numbers: table(numbers), engine=engine)
    np.testing.assert_array_equal(rows(np.array([1, 99], kind)), table([1, 99]).data)
    for wrong in (-1, -100, 100):
        if wrong > 0 or kind.startswith("i"):
            with pytest.raises(IndexError, match="out of bounds"):
                rows(np.array([1, wrong], kind))


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int64", "float32"])
def test_images_of_integers_are_pooled_as_numbers(dtype: str) -> None:
    image = np.array([[[[1, 2], [4, 4]]]], dtype)
    assert nn.AvgPool2d(2)(image).data.item() == 2.75
    below = image - image.dtype.type(5) if dtype != "uint8" else image  # what lies beyond the edge is no 0 that wins
    assert nn.MaxPool2d(2, padding=1)(below).data.tolist() == below.tolist()


def test_both_forms_of_gelu_take_lists() -> None:
    np.testing.assert_allclose(nn.GELU("tanh")([-1.0, 2.0]), nn.GELU()([-1.0, 2.0]), atol=5e-4)


@pytest.mark.parametrize("activation", ["tanh", "relu", "leaky_relu"])
def test_gains_are_pytorchs(activation: str) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    assert nn.init.gain(activation) == pytest.approx(torch.nn.init.calculate_gain(activation))


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
@pytest.mark.parametrize("batch", [2, 40])
def test_no_node_of_a_sequence_holds_what_memory_held_before(
    kind: str, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer, x = getattr(nn, kind)(3, 40, 6, seed=0), ag.Tensor(np.ones((batch, 5, 3)), requires_grad=True)
    empty = np.empty

    def of_no_numbers(*args: Any, **keywords: Any) -> Any:
        found = empty(*args, **keywords)
        if found.dtype.kind == "f":
            found.fill(np.nan)
        return found

    monkeypatch.setattr(np, "empty", of_no_numbers)
    loss = (layer(x)[0] ** 2).mean()
    slopes = ag.gradients(loss, [x, *layer.parameters()], create_graph=True)
    nodes = [node for root in (loss, *slopes) for node in ag.topological_order(root)]
    assert {node.rule.name for node in nodes if node.rule is not None and np.isnan(node.data).any()} == set()
