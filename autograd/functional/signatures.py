"""Which arguments of a function are meant; and what type checkers are told of derivatives.

A gradient has the form and the kind of the argument it belongs to, so that ``grad(f)(2.0)`` is a float whatever was
written of f, within which a float is a Tensor.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Literal, Protocol, TypeAlias, TypeVar, overload

from numpy.typing import NDArray

from autograd.elsewhere import a_kind
from autograd.graph.node import Node
from autograd.kinds import N, Recording

__all__ = [
    "Argnum",
    "Both",
    "Function",
    "Gradient",
    "OfBoth",
    "OfSecond",
    "Partials",
    "Plain",
    "Pullback",
    "ValueAndGradient",
    "X",
    "name_of",
    "positions_of",
]

Function: TypeAlias = Callable[..., Any]
Argnum: TypeAlias = int | Sequence[int]
Both: TypeAlias = tuple[Literal[0], Literal[1]]
Array: TypeAlias = NDArray[Any]

X = TypeVar("X")
Y = TypeVar("Y")
Plain = TypeVar("Plain", bound=float | Array)


class IsDataclass(Protocol):
    """A dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


# What is no array: a number, or a container, in which partial derivatives are another.
Tree: TypeAlias = float | Sequence[Any] | Mapping[Any, Any] | IsDataclass


class Gradient(Protocol):
    """The gradient for the first argument."""

    @overload
    def __call__(self, x: Recording[N], /, *others: Any, **options: Any) -> N: ...
    @overload
    def __call__(self, x: X, /, *others: Any, **options: Any) -> X: ...


class OfSecond(Protocol):
    """The gradient for the second argument."""

    @overload
    def __call__(self, first: Any, x: Recording[N], /, *others: Any, **options: Any) -> N: ...
    @overload
    def __call__(self, first: Any, x: X, /, *others: Any, **options: Any) -> X: ...


class OfBoth(Protocol):
    """The gradients for the first two arguments."""

    def __call__(self, x: X, y: Y, /, *others: Any, **options: Any) -> tuple[X, Y]:
        """The two gradients."""


class ValueAndGradient(Protocol):
    """The value, and the gradient for the first argument."""

    @overload
    def __call__(self, x: Recording[N], /, *others: Any, **options: Any) -> tuple[N, N]: ...
    @overload
    def __call__(self, x: Plain, /, *others: Any, **options: Any) -> tuple[float, Plain]: ...
    @overload
    def __call__(self, x: X, /, *others: Any, **options: Any) -> tuple[Any, X]: ...


class Partials(Protocol):
    """All partial derivatives for the first argument, first or second ones."""

    @overload
    def __call__(self, x: Recording[N], /, *others: Any, **options: Any) -> N: ...
    @overload
    def __call__(self, x: Array, /, *others: Any, **options: Any) -> Array: ...
    @overload
    def __call__(self, x: Tree, /, *others: Any, **options: Any) -> Any: ...


class Pullback(Protocol):
    """What takes an upstream gradient to the gradient for the first argument, and the value."""

    @overload
    def __call__(self, x: Recording[N], /, *others: Any, **options: Any) -> tuple[Callable[[Any], N], Any]: ...
    @overload
    def __call__(self, x: X, /, *others: Any, **options: Any) -> tuple[Callable[[Any], X], Any]: ...


def name_of(function: Function) -> str:
    """What a function is called, for messages."""
    name: str = getattr(function, "__name__", "") or getattr(function, "name", "") or repr(function)
    return name


def positions_of(function: Function, args: Sequence[Any], argnum: Argnum) -> list[int]:
    """Which positional arguments of a function ``argnum`` means, counted from the first."""
    if argnum.__class__ is int and 0 <= argnum < len(args):  # as mostly
        return [argnum]
    numbers = [operator.index(i) for i in ([argnum] if hasattr(argnum, "__index__") else argnum)]
    missing = [i for i in numbers if not -len(args) <= i < len(args)]
    if missing:
        raise TypeError(
            f"{name_of(function)} was given {len(args)} positional arguments; argument {missing[0]}, to differentiate "
            "for, is not among them"
        )
    positions = [i % len(args) for i in numbers]
    if len(set(positions)) < len(positions):
        raise ValueError(f"argnum={argnum} names an argument of {name_of(function)} twice")
    return positions


def check_asked(operation: str, function: Any, argnum: Any) -> None:
    """Raise where numbers were given in the place of the function, or of which argument is meant."""
    if argnum.__class__ is int and callable(function):  # as mostly
        return
    if not callable(function):
        hint = "; of a node that is computed already, y.backward() or ag.gradients(y, [x]) give the derivatives"
        raise TypeError(
            f"{operation} takes a function, not {a_kind(function)}" + (hint if isinstance(function, Node) else "")
        )
    several = argnum if isinstance(argnum, Sequence) and not isinstance(argnum, str) else (argnum,)
    if not all(hasattr(i, "__index__") and getattr(i, "ndim", 0) == 0 for i in several):
        call = f"ag.{operation}({name_of(function)})"
        raise TypeError(
            f"argnum is {argnum!r}: it counts the arguments to differentiate for, from 0; to differentiate there, call "
            f"the result: {call}({argnum!r})"
        )
