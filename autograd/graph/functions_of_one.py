"""The book's functions of one number as methods: ``x.tanh()`` is there because the entry is.

A type checker reads the names in the stub beside this file, which ``python -m tests.stubs --write`` makes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd.rules import BOOK, Primitive


class FunctionsOfOne:
    """A method for every elementwise entry of one input that has a derivative and takes no settings."""

    __slots__ = ()


def entries_of_one() -> list[Primitive]:
    """The entries that are methods, in the order of the book.

    Example:
        >>> [entry.name for entry in entries_of_one()][:3]
        ['exp', 'exp2', 'expm1']
    """
    return [
        entry for entry in BOOK.read.values()
        if entry.elementwise and entry.differentiable and len(entry.vjps) == 1 and not entry.settings
    ]  # fmt: skip


def _method(entry: Primitive) -> Callable[[Any], Any]:
    def method(self: Any) -> Any:
        return entry(self)

    method.__name__, method.__qualname__, method.__doc__ = entry.name, entry.name, entry.doc
    return method


for _entry in entries_of_one():
    # In the module as well, where pickle looks for ``Tensor.tanh``: messages say its name without a class in front.
    globals()[_entry.name] = _found = _method(_entry)
    setattr(FunctionsOfOne, _entry.name, _found)
