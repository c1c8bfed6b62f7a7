"""What type checkers are told: a function gives back the kind that it was given, a float, an array, a Value, a Tensor.

Nothing here does anything when a program runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Concatenate, Literal, ParamSpec, Protocol, TypeAlias, TypeVar, cast, overload

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray
else:  # these take long to import; at run time they are there for `typing.get_type_hints`
    import numpy as np

    ArrayLike, DTypeLike, NDArray = Any, Any, np.ndarray

__all__ = [
    "ArrayLike",
    "Axis",
    "DTypeLike",
    "HasGradient",
    "Joining",
    "N",
    "NDArray",
    "Normalised",
    "Recording",
    "Reduction",
    "SameKind",
    "joining",
    "normalised",
    "reduction",
    "same_kind",
]

Axis: TypeAlias = int | tuple[int, ...] | None
Array: TypeAlias = NDArray[Any]

N = TypeVar("N")
N_co = TypeVar("N_co", covariant=True)
P = ParamSpec("P")


class Recording(Protocol[N_co]):
    """A node, and what operations on it give: a Value for a Value, a Tensor for a Tensor or what derives from it."""

    @staticmethod
    def _apply(rule: Any, inputs: Any, attrs: Any, /) -> N_co: ...


class HasGradient(Protocol[N_co]):
    """A node, and the kind of its gradient: a float for a Value, a Tensor for a Tensor."""

    @property
    def grad(self) -> N_co | None:
        """The gradient, once there is one."""


class SameKind(Protocol[P]):
    """A function that gives back the kind of its first argument."""

    @overload
    def __call__(self, x: Recording[N], /, *args: P.args, **kwargs: P.kwargs) -> N: ...
    @overload
    def __call__(self, x: ArrayLike, /, *args: P.args, **kwargs: P.kwargs) -> Array: ...


def same_kind(function: Callable[Concatenate[Any, P], Any]) -> SameKind[P]:
    """Mark a function as one that gives back the kind of its first argument."""
    return cast("SameKind[P]", function)


class Reduction(Protocol):
    """A function that makes one entry of many, along axes or all; of a list of Values, one Value."""

    @overload
    def __call__(self, x: Recording[N], axis: Axis = None, keepdims: bool = False) -> N: ...
    @overload
    def __call__(self, x: ArrayLike, axis: None = None, keepdims: Literal[False] = False) -> float: ...
    @overload
    def __call__(self, x: ArrayLike, axis: Axis = None, keepdims: bool = False) -> Array: ...
    @overload
    def __call__(self, x: Iterable[Recording[N]], axis: Axis = None, keepdims: bool = False) -> N: ...
    @overload
    def __call__(self, x: Iterable[Any], axis: Axis = None, keepdims: bool = False) -> Any: ...


def reduction(function: Callable[..., Any]) -> Reduction:
    """Mark a function as a reduction."""
    return cast("Reduction", function)


class Joining(Protocol):
    """A function that makes one array of several."""

    @overload
    def __call__(self, parts: Sequence[Recording[N]], axis: int = 0) -> N: ...
    @overload
    def __call__(self, parts: Sequence[ArrayLike], axis: int = 0) -> Array: ...
    @overload
    def __call__(self, parts: Sequence[Any], axis: int | None = 0) -> Any: ...


def joining(function: Callable[..., Any]) -> Joining:
    """Mark a function as one that joins arrays."""
    return cast("Joining", function)


class Normalised(Protocol):
    """A function along an axis, softmax or its logarithm; of a list of Values, a list of Values."""

    @overload
    def __call__(self, x: Recording[N], axis: int = -1) -> N: ...
    @overload
    def __call__(self, x: Sequence[Recording[N]], axis: int = -1) -> list[N]: ...
    @overload
    def __call__(self, x: ArrayLike, axis: int = -1) -> Array: ...
    @overload
    def __call__(self, x: Sequence[Any], axis: int = -1) -> Any: ...


def normalised(function: Callable[..., Any]) -> Normalised:
    """Mark a function as one that is softmax or its logarithm."""
    return cast("Normalised", function)
