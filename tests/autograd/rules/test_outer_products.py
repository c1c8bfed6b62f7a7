"""Stacks of columns times rows, which BLAS takes as products of two columns and rows, one of them zeros."""

import numpy as np
import pytest

import autograd as ag
import nn
from autograd.rules import forwards


@pytest.fixture
def inner(monkeypatch):
    """The inner lengths of the products that NumPy is asked for."""
    found, matmul = [], np.matmul

    def noted(a, b, *out, **how):
        found.append(a.shape[-1])
        return matmul(a, b, *out, **how)

    monkeypatch.setattr(np, "matmul", noted)
    return found


def _factors(a, b, dtype=np.float64):
    rng = np.random.default_rng(0)
    return rng.normal(size=a).astype(dtype), rng.normal(size=b).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("a", "b"),
    [((20, 30, 1), (20, 1, 14)), ((5, 4, 30, 1), (5, 4, 1, 14)), ((64, 256, 1), (64, 1, 2)), ((1, 99, 1), (1, 1, 99))],
)
def test_they_are_blas_to_the_bit(inner, a, b, dtype):
    a, b = _factors(a, b, dtype)
    a[..., :9, 0].flat[:9] = 0, -0.0, np.inf, -np.inf, np.nan, 1e-38, -1e-38, 3e38, 1
    b[..., 0, :2].flat[:2] = -1e-38, -0.0
    with np.errstate(all="ignore"):
        expected = np.einsum("...ij,...jk->...ik", a, b) + 0.0  # a sum that begins with 0 is not −0
        found = forwards.product(a, b)
        strided = forwards.product(np.repeat(a, 2, -2)[..., ::2, :], np.repeat(b, 2, -1)[..., ::2])
    for y in (found, strided):
        assert y.dtype == dtype
        assert y.flags.c_contiguous
        np.testing.assert_array_equal(y.view(f"i{y.itemsize}"), expected.view(f"i{y.itemsize}"))
    assert inner == [2, 2]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((20, 30, 2), (20, 2, 14)),
        ((9, 30, 1), (9, 1, 14)),  # few
        ((999, 5, 1), (999, 1, 5)),  # small
        ((999, 99, 1), (999, 1, 1)),
        ((20, 30, 1), (1, 1, 14)),
        ((20, 30, 1), (1, 14)),
        ((2, 600, 1), (2, 1, 600)),  # BLAS would ask its threads
    ],
)
def test_others_are_numpys(inner, a, b):
    a, b = _factors(a, b)
    np.testing.assert_allclose(forwards.product(a, b), np.einsum("...ij,...jk->...ik", a, b), rtol=1e-12)
    assert inner == [a.shape[-1]]


def test_kinds_that_differ_and_shapes_that_do_not_fit_are_numpys(inner):
    a, b = _factors((20, 30, 1), (20, 1, 14))
    for first, second in ((a.astype(np.float32), b), (a.astype(int), b.astype(int)), (a * 1j, b)):
        np.testing.assert_array_equal(forwards.product(first, second), first * second)
    assert inner == [1, 1, 1]
    with pytest.raises(ValueError, match="could not be broadcast"):
        forwards.product(a[1:], b)


def test_gradients_of_a_stack_of_matrices(inner):
    rows, weights = _factors((20, 1, 30), (20, 30, 14))
    found = ag.grad(lambda w: ag.sum(ag.sin(rows @ w)))(weights)
    assert inner == [30, 2]
    np.testing.assert_allclose(found, rows.swapaxes(1, 2) * np.cos(rows @ weights), rtol=1e-12)


@pytest.mark.parametrize("engine", ["numpy", "native"])
def test_programs_take_them_alike(inner, engine):
    if engine == "native":
        pytest.importorskip("llvmlite")
    a, b = _factors((20, 30, 1), (20, 1, 14))
    program = ag.compile(lambda a, b: ag.exp(ag.matmul(a, b) * 0.5), engine=engine)
    for _ in range(3):
        np.testing.assert_allclose(program(a, b), np.exp(a * b * 0.5), rtol=1e-14)
    assert set(inner) == {2}


def test_gradients_of_samples_begin_with_a_line_of_the_cache():
    model, (X, _) = nn.Linear(64, 40, seed=0), _factors((32, 64), (1,))
    _, found = nn.per_sample_gradients(model, X.astype(np.float32), np.arange(32))
    assert found["weight"].ctypes.data % 64 == 0
