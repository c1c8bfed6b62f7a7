"""Weights in and out of PyTorch: square layers, by dictionaries and by files, marked or not."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

import nn

X = np.random.default_rng(0).normal(size=(5, 4))


def shaken(model: nn.Module) -> nn.Module:
    """The model with random numbers everywhere, positive where they are variances."""
    rng = np.random.default_rng(1)
    for name, member in [*model.named_parameters(), *model.named_buffers()]:
        values = rng.normal(size=member.shape)
        member.data = np.abs(values) + 0.1 if "var" in name else values
    return model


# Ours, and PyTorch's from its module: square wherever a turn of the axes would go unseen.
PAIRS: dict[str, tuple[Any, Any]] = {
    "linear": (lambda: nn.Linear(4, 4, dtype=np.float64), lambda t: t.Linear(4, 4)),
    "no bias": (lambda: nn.Linear(4, 4, bias=False, dtype=np.float64), lambda t: t.Linear(4, 4, bias=False)),
    "mlp": (
        lambda: nn.MLP(4, [4, 4], activation="tanh", dtype=np.float64),
        lambda t: t.Sequential(t.Linear(4, 4), t.Tanh(), t.Linear(4, 4)),
    ),
    "norms": (
        lambda: nn.Sequential(
            nn.Linear(4, 4, dtype=np.float64), nn.BatchNorm1d(4, dtype=np.float64), nn.LayerNorm(4, dtype=np.float64)
        ),
        lambda t: t.Sequential(t.Linear(4, 4), t.BatchNorm1d(4), t.LayerNorm(4)),
    ),
}


@pytest.mark.peers
@pytest.mark.parametrize("name", PAIRS)
def test_both_ways_by_dictionaries_and_files(name: str, tmp_path: Any) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    from safetensors.torch import load_file, save_file

    make, make_theirs = PAIRS[name]
    ours, theirs = shaken(make()).eval(), make_theirs(torch.nn).double().eval()
    there, file = str(tmp_path / "theirs.safetensors"), tmp_path / "ours.safetensors"

    def agree() -> None:
        with torch.no_grad():
            np.testing.assert_allclose(ours(X).data, theirs(torch.tensor(X)).numpy(), rtol=1e-12, atol=1e-12)

    theirs.load_state_dict({name: torch.tensor(array) for name, array in ours.state_dict().items()})
    agree()
    with torch.no_grad():
        for parameter in theirs.parameters():
            parameter.mul_(1.5)
    ours.load_state_dict(theirs.state_dict())  # PyTorch's own tensors
    agree()
    for mark in (None, {"format": "pt"}):
        with torch.no_grad():
            for parameter in theirs.parameters():
                parameter.mul_(1.5)
        save_file(theirs.state_dict(), there, mark)
        assert nn.load(there, ours) is ours
        agree()
    nn.save(shaken(ours), file)
    theirs.load_state_dict(load_file(file))
    agree()


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
