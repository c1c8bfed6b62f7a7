"""What NumPy has in `numpy.fft`: transforms along one axis, two, or several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.errors import DTypeError
from autograd.numpy.arguments import differentiable
from autograd.numpy.complex_numbers import conj
from autograd.numpy.shapes import concatenate
from autograd.rules import fourier
from autograd.rules.shapes import axis_of, is_complex, rank, shape

LAST_TWO = (-2, -1)


def _fitted(x: Any, length: int | None, axis: int) -> Any:
    """Cut, or filled up with zeros, to a length along an axis."""
    axis = axis_of(axis, x)
    if length is None or length == shape(x)[axis]:
        return x
    if length < 1:
        raise ValueError(f"a Fourier transform of {length} numbers: at least one is needed")
    full = list(shape(x))
    if length < full[axis]:
        return x[(*(slice(None),) * axis, slice(length))]
    full[axis] = length - full[axis]
    return concatenate([x, np.zeros(full, x.dtype)], axis)


def _axes(x: Any, s: Sequence[int] | None, axes: Sequence[int] | None) -> tuple[int, ...]:
    """The axes that are meant: all of them, or as many of the last as there are lengths."""
    if axes is None:
        axes = range(rank(x)) if s is None else range(-len(s), 0)
    if s is not None and len(s) != len(axes):
        raise ValueError(f"a Fourier transform of {len(s)} lengths, s={tuple(s)}, along {len(axes)} axes")
    found = tuple(axis_of(axis, x) for axis in axes)
    if len({*found}) < len(found):
        raise ValueError(f"a Fourier transform on nodes along axes={tuple(axes)}: each once; call it again for an axis")
    return found


def _of_several(x: Any, s: Sequence[int] | None, axes: Sequence[int] | None) -> tuple[Any, tuple[int, ...]]:
    axes = _axes(x, s, axes)
    for length, axis in zip(s or (), axes, strict=bool(s)):
        x = _fitted(x, None if length == -1 else length, axis)
    return x, axes


def _real(name: str, x: Any) -> Any:
    if is_complex(x):
        raise DTypeError(f"np.fft.{name} of complex numbers: it is for real ones; use np.fft.{name[1:]}")
    return x


@differentiable("fft.fft")
def fft(a: Any, n: int | None = None, axis: int = -1, norm: Any = None) -> Any:
    """Along one axis."""
    return fourier.fft(_fitted(a, n, axis), axes=(axis_of(axis, a),), norm=norm)


@differentiable("fft.ifft")
def ifft(a: Any, n: int | None = None, axis: int = -1, norm: Any = None) -> Any:
    """Its inverse."""
    return fourier.ifft(_fitted(a, n, axis), axes=(axis_of(axis, a),), norm=norm)


@differentiable("fft.fftn")
def fftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """Along several axes, or all."""
    x, axes = _of_several(a, s, axes)
    return fourier.fft(x, axes=axes, norm=norm)


@differentiable("fft.ifftn")
def ifftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """Its inverse."""
    x, axes = _of_several(a, s, axes)
    return fourier.ifft(x, axes=axes, norm=norm)


@differentiable("fft.rfft")
def rfft(a: Any, n: int | None = None, axis: int = -1, norm: Any = None) -> Any:
    """Of real numbers, along one axis: the first half, of which the rest is the conjugate."""
    return fourier.rfft(_fitted(_real("rfft", a), n, axis), axis=axis_of(axis, a), norm=norm)


@differentiable("fft.irfft")
def irfft(a: Any, n: int | None = None, axis: int = -1, norm: Any = None) -> Any:
    """The n real numbers (2 (m − 1) by default, for m given ones) that have this half for their transform."""
    n = 2 * (shape(a)[axis_of(axis, a)] - 1) if n is None else n
    return fourier.irfft(_fitted(a, n // 2 + 1, axis), n=n, axis=axis_of(axis, a), norm=norm)


@differentiable("fft.rfftn")
def rfftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """Of real numbers, along several axes, or all: halved along the last."""
    x, axes = _of_several(_real("rfftn", a), s, axes)
    y = fourier.rfft(x, axis=axes[-1], norm=norm)
    return fourier.fft(y, axes=axes[:-1], norm=norm) if len(axes) > 1 else y


@differentiable("fft.irfftn")
def irfftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """Its inverse."""
    axes = _axes(a, s, axes)
    m = shape(a)[axes[-1]]
    n = 2 * (m - 1) if s is None else m if s[-1] == -1 else s[-1]
    x = ifftn(a, None if s is None else s[:-1], axes[:-1], norm) if len(axes) > 1 else a
    return irfft(x, n, axes[-1], norm)


def _of_two(of_several: Callable[..., Any]) -> Callable[..., Any]:
    def of_two(a: Any, s: Any = None, axes: Any = LAST_TWO, norm: Any = None) -> Any:
        return of_several(a, s, axes, norm)

    return of_two


differentiable("fft.fft2")(_of_two(fftn))
differentiable("fft.ifft2")(_of_two(ifftn))
differentiable("fft.rfft2")(_of_two(rfftn))
differentiable("fft.irfft2")(_of_two(irfftn))


@differentiable("fft.hfft")
def hfft(a: Any, n: int | None = None, axis: int = -1, norm: Any = None) -> Any:
    """The real transform of numbers whose other half is the conjugate of the one given."""
    return irfft(conj(a), n, axis, fourier.OPPOSITE[norm])


@differentiable("fft.ihfft")
def ihfft(a: Any, n: int | None = None, axis: int = -1, norm: Any = None) -> Any:
    """Its inverse."""
    return conj(rfft(a, n, axis, fourier.OPPOSITE[norm]))
