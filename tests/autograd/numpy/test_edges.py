"""NumPy's functions at the edges of what they take: its own numbers, or a refusal that says what to do."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp

X = np.array([[0.5, -1.5, 2.0], [3.0, 0.25, -0.75]])

EDGES: dict[str, Callable[[Any, Any], Any]] = {
    "inner of a number": lambda np, x: np.inner(x[0, 0], x),
    "cross of two entries": lambda np, x: np.cross(x[0, :2], x[1, :2]),
    "cross of two and three": lambda np, x: np.cross(x[0, :2], x[1]),
    "take_along_axis of all": lambda np, x: np.take_along_axis(x, np.array([4, 0, 4]), None),
    "insert into all": lambda np, x: np.insert(x, 2, 7.0),
    "insert a column": lambda np, x: np.insert(x, 1, x[:, 0], axis=1),
    "corrcoef of one row": lambda np, x: np.corrcoef(x[0]) * x[0, 0],
    "bincount": lambda np, x: np.bincount(np.array([1, 1, 3]), minlength=5) * x[0, 0],
    "quantile beside an infinity": lambda np, x: np.quantile(np.concatenate([x[0], np.array([np.inf])]), [0.5, 0.6]),
    "median before an infinity": lambda np, x: np.median(np.concatenate([x[0, :2], np.array([np.inf])])),
    "nanquantile beside one": lambda np, x: np.nanquantile(np.concatenate([x[0], np.array([np.nan, np.inf])]), 0.5),
    "histogram of entries on its ends": lambda np, x: np.histogram(x[0, 0] * np.arange(14.0), 13)[0] * x[0, 0],
    "poly of nothing": lambda np, x: np.poly(x[0, :0]) * x[0, 0],
    "unwrap of nothing": lambda np, x: np.unwrap(x[:, :0]),
    "tensorsolve by axes": lambda np, x: np.linalg.tensorsolve(
        np.reshape(x[:, :2] + 2.0 * np.eye(2), (2, 2, 1)), x[0, :2], axes=(0,)
    ),
    "vector_norm of all, kept": lambda np, x: np.linalg.vector_norm(x, ord=3, keepdims=True),
}
REFUSED: dict[str, Callable[[Any], Any]] = {
    "rcond= or rtol=, which mean the same": lambda x: np.linalg.pinv(x, rcond=0.1, rtol=0.1),
    "use 'reduced', 'complete' or 'r'": lambda x: np.linalg.qr(x, mode="raw"),
    "of 3 axes": lambda x: anp.linalg.norm(x[None], 3, (0, 1, 2)),
    "of a matrix: use": lambda x: np.linalg.norm(x, 3),
    "that is one of matrices": lambda x: np.linalg.norm(x[0], "nuc"),
    "points are too few": lambda x: np.polyfit(x[0], x[1], 2, cov=True),
    "of 0 numbers": lambda x: np.fft.fft(x[0], 0),
    "use np.fft.fft": lambda x: np.fft.rfft(x[0] + 1j * x[1]),
    "which has 3 terms": lambda x: anp.einsum("i,j,k", x[0], x[0]),
    "one letter for each axis": lambda x: np.einsum("i", x),
    "in mode 'mean' takes no end_values=": lambda x: np.pad(x, 1, mode="mean", end_values=2.0),
    "use 'even' or 'odd'": lambda x: np.pad(x, 1, mode="reflect", reflect_type="both"),
    "leaves no entries": lambda x: np.pad(x, 1, mode="mean", stat_length=0),
    "method='middle'": lambda x: np.quantile(x, 0.5, method="middle"),
    "takes only method='inverted_cdf'": lambda x: np.quantile(x, 0.5, weights=np.ones(x.shape)),
    "which mean the same, and not both": lambda x: np.nanstd(x, ddof=1, correction=1),
    "percentiles must be from 0 to 100, got 150": lambda x: np.percentile(x, 150),
    "quantiles must be from 0 to 1, got": lambda x: np.nanquantile(x, [0.5, -0.1]),
    "no negative elements": lambda x: np.bincount([-1, 0, 1], x[0]),
    "have the same length": lambda x: np.bincount([0, 1], x[0]),
    "arctan2.reduce along several axes": lambda x: np.arctan2.reduce(x, axis=None),
    "need axis=": lambda x: anp.cumulative_sum(x),
    "two or three entries": lambda x: anp.cross(x[:, None, 0], x[:, 0]),
    "no axes 0 and 5": lambda x: ag.swapaxes(x, 0, 5),
    "as one list": lambda x: ag.concatenate(x, x),
}


@pytest.mark.parametrize("name", EDGES)
def test_at_an_edge_the_numbers_are_numpys(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        if name.startswith("cross of two") and np.lib.NumpyVersion(np.__version__) >= "2.5.0":
            pytest.skip("from 2.5 on, NumPy's cross takes vectors of three entries alone")
        expected = EDGES[name](np, X)
        found = EDGES[name](anp, ag.Tensor(X, requires_grad=True))
        np.testing.assert_allclose(found.data, expected, rtol=1e-12)
        assert np.shape(found) == np.shape(expected)
        total = lambda x: ag.sum(EDGES[name](anp, x) * 1.0)  # noqa: E731
        slope = ag.grad(total)(X)
        for place in np.ndindex(X.shape):
            h = np.zeros_like(X)
            h[place] = 1e-6
            difference = (np.sum(EDGES[name](np, X + h)) - np.sum(EDGES[name](np, X - h))) / 2e-6
            assert slope[place] == pytest.approx(difference, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("message", REFUSED)
def test_what_has_no_derivative_here_says_what_to_do(message: str) -> None:
    if message == "need axis=" and not hasattr(np, "cumulative_sum"):
        pytest.skip("NumPy has cumulative_sum since 2.1")
    with pytest.raises((ValueError, TypeError), match=message.replace("(", r"\(")):
        REFUSED[message](ag.Tensor(X, requires_grad=True))
