"""Checkpoints: what goes in comes out, damaged files are refused, and a good file is never lost."""

import json
import os
import threading
import tracemalloc

import numpy as np
import pytest

import nn
from nn._files import write_atomically
from nn.training.architecture import LAYERS, build, describe, plan
from nn.training.checkpoint import FORMAT

safetensors_numpy = pytest.importorskip(
    "safetensors.numpy", reason="checkpoints need safetensors, which is not installed"
)


class OwnKind(nn.Module):
    """A module that no checkpoint can build again."""

    def __init__(self):
        self.scale = nn.Parameter(np.array([1.0, 2.0]))

    def forward(self, x):
        return x * self.scale


MODELS = {
    "linear": lambda: nn.Linear(3, 2, seed=0),
    "no bias, float64": lambda: nn.Linear(3, 2, bias=False, seed=0, dtype=np.float64),
    "mlp": lambda: nn.MLP(3, [4, 2], activation="tanh", seed=0),
    "one layer": lambda: nn.MLP(3, [2], activation="leaky_relu", seed=0, dtype=np.float64),
    "nested": lambda: nn.Sequential(nn.Sequential(nn.Linear(3, 4, seed=0), nn.LeakyReLU(0.3)), nn.MLP(4, [2], seed=0)),
    **{
        name: (lambda layer=layer: nn.Sequential(nn.Linear(3, 2, seed=0), layer()))
        for name, layer in nn.ACTIVATIONS.items()
    },
}
X = np.random.default_rng(0).normal(size=(5, 3))


def names(folder):
    return [path.name for path in folder.iterdir()]


@pytest.mark.parametrize("name", MODELS)
def test_a_file_rebuilds_its_model(name, tmp_path):
    model = MODELS[name]()
    nn.save(model, tmp_path / "model.safetensors")
    again = nn.load(tmp_path / "model.safetensors")
    assert repr(again) == repr(model)
    assert type(again) is type(model)
    for ours, theirs in zip(model.parameters(), again.parameters(), strict=True):
        assert ours.dtype == theirs.dtype
        assert ours.label == theirs.label
        assert (ours.data == theirs.data).all()
    assert (model(X).data == again(X).data).all()
    again(X).sum().backward()
    assert names(tmp_path) == ["model.safetensors"]


