"""``scipy.signal``: convolutions and filters, differentiable to any order; every other name is SciPy's own."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import signal as _signal
from scipy.fft import fftn, ifftn, irfftn, next_fast_len, rfftn

import autograd.numpy as anp
from autograd.numpy.arguments import array_of, has_node
from autograd.numpy.shapes import swapaxes
from autograd.rules.primitive import Primitive
from autograd.rules.shapes import axis_of, is_complex, rank, shape
from autograd.scipy.filters import (
    detrend,
    filtfilt,
    lfilter,
    lfilter_zi,
    savgol_filter,
    sosfilt,
    sosfilt_zi,
    sosfiltfilt,
)

__all__ = [
    "convolve",
    "convolve2d",
    "correlate",
    "correlate2d",
    "detrend",
    "fftconvolve",
    "filtfilt",
    "lfilter",
    "lfilter_zi",
    "oaconvolve",
    "savgol_filter",
    "sosfilt",
    "sosfilt_zi",
    "sosfiltfilt",
]

Axes = Sequence[Sequence[int]]


class Correlation(Primitive):
    """Σ over d and k of a[i, d, k] b[j, d, c + k]: shapes (I, D, *K), (J, D, *L) → (I, J, *(L − K + 1))."""

    def __reduce__(self) -> str:
        return self.name


# Up to so many places of the one within the other, products of arrays are added up; for more, Fourier's way is quicker.
FEW = 200


def _on_arrays(a: Any, b: Any) -> Any:
    kernel = a.shape[2:]
    valid = tuple(n - k + 1 for n, k in zip(b.shape[2:], kernel, strict=True))
    exact = np.result_type(a, b).kind in "biu"  # as sums of whole numbers are to be
    if min(math.prod(kernel), math.prod(valid)) > FEW and not exact:
        return _by_fourier(a, b, valid)
    y = np.zeros((a.shape[0], b.shape[0], *valid), np.result_type(a, b))
    if math.prod(kernel) <= math.prod(valid):
        for k in np.ndindex(kernel):
            y += _summed(a[(..., *k)], b[(..., *map(slice, k, map(operator.add, k, valid)))])
    else:
        for c in np.ndindex(valid):
            window = b[(..., *map(slice, c, map(operator.add, c, kernel)))]
            y[(..., *c)] = a.reshape(len(a), -1) @ window.reshape(len(b), -1).T
    return y


def _summed(a: Any, b: Any) -> Any:
    """Σ over d of a[i, d] b[j, d, …]."""
    if a.shape[1] == 1:
        return a.reshape(-1, *(1,) * (b.ndim - 1)) * b[:, 0]
    return np.tensordot(a, b, (1, 1))


def _by_fourier(a: Any, b: Any, valid: tuple[int, ...]) -> Any:
    """The same by the convolution theorem, with a turned round; as accurate as the largest of the sums."""
    axes = tuple(range(2, b.ndim))
    lengths = [
        next_fast_len(n, a.dtype.kind != "c" != b.dtype.kind) for n in b.shape[2:]
    ]  # what wraps round is cut off
    last = [slice(k - 1, k - 1 + r) for k, r in zip(a.shape[2:], valid, strict=True)]
    if a.dtype.kind == "c" or b.dtype.kind == "c":
        product = np.einsum("id...,jd...->ij...", fftn(_flipped(a), lengths, axes), fftn(b, lengths, axes))
        y = ifftn(product, lengths, axes)
    else:
        product = np.einsum("id...,jd...->ij...", rfftn(_flipped(a), lengths, axes), rfftn(b, lengths, axes))
        y = irfftn(product, lengths, axes)
    return y[(..., *last)].astype(np.result_type(a, b), copy=False)


def _for_kernel(g: Any, y: Any, a: Any, b: Any) -> Any:  # noqa: ARG001 - a rule's arguments
    return _correlate(g, swapaxes(b, 0, 1))


def _for_signal(g: Any, y: Any, a: Any, b: Any) -> Any:  # noqa: ARG001 - a rule's arguments
    around = [(length - 1, length - 1) for length in shape(a)[2:]]
    padded = anp.pad(swapaxes(g, 0, 1), [(0, 0), (0, 0), *around])
    return swapaxes(_correlate(swapaxes(_flipped(a), 0, 1), padded), 0, 1)


_correlate = Correlation("_correlate", _on_arrays, (_for_kernel, _for_signal), multilinear=True, doc="Σ a[k] b[c + k]")
_correlate.__qualname__, _correlate.__module__ = "_correlate", __name__


def _flipped(a: Any) -> Any:
    return a[(slice(None), slice(None), *[slice(None, None, -1)] * (len(shape(a)) - 2))]


def convolve(
    A: Any,
    B: Any,
    axes: Axes | str | None = None,
    dot_axes: Axes = ((), ()),
    mode: str = "full",
    method: str = "auto",  # noqa: ARG001
) -> Any:
    """Σₖ A[k] B[c − k]: the convolution, over all axes or some, of two arrays.

    SciPy's arguments are understood, too: ``convolve(A, B, "same")``, and ``method=``, which changes nothing.

    Args:
        A: An array.
        B: Another.
        axes: The axes of A, and those of B, to convolve along; all of them by default.
        dot_axes: The axes of A, and those of B, to multiply and add up along.
        mode: ``"full"``; ``"valid"``, where one array lies within the other; or ``"same"``, the middle, of A's size.
        method: SciPy's; it is chosen here.

    Returns:
        An array with A's other axes, then B's, then those of the convolution.

    Raises:
        ValueError: There is no such mode; or ``"valid"``, and neither lies within the other.

    Example:
        >>> convolve(np.array([1.0, 2.0]), np.array([1.0, 10.0, 100.0]))
        array([  1.,  12., 120., 200.])
    """
    if isinstance(axes, str):  # SciPy's third is the mode, and its fourth the method
        mode, axes, dot_axes = axes, None, ((), ())
    if mode not in ("full", "valid", "same"):
        raise ValueError(f'mode={mode!r}: expected "full", "valid" or "same"')
    A, B = map(_array, (A, B))
    if axes is None:
        axes = (range(len(A.shape)),) * 2
    (a, others_a), (b, others_b) = (
        _arranged(x, along, summed) for x, along, summed in zip((A, B), axes, dot_axes, strict=True)
    )
    lengths_a, lengths_b = shape(a)[2:], shape(b)[2:]
    swapped = mode == "same" or np.prod(lengths_a) > np.prod(lengths_b)
    if swapped:
        a, b, lengths_a, lengths_b = b, a, lengths_b, lengths_a
    if mode == "valid" and any(x > y for x, y in zip(lengths_a, lengths_b, strict=True)):
        raise ValueError(f'mode="valid": neither of {shape(A)} and {shape(B)} lies within the other')
    if mode == "full":
        b = anp.pad(b, [(0, 0), (0, 0), *((n - 1, n - 1) for n in lengths_a)])
    elif mode == "same":
        b = anp.pad(b, [(0, 0), (0, 0), *((n - 1 - (n - 1) // 2, (n - 1) // 2) for n in lengths_a)])
    found = _correlate(_flipped(a), b)
    if swapped:
        found = swapaxes(found, 0, 1)
    return anp.reshape(found, (*others_a, *others_b, *shape(found)[2:]))


def _array(x: Any) -> Any:
    """Of numbers; anything else NumPy says what it thinks of."""
    x = array_of(x)
    x = x if hasattr(x, "shape") else np.asarray(x)
    return x if x.dtype.kind in "biufc" else np.asarray(x, float)


def correlate(in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Any:
    """Σₖ in1[k + c] in2*[k]: the correlation over all axes."""
    if not has_node(in1) and not has_node(in2):
        return _signal.correlate(in1, in2, mode, method)
    in1, in2 = map(_array, (in1, in2))
    return convolve(in1, anp.conj(in2)[(slice(None, None, -1),) * len(shape(in2))], mode=mode)


def convolve2d(in1: Any, in2: Any, mode: str = "full", boundary: str = "fill", fillvalue: Any = 0) -> Any:
    """Σₖ in1[c − k] in2[k] of two matrices, the first continued by ``fillvalue``, or as its boundary says."""
    if not has_node(in1) and not has_node(in2):
        return _signal.convolve2d(in1, in2, mode, boundary, fillvalue)
    in1, in2 = map(_array, (in1, in2))
    return _of_matrices(in1, in2, mode, boundary, fillvalue, [(m - 1) // 2 for m in shape(in2)])


def correlate2d(in1: Any, in2: Any, mode: str = "full", boundary: str = "fill", fillvalue: Any = 0) -> Any:
    """Σₖ in1[c + k] in2*[k] of two matrices, as `convolve2d`."""
    if not has_node(in1) and not has_node(in2):
        return _signal.correlate2d(in1, in2, mode, boundary, fillvalue)
    in1, in2 = map(_array, (in1, in2))
    turned = anp.conj(in2)[(slice(None, None, -1),) * len(shape(in2))]
    return _of_matrices(in1, turned, mode, boundary, fillvalue, [m // 2 for m in shape(in2)])


def _of_matrices(a: Any, b: Any, mode: str, boundary: str, fillvalue: Any, middle: Sequence[int]) -> Any:
    if len(shape(a)) != 2 or len(shape(b)) != 2:
        raise ValueError(f"shapes {shape(a)} and {shape(b)}: two matrices are needed")
    how = {"fill": "constant", "wrap": "wrap", "symm": "symmetric"}
    if mode not in ("full", "same", "valid") or boundary not in how:
        raise ValueError(
            f'mode={mode!r}, boundary={boundary!r}: expected "full", "valid" or "same", and "fill", "wrap" or "symm"'
        )
    if mode == "valid":
        return convolve(a, b, mode=mode)
    filled = {"constant_values": fillvalue} if boundary == "fill" else {}
    y = convolve(anp.pad(a, [(m - 1, m - 1) for m in shape(b)], how[boundary], **filled), b, mode="valid")
    return y if mode == "full" else y[tuple(slice(start, start + n) for start, n in zip(middle, shape(a), strict=True))]


def fftconvolve(in1: Any, in2: Any, mode: str = "full", axes: Any = None) -> Any:
    """As `convolve`, over all axes or some; other axes are alike, or of one entry."""
    if not has_node(in1) and not has_node(in2):
        return _signal.fftconvolve(in1, in2, mode, axes)
    in1, in2 = map(_array, (in1, in2))
    if axes is None:
        return convolve(in1, in2, mode=mode)
    return _along(in1, in2, mode, [axis_of(axis, in1) for axis in ((axes,) if hasattr(axes, "__index__") else axes)])


def _along(a: Any, b: Any, mode: str, axes: list[int]) -> Any:
    """By Fourier's way along some axes, for each entry of the others, which are alike or of one entry."""
    if rank(a) != rank(b):
        raise ValueError(f"scipy.signal.fftconvolve along axes of shapes {shape(a)} and {shape(b)}: as many axes")
    if mode not in ("full", "valid", "same"):
        raise ValueError(f'mode={mode!r}: expected "full", "valid" or "same"')
    if mode == "valid" and not all(shape(a)[i] >= shape(b)[i] for i in axes):
        a, b = b, a
        if not all(shape(a)[i] >= shape(b)[i] for i in axes):
            raise ValueError(f'mode="valid": neither of {shape(a)} and {shape(b)} lies within the other')
    real = not (is_complex(a) or is_complex(b))
    lengths = [next_fast_len(shape(a)[i] + shape(b)[i] - 1, real) for i in axes]
    forth, back = (anp.fft.rfftn, anp.fft.irfftn) if real else (anp.fft.fftn, anp.fft.ifftn)
    y, kept = back(forth(a, lengths, axes) * forth(b, lengths, axes), lengths, axes), [slice(None)] * rank(a)
    for i in axes:
        m, n = shape(a)[i], shape(b)[i]
        kept[i] = {"full": slice(m + n - 1), "same": slice((n - 1) // 2, (n - 1) // 2 + m), "valid": slice(n - 1, m)}[
            mode
        ]
    return y[tuple(kept)]


def oaconvolve(in1: Any, in2: Any, mode: str = "full", axes: Any = None) -> Any:
    """As `fftconvolve`."""
    if not has_node(in1) and not has_node(in2):
        return _signal.oaconvolve(in1, in2, mode, axes)
    return fftconvolve(in1, in2, mode, axes)


def _arranged(x: Any, along: Sequence[int], summed: Sequence[int]) -> tuple[Any, tuple[int, ...]]:
    """(others, summed, *along), with the lengths of the others."""
    others = [i for i in range(len(x.shape)) if i not in (*along, *summed)]
    lengths = tuple(x.shape[i] for i in others)
    ordered = anp.transpose(x, (*others, *summed, *along))
    total = int(np.prod([x.shape[i] for i in summed], dtype=int))
    return anp.reshape(ordered, (int(np.prod(lengths, dtype=int)), total, *(x.shape[i] for i in along))), lengths


def __getattr__(name: str) -> Any:
    return getattr(_signal, name)
