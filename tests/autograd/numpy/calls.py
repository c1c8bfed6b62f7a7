"""A line, or several, for each of NumPy's functions in the table `autograd.numpy.arguments.TABLE`.

Each call is made with NumPy on arrays and on Tensors, and with `autograd.numpy`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Call:
    """A call of a function.

    Attributes:
        of: From the module and the inputs to the result.
        shapes: Those of the inputs.
        prepare: What is done to each input after it was drawn between −2 and 2.
    """

    of: Callable[..., Any]
    shapes: tuple[Shape, ...]
    prepare: Callable[[Any], Any] = lambda x: x


M: tuple[Shape, ...] = ((3, 4),)
INF = float("inf")
S: tuple[Shape, ...] = ((3, 3),)
STACK: tuple[Shape, ...] = ((2, 3, 3),)
V: tuple[Shape, ...] = ((5,),)
C: tuple[Shape, ...] = ((2, 3, 4),)


def _symmetric(x: Any) -> Any:
    return x + np.swapaxes(x, -1, -2) + np.diag(np.arange(x.shape[-1]) * 3.0)


def _positive(x: Any) -> Any:
    return x @ np.swapaxes(x, -1, -2) + 2 * np.eye(x.shape[-1])


def _regular(x: Any) -> Any:
    return x + 4 * np.eye(x.shape[-1])


def _holes(x: Any) -> Any:
    y = x.copy()
    y.flat[::5] = np.nan
    return y


def _zeros(x: Any) -> Any:
    y = x.copy()
    y[0, 1] = y[1, 2] = y[1, 3] = 0.0
    return y


def _above_one(x: Any) -> Any:
    return np.abs(x) + 1.2


def _parts(np: Any, y: Any) -> list[Any]:
    return [np.real(y), np.imag(y)]


def calls(*of: Callable[..., Any], shapes: tuple[Shape, ...] = M, prepare: Any = lambda x: x) -> list[Call]:
    return [Call(f, shapes, prepare) for f in of]


CALLS: dict[str, list[Call]] = {
    # reductions
    "sum": calls(lambda np, x: np.sum(x, 1), lambda np, x: np.sum(x, initial=2.0, where=MASK), lambda np, x: np.sum(x, (0, 1), keepdims=True)),
    "mean": calls(lambda np, x: np.mean(x, 0), lambda np, x: np.mean(x, 1, where=MASK, keepdims=True)),
    "max": calls(lambda np, x: np.max(x, 1), lambda np, x: np.max(x, 1, initial=0.5), lambda np, x: np.max(x, where=MASK, initial=-9.0)),
    "amax": calls(lambda np, x: np.amax(x, 1)),
    "min": calls(lambda np, x: np.min(x, 1), lambda np, x: np.min(x, initial=0.5)),
    "amin": calls(lambda np, x: np.amin(x, axis=0, keepdims=True)),
    "prod": [*calls(lambda np, x: np.prod(x), lambda np, x: np.prod(x, 1, keepdims=True), lambda np, x: np.prod(x, initial=3.0, where=MASK), prepare=_zeros), *calls(lambda np, x: np.prod(x, (0, 2)), shapes=C)],
    "cumsum": calls(lambda np, x: np.cumsum(x), lambda np, x: np.cumsum(x, 0), lambda np, x: np.cumsum(x, axis=-1)),
    "cumprod": calls(lambda np, x: np.cumprod(x), lambda np, x: np.cumprod(x, 0), lambda np, x: np.cumprod(x, axis=-1), prepare=_zeros),
    "cumulative_sum": calls(lambda np, x: np.cumulative_sum(x, axis=1, include_initial=True)),
    "cumulative_prod": calls(lambda np, x: np.cumulative_prod(x, axis=0, include_initial=True)),
    "ptp": calls(lambda np, x: np.ptp(x, 1), lambda np, x: np.ptp(x, keepdims=True)),
    "var": calls(lambda np, x: np.var(x), lambda np, x: np.var(x, 0, ddof=1), lambda np, x: np.var(x, 1, keepdims=True, where=MASK)),
    "std": calls(lambda np, x: np.std(x), lambda np, x: np.std(x, 0, ddof=1), lambda np, x: np.std(x, (0, 1), keepdims=True), lambda np, x: np.std(x, 1, where=MASK)),
    "average": calls(lambda np, x: np.average(x), lambda np, x: np.average(x, 1, weights=[1.0, 2.0, 3.0, 4.0]), lambda np, x: np.average(x, weights=x * x, returned=True)),
    "cov": calls(lambda np, x: np.cov(x), lambda np, x: np.cov(x, rowvar=False, bias=True), lambda np, x: np.cov(x[0], x[1]), lambda np, x: np.cov(x, fweights=[1, 2, 1, 3], aweights=[0.5, 1.0, 2.0, 1.0]), lambda np, x: np.cov(x, aweights=np.exp(x[0]))),
    "corrcoef": calls(lambda np, x: np.corrcoef(x), lambda np, x: np.corrcoef(x[0], x[1])),
    "median": calls(lambda np, x: np.median(x), lambda np, x: np.median(x, 1, keepdims=True), lambda np, x: np.median(x, (0, 1))),
    "quantile": calls(lambda np, x: np.quantile(x, 0.3), lambda np, x: np.quantile(x, [[0.1], [0.7]], axis=1, keepdims=True), *(lambda np, x, m=m: np.quantile(x, [0.21, 0.6], axis=0, method=m) for m in ("hazen", "lower", "higher", "nearest", "midpoint", "median_unbiased", "weibull", "normal_unbiased", "interpolated_inverted_cdf")), lambda np, x: np.quantile(np.arange(5.0), np.abs(x[0]) * 0.3), lambda np, x: np.quantile(x, np.array([0.3, 0.4]) + 0.1 * x[0, :2], axis=1)),
    "percentile": calls(lambda np, x: np.percentile(x, [5.0, 60.0], axis=1)),
    "nansum": calls(lambda np, x: np.nansum(x, 1), prepare=_holes),
    "nanprod": calls(lambda np, x: np.nanprod(x, 1), prepare=_holes),
    "nanmax": calls(lambda np, x: np.nanmax(x, 1), prepare=_holes),
    "nanmin": calls(lambda np, x: np.nanmin(x), prepare=_holes),
    "nancumsum": calls(lambda np, x: np.nancumsum(x, 1), prepare=_holes),
    "nancumprod": calls(lambda np, x: np.nancumprod(x, 1), prepare=_holes),
    "nanmean": calls(lambda np, x: np.nanmean(x, 1, keepdims=True), prepare=_holes),
    "nanvar": calls(lambda np, x: np.nanvar(x, 1, ddof=1), prepare=_holes),
    "nanstd": calls(lambda np, x: np.nanstd(x, 1), prepare=_holes),
    "nanmedian": calls(lambda np, x: np.nanmedian(x), lambda np, x: np.nanmedian(x, 1), prepare=_holes),
    "nanquantile": calls(lambda np, x: np.nanquantile(x, [0.2, 0.7], 1, keepdims=True), prepare=_holes),
    "nanpercentile": calls(lambda np, x: np.nanpercentile(x, 30.0, 0), prepare=_holes),
    "unique": calls(lambda np, x: np.unique(x), lambda np, x: np.unique(x[[1, 0, 1]], axis=0), lambda np, x: np.unique(x, return_index=True, return_inverse=True, return_counts=True)),
    "histogram_bin_edges": calls(lambda np, x: np.histogram_bin_edges(x, 2, (x[0, 0] - 9.0, x[1, 1] + 9.0)), lambda np, x: np.histogram_bin_edges(x, 5), lambda np, x: np.histogram_bin_edges(x, "sturges"), lambda np, x: np.histogram_bin_edges(0.0 * x[0] + x[0, 0], 2)),
    "histogram": calls(lambda np, x: np.histogram(x, 2, (x[0, 0] - 9.0, x[1, 1] + 9.0), density=True), lambda np, x: np.histogram(x, 3, weights=x * x), lambda np, x: np.histogram(x, 3, density=True), lambda np, x: np.histogram(x, 4, density=True, weights=x + 5)),
    "bincount": calls(lambda np, x: np.bincount([0, 2, 2, 1, 4], weights=x, minlength=7), shapes=V),
    # elementwise
    "radians": calls(lambda np, x: np.radians(x)),
    "deg2rad": calls(lambda np, x: np.deg2rad(x)),
    "degrees": calls(lambda np, x: np.degrees(x)),
    "rad2deg": calls(lambda np, x: np.rad2deg(x)),
    "positive": calls(lambda np, x: np.positive(x)),
    "fabs": calls(lambda np, x: np.fabs(x)),
    "fmax": calls(lambda np, x, y: np.fmax(x, y), shapes=((3, 4), (4,))),
    "fmin": calls(lambda np, x, y: np.fmin(x, y), shapes=((3, 4), (4,))),
    "copysign": calls(lambda np, x, y: np.copysign(x, y), shapes=((3, 4), (4,))),
    "logaddexp2": calls(lambda np, x, y: np.logaddexp2(x, y), shapes=((3, 4), (4,))),
    "float_power": calls(lambda np, x, y: np.float_power(x, y), shapes=((3, 4), (4,)), prepare=np.abs),
    "ldexp": calls(lambda np, x: np.ldexp(x, [1, -2, 3, 0])),
    "heaviside": calls(lambda np, x, y: np.heaviside(x, y), shapes=((3, 4), (4,))),
    "divmod": calls(lambda np, x, y: np.divmod(x, y), shapes=((3, 4), (4,))),
    "modf": calls(lambda np, x: np.modf(x)),
    "fix": calls(lambda np, x: np.fix(x) * x),
    "round": calls(lambda np, x: np.round(x) * x, lambda np, x: np.round(x, 1) * x, lambda np, x: np.round(x * 10, decimals=-1) * x),
    "around": calls(lambda np, x: np.around(x, 1) * x),
    "nan_to_num": calls(lambda np, x: np.nan_to_num(x), lambda np, x: np.nan_to_num(x, nan=2.0), prepare=_holes),
    "sinc": calls(lambda np, x: np.sinc(x), prepare=_zeros),
    "i0": calls(lambda np, x: np.i0(x)),
    "unwrap": calls(lambda np, x: np.unwrap(5 * x), lambda np, x: np.unwrap(3 * x, discont=4.0, axis=0, period=3.0)),
    "real": calls(lambda np, x: np.real(x)),
    "real_if_close": calls(lambda np, x: np.real_if_close(x)),
    "conjugate": calls(lambda np, x: np.conjugate(x)),
    "imag": calls(lambda np, x: np.imag(x)),
    "angle": calls(lambda np, x: np.angle(x) * x),
    "bitwise_and": calls(lambda np, x: np.bitwise_and(x > 0, x < 1) * x),
    "bitwise_or": calls(lambda np, x: np.bitwise_or(x > 1, x < 0) * x),
    "bitwise_xor": calls(lambda np, x: np.bitwise_xor(x > 1, x < 1.5) * x),
    "invert": calls(lambda np, x: np.invert(x > 1) * x),
    "piecewise": calls(lambda np, x: np.piecewise(x, [x > 1], [lambda x, a, b: a * x * b, lambda x, a, b: x - a], x[0, 0], 2.0), lambda np, x: np.piecewise(x, [x > 1, x < 0], [lambda x: x * x, lambda x: 3 * x, lambda x: x**3])),
    "clip": calls(lambda np, x: np.clip(x, -1.0, 1.0), lambda np, x: np.clip(x, a_min=None, a_max=1.0)),
    "where": calls(lambda np, x: np.where(MASK, x, x * x)),
    "select": calls(lambda np, x: np.select([MASK, ~MASK & (np.arange(4) > 1)], [x, x * x], 5.0)),
    # shapes
    "reshape": calls(lambda np, x: np.reshape(x, (4, 3)), lambda np, x: np.reshape(x, -1, order="C")),
    "ravel": calls(lambda np, x: np.ravel(x)),
    "transpose": calls(lambda np, x: np.transpose(x), lambda np, x: np.transpose(x, axes=(1, 0))),
    "permute_dims": calls(lambda np, x: np.permute_dims(x, (1, 2, 0)), shapes=C),
    "swapaxes": calls(lambda np, x: np.swapaxes(x, 0, 2), shapes=C),
    "moveaxis": calls(lambda np, x: np.moveaxis(x, 0, -1), lambda np, x: np.moveaxis(x, [0, 1], [2, 0]), shapes=C),
    "rollaxis": calls(lambda np, x: np.rollaxis(x, 2), lambda np, x: np.rollaxis(x, 2, 1), shapes=C),
    "matrix_transpose": calls(lambda np, x: np.matrix_transpose(x), shapes=C),
    "linalg.matrix_transpose": calls(lambda np, x: np.linalg.matrix_transpose(x), shapes=C),
    "broadcast_to": calls(lambda np, x: np.broadcast_to(x, (2, 3, 4))),
    "broadcast_arrays": calls(lambda np, x, y: np.broadcast_arrays(x, y), shapes=((3, 1), (4,))),
    "expand_dims": calls(lambda np, x: np.expand_dims(x, (0, 2))),
    "squeeze": calls(lambda np, x: np.squeeze(x), shapes=((1, 3, 1),)),
    "atleast_1d": [*calls(lambda np, x: np.atleast_1d(x), shapes=((),)), *calls(lambda np, x: np.atleast_1d(x, x[0]))],
    "atleast_2d": calls(lambda np, x: np.atleast_2d(x), shapes=V),
    "atleast_3d": calls(lambda np, x: np.atleast_3d(x), shapes=V),
    "flip": calls(lambda np, x: np.flip(x), lambda np, x: np.flip(x, 1), lambda np, x: np.flip(x, (0, -1)), shapes=C),
    "flipud": calls(lambda np, x: np.flipud(x)),
    "fliplr": calls(lambda np, x: np.fliplr(x)),
    "roll": calls(lambda np, x: np.roll(x, 2), lambda np, x: np.roll(x, (1, -1), axis=(0, 1))),
    "rot90": calls(lambda np, x: np.rot90(x), lambda np, x: np.rot90(x, 3, axes=(1, 0))),
    "tile": calls(lambda np, x: np.tile(x, 2), lambda np, x: np.tile(x, (2, 1, 2))),
    "repeat": calls(lambda np, x: np.repeat(x, 2), lambda np, x: np.repeat(x, [1, 0, 2], axis=0)),
    "resize": calls(lambda np, x: np.resize(x, (5, 5))),
    "delete": calls(lambda np, x: np.delete(x, 1, axis=1), lambda np, x: np.delete(x, [0, 5])),
    "insert": calls(lambda np, x: np.insert(x, 1, 7.0, axis=1), lambda np, x: np.insert(x, [1, 3], x[:, :2], axis=1), lambda np, x: np.insert(x, 2, x[0], axis=0)),
    "take": calls(lambda np, x: np.take(x, [0, 5, 5]), lambda np, x: np.take(x, [[0, 1], [1, 1]], axis=1), lambda np, x: np.take(x, [-1, 9], axis=0, mode="clip")),
    "take_along_axis": calls(lambda np, x: np.take_along_axis(x, ORDER, axis=1)),
    "compress": calls(lambda np, x: np.compress([True, False, True], x, axis=0)),
    "extract": calls(lambda np, x: np.extract(MASK, x)),
    "choose": calls(lambda np, x: np.choose([0, 2, 1, 0], x)),
    "sort": calls(lambda np, x: np.sort(x), lambda np, x: np.sort(x, axis=0), lambda np, x: np.sort(x, None)),
    "partition": calls(lambda np, x: np.sort(np.partition(x, 2, axis=1)[:, 3:])),
    "diag": [*calls(lambda np, x: np.diag(x), lambda np, x: np.diag(x, -2), shapes=V), *calls(lambda np, x: np.diag(x, 1), lambda np, x: np.diag(x, -1), lambda np, x: np.diag(x, 9))],
    "diagflat": calls(lambda np, x: np.diagflat(x, 1)),
    "diagonal": calls(lambda np, x: np.diagonal(x, 1, 1, 2), shapes=C),
    "linalg.diagonal": calls(lambda np, x: np.linalg.diagonal(x, offset=-1), shapes=C),
    "tril": calls(lambda np, x: np.tril(x), lambda np, x: np.tril(x, -1), shapes=C),
    "triu": calls(lambda np, x: np.triu(x), lambda np, x: np.triu(x, 1), shapes=C),
    "lib.stride_tricks.sliding_window_view": calls(lambda np, x: np.lib.stride_tricks.sliding_window_view(x, 2, axis=1)),
    "pad": [*calls(lambda np, x: np.pad(x, 0), lambda np, x: np.pad(x, 0, constant_values=2.0), shapes=((),)), *calls(lambda np, x: np.pad(x, 1), lambda np, x: np.pad(x, ((1, 0), (2, 1)), constant_values=3.0), lambda np, x: np.pad(x, 1, constant_values=x[0, 0] ** 2), lambda np, x: np.pad(x, ((1, 2), (0, 1)), constant_values=x[:2, :2]), lambda np, x: np.pad(x, 1, constant_values=((1.0, 2.0), (3.0, 4.0))), lambda np, x: np.pad(x, np.array([[1, 0], [0, 2]])), *(lambda np, x, m=m: np.pad(x, ((1, 2), (0, 2)), mode=m) for m in ("edge", "reflect", "symmetric", "wrap")))],
    "copy": calls(lambda np, x: np.copy(x)),
    "astype": calls(lambda np, x: np.astype(x, np.float64)),
    # joining and splitting
    "concatenate": calls(lambda np, x: np.concatenate([x, x * x], axis=1), lambda np, x: np.concatenate((x, x), axis=None)),
    "concat": calls(lambda np, x: np.concat([x, x * x], axis=1)),
    "stack": calls(lambda np, x: np.stack([x, x * x], axis=-1)),
    "vstack": calls(lambda np, x: np.vstack([x, x[0]])),
    "hstack": calls(lambda np, x: np.hstack([x, x * x]), lambda np, x: np.hstack([x[0], x[1, 0]])),
    "dstack": calls(lambda np, x: np.dstack([x, x])),
    "column_stack": calls(lambda np, x: np.column_stack([x[:, 0], x])),
    "append": calls(lambda np, x: np.append(x, x[:1], axis=0), lambda np, x: np.append(x, 3.0)),
    "block": calls(lambda np, x: np.block([[x, x], [x * x, x]]), lambda np, x: np.block([x[0], x[1]])),
    "split": calls(lambda np, x: np.split(x, 2, axis=1), lambda np, x: np.split(x, [1, 2])),
    "array_split": calls(lambda np, x: np.array_split(x, 3, axis=1)),
    "hsplit": calls(lambda np, x: np.hsplit(x, 2)),
    "vsplit": calls(lambda np, x: np.vsplit(x, 3)),
    "dsplit": calls(lambda np, x: np.dsplit(x, 2), shapes=C),
    "unstack": calls(lambda np, x: np.unstack(x, axis=1)),
    "ix_": calls(lambda np, x, y: np.ix_(x, y), lambda np, x, y: np.multiply(*np.ix_(x, [True, False, True])), shapes=((3,), (2,))),
    "meshgrid": calls(lambda np, x, y: np.meshgrid(x, y), lambda np, x, y: np.meshgrid(x, y, indexing="ij", sparse=True), shapes=((3,), (2,))),
    "full_like": calls(lambda np, x: np.full_like(x, x[0])),
    "linspace": calls(lambda np, x: np.linspace(x[0], x[1], 5), lambda np, x: np.linspace(x[0, 0], 3.0, 4, endpoint=False), lambda np, x: np.linspace(x[0], x[1], 3, axis=1)),
    "logspace": calls(lambda np, x: np.logspace(x[0], x[1], 3), lambda np, x: np.logspace(0.5, x[0, 0], 4, base=2.0)),
    "geomspace": calls(lambda np, x: np.geomspace(x[0], x[1], 3), lambda np, x: np.geomspace(2.0, x[0, 0], 4, endpoint=False), prepare=np.abs),
    # applied functions
    "apply_along_axis": calls(lambda np, x: np.apply_along_axis(lambda v: v * v.sum(), 1, x), lambda np, x: np.apply_along_axis(lambda v: v[:, None] * v, 0, x), lambda np, x: np.apply_along_axis(lambda v, k: (v**k).sum(), -1, x, 3)),
    "apply_over_axes": calls(lambda np, x: np.apply_over_axes(np.sum, x * x, [0, 2]), lambda np, x: np.apply_over_axes(np.mean, x, 1), shapes=C),
    # complex where numbers are beyond what is real
    **{f"emath.{name}": calls(lambda np, x, f=name: _parts(np, getattr(np.emath, f)(np.append(x + np.sign(x), [0.3]))), lambda np, x, f=name: getattr(np.emath, f)(0.4 * np.abs(x))) for name in ("sqrt", "log", "log2", "log10", "arccos", "arcsin", "arctanh")},
    "emath.power": calls(lambda np, x: _parts(np, np.emath.power(x, 1.5)), lambda np, x: np.emath.power(np.abs(x), x)),
    "emath.logn": calls(lambda np, x: _parts(np, np.emath.logn(3.0, x)), lambda np, x: np.emath.logn(np.abs(x) + 2, 2.5)),
    # calculus
    "diff": calls(lambda np, x: np.diff(x), lambda np, x: np.diff(x, 2, axis=0), lambda np, x: np.diff(x, prepend=0.0, append=x[:, :1])),
    "ediff1d": calls(lambda np, x: np.ediff1d(x, to_end=3.0)),
    "gradient": [*calls(lambda np, x: np.gradient(x), lambda np, x: np.gradient(x, 0.5, axis=1, edge_order=2), lambda np, x: np.gradient(x, [0.0, 1.0, 3.0, 4.0], axis=1, edge_order=2)), *calls(lambda np, x: np.gradient(x, 2.0), shapes=V)],
    "trapezoid": calls(lambda np, x: np.trapezoid(x), lambda np, x: np.trapezoid(x, dx=0.5, axis=0), lambda np, x: np.trapezoid(x, [0.0, 1.0, 3.0, 4.0]), lambda np, x: np.trapezoid(x, x * x)),
    "interp": calls(lambda np, x: np.interp(x, [-1.0, 0.5, 1.0], [0.0, 2.0, -1.0]), lambda np, x: np.interp([-3.0, 0.2, 2.5], np.cumsum(np.exp(x[0])), x[1], left=9.0, right=7.0)),
    "convolve": calls(*(lambda np, x, y, m=m: np.convolve(x, y, m) for m in ("full", "same", "valid")), lambda np, x, y: np.convolve(y, x), shapes=((5,), (3,))),
    "correlate": calls(*(lambda np, x, y, m=m: np.correlate(x, y, m) for m in ("full", "same", "valid")), lambda np, x, y: np.correlate(y, x, "full"), lambda np, x, y: np.correlate(y, x), lambda np, x, y: np.correlate(y, x, "same"), shapes=((5,), (3,))),
    "polyval": calls(lambda np, p, x: np.polyval(p, x), shapes=((4,), (3,))),
    "polyadd": calls(lambda np, p, x: np.polyadd(p, x), shapes=((4,), (3,))),
    "polysub": calls(lambda np, p, x: np.polysub(p, x), shapes=((3,), (4,))),
    "polymul": calls(lambda np, p, x: np.polymul(p, x), shapes=((4,), (3,))),
    "polyder": calls(lambda np, p: np.polyder(p, 2), shapes=V),
    "polyint": calls(lambda np, p: np.polyint(p), lambda np, p: np.polyint(p, 2, k=[1.0, 2.0]), lambda np, p: np.polyint(p, 1, k=[1.0, 2.0]), lambda np, p: np.polyint(p, 2, k=p[0]), lambda np, p: np.polyint(p, 2, k=[p[0], p[1] * p[2]]), shapes=V),
    "poly": [*calls(lambda np, x: np.poly(x), shapes=S), *calls(lambda np, x: np.poly(x), shapes=S, prepare=_symmetric), *calls(lambda np, x: np.poly(x), shapes=V)],
    "roots": calls(lambda np, p: _parts(np, np.roots(p)), lambda np, p: _parts(np, np.roots(np.concatenate([[0.0], p, [0.0, 0.0]]))), shapes=((4,),)),
    "polydiv": calls(lambda np, p, x: np.polydiv(p, x), lambda np, p, x: np.polydiv(x, p), lambda np, p, x: np.polydiv(np.polymul(p, x), x)[0], shapes=((5,), (3,))),
    "trim_zeros": calls(lambda np, x: np.trim_zeros(np.concatenate([[0.0], x, [0.0, 0.0]])), lambda np, x: np.trim_zeros(np.concatenate([[0.0], x, [0.0]]), "b"), shapes=V),
    "vander": calls(lambda np, x: np.vander(x, 3), lambda np, x: np.vander(x, increasing=True), shapes=V),
    "polyfit": calls(lambda np, x, y: np.polyfit(x, y, 2), lambda np, x, y: np.polyfit(x, y, 1, w=[1.0, 2.0, 1.0, 1.0, 3.0]), shapes=((5,), (5,))),
    # products
    "dot": calls(lambda np, x, y: np.dot(x, y), shapes=((2, 3), (3, 4))),
    "inner": calls(lambda np, x, y: np.inner(x, y), shapes=((2, 3), (4, 3))),
    "outer": calls(lambda np, x, y: np.outer(x, y), shapes=((2, 3), (4,))),
    "linalg.outer": calls(lambda np, x, y: np.linalg.outer(x, y), shapes=((3,), (4,))),
    "vdot": calls(lambda np, x, y: np.vdot(x, y), shapes=((2, 3), (2, 3))),
    "vecdot": calls(lambda np, x, y: np.vecdot(x, y), lambda np, x, y: np.vecdot(x, y, axis=0), shapes=((2, 3), (2, 3))),
    "linalg.vecdot": calls(lambda np, x, y: np.linalg.vecdot(x, y, axis=0), shapes=((2, 3), (2, 3))),
    "matvec": calls(lambda np, x, y: np.matvec(x, y), shapes=((5, 2, 3), (3,))),
    "vecmat": calls(lambda np, x, y: np.vecmat(x, y), shapes=((5, 3), (3, 2))),
    "linalg.matmul": calls(lambda np, x, y: np.linalg.matmul(x, y), shapes=((2, 3), (3, 2))),
    "tensordot": calls(lambda np, x, y: np.tensordot(x, y), lambda np, x, y: np.tensordot(x, y, axes=([1], [0])), lambda np, x, y: np.tensordot(x, y, 0), shapes=((2, 3, 4), (3, 4))),
    "linalg.tensordot": calls(lambda np, x, y: np.linalg.tensordot(x, y, axes=((0, 2), (1, 0))), shapes=((2, 3, 4), (4, 2))),
    "kron": calls(lambda np, x, y: np.kron(x, y), lambda np, x, y: np.kron(y, x[0]), shapes=((2, 3), (3, 2, 2))),
    "cross": [*calls(lambda np, x, y: np.cross(x, y), lambda np, x, y: np.cross(x, y, axisc=0), shapes=((2, 3), (3,))), *calls(lambda np, x, y: np.cross(x, y, axis=0), shapes=((3, 4), (3, 4)))],
    "linalg.cross": calls(lambda np, x, y: np.linalg.cross(x, y), shapes=((2, 3), (2, 3))),
    "trace": calls(lambda np, x: np.trace(x, 1, 1, 2), shapes=C),
    "linalg.trace": calls(lambda np, x: np.linalg.trace(x, offset=1), shapes=C),
    "einsum": [
        *calls(*(lambda np, x, y, s=s: np.einsum(s, x, y) for s in ("ij,jk->ik", "ij,jk", "ij,jk->", "ij,jk->ki", "ij,jk->ijk", "...j,jk->...k", "ij,kl->l", "i j, j k -> i")), lambda np, x, y: np.einsum(x, [0, 1], y, [1, 2], [0, 2]), lambda np, x, y: np.einsum(x, [0, 1], y, [1, 2]), lambda np, x, y: np.einsum("ij,jk,kl->il", x, y, x, optimize=True), lambda np, x, y: np.einsum("ij,jk,kl,l->", x, y, x, y[:, 0]), shapes=((2, 3), (3, 2))),
        *calls(*(lambda np, x, s=s: np.einsum(s, x) for s in ("ii", "ii->i", "ij->", "ij->ji", "i...->...", "ij->j", "...->...")), lambda np, x: np.einsum("ii,i->i", x, x[0]), lambda np, x: np.einsum("ii,jj->ij", x, x), lambda np, x: np.einsum(x, [0, 0]), lambda np, x: np.einsum(x, [Ellipsis, 0], [Ellipsis]), shapes=S),
        *calls(*(lambda np, x, y, s=s: np.einsum(s, x, y) for s in ("...ij,...jk->...ik", "...ij,...jk", "bij,cjk->bik")), shapes=((2, 3, 4), (1, 4, 2))),
        *calls(lambda np, x, y: np.einsum("ij,ij->i", x, y), lambda np, x, y: np.einsum("ij,ij->j", x, y), shapes=((3, 1), (3, 4))),
    ],
    # linear algebra
    "linalg.inv": calls(lambda np, x: np.linalg.inv(x), shapes=STACK, prepare=_regular),
    "linalg.solve": [*calls(lambda np, x: np.linalg.solve(x, x[0]), shapes=S, prepare=_regular), *calls(lambda np, x: np.linalg.solve(x, x[:, :, :2] * 2), lambda np, x: np.linalg.solve(x, x[0, 0]), shapes=STACK, prepare=_regular)],
    "linalg.det": calls(lambda np, x: np.linalg.det(x), shapes=STACK),
    "linalg.slogdet": calls(lambda np, x: np.linalg.slogdet(x), shapes=STACK),
    "linalg.pinv": [*calls(lambda np, x: np.linalg.pinv(x)), *calls(lambda np, x: np.linalg.pinv(x), shapes=((2, 4, 2),)), *calls(lambda np, x: np.linalg.pinv(x), shapes=S)],
    "linalg.lstsq": calls(lambda np, x: np.linalg.lstsq(x[:, :2], x[:, 2], rcond=None)[0], lambda np, x: np.linalg.lstsq(x[:, :2], x[:, 2:], rcond=None)[1]),
    "linalg.matrix_power": calls(*(lambda np, x, n=n: np.linalg.matrix_power(x, n) for n in (0, 1, 2, 3, 5, -2)), shapes=STACK, prepare=_regular),
    "linalg.multi_dot": calls(lambda np, x: np.linalg.multi_dot([x[0], x.T, x, x.T, x[:, 0]])),
    "linalg.tensorinv": calls(lambda np, x: np.linalg.tensorinv(x), shapes=((2, 3, 3, 2),)),
    "linalg.tensorsolve": calls(lambda np, x: np.linalg.tensorsolve(x, x[:, :, 0, 0]), shapes=((2, 3, 3, 2),)),
    "linalg.cholesky": calls(lambda np, x: np.linalg.cholesky(x + np.swapaxes(x, -1, -2), upper=True), lambda np, x: np.linalg.cholesky(x + np.swapaxes(x, -1, -2)), shapes=STACK, prepare=_positive),
    "linalg.eigh": calls(lambda np, x: _fixed_signs(np.linalg.eigh(x)), lambda np, x: _fixed_signs(np.linalg.eigh(x, UPLO="U")), shapes=STACK, prepare=_symmetric),
    "linalg.eigvalsh": calls(lambda np, x: np.linalg.eigvalsh(x), shapes=STACK, prepare=_symmetric),
    "linalg.eig": calls(lambda np, x: [*_parts(np, np.linalg.eig(x)[0]), np.abs(np.linalg.eig(x)[1])], shapes=STACK),
    "linalg.eigvals": calls(lambda np, x: _parts(np, np.linalg.eigvals(x)), shapes=S),
    # Fourier transforms
    **{f"fft.{name}": calls(*(lambda np, x, f=name, norm=norm: _parts(np, getattr(np.fft, f)(x, norm=norm)) for norm in (None, "ortho", "forward"))) for name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft", "fft2", "ifft2", "rfft2", "irfft2", "fftn", "ifftn", "rfftn", "irfftn")},
    "fft.fftshift": calls(lambda np, x: np.fft.fftshift(x, 1)),
    "fft.ifftshift": calls(lambda np, x: np.fft.ifftshift(x)),
    "linalg.svd": [call for shape in ((3, 4), (4, 3), (2, 3, 3)) for call in calls(lambda np, x: _fixed_pairs(np.linalg.svd(x, full_matrices=False)), lambda np, x: np.linalg.svd(x, compute_uv=False), shapes=(shape,))],
    "linalg.svdvals": calls(lambda np, x: np.linalg.svdvals(x)),
    "linalg.qr": [call for shape in ((3, 4), (4, 3), (2, 3, 3)) for call in calls(lambda np, x: np.linalg.qr(x), lambda np, x: np.linalg.qr(x, mode="r"), shapes=(shape,))],
    "linalg.norm": [*calls(*(lambda np, x, o=o: np.linalg.norm(x, o) for o in (None, "fro", "nuc", 1, -1, 2, -2, INF, -INF)), lambda np, x: np.linalg.norm(x, 3, axis=1, keepdims=True)), *calls(*(lambda np, x, o=o: np.linalg.norm(x, o) for o in (None, 0, 1, 2, 3, -1, 0.5, INF, -INF)), shapes=V), *calls(lambda np, x: np.linalg.norm(x, 1, axis=(0, 2), keepdims=True), shapes=C)],
    "linalg.vector_norm": calls(lambda np, x: np.linalg.vector_norm(x, ord=3), lambda np, x: np.linalg.vector_norm(x, axis=1, keepdims=True)),
    "linalg.matrix_norm": calls(lambda np, x: np.linalg.matrix_norm(x), lambda np, x: np.linalg.matrix_norm(x, ord="nuc", keepdims=True), shapes=C),
    "linalg.cond": calls(*(lambda np, x, p=p: np.linalg.cond(x, p) for p in (None, -2, 1, "fro")), shapes=S, prepare=_regular),
}  # fmt: skip
MASK = np.arange(12).reshape(3, 4) % 3 != 1
ORDER = np.array([[0, 3], [2, 2], [1, -1]])


def _fixed_signs(found: Any) -> Any:
    """Eigenvalues, and what does not depend on the signs of eigenvectors."""
    w, V = found
    return w, V * V[..., :1, :]


def _fixed_pairs(found: Any) -> Any:
    U, s, Vh = found
    return U[..., :, :, None] * Vh[..., None, :, :], s
