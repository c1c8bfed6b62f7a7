"""The table of NumPy's functions that have a derivative here, and what those do with their arguments.

Each row is a function of NumPy's and ours for it; `autograd.numpy.calls` reads the table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from autograd.errors import DTypeError
from autograd.graph.node import Node
from autograd.graph.outside import look_at
from autograd.rules import shaping

__all__ = ["TABLE", "array_of", "cast", "check_dtype", "differentiable", "dtype_of", "has_node", "plain"]

Function = Callable[..., Any]
AnyFunction = TypeVar("AnyFunction", bound=Function)

# Ours for NumPy's functions; what there is to know of each is found when it is first called.
TABLE: dict[Function, Function] = {}


def differentiable(*names: str) -> Callable[[AnyFunction], AnyFunction]:
    """Enter a function in the table as ours for NumPy's of these names; those that this NumPy lacks are left out."""

    def enter(ours: AnyFunction) -> AnyFunction:
        for name in names:
            found: Any = np
            for part in name.split("."):
                found = getattr(found, part, None)
            if found is not None:
                TABLE[found] = ours
        return ours

    return enter


def cast(x: Any, dtype: Any) -> Any:
    """In another type, of arrays and of lists of them; a Value has but one."""
    if isinstance(x, tuple | list):
        return type(x)(cast(part, dtype) for part in x)
    if not isinstance(x, Node):
        return np.asarray(x, dtype)
    node: Any = x
    return shaping.astype(node, dtype=np.dtype(dtype)) if x.kind == "array" else x


def check_dtype(name: str, dtype: Any) -> None:
    """Raise unless a result of this type can have a derivative.

    Raises:
        DTypeError: It is none of floating-point numbers.
    """
    if np.dtype(dtype).kind not in "fc":
        raise DTypeError(
            f"{name} on nodes with dtype={np.dtype(dtype)}: derivatives are of floating-point numbers; use t.data"
        )


# ---- what is a node, and what holds some ---------------------------------------------------------------------------


def has_node(x: Any) -> bool:
    """Whether something is a node, or a list or tuple with nodes in it."""
    return isinstance(x, Node) or (isinstance(x, list | tuple) and any(map(has_node, x)))


def array_of(x: Any) -> Any:
    """A list, of lists perhaps, with nodes in it as the array that NumPy would make of it; a list of Values stays."""
    if not isinstance(x, list | tuple) or any(isinstance(part, Node) and part.kind == "scalar" for part in x):
        return x
    if has_node(x):
        return shaping.stack(*map(array_of, x), axis=0)
    return np.asarray(x) if len(x) else x


def dtype_of(x: Any) -> np.dtype[Any]:
    """The type of what is computed with x: x's own, and float64 for whole numbers and Python's."""
    own = getattr(x, "dtype", None)
    return own if own is not None and own.kind in "fc" else np.dtype(np.float64)


def is_whole(x: Any) -> bool:
    """Whether an array is one of whole numbers or truths, which has no slopes."""
    own = getattr(x, "dtype", None)
    return own is not None and own.kind in "biu"


def kept_whole(y: Any, x: Any) -> Any:
    """y in the type of x, where that is one of whole numbers or truths."""
    return cast(y, x.dtype) if is_whole(x) else y


def plain(x: Any, what: str = "a function without slopes") -> Any:
    """The numbers without what they remember; refused while a function is recorded, whose numbers change."""
    if isinstance(x, Node):
        look_at(what, x)
        if x.traced:
            x._refuse_numbers(what)  # type: ignore[attr-defined]
        return x._raw
    return type(x)(plain(part, what) for part in x) if isinstance(x, list | tuple) else x
