"""``scipy.signal``: convolutions and filters, differentiable to any order; every other name is SciPy's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import signal as _signal

import autograd.numpy as anp
from autograd.graph.node import Node
from autograd.numpy.shapes import swapaxes
from autograd.rules.primitive import Primitive
from autograd.rules.shapes import shape
from autograd.scipy.filters import detrend, filtfilt, lfilter, savgol_filter, sosfiltfilt

__all__ = [
    "convolve",
    "correlate",
    "detrend",
    "fftconvolve",
    "filtfilt",
    "lfilter",
    "oaconvolve",
    "savgol_filter",
    "sosfiltfilt",
]

Axes = Sequence[Sequence[int]]


class Correlation(Primitive):
    """Σ over d and k of a[i, d, k] b[j, d, c + k]: shapes (I, D, *K), (J, D, *L) → (I, J, *(L − K + 1))."""

    def __reduce__(self) -> str:
        return self.name


def _on_arrays(a: Any, b: Any) -> Any:
    kernel = a.shape[2:]
    windows = sliding_window_view(b, kernel, axis=tuple(range(2, b.ndim)))  # (J, D, *out, *K)
    along = len(kernel)
    summed = [1, *range(2, 2 + along)], [1, *range(2 + along, 2 + 2 * along)]
    return np.tensordot(a, windows, summed)


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


def convolve(A: Any, B: Any, axes: Axes | None = None, dot_axes: Axes = ((), ()), mode: str = "full") -> Any:
    """Σₖ A[k] B[c − k]: the convolution, over all axes or some, of two arrays.

    Args:
        A: An array.
        B: Another.
        axes: The axes of A, and those of B, to convolve along; all of them by default.
        dot_axes: The axes of A, and those of B, to multiply and add up along.
        mode: ``"full"``; ``"valid"``, where one array lies within the other; or ``"same"``, the middle, of A's size.

    Returns:
        An array with A's other axes, then B's, then those of the convolution.

    Raises:
        ValueError: There is no such mode; or ``"valid"``, and neither lies within the other.

    Example:
        >>> convolve(np.array([1.0, 2.0]), np.array([1.0, 10.0, 100.0]))
        array([  1.,  12., 120., 200.])
    """
    if mode not in ("full", "valid", "same"):
        raise ValueError(f'mode={mode!r}: expected "full", "valid" or "same"')
    A, B = (x if hasattr(x, "shape") else np.asarray(x, float) for x in (A, B))
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


def correlate(in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Any:
    """Σₖ in1[k + c] in2*[k]: the correlation over all axes."""
    if not isinstance(in1, Node) and not isinstance(in2, Node):
        return _signal.correlate(in1, in2, mode, method)
    in2 = in2 if hasattr(in2, "shape") else np.asarray(in2, float)
    return convolve(in1, anp.conj(in2)[(slice(None, None, -1),) * len(shape(in2))], mode=mode)


def fftconvolve(in1: Any, in2: Any, mode: str = "full", axes: Any = None) -> Any:
    """As `convolve` over all axes; of nodes by sums of products."""
    if not isinstance(in1, Node) and not isinstance(in2, Node):
        return _signal.fftconvolve(in1, in2, mode, axes)
    if axes is not None:
        raise TypeError("scipy.signal.fftconvolve on nodes is over all axes: autograd.scipy.signal.convolve has axes=")
    return convolve(in1, in2, mode=mode)


def oaconvolve(in1: Any, in2: Any, mode: str = "full", axes: Any = None) -> Any:
    """As `fftconvolve`."""
    if not isinstance(in1, Node) and not isinstance(in2, Node):
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
