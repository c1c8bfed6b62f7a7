"""Forwards that are more than one call: what the entries of the book compute on arrays, and on floats."""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable, Iterable
from functools import partial, reduce
from typing import Any

import numpy as np
from numpy import ndarray

from autograd.rules.blocks import in_blocks
from autograd.rules.exponentials import LN_2
from autograd.rules.float_errors import FloatErrors
from autograd.rules.outer import LEAST, are_outer, outer_products
from autograd.rules.shapes import Axis, count, summed_axes
from autograd.rules.threads import ALONE, FEW

LARGEST = 1.7976931348623157e308
SMALLEST_INVERTIBLE = 2.0**-1024  # 1/x is finite above
ALL_WHOLE = 2.0**52  # from here on floats have no places after the point
BITS: dict[Any, Any] = {np.dtype(np.float32): np.int32, np.dtype(np.float64): np.int64}
SHORT = 4  # entries of a row that are added up one by one
FORESEEN, SAMPLED = 1024, 8192  # entries of which a choice from 0 and another, or from two others, is quick by branches

_WITHOUT_OVERFLOW = FloatErrors(over="ignore")


def where(condition: Any, a: Any, b: Any) -> Any:
    """a where the condition holds, else b.

    NumPy's takes a branch for each entry, and ten times as long where a processor cannot foresee them. Bits times truths
    are the same numbers to the bit, be they infinite or no numbers.
    """
    if condition.__class__ is not ndarray or condition.size < FORESEEN or condition.dtype.kind != "b":
        return np.where(condition, a, b)
    dtype = _of_bits(a, b, condition.shape)
    if dtype is None:
        return np.where(condition, a, b)
    whole = BITS[dtype]
    if b.__class__ is float:
        return np.multiply(a.view(whole), condition).view(dtype)
    if a.__class__ is float:
        return np.multiply(b.view(whole), ~condition).view(dtype)
    if not _changes_often(condition):
        return np.where(condition, a, b)
    found = np.multiply(b.view(whole), ~condition)
    found |= np.multiply(a.view(whole), condition)
    return found.view(dtype)


def _of_bits(a: Any, b: Any, shape: tuple[int, ...]) -> Any:
    """The dtype of floats of one shape, or beside a 0; else None."""
    dtype = None
    for x in (a, b):
        if x.__class__ is ndarray and x.dtype in BITS and x.shape == shape and dtype in (None, x.dtype):
            dtype = x.dtype
        elif x.__class__ is not float or x != 0 or math.copysign(1, x) < 0:
            return None
    return dtype


