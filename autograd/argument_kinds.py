"""The kinds of arguments that signatures name: what each takes, and what a message calls it."""

from __future__ import annotations

import ast
import inspect
import operator
import os
import re
from collections.abc import Callable, Set
from typing import Any

import numpy as np

__all__ = [
    "KINDS",
    "NOT_OURS",
    "Signature",
    "is_bool",
    "is_dtype",
    "is_nodes",
    "list_of",
    "of_class",
]


def is_bool(value: Any) -> bool:
    """Whether a value is True or False, or 1 or 0."""
    return isinstance(value, bool | np.bool_) or (isinstance(value, int | np.integer) and value in (0, 1))


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
    "bool": (is_bool, "True or False"),
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

    # What is mostly asked for in narrower words by whoever takes it, and so looked at only where that was not enough.
    narrowed = frozenset(
        {"Array", "ArrayLike", "Iterable", "Lengths", "Mapping", "Node", "Reduction", "Sequence", "Targets"}
    )
    numbers = frozenset({"float", "int"})

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
