"""What constructors and functions that are called a few times take: our words for arguments, and their kinds.

The kinds are those of the signature. What PyTorch or Python would take for true ("no"), keep for later (a class name, a
file's place) or refuse in words of its own is refused where it is passed, with the argument's name.
"""

from __future__ import annotations

import ast
import inspect
import operator
import os
import re
from collections.abc import Callable, Set
from functools import cache, wraps
from typing import Any, TypeVar

import numpy as np

from autograd.suggest import refuse_call

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


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool | np.bool_) or (isinstance(value, int | np.integer) and value in (0, 1))


def truth(name: str, value: Any) -> bool:
    """An argument that is True or False, or 1 or 0.

    Raises:
        TypeError: It is something else, which Python would take for true.
    """
    if not _is_bool(value):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def _is_whole(value: Any) -> bool:
    try:
        operator.index(value)
    except TypeError:
        return False
    return True


def _is_positions(value: Any) -> bool:
    return all(map(_is_whole, value)) if isinstance(value, list | tuple) else _is_whole(value)


def _is_number(value: Any) -> bool:
    try:
        return not isinstance(value, str) and not np.isnan(float(value))
    except (TypeError, ValueError):
        return False


def _is_seed(value: Any) -> bool:
    try:
        np.random.default_rng(value)
    except (TypeError, ValueError):
        return False
    return True


def is_dtype(value: Any) -> bool:
    """Whether NumPy knows a dtype of this name, class or kind."""
    try:
        np.dtype(value)
    except (TypeError, ValueError):
        return False
    return True


def _is_array(value: Any) -> bool:
    return getattr(getattr(value, "dtype", None), "kind", "O") in "biufc"


def _is_numbers(value: Any) -> bool:
    try:
        return _is_array(value) or np.asarray(value).dtype.kind in "biuf"
    except (TypeError, ValueError):
        return False


def _is_rows(value: Any) -> bool:
    return _is_numbers(value) and np.ndim(value) > 0


def is_nodes(value: Any) -> bool:
    """Whether these are Values or Tensors."""
    return hasattr(value, "__iter__") and all(hasattr(each, "grad") for each in value)


def of_class(*names: str) -> Callable[[Any], bool]:
    """Whether a value is of a class, or such a class itself, which is a mistake that has an answer of its own."""
    return lambda value: any(
        each.__name__ in names for each in (value if isinstance(value, type) else type(value)).__mro__
    )


def list_of(takes: Callable[[Any], bool], length: int | None = None) -> Callable[[Any], bool]:
    """Whether a value is a list of what ``takes`` takes."""
    return lambda value: (
        hasattr(value, "__len__")
        and not isinstance(value, str)
        and all(map(takes, value))
        and (length is None or len(value) == length)
    )


# What a part of a signature's type takes, and what an error calls it.
KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "None": (lambda value: value is None, "None"),
    "bool": (_is_bool, "True or False"),
    "str": (lambda value: isinstance(value, str), "a text"),
    "Path": (lambda value: isinstance(value, os.PathLike), "a path"),
    "Seed": (_is_seed, "a whole number from 0, a Generator or None"),
    "DTypeLike": (is_dtype, "a dtype such as np.float32"),
    "Callable": (callable, "a function"),
    "Function": (callable, "a function"),
    "Argnum": (_is_positions, "the position of an argument, from 0, or several"),
    "Node": (of_class("Node"), "a Value or a Tensor"),
    "Axis": (_is_positions, "the number of an axis, or several"),
    "Axes": (lambda value: hasattr(value, "plot"), "matplotlib's axes, such as plt.subplots()[1]"),
    "Array": (_is_array, "a Tensor or an array of numbers"),
    "ArrayLike": (_is_rows, "an array of numbers"),
    "Targets": (_is_numbers, "an array of numbers"),
    "Reduction": (lambda value: isinstance(value, str), "'mean', 'sum' or 'none'"),
    "Iterable": (lambda value: hasattr(value, "__iter__") and not isinstance(value, str), "a list"),
    "Iterable[Any]": (is_nodes, "Tensors or Values"),
    "Sequence": (lambda value: isinstance(value, list | tuple | np.ndarray), "a list"),
    "Sequence[int]": (list_of(_is_whole), "a list of whole numbers"),
    "Sequence[str]": (list_of(lambda value: isinstance(value, str)), "a list of texts"),
    "Sequence[ArrayLike]": (list_of(_is_numbers), "a list of arrays of numbers"),
    "Sequence[Callable[..., Any]]": (list_of(callable), "a list of functions"),
    "tuple[float, float]": (list_of(_is_number, 2), "a pair of numbers"),
    "tuple[int, int]": (list_of(_is_whole, 2), "a pair of whole numbers"),
    "ForwardHook": (callable, "a function of (module, forward, args, kwargs)"),
    "Collection": (lambda value: hasattr(value, "__len__") and not isinstance(value, str), "a list"),
    "Mapping": (lambda value: hasattr(value, "keys"), "a dict"),
    "Lengths": (lambda value: _is_whole(value) or isinstance(value, tuple | list), "a whole number or a pair of them"),
    "int": (_is_whole, "a whole number"),
    "float": (_is_number, "a number"),
}
# What is mostly asked for in narrower words by whoever takes it, and so looked at only where that was not enough.
NARROWED = {"Array", "ArrayLike", "Iterable", "Lengths", "Mapping", "Node", "Reduction", "Sequence", "Targets"}
NUMBERS = {"float", "int"}
# What counts as one of those: an iterator among them would be spent when it was looked through.
COUNTS_AS = dict.fromkeys(("Iterable[ag.Tensor]", "Iterable[Any]", "Iterable[Callback]"), "Iterable")
COUNTS_AS["Sequence[int]"] = "Sequence"
# What Python and NumPy say of a wrong kind, which names no argument. A pattern that `re` reads when it is first needed,
# as it reads the next: together they would be a thirtieth of the import.
NOT_OURS = (
    "has no attribute|not supported between|unhashable|not iterable|has no len|could not convert|cannot convert|unsized"
    "|did not contain a loop|unsupported operand|can't multiply|object is not|too many indices|os.PathLike|not callable"
    "|invalid literal|Expected maxsize|cannot be interpreted as|indices must be|float\\(\\) argument|int\\(\\) argument"
    "|is not a callable|pop from empty|not in list|is not a data type|not understood|as a data type|Field elements"
    "|setting an array element|after \\* must be an iterable"
)
# The members of a union, each with what stands in its brackets.
MEMBER = r"[^|\[]+(?:\[(?:[^\[\]]|\[(?:[^\[\]]|\[[^\]]*\])*\])*\])?"


