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
            yield from ({one: x, other: y} for x, y in zip(values[::-1], others, strict=False))


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

# ---- signals ---------------------------------------------------------------------------------------------------------

LONG = drawn(3, 24, seed=5)
TAPS, POLES = np.array([0.5, 0.3, -0.2]), np.array([1.5, -0.4, 0.2])
SECTIONS = np.array([[0.5, 0.3, -0.2, 1.0, -0.3, 0.1], [1.0, 0.2, 0.1, 1.0, 0.2, -0.2]])
PADDED = {"padtype": ["even", "constant", None], "padlen": [0, 5], "axis": [0]}
MODES = {"mode": ["full", "valid", "same"]}

SIGNALS = [
    Row("signal.convolve", (X, Z[:2, :3].real.copy()), MODES | {"method": ["auto", "direct", "fft"]}, kinds="fD"),
    Row("signal.correlate", (X, Z[:2, :3].real.copy()), MODES | {"method": ["auto", "direct", "fft"]}, kinds="fD"),
    *(Row(f"signal.{name}", (X, X[:, :3].copy()), MODES | {"axes": [0, 1, (0, 1), None]}, kinds="fD") for name in ("fftconvolve", "oaconvolve")),
    *(Row(f"signal.{name}", (X, Z[:2, :3].real.copy()), MODES | {"boundary": ["fill", "wrap", "symm"], "fillvalue": [2.0]}, kinds="fD") for name in ("convolve2d", "correlate2d")),
    Row("signal.lfilter", (TAPS, POLES, X), {"axis": [0, -2]}, kinds="fD"),
    Row("signal.lfilter", (TAPS, POLES, X, X[:, :2].copy()), of=lambda f, b, a, x, zi: f(b, a, x, zi=zi), kinds="fD"),
    Row("signal.lfilter_zi", (TAPS, POLES), kinds="D"),
    Row("signal.sosfilt", (X,), {"axis": [0, -2]}, of=lambda f, x, **chosen: f(SECTIONS, x, **chosen), kinds="D"),
    Row("signal.filtfilt", (TAPS, POLES, LONG), {"axis": [-1], "padtype": ["even", "constant", None], "padlen": [0, 5]}, kinds="D"),
    Row("signal.filtfilt", (LONG.T.copy(),), {"padtype": ["even", None], "padlen": [0, 5], "method": ["gust"], "irlen": [8]}, of=lambda f, x, **chosen: f(TAPS, POLES, x, axis=0, **chosen), kinds=""),
    Row("signal.sosfiltfilt", (LONG,), {"padtype": ["even", "constant", None], "padlen": [0, 5]}, of=lambda f, x, **chosen: f(SECTIONS, x, **chosen), kinds="D"),
    Row("signal.savgol_filter", (LONG,), {"deriv": [1], "delta": [0.5], "mode": ["interp", "mirror", "constant", "nearest", "wrap"], "cval": [2.0]}, of=lambda f, x, **chosen: f(x, 7, 2, **chosen), kinds="f"),
    Row("signal.savgol_filter", (LONG.T.copy(),), {"deriv": [2], "mode": ["mirror", "wrap"]}, of=lambda f, x, **chosen: f(x, 5, 3, axis=0, **chosen)),
    Row("signal.detrend", (LONG,), {"axis": [0, -1], "type": ["linear", "constant"], "bp": [[10], [0, 12]], "overwrite_data": [True]}, kinds="fD"),
]  # fmt: skip

# ---- integrals and interpolation -------------------------------------------------------------------------------------

PLACES, UP = np.cumsum(np.abs(drawn(5, seed=6))), np.cumsum(np.abs(drawn(4, 5, seed=6)), -1)
SAMPLES, ODD = drawn(3, 9, seed=8), drawn(4, 5, seed=9)
AT = PLACES[0] + (PLACES[-1] - PLACES[0]) * np.array([0.05, 0.31, 0.62, 0.9])
OUTSIDE = np.array([PLACES[0] - 0.4, PLACES[1] + 0.01, PLACES[-1] + 0.7])


def at(points: Any, *more: Any) -> Any:
    return lambda f, *xs, **chosen: f(*xs, **chosen)(points, *more)


BOUNDARIES = ["not-a-knot", "natural", "clamped", ((1, 0.5), (2, -0.3)), ("natural", "clamped")]

