"""The rule book's functions of floats as functions that numba can compile. Needs numba."""

from __future__ import annotations

from functools import cache
from types import FunctionType
from typing import Any

from numba import njit

from autograd.program import intrinsics
from autograd.program.intrinsics import taken
from autograd.program.native.book import functions
from autograd.rules import MODULES
from autograd.rules.primitive import BOOK


def book_modules() -> tuple[Any, ...]:
    """Where the functions' text stands; the cache of machine code goes by it."""
    return (intrinsics, *MODULES)


def compiled(name: str) -> Any:
    """The function of floats of a primitive, by its name."""
    scalar: Any = (taken if name == taken.name else BOOK[name]).scalar
    # Python's own (math.exp, operator.gt) are known to numba by themselves.
    return _with_helpers(scalar) if isinstance(scalar, FunctionType) else scalar


@cache
def _with_helpers(function: FunctionType) -> Any:
    """A function of floats, compiled with those of the book's functions that it calls."""
    helpers = {name: function.__globals__.get(name) for name in function.__code__.co_names}
    ready = {name: _with_helpers(f) for name, f in helpers.items() if isinstance(f, FunctionType)}
    if not ready:
        return njit(error_model="numpy")(function)
    twin = FunctionType(function.__code__, {**function.__globals__, **ready}, function.__name__, function.__defaults__)
    return njit(error_model="numpy")(twin)


FUNCTIONS = {rule.name: compiled(rule.name) for rule in functions()}
