"""The rule book as the native engine sees it: which functions of floats there are to compile."""

from __future__ import annotations

import math
from functools import cache
from types import BuiltinFunctionType, FunctionType

from autograd.program.intrinsics import taken
from autograd.program.simplify import attribute_names
from autograd.rules import MODULES
from autograd.rules.primitive import BOOK, Primitive


@cache
def functions() -> tuple[Primitive, ...]:
    """The primitives that have a function of floats, and `taken`; those of the book alone, and not a user's."""
    own = {id(value) for module in MODULES for value in vars(module).values() if isinstance(value, Primitive)}
    found = [rule for rule in BOOK.values() if id(rule) in own and rule.scalar is not None and rule.pull is None]
    return (*found, taken)


@cache
def arity(rule: Primitive) -> int:
    """How many numbers a function takes, its attributes included."""
    return len(rule.vjps) + len(attribute_names(rule))


@cache
def is_quick(rule: Primitive) -> bool:
    """Whether a function takes a few processor instructions: it calls none of `math`'s but the square root.

    Example:
        >>> from autograd.rules import arithmetic, activations
        >>> [is_quick(rule) for rule in (arithmetic.add, arithmetic.sqrt, activations.relu, activations.sigmoid)]
        [True, True, True, False]
    """
    function = rule.scalar
    if isinstance(function, FunctionType):
        names = function.__code__.co_names
        called = [getattr(math, name, None) for name in names if "math" in names]
        called += [x for x in map(function.__globals__.get, names) if isinstance(x, FunctionType | BuiltinFunctionType)]
        return all(x is None or x is math.sqrt for x in called)
    return function in (math.sqrt, math.fabs, abs) or getattr(function, "__module__", "") == "_operator"
