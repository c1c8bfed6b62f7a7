"""What NumPy does about a division by 0 and the like, said in a third of the time that `numpy.errstate` takes.

NumPy holds what is to be done in a context variable, and `numpy.errstate` makes a new object for it each time, which
takes as long as two products of 200 numbers. What is in the object follows from what was there before it; so each
choice here keeps the last one that it made.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context, ContextVar
from functools import partial
from typing import Any

import numpy as np


def _variable() -> ContextVar[Any]:
    """The one that NumPy's own way of entering sets."""
    seen = Context()
    seen.run(np.errstate(all="ignore").__enter__)
    return next(iter(seen), ContextVar("of a NumPy that has none", default=None))


_VARIABLE = _variable()
_current, _change = _VARIABLE.get, _VARIABLE.set


class FloatErrors:
    """A choice of what to do.

    Args:
        heard: Called where the choice is "call", as ``heard(errors, listener, kind, flag)``, with what `numpy.geterr`
            and `numpy.geterrcall` said before.
        choice: As the arguments of `numpy.errstate`.

    Example:
        >>> import numpy as np
        >>> FloatErrors(divide="ignore").run(np.reciprocal, np.zeros(2))
        array([inf, inf])
    """

    def __init__(self, heard: Callable[[Any, Any, str, int], None] | None = None, **choice: Any) -> None:
        self._heard = heard
        self._choice = choice
        self._last: tuple[Any, Any] = (object(), None)

    def run(self, function: Callable[..., Any], *args: Any) -> Any:
        """Call a function while this is chosen."""
        outside = _current()
        before, made = self._last
        if before is not outside:
            made = self._made(outside)
            self._last = outside, made
        try:  # Ctrl-C may come after the next line as soon as within it
            _change(made)
            return function(*args)
        finally:
            _change(outside)

    def _made(self, outside: Any) -> Any:
        context, choice = Context(), self._choice
        context.run(_change, outside)
        if self._heard is not None:
            choice = choice | {"call": partial(self._heard, context.run(np.geterr), context.run(np.geterrcall))}
        context.run(np.errstate(**choice).__enter__)
        return context.run(_current)


# Of derivatives: they are answers; NumPy warned of the function itself where it had to (see docs/subgradients.md).
INFINITE_SLOPES = FloatErrors(divide="ignore", invalid="ignore")
