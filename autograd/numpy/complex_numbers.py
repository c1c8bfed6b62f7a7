"""Complex numbers: their parts, and what these functions are of real ones."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.numpy.arguments import differentiable, kept_whole, plain
from autograd.rules import arithmetic, complex
from autograd.rules.shapes import is_complex


@differentiable("real")
def real(val: Any) -> Any:
    """The real parts; of real numbers, these themselves."""
    return complex.real(val) if is_complex(val) else +val


@differentiable("imag")
def imag(val: Any) -> Any:
    """The imaginary parts; 0, of real numbers."""
    return complex.imag(val) if is_complex(val) else kept_whole(val * 0.0, val)


@differentiable("conj", "conjugate")
def conj(x: Any) -> Any:
    """The conjugates; real numbers are their own."""
    return complex.conj(x) if is_complex(x) else +x


@differentiable("angle")
def angle(z: Any, deg: bool = False) -> Any:
    """The angle of a complex number; 0 of a positive number, π of a negative one."""
    half = 180.0 if deg else math.pi
    if is_complex(z):
        return complex.angle(z) * (half / math.pi)
    return arithmetic.where(arithmetic.less(z, 0), half, z * 0.0)


@differentiable("real_if_close")
def real_if_close(a: Any, tol: float = 100) -> Any:
    """The real parts, where no imaginary part is more than rounding."""
    return real(a) if is_complex(a) and np.isrealobj(np.real_if_close(plain(a), tol)) else +a


def conjugated(x: Any) -> Any:
    """The conjugates; real numbers as they are."""
    return complex.conj(x) if is_complex(x) else x


def squared_size(x: Any) -> Any:
    """|x|²."""
    return real(x * complex.conj(x)) if is_complex(x) else arithmetic.square(x)
