"""Quantiles, and counts of what lies where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.errors import DTypeError
from autograd.graph.node import Node
from autograd.kinds import Axis
from autograd.numpy.arguments import array_of, cast, differentiable, dtype_of, has_node, plain
from autograd.numpy.joining import linspace
from autograd.numpy.moving import sort, take
from autograd.numpy.reductions import max, min, sum
from autograd.numpy.shapes import ravel, reshape, transpose
from autograd.numpy.statistics import gathered_axes
from autograd.rules import arithmetic, selection, shaping
from autograd.rules.shapes import is_complex, kept_shape, rank, shape

# ---- order statistics ----------------------------------------------------------------------------------------------

# Where among n sorted entries the quantile q lies: R. Hyndman and Y. Fan, "Sample Quantiles in Statistical Packages",
# 1996, definitions 4 to 9, by their α and β; and NumPy's ways to take a whole position.
_ALPHA_BETA = {
    "linear": (1.0, 1.0), "interpolated_inverted_cdf": (0.0, 1.0), "hazen": (0.5, 0.5), "weibull": (0.0, 0.0),
    "median_unbiased": (1 / 3, 1 / 3), "normal_unbiased": (3 / 8, 3 / 8),
}  # fmt: skip
_WHOLE: dict[str, Callable[[Any], Any]] = {
    "lower": arithmetic.floor,
    "higher": arithmetic.ceil,
    "nearest": arithmetic.rint,
    "midpoint": lambda x: 0.5 * (arithmetic.floor(x) + arithmetic.ceil(x)),
}


def _positions(q: Any, number: Any, method: str) -> Any:
    """Positions, counted from 0, of quantiles among sorted entries; fractions lie between two."""
    if method in _WHOLE:
        return _WHOLE[method](q * (number - 1))
    if method not in _ALPHA_BETA:
        raise ValueError(f"np.quantile on nodes with method={method!r}: use {', '.join([*_ALPHA_BETA, *_WHOLE])}")
    alpha, beta = _ALPHA_BETA[method]
    at = number * q + (alpha + q * (1 - alpha - beta)) - 1
    return arithmetic.minimum(arithmetic.maximum(at, 0.0), arithmetic.maximum(number - 1, 0.0))


@differentiable("quantile")
def quantile(a: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False) -> Any:
    """What a share of q of the entries lies below; between two entries, a mixture of both."""
    q, x = _shares(q), sort(gathered_axes(a, axis))
    if not shape(x)[-1]:  # the quantile of nothing
        return _quantiles_first(sum(x, -1) * np.full(shape(q) + (1,) * (rank(x) - 1), np.nan), a, 0, axis, keepdims)
    at = _positions(q, shape(x)[-1], method)
    low, high = (shaping.astype(place(at), dtype=np.dtype(int)) for place in (arithmetic.floor, arithmetic.ceil))
    part = cast(at - low, dtype_of(x))
    y = _spoilt(_between(take(x, low, -1), take(x, high, -1), part), x, rank(q))
    return _quantiles_first(y, a, rank(q), axis, keepdims)


def _shares(q: Any, whole: float = 1) -> Any:
    """What quantiles are asked for, as parts of one."""
    q = array_of(q) if isinstance(array_of(q), Node) else np.asarray(array_of(q), float)
    if not (isinstance(q, Node) and q.traced) and not np.all((plain(q) >= 0) & (plain(q) <= whole)):
        raise ValueError(f"{'quantiles' if whole == 1 else 'percentiles'} must be from 0 to {whole}, got {plain(q)}")
    return q if whole == 1 else q / whole


def _between(first: Any, second: Any, part: Any) -> Any:
    # At an entry it is that entry alone: the next may be infinite.
    return arithmetic.where(arithmetic.greater(part, 0), first * (1 - part) + second * part, first)


def _spoilt(y: Any, x: Any, quantiles: int) -> Any:
    # NaN, which is sorted to the end, spoils all.
    last = x[..., -1]
    last = reshape(last, (*shape(last), *(1,) * quantiles))
    return arithmetic.where(arithmetic.isnan(last), last, y)


def _quantiles_first(y: Any, a: Any, quantiles: int, axis: Axis, keepdims: bool) -> Any:
    """NumPy's order of axes: those of q, then those of what was reduced."""
    rest = rank(y) - quantiles
    y = transpose(y, (*range(rest, rank(y)), *range(rest)))
    return reshape(y, (*shape(y)[:quantiles], *kept_shape(shape(a), axis))) if keepdims else y


@differentiable("percentile")
def percentile(a: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False) -> Any:
    """As `quantile`, in hundredths."""
    return quantile(a, _shares(q, 100), axis, method, keepdims)


