"""``scipy.fft``, differentiable: Fourier's transforms, those of cosines and sines, and Hankel's; all are linear.

Fourier's are `autograd.numpy.fft`'s, with SciPy's arguments; every other name is SciPy's own.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
from scipy import fft as _fft

import autograd.numpy as anp
from autograd.graph.node import Node
from autograd.numpy import fourier
from autograd.numpy.complex_numbers import conj
from autograd.rules.fourier import OPPOSITE
from autograd.rules.primitive import Primitive
from autograd.rules.ready import Vjp
from autograd.rules.shapes import axis_of, is_complex, rank, shape
from autograd.scipy.calls import WAYS, in_place_of

fftshift, ifftshift = anp.fft.fftshift, anp.fft.ifftshift


class Transform(Primitive):
    """A linear map along an axis, which stands in no book; pickled by reference."""

    def __reduce__(self) -> str:
        return self.__name__


def _transform(name: str, array: Callable[..., Any], vjp: Vjp, **details: Any) -> Transform:
    entry = Transform(name, array, (vjp,), linear=True, doc=f"y = scipy.fft.{name}(x), along an axis", **details)
    entry.__name__ = entry.__qualname__ = f"_{name}"
    entry.__module__ = __name__
    return entry


# ---- the maps ------------------------------------------------------------------------------------------------------

# The type of the inverse, and of the transpose.
_INVERSE = {1: 1, 2: 3, 3: 2, 4: 4}


def _trigonometric(name: str, ends: dict[int, list[int]]) -> Transform:
    """Of cosines or sines; ``ends`` says for each type which terms count once, where the others count twice."""
    scipys = getattr(_fft, name)

    def transposed(g: Any, y: Any, x: Any, type: int, axis: int, norm: Any, orthogonalize: bool) -> Any:  # noqa: ARG001
        """That of the inverse's type, but for what counts once: in sums by columns there, by rows here."""
        once = np.ones((shape(x)[axis], *(1,) * (rank(x) - 1 - axis_of(axis, x))), np.float32)
        once[[] if orthogonalize else ends.get(type, [])] = 0.5
        g = g / once if type in (1, 2) else g
        g = entry(g, type=_INVERSE[type], axis=axis, norm=norm, orthogonalize=orthogonalize)
        return g * once if type in (1, 3) else g

    entry = _transform(name, lambda x, type, axis, **how: scipys(x, type, None, axis, **how), transposed)
    return entry


_dct = _trigonometric("dct", {1: [0, -1], 2: [0], 3: [0]})
_dst = _trigonometric("dst", {2: [-1], 3: [-1]})


def _hankel(name: str) -> Transform:
    """Of functions at logarithmic steps, where entry (i, j) of the matrix depends on i + j: it is symmetric."""
    scipys = getattr(_fft, name)

    def itself(g: Any, y: Any, x: Any, dln: float, mu: float, offset: float, bias: float) -> Any:  # noqa: ARG001
        return entry(g, dln=dln, mu=mu, offset=offset, bias=bias)

    entry = _transform(name, lambda x, **kernel: scipys(x, **kernel), itself, symmetric=True)
    return entry


_fht, _ifht = _hankel("fht"), _hankel("ifht")

# ---- SciPy's names -------------------------------------------------------------------------------------------------


def _along_one(entry: Transform, inverse: bool) -> Callable[..., Any]:
    several = _along_several(entry, inverse)
    return lambda x, type=2, n=None, axis=-1, **how: several(x, type, None if n is None else (n,), (axis,), **how)


def _along_several(entry: Transform, inverse: bool) -> Callable[..., Any]:
    def transform(
        x: Any, type: int = 2, s: Any = None, axes: Any = None, norm: Any = None, orthogonalize: bool | None = None
    ) -> Any:
        x, axes = fourier._of_several(x, s, axes)
        of_norm = orthogonalize is None or is_complex(x)  # SciPy does not hand it on to the parts of complex numbers
        orthogonal = norm == "ortho" if of_norm else bool(orthogonalize)
        if inverse:
            type, norm = _INVERSE.get(type, type), OPPOSITE.get(norm, norm)
        for axis in axes:
            x = entry(x, type=type, axis=axis, norm=norm, orthogonalize=orthogonal)
        return x

    return transform


def _hfftn(x: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    return fourier.irfftn(conj(x), s, axes, OPPOSITE[norm])


def _ihfftn(x: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    return conj(fourier.rfftn(x, s, axes, OPPOSITE[norm]))


_OF_NODES: dict[str, Callable[..., Any]] = {
    **{name: getattr(fourier, name) for name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")},
    **{name: getattr(fourier, name) for name in ("fftn", "ifftn", "rfftn", "irfftn")},
    **{f"{name}2": getattr(fourier, f"{name}n") for name in ("fft", "ifft", "rfft", "irfft")},
    "hfftn": _hfftn,
    "hfft2": _hfftn,
    "ihfftn": _ihfftn,
    "ihfft2": _ihfftn,
    **{f"{i}{entry.name}": _along_one(entry, bool(i)) for entry in (_dct, _dst) for i in ("", "i")},
    **{f"{i}{entry.name}n": _along_several(entry, bool(i)) for entry in (_dct, _dst) for i in ("", "i")},
    "fht": lambda x, dln, mu, offset=0.0, bias=0.0: _fht(x, dln=dln, mu=mu, offset=offset, bias=bias),
    "ifht": lambda x, dln, mu, offset=0.0, bias=0.0: _ifht(x, dln=dln, mu=mu, offset=offset, bias=bias),
}


def _named(name: str, of_nodes: Callable[..., Any]) -> Callable[..., Any]:
    """A function of SciPy's name and arguments."""
    scipys = getattr(_fft, name)
    first, *others = (word for word in inspect.signature(scipys).parameters if word not in {*WAYS, "plan"})

    @wraps(scipys)
    def transform(**given: Any) -> Any:
        x = given.pop(first)
        for word in {"s", "axes"} & given.keys():
            if hasattr(given[word], "__index__"):
                given[word] = (given[word],)
        return of_nodes(x if isinstance(x, Node) else anp.array(x), **given)

    found = in_place_of(scipys, (*others,), takes=(first, *others), plan="no SciPy has made use of it yet")(transform)
    found.__module__, found.__qualname__ = __name__, name  # where a pickle finds it
    return found


__all__ = ["fftshift", "ifftshift", *_OF_NODES]
globals().update({name: _named(name, of_nodes) for name, of_nodes in _OF_NODES.items()})


def __getattr__(name: str) -> Any:
    return getattr(_fft, name)
