"""The rule book's choice between numbers, which takes no branches: the same as NumPy's to the bit."""

import numpy as np
import pytest

import autograd as ag
from autograd.rules import forwards

WHOLE = {np.float32: np.int32, np.float64: np.int64}


def numbers(rng, dtype, shape=(128, 70)):
    """Numbers of every kind: of both signs, infinite, denormal, both zeros, and NaNs of several bits."""
    x = rng.normal(size=shape).astype(dtype)
    tiny, whole = np.finfo(dtype).smallest_subnormal, WHOLE[dtype]
    for kind in (np.inf, -np.inf, 0.0, -0.0, tiny, -tiny):
        x[rng.random(shape) < 0.05] = kind
    nans = rng.random(shape) < 0.05
    x.view(whole)[nans] = np.array(np.nan, dtype).view(whole) + rng.integers(0, 99, nans.sum())
    return x


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "sides",
    [
        lambda a, b: (a, b),
        lambda a, b: (a, 0.0),
        lambda a, b: (0.0, b),
        lambda a, b: (a, -0.0),
        lambda a, b: (-0.0, b),
        lambda a, b: (a, 0),
        lambda a, b: (0.0, 0.0),
        lambda a, b: (a, 0.5),
        lambda a, b: (a, float("nan")),
        lambda a, b: (a, b[:1]),
        lambda a, b: (a[:, :1], 0.0),
        lambda a, b: (a, b.dtype.type(0)),
        lambda a, b: (a[::-1], b[:, ::-1]),
        lambda a, b: (np.asfortranarray(a), 0.0),
        lambda a, b: (a, b.astype(np.float64)),
        lambda a, b: (a.astype(np.float32), b),
        lambda a, b: (a.astype(a.dtype.newbyteorder()), 0.0),
        lambda a, b: (a.astype(np.float16), 0.0),
        lambda a, b: (np.isnan(a), b),
        lambda a, b: (a + 1j, b),
    ],
)
@pytest.mark.parametrize(
    "condition",
    [
        lambda x: x > 0,
        lambda x: x > 3,
        lambda x: np.asfortranarray(x > 0),
        lambda x: x,
        lambda x: (x > 0).astype(int),
        lambda x: x[:1] > 0,
    ],
)
def test_same_bits_as_numpy(dtype, sides, condition):
    rng = np.random.default_rng(0)
    truths = condition(numbers(rng, dtype))
    with np.errstate(invalid="ignore"):
        a, b = sides(numbers(rng, dtype), numbers(rng, dtype))
        found, expected = forwards.where(truths, a, b), np.where(truths, a, b)
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    assert found.tobytes() == expected.tobytes()


def test_branches_are_taken_where_they_are_foreseen():
    noise = np.random.default_rng(0).random(2 * forwards.SAMPLED) < 0.5
    assert forwards._changes_often(noise)
    assert forwards._changes_often(noise.reshape(2, -1))
    assert not forwards._changes_often(noise[: forwards.SAMPLED - 1])  # few
    assert not forwards._changes_often(noise[::2])  # not side by side
    assert not forwards._changes_often(np.sort(noise))
    assert not forwards._changes_often(~np.sort(noise))


@pytest.mark.parametrize("size", [2000, 2 * forwards.SAMPLED])
def test_what_is_given_stays_as_it_is(size):
    rng = np.random.default_rng(0)
    truths, a, b = rng.random((2, size)) > 0.5, rng.normal(size=(2, size)), rng.normal(size=(2, size))
    kept = truths.copy(), a.copy(), b.copy()
    found = forwards.where(truths, a, b)
    found[:] = 7
    for given, before in zip((truths, a, b), kept, strict=True):
        np.testing.assert_array_equal(given, before)


@pytest.mark.parametrize("size", [forwards.FORESEEN - 1, forwards.FORESEEN])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_rectifier_passes_its_gradient_on_or_does_not(size, dtype):
    rng = np.random.default_rng(0)
    x = ag.Tensor(rng.normal(size=size).astype(dtype), requires_grad=True)
    g = rng.normal(size=size).astype(dtype)
    g[x.data <= 0] = np.nan  # which is not to be seen
    ag.relu(x).backward(g)
    np.testing.assert_array_equal(x.grad.data, np.where(x.data > 0, g, 0))