INTEGRALS = [
    *(Row(f"integrate.{name}", (ODD,), {"dx": [0.5], "x": [PLACES, UP], "axis": [0, -1]} | more, kinds=kinds) for name, kinds, more in (("trapezoid", "D", {}), ("cumulative_trapezoid", "fD", {"initial": [0]}), ("simpson", "fD", {}))),
    Row("integrate.cumulative_simpson", (ODD,), {"dx": [0.5], "x": [PLACES], "axis": [0, -1], "initial": [0.0, 2.0]}),
    Row("integrate.simpson", (ODD[:, :4].copy(),), {"dx": [0.5], "x": [PLACES[:4]], "axis": [0, -1]}),
    *(Row(f"integrate.{name}", (ODD, PLACES)) for name in ("trapezoid", "cumulative_trapezoid")),
    Row("integrate.romb", (SAMPLES,), {"dx": [0.5], "axis": [-1]}),
    Row("integrate.romb", (SAMPLES.T.copy(),), {"dx": [0.5]}, of=lambda f, y, **chosen: f(y, axis=0, **chosen)),
    Row("interpolate.CubicSpline", (PLACES, ODD[0]), {"bc_type": BOUNDARIES, "extrapolate": [True, False, "periodic"]}, of=at(AT)),
    Row("interpolate.CubicSpline", (PLACES, ODD), {"axis": [1, -1], "bc_type": BOUNDARIES[:3]}, of=lambda f, x, y, axis=1, **chosen: f(x, y, axis, **chosen)(OUTSIDE, 1)),
    Row("interpolate.PchipInterpolator", (PLACES, ODD), {"extrapolate": [True, False]}, of=lambda f, x, y, **chosen: f(x, y, axis=1, **chosen)(AT)),
    Row("interpolate.CubicHermiteSpline", (PLACES, ODD[0], ODD[1]), {"extrapolate": [True]}, of=at(OUTSIDE)),
    *(Row("interpolate.interp1d", (PLACES, y), {"kind": ["linear", "nearest", "nearest-up", "previous", "next", "slinear", "cubic", 1, 3], "fill_value": ["extrapolate", 0.5, (0.1, 0.2)], "bounds_error": [False], "assume_sorted": [True], "copy": [False]}, of=at(AT)) for y in (ODD[0], ODD)),
    Row("interpolate.interp1d", (PLACES, ODD), {"kind": ["zero", 0]}, kinds="", of=at(AT)),
    Row("interpolate.interp1d", (ODD,), {"kind": ["quadratic", 2, 5, "cubic"], "axis": [-1], "fill_value": ["extrapolate"]}, of=lambda f, y, **chosen: f(PLACES, y, **chosen)(AT)),
    Row("interpolate.make_interp_spline", (ODD[0],), {"k": [1, 2, 3, 4, 5], "bc_type": ["natural", "clamped", "not-a-knot", None, ([(1, 0.0)], [(2, 0.0)])], "check_finite": [False]}, of=lambda f, y, **chosen: f(PLACES, y, **chosen)(AT)),
    Row("interpolate.make_interp_spline", (ODD[0],), {"k": [3, 5]}, of=lambda f, y, **chosen: f(PLACES, y[np.array([0, 1, 2, 3, 0])], bc_type="periodic", **chosen)(OUTSIDE)),
    Row("interpolate.make_interp_spline", (ODD[0],), {"bc_type": [None]}, of=lambda f, y, **chosen: f(PLACES, y, 2, [0.0, 0.5, PLACES[0], 2.2, 3.3, PLACES[-1], 7.0, 8.0], **chosen)(OUTSIDE)),
    Row("interpolate.make_interp_spline", (ODD,), {"bc_type": [([(1, np.arange(4.0))], [(2, np.ones(4))])]}, of=lambda f, y, **chosen: f(PLACES, y, axis=1, **chosen)(AT)),
    Row("interpolate.make_interp_spline", (ODD,), {"k": [1, 3], "bc_type": ["natural", None]}, of=lambda f, y, **chosen: f(PLACES, y, axis=1, **chosen)(AT)),
]  # fmt: skip

# ---- special functions of several arguments, and of axes -------------------------------------------------------------