@differentiable("median")
def median(a: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The middle entry, or the mean of the two in the middle."""
    return quantile(a, 0.5, axis, keepdims=keepdims)


# ---- the same where NaN stands for nothing ---------------------------------------------------------------------------


@differentiable("nanquantile")
def nanquantile(a: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False) -> Any:
    """As `quantile`, of what is a number."""
    q, x = _shares(q), sort(gathered_axes(a, axis))
    if not shape(x)[-1]:
        return quantile(a, q, axis, method, keepdims)
    number = sum(shaping.astype(arithmetic.logical_not(arithmetic.isnan(x)), dtype=np.dtype(float)), -1, True)
    at = _positions(reshape(q, (-1,)), number, method)
    low = arithmetic.floor(at)
    part = shaping.astype(at - low, dtype=dtype_of(x))
    first, second = (
        selection.take_along_axis(x, shaping.astype(place, dtype=np.dtype(int)), axis=-1)
        for place in (low, arithmetic.ceil(at))
    )
    y = reshape(_between(first, second, part), (*shape(x)[:-1], *shape(q)))
    return _quantiles_first(y, a, rank(q), axis, keepdims)


@differentiable("nanpercentile")
def nanpercentile(a: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False) -> Any:
    """As `nanquantile`, in hundredths."""
    return nanquantile(a, _shares(q, 100), axis, method, keepdims)


@differentiable("nanmedian")
def nanmedian(a: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The median of what is a number."""
    return nanquantile(a, 0.5, axis, keepdims=keepdims)


# ---- counts ----------------------------------------------------------------------------------------------------------


@differentiable("bincount")
def bincount(x: Any, weights: Any = None, minlength: int = 0) -> Any:
    """The sum of the weights of each whole number."""
    counts = np.bincount(plain(x), None if weights is None else np.zeros(shape(weights)), minlength)
    if weights is None:
        return counts
    return shaping.scatter(weights, shape=counts.shape, index=(np.asarray(plain(x), int),))


@differentiable("unique")
def unique(
    ar: Any,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    equal_nan: bool = True,
) -> Any:
    """The entries without repetitions, each from where it stands first."""
    numpys: Any = np.unique  # whose overloads know literal truths alone
    x = plain(ar, "np.unique")
    _, first, *others = numpys(x, True, return_inverse, return_counts, axis, equal_nan=equal_nan)
    values = take(ravel(ar), first) if axis is None else take(ar, first, axis)
    found = (values, *([first] if return_index else []), *others)
    return found if len(found) > 1 else values


@differentiable("histogram_bin_edges")
def histogram_bin_edges(a: Any, bins: Any = 10, range: Any = None, weights: Any = None) -> Any:
    """Where bins begin and end: at the least entry and the largest, which may move, unless a range is given."""
    bins = array_of(bins)
    if np.ndim(plain(bins)) == 1:
        return bins
    numbers = plain(a, "np.histogram")
    edges = _edges(numbers, bins, range, weights)
    if not has_node((a, range)) or not (numbers.size or range):
        return edges
    low, high = (min(a), max(a)) if range is None else range
    if is_complex(low) or is_complex(high):
        raise DTypeError("np.histogram has no bins from one complex number to another: take np.real or np.abs of them")
    apart = 0.5 if plain(low) == plain(high) else 0.0
    return linspace(low - apart, high + apart, len(edges)) if has_node((low, high)) else edges


def _edges(numbers: Any, bins: Any, range: Any, weights: Any) -> Any:
    # By NumPy, which asks weights for their shape alone.
    return np.histogram_bin_edges(
        numbers, plain(bins), plain(range), None if weights is None else np.zeros(shape(weights))
    )


@differentiable("histogram")
def histogram(a: Any, bins: Any = 10, range: Any = None, density: bool | None = None, weights: Any = None) -> Any:
    """How many entries, or what weights, lie in each bin, and the bins: numbers of entries are flat."""
    edges = histogram_bin_edges(a, bins, range, weights)
    ends = _edges(plain(a), bins, range, weights)  # NumPy's to the last bit
    places = np.ravel(np.searchsorted(ends, plain(a), "right") - 1)
    places[np.ravel(plain(a)) == ends[-1]] -= 1  # the last bin has both of its ends
    inside = np.flatnonzero((places >= 0) & (places < len(edges) - 1))
    counts = bincount(places[inside], None if weights is None else take(ravel(weights), inside), len(edges) - 1)
    if not density:
        return counts, edges
    return counts / (edges[1:] - edges[:-1]) / sum(counts), edges
