"""Weights in and out of PyTorch: square layers, by dictionaries and by files, marked or not."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
import safetensors.numpy

import nn
from nn import layers

SHAPE = {"rows": (4, 4), "places": (4, 4, 4), "images": (4, 4, 4, 4)}


def _outputs(layer: Any, x: Any) -> Any:
    return layer(x)[0]


def _attended(layer: Any, x: Any) -> Any:
    """From each place to those of the sequence before, so that query, key and value are not the same."""
    if isinstance(layer, nn.MultiheadAttention):
        return layer(x, x[::-1])
    other = x.flip(0)
    return layer(x, other, other, need_weights=False)[0]


class Pair(NamedTuple):
    """Ours, for a dtype; PyTorch's from its module; a batch, and how a layer is called.

    Everything is square wherever a turn of the axes would go unseen.
    """

    ours: Callable[..., nn.Module]
    theirs: Callable[[Any], Any]
    x: str = "rows"
    call: Callable[..., Any] = lambda layer, x: layer(x)


def _recurrent(kind: str, **how: Any) -> Pair:
    words = {"bidirectional": how.get("bidirectional", False), "bias": how.get("bias", True), "batch_first": True}
    return Pair(
        lambda **own: getattr(nn, kind)(4, 4, **how, **own),
        lambda t: getattr(t, kind)(4, 4, how.get("num_layers", 1), **words),
        "places",
        _outputs,
    )


def _block(activation: str, norm_first: bool) -> Pair:
    return Pair(
        lambda **own: nn.TransformerBlock(4, 2, 4, activation=activation, norm_first=norm_first, **own),
        lambda t: t.TransformerEncoderLayer(4, 2, 4, 0.0, activation, batch_first=True, norm_first=norm_first),
        "places",
    )


PAIRS: dict[str, Pair] = {
    "Linear": Pair(lambda **own: nn.Linear(4, 4, **own), lambda t: t.Linear(4, 4)),
    "Linear, no bias": Pair(lambda **own: nn.Linear(4, 4, bias=False, **own), lambda t: t.Linear(4, 4, bias=False)),
    "MLP": Pair(
        lambda **own: nn.MLP(4, [4, 4], activation="tanh", **own),
        lambda t: t.Sequential(t.Linear(4, 4), t.Tanh(), t.Linear(4, 4)),
    ),
    "Conv1d": Pair(
        lambda **own: nn.Conv1d(4, 4, 4, padding=2, **own), lambda t: t.Conv1d(4, 4, 4, padding=2), "places"
    ),
    "Conv2d": Pair(lambda **own: nn.Conv2d(4, 4, 4, **own), lambda t: t.Conv2d(4, 4, 4), "images"),
    "Conv2d, groups": Pair(
        lambda **own: nn.Conv2d(4, 4, 2, groups=2, bias=False, **own),
        lambda t: t.Conv2d(4, 4, 2, groups=2, bias=False),
        "images",
    ),
    "ConvTranspose2d": Pair(
        lambda **own: nn.ConvTranspose2d(4, 4, 4, **own), lambda t: t.ConvTranspose2d(4, 4, 4), "images"
    ),
    "ConvTranspose2d, groups": Pair(
        lambda **own: nn.ConvTranspose2d(4, 4, 2, 2, groups=2, **own),
        lambda t: t.ConvTranspose2d(4, 4, 2, 2, groups=2),
        "images",
    ),
    "Embedding": Pair(
        lambda **own: nn.Embedding(4, 4, **own),
        lambda t: t.Embedding(4, 4),
        call=lambda layer, x: layer((abs(x) > 1) + 2 * (x > 0)),  # numbers from 0 to 3
    ),
    **{kind: _recurrent(kind) for kind in ("RNN", "LSTM", "GRU")},
    **{f"{kind}, two layers": _recurrent(kind, num_layers=2, bias=False) for kind in ("RNN", "LSTM", "GRU")},
    **{f"{kind}, both ways": _recurrent(kind, num_layers=2, bidirectional=True) for kind in ("RNN", "LSTM", "GRU")},
    "MultiheadAttention": Pair(
        lambda **own: nn.MultiheadAttention(4, 2, **own),
        lambda t: t.MultiheadAttention(4, 2, batch_first=True),
        "places",
        _attended,
    ),
    "MultiheadAttention, no bias": Pair(
        lambda **own: nn.MultiheadAttention(4, 1, bias=False, **own),
        lambda t: t.MultiheadAttention(4, 1, bias=False, batch_first=True),
        "places",
        _attended,
    ),
    "TransformerBlock": _block("gelu", True),
    "TransformerBlock, norm last": _block("relu", False),
    "LayerNorm": Pair(lambda **own: nn.LayerNorm(4, **own), lambda t: t.LayerNorm(4)),
    "LayerNorm, two axes": Pair(lambda **own: nn.LayerNorm([4, 4], **own), lambda t: t.LayerNorm([4, 4]), "places"),
    "RMSNorm": Pair(lambda **own: nn.RMSNorm(4, **own), lambda t: t.RMSNorm(4, 1e-5)),
    "GroupNorm": Pair(lambda **own: nn.GroupNorm(2, 4, **own), lambda t: t.GroupNorm(2, 4), "images"),
    "BatchNorm1d": Pair(lambda **own: nn.BatchNorm1d(4, **own), lambda t: t.BatchNorm1d(4)),
    "BatchNorm1d, signals": Pair(lambda **own: nn.BatchNorm1d(4, **own), lambda t: t.BatchNorm1d(4), "places"),
    "BatchNorm2d": Pair(lambda **own: nn.BatchNorm2d(4, **own), lambda t: t.BatchNorm2d(4), "images"),
    "Sequential": Pair(
        lambda **own: nn.Sequential(
            nn.Conv2d(4, 4, 3, **own), nn.BatchNorm2d(4, **own), nn.Flatten(), nn.Linear(16, 16, **own)
        ),
        lambda t: t.Sequential(t.Conv2d(4, 4, 3), t.BatchNorm2d(4), t.Flatten(), t.Linear(16, 16)),
        "images",
    ),
}
# Layers with values of their own that PyTorch has none of.
OURS_ALONE = {"PositionEmbedding"}


def test_every_layer_that_holds_something_is_here() -> None:
    kinds = {name: layer for name in layers.__all__ if inspect.isclass(layer := getattr(layers, name))}
    holding = {name for name, layer in kinds.items() if "dtype" in inspect.signature(layer).parameters}
    assert holding - OURS_ALONE <= {name.split(",")[0] for name in PAIRS}


def shaken(model: nn.Module, seed: int = 1) -> nn.Module:
    """The model with random numbers everywhere, positive where they are variances."""
    rng = np.random.default_rng(seed)
    for name, member in [*model.named_parameters(), *model.named_buffers()]:
        values = rng.normal(size=member.shape)
        member.data = (np.abs(values) + 0.1 if "var" in name else values).astype(member.dtype)
    return model


@pytest.mark.peers
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", PAIRS)
def test_both_ways_by_dictionaries_and_files(name: str, dtype: str, tmp_path: Any) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    from safetensors.torch import load_file, save_file

    pair = PAIRS[name]
    ours, theirs = pair.ours(dtype=np.dtype(dtype)), pair.theirs(torch.nn).to(getattr(torch, dtype))
    x = np.random.default_rng(0).normal(size=SHAPE[pair.x]).astype(dtype)
    there, file = str(tmp_path / "theirs.safetensors"), tmp_path / "ours.safetensors"
    generator = torch.Generator().manual_seed(0)

    def changed() -> dict[str, Any]:
        """PyTorch's state, with other numbers everywhere."""
        for key, value in theirs.state_dict().items():
            if value.is_floating_point():
                value.normal_(generator=generator).abs_().add_(0.1 if "var" in key else -0.5)
        return theirs.state_dict()  # type: ignore[no-any-return]

    def agree() -> None:
        """In use, and in training, of which batch normalisation remembers something."""
        for training in (False, True):
            with torch.no_grad():
                expected = pair.call(theirs.train(training), torch.tensor(x)).numpy()
            found = pair.call(ours.train(training), x).data
            most = 1e-6 if dtype == "float32" else 1e-10
            np.testing.assert_allclose(found, expected, rtol=0, atol=most * max(1.0, np.abs(expected).max()))
        state = theirs.state_dict()
        for key, value in ours.state_dict().items():
            np.testing.assert_allclose(value, state[key].numpy(), rtol=most, atol=most)

    theirs.load_state_dict({name: torch.tensor(array) for name, array in shaken(ours).state_dict().items()})
    agree()
    ours.load_state_dict(changed())  # PyTorch's own tensors
    agree()
    for mark in (None, {"format": "pt"}):
        save_file(changed(), there, mark)
        assert nn.load(there, ours) is ours
        agree()
    nn.save(shaken(ours, 2), file)
    theirs.load_state_dict(load_file(file))
    agree()


