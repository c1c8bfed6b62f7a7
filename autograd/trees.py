"""Nested containers of numbers and arrays: tuples, lists, dicts, and named tuples, of any depth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def leaves(tree: Any) -> list[Any]:
    """What a nested container holds, in order; a leaf alone counts as its own container.

    Example:
        >>> leaves({"W": [1.0, 2.0], "b": (3.0,)})
        [1.0, 2.0, 3.0]
    """
    if isinstance(tree, dict):
        return [leaf for part in tree.values() for leaf in leaves(part)]
    if isinstance(tree, list | tuple):
        return [leaf for part in tree for leaf in leaves(part)]
    return [tree]


def map_leaves(function: Callable[..., Any], tree: Any, *others: Any) -> Any:
    """A container of the same form, with ``function`` of each leaf, and of the leaves at its place in ``others``.

    Example:
        >>> map_leaves(lambda x, y: x + y, {"a": (1.0, 2.0)}, {"a": (10.0, 20.0)})
        {'a': (11.0, 22.0)}
    """
    if isinstance(tree, dict):
        return type(tree)((key, map_leaves(function, part, *(o[key] for o in others))) for key, part in tree.items())
    if isinstance(tree, list | tuple):
        parts = [map_leaves(function, *pieces) for pieces in zip(tree, *others, strict=True)]
        return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)
    return function(tree, *others)
