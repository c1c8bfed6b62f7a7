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
from autograd.numpy.shapes import broadcast_to, ravel, reshape, transpose
from autograd.numpy.statistics import along, gathered_axes, in_double
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


def _after_a_tie(at: Any, tied: Any) -> Any:
    below = arithmetic.floor(at)
    return arithmetic.where(arithmetic.equal(at, below), tied(below), below + 1)


# The same, definitions 1 to 3, by what is taken where a position is whole; else it is the next.
_STEPS: dict[str, Callable[[Any, Any], Any]] = {
    "inverted_cdf": lambda q, n: arithmetic.ceil(n * q - 1),
    "averaged_inverted_cdf": lambda q, n: _after_a_tie(n * q - 1, lambda at: at + 0.5),
    "closest_observation": lambda q, n: _after_a_tie(
        n * q - 1.5, lambda at: arithmetic.where(arithmetic.equal(at % 2, 1), at, at + 1)
    ),
}


def _positions(q: Any, number: Any, method: str) -> Any:
    """Positions, counted from 0, of quantiles among sorted entries; fractions lie between two."""
    if method in _WHOLE:
        return _WHOLE[method](q * (number - 1))
    if method in _STEPS:
        at = _STEPS[method](q, number)
    elif method in _ALPHA_BETA:
        alpha, beta = _ALPHA_BETA[method]
        at = number * q + (alpha + q * (1 - alpha - beta)) - 1
    else:
        ways = ", ".join([*_ALPHA_BETA, *_STEPS, *_WHOLE])
        raise ValueError(f"np.quantile on nodes with method={method!r}: use {ways}")
    return arithmetic.minimum(arithmetic.maximum(at, 0.0), arithmetic.maximum(number - 1, 0.0))


@differentiable("quantile")
def quantile(
    a: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False, weights: Any = None
) -> Any:
    """What a share of q of the entries, or of their weights, lies below; between two entries, a mixture of both."""
    if weights is not None:
        return _by_weights("np.quantile", a, q, axis, method, keepdims, weights)
    dtype = _type_between(a, q)
    q, x = _shares(q), sort(gathered_axes(a, axis))
    if not shape(x)[-1]:  # the quantile of nothing
        return _quantiles_first(sum(x, -1) * np.full(shape(q) + (1,) * (rank(x) - 1), np.nan), a, 0, axis, keepdims)
    at = _positions(q, shape(x)[-1], method)
    low, high = (shaping.astype(place(at), dtype=np.dtype(int)) for place in (arithmetic.floor, arithmetic.ceil))
    part = cast(at - low, dtype_of(x) if method in _ENTRIES else dtype)
    y = _spoilt(_between(take(x, low, -1), take(x, high, -1), part), x, rank(q))
    return _quantiles_first(y, a, rank(q), axis, keepdims)


# What takes entries as they are.
_ENTRIES = frozenset({"lower", "higher", "nearest", "inverted_cdf", "closest_observation"})


def _type_between(a: Any, q: Any) -> np.dtype[Any]:
    """The type of a mixture of entries: theirs, unless shares stand in an array of a wider type."""
    return dtype_of(a) if isinstance(q, int | float) else np.result_type(dtype_of(a), dtype_of(q))


def _by_weights(
    name: str, a: Any, q: Any, axis: Axis, method: str, keepdims: bool, weights: Any, nan: bool = False
) -> Any:
    """The first entry, in ascending order, at which the weights so far are a share of q of all."""
    if method != "inverted_cdf":
        raise ValueError(f"{name} with weights= takes only method='inverted_cdf', not {method!r}")
    weights = broadcast_to(along(name, array_of(weights), a, axis), shape(a))
    q, x, weights = _shares(q), gathered_axes(a, axis), gathered_axes(weights, axis)
    order = selection.argsort(x, axis=-1)
    x, weights = (selection.take_along_axis(each, order, axis=-1) for each in (x, cast(weights, np.float64)))
    weights = arithmetic.where(arithmetic.isnan(x), 0.0, weights) if nan else weights
    reached = selection.cumsum(weights, axis=-1)
    reached = reshape(reached / reached[..., -1:], (*shape(x), 1))
    below = shaping.astype(arithmetic.less(reached, reshape(q, (-1,))), dtype=np.dtype(int))
    number = (
        shape(x)[-1] - sum(shaping.astype(arithmetic.isnan(x), dtype=np.dtype(int)), -1, True) if nan else shape(x)[-1]
    )
    places = arithmetic.maximum(arithmetic.minimum(sum(below, -2), number - 1), 0)
    y = reshape(selection.take_along_axis(x, places, axis=-1), (*shape(x)[:-1], *shape(q)))
    return _quantiles_first(y if nan else _spoilt(y, x, rank(q)), a, rank(q), axis, keepdims)


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
def percentile(
    a: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False, weights: Any = None
) -> Any:
    """As `quantile`, in hundredths."""
    return quantile(a, _hundredths(q), axis, method, keepdims, weights)


def _hundredths(q: Any) -> Any:
    share = _shares(q, 100)
    return float(share) if isinstance(q, int | float) else share


@differentiable("median")
def median(a: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The middle entry, or the mean of the two in the middle."""
    return quantile(a, 0.5, axis, keepdims=keepdims)


# ---- the same where NaN stands for nothing ---------------------------------------------------------------------------


@differentiable("nanquantile")
def nanquantile(
    a: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False, weights: Any = None
) -> Any:
    """As `quantile`, of what is a number."""
    if weights is not None:
        return _by_weights("np.nanquantile", a, q, axis, method, keepdims, weights, nan=True)
    dtype = _type_between(a, q)
    q, x = _shares(q), sort(gathered_axes(a, axis))
    if not shape(x)[-1]:
        return quantile(a, q, axis, method, keepdims)
    number = sum(shaping.astype(arithmetic.logical_not(arithmetic.isnan(x)), dtype=np.dtype(float)), -1, True)
    at = _positions(reshape(q, (-1,)), number, method)
    low = arithmetic.floor(at)
    part = shaping.astype(at - low, dtype=dtype_of(x) if method in _ENTRIES else dtype)
    first, second = (
        selection.take_along_axis(x, shaping.astype(place, dtype=np.dtype(int)), axis=-1)
        for place in (low, arithmetic.ceil(at))
    )
    y = reshape(_between(first, second, part), (*shape(x)[:-1], *shape(q)))
    return _quantiles_first(y, a, rank(q), axis, keepdims)


@differentiable("nanpercentile")
def nanpercentile(
    a: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False, weights: Any = None
) -> Any:
    """As `nanquantile`, in hundredths."""
    return nanquantile(a, _hundredths(q), axis, method, keepdims, weights)


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
    return shaping.scatter(in_double(weights), shape=counts.shape, index=(np.asarray(plain(x), int),))


@differentiable("unique")
def unique(
    ar: Any,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    equal_nan: bool = True,
    sorted: bool = True,  # noqa: ARG001 - they always are, which is in no order that matters, too
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
    counts = counts if weights is None else cast(counts, dtype_of(weights))
    if not density:
        return counts, edges
    return counts / (edges[1:] - edges[:-1]) / sum(counts), edges
