"""Python's ``isinstance`` and ``type`` as HIPS autograd has them, asked about what a node holds."""

from __future__ import annotations

import builtins
from typing import Any

from autograd.graph.node import Node
from autograd.tensor.tensor import Tensor

__all__ = ["getval", "isbox", "isinstance", "type"]


def isbox(x: Any) -> bool:
    """Whether x is a node."""
    return builtins.isinstance(x, Node)


def getval(x: Any) -> Any:
    """What a node holds, a number for a Tensor without axes; anything else as it is."""
    if builtins.isinstance(x, Tensor):
        return x.data[()]
    return x.data if builtins.isinstance(x, Node) else x  # type: ignore[attr-defined]


def isinstance(x: Any, classes: Any) -> bool:
    """Whether x, or what it holds if it is a node, is of a class.

    Example:
        >>> isinstance(Tensor([1.0]), list), isinstance(Tensor(1.0), float)
        (False, True)
    """
    return builtins.isinstance(x, classes) or builtins.isinstance(getval(x), classes)


def type(x: Any) -> Any:
    """The class of x, or of what it holds if it is a node."""
    return builtins.type(getval(x))
