"""Complex numbers against PyTorch, whose gradient is the conjugate of ours, and against JAX, whose gradient is ours."""

from __future__ import annotations

from importlib.util import find_spec
from operator import attrgetter
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from autograd import Tensor
from autograd.rules.primitive import BOOK
from tests.autograd.rules.by_jax import Answered, Asked, ask, upstream_for
from tests.autograd.rules.test_complex import (
    APART,
    FIRST,
    REFUSED,
    complex_numbers,
    real_numbers,
    turned,
)

pytestmark = pytest.mark.peers

NAMES = [name for name, entry in BOOK.items() if entry.differentiable and name in FIRST and name not in APART | REFUSED]
# What PyTorch has for real numbers only.
NOT_PYTORCHS = {"convolution_transposed", "convolution_kernel", "max", "min"}


@pytest.mark.filterwarnings("ignore:Casting complex values")
@pytest.mark.parametrize("name", [name for name in NAMES if name not in NOT_PYTORCHS])
def test_pytorch_gives_the_conjugate_of_each_gradient(name: str) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed (pip install -e '.[peers]')")
    case = FIRST[name]
    arrays = turned(case)
    wanted = [i for i in case.differentiable() if np.iscomplexobj(arrays[i])]
    assert wanted
    tensors = [torch.tensor(x, requires_grad=i in wanted) for i, x in enumerate(arrays)]
    nodes = [Tensor(x, requires_grad=True) if i in wanted else x for i, x in enumerate(arrays)]
    assert case.row.torch is not None
    theirs, ours = case.row.torch(torch, *tensors, **case.attrs), case(*nodes)
    np.testing.assert_allclose(ours.data, theirs.detach().resolve_conj().numpy(), rtol=1e-10, atol=1e-14)
    g = upstream_for(ours)
    h = [np.asarray(upstream_for(arrays[i])) for i in wanted]
    slopes = ag.gradients(ours, [nodes[i] for i in wanted], gradient=g, create_graph=True)
    of_torch = torch.autograd.grad(
        theirs, [tensors[i] for i in wanted], torch.tensor(np.conj(g)), create_graph=True, materialize_grads=True
    )
    for a, b in zip(slopes, of_torch, strict=True):
        np.testing.assert_allclose(a.data, np.conj(b.detach().resolve_conj().numpy()), rtol=1e-10, atol=1e-13)
    total = ag.sum([anp.real(ag.sum(a * a * w)) for a, w in zip(slopes, h, strict=True)])
    torch_total = sum((b.conj() ** 2 * torch.tensor(w)).sum().real for b, w in zip(of_torch, h, strict=True))
    if not total.requires_grad or not torch_total.requires_grad:
        return  # linear
    seconds = ag.gradients(total, [nodes[i] for i in wanted])
    others = torch.autograd.grad(torch_total, [tensors[i] for i in wanted], allow_unused=True, materialize_grads=True)
    for a, b in zip(seconds, others, strict=True):
        np.testing.assert_allclose(a.data, np.conj(b.resolve_conj().numpy()), rtol=1e-10, atol=1e-12)


Z, W = complex_numbers(3, 3), complex_numbers(3, 3, seed=1)
OF_ONE = ["real", "imag", "conj", "angle", "var", "std", "prod", "linalg.inv", "linalg.det", "linalg.norm"]
OF_TWO = ["vdot", "inner", "outer", "kron", "tensordot", "linalg.solve"]
TRANSFORMS = {
    "fft": (complex_numbers(5), {"n": 7}),
    "ifft": (real_numbers(2, 4), {"axis": 0}),
    "rfft": (real_numbers(2, 5), {"n": 4, "norm": "forward"}),
    "irfft": (complex_numbers(2, 4), {"n": 5, "norm": "ortho"}),
    "hfft": (complex_numbers(4), {"n": 5}),
    "ihfft": (real_numbers(5), {"norm": "ortho"}),
    "fft2": (real_numbers(3, 4), {"norm": "ortho"}),
    "ifft2": (complex_numbers(3, 4), {"norm": "forward"}),
    "fftn": (complex_numbers(2, 3, 2), {"axes": (0, 2)}),
    "ifftn": (complex_numbers(2, 3, 2), {"norm": "ortho"}),
    "rfft2": (real_numbers(3, 4), {}),
    "irfft2": (complex_numbers(3, 4), {}),
    "rfftn": (real_numbers(2, 2, 5), {"norm": "ortho"}),
    "irfftn": (complex_numbers(2, 2, 3), {"norm": "forward"}),
}
CALLS = {
    **{
        name: Asked(BOOK[name].ufunc.__name__, tuple(turned(FIRST[name])), tuple(FIRST[name].differentiable()))
        for name in NAMES
        if BOOK[name].ufunc is not None
    },
    **{name: Asked(name, (Z,)) for name in OF_ONE},
    **{name: Asked(name, (Z, W), (0, 1)) for name in OF_TWO},
    "linalg.eigvals": Asked("linalg.eigvals", (Z,)),
    "linalg.cholesky": Asked("linalg.cholesky", (Z @ np.conj(Z.T),)),
    "linalg.pinv": Asked("linalg.pinv", (complex_numbers(4, 3),)),
    "linalg.pinv, wide": Asked("linalg.pinv", (complex_numbers(3, 4),)),
    "linalg.norm, nuclear": Asked("linalg.norm", (Z,), options={"ord": "nuc"}),
    "linalg.svd": Asked("linalg.svd", (Z,), options={"compute_uv": False}),
    **{f"fft.{name}": Asked(f"fft.{name}", (x,), options=options) for name, (x, options) in TRANSFORMS.items()},
}


@pytest.fixture(scope="module")
def jax() -> dict[str, Answered]:
    if find_spec("jax") is None:
        pytest.skip("JAX is not installed (pip install -e '.[peers]')")
    return ask(CALLS)


@pytest.mark.parametrize("key", CALLS)
def test_jax_gives_the_same_gradients(key: str, jax: dict[str, Answered]) -> None:
    call, theirs = CALLS[key], jax[key]
    nodes = [Tensor(x, requires_grad=True) if i in call.wanted else x for i, x in enumerate(call.arrays)]
    ours = attrgetter(call.name)(anp)(*nodes, **call.options)
    order: Any = np.argsort(ours.data) if key == "linalg.eigvals" else ...  # each in an order of its own
    of_theirs: Any = np.argsort(theirs.value) if key == "linalg.eigvals" else ...
    np.testing.assert_allclose(ours.data[order], theirs.value[of_theirs], rtol=1e-10, atol=1e-13)
    g = np.array(theirs.upstream)
    g[order] = np.array(theirs.upstream)[of_theirs]
    slopes = ag.gradients(ours, [nodes[i] for i in call.wanted], gradient=g)
    for a, b in zip(slopes, theirs.gradients, strict=True):
        np.testing.assert_allclose(a.data, b, rtol=1e-10, atol=1e-12)
