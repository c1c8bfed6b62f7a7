"""Memory shared with other libraries by DLPack, and the array API's way in: both ways, and what is refused."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest

import autograd as ag

DTYPES = ["float32", "float64", "complex128", "int64", "uint8"]


def from_numpy(array: Any) -> Any:
    return array


def from_torch(array: Any) -> Any:
    return pytest.importorskip("torch", reason="compares with PyTorch, which is not installed").from_numpy(array)


def from_jax(array: Any) -> Any:
    jax = pytest.importorskip("jax", reason="compares with JAX, which is not installed")
    jax.config.update("jax_platforms", "cpu")
    with jax.enable_x64(True):
        return jax.numpy.asarray(array)


LIBRARIES = {"numpy": from_numpy, "torch": from_torch, "jax": from_jax}


@pytest.mark.peers
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("library", LIBRARIES)
def test_a_tensor_in_another_librarys_memory(library: str, dtype: str) -> None:
    numbers = np.arange(6).reshape(2, 3).astype(dtype)
    theirs = LIBRARIES[library](numbers.copy())
    ours = ag.from_dlpack(theirs, label="x")
    assert (ours.dtype, ours.shape, ours.label) == (numbers.dtype, (2, 3), "x")
    np.testing.assert_array_equal(ours.data, numbers)
    assert np.shares_memory(ours._raw, np.from_dlpack(theirs))
    if library == "torch":
        theirs[0, 0] = 7
        assert ours.data[0, 0] == 7


@pytest.mark.peers
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("library", LIBRARIES)
def test_another_library_takes_a_tensor(library: str, dtype: str) -> None:
    LIBRARIES[library](np.ones(2))  # skips where it is not there
    ours = ag.Tensor(np.arange(6).reshape(2, 3).astype(dtype))
    if library == "torch":
        import torch

        theirs = torch.from_dlpack(ours)
        theirs[0, 0] = 7
        assert ours.data[0, 0] == 7
    elif library == "jax":
        import jax

        with jax.enable_x64(True):
            theirs = jax.dlpack.from_dlpack(ours)
    else:
        theirs = np.from_dlpack(ours)
        assert np.shares_memory(theirs, ours._raw)
    np.testing.assert_array_equal(np.asarray(theirs), ours.data)


@pytest.mark.peers
def test_gradients_of_numbers_that_pytorch_holds() -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    theirs = torch.tensor([0.5, -1.0], dtype=torch.float64)
    x = ag.from_dlpack(theirs, requires_grad=True)
    ag.sum(np.sin(x) * x).backward()
    slopes = torch.from_dlpack(x.grad)
    theirs.requires_grad_()
    (theirs.sin() * theirs).sum().backward()
    np.testing.assert_allclose(slopes.numpy(), theirs.grad.numpy(), rtol=1e-14)
    with pytest.raises(BufferError):
        ag.from_dlpack(theirs)  # which records gradients of its own


def test_what_may_not_be_written_is_copied() -> None:
    x = ag.Tensor(np.arange(3.0))
    x._raw.flags.writeable = False
    found = np.from_dlpack(x)
    assert not np.shares_memory(found, x._raw)
    np.testing.assert_array_equal(found, x.data)
    assert x.__dlpack_device__() == found.__dlpack_device__()


def test_recorded_and_traced_nodes_are_refused() -> None:
    x = ag.Tensor([1.0, 2.0], requires_grad=True)
    for node in (x, x * 2.0):
        with pytest.raises(BufferError, match=r"lose this Tensor's gradient: pass t\.detach\(\)"):
            np.from_dlpack(node)
        assert np.from_dlpack(node.detach()).tolist() == node.data.tolist()

    def leaks(x: Any) -> Any:
        return x * np.from_dlpack(x).sum()

    with pytest.raises(BufferError):
        ag.grad(leaks)(np.ones(2))
    with pytest.raises(ag.RecordingError, match="handing a traced Tensor to another library"):
        ag.compile(leaks)(np.ones(2))
    with pytest.raises((BufferError, TypeError)):
        ag.jvp(leaks, (np.ones(2),), (np.ones(2),))
    with pytest.raises((BufferError, TypeError)):
        ag.hessian(leaks)(np.ones(2))


def test_what_is_no_array_of_numbers_is_refused() -> None:
    with pytest.raises(TypeError, match="Tensor\\(x\\) copies any"):
        ag.from_dlpack([1.0, 2.0])
    with pytest.raises(ag.DTypeError, match="not int64"):
        ag.from_dlpack(np.arange(3, dtype=np.int64), requires_grad=True)


def standard(x: Any, y: Any) -> Any:
    """A function that is written for any library of the standard."""
    xp = x.__array_namespace__()
    both = xp.concat([xp.permute_dims(x, (1, 0)), xp.matrix_transpose(y)])
    return xp.sum(xp.pow(xp.exp(-xp.abs(both)), 2.0) / xp.vecdot(both, both)[:, None])


def test_code_for_the_standard_is_differentiated() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
    assert standard(ag.Tensor(x), ag.Tensor(y)).item() == pytest.approx(standard(x, y))
    ag.test_util.check_grads(lambda x: standard(x, ag.Tensor(y)), order=2)(ag.Tensor(x))
    t = ag.Tensor(x)
    assert (t.device, t.to_device("cpu")) == ("cpu", t)
    with pytest.raises(ValueError, match="'cpu' only"):
        t.to_device("cuda")
    with pytest.raises(ValueError, match="1999"):
        t.__array_namespace__(api_version="1999.12")


def test_what_is_shared_wants_no_gradient_unless_it_is_said() -> None:
    assert not ag.from_dlpack(np.ones(2)).requires_grad
    assert ag.from_dlpack(np.ones(2), requires_grad=True).requires_grad


def test_a_gradient_that_is_set_is_a_tensor() -> None:
    x = ag.Tensor([1.0, 2.0], requires_grad=True)
    for given in (np.ones(2), [1.0, 1.0], ag.Tensor([1.0, 1.0])):
        x.grad = given
        assert isinstance(x.grad, ag.Tensor)
        assert x.grad.tolist() == [1.0, 1.0]


@pytest.mark.peers
def test_pytorchs_functions_refuse_tensors_in_words_that_tell_the_two_apart() -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    ours, theirs = ag.Tensor([1.0, 2.0], requires_grad=True), torch.ones(2)
    for operate in (operator.add, operator.mul, operator.sub, operator.truediv, operator.pow, operator.matmul):
        for pair in ((ours, theirs), (theirs, ours)):
            with pytest.raises(ag.GraphError, match=r"of PyTorch and a Tensor of autograd: take ag\.from_dlpack"):
                operate(*pair)
    for function in (torch.sin, torch.relu, lambda t: torch.stack([theirs, t])):
        with pytest.raises(ag.GraphError, match="of PyTorch and a Tensor of autograd"):
            function(ours)
