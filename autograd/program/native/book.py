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
def is_quick(rule: Primitive, single: bool = False) -> bool:
    """Whether a function takes a few processor instructions: it calls none of `math`'s but the square root.

    In single precision an exponential takes several numbers at once here, too (`single_precision`), so that what is
    made of one takes less than NumPy's passes; the exponential alone NumPy has as quickly.

    Example:
        >>> from autograd.rules import activations, arithmetic, exponentials
        >>> [is_quick(rule) for rule in (arithmetic.add, arithmetic.sqrt, activations.relu, activations.sigmoid)]
        [True, True, True, False]
        >>> [is_quick(rule, single=True) for rule in (activations.sigmoid, exponentials.exp)]
        [True, False]
    """
    function = rule.scalar
    quick = (math.sqrt, math.exp) if single else (math.sqrt,)
    if isinstance(function, FunctionType):
        names = function.__code__.co_names
        called = [getattr(math, name, None) for name in names if "math" in names]
        called += [x for x in map(function.__globals__.get, names) if isinstance(x, FunctionType | BuiltinFunctionType)]
        return all(x is None or x in quick for x in called)
    return function in (math.sqrt, math.fabs, abs) or getattr(function, "__module__", "") == "_operator"
