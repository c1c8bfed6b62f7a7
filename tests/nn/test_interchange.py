"""Networks for other programs: ONNX files under onnxruntime, functions in Python and in C."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from tests.onnx_models import differences

COMPILER = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
PLAIN = [nn.ReLU(), nn.LeakyReLU(0.3), nn.Tanh(), nn.Sigmoid(), nn.Softplus(), nn.ELU(0.7)]
X = np.random.default_rng(0).normal(size=(40, 3)) * 3


def network(activation: nn.Module, dtype: Any) -> nn.Module:
    layers = [
        nn.Linear(3, 5, seed=0, dtype=dtype),
        activation,
        nn.Dropout(0.5),
        nn.Linear(5, 2, bias=False, dtype=dtype),
    ]
    model = nn.Sequential(*layers).eval()
    model[0].bias.data = np.linspace(-1, 1, 5)
    return model


def in_c(model: nn.Module, folder: Path) -> ctypes.CDLL:
    (folder / "net.c").write_text(nn.to_function(model, "c"))
    flags = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", "net.so", "net.c", "-lm"]
    subprocess.run([COMPILER or "cc", *flags], cwd=folder, check=True)
    library, pointer = ctypes.CDLL(str(folder / "net.so")), np.ctypeslib.ndpointer(np.float64)
    library.predict.argtypes, library.gradient.argtypes = [pointer] * 2, [pointer] * 3
    library.predict.restype = library.gradient.restype = None
    return library


@pytest.mark.peers
def test_random_networks_under_onnxruntime() -> None:
    pytest.importorskip("onnx", reason="needs the extra export")
    pytest.importorskip("onnxruntime", reason="compares with onnxruntime, which is not installed")
    for model, error in differences(24):
        assert error < 1e-5, model


def test_every_layer_is_written() -> None:
    from nn.interchange.onnx_layers import WRITERS

    kinds = [getattr(nn.layers, name) for name in nn.layers.__all__]
    kinds = [kind for kind in kinds if isinstance(kind, type) and kind is not nn.layers.Activation]
    idle = {nn.Dropout, nn.Dropout2d, nn.GaussianNoise, nn.Identity}
    assert {kind for kind in kinds if not issubclass(kind, nn.Sequential)} - idle == set(WRITERS) - {nn.Residual}


def test_an_example_of_integers_is_one_of_numbers_where_no_embedding_takes_it(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx", reason="needs the extra export")
    rows = nn.Sequential(nn.Embedding(3, 2), nn.Flatten(), nn.Linear(4, 1))
    for model, kind in ((nn.MLP(2, [1]), "FLOAT"), (rows, "INT64")):
        nn.to_onnx(model, tmp_path / "model.onnx", [[1, 2]])
        (x,) = onnx.load(tmp_path / "model.onnx").graph.input
        assert onnx.TensorProto.DataType.Name(x.type.tensor_type.elem_type) == kind


@pytest.mark.peers
def test_a_layer_without_parameters_alone(tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="needs the extra export")
    runtime = pytest.importorskip("onnxruntime", reason="compares with onnxruntime, which is not installed")
    x = np.linspace(-2, 2, 12, dtype=np.float32).reshape(3, 4)
    for layer in (nn.Tanh(), nn.Softmax(), nn.Sequential(nn.ReLU(), nn.Sigmoid())):
        nn.to_onnx(layer, tmp_path / "model.onnx", x)
        (found,) = runtime.InferenceSession(tmp_path / "model.onnx").run(None, {"x": x})
        np.testing.assert_allclose(found, layer(x), rtol=1e-6)


def test_what_no_file_can_hold_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="needs the extra export")

    class Own(nn.Module):
        pass

    with pytest.raises(TypeError, match="to_onnx knows no Own; it knows Sequential and MLP of AdaptiveAvgPool2d"):
        nn.to_onnx(nn.Sequential(Own()), tmp_path / "x", np.zeros((1, 2, 2)))
    with pytest.raises(TypeError, match="of one window, not AdaptiveAvgPool2d"):
        nn.to_onnx(nn.AdaptiveAvgPool2d(2), tmp_path / "x", np.zeros((1, 1, 4, 4)))
    with pytest.raises(TypeError, match="several results; make it with returns='outputs'"):
        nn.to_onnx(nn.LSTM(2, 2), tmp_path / "x", np.zeros((1, 2, 2)))
    with pytest.raises(TypeError, match="to_function knows no BatchNorm1d"):
        nn.to_function(nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)))
    with pytest.raises(TypeError, match="needs a linear layer"):
        nn.to_function(nn.Sequential(nn.ReLU()))
    with pytest.raises(ValueError, match="language is 'python' or 'c', not 'rust'"):
        nn.to_function(nn.MLP(2, [1]), "rust")  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("activation", PLAIN, ids=repr)
def test_a_function_on_numpy_alone(activation: nn.Module, dtype: Any) -> None:
    model, namespace = network(activation, dtype), {}  # type: ignore[var-annotated]
    exec(nn.to_function(model), namespace)
    found = namespace["predict"](X)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, model(X).data, rtol=1e-5 if dtype == np.float32 else 1e-12, atol=1e-6)


EXTREME = np.array([[np.nan, 1.0, 2.0], [np.inf, 0.5, 1.0], [-np.inf, 0.5, 1.0], [1e300, -1e300, 0.0], [0.1, 0.2, 0.3]])


@pytest.mark.parametrize("weight", [0.5, np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("activation", PLAIN, ids=repr)
def test_a_function_of_numbers_that_are_not_finite(activation: nn.Module, weight: float, tmp_path: Path) -> None:
    """A network whose training has gone wrong says so in every language."""
    model, namespace = network(activation, np.float64), {}  # type: ignore[var-annotated]
    with ag.no_grad():
        model[0].weight[1, 2] = weight
    with np.errstate(all="ignore"):
        exec(nn.to_function(model), namespace)
        expected = model(EXTREME).data
        np.testing.assert_allclose(namespace["predict"](EXTREME), expected, rtol=1e-12, atol=1e-14)
    if COMPILER is not None and weight != 0.5:
        library = in_c(model, tmp_path)
        y = np.zeros(2)
        for row, right in zip(EXTREME, expected, strict=True):
            library.predict(row, y)
            np.testing.assert_allclose(y, right, rtol=1e-12, atol=1e-14)  # terms of size 1 may cancel


@pytest.mark.parametrize("activation", PLAIN, ids=repr)
def test_a_function_in_c_and_its_gradient(activation: nn.Module, tmp_path: Path) -> None:
    if COMPILER is None:
        pytest.skip("there is no C compiler")
    model = network(activation, np.float64)
    library = in_c(model, tmp_path)
    g, y, gx = np.array([0.7, -1.3]), np.zeros(2), np.zeros(3)
    for row in X[:8]:
        library.predict(row, y)
        library.gradient(row, g, gx)
        np.testing.assert_allclose(y, model(row).data, rtol=1e-12, atol=1e-14)
        expected = ag.grad(lambda x: ag.sum(model(x) * g))(row)
        np.testing.assert_allclose(gx, getattr(expected, "data", expected), rtol=1e-11, atol=1e-13)
