"""Elementwise functions that are composed of those of the book."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.numpy.arguments import cast, differentiable, dtype_of, kept_whole, plain
from autograd.rules import activations, arithmetic, complex, special
from autograd.rules.arithmetic import equal, greater, isnan, maximum, minimum, multiply, where
from autograd.rules.shapes import is_complex

LN_2 = math.log(2.0)


@differentiable("deg2rad", "radians")
def radians(x: Any) -> Any:
    """Degrees in radians."""
    return multiply(x, math.pi / 180)


@differentiable("rad2deg", "degrees")
def degrees(x: Any) -> Any:
    """Radians in degrees."""
    return multiply(x, 180 / math.pi)


@differentiable("positive")
def positive(x: Any) -> Any:
    """+x."""
    return +x


@differentiable("fabs")
def fabs(x: Any) -> Any:
    """|x|."""
    return arithmetic.absolute(x)


@differentiable("fmax")
def fmax(x1: Any, x2: Any) -> Any:
    """The larger of two, and the other where one is NaN."""
    return where(isnan(x2), x1, where(isnan(x1), x2, maximum(x1, x2)))


@differentiable("fmin")
def fmin(x1: Any, x2: Any) -> Any:
    """The smaller of two, and the other where one is NaN."""
    return where(isnan(x2), x1, where(isnan(x1), x2, minimum(x1, x2)))


def _in_type_of(ufunc: np.ufunc, y: Any, *inputs: Any) -> Any:
    """In the type that NumPy's function has of inputs of these types."""
    dtype = ufunc(*(np.ones(1, x.dtype) if hasattr(x, "dtype") else 1.0 for x in inputs)).dtype
    return y if getattr(y, "dtype", dtype) == dtype else cast(y, dtype)


@differentiable("copysign")
def copysign(x1: Any, x2: Any) -> Any:
    """|a| with the sign of b."""
    size = arithmetic.absolute(x1)
    return _in_type_of(np.copysign, where(arithmetic.signbit(x2), -size, size), x1, x2)


@differentiable("logaddexp2")
def logaddexp2(x1: Any, x2: Any) -> Any:
    """log₂(2ᵃ + 2ᵇ)."""
    return activations.logaddexp(x1 * LN_2, x2 * LN_2) / LN_2


@differentiable("float_power")
def float_power(x1: Any, x2: Any) -> Any:
    """a^b."""
    wide = [np.result_type(x.dtype, np.float64) if hasattr(x, "dtype") else None for x in (x1, x2)]
    return arithmetic.power(*(x if dtype is None else cast(x, dtype) for x, dtype in zip((x1, x2), wide, strict=True)))


@differentiable("ldexp")
def ldexp(x1: Any, x2: Any) -> Any:
    """a · 2ⁿ of a whole n."""
    return multiply(x1, np.ldexp(dtype_of(x1).type(1), plain(x2)))


@differentiable("heaviside")
def heaviside(x1: Any, x2: Any) -> Any:
    """0 below 0, 1 above, and b at 0."""
    step = cast(greater(x1, 0), dtype_of(x1))
    return _in_type_of(np.heaviside, where(equal(x1, 0), x2, where(isnan(x1), np.nan, step)), x1, x2)


@differentiable("divmod")
def divmod(x1: Any, x2: Any) -> tuple[Any, Any]:
    """The whole quotient and the remainder."""
    return arithmetic.floor_divide(x1, x2), arithmetic.remainder(x1, x2)


@differentiable("modf")
def modf(x: Any) -> tuple[Any, Any]:
    """What follows the point, and what stands before it."""
    whole = arithmetic.trunc(x)
    return where(arithmetic.isinf(x), 0.0, x - whole), whole


@differentiable("fix")
def fix(x: Any) -> Any:
    """Without what follows the point."""
    return arithmetic.trunc(x)


@differentiable("round", "around")
def round(a: Any, decimals: int = 0) -> Any:
    """To a number of places after the point: flat but where it jumps."""
    if decimals == 0:
        return kept_whole(arithmetic.rint(a), a)
    unit = 10.0 ** abs(decimals)
    return kept_whole(arithmetic.rint(a * unit) / unit if decimals > 0 else arithmetic.rint(a / unit) * unit, a)


@differentiable("nan_to_num")
def nan_to_num(x: Any, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Any:
    """With numbers for NaN and infinities, there without a derivative."""
    if is_complex(x):
        return nan_to_num(complex.real(x), nan, posinf, neginf) + 1j * nan_to_num(complex.imag(x), nan, posinf, neginf)
    limits = np.finfo(getattr(x, "dtype", float))
    y = where(isnan(x), nan, x)
    y = where(equal(x, np.inf), limits.max if posinf is None else posinf, y)
    return where(equal(x, -np.inf), limits.min if neginf is None else neginf, y)


@differentiable("sinc")
def sinc(x: Any) -> Any:
    """sin πx / πx, and 1 at 0."""
    return special.spherical_bessel(multiply(x, math.pi), order=0)


@differentiable("i0")
def i0(x: Any) -> Any:
    """I₀(x), the modified Bessel function."""
    return special.bessel_i(x, order=0)


# ---- of truths, such as comparisons give ---------------------------------------------------------------------------


def _checked(symbol: str, *truths: Any) -> tuple[Any, ...]:
    if any(np.result_type(getattr(x, "dtype", type(x))).kind != "b" for x in truths):
        raise TypeError(f"{symbol} of a Tensor needs booleans on both sides: compare first, (a > 0) & (b > 0)")
    return truths


differentiable("bitwise_and")(lambda x1, x2: arithmetic.logical_and(*_checked("&", x1, x2)))
differentiable("bitwise_or")(lambda x1, x2: arithmetic.logical_or(*_checked("|", x1, x2)))
differentiable("bitwise_xor")(lambda x1, x2: arithmetic.logical_xor(*_checked("^", x1, x2)))
differentiable("invert")(lambda x: arithmetic.logical_not(*_checked("~", x)))


@differentiable("piecewise")
def piecewise(x: Any, *args: Any, condlist: Any, funclist: Any, **kw: Any) -> Any:
    """Of each entry the function whose condition holds, or the one that is left over."""
    conditions = list(condlist) if isinstance(condlist, list | tuple) else [condlist]
    y = funclist[len(conditions)] if len(funclist) > len(conditions) else 0.0
    y = y(x, *args, **kw) if callable(y) else y + 0.0 * x
    for condition, function in zip(conditions, funclist, strict=False):
        value = function(x, *args, **kw) if callable(function) else function
        y = where(condition, value, y)
    return y
