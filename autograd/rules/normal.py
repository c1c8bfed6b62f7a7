"""The normal distribution's functions, for floats and for arrays, to the last digits out to where they underflow.

W. J. Cody, "Algorithm 715: SPECFUN", ACM TOMS 19, 1993 (ANORM): rational functions, and exp(−x²/2) as a product, since
half a unit in the last place of x² is hundreds of units of its exponential.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.rules.blocks import in_blocks
from autograd.rules.forwards import where

ROOT_2PI = 2.5066282746310005024
MIDDLE, FAR = 0.67448975, 5.656854248
# Beyond, all is 0 or 1.
LARGEST = 39.0

_A = (
    0.065682337918207449113,
    2.2352520354606839287,
    161.02823106855587881,
    1067.6894854603709582,
    18154.981253343561249,
)
_B = (1.0, 47.20258190468824187, 976.09855173777669322, 10260.932208618978205, 45507.789335026729956)
_C = (
    1.0765576773720192317e-8, 0.39894151208813466764, 8.8831497943883759412, 93.506656132177855979, 597.27027639480026226,
    2494.5375852903726711, 6848.1904505362823326, 11602.651437647350124, 9842.7148383839780218,
)  # fmt: skip
_D = (
    1.0, 22.266688044328115691, 235.38790178262499861, 1519.377599407554805, 6485.558298266760755, 18615.571640885098091,
    34900.952721145977266, 38912.003286093271411, 19685.429676859990727,
)  # fmt: skip
_P = (
    0.02307344176494017303, 0.21589853405795699, 0.1274011611602473639, 0.022235277870649807, 0.001421619193227893466,
    2.9112874951168792e-5,
)  # fmt: skip
_Q = (
    1.0,
    1.28426009614491121,
    0.468238212480865118,
    0.0659881378689285515,
    0.00378239633202758244,
    7.29751555083966205e-5,
)


# For single precision, Φ(−s) eˢˢᐟ² (s + 3.5) as a polynomial of (s − 3.5) / (s + 3.5): least relative error by Lawson's
# iteration, 8e-9, to values of 40 digits for s up to 15, beyond which Φ(−s) is 0.
_SHIFT, _LARGEST_SINGLE = 3.5, 15.0
_SINGLE = (
    0.000108693796, 0.000418324375, -0.000495038973, -0.00317282969, 0.00649372623, 0.0174058217, -0.116053175,
    0.315425091, -0.565561739, 0.744416074,
)  # fmt: skip


def _polynomial(x: Any, coefficients: Sequence[float]) -> Any:
    y = coefficients[0] * x + coefficients[1]
    for c in coefficients[2:]:  # in place: it is not x's memory
        y *= x
        y += c
    return y


def _middle(x: Any) -> Any:
    square = x * x
    return 0.5 + x * (_polynomial(square, _A) / _polynomial(square, _B))


def _side(size: Any) -> Any:
    return _polynomial(size, _C) / _polynomial(size, _D)


def _tail(size: Any) -> Any:
    square = 1 / (size * size)
    return (1 / ROOT_2PI - square * (_polynomial(square, _P) / _polynomial(square, _Q))) / size


@in_blocks
def normal_pdf(x: Any) -> Any:
    """exp(−x²/2) / √2π."""
    return _bell(np.abs(x)) / ROOT_2PI


def _bell(size: Any) -> Any:
    size = np.minimum(size, LARGEST)
    rough = np.trunc(size * 16)
    rough *= 0.0625
    rest = rough - size
    rest *= rough + size
    rest *= 0.5
    rough *= rough
    rough *= -0.5
    return np.exp(rough) * np.exp(rest)


@in_blocks
def normal_cdf(x: Any) -> Any:
    """Φ(x)."""
    x = np.asarray(x)
    if x.dtype == np.float16:  # the polynomials below go beyond its largest number
        return _single(x.astype(np.float32)).astype(np.float16)
    if x.dtype == np.float32:
        return _single(x)
    size = np.minimum(np.abs(x), LARGEST)
    side, far = _side(np.minimum(size, FAR)), size > FAR
    y = _bell(size) * (np.where(far, _tail(np.maximum(size, 1)), side) if far.any() else side)
    y = where(x > 0, 1 - y, y)
    return where(size > MIDDLE, y, _middle(np.clip(x, -MIDDLE, MIDDLE)))[()]


def _single(x: Any) -> Any:
    size = np.minimum(np.abs(x), _LARGEST_SINGLE)
    inverse = 1 / (size + _SHIFT)
    y = _bell(size) * (_polynomial((size - _SHIFT) * inverse, _SINGLE) * inverse)
    return np.abs(np.greater(x, 0) - y)


@in_blocks
def gelu(x: Any) -> Any:
    """x Φ(x)."""
    return np.maximum(x, -LARGEST) * normal_cdf(x)


def bell_of_float(size: float) -> float:
    """exp(−x²/2)."""
    size = LARGEST if size > LARGEST else size
    rough = math.trunc(size * 16) / 16 if size == size else size
    return math.exp(-rough * rough * 0.5) * math.exp((rough - size) * (rough + size) * 0.5)


def normal_pdf_of_float(x: float) -> float:
    """exp(−x²/2) / √2π."""
    return bell_of_float(abs(x)) / ROOT_2PI


def normal_cdf_of_float(x: float) -> float:
    """Φ(x)."""
    size = LARGEST if abs(x) > LARGEST else abs(x)
    y: float = _middle(x)
    if size <= MIDDLE:
        return y
    y = bell_of_float(size) * (_tail(size) if size > FAR else _side(size))
    return 1.0 - y if x > 0 else y


def gelu_of_float(x: float) -> float:
    """x Φ(x)."""
    return (x if x >= -LARGEST or x != x else -LARGEST) * normal_cdf_of_float(x)


def normal_pdf_of_single(x: float) -> float:
    """exp(−x²/2) / √2π, for results of 32 bits; a number beside an x of 32 makes 64 of it."""
    size = _LARGEST_SINGLE if abs(x) > _LARGEST_SINGLE else abs(x)
    return math.exp(-0.5 * size * size) * (1 / ROOT_2PI)


def normal_cdf_of_single(x: float) -> float:
    """Φ(x), for results of 32 bits; a number beside an x of 32 makes 64 of it."""
    size = _LARGEST_SINGLE if abs(x) > _LARGEST_SINGLE else abs(x)
    inverse = 1.0 / (size + _SHIFT)
    y: float = math.exp(-0.5 * size * size) * (_polynomial((size - _SHIFT) * inverse, _SINGLE) * inverse)
    return 1.0 - y if x > 0 else y


def gelu_of_single(x: float) -> float:
    """x Φ(x), for results of 32 bits; a number beside an x of 32 makes 64 of it."""
    return (x if x >= -LARGEST or x != x else -LARGEST) * normal_cdf_of_single(x)