def _changes_often(condition: Any) -> bool:
    """Whether neighbours differ, by a look at some: branches that are seldom taken are quicker than two products."""
    if condition.size < SAMPLED or not condition.flags.c_contiguous:
        return False
    some = condition.reshape(-1)[condition.size // 2 :][:512]
    return bool(np.count_nonzero(some[1:] != some[:-1]) > 64)


def negated(size: Any) -> Any:
    """−|x|, of |x|; of whole numbers as floats, since those without a sign begin again at the largest."""
    return -1.0 * size if size.dtype.kind in "biu" else -size


@in_blocks
def sigmoid(x: Any) -> Any:
    """1 / (1 + e⁻ˣ)."""
    # e^−|x| never overflows, and each side keeps its relative accuracy in its tail. A numerator of 1 where x ≥ 0 is the
    # larger of e^−|x| and that truth: a choice entry by entry takes several times as long where signs change often.
    decay = np.exp(negated(np.abs(x)))
    return np.maximum(decay, np.greater_equal(x, 0)) / (1 + decay)


@in_blocks
def softplus(x: Any) -> Any:
    """ln(1 + eˣ)."""
    return np.maximum(x, 0) + np.log1p(np.exp(negated(np.abs(x))))


@in_blocks
def elu(x: Any, alpha: float) -> Any:
    """x for x > 0, α (eˣ − 1) otherwise."""
    return where(np.greater(x, 0), x, alpha * np.expm1(np.minimum(x, 0)))


def sigmoid_of_float(x: float) -> float:
    """1 / (1 + e⁻ˣ)."""
    decay = math.exp(-abs(x))
    return (1.0 if x >= 0 else decay) / (1.0 + decay)


@in_blocks
def silu(x: Any) -> Any:
    """x / (1 + e⁻ˣ)."""
    half = np.exp(np.abs(x) * -0.5)  # x e^½ˣ e^½ˣ keeps its places where eˣ has lost them
    factor = np.maximum(half, np.greater_equal(x, 0))  # 1 where x ≥ 0, as for `sigmoid`
    return np.maximum(x, -1e30) * factor * factor / (1 + half * half)


def silu_of_float(x: float) -> float:
    """x / (1 + e⁻ˣ)."""
    half = math.exp(abs(x) * -0.5)
    return (x if x >= 0 or x != x else max(x, -1e30) * half * half) / (1.0 + half * half)


def sech_squared(x: Any) -> Any:
    """1 / cosh² x."""
    y = _WITHOUT_OVERFLOW.run(np.cosh, x)  # 1/∞ is right
    if not y.ndim:
        return 1 / y / y
    return np.square(np.reciprocal(y, y), y)


def sech_squared_of_float(x: float) -> float:
    """1 / cosh² x."""
    y = math.cosh(x)
    return 1.0 / y / y


def logaddexp_of_floats(a: float, b: float) -> float:
    """ln(eᵃ + eᵇ)."""
    if a == b:  # and inf − inf is no number
        return a + LN_2
    return (a if a > b or a != a else b) + math.log1p(math.exp(-abs(a - b)))


def power(a: Any, b: Any) -> Any:
    """aᵇ, as C has it: for a single exponent of ½ NumPy takes a square root, which differs at −∞ and −0."""
    y = a**b
    single = isinstance(b, float | ndarray | np.generic) and getattr(b, "size", 1) == 1  # and not pandas' series
    if single and b == 0.5 and np.any(low := np.less_equal(a, 0)):
        return np.where(low, np.where(np.equal(a, -np.inf), np.abs(a), y + 0.0), y)
    return y


def lowered_power(a: Any, b: Any) -> Any:
    """aᵇ⁻¹; 0 where b is 0 and 1/a is not finite."""
    if (b.__class__ is float or b.__class__ is int) and b != 0:
        return power(a, b - 1)
    with np.errstate(all="ignore"):
        return np.where(np.equal(b, 0) & ~np.isfinite(np.divide(1, a)), 0, power(a, b - 1))[()]


def lowered_power_of_floats(a: float, b: float) -> float:
    """As `lowered_power`."""
    if b == 0.0 and not abs(a) > SMALLEST_INVERTIBLE:
        return 0.0
    return math.pow(a, b - 1.0)


def direction(a: Any, b: Any) -> Any:
    """a / b, and 0 where b is 0."""
    with np.errstate(all="ignore"):
        return np.where(np.equal(b, 0), 0, np.divide(a, b))[()]


def cbrt_of_float(x: float) -> float:
    """∛x: a power, and one step of Newton's for its last digits."""
    if x == 0.0 or x - x != 0.0:
        return x
    size = abs(x)
    y: float = size ** (1.0 / 3.0)
    y -= (y - size / (y * y)) / 3.0
    return y if x > 0 else -y


def floor_of_float(x: float) -> float:
    """The whole number at or below x, as a float: `math.floor` gives an int, and takes no infinity."""
    return math.copysign(1.0 * math.floor(x), x) if abs(x) < ALL_WHOLE else x


def ceil_of_float(x: float) -> float:
    """The whole number at or above x."""
    return math.copysign(1.0 * math.ceil(x), x) if abs(x) < ALL_WHOLE else x


def trunc_of_float(x: float) -> float:
    """x without what follows the point."""
    return math.copysign(1.0 * math.trunc(x), x) if abs(x) < ALL_WHOLE else x


def rint_of_float(x: float) -> float:
    """The nearest whole number, the even one of two, by rounding to it in a sum."""
    return math.copysign((abs(x) + ALL_WHOLE) - ALL_WHOLE, x) if abs(x) < ALL_WHOLE else x


def fmod_of_floats(a: float, b: float) -> float:
    """What a leaves when divided by b, with a's sign."""
    return math.copysign(abs(a) % abs(b), a)


def floor_divide_of_floats(a: float, b: float) -> float:
    """⌊a / b⌋."""
    rest = math.copysign(abs(a) % abs(b), a)
    lower = 1.0 if rest != 0.0 and (rest < 0.0) != (b < 0.0) else 0.0
    whole = (a - rest) / b - lower  # next to a whole number, which the sum then rounds to
    whole = (whole + ALL_WHOLE) - ALL_WHOLE if abs(whole) < 0.5 * ALL_WHOLE else whole
    return a / b if b == 0.0 else whole if whole != 0.0 else math.copysign(0.0, a / b)


# start + x₁ + x₂ + …, from left to right, as programs add: from 3.12 on, Python's own keeps what rounding loses.
sum_of_floats: Callable[[Iterable[float], float], float] = (
    sum if sys.version_info < (3, 12) else partial(reduce, operator.add)
)
sum_: Any = np.add.reduce  # what np.sum calls, at half its price for a few numbers


def mean(x: Any, axis: Axis, keepdims: bool) -> Any:
    """The mean over axes."""
    if getattr(x, "dtype", None) in _SUMMED_AS_THEY_ARE:  # what np.mean does, but for its detours
        return sum_(x, axis, keepdims=keepdims) / (x.size if axis is None else count(x, axis))
    return np.mean(x, axis=axis, keepdims=keepdims)


_SUMMED_AS_THEY_ARE = frozenset((np.dtype(np.float32), np.dtype(np.float64)))


def broadcast_to(x: Any, shape: tuple[int, ...]) -> Any:
    """As ``np.broadcast_to``."""
    if getattr(x, "shape", ()):
        return np.broadcast_to(x, shape)
    number = np.asarray(x)
    same = np.ndarray(shape, number.dtype, number, 0, (0,) * len(shape))  # the same, sooner
    same.setflags(write=False)
    return same


def has_short_rows(full: tuple[int, ...], axes: tuple[int, ...], dtype: Any) -> bool:
    """Whether to add up the columns of a large array: NumPy begins anew for each row, which takes 15 times as long."""
    return full[-1] <= SHORT and len(full) - 1 in axes and dtype in BITS and math.prod(full) > SAMPLED


def sum_to(x: Any, shape: tuple[int, ...]) -> Any:
    """The sum over the axes along which ``shape`` was broadcast."""
    full: tuple[int, ...] = getattr(x, "shape", ())
    leading = len(full) - len(shape)
    if full[leading:] == shape:
        return x if not leading else np.add.reduce(x, 0 if leading == 1 else tuple(range(leading)))
    axes = summed_axes(full, shape)
    if has_short_rows(full, axes, x.dtype):
        x, axes = reduce(np.add, (x[..., i] for i in range(full[-1]))), axes[:-1]
    y = np.add.reduce(x, axes) if axes else x
    return y if y.shape == shape else np.reshape(y, shape)


def logsumexp(x: Any, axis: Axis, keepdims: bool) -> Any:
    """ln Σ exp xᵢ."""
    top = largest(x, axis)
    total = top + log_of_total(x - top, axis)
    return total if keepdims else np.squeeze(total, axis)


def log_softmax(x: Any, axis: Axis) -> Any:
    """(xᵢ − max x) − ln Σ exp(xⱼ − max x): large numbers are subtracted from each other, not from a rounded sum."""
    shifted = x - largest(x, axis)
    return shifted - log_of_total(shifted, axis)


def largest(x: Any, axis: Axis) -> Any:
    """The largest entry, which keeps exponentials at or below one; 0 where it is infinite, and no number to subtract."""
    if x.__class__ is ndarray and x.ndim == 2 and axis in (1, -1) and x.shape[1] and len(x) > 16:
        top = x[np.arange(len(x)), x.argmax(1)][:, None]  # a third of the time where rows are many and short
    else:
        top = np.maximum.reduce(x, axis, keepdims=True)
    if (
        top.__class__ is ndarray and top.dtype.kind in "biu"
    ):  # differences of whole numbers of a few bits begin again at the other end
        return top.astype(np.float64)
    return top if are_finite(top) else np.where(np.isfinite(top), top, 0)


def are_finite(x: Any) -> bool:
    """Whether all numbers are finite, by one look at their squares; False also where one of these is not."""
    return getattr(x, "dtype", "O") != "O" and math.isfinite(np.vdot(x, x).real)


def log_of_total(shifted: Any, axis: Axis) -> Any:
    """ln Σ exp xᵢ where the largest xᵢ is 0: ln(1 + the others), which may be next to nothing."""
    tops = np.equal(shifted, 0)
    others = np.add.reduce(np.where(tops, 0, np.exp(shifted)), axis, keepdims=True)
    return np.log1p(others + (np.add.reduce(tops, axis, others.dtype, keepdims=True) - 1))


def norm(x: Any, axis: Axis, keepdims: bool) -> Any:
    """√Σ xᵢ², without overflow on the way."""
    x = np.abs(x)
    top = np.maximum.reduce(x, axis, keepdims=True, initial=0)
    scale = np.ldexp(top.dtype.type(1), np.frexp(top)[1] - 1)  # a power of two, which rounds nothing
    y = scale * np.sqrt(sum_(np.square(x / scale), axis, keepdims=True))
    return y if keepdims else np.squeeze(y, axis)


def softmax(x: Any, axis: Axis) -> Any:
    """exp xᵢ / Σ exp xⱼ."""
    grown = np.exp(x - largest(x, axis))
    grown /= np.add.reduce(grown, axis, keepdims=True)
    return grown


def logsumexp_of_floats(*xs: float) -> float:
    """ln Σ exp xᵢ of floats."""
    top = max(xs)
    if math.isinf(top):  # and inf − inf is no number
        return top if all(x == x for x in xs) else math.nan
    total = math.fsum(math.exp(x - top) for x in xs)
    if total > 1.5:
        return top + math.log(total)
    return top + math.log1p(math.fsum((-1.0, *(math.exp(x - top) for x in xs))))  # ln(1 + next to nothing), to the bit


def peak(a: Any, b: Any) -> Any:
    """The larger of a and b; the largest number of the type for infinity, which cannot be subtracted from itself."""
    y = np.maximum(a, b)
    return np.minimum(y, np.finfo(y.dtype).max)


def peak_of_floats(a: float, b: float) -> float:
    """As `peak`."""
    y = a if a >= b or a != a else b
    return y if y != y else min(y, LARGEST)


def share(a: Any, b: Any) -> Any:
    """exp(a − b); a sum of exponentials that is 0, b = −∞, has terms of 0."""
    return np.exp(a - np.where(np.equal(b, -np.inf), np.zeros_like(b), b))


def share_of_floats(a: float, b: float) -> float:
    """As `share`."""
    return math.exp(a - (0.0 if b == -math.inf else b))


def product(a: Any, b: Any) -> Any:
    """A B; one of medium size in pieces, so that BLAS does not share it among threads (see `FEW`)."""
    if a.__class__ is ndarray and b.__class__ is ndarray and (size := a.size * b.size) > LEAST:
        if a.ndim > 2:
            if a.shape[-1] == 1 and are_outer(a, b):
                return outer_products(a, b)
        elif size > ALONE and a.ndim == b.ndim == 2:
            return _product_of_many(a, b)
    return np.matmul(a, b)


def _product_of_many(a: Any, b: Any) -> Any:
    (rows, inner), columns = a.shape, b.shape[1]
    if ALONE < rows * b.size < FEW and a.dtype is b.dtype and a.dtype in BITS and inner == len(b):
        found = y = np.empty((rows, columns), a.dtype)
        if columns > rows and b.strides[0] < b.strides[1]:  # BLAS goes back and forth in a B that is turned
            a, b, y = b.T, a.T, y.T
        if b.size <= ALONE:
            # A few rows at a time, as a stack of matrices, which is as quick as all at once.
            step = -(-len(a) // -(-len(a) // (ALONE // b.size)))  # pieces as long as each other
            even = len(a) // step * step
            np.matmul(a[:even].reshape(-1, step, inner), b, out=y[:even].reshape(-1, step, b.shape[1]))
            if even < len(a):
                np.matmul(a[even:], b, out=y[even:])
            return found
    return np.matmul(a, b)


def linear(x: Any, W: Any, b: Any) -> Any:
    """X W + b."""
    y = product(x, W)
    if getattr(b, "dtype", ...) == y.dtype or y.dtype == np.result_type(y, b):
        y += b
        return y
    return y + b