def test_equal_models_make_equal_files(tmp_path):
    for name in "ab":
        nn.save(MODELS["mlp"](), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_every_layer_can_be_described():
    assert {layer for layer in vars(nn).values() if isinstance(layer, type) and issubclass(layer, nn.Module)} == {
        nn.Module,
        nn.Activation,
        *LAYERS.values(),
    }
    for make in MODELS.values():
        assert repr(build(json.loads(json.dumps(describe(make()))))) == repr(make())


def test_a_module_of_ones_own_loads_into_one_that_is_built(tmp_path):
    model = OwnKind()
    model.scale.data *= 3
    nn.save(model, tmp_path / "own")
    nn.save(nn.Sequential(model), tmp_path / "inside")
    again = OwnKind()
    assert nn.load(tmp_path / "own", again) is again
    assert again.scale.data.tolist() == [3, 6]
    for name in ("own", "inside"):
        with pytest.raises(nn.StateError, match=r"does not contain its architecture; build the model and pass it"):
            nn.load(tmp_path / name)


def test_a_subclass_of_a_layer_is_ones_own(tmp_path):
    class Linear(nn.Linear):
        pass

    assert describe(Linear(2, 1)) is None
    assert describe(nn.Sequential(Linear(2, 1))) is None


def test_values_that_do_not_fit_are_refused_and_the_model_is_unchanged(tmp_path):
    nn.save(nn.MLP(3, [4, 2], seed=0), tmp_path / "model")
    model = nn.MLP(3, [5, 2], seed=1)
    before = model.state_dict()
    with pytest.raises(
        nn.StateError, match=r"model: MLP cannot take this state: '0.weight' has shape \(5, 3\)"
    ) as refusal:
        nn.load(tmp_path / "model", model)
    assert "\n" not in str(refusal.value)
    assert all((before[name] == value).all() for name, value in model.state_dict().items())


def stored(description):
    state = nn.Linear(2, 1, seed=0).state_dict()
    return safetensors_numpy.save(state, {FORMAT: description} if description is not None else None)


WHOLE = stored(json.dumps({"kind": "Linear", "in_features": 2, "out_features": 1}))
DAMAGED = {
    "empty": (b"", "is not a readable safetensors file"),
    "text": (b"<html>not found</html>", "is not a readable safetensors file"),
    "torch.save": (b"PK\3\4\0\0\x08\x08\0\0", r"is what torch.save, .*; in PyTorch, call safetensors.torch.save_file"),
    "Keras": (
        b"\x89HDF\r\n\x1a\n\0",
        r"is an HDF5 file, as Keras writes, not a safetensors file; give its arrays to model",
    ),
    "truncated": (WHOLE[:-3], "is not a readable safetensors file"),
    "no architecture": (stored(None), "does not contain its architecture"),
    "null": (stored("null"), "does not contain its architecture"),
    "not JSON": (stored("{"), "an architecture that cannot be built"),
    "a list": (stored("[1]"), "an architecture that cannot be built"),
    "unknown kind": (stored('{"kind": "os.system"}'), "an architecture that cannot be built"),
    "no kind": (stored("{}"), "an architecture that cannot be built"),
    "unknown argument": (stored('{"kind": "ReLU", "x": 1}'), "an architecture that cannot be built"),
    "other sizes": (
        stored('{"kind": "Linear", "in_features": 3, "out_features": 1}'),
        r"shape \(1, 3\) in Linear and \(1, 2\)",
    ),
    "other layers": (stored('{"kind": "ReLU"}'), "'bias', 'weight' are unexpected"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_refused_in_one_line(name, tmp_path):
    content, message = DAMAGED[name]
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(nn.StateError, match=message) as refusal:
        nn.load(path)
    assert "\n" not in str(refusal.value)
    assert str(path) in str(refusal.value)


def test_a_missing_file_is_named(tmp_path):
    for path in (tmp_path / "none.safetensors", tmp_path):
        with pytest.raises(FileNotFoundError, match=f"no checkpoint at {path}"):
            nn.load(path)


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "model.safetensors"
    nn.save(nn.Linear(2, 1, seed=0), path)
    before = path.read_bytes()

    def full(descriptor):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space left"):
        nn.save(nn.Linear(2, 1, seed=1), path)
    assert path.read_bytes() == before
    assert names(tmp_path) == ["model.safetensors"]


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=f"there is no folder {tmp_path / 'no'} for model; make it first"):
        nn.save(nn.Linear(2, 1), tmp_path / "no" / "model")


@pytest.mark.parametrize("folder", ["/", ".", "..", "", "made"])
def test_a_folder_is_no_file_to_save_to(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "made").mkdir()
    with pytest.raises(IsADirectoryError, match=r"is a folder; name a file in it"):
        nn.save(nn.Linear(2, 1), folder)
    assert names(tmp_path) == ["made"]


def test_readers_never_see_half_a_file(tmp_path):
    path = tmp_path / "file"
    contents = [bytes([i]) * 100_000 for i in range(40)]
    write_atomically(path, contents[0])
    seen, done = [], threading.Event()

    def watch():
        while not done.is_set():
            seen.append(path.read_bytes())

    reader = threading.Thread(target=watch)
    reader.start()
    for content in contents:
        write_atomically(path, content)
    done.set()
    reader.join()
    assert seen
    assert set(seen) <= set(contents)


HUGE = {
    "a wide layer": {"kind": "Linear", "in_features": 10**9, "out_features": 10**9},
    "beyond any array": {"kind": "Linear", "in_features": 2**62, "out_features": 2**62},
    "random numbers": {"kind": "Linear", "in_features": 10**8, "out_features": 1, "initializer": "he_normal"},
    "a wide dtype": {"kind": "Linear", "in_features": 2, "out_features": 1, "dtype": "S1000000000"},
    "a wide norm": {"kind": "BatchNorm1d", "features": 10**9},
    "a wide norm of samples": {"kind": "LayerNorm", "features": 10**9, "dtype": "float64"},
    "many layers": {"kind": "Sequential", "layers": [{"kind": "ReLU"}] * 10**5},
    "many sizes": {"kind": "MLP", "inputs": 2, "sizes": [1] * 10**5},
    "many levels": json.loads('{"kind": "Sequential", "layers": [' * 400 + "]}" * 400),
}


@pytest.mark.parametrize("name", HUGE)
def test_a_file_that_describes_more_than_it_holds_is_refused_before_memory_is_taken(name, tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(stored(json.dumps(HUGE[name])))
    tracemalloc.start()
    with pytest.raises(nn.StateError) as refusal:
        nn.load(path)
    assert tracemalloc.get_traced_memory()[1] < 5e7
    tracemalloc.stop()
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 400


@pytest.mark.parametrize(
    "text",
    [
        "[" * 10**5,
        "1e400",
        '{"kind": "RNN", "input_size": 1, "hidden_size": 1, "num_layers": 1000000000}',
        '{"kind": "Dropout", "p": 1e400}',
        '{"kind": "LeakyReLU", "slope": 1' + "0" * 400 + "}",
    ],
)
def test_a_description_that_is_none_is_refused(text, tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(stored(text))
    with pytest.raises(nn.StateError, match="describes an architecture that cannot be built"):
        nn.load(path)


def test_a_header_without_end_is_not_read(tmp_path):
    path = tmp_path / "model.safetensors"
    with path.open("wb") as file:
        file.write((90_000_000).to_bytes(8, "little"))
        file.truncate(2**30)
    with pytest.raises(nn.StateError, match="is not a readable safetensors file: its header has 90,000,000 bytes"):
        nn.load(path)


@pytest.mark.parametrize("kind", LAYERS)
def test_a_plan_has_the_shapes_of_its_layer_and_no_memory(kind):
    def description(size):
        settings = {
            "Linear": {"in_features": size, "out_features": size},
            "MLP": {"inputs": size, "sizes": [size, 2]},
            "LayerNorm": {"features": size},
            "BatchNorm1d": {"features": size},
            "BatchNorm2d": {"features": size},
            "AdaptiveAvgPool2d": {"output_size": size},
            "Upsample": {"scale_factor": size},
            "GroupNorm": {"groups": 1, "channels": size},
            "RMSNorm": {"features": size},
            "Embedding": {"num_embeddings": size, "embedding_dim": size},
            "Images": {"height": size, "width": size},
            "PositionEmbedding": {"places": size, "features": 2},
            "MultiheadAttention": {"embed_dim": size, "num_heads": 1},
            "TransformerBlock": {"d_model": size, "nhead": 1},
            **{
                k: {"in_channels": size, "out_channels": size, "kernel_size": 3}
                for k in ("Conv1d", "Conv2d", "ConvTranspose2d")
            },
            **{k: {"kernel_size": size} for k in ("MaxPool1d", "MaxPool2d", "AvgPool1d", "AvgPool2d")},
            **{k: {"input_size": size, "hidden_size": size} for k in ("RNN", "LSTM", "GRU")},
        }
        inner = {"layers": [{"kind": "Linear", **settings["Linear"]}]} if kind in ("Sequential", "Residual") else {}
        return {"kind": kind, **settings.get(kind, {}), **inner}

    built = build(description(3)).state_dict()
    planned = plan(description(3)).plan()
    assert {name: (array.shape, array.dtype) for name, array in planned.items()} == {
        name: (array.shape, array.dtype) for name, array in built.items()
    }
    tracemalloc.start()
    plan(description(10**8))
    assert tracemalloc.get_traced_memory()[1] < 1e6
    tracemalloc.stop()