def _wanted(annotation: str, value: Any, left_out: Set[str]) -> str | None:
    """What a type wants, where a value is nothing of it; None where it is, or where the type says too little."""
    said = []
    for member in filter(None, map(str.strip, re.findall(MEMBER, annotation))):
        name, _, inside = member.partition("[")
        if name == "Literal":
            choice = ast.literal_eval(f"({inside.removesuffix(']')},)")
            fits, words = isinstance(value, str | int) and value in choice, " or ".join(map(repr, choice))
        elif (kind := member if member in KINDS else name) in KINDS and not {
            kind,
            COUNTS_AS.get(kind, kind),
        } & left_out:
            takes, words = KINDS[kind]
            fits = takes(value)
        else:
            return None
        if fits:
            return None
        said.append(words)
    return " or ".join(said)


class Signature:
    """A function's name, and the types that its signature gives, as they are written."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function, self.signature = function, inspect.signature(function)
        parameters = self.signature.parameters
        self.types = {name: each.annotation for name, each in parameters.items() if isinstance(each.annotation, str)}

    def given(self, args: Any, keywords: Any) -> dict[str, Any] | None:
        """The arguments of a call by name; None where it does not fit the signature."""
        try:
            return self.signature.bind(*args, **keywords).arguments
        except TypeError:
            return None

    def check(self, given: dict[str, Any], left_out: Set[str] = frozenset()) -> None:
        """Refuse the first argument that is of another kind than its type says.

        Raises:
            TypeError: There is one.
            ValueError: It is a text, and none of those that may be chosen.
        """
        for name, value in given.items():
            wanted = _wanted(self.types[name], value, left_out) if name in self.types else None
            if wanted:
                text = repr(value)
                got = text if len(text) < 60 and "\n" not in text else f"an object of type {type(value).__name__}"
                error = ValueError if isinstance(value, str) and "Literal[" in self.types[name] else TypeError
                raise error(f"{name} must be {wanted}, got {got}")


def _later(function: Callable[..., Any]) -> Callable[[], Signature]:
    """A function's signature, read where it is first asked for: some twenty microseconds, for each of many imports."""
    return cache(lambda: Signature(function))


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
    about = _later(function)

    @wraps(function)
    def explaining(*args: Any, **keywords: Any) -> Any:
        try:
            return function(*args, **keywords)
        except (AttributeError, IndexError, TypeError, ValueError) as error:
            refuse_call(error, function, args, keywords)
            if re.search(NOT_OURS, str(error)):
                about().check(about().given(args, keywords) or {})
            raise

    return explaining  # type: ignore[return-value]


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
    in_words, about = explained(function), _later(function)

    @wraps(function)
    def careful(*args: Any, **keywords: Any) -> Any:
        given = about().given(args, keywords)
        if given is None:
            return in_words(*args, **keywords)  # which says what is wrong with them
        about().check(given, NARROWED | NUMBERS)
        result = in_words(*args, **keywords)
        about().check(given, NARROWED)
        return result

    return careful  # type: ignore[return-value]
