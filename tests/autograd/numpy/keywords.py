"""The arguments of NumPy's functions, with values to try of each, for `test_keywords`."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

X = np.random.default_rng(1).uniform(0.3, 2.0, (3, 4)) * np.array([[1, -1, 1, 1], [-1, 1, -1, 1], [1, 1, -1, -1]])
MASK = np.array([[1, 1, 0, 1], [0, 1, 1, 1], [1, 0, 1, 1]], bool)
AXES = [0, -1, (0, 1), (1,)]
WEIGHTS = np.abs(X) + 0.1
# NumPy 2.0 takes the weights of several axes in another order than the entries.
_ORDERED = all(
    np.quantile(X, q, weights=WEIGHTS, axis=(0, 1), method="inverted_cdf")
    == np.quantile(X.ravel(), q, weights=WEIGHTS.ravel(), method="inverted_cdf")
    for q in (0.1, 0.3, 0.5)
)
WEIGHED = [axis for axis in AXES if axis != (0, 1) or _ORDERED]
METHODS = [
    "inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen", "weibull",
    "linear", "median_unbiased", "normal_unbiased", "lower", "higher", "midpoint", "nearest",
]  # fmt: skip


@dataclass(frozen=True)
class Words:
    """A call and its keywords.

    Attributes:
        of: From the module, the input and keywords to the result.
        words: The values to try of each.
        x: The input.
        dtype: Whether results must be of NumPy's type for float32, too.
    """

    of: Callable[..., Any]
    words: dict[str, list[Any]]
    x: Any = field(default_factory=lambda: X)
    pairs: bool = True
    dtype: bool = True

    def choices(self) -> Iterator[dict[str, Any]]:
        yield from ({word: value} for word, values in self.words.items() for value in values)
        for (one, values), (other, others) in itertools.combinations(self.words.items(), 2) if self.pairs else ():
            count = max(len(values), len(others))
            yield from ({one: values[i % len(values)], other: others[i % len(others)]} for i in range(count))


def found(name: str, module: Any) -> Any:
    for part in name.split("."):
        module = getattr(module, part)
    return module


def of(name: str, **words: list[Any]) -> Words:
    return Words(lambda np, x, **chosen: found(name, np)(x, **chosen), words)


def holed(name: str, dtype: bool = True, **words: list[Any]) -> Words:
    def call(np: Any, x: Any, **chosen: Any) -> Any:
        return found(name, np)(np.where(np.abs(x) < 0.6, np.nan, x), **chosen)

    return Words(call, words, dtype=dtype)


SHARES = [0.3, [0.0, 0.41, 1.0], [[0.17], [0.9]]]
SPREAD = {"axis": AXES, "ddof": [1], "keepdims": [True], "where": [MASK, MASK[1]], "correction": [1, 0.5]}
MEANS = {"axis": [1, ()], "keepdims": [True], "mean": [np.mean(X, 1, keepdims=True)]}
V = X.ravel()[:6]
POINTS, TURNED = np.array([0.1, 0.7, 1.6, 2.2]), np.array([2.9, 0.2, 1.4])

WORDS: dict[str, list[Words]] = {
    "sum": [of("sum", axis=AXES, dtype=[float], keepdims=[True], initial=[2.0], where=[MASK, MASK[1], True])],
    "prod": [of("prod", axis=AXES, dtype=[float], keepdims=[True], initial=[2.0], where=[MASK, MASK[1], True])],
    **{name: [of(name, axis=AXES, keepdims=[True], initial=[0.5, -9.0]), of(name, initial=[0.7, -9.0], where=[MASK, True]), of(name, where=[True])] for name in ("max", "min")},
    "mean": [of("mean", axis=AXES, dtype=[float], keepdims=[True], where=[MASK, MASK[0] | True])],
    "var": [of("var", **SPREAD), of("var", **MEANS)],
    "std": [of("std", **SPREAD), of("std", **MEANS)],
    **{name: [holed(name, axis=AXES, keepdims=[True], initial=[0.5, -9.0]), holed(name, initial=[0.7, -9.0], where=[MASK])] for name in ("nanmax", "nanmin")},
    **{name: [holed(name, axis=AXES, keepdims=[True], initial=[0.5], where=[MASK, MASK[1]])] for name in ("nansum", "nanprod")},
    "nanmean": [holed("nanmean", axis=AXES, keepdims=[True], where=[MASK, MASK[:, 1:2] | True])],
    "nanvar": [holed("nanvar", **SPREAD), holed("nanvar", dtype=False, **MEANS)],
    "nanstd": [holed("nanstd", **SPREAD), holed("nanstd", dtype=False, axis=[1], keepdims=[True], mean=[np.mean(X, 1, keepdims=True)])],
    "average": [of("average", axis=[0, (0, 1)], weights=[WEIGHTS], returned=[True], keepdims=[True])],
    **{
        name: [
            Words(lambda np, x, q=0.3, f=name, **chosen: found(f, np)(x, np.asarray(q) * (100 if "perc" in f else 1) if not isinstance(q, float) else q * (100 if "perc" in f else 1), **chosen), {"q": SHARES, "axis": AXES, "method": METHODS, "keepdims": [True]}),
            Words(lambda np, x, q=0.3, f=name, **chosen: found(f, np)(x, np.asarray(q) * (100 if "perc" in f else 1), method="inverted_cdf", **chosen), {"weights": [WEIGHTS], "q": SHARES, "axis": WEIGHED, "keepdims": [True]}),
            *([] if "nan" in name else [Words(lambda np, x, f=name, **chosen: found(f, np)(x, [4.0 if "perc" in f else 0.04], method="inverted_cdf", **chosen), {"weights": [WEIGHTS[0]], "axis": [1]})]),  # NumPy's own stumbles over these
        ]
        for name in ("quantile", "percentile", "nanquantile", "nanpercentile")
    },
    "cov": [of("cov", y=[X[::-1] * 0.7], rowvar=[False], bias=[True], ddof=[0, 2]), of("cov", aweights=[WEIGHTS[0]], fweights=[np.array([1, 2, 1, 3])], dtype=[float])],
    "corrcoef": [of("corrcoef", y=[X[::-1] * X], rowvar=[False], dtype=[float])],
    "bincount": [Words(lambda np, x, **chosen: np.bincount([0, 2, 2, 1, 4, 0], x, **chosen), {"minlength": [9]}, V)],
    "unique": [of("unique", sorted=[True], return_index=[True])],
    "pad": [
        *(Words(lambda np, x, width=2, mode=mode, **chosen: np.pad(x, width, mode, **chosen), {"width": [((1, 2), (0, 3)), 9, ((0, 0), (0, 1))], **more}) for mode, more in {
            "edge": {}, "wrap": {}, "reflect": {"reflect_type": ["even", "odd"]}, "symmetric": {"reflect_type": ["even", "odd"]},
            "constant": {"constant_values": [2.0, (1.0, -1.0)]}, "linear_ramp": {"end_values": [2.0, ((1.0, -1.0), (0.5, 3.0))]},
            "mean": {"stat_length": [1, (2, 3), 99]}, "median": {"stat_length": [1, (2, 3)]}, "maximum": {"stat_length": [2]}, "minimum": {"stat_length": [2]},
        }.items()),
        Words(lambda np, x, **chosen: np.pad(x[:, :1], 3, **chosen), {"mode": ["reflect", "symmetric", "mean", "linear_ramp"], "reflect_type": ["odd"]}, pairs=False),
        Words(lambda np, x, mode: np.pad(x[:, :2], 4, mode, reflect_type="odd"), {"mode": ["reflect", "symmetric"]}),
    ],
    "choose": [Words(lambda np, x, a=(0, 1, 1, 0), **chosen: np.choose(np.array(a), [x, x * x], **chosen), {"a": [np.array([0, 5, -1, 1])], "mode": ["wrap", "clip"]}, pairs=False, x=X), Words(lambda np, x, mode: np.choose(np.array([[0, 5, -1, 1]]), [x, x[0], x[:, :1]], mode=mode), {"mode": ["wrap", "clip"]})],
    "sort": [of("sort", axis=[0, None], kind=["stable"]), of("sort", axis=[0], stable=[True])],
    "reshape": [Words(lambda np, x, shape=(4, 3), **chosen: np.reshape(x, shape, **chosen), {"shape": [(2, -1), 12], "order": ["C", "F", "A"]}), Words(lambda np, x, order: np.reshape(np.transpose(x), (6, 2), order=order), {"order": ["A", "F"]})],
    "ravel": [of("ravel", order=["C", "F", "A", "K"]), Words(lambda np, x, order: np.ravel(np.transpose(x), order), {"order": ["A", "K"]})],
    "diff": [of("diff", n=[0, 2], axis=[0], prepend=[1.0], append=[0.5])],
    "interp": [
        Words(lambda np, x, **chosen: np.interp(x, POINTS, [1.0, 3.0, -1.0, 2.0], **chosen), {"left": [7.0], "right": [8.0], "period": [2.5, -3.0]}, dtype=False),
        Words(lambda np, x, **chosen: np.interp(POINTS, TURNED, x[0, :3], **chosen), {"period": [3.0, 2.0]}),
        Words(lambda np, x, **chosen: np.interp(POINTS, TURNED + 0.1 * x[0, :3], x[1, :3], **chosen), {"period": [3.0]}),
        Words(lambda np, x: np.interp(POINTS, [0.2, 1.4, 2.9], x[1, :3], period=3.0 + x[0, 0]), {}),
    ],
    "polyfit": [Words(lambda np, x, **chosen: np.polyfit(np.linspace(-1.0, 1.0, 6), x, 2, **chosen), {"w": [np.arange(1.0, 7.0)], "rcond": [1e-12], "cov": [True, "unscaled"]}, V, dtype=False), Words(lambda np, x: np.polyfit(np.linspace(-1.0, 1.0, 6), x, 2, full=True)[:2], {}, V, dtype=False), Words(lambda np, x: np.polyfit(np.linspace(-1.0, 1.0, 3), x, 1, cov=True), {}, X, dtype=False)],
    "vander": [Words(lambda np, x, **chosen: np.vander(x, **chosen), {"N": [1, 3], "increasing": [True]}, V)],
    "full_like": [Words(lambda np, x, **chosen: np.full_like(np.zeros((2, 4)), x[0], **chosen), {"dtype": [float], "order": ["F"], "shape": [(3, 4)]}), Words(lambda np, x: np.full_like(np.zeros((2, 4), np.float32), x[0].astype(np.float32)), {}, X.astype(np.float32))],
    "geomspace": [Words(lambda np, x, **chosen: np.geomspace(np.abs(x[0, 0]), np.abs(x), 4, **chosen), {"axis": [1, -1], "endpoint": [False]}), Words(lambda np, x: np.geomspace(-np.abs(x[0]), -np.abs(x[1, 0]), 4), {})],
    "apply_along_axis": [Words(lambda np, x, **chosen: np.apply_along_axis(lambda row, by, plus=0.0: row * by + plus, 1, x, 2.0, **chosen), {"plus": [3.0]})],
    "copysign": [Words(lambda np, x, one: np.copysign(one, x) * x, {"one": [3, 2.5, np.arange(1, 5)]})],
    "heaviside": [Words(lambda np, x, zero: np.heaviside(x, zero) * x, {"zero": [1, 0.5]})],
    "vecdot": [Words(lambda np, x, **chosen: np.vecdot(x, x * x, **chosen), {"axis": [0], "dtype": [float]}), Words(lambda np, x, axes: np.vecdot(x, x * x, axes=axes), {"axes": [[(0,), (0,), ()], [0, 0]]})],
    "linalg.svd": [
        *(Words(lambda np, x, **chosen: _bases(np.linalg.svd(x, **chosen), *x.shape), {"full_matrices": [False, True]}, x, dtype=False) for x in (X, X.T, X[:1], X[:, :2].copy())),
        Words(lambda np, x, **chosen: _bases(np.linalg.svd(x, hermitian=True, **chosen), 3, 3), {"compute_uv": [False, True]}, X[:, :3].copy(), dtype=False),
    ],
    "linalg.pinv": [
        *(Words(lambda np, x, **chosen: np.linalg.pinv(x, **chosen), {"rcond": [1e-9, 0.3, 0.5, 0.7], "rtol": [0.5]}, x, dtype=False) for x in (X, X.T, np.stack([X[:, :2], X[:, 2:]]))),
        Words(lambda np, x, **chosen: np.linalg.pinv(x, np.array([1e-9, 0.6])), {}, np.stack([X[:, :2], X[:, 2:]]), dtype=False),
        Words(lambda np, x, **chosen: np.linalg.pinv(x, hermitian=True, **chosen), {"rcond": [1e-9, 0.4]}, X[:, :3].copy(), dtype=False),
        Words(lambda np, x, rcond: np.linalg.pinv(x[:, :1] * x[:1], rcond=rcond), {"rcond": [1e-9, 1e-4]}, dtype=False),
    ],
    "linalg.lstsq": [Words(lambda np, x, rcond: [np.linalg.lstsq(a, b, rcond=rcond)[i] for a, b in ((x[:, :2], x[:, 2]), (x[:, :2], x[:, 1:]), (x, x[:, 0])) for i in (0, 3)], {"rcond": [None, -1, 1e-9, 0.4, 0.8]}, dtype=False)],
    "linalg.qr": [Words(lambda np, x, mode: _spanned(np.linalg.qr(x, mode=mode), 2), {"mode": ["reduced", "complete"]}, x, dtype=False) for x in (X[:, :2].copy(), X.T.copy()[:, :2])],
    "matvec": [Words(lambda np, x, axes: np.matvec(x, x[:, 0], axes=axes), {"axes": [[(1, 0), (0,), (0,)]]})],
    "matmul": [Words(lambda np, x, axes: np.matmul(x, x, axes=axes), {"axes": [[(1, 0), (0, 1), (1, 0)], [(0, 1), (-1, 0), (0, 1)]]})],
}  # fmt: skip


def _bases(found: Any, m: int, n: int) -> Any:
    """What of U, s and Vᵀ does not depend on signs, nor on the bases that complete them."""
    if not isinstance(found, tuple):
        return found
    U, s, Vh = found
    count = min(m, n)
    pairs = U[:, :count, None] * Vh[None, :count]
    return [pairs, s, U[:, count:] @ U[:, count:].T, Vh[count:].T @ Vh[count:]]


def _spanned(found: Any, count: int) -> Any:
    Q, R = found
    return [Q[:, :count], R, Q[:, count:] @ Q[:, count:].T]