@pytest.mark.peers
def test_half_precision_is_taken_and_one_that_numpy_lacks_is_refused(tmp_path: Any) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    from safetensors.torch import save_file

    theirs, ours, there = torch.nn.Linear(3, 3), nn.Linear(3, 3), str(tmp_path / "theirs.safetensors")
    save_file(theirs.half().state_dict(), there)
    np.testing.assert_array_equal(nn.load(there, ours).state_dict()["weight"], theirs.weight.detach().numpy())
    save_file(theirs.bfloat16().state_dict(), there)
    with pytest.raises(nn.StateError, match=r"'bfloat16' not understood; in PyTorch, save model\.float\(\)"):
        nn.load(there, ours)


def test_a_file_from_before_is_known_by_its_mark(tmp_path: Any) -> None:
    model = shaken(nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3)))
    held = {name: member.data for name, member in [*model.named_parameters(), *model.named_buffers()]}
    kinds = [{"kind": "Linear", "in_features": 3, "out_features": 3}, {"kind": "BatchNorm1d", "features": 3}]
    description = json.dumps({"kind": "Sequential", "layers": kinds})
    safetensors.numpy.save_file(held, tmp_path / "old.safetensors", {"gradbook-1": description})
    for found in (nn.load(tmp_path / "old.safetensors"), nn.load(tmp_path / "old.safetensors", shaken(model))):
        for (name, member), values in zip(
            [*found.named_parameters(), *found.named_buffers()], held.values(), strict=True
        ):
            np.testing.assert_array_equal(member.data, values, err_msg=name)


def test_what_is_held_is_contiguous_and_a_wrong_state_changes_nothing() -> None:
    layer = nn.Linear(3, 2)
    before = layer.state_dict()
    assert before["weight"].flags.c_contiguous
    layer.load_state_dict(before)
    assert layer.weight.data.flags.c_contiguous
    assert layer.weight.shape == (3, 2)
    with pytest.raises(nn.StateError, match=r"'weight' has shape \(2, 3\) in Linear and \(3, 2\) in the state"):
        layer.load_state_dict({"weight": layer.weight, "bias": np.ones(2)})
    np.testing.assert_array_equal(layer.state_dict()["weight"], before["weight"])
