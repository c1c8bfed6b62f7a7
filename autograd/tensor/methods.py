"""What makes a `Tensor` feel like an ndarray: products, parts, shapes and reductions as methods."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import Any, Never, Self

import numpy as np

from autograd.arguments import explained
from autograd.elsewhere import catching
from autograd.errors import DTypeError
from autograd.graph.node import NO_ATTRS, Node
from autograd.graph.operators import ForeignOperandError
from autograd.graph.outside import CUT, look_at
from autograd.kinds import DTypeLike
from autograd.numpy import shapes
from autograd.numpy.protocols import apply_function
from autograd.rules import products, reductions, shaping
from autograd.rules.shapes import Axis, is_complex
from autograd.tensor.exchange import Exchange
from autograd.tensor.numpy_methods import NumpyMethods

# Whether a slice's ends, by their kinds, are none of an array's, which may change.
_has_fixed_ends = frozenset({int, type(None)}).issuperset


@cache
def _functions() -> Any:
    """Those that few methods need, imported when one is first called."""
    return import_module("autograd.numpy.functions")


class ArrayMethods(NumpyMethods, Exchange):
    """NumPy's methods; each is a primitive, or a function put together from some."""

    __slots__ = ()

    _raw: Any

    # ---- what it holds ---------------------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis."""
        shape: tuple[int, ...] = self._raw.shape
        return shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The kind of number."""
        dtype: np.dtype[Any] = self._raw.dtype
        return dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        count: int = self._raw.ndim
        return count

    @property
    def size(self) -> int:
        """The number of entries."""
        count: int = self._raw.size
        return count

    @property
    def nbytes(self) -> int:
        """The bytes that the entries take."""
        return self.size * self.itemsize

    @property
    def itemsize(self) -> int:
        """The bytes that an entry takes."""
        return self.dtype.itemsize

    @property
    def real(self) -> Self:
        """The real parts; a real Tensor itself."""
        return self._call(np.real, self) if is_complex(self) else self

    @property
    def imag(self) -> Self:
        """The imaginary parts, 0 of real numbers."""
        return self._call(np.imag, self) if is_complex(self) else self * 0.0

    @property
    def flat(self) -> Self:
        """The entries one after the other, as a vector."""
        return self.ravel()

    def item(self, *place: Any) -> float:
        """The one entry, or that at a place, as a Python number."""
        number: float = self._raw.item(*place)
        return number

    def tolist(self) -> Any:
        """The entries as nested lists of Python numbers."""
        return self._raw.tolist()

    # ---- operators --------------------------------------------------------------------------------------------------

    def _operate(self, function: Any, a: Any, b: Any) -> Self:
        tensor: Any = self
        try:
            result: Self = tensor._apply(function, (a, b), NO_ATTRS)  # as the function would, sooner
        except ForeignOperandError:
            return NotImplemented  # type: ignore[no-any-return]
        return result

    # ---- products, parts and shapes ---------------------------------------------------------------------------------

    def __matmul__(self, other: Any) -> Self:
        return self._operate(products.matmul, self, other)

    def __rmatmul__(self, other: Any) -> Self:
        return self._operate(products.matmul, other, self)

    def dot(self, other: Any) -> Self:
        """As ``np.dot``."""
        return self._call(_functions().dot, self, other)

    def __getitem__(self, index: Any) -> Self:
        kind = index.__class__
        if kind is int or (kind is slice and _has_fixed_ends(map(type, (index.start, index.stop, index.step)))):
            # As mostly, and nothing to copy.
            tensor: Any = self
            part: Self = tensor._apply(shaping.getitem, (self,), {"index": index})
            return part
        nodes = [x for x in (index if index.__class__ is tuple else (index,)) if isinstance(x, Node)]
        if any(x.traced for x in nodes):
            from autograd.numpy.indexing import gathered

            return self._call(gathered, self, index if index.__class__ is tuple else (index,))
        part = self._call(shaping.getitem, self, index=plain_index(index))
        for x in nodes:
            if x.attrs is CUT:
                look_at("an index that was computed", part)
        return part

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of a Tensor without axes")
        return self.shape[0]

    def __iter__(self) -> Iterator[Self]:
        return (self[i] for i in range(len(self)))

    @property
    def T(self) -> Self:
        """The axes in reverse order."""
        return self.transpose()

    @property
    def mT(self) -> Self:
        """The last two axes exchanged."""
        return self._call(shapes.matrix_transpose, self)

    def __contains__(self, number: Any) -> bool:
        return bool((self == number).any())

    def __and__(self, other: Any) -> Self:
        return self._call(np.bitwise_and, self, other)

    def __or__(self, other: Any) -> Self:
        return self._call(np.bitwise_or, self, other)

    def __xor__(self, other: Any) -> Self:
        return self._call(np.bitwise_xor, self, other)

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    def __invert__(self) -> Self:
        return self._call(np.invert, self)

    def reshape(self, *shape: int | tuple[int, ...], order: str = "C") -> Self:
        """The same entries in another shape; −1 stands for the length that fits."""
        full = shape[0] if len(shape) == 1 else shape
        return (
            self._call(shapes.reshape, self, full) if order == "C" else self._call(np.reshape, self, full, order=order)
        )

    def transpose(self, *axes: int | tuple[int, ...] | None) -> Self:
        """The axes in another order, reversed by default."""
        return self._call(shapes.transpose, self, axes[0] if len(axes) == 1 else axes or None)

    def swapaxes(self, first: int, second: int) -> Self:
        """Two axes exchanged."""
        return self._call(shapes.swapaxes, self, first, second)

    def squeeze(self, axis: Axis = None) -> Self:
        """Without axes of length one."""
        return self._call(shapes.squeeze, self, axis)

    def ravel(self, order: str = "C") -> Self:
        """All entries along one axis, rows first, or columns first for ``order="F"``."""
        return self.reshape(-1) if order == "C" else self._call(np.ravel, self, order=order)

    flatten = ravel

    def astype(self, dtype: DTypeLike, **how: Any) -> Self:  # noqa: ARG002 - NumPy's order and casting
        """The numbers in another floating-point type; the gradient comes back in this one.

        Raises:
            DTypeError: It requires a gradient, which whole numbers and truths have not.
        """
        if getattr(self, "requires_grad", False) and np.dtype(dtype).kind not in "fc":
            raise DTypeError(
                f"astype({np.dtype(dtype)}) of a Tensor that requires a gradient: that type has none; "
                "use t.data.astype(…) for the numbers alone"
            )
        return self._call(shaping.astype, self, dtype=np.dtype(dtype))

    # ---- reductions -------------------------------------------------------------------------------------------------

    @catching
    def sum(self, axis: Axis = None, keepdims: bool = False, **words: Never) -> Self:
        """Σ over one axis, several, or all."""
        if words:
            return self._with_words(np.sum, axis, keepdims, words)
        return self._call(reductions.sum_, self, axis=axis, keepdims=keepdims)

    @catching
    def mean(self, axis: Axis = None, keepdims: bool = False, **words: Never) -> Self:
        """The mean over one axis, several, or all."""
        if words:
            return self._with_words(np.mean, axis, keepdims, words)
        return self._call(reductions.mean, self, axis=axis, keepdims=keepdims)

    @catching
    def max(self, axis: Axis = None, keepdims: bool = False, **words: Never) -> Self:
        """The largest entry; entries that tie share its gradient equally."""
        if words:
            return self._with_words(np.max, axis, keepdims, words)
        return self._call(reductions.max_, self, axis=axis, keepdims=keepdims)

    @catching
    def min(self, axis: Axis = None, keepdims: bool = False, **words: Never) -> Self:
        """The smallest entry; entries that tie share its gradient equally."""
        if words:
            return self._with_words(np.min, axis, keepdims, words)
        return self._call(reductions.min_, self, axis=axis, keepdims=keepdims)

    def clip(self, low: Any = None, high: Any = None, **words: Any) -> Self:
        """x kept between ``low`` and ``high``; None leaves a side open."""
        if words:
            bounds = {name: bound for name, bound in (("a_min", low), ("a_max", high)) if bound is not None}
            return self._call(apply_function, np.clip, (self,), bounds | words)
        return self._call(_functions().clip, self, low, high)

    def _with_words(self, function: Callable[..., Any], axis: Axis, keepdims: bool, words: dict[str, Any]) -> Self:
        return self._call(apply_function, function, (self,), {"axis": axis, "keepdims": keepdims, **words})

    @explained
    def argmax(self, axis: int | None = None, *, keepdims: bool = False) -> Any:
        """Where the largest entry is: plain integers, since positions have no derivative."""
        look_at(".argmax()", self)
        return self._raw.argmax(axis, keepdims=keepdims)

    @explained
    def argmin(self, axis: int | None = None, *, keepdims: bool = False) -> Any:
        """Where the smallest entry is: plain integers, since positions have no derivative."""
        look_at(".argmin()", self)
        return self._raw.argmin(axis, keepdims=keepdims)


for _method in (*vars(ArrayMethods).values(), *vars(Exchange).values()):
    if inspect.isfunction(_method):  # Python's words for a call that does not fit name the class that users know
        _method.__qualname__, _method.__module__ = f"Tensor.{_method.__name__}", f"{__package__}.tensor"


def plain_index(index: Any) -> Any:
    """An index whose Tensors, lists and arrays are copied, so that a later change of theirs is harmless."""
    if isinstance(index, tuple):
        return tuple(map(plain_index, index))
    if isinstance(index, slice):
        ends = (index.start, index.stop, index.step)
        if not _has_fixed_ends(map(type, ends)):
            index = slice(*(x.__index__() if isinstance(x, np.ndarray) else x for x in ends))
        return index
    if isinstance(index, Node) and index.kind == "array":
        return index._as_index()  # type: ignore[attr-defined]
    if isinstance(index, list) and not index:
        return np.array(index, dtype=np.intp)  # NumPy would make it an array of floats
    return np.array(index) if isinstance(index, np.ndarray | list) else index
