"""A warning about a derivative of 0: right for a constant, a surprise where a number was taken out of the graph."""

from __future__ import annotations

import warnings
from typing import Any

from autograd.graph.places import users_line

# What was warned of, so that a line is told once, as by `warnings.warn`.
_WARNED: dict[Any, Any] = {}


def warn_of_independence(function: str) -> None:
    """Say that a function's result was computed from nothing that is differentiated for; the first words are HIPS's."""
    warnings.warn_explicit(
        f"Output seems independent of input: nothing recorded leads from the argument of {function} to its result, "
        "so the derivative is 0. x.item(), x.data, x.detach(), float(x) and no_grad take numbers out of the graph: "
        "leave them out, unless the function is constant here",
        UserWarning,
        *users_line(),
        registry=_WARNED,
    )
