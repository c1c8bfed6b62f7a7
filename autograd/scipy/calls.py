"""Calls of SciPy's functions: SciPy's own of plain numbers, ours where a node is among the arguments."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from functools import wraps
from typing import Any

from autograd.numpy.arguments import has_node

# What changes how SciPy works, and not what it finds.
WAYS = frozenset((
    "overwrite_a", "overwrite_b", "overwrite_ab", "overwrite_x", "check_finite", "driver", "lapack_driver", "turbo",
    "lwork", "workers", "balanced",
))  # fmt: skip


Function = Callable[..., Any]


def in_place_of(
    scipys: Function, constants: Collection[str] = (), takes: Collection[str] | None = None, **instead: str
) -> Callable[[Function], Function]:
    """Decorate our function of nodes: it is called with SciPy's arguments, by position or by name, as SciPy's is.

    Args:
        scipys: SciPy's.
        constants: Arguments of ours that no derivative is for.
        takes: Which arguments ours takes; by default as its signature says.
        **instead: What to do where an argument of SciPy's is refused.
    """
    signature = inspect.signature(scipys)
    name = f"scipy.{(scipys.__module__ or '').split('.')[1]}.{scipys.__name__}"

    def decorate(ours: Function) -> Function:
        taken = inspect.signature(ours).parameters if takes is None else takes

        @wraps(ours)
        def function(*args: Any, **kwargs: Any) -> Any:
            if not any(map(has_node, args)) and not (kwargs and any(map(has_node, kwargs.values()))):
                return scipys(*args, **kwargs)
            given = signature.bind(*args, **kwargs).arguments
            for word, value in given.items():
                if word in constants and has_node(value):
                    raise TypeError(f"{name} has no derivative for {word}: give a constant there")
                if word not in taken and word not in WAYS:
                    default = signature.parameters[word].default
                    if value is not default and value is not None and value is not False:
                        advice = f": {instead[word]}" if word in instead else ""
                        raise TypeError(f"{name} on nodes takes no {word}={advice}")
            return ours(**{word: value for word, value in given.items() if word in taken})

        return function

    return decorate
