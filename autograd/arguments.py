"""What constructors and functions that are called a few times take: our words for arguments, and their kinds.

The kinds are those of the signature. What PyTorch or Python would take for true ("no"), keep for later (a class name, a
file's place) or refuse in words of its own is refused where it is passed, with the argument's name.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from functools import cache, wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from autograd.argument_kinds import KINDS, NOT_OURS, Signature, is_dtype, is_nodes, list_of, of_class

__all__ = [
    "KINDS",
    "NOT_OURS",
    "Signature",
    "checked",
    "explained",
    "explained_methods",
    "is_dtype",
    "is_nodes",
    "list_of",
    "of_class",
    "truth",
]

AnyCallable = TypeVar("AnyCallable", bound=Callable[..., Any])
AnyClass = TypeVar("AnyClass", bound=type)


def truth(name: str, value: Any) -> bool:
    """An argument that is True or False, or 1 or 0.

    Raises:
        TypeError: It is something else, which Python would take for true.
    """
    if value.__class__ is bool:
        return value
    from autograd.argument_kinds import is_bool

    if not is_bool(value):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return bool(value)


@cache
def _kinds() -> Any:
    """What arguments are looked at with, imported when it is first used: a plain import stays light."""
    return import_module("autograd.argument_kinds")


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name in __all__:
            return getattr(_kinds(), name)
        raise AttributeError(f"module 'autograd.arguments' has no attribute {name!r}")


def explained(function: AnyCallable) -> AnyCallable:
    """Say which argument is of a wrong kind where Python or NumPy stumbled over one, and which are unknown or lacking.

    Costs a tenth of a microsecond a call.

    Example:
        >>> @explained
        ... def half(x: float): return x / 2
        >>> half("a")
        Traceback (most recent call last):
        ...
        TypeError: x must be a number, got 'a'
        >>> half(y=1.0)
        Traceback (most recent call last):
        ...
        TypeError: half() takes no argument 'y': it takes x
    """

    @wraps(function)
    def explaining(*args: Any, **keywords: Any) -> Any:
        try:
            return function(*args, **keywords)
        except (AttributeError, IndexError, TypeError, ValueError) as error:
            _explain(error, function, args, keywords)
            raise

    return explaining  # type: ignore[return-value]


def _explain(error: Exception, function: Callable[..., Any], args: Any, keywords: Any) -> None:
    """Raise what says more than an error of a call, where something does."""
    from autograd.suggest import refuse_call

    refuse_call(error, function, args, keywords)
    if re.search(_kinds().NOT_OURS, str(error)):
        about = _kinds().Signature(function)
        about.check(about.given(args, keywords) or {})


def explained_methods(kind: AnyClass) -> AnyClass:
    """Have the public methods that a class defines say what they take, as `explained` does, as a decorator."""
    for name, method in list(vars(kind).items()):
        if inspect.isfunction(method) and not name.startswith("_") and not hasattr(method, "__wrapped__"):
            setattr(kind, name, explained(method))
    return kind


def checked(function: AnyCallable) -> AnyCallable:
    """Have a constructor or function refuse what is of another kind than its signature says, in one line.

    A number that the function refuses itself, it refuses in its own words; what it would take all the same, or stumble
    over in Python's words, is refused afterwards. Costs some microseconds a call.

    Example:
        >>> @checked
        ... def layer(size: int, bias: bool = True): ...
        >>> layer(3, bias="no")
        Traceback (most recent call last):
        ...
        TypeError: bias must be True or False, got 'no'
        >>> layer(3, biass=True)
        Traceback (most recent call last):
        ...
        TypeError: layer() takes no argument 'biass': here it is called bias=
    """
    in_words = explained(function)
    about = cache(lambda: _kinds().Signature(function))  # some twenty microseconds, for each of many imports

    @wraps(function)
    def careful(*args: Any, **keywords: Any) -> Any:
        given = about().given(args, keywords)
        if given is None:
            return in_words(*args, **keywords)  # which says what is wrong with them
        about().check(given, about().narrowed | about().numbers)
        result = in_words(*args, **keywords)
        about().check(given, about().narrowed)
        return result

    return careful  # type: ignore[return-value]
