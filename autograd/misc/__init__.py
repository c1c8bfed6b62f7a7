"""HIPS autograd's name for what is useful beside derivatives."""

from collections.abc import Callable
from functools import partial
from typing import Any

from autograd.functional.flattening import flatten

__all__ = ["const_graph", "flatten"]


def const_graph(fun: Callable[..., Any], *args: Any, **kwargs: Any) -> Callable[..., Any]:
    """The function of the arguments that are left, recorded once and replayed: `autograd.compile` of it."""
    from autograd.program import compile

    return compile(partial(fun, *args, **kwargs))
