"""Products of medium size, which are taken in pieces so small that BLAS leaves its threads asleep."""

import math

import numpy as np
import pytest

import autograd as ag
from autograd.rules import forwards
from autograd.rules.threads import ALONE, FEW


@pytest.fixture
def pieces(monkeypatch):
    """Rows, inner length and columns of each product that BLAS is asked for: of a stack, each one."""
    found, matmul = [], np.matmul

    def noted(a, b, **how):
        found.extend([(*a.shape[-2:], b.shape[-1])] * (len(a) if a.ndim == 3 else 1))
        return matmul(a, b, **how)

    monkeypatch.setattr(np, "matmul", noted)
    return found


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_layers_products_are_in_pieces(pieces, dtype):
    rng = np.random.default_rng(0)
    x, W = rng.normal(size=(33, 784)).astype(dtype), rng.normal(size=(784, 64)).astype(dtype)
    tensors = [ag.Tensor(a, requires_grad=True) for a in (x, W, np.ones(64, dtype))]
    y = ag.linear(*tensors)
    y.backward(y.data)
    assert sum(map(math.prod, pieces)) == 3 * 33 * 784 * 64
    assert max(map(math.prod, pieces)) <= ALONE
    tolerance = 1e-4 if dtype == np.float32 else 1e-12
    expected = x.astype(np.float64) @ W + 1
    np.testing.assert_allclose(y.data, expected, rtol=tolerance, atol=tolerance * 100)
    np.testing.assert_allclose(tensors[0].grad.data, expected @ W.T, rtol=tolerance, atol=tolerance * 1000)
    np.testing.assert_allclose(tensors[1].grad.data, x.T @ expected, rtol=tolerance, atol=tolerance * 1000)
    assert [t.grad.dtype for t in tensors] == [dtype] * 3


@pytest.mark.parametrize(
    ("shapes", "count"),
    [
        (((64, 64), (64, 127)), 1),  # BLAS takes it alone as it is
        (((64, 64), (64, 128)), 2),  # ALONE + 1 multiplications: the least that it would share
        (((2, 800), (800, 700)), 1),  # a row is too much for one thread
        (((1023, 64), (64, 64)), 9),
        (((127, 64), (64, 65)), 2),
        (((FEW // 64 // 64 + 1, 64), (64, 64)), 1),  # worth several threads
        (((3, 1024, 64), (64, 64)), 3),  # a stack is NumPy's: each matrix at once
    ],
)
def test_what_is_taken_in_pieces(pieces, shapes, count):
    rng = np.random.default_rng(0)
    a, b = (rng.integers(-9, 9, shape).astype(float) for shape in shapes)
    expected = np.einsum("...ij,jk->...ik", a, b)
    for first in (a, np.asfortranarray(a)):
        pieces.clear()
        np.testing.assert_array_equal(ag.matmul(first, b), expected)
        assert len(pieces) == count


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        (((32, 64), (64, 784)), [(196, 64, 32)] * 4),  # by columns, of which there are more
        (((32, 64), (64, 783)), [(196, 64, 32)] * 3 + [(195, 64, 32)]),
        (((70, 127), (127, 70)), [(35, 127, 70)] * 2),  # by rows, as there are no more columns
        (((127, 70), (70, 70)), [(64, 70, 70), (63, 70, 70)]),
        (((2, 700), (700, 800)), [(267, 700, 2), (267, 700, 2), (266, 700, 2)]),
        (((700, 800), (800, 2)), [(234, 800, 2), (234, 800, 2), (232, 800, 2)]),
        (((1, 800), (800, 800)), [(400, 800, 1)] * 2),
    ],
)
def test_matrices_that_are_turned(pieces, shapes, expected):
    rng = np.random.default_rng(0)
    a, b = (rng.integers(-9, 9, shape).astype(float) for shape in shapes)
    y = ag.matmul(a, np.asfortranarray(b))
    np.testing.assert_array_equal(y, np.einsum("ij,jk->ik", a, b))
    assert y.flags.c_contiguous
    assert pieces == expected


def test_kinds_that_differ_and_shapes_that_do_not_fit_are_numpys(pieces):
    a, b = np.ones((40, 784)), np.ones((784, 64))
    for first, second in ((a.astype(np.float32), b), (a.astype(int), b.astype(int)), (a * 1j, b)):
        found = forwards.product(first, second)
        assert found.dtype == np.result_type(first, second)
        np.testing.assert_array_equal(found, first @ second)
    assert len(pieces) == 3
    with pytest.raises(ag.ShapeError):
        ag.matmul(ag.Tensor(np.ones((40, 783))), b)
    with pytest.raises(ValueError, match="matmul"):
        forwards.product(np.ones((40, 783)), b)