SPECIALS = [
    Row("special.logsumexp", (X,), {"axis": [0, -1, (0, 1), None], "b": [np.abs(Z), X[0] ** 2], "keepdims": [True], "return_sign": [False]}, kinds="f"),
    Row("special.logsumexp", (X, X[::-1].copy()), {"axis": [0, None], "keepdims": [True]}, of=lambda f, a, b, **chosen: f(a, b=b, return_sign=True, **chosen), kinds="f"),
    *(Row(f"special.{name}", (X,), {"axis": [0, -1, (0, 1), None]}, kinds="f") for name in ("softmax", "log_softmax")),
    Row("special.multigammaln", (np.abs(X) + 3,), {"d": [1, 3]}, of=lambda f, a, d=2: f(a, d), kinds=""),
    *(Row(f"special.{name}", (np.abs(X),), {"derivative": [False]}, of=lambda f, z, **chosen: f(2, z, **chosen)) for name in ("spherical_jn", "spherical_yn", "spherical_in", "spherical_kn")),
    *(Row(f"special.{name}", (Z,), kinds="") for name in ("exp1", "expi", "ndtr", "spence")),
    *(Row(f"special.{name}", (Z,), kinds="", of=lambda f, z: f(1.3, z)) for name in ("jv", "yv", "iv", "kv", "hyp0f1", "xlogy", "xlog1py")),
    *(Row(f"special.{name}", (Z,), kinds="", of=lambda f, z: f(3, z)) for name in ("eval_chebyt", "eval_chebyu", "eval_chebyc", "eval_chebys", "eval_legendre", "eval_laguerre", "eval_sh_chebyt", "eval_sh_chebyu", "eval_sh_legendre")),
    *(Row(f"special.{name}", (Z,), kinds="", of=lambda f, z: f(3, 0.7, z)) for name in ("eval_gegenbauer", "eval_genlaguerre")),
    Row("special.hyp1f1", (Z,), kinds="", of=lambda f, z: f(1.3, 2.7, z)),
    *(Row(f"special.{name}", (Z / 3,), kinds="", of=lambda f, z: f(2.0, 0.7, 1.4, z)) for name in ("hyp2f1", "eval_jacobi")),
    Row("special.lambertw", (np.abs(X),), {"k": [0, 1], "tol": [1e-10]}),
]  # fmt: skip

# ---- distributions ---------------------------------------------------------------------------------------------------

POINTS, SHARES = np.abs(drawn(4, seed=10)), np.array([0.1, 0.35, 0.6, 0.9])
# Their shape parameters.
FAMILIES: dict[str, tuple[float, ...]] = {
    "norm": (), "logistic": (), "laplace": (), "cauchy": (), "gumbel_r": (), "expon": (), "uniform": (), "rayleigh": (), "halfnorm": (),
    "t": (3.5,), "lognorm": (0.7,), "gamma": (1.7,), "chi2": (3.0,), "weibull_min": (1.7,), "pareto": (2.3,), "invgamma": (4.7,), "beta": (1.7, 2.4),
}  # fmt: skip
PLACED = {"loc": [np.array([[0.4], [-0.7]])], "scale": [np.array([[0.5], [2.0]])]}
BOUNDED = {"loc": [np.array([[0.05], [-0.2]])], "scale": [np.array([[1.1], [2.0]])]}
DENSITIES = ["logpdf", "pdf", "cdf", "sf", "logcdf", "logsf"]


def of_family(name: str, method: str, *xs: Any, **words: list[Any]) -> Row:
    """A method of a distribution at x; in single precision SciPy's are double all the same."""
    parameters = FAMILIES[name]

    def of(family: Any, x: Any, **chosen: Any) -> Any:
        return getattr(family, method)(x, *parameters, **chosen)

    def of_none(family: Any, x: Any, **chosen: Any) -> Any:
        return getattr(family, method)(*parameters, loc=x, **chosen)

    return Row(f"stats.{name}", xs, words, of=of_none if "loc" not in words else of, loose=2e-5, kinds="")


DISTRIBUTIONS = [
    *(of_family(name, method, POINTS / 3 if name in ("beta", "uniform") else POINTS + 2.5, **(BOUNDED if name in ("beta", "uniform") else PLACED)) for name in FAMILIES for method in DENSITIES),
    *(of_family(name, method, SHARES, **PLACED) for name in FAMILIES for method in ("ppf", "isf")),
    *(of_family(name, method, np.array([1.5, 2.0]), scale=[1.3]) for name in FAMILIES if name != "cauchy" for method in ("mean", "var", "std", "median", "entropy")),
    Row("stats.multivariate_normal", (ODD[:, :4].copy(), B[:, 0], S), {"allow_singular": [False]}, of=lambda family, x, mean, cov, **chosen: family.logpdf(x, mean, symmetric(cov), **chosen), kinds=""),
    Row("stats.multivariate_normal", (ODD[:, :4].copy(), B[:, 0]), {"cov": [S, 2.0, np.arange(1.0, 5.0)]}, of=lambda family, x, mean, **chosen: family.pdf(x, mean, **chosen), kinds=""),
    Row("stats.multivariate_normal", (ODD.reshape(2, 5, 2),), {"mean": [[0.1, 0.2], None], "cov": [S[:2, :2]]}, of=lambda family, x, mean=(0.0, 0.0), **chosen: family.logpdf(x, mean, **chosen), kinds=""),
]  # fmt: skip

ROWS = [*FOURIERS, *LINEAR, *SIGNALS, *INTEGRALS, *SPECIALS, *DISTRIBUTIONS]
