"""Running the book's functions of floats on names in place of numbers, so that they write themselves down.

A function is run with what stands for its globals: functions of `math` that take names, and the book's own helpers
rebuilt in the same way. A name that is asked for its truth raises `Branch`, and the function is run both ways.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Mapping
from types import BuiltinFunctionType, FunctionType, SimpleNamespace
from typing import Any, TypeVar

__all__ = ["Branch", "StandIns", "Untranslatable", "every_way"]

Text = TypeVar("Text")


class Untranslatable(Exception):  # noqa: N818 - an answer, which no user sees
    """What cannot be written down."""


class Branch(Exception):  # noqa: N818
    """A decision that has not been taken yet."""

    def __init__(self, condition: str) -> None:
        self.condition = condition


def every_way(run: Callable[[dict[str, bool]], Text], choose: Callable[[str, Text, Text], Text], deepest: int) -> Text:
    """What a function gives, whichever way its conditions turn out.

    Args:
        run: Runs it with the decisions taken so far; `Branch` asks for one more.
        choose: Joins a condition, what is given where it holds, and what is given where it does not.
        deepest: How many branches may stand within each other.

    Raises:
        Untranslatable: There are more.
    """

    def with_decisions(decided: dict[str, bool]) -> Text:
        try:
            return run(decided)
        except Branch as branch:
            condition = branch.condition
        if len(decided) == deepest:
            raise Untranslatable
        yes, no = (with_decisions({**decided, condition: way}) for way in (True, False))
        return choose(condition, yes, no)

    return with_decisions({})


class StandIns:
    """What stands for Python's functions while the book's code runs on names.

    Args:
        functions: By the functions of `math`, and others of Python's own, that the code calls.
        of_builtins: By the names of types and functions that are there without an import.
    """

    def __init__(self, functions: Mapping[Any, Callable[..., Any]], of_builtins: Mapping[str, Any]) -> None:
        self._functions = functions
        of_math = {f.__name__: g for f, g in functions.items() if f.__module__ == "math"}
        self._math = SimpleNamespace(**{**vars(math), **of_math})
        self._builtins = {**vars(builtins), **of_builtins}

    def rebuilt(self, function: Any) -> Any:
        """The function, for names."""
        return self._instead_of(function, {})

    def _instead_of(self, value: Any, known: dict[int, dict[str, Any]]) -> Any:
        """What stands for a global of the code; ``known`` holds the modules done already."""
        if value is math:
            return self._math
        if isinstance(value, BuiltinFunctionType):
            return self._functions.get(value, value)
        if not isinstance(value, FunctionType):
            return value
        home = value.__globals__
        if id(home) not in known:
            space = known[id(home)] = dict(home)  # entered first, since functions call each other
            space.update({name: self._instead_of(x, known) for name, x in home.items()})
            space["__builtins__"] = self._builtins
        return FunctionType(value.__code__, known[id(home)], value.__name__, value.__defaults__, value.__closure__)
