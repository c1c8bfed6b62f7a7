"""The systematic table: one line for each primitive of the rule book, from which the tests make every case.

A line says how to call the primitive, what PyTorch calls it, where to draw each input from (away from kinks), and which
shapes and attributes to try.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from mpmath import mp

import autograd as ag
from autograd.rules import (
    arithmetic,
    convolutions,
    linear_algebra,
    losses,
    products,
    reductions,
    selection,
    shaping,
    special,
)
from autograd.rules.primitive import BOOK

# ---- where inputs come from ----------------------------------------------------------------------------------------


# Matrices far from those where a function of them has no derivative.
MATRICES: dict[str, Callable[[Any], Any]] = {
    "regular": lambda x: x + 4 * np.eye(x.shape[-1]),
    "symmetric": lambda x: x + np.swapaxes(x, -1, -2) + np.diag(3.0 * np.arange(x.shape[-1])),
    "positive": lambda x: x @ np.swapaxes(x, -1, -2) + 2 * np.eye(x.shape[-1]),
}


@dataclass(frozen=True)
class Domain:
    """Numbers from low to high, with a random sign where ``signed``; or another kind of entry altogether."""

    low: float = 0.3
    high: float = 2.0
    signed: bool = False
    kind: str = "float"

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
        if self.kind == "bool":
            return rng.random(shape) < 0.5
        if self.kind == "int":
            return rng.integers(int(self.low), int(self.high), shape)
        numbers = rng.uniform(self.low, self.high, shape)
        if self.kind in MATRICES:
            return MATRICES[self.kind](numbers * rng.choice([-1.0, 1.0], shape))
        return numbers * rng.choice([-1.0, 1.0], shape) if self.signed else numbers


POSITIVE = Domain()
REAL = Domain(signed=True)  # away from 0
SMALL = Domain(0.1, 1.2, signed=True)
INSIDE_ONE = Domain(0.1, 0.9)
INSIDE = Domain(0.1, 0.9, signed=True)
ABOVE_ONE = Domain(1.2, 3.0)
BOOL = Domain(kind="bool")
CLASS = Domain(0, 4, kind="int")
POSITION = Domain(0, 3, kind="int")
REGULAR = Domain(kind="regular")
SYMMETRIC = Domain(kind="symmetric")
DEFINITE = Domain(kind="positive")

# ---- which shapes and attributes -----------------------------------------------------------------------------------

ONE = [((),), ((3,),), ((2, 3),), ((4, 1, 3),), ((0, 3),)]
TWO = [
    ((), ()),
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (2, 3)),
    ((2, 1), (1, 3)),
    ((), (2, 3)),
    ((2, 3), ()),
    ((4, 1, 3), (2, 1)),
    ((0, 3), (3,)),
    ((0, 3), (1, 1)),
]
THREE = [((), (), ()), ((3,), (3,), (3,)), ((2, 1), (3,), (2, 3)), ((2, 3), (), (1, 3))]
CUBE = [((2, 3, 4),)]
VECTOR = [((4,),), ((2, 4),), ((2, 3, 4),)]
MATMUL = [  # vectors, matrices, stacks and broadcast stacks on either side; nothing at all
    *product([(3,), (2, 3), (4, 2, 3), (5, 1, 2, 3), (5, 4, 2, 3)], [(3,), (3, 2), (4, 3, 6), (1, 3, 6), (5, 4, 3, 2)]),
    ((0, 3), (3, 2)), ((2, 0), (0, 3)), ((4, 2, 0), (0, 3)), ((0, 2, 3), (3, 4)), ((0,), (0,)), ((0,), (0, 3)), ((2, 0), (0,)),
]  # fmt: skip
AXES = [{"axis": axis, "keepdims": keep} for axis in (None, 0, 1, -1, (0, 2), (0, 1, 2)) for keep in (False, True)]
ALONG = [{"axis": axis} for axis in (0, 1, -1)]
INDICES = [
    1, -1, slice(None), slice(2, 0, -1), slice(None, None, -2), slice(None, None, 2), slice(1, 1), None, Ellipsis, (Ellipsis, 0),
    (slice(1, 3), None, 1), (None, Ellipsis, None), (3, 2, 1),
    [0, 2, 0], (slice(None), [1, 1, 0]), ([0, 1], [1, 1]), np.array([[0, 1], [3, 3]]), (slice(None), 0, [1, 0]),
    np.arange(24).reshape(4, 3, 2) % 3 == 0, (np.array([True, False, True, True]),),
]  # fmt: skip


SQUARE = [((3, 3),), ((2, 3, 3),)]
EINSUM = [
    (((2, 3), (3, 4)), "ij,jk->ik"), (((2, 3), (3, 4)), "ij,jk->"), (((2, 3), (2, 3)), "ij,ij->j"), (((3, 3), ()), "ii,->i"),
    (((3, 3), (4,)), "ii,j->j"), (((2, 3), (4,)), "ij,k->k"), (((2, 1), (2, 3)), "ij,ij->i"), (((0, 3), (3,)), "ij,j->i"),
]  # fmt: skip


WINDOWS = (
    {"stride": (2,), "padding": (1,), "dilation": (1,), "groups": 2},
    {"stride": (1,), "padding": (0,), "dilation": (2,), "groups": 2},
)
CONVOLVED = [((2, 4, 4), (4, 2, 2)), ((1, 2, 4), (2, 1, 2))]
POOLS = (
    {"size": (2, 2), "stride": (2, 2), "padding": (0, 0), "dilation": (1, 1)},
    {"size": (3, 2), "stride": (1, 2), "padding": (1, 1), "dilation": (1, 2)},
)


@dataclass(frozen=True)
class Row:
    """A line of the table.

    Attributes:
        ours: The function on numbers, arrays and nodes: ``ours(*inputs, **attrs)``.
        torch: The same in PyTorch: ``torch(module, *tensors, **attrs)``.
        domains: Where each input is drawn from.
        shapes: The shapes to try, one for each input.
        attrs: The attributes to try.
        exact: The same by mpmath, of numbers; by default mpmath's function of the entry's name.
    """

    ours: Callable[..., Any]
    torch: Callable[..., Any] | None
    domains: tuple[Domain, ...]
    shapes: list[tuple[tuple[int, ...], ...]]
    attrs: tuple[dict[str, Any], ...] = ({},)
    exact: Callable[..., Any] | None = None


def _functional(name: str) -> Callable[..., Any]:
    return lambda t, *tensors, **attrs: getattr(t.nn.functional, name)(*tensors, **attrs)


def _named(name: str) -> Callable[..., Any]:
    return lambda t, *tensors, **attrs: getattr(t, name)(*tensors, **attrs)


def _over(name: str) -> Callable[..., Any]:
    def reduce(t: Any, x: Any, axis: Any, keepdims: bool) -> Any:
        return getattr(x, name)(dim=tuple(range(x.ndim)) if axis is None else axis, keepdim=keepdims)

    return reduce


def _torch_index(t: Any, index: Any, length: int = 0) -> Any:
    def part(i: Any) -> Any:
        if isinstance(i, slice) and (i.step or 1) < 0:  # PyTorch has no negative steps
            return t.tensor(range(*i.indices(length)))
        return t.tensor(i, dtype=None if len(i) else t.int64) if isinstance(i, list | np.ndarray) else i

    return tuple(map(part, index if isinstance(index, tuple) else (index,)))


def _torch_cofactors_along(t: Any, x: Any, h: Any) -> Any:
    z = t.linalg.inv(x).mT
    return t.linalg.det(x)[..., None, None] * ((z * h).sum((-2, -1), keepdim=True) * z - z @ h.mT @ z)


def _torch_scatter(t: Any, x: Any, shape: tuple[int, ...], index: Any) -> Any:
    places = t.arange(int(np.prod(shape))).reshape(shape)[_torch_index(t, index, shape[0])].reshape(-1)
    return (
        t.zeros(int(np.prod(shape)), dtype=x.dtype).index_put((places,), x.reshape(-1), accumulate=True).reshape(shape)
    )


def _normal_cdf(x: Any) -> Any:
    # Beyond 50 what is left is 1e-545, and mpmath has no erfc of very large numbers.
    return mp.erfc(-x / mp.sqrt(2)) / 2 if abs(x) < 50 else mp.mpf(x > 0)


def _torch_convolution(t: Any, x: Any, w: Any, **how: Any) -> Any:
    return getattr(t.nn.functional, f"conv{x.ndim - 2}d")(x, w, None, *how.values())


def _torch_convolution_gradient(t: Any, of: str, first: Any, second: Any, g: Any, how: dict[str, Any]) -> Any:
    return getattr(t.nn.grad, f"conv{g.ndim - 2}d_{of}")(first, second, g, *how.values())


def _torch_convolve(t: Any, a: Any, v: Any, mode: str) -> Any:
    rim = len(v) - 1 if mode == "full" else 0
    return t.nn.functional.conv1d(a.reshape(1, 1, -1), v.flip(0).reshape(1, 1, -1), padding=rim).reshape(-1)


def _torch_max_pool(t: Any, x: Any, **how: Any) -> Any:
    return t.nn.functional.max_pool2d(x, how["size"], how["stride"], how["padding"], how["dilation"])


def _torch_windows(t: Any, x: Any, how: dict[str, Any]) -> Any:
    """All windows of x, their places on the last axis but one."""
    rest = {name: how[name] for name in ("stride", "padding", "dilation")}
    images = x.reshape(-1, 1, *x.shape[-2:])
    return t.nn.functional.unfold(images, how["size"], **rest).reshape(*x.shape[:-2], math.prod(how["size"]), -1)


def _torch_max_places(t: Any, x: Any, y: Any, **how: Any) -> Any:
    windows = _torch_windows(t, x.to(t.float64) + 1, how)  # 0 is beyond the edge
    found = windows == y.reshape(*y.shape[:-2], 1, -1) + 1
    found[..., -1, :] = True  # where no other is
    return found.to(t.int64).argmax(-2).reshape(y.shape)


def _torch_from_windows(t: Any, x: Any, places: Any, **how: Any) -> Any:
    windows = _torch_windows(t, x, how)
    return windows.gather(-2, places.reshape(*places.shape[:-2], 1, -1)).reshape(places.shape)


def _torch_into_windows(t: Any, g: Any, places: Any, lengths: Any, **how: Any) -> Any:
    count = math.prod(how["size"])
    spread = t.zeros((*g.shape[:-2], count, math.prod(g.shape[-2:])), dtype=g.dtype)
    spread = spread.scatter_add(-2, places.reshape(*g.shape[:-2], 1, -1), g.reshape(*g.shape[:-2], 1, -1))
    images = spread.reshape(-1, count, spread.shape[-1])
    return t.nn.functional.fold(images, lengths, how["size"], how["dilation"], how["padding"], how["stride"]).reshape(
        *g.shape[:-2], *lengths
    )


def _fixed(found: Any, first: int = 1, values: int = 0) -> Any:
    """Vectors, the signs of which are settled by the row ``first``, and a row of values among them."""
    of_values = np.arange(found.shape[-2])[:, None] == values
    return found * ag.where(of_values, 1.0, arithmetic.sign(found[..., first : first + 1, :]))


def _onto(columns: Any) -> Any:
    """The projection onto what columns span, whichever basis they are."""
    return products.matmul(columns, products.matrix_transpose(columns))


ROWS: dict[str, Row] = {
    # comparisons
    "greater": Row(arithmetic.greater, _named("gt"), (REAL, REAL), TWO, exact=operator.gt),
    "greater_equal": Row(arithmetic.greater_equal, _named("ge"), (REAL, REAL), TWO, exact=operator.ge),
    "less": Row(arithmetic.less, _named("lt"), (REAL, REAL), TWO, exact=operator.lt),
    "less_equal": Row(arithmetic.less_equal, _named("le"), (REAL, REAL), TWO, exact=operator.le),
    "equal": Row(arithmetic.equal, _named("eq"), (REAL, REAL), TWO, exact=operator.eq),
    "not_equal": Row(arithmetic.not_equal, _named("ne"), (REAL, REAL), TWO, exact=operator.ne),
    "sign": Row(arithmetic.sign, _named("sign"), (REAL,), ONE),
    "floor": Row(ag.floor, _named("floor"), (REAL,), ONE),
    "ceil": Row(ag.ceil, _named("ceil"), (REAL,), ONE),
    "trunc": Row(ag.trunc, _named("trunc"), (REAL,), ONE, exact=lambda x: mp.floor(x) if x > 0 else mp.ceil(x)),
    "rint": Row(ag.rint, _named("round"), (REAL,), ONE, exact=mp.nint),
    "signbit": Row(ag.signbit, _named("signbit"), (REAL,), ONE, exact=lambda x: x < 0),
    "isnan": Row(ag.isnan, _named("isnan"), (REAL,), ONE),
    "isinf": Row(ag.isinf, _named("isinf"), (REAL,), ONE),
    "isfinite": Row(ag.isfinite, _named("isfinite"), (REAL,), ONE),
    "logical_and": Row(ag.logical_and, _named("logical_and"), (REAL, REAL), TWO, exact=lambda a, b: a != 0 and b != 0),
    "logical_or": Row(ag.logical_or, _named("logical_or"), (REAL, REAL), TWO, exact=lambda a, b: a != 0 or b != 0),
    "logical_xor": Row(ag.logical_xor, _named("logical_xor"), (REAL, REAL), TWO, exact=lambda a, b: (a != 0) != (b != 0)),
    "logical_not": Row(ag.logical_not, _named("logical_not"), (REAL,), ONE, exact=lambda x: x == 0),
    # arithmetic
    "add": Row(arithmetic.add, _named("add"), (REAL, REAL), TWO, exact=operator.add),
    "subtract": Row(arithmetic.subtract, _named("sub"), (REAL, REAL), TWO, exact=operator.sub),
    "negative": Row(arithmetic.negative, _named("neg"), (REAL,), ONE, exact=operator.neg),
    "multiply": Row(arithmetic.multiply, _named("mul"), (REAL, REAL), TWO, exact=operator.mul),
    "divide": Row(arithmetic.divide, _named("div"), (REAL, REAL), TWO, exact=operator.truediv),
    "power": Row(ag.power, _named("pow"), (POSITIVE, REAL), TWO, exact=mp.power),
    "lowered_power": Row(ag.lowered_power, lambda t, a, b: t.pow(a, b - 1), (POSITIVE, REAL), TWO, exact=lambda a, b: mp.power(a, b - 1)),
    "direction": Row(ag.direction, lambda t, a, b: a / b, (REAL, POSITIVE), TWO, exact=operator.truediv),
    "square": Row(ag.square, _named("square"), (REAL,), ONE, exact=lambda x: x * x),
    "reciprocal": Row(ag.reciprocal, _named("reciprocal"), (REAL,), ONE, exact=lambda x: 1 / x),
    "cbrt": Row(ag.cbrt, lambda t, x: x.sign() * x.abs().pow(1 / 3), (REAL,), ONE, exact=lambda x: mp.sign(x) * mp.cbrt(abs(x))),
    "hypot": Row(ag.hypot, _named("hypot"), (REAL, REAL), TWO),
    "sqrt": Row(ag.sqrt, _named("sqrt"), (POSITIVE,), ONE),
    "abs": Row(ag.abs, _named("abs"), (REAL,), ONE, exact=abs),
    "exp": Row(ag.exp, _named("exp"), (REAL,), ONE),
    "expm1": Row(ag.expm1, _named("expm1"), (REAL,), ONE),
    "exp2": Row(ag.exp2, _named("exp2"), (REAL,), ONE, exact=lambda x: mp.mpf(2) ** x),
    "log2": Row(ag.log2, _named("log2"), (POSITIVE,), ONE, exact=lambda x: mp.log(x, 2)),
    "log10": Row(ag.log10, _named("log10"), (POSITIVE,), ONE),
    "logaddexp": Row(ag.logaddexp, _named("logaddexp"), (REAL, REAL), TWO, exact=lambda a, b: max(a, b) + mp.log1p(mp.exp(-abs(a - b)))),
    "log": Row(ag.log, _named("log"), (POSITIVE,), ONE),
    "log1p": Row(ag.log1p, _named("log1p"), (POSITIVE,), ONE),
    "sin": Row(ag.sin, _named("sin"), (REAL,), ONE),
    "cos": Row(ag.cos, _named("cos"), (REAL,), ONE),
    "tan": Row(ag.tan, _named("tan"), (SMALL,), ONE),
    "arctan": Row(ag.arctan, _named("arctan"), (REAL,), ONE),
    "arcsin": Row(ag.arcsin, _named("arcsin"), (INSIDE,), ONE),
    "arccos": Row(ag.arccos, _named("arccos"), (INSIDE,), ONE),
    "arctan2": Row(ag.arctan2, _named("arctan2"), (REAL, REAL), TWO),
    "sinh": Row(ag.sinh, _named("sinh"), (REAL,), ONE),
    "cosh": Row(ag.cosh, _named("cosh"), (REAL,), ONE),
    "sech_squared": Row(ag.sech_squared, lambda t, x: 1 / x.cosh() ** 2, (REAL,), ONE, exact=lambda x: mp.sech(x) ** 2),
    "arcsinh": Row(ag.arcsinh, _named("arcsinh"), (REAL,), ONE),
    "arccosh": Row(ag.arccosh, _named("arccosh"), (ABOVE_ONE,), ONE),
    "arctanh": Row(ag.arctanh, _named("arctanh"), (INSIDE,), ONE),
    "tanh": Row(ag.tanh, _named("tanh"), (REAL,), ONE),
    "where": Row(ag.where, _named("where"), (BOOL, REAL, REAL), THREE, exact=lambda condition, a, b: a if condition else b),
    "maximum": Row(ag.maximum, _named("maximum"), (REAL, REAL), TWO, exact=max),
    "minimum": Row(ag.minimum, _named("minimum"), (REAL, REAL), TWO, exact=min),
    "clip": Row(arithmetic.clip, lambda t, x, low, high: x.clamp(low, high), (REAL,), ONE, ({"low": -1.0, "high": 1.5},), exact=lambda x, low, high: min(max(x, low), high)),
    "floor_divide": Row(arithmetic.floor_divide, lambda t, a, b: (a / b).floor(), (REAL, REAL), TWO, exact=lambda a, b: mp.floor(a / b)),
    "remainder": Row(arithmetic.remainder, _named("remainder"), (REAL, REAL), TWO, exact=lambda a, b: a - b * mp.floor(a / b)),
    "fmod": Row(arithmetic.fmod, _named("fmod"), (REAL, REAL), TWO, exact=lambda a, b: a - b * int(a / b)),
    # activations
    "sigmoid": Row(ag.sigmoid, _named("sigmoid"), (REAL,), ONE, exact=lambda x: 1 / (1 + mp.exp(-x))),
    "softplus": Row(ag.softplus, _functional("softplus"), (REAL,), ONE, exact=lambda x: max(x, 0) + mp.log1p(mp.exp(-abs(x)))),
    "relu": Row(ag.relu, _named("relu"), (REAL,), ONE, exact=lambda x: max(x, 0)),
    "leaky_relu": Row(ag.leaky_relu, lambda t, x, slope: t.nn.functional.leaky_relu(x, slope), (REAL,), ONE, ({"slope": 0.1},), exact=lambda x, slope: x if x > 0 else slope * x),
    "elu": Row(ag.elu, lambda t, x, alpha: t.nn.functional.elu(x, alpha), (REAL,), ONE, ({"alpha": 0.7},), exact=lambda x, alpha: x if x > 0 else alpha * mp.expm1(x)),
    "silu": Row(ag.silu, _functional("silu"), (REAL,), ONE, exact=lambda x: x / (1 + mp.exp(-x))),
    "gelu": Row(ag.gelu, _functional("gelu"), (REAL,), ONE, exact=lambda x: x * _normal_cdf(x)),
    "normal_cdf": Row(ag.normal_cdf, lambda t, x: t.special.ndtr(x), (REAL,), ONE, exact=_normal_cdf),
    "normal_pdf": Row(ag.normal_pdf, lambda t, x: (-x * x / 2).exp() / (2 * t.pi) ** 0.5, (REAL,), ONE, exact=lambda x: mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)),
    # reductions
    "sum": Row(ag.sum, _over("sum"), (REAL,), CUBE, tuple(AXES)),
    "mean": Row(ag.mean, _over("mean"), (REAL,), CUBE, tuple(AXES)),
    "max": Row(ag.max, _over("amax"), (REAL,), CUBE, tuple(AXES)),
    "min": Row(ag.min, _over("amin"), (REAL,), CUBE, tuple(AXES)),
    "norm": Row(reductions.norm, lambda t, x, axis, keepdims: t.linalg.vector_norm(x, dim=axis, keepdim=keepdims), (REAL,), CUBE, tuple(AXES)),
    "logsumexp": Row(ag.logsumexp, _over("logsumexp"), (REAL,), CUBE, tuple(AXES)),
    "softmax": Row(ag.softmax, lambda t, x, axis: x.softmax(axis), (REAL,), CUBE, tuple(ALONG)),
    "log_softmax": Row(ag.log_softmax, lambda t, x, axis: x.log_softmax(axis), (REAL,), CUBE, tuple(ALONG)),
    "add_n": Row(reductions.add_n, lambda t, *xs: sum(xs), (REAL,) * 3, [((), (), ())]),
    "peak": Row(reductions.peak, _named("maximum"), (REAL, REAL), TWO, exact=max),
    "share": Row(reductions.share, lambda t, a, b: (a - b).exp(), (REAL, REAL), TWO, exact=lambda a, b: mp.exp(a - b)),
    "logsumexp_n": Row(reductions.logsumexp_n, lambda t, *xs: t.stack(xs).logsumexp(0), (REAL,) * 3, [((), (), ())]),
    "log_normaliser_n": Row(reductions.log_normaliser_n, lambda t, *xs: t.stack(xs).logsumexp(0), (REAL,) * 3, [((), (), ())]),
    # shapes
    "reshape": Row(ag.reshape, _named("reshape"), (REAL,), CUBE, ({"shape": (6, -1)}, {"shape": (24,)}, {"shape": (4, 1, 6)})),
    "transpose": Row(ag.transpose, lambda t, x, axes: x.permute(axes or tuple(range(x.ndim))[::-1]), (REAL,), CUBE, ({"axes": None}, {"axes": (2, 0, 1)}, {"axes": (-1, 0, 1)})),
    "broadcast_to": Row(ag.broadcast_to, lambda t, x, shape: x.expand(shape), (REAL,), [((2, 1),), ((2, 3),), ((1,),), ((),)], ({"shape": (5, 2, 3)},)),
    "sum_to": Row(shaping.sum_to, lambda t, x, shape: x.sum_to_size(shape), (REAL,), CUBE, ({"shape": (3, 1)}, {"shape": ()}, {"shape": (2, 3, 4)}, {"shape": (1, 1, 4)})),
    "astype": Row(shaping.astype, lambda t, x, dtype: x.to(t.float64), (REAL,), ONE, ({"dtype": np.dtype(np.float64)},)),
    "getitem": Row(lambda x, index: x[index], lambda t, x, index: x[_torch_index(t, index, len(x))], (REAL,), [((4, 3, 2),)], tuple({"index": index} for index in INDICES)),
    "scatter": Row(shaping.scatter, _torch_scatter, (REAL,), [((3,),)], ({"shape": (5,), "index": (np.array([1, 1, 4]),)},)),
    "scatter_parts": Row(shaping.scatter_parts, lambda t, *xs, shape, indices: sum(_torch_scatter(t, x, shape, i) for x, i in zip(xs, indices, strict=True)), (REAL,) * 3, [((2, 3), (3,), (2, 3))], ({"shape": (4, 3), "indices": (slice(1, 3), 2, np.array([3, -1]))},)),
    "concatenate": Row(lambda *xs, axis: ag.concatenate(xs, axis), lambda t, *xs, axis: t.cat(xs, axis), (REAL,) * 3, [((2, 3),) * 3], tuple(ALONG)),
    "stack": Row(lambda *xs, axis: ag.stack(xs, axis), lambda t, *xs, axis: t.stack(xs, axis), (REAL,) * 3, [((2, 3),) * 3], ({"axis": 0}, {"axis": 1}, {"axis": -1})),
    "argsort": Row(selection.argsort, lambda t, x, axis: x.argsort(axis), (REAL,), CUBE, tuple(ALONG)),
    "searchsorted": Row(lambda x, v, side: selection.searchsorted(np.sort(x), v, side=side), lambda t, x, v, side: t.searchsorted(x.sort()[0], v, right=side == "right"), (REAL, REAL), [((5,), (3,)), ((5,), (2, 3))], ({"side": "left"}, {"side": "right"})),
    "take_along_axis": Row(selection.take_along_axis, lambda t, x, i, axis: x.gather(axis, i), (REAL, POSITION), [((3, 4), (3, 2)), ((3, 4), (3, 5))], ({"axis": 1}, {"axis": -1})),
    "scatter_along_axis": Row(selection.scatter_along_axis, lambda t, x, i, shape, axis: t.zeros(shape, dtype=x.dtype).scatter_add(axis, i, x), (REAL, POSITION), [((3, 5), (3, 5))], ({"shape": (3, 4), "axis": 1},)),
    "gather": Row(selection.gather, lambda t, x, *i, axis: x[(slice(None),) * axis + i], (REAL, POSITION, POSITION), [((3, 3, 4), (4,), (4,)), ((4, 3, 3), (2, 1), (3,))], ({"axis": 0}, {"axis": 1})),
    "scatter_add": Row(selection.scatter_add, lambda t, x, *i, shape, axis: t.zeros(shape, dtype=x.dtype).index_put((*[t.arange(n).reshape(-1, *(1,) * i[0].ndim) for n in shape[:axis]], *i), x, accumulate=True), (REAL, POSITION), [((2, 5, 4), (5,))], ({"shape": (2, 3, 4), "axis": 1},)),
    "cumsum": Row(selection.cumsum, lambda t, x, axis: x.cumsum(axis), (REAL,), [((2, 3, 4),), ((0, 2, 3),)], tuple(ALONG)),
    "tril": Row(linear_algebra.tril, lambda t, x, k: x.tril(k), (REAL,), CUBE, ({"k": 0}, {"k": -1})),
    "triu": Row(linear_algebra.triu, lambda t, x, k: x.triu(k), (REAL,), CUBE, ({"k": 0}, {"k": 2})),
    # convolutions
    "convolution": Row(convolutions.convolution, _torch_convolution, (REAL, REAL), [((2, 4, 7), (4, 2, 2)), ((1, 4, 6), (2, 2, 3)), ((0, 4, 6), (2, 2, 3))], WINDOWS),
    "convolution_transposed": Row(convolutions.convolution_transposed, lambda t, g, w, lengths, **how: _torch_convolution_gradient(t, "input", (len(g), w.shape[1] * how["groups"], *lengths), w, g, how), (REAL, REAL), CONVOLVED, tuple(a | {"lengths": (7,)} for a in WINDOWS[:1])),
    "convolution_kernel": Row(convolutions.convolution_kernel, lambda t, x, g, size, **how: _torch_convolution_gradient(t, "weight", x, (g.shape[1], x.shape[1] // how["groups"], *size), g, how), (REAL, REAL), [((2, 4, 7), (2, 4, 4))], tuple(a | {"size": (2,)} for a in WINDOWS[:1])),
    "convolve": Row(convolutions.convolve, _torch_convolve, (REAL, REAL), [((5,), (3,)), ((3,), (3,)), ((4,), (1,))], ({"mode": "full"}, {"mode": "valid"})),
    "max_pool": Row(convolutions.max_pool, _torch_max_pool, (REAL,), [((2, 1, 6, 5),), ((1, 5, 4),)], POOLS),
    "max_places": Row(convolutions.max_places, _torch_max_places, (CLASS, CLASS), [((2, 1, 6, 5), (2, 1, 6, 3)), ((1, 5, 4), (1, 5, 2))], POOLS[1:]),
    "from_windows": Row(convolutions.from_windows, _torch_from_windows, (REAL, POSITION), [((2, 1, 6, 5), (2, 1, 6, 3)), ((1, 5, 4), (1, 5, 2))], POOLS[1:]),
    "into_windows": Row(convolutions.into_windows, _torch_into_windows, (REAL, POSITION), [((2, 1, 6, 3), (2, 1, 6, 3)), ((1, 6, 3), (1, 6, 3))], ({**POOLS[1], "lengths": (6, 5)},)),
    # linear algebra
    "einsum": Row(linear_algebra.einsum, lambda t, a, b, subscripts: t.einsum(subscripts, a, b), (REAL, REAL), [shapes for shapes, _ in EINSUM], tuple({"subscripts": text} for _, text in EINSUM)),
    "inv": Row(linear_algebra.inv, lambda t, x: t.linalg.inv(x), (REGULAR,), [*SQUARE, ((0, 3, 3),)]),
    "solve": Row(linear_algebra.solve, lambda t, a, b: t.linalg.solve(a, b), (REGULAR, REAL), [((3, 3), (3, 2)), ((3, 3), (3,)), ((2, 3, 3), (2, 3, 1)), ((2, 3, 3), (3, 2))]),
    "det": Row(linear_algebra.det, lambda t, x: t.linalg.det(x), (REGULAR,), SQUARE),
    "cofactors": Row(linear_algebra.cofactors, lambda t, x: t.linalg.inv(x).mT * t.linalg.det(x)[..., None, None], (REGULAR,), SQUARE),
    "cofactors_along": Row(linear_algebra.cofactors_along, _torch_cofactors_along, (REGULAR, REAL), [((3, 3), (3, 3)), ((2, 3, 3), (2, 3, 3))]),
    "logabsdet": Row(linear_algebra.logabsdet, lambda t, x: t.linalg.slogdet(x)[1], (REGULAR,), SQUARE),
    "det_sign": Row(linear_algebra.det_sign, lambda t, x: t.linalg.slogdet(x)[0], (REGULAR,), SQUARE),
    "pinv": Row(linear_algebra.pinv, lambda t, x, rcond: t.linalg.pinv(x), (REAL,), [((3, 4),), ((2, 4, 2),)], ({"rcond": 1e-15},)),
    "cholesky": Row(lambda x: linear_algebra.cholesky(0.5 * (x + np.swapaxes(x, -1, -2))), lambda t, x: t.linalg.cholesky(0.5 * (x + x.mT)), (DEFINITE,), SQUARE),
    "eigh": Row(lambda x, UPLO: _fixed(linear_algebra.eigh(x, UPLO=UPLO)), None, (SYMMETRIC,), SQUARE, ({"UPLO": "L"}, {"UPLO": "U"})),
    "svd": Row(lambda x: _fixed(linear_algebra.svd(x), 0, x.shape[-2]), None, (REAL,), [((3, 4),), ((4, 3),), ((2, 3, 3),)]),
    "complement": Row(lambda x, of: _onto(linear_algebra.complement(x, of=of)), None, (REAL,), [((4, 3),), ((4, 2),), ((2, 3, 1),)], ({"of": "svd"}, {"of": "svd of the adjoint"}, {"of": "qr"})),
    "qr": Row(linear_algebra.qr, lambda t, x: t.cat([t.linalg.qr(x)[0], t.linalg.qr(x)[1].mT], -2), (REAL,), [((4, 3),), ((2, 3, 3),)]),
    "spherical_bessel": Row(special.spherical_bessel, lambda t, x, order: x.sin() / x if order == 0 else (3 / x**2 - 1) * x.sin() / x - 3 * x.cos() / x**2, (REAL,), ONE, ({"order": 0}, {"order": 2}), exact=lambda x, order: mp.sqrt(mp.pi / 2 / x) * mp.besselj(order + 0.5, x)),
    "bessel_i": Row(special.bessel_i, lambda t, x, order: t.special.i1(x) if order else t.special.i0(x), (REAL,), ONE, ({"order": 0}, {"order": 1}), exact=lambda x, order: mp.besseli(order, x)),
    # products
    "matmul": Row(ag.matmul, _named("matmul"), (REAL, REAL), MATMUL),
    "linear": Row(ag.linear, lambda t, x, W, b: x @ W + b, (REAL, REAL, REAL), [((5, 3), (3, 4), (4,)), ((2, 5, 3), (3, 4), (4,)), ((3,), (3, 4), (4,))]),
    "affine": Row(products.affine, lambda t, b, v, w, x, y: b + v * x + w * y, (REAL,) * 5, [((),) * 5]),
    "one_hot": Row(losses.one_hot, lambda t, x, classes: t.nn.functional.one_hot(x, classes), (CLASS,), [((5,),), ((2, 3),)], ({"classes": 4},)),
    "binary_cross_entropy": Row(losses.binary_cross_entropy, lambda t, *x: t.nn.functional.binary_cross_entropy_with_logits(*t.broadcast_tensors(*x), reduction="none"), (REAL, INSIDE_ONE), TWO, exact=lambda z, t: max(z, 0) - z * t + mp.log1p(mp.exp(-abs(z)))),
    "cross_entropy_of_classes": Row(ag.softmax_cross_entropy, lambda t, x, y: -x.log_softmax(-1).gather(-1, y[..., None])[..., 0], (REAL, CLASS), [((5, 4), (5,)), ((4,), ()), ((2, 3, 4), (2, 3))]),
    "mean_cross_entropy": Row(lambda x, y: ag.softmax_cross_entropy(x, y, mean=True), lambda t, x, y: -x.log_softmax(-1).gather(-1, y[..., None]).mean(), (REAL, CLASS), [((5, 4), (5,)), ((4,), ()), ((2, 3, 4), (2, 3))]),
    "cross_entropy_of_probabilities": Row(ag.softmax_cross_entropy, lambda t, x, p: -(p * x.log_softmax(-1)).sum(-1), (REAL, POSITIVE), [((5, 4), (5, 4)), ((4,), (4,)), ((2, 3, 4), (2, 3, 4))]),
}  # fmt: skip


# Numbers without axes, axes of length 1 and nothing at all, where other cases are of cubes.
_REDUCED = [
    (((),), {"axis": None, "keepdims": False}), (((1,),), {"axis": 0, "keepdims": False}), (((5,),), {"axis": -1, "keepdims": True}),
    (((3, 1),), {"axis": 1, "keepdims": True}), (((0, 3),), {"axis": 1, "keepdims": False}), (((2, 0, 3),), {"axis": (0, 2), "keepdims": True}),
]  # fmt: skip
_ALONG_ONE = [(((1,),), {"axis": 0}), (((3, 1),), {"axis": 1}), (((0, 3),), {"axis": -1}), (((5,),), {"axis": 0})]


SMALL: dict[str, list[tuple[Any, dict[str, Any]]]] = {
    **dict.fromkeys(("sum", "mean", "max", "min", "norm", "logsumexp"), _REDUCED),
    **dict.fromkeys(("softmax", "log_softmax", "argsort", "cumsum"), _ALONG_ONE),
    **{key: [(((1, 1),) * 3, {"axis": 0}), (((0, 2),) * 3, {"axis": 1})] for key in ("concatenate", "stack")},
    "reshape": [(((),), {"shape": (1, 1)}), (((1,),), {"shape": ()}), (((0, 3),), {"shape": (3, 0)})],
    "transpose": [(((),), {"axes": None}), (((0, 3),), {"axes": (1, 0)}), (((1, 3),), {"axes": None})],
    "sum_to": [(((),), {"shape": ()}), (((0, 3),), {"shape": (3,)}), (((1, 1),), {"shape": (1,)})],
    **{key: [(((1, 1),), {"k": 0}), (((0, 3),), {"k": 0})] for key in ("tril", "triu")},
    **{key: [(((1, 1),), {}), (((0, 2, 2),), {})] for key in ("det", "logabsdet", "det_sign", "cholesky", "inv")},
    "solve": [(((1, 1), (1, 2)), {}), (((0, 2, 2), (0, 2, 1)), {}), (((2, 2), (2, 0)), {})],
}  # fmt: skip


# ---- the cases they make -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """One call of one primitive, with its inputs drawn."""

    name: str
    row: Row
    shapes: tuple[tuple[int, ...], ...]
    attrs: dict[str, Any]

    def __str__(self) -> str:
        shapes = "-".join("x".join(map(str, shape)) or "0d" for shape in self.shapes)
        attrs = ",".join(str(value).replace("\n", "") for value in self.attrs.values())
        return f"{self.name}[{shapes}]{attrs and f'({attrs})'}"

    def draw(self, seed: int = 0) -> list[Any]:
        """The inputs: arrays, the same for the same seed."""
        rng = np.random.default_rng([seed, *self.name.encode()])
        return [
            np.asarray(domain.draw(rng, shape)) for domain, shape in zip(self.row.domains, self.shapes, strict=True)
        ]

    def differentiable(self) -> list[int]:
        """Positions of the inputs that have gradients."""
        entry = BOOK[self.name]
        floats = [i for i, domain in enumerate(self.row.domains) if domain.kind not in ("bool", "int")]
        return floats if entry.pull is not None else [i for i in floats if entry.vjps[i] is not None]

    def nodes(self, arrays: list[Any], **options: Any) -> list[Any]:
        """The inputs with those that have gradients as Tensors."""
        wanted = self.differentiable()
        return [ag.Tensor(a, requires_grad=True, **options) if i in wanted else a for i, a in enumerate(arrays)]

    def __call__(self, *inputs: Any) -> Any:
        return self.row.ours(*inputs, **self.attrs)


def cases(*, differentiable: bool | None = None) -> Iterator[Case]:
    """Every case of the table, or of the primitives of one kind."""
    for name, row in ROWS.items():
        if differentiable is not None and BOOK[name].differentiable is not differentiable:
            continue
        made = zip(row.shapes, row.attrs, strict=True) if name == "einsum" else product(row.shapes, row.attrs)
        first, *others = made
        for shapes, attrs in (first, *SMALL.get(name, []), *others):
            yield Case(name, row, shapes, attrs)
