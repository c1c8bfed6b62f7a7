"""The rule book as the native engine sees it: which functions of floats there are to compile."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

from autograd.program.intrinsics import taken
from autograd.program.native.expressions import function_of_floats
from autograd.program.native.single_precision import in_lanes
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


def of_kind(rule: Primitive, kind: str) -> Any:
    """What is compiled for floats of 32 bits, ``f4``, or of 64."""
    return rule.single if kind == "f4" else rule.scalar


@cache
def is_quick(rule: Primitive, single: bool = False) -> bool:
    """Whether a function is made of instructions, so that a loop has several lanes: it calls none of the C library's.

    In single precision an exponential takes several numbers at once here, too (`single_precision`), so that what is
    made of one takes less than NumPy's passes; the exponential alone NumPy has as quickly.

    Example:
        >>> from autograd.rules import activations, arithmetic, exponentials
        >>> [is_quick(rule) for rule in (arithmetic.add, arithmetic.sqrt, activations.relu, activations.sigmoid)]
        [True, True, True, False]
        >>> [is_quick(rule, single=True) for rule in (activations.gelu, exponentials.exp)]
        [True, False]
    """
    function = of_kind(rule, "f4" if single else "f8")
    if function in (math.exp, math.cosh, math.tanh):
        return False
    text, declared = function_of_floats(function, rule.name, arity(rule), "float" if single else "double")
    if single:
        _, declared = in_lanes(text, declared)
    return all(any(name in line for name in _QUICK) for line in declared)


# Single instructions, and what NumPy calls as well.
_QUICK = ("@llvm.sqrt.", "@llvm.fabs.", "@llvm.floor.", "@llvm.ceil.", "@llvm.trunc.", "@llvm.copysign.", "@fmod")
