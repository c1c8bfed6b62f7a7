"""The rule book's functions of floats as functions that numba can compile. Needs numba."""

from __future__ import annotations

from types import FunctionType
from typing import Any

from numba import njit

from autograd.program import identities
from autograd.program.encode import functions
from autograd.rules import activations, arithmetic, products, reductions


def book_modules() -> tuple[Any, ...]:
    """Where the functions' text stands; the cache of machine code goes by it."""
    return (identities, activations, arithmetic, products, reductions)


# Python's own (math.exp, operator.gt) are known to numba by themselves.
FUNCTIONS = {
    rule.name: njit(error_model="numpy")(rule.scalar) if isinstance(rule.scalar, FunctionType) else rule.scalar
    for rule in functions()
}
