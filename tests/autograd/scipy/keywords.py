"""The arguments of SciPy's functions, with values to try of each, for `test_keywords`."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np


def drawn(*shape: int, seed: int = 0) -> Any:
    rng = np.random.default_rng(seed)
    return rng.uniform(0.3, 2.0, shape) * rng.choice([-1.0, 1.0], shape)


@dataclass(frozen=True)
class Row:
    """A call of a function of SciPy's.

    Attributes:
        name: The function, with its room.
        inputs: The arrays, each of which becomes a node.
        words: The values to try of each keyword, by themselves and in pairs.
        ways: The same of keywords that change nothing, by themselves.
        of: From the function, the inputs and the keywords to the result.
        loose: How far derivatives may be off, in proportion.
        kinds: Which other numbers the inputs may be: single (f), complex (D).
    """

    name: str
    inputs: tuple[Any, ...]
    words: dict[str, list[Any]] = field(default_factory=dict)
    ways: dict[str, Any] = field(default_factory=dict)
    of: Callable[..., Any] = lambda f, *xs, **chosen: f(*xs, **chosen)
    loose: float = 2e-6
    kinds: str = "f"

    def choices(self) -> Iterator[dict[str, Any]]:
        yield {}
        yield from ({word: value} for words in (self.words, self.ways) for word in words for value in words[word])
        for (one, values), (other, others) in itertools.combinations(self.words.items(), 2):
            count = max(len(values), len(others))
            yield from ({one: values[i % len(values)], other: others[i % len(others)]} for i in range(count))


# ---- Fourier and his kin ---------------------------------------------------------------------------------------------

X, Z = drawn(4, 5), drawn(4, 5) + 1j * drawn(4, 5, seed=1)
NORMS = ["backward", "ortho", "forward"]
ONE = {"n": [3, 8], "axis": [0, -2], "norm": NORMS}
SEVERAL = {"s": [(3, 7), (2, -1)], "axes": [(1, 0), (-1, 0)], "norm": NORMS}
WAYS = {"workers": [1, 2], "overwrite_x": [True]}
TYPES = {"type": [1, 2, 3, 4], "norm": NORMS, "orthogonalize": [True, False]}
HANKEL = {"dln": [0.2], "mu": [0.5, 1.0], "offset": [0.3], "bias": [0.4]}
FOURIER = {"fft": X, "ifft": Z, "rfft": X, "irfft": Z, "hfft": Z, "ihfft": X}
TRIGONOMETRIC = ["dct", "idct", "dst", "idst"]

FOURIERS = [
    *(Row(f"fft.{name}", (x,), ONE, WAYS, kinds="f") for name, x in FOURIER.items()),
    *(Row(f"fft.{name}{end}", (x,), SEVERAL, WAYS) for name, x in FOURIER.items() for end in "2n"),
    *(Row(f"fft.{name}n", (X,), {"s": [3, (8,)], "axes": [0, (1,), None]}) for name in ("fft", "ihfft", "dct", "idst")),
    *(Row(f"fft.{name}", (X,), TYPES | ONE, WAYS, kinds="fD") for name in TRIGONOMETRIC),
    *(Row(f"fft.{name}n", (X,), {"type": [1, 3], "orthogonalize": [True]} | SEVERAL, WAYS) for name in TRIGONOMETRIC),
    *(Row(f"fft.{name}", (X,), {"axes": [0, (0, 1)]}, kinds="fD") for name in ("fftshift", "ifftshift")),
    *(
        Row(f"fft.{name}", (X,), HANKEL, of=lambda f, x, dln=0.1, mu=0.0, **more: f(x, dln, mu, **more))
        for name in ("fht", "ifht")
    ),
]

# ---- linear algebra --------------------------------------------------------------------------------------------------

A = drawn(4, 4, seed=2) + 3 * np.eye(4)
B = drawn(4, 2, seed=3)
S = A @ A.T / 4 + np.diag([0.0, 1.0, 2.0, 4.0])
T = np.eye(4) * 2 + np.diag([0.3, -0.2, 0.4], 1) + np.diag([0.3, -0.2, 0.4], -1)
SPREAD = drawn(4, 3, seed=4)
TALL = {"overwrite_a": [True], "check_finite": [False]}
BOTH = TALL | {"overwrite_b": [True]}


def symmetric(x: Any) -> Any:
    return (x + np.conj(np.swapaxes(x, -1, -2))) / 2


def sizes(found: Any, *places: int) -> Any:
    """Vectors, whose signs and phases are nobody's, by the squares of their entries' sizes."""
    parts = list(found) if isinstance(found, tuple) else [found]
    for place in {place % len(parts) for place in places} if isinstance(found, tuple) else ():
        parts[place] = np.real(parts[place] * np.conj(parts[place]))
    return parts


def flat_of(found: Any) -> Any:
    return found if isinstance(found, tuple) else [found]


def projector(found: Any) -> Any:
    return found @ np.conj(found.T)


def triangle(f: Any, a: Any, **chosen: Any) -> Any:
    factor = flat_of(f(symmetric(a), **chosen))[0]
    return np.tril(factor) if chosen.get("lower") else np.triu(factor)


SUBSETS = {"subset_by_index": [[0, 1], [2, 2]], "subset_by_value": [[1.0, 4.0]]}
PENCILS = {"lower": [False], "type": [1, 2, 3]} | SUBSETS
WHOLE = {"assume_a": [None, "gen", "sym", "her", "pos", "positive definite", "general"], "lower": [True]}

LINEAR = [
    Row("linalg.solve", (S, B), WHOLE | {"transposed": [True]}, BOTH, of=lambda f, a, b, **chosen: f(symmetric(a), b, **chosen), kinds="f"),
    Row("linalg.solve", (A, B[:, 0]), {"assume_a": ["upper triangular", "lower triangular", "diagonal", "tridiagonal", "banded", "sym"]}, kinds="fD"),
    Row("linalg.inv", (S,), {"assume_a": [None, "gen", "sym", "her", "pos"], "lower": [True]}, TALL, of=lambda f, a, **chosen: f(symmetric(a), **chosen), kinds="fD"),
    Row("linalg.det", (A,), {}, TALL, kinds="D"),
    *(Row(f"linalg.{name}", (S,), {"lower": [True]}, TALL, of=triangle, kinds="fD") for name in ("cholesky", "cho_factor")),
    Row("linalg.cho_solve", (np.tril(A), B), {}, {"overwrite_b": [True], "check_finite": [False]}, of=lambda f, a, b, **chosen: f((a, True), b, **chosen), kinds="fD"),
    Row("linalg.solve_triangular", (A, B), {"trans": [0, 1, 2, "N", "T", "C"], "lower": [True], "unit_diagonal": [True]}, {"overwrite_b": [True], "check_finite": [False]}, kinds="fD"),
    Row("linalg.solve_banded", (drawn(4, 5) + 3 * np.eye(4, 5), drawn(5)), {}, {"overwrite_ab": [True], "overwrite_b": [True], "check_finite": [False]}, of=lambda f, ab, b, **chosen: f((2, 1), ab, b, **chosen), kinds="fD"),
    Row("linalg.eigh", (S, T), {"eigvals_only": [True]} | PENCILS, BOTH, of=lambda f, a, b, **chosen: sizes(f(a, b, **chosen), 1), kinds="fD"),
    Row("linalg.eigh", (S,), {"lower": [False], "eigvals_only": [True]} | SUBSETS, BOTH | {"driver": ["ev", "evr"]}, of=lambda f, a, **chosen: sizes(f(a, **chosen), 1), kinds="fD"),
    Row("linalg.eigvalsh", (S, T), PENCILS, BOTH, kinds="fD"),
    Row("linalg.eigvalsh", (S,), {"lower": [False]} | SUBSETS, kinds="fD"),
    Row("linalg.eig", (A, T), {"left": [True]}, BOTH, of=lambda f, a, b, **chosen: sizes(f(a, b, **chosen), 1, -1), kinds="D"),
    Row("linalg.eig", (A,), {"left": [True], "right": [False]}, BOTH, of=lambda f, a, **chosen: sizes(f(a, **chosen), 1, -1), kinds="D"),
    Row("linalg.eigvals", (A,), {"b": [T]}, TALL, kinds="D"),
    Row("linalg.svd", (SPREAD,), {"full_matrices": [False], "compute_uv": [False]}, TALL | {"lapack_driver": ["gesdd", "gesvd"]}, of=lambda f, a, **chosen: [x * np.conj(x) if np.ndim(x) == 2 else x for x in flat_of(f(a, **chosen))], kinds="f"),
    Row("linalg.svdvals", (SPREAD,), {}, TALL, kinds="fD"),
    *(Row("linalg.pinv", (x,), {"rtol": [1e-9], "atol": [1e-9], "return_rank": [True]}, {"check_finite": [False]}, kinds="fD") for x in (SPREAD, SPREAD.T.copy())),
    Row("linalg.pinvh", (S,), {"rtol": [1e-9], "atol": [1e-9], "lower": [False], "return_rank": [True]}, {"check_finite": [False]}, kinds="fD"),
    *(Row("linalg.lstsq", (a, b), {"cond": [None, 1e-9], "lapack_driver": ["gelsd", "gelsy", "gelss"]}, BOTH, of=lambda f, a, b, **chosen: [x for x in f(a, b, **chosen) if x is not None], kinds="fD") for a, b in ((SPREAD, B), (SPREAD, B[:, 0]), (SPREAD.T.copy(), B[:3]), (A, B))),
    Row("linalg.null_space", (SPREAD.T.copy(),), {"rcond": [1e-9]}, of=lambda f, a, **chosen: projector(f(a, **chosen)), kinds="fD"),
    Row("linalg.orth", (SPREAD,), {"rcond": [1e-9]}, of=lambda f, a, **chosen: projector(f(a, **chosen)), kinds="fD"),
    *(Row("linalg.polar", (x,), {"side": ["left", "right"]}, kinds="fD") for x in (A, SPREAD, SPREAD.T.copy(), np.diag([1.0, 1.0, -2.0]) + 0.0)),
    Row("linalg.orthogonal_procrustes", (A, A[::-1] + np.eye(4)), {}, {"check_finite": [False]}, kinds="f"),
    *(Row("linalg.qr", (x,), {"mode": ["full", "economic", "r"]}, TALL, of=lambda f, a, **chosen: [np.real(x * np.conj(x)) for x in f(a, **chosen)], kinds="f") for x in (A, SPREAD)),
    Row("linalg.norm", (SPREAD,), {"ord": [None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf], "axis": [(0, 1), (1, 0)], "keepdims": [True]}, {"check_finite": [False]}, kinds="D"),
    Row("linalg.norm", (SPREAD,), {"ord": [None, 1, 2, 3, 0.5, np.inf, -np.inf, 0], "axis": [0, -1], "keepdims": [True]}, of=lambda f, x, **chosen: [f(x, **chosen), x], kinds="D"),
    Row("linalg.lu", (A[::-1].copy(),), {"permute_l": [True], "p_indices": [True]}, TALL, kinds="fD"),
    Row("linalg.lu_factor", (A[::-1].copy(),), {}, TALL, kinds="fD"),
    *(Row(f"linalg.{name}", (A / 4,), kinds="fD", loose=1e-5) for name in ("expm", "cosm", "sinm", "tanm", "coshm", "sinhm", "tanhm")),
    *(Row(f"linalg.{name}", (S,), kinds="", loose=1e-5) for name in ("logm", "sqrtm")),  # of complex ones, old SciPys' types differ
    Row("linalg.expm_frechet", (A / 4, drawn(4, 4)), {"method": ["SPS", "blockEnlarge"], "compute_expm": [False]}, {"check_finite": [False]}, kinds=""),
    Row("linalg.solve_sylvester", (A, S, drawn(4, 4)), kinds="D"),
    Row("linalg.solve_continuous_lyapunov", (A, S + A), kinds="D"),
    Row("linalg.solve_lyapunov", (A, S + A), kinds=""),
    Row("linalg.solve_discrete_lyapunov", (A, S + A), {"method": ["direct", "bilinear"]}, kinds="D"),
    *(Row(f"linalg.{name}", (A / 3, B, S, T[:2, :2]), {"e": [T], "s": [B / 9]}, {"balanced": [False]}, of=lambda f, a, b, q, r, **chosen: f(a, b, symmetric(q), symmetric(r), **chosen), kinds="D", loose=1e-4) for name in ("solve_continuous_are", "solve_discrete_are")),
    Row("linalg.block_diag", (A, B, B[0]), kinds="fD"),
    *(Row(f"linalg.{name}", (B[:, 0], drawn(3)), kinds="fD") for name in ("toeplitz", "hankel")),
    *(Row(f"linalg.{name}", (B[:, 0],), kinds="fD") for name in ("toeplitz", "hankel", "circulant")),
]  # fmt: skip

ROWS = [*FOURIERS, *LINEAR]
