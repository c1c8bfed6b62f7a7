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
from functools import wraps
from typing import Any, TypeVar

import numpy as np

from autograd import suggest

__all__ = ["checked", "explained"]

AnyCallable = TypeVar("AnyCallable", bound=Callable[..., Any])


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool | np.bool_) or (isinstance(value, int | np.integer) and value in (0, 1))


def _is_whole(value: Any) -> bool:
    try:
        operator.index(value)
    except TypeError:
        return False
    return True


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


def _is_dtype(value: Any) -> bool:
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


def _is_nodes(value: Any) -> bool:
    return hasattr(value, "__iter__") and all(hasattr(each, "grad") for each in value)


def _of_class(*names: str) -> Callable[[Any], bool]:
    """Whether a value is of a class, or such a class itself, which is a mistake that has an answer of its own."""
    return lambda value: any(
        each.__name__ in names for each in (value if isinstance(value, type) else type(value)).__mro__
    )


# What a part of a signature's type takes, and what an error calls it.
KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "None": (lambda value: value is None, "None"),
    "bool": (_is_bool, "True or False"),
    "str": (lambda value: isinstance(value, str), "a text"),
    "Path": (lambda value: isinstance(value, os.PathLike), "a path"),
    "Seed": (_is_seed, "a whole number from 0, a Generator or None"),
    "DTypeLike": (_is_dtype, "a dtype such as np.float32"),
    "Module": (_of_class("Module"), "a model (an nn.Module)"),
    "Optimizer": (_of_class("Optimizer", "LBFGS"), "an optimizer such as nn.Adam(model.parameters())"),
    "Loss": (callable, "a function of outputs and targets (pass e.g. nn.cross_entropy)"),
    "Schedule": (callable, "a function of the step such as nn.StepDecay(10)"),
    "Initializer": (callable, "a function of (shape, seed, dtype)"),
    "Callable": (callable, "a function"),
    "Array": (_is_array, "a Tensor or an array of numbers"),
    "ArrayLike": (_is_rows, "an array of numbers"),
    "Targets": (_is_numbers, "an array of numbers"),
    "Reduction": (lambda value: isinstance(value, str), "'mean', 'sum' or 'none'"),
    "Iterable": (lambda value: hasattr(value, "__iter__") and not isinstance(value, str), "a list"),
    "Iterable[ag.Tensor]": (_is_nodes, "model.parameters()"),
    "Iterable[Any]": (_is_nodes, "Tensors or Values"),
    "Sequence": (lambda value: isinstance(value, list | tuple | np.ndarray), "a list"),
    "ClassWeight": (lambda value: isinstance(value, str) or hasattr(value, "keys"), "'balanced' or a dict"),
    "Mapping": (lambda value: hasattr(value, "keys"), "a dict"),
    "Lengths": (lambda value: _is_whole(value) or isinstance(value, tuple | list), "a whole number or a pair of them"),
    "int": (_is_whole, "a whole number"),
    "float": (_is_number, "a number"),
}
# What is mostly asked for in narrower words by whoever takes it, and so looked at only where that was not enough.
NARROWED = {"Array", "ArrayLike", "Iterable", "Lengths", "Mapping", "Reduction", "Sequence", "Targets"}
NUMBERS = {"float", "int"}
# What Python and NumPy say of a wrong kind, which names no argument.
NOT_OURS = re.compile(
    "has no attribute|not supported between|unhashable|not iterable|has no len|could not convert|cannot convert|unsized"
    "|did not contain a loop|unsupported operand|can't multiply|object is not|too many indices|os.PathLike|not callable"
    "|invalid literal|Expected maxsize"
)
# The members of a union, each with what stands in its brackets.
MEMBER = re.compile(r"[^|\[]+(?:\[(?:[^\[\]]|\[(?:[^\[\]]|\[[^\]]*\])*\])*\])?")


def _wanted(annotation: str, value: Any, left_out: Set[str]) -> str | None:
    """What a type wants, where a value is nothing of it; None where it is, or where the type says too little."""
    said = []
    for member in filter(None, map(str.strip, MEMBER.findall(annotation))):
        name, _, inside = member.partition("[")
        if name == "Literal":
            choice = ast.literal_eval(f"({inside.removesuffix(']')},)")
            fits, words = isinstance(value, str | int) and value in choice, " or ".join(map(repr, choice))
        elif name in KINDS and name not in left_out:
            takes, words = KINDS.get(member) or KINDS[name]
            fits = takes(value)
        else:
            return None
        if fits:
            return None
        said.append(words)
    return " or ".join(said)


class _Signature:
    """A function's name, and the types that its signature gives, as they are written."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function, self.signature = function, inspect.signature(function)
        parameters = self.signature.parameters
        self.types = {name: each.annotation for name, each in parameters.items() if isinstance(each.annotation, str)}

    def given(self, args: Any, keywords: Any) -> dict[str, Any] | None:
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


def explained(function: AnyCallable) -> AnyCallable:
    """Say which argument is of a wrong kind where Python or NumPy stumbled over one. Costs a tenth of a microsecond.

    Example:
        >>> @explained
        ... def half(x: float): return x / 2
        >>> half("a")
        Traceback (most recent call last):
        ...
        TypeError: x must be a number, got 'a'
    """
    about = None

    @wraps(function)
    def explaining(*args: Any, **keywords: Any) -> Any:
        try:
            return function(*args, **keywords)
        except (AttributeError, IndexError, TypeError, ValueError) as error:
            if NOT_OURS.search(str(error)):
                nonlocal about
                about = about or _Signature(function)
                about.check(about.given(args, keywords) or {})
            raise

    return explaining  # type: ignore[return-value]


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
    in_words, about = explained(suggest.in_our_words(function)), _Signature(function)

    @wraps(function)
    def careful(*args: Any, **keywords: Any) -> Any:
        given = about.given(args, keywords)
        if given is None:
            return in_words(*args, **keywords)  # which says what is wrong with them
        about.check(given, NARROWED | NUMBERS)
        result = in_words(*args, **keywords)
        about.check(given, NARROWED)
        return result

    return careful  # type: ignore[return-value]
