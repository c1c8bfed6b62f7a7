"""Nested containers of numbers and arrays: tuples, lists, dicts, named tuples and dataclasses, of any depth.

What is no container is a leaf. None holds nothing, so that ``{"W": W, "b": None}`` has one leaf.
"""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from autograd.elsewhere import a_kind
from autograd.errors import ShapeError
from autograd.graph.node import Node
from autograd.tensor.tensor import Tensor
from autograd.value.value import Value

_LEAVES = frozenset({float, np.ndarray, np.float64, Tensor, Value})


def leaves(tree: Any) -> list[Any]:
    """What a nested container holds, in order; a leaf alone counts as its own container.

    Example:
        >>> leaves({"W": [1.0, 2.0], "b": (3.0, None)})
        [1.0, 2.0, 3.0]
    """
    if tree.__class__ in _LEAVES:
        return [tree]
    opened = keys_and_parts(tree)
    return [tree] if opened is None else [leaf for part in opened[1] for leaf in leaves(part)]


def paths(tree: Any) -> list[str]:
    """How each leaf is reached from the container, in the order of `leaves`.

    Example:
        >>> paths({"W": [1.0, 2.0], "b": (3.0,)})
        ["['W'][0]", "['W'][1]", "['b'][0]"]
    """
    opened = keys_and_parts(tree)
    if opened is None:
        return [""]
    attributes = hasattr(tree, "_fields") or dataclasses.is_dataclass(tree)
    steps = [f".{key}" if attributes else f"[{key!r}]" for key in opened[0]]
    return [step + rest for step, part in zip(steps, opened[1], strict=True) for rest in paths(part)]


def map_leaves(function: Callable[..., Any], tree: Any, *others: Any) -> Any:
    """A container of the same form, with ``function`` of each leaf, and of the leaves at its place in ``others``.

    Dicts are matched by key, whatever their order; dataclasses are copied without running their ``__init__``.

    Raises:
        ShapeError: One of the others has another form.

    Example:
        >>> map_leaves(lambda x, y: x + y, {"a": (1.0, 2.0)}, {"a": (10.0, 20.0)})
        {'a': (11.0, 22.0)}
    """
    opened = keys_and_parts(tree)
    if opened is None:
        for other in others:
            if keys_and_parts(other) is not None:
                raise ShapeError(f"{a_kind(other)} where a single number or array was expected")
        return function(tree, *others)
    keys, parts = opened
    columns = [parts, *(_matched(keys, tree, other) for other in others)]
    return _closed(tree, keys, [map_leaves(function, *pieces) for pieces in zip(*columns, strict=True)])


def matched_leaves(tree: Any, other: Any) -> list[Any]:
    """The leaves of ``other`` in the order in which ``tree`` has them.

    Raises:
        ShapeError: ``other`` has another form than ``tree``.

    Example:
        >>> matched_leaves({"a": 1.0, "b": 2.0}, {"b": 20.0, "a": 10.0})
        [10.0, 20.0]
    """
    found: list[Any] = []
    map_leaves(lambda _, leaf: found.append(leaf), tree, other)
    return found


def with_leaves(tree: Any, new: Sequence[Any]) -> Any:
    """A container of the same form that holds ``new``, given in the order of `leaves`.

    Example:
        >>> with_leaves({"W": [1.0, 2.0], "b": (3.0,)}, [10.0, 20.0, 30.0])
        {'W': [10.0, 20.0], 'b': (30.0,)}
    """
    if tree.__class__ in _LEAVES:
        return new[0]
    rest: Iterator[Any] = iter(new)
    return map_leaves(lambda _: next(rest), tree)


def keys_and_parts(tree: Any) -> tuple[Sequence[Any], Sequence[Any]] | None:
    """The keys and the parts of a container, None for a leaf."""
    if tree.__class__ in _LEAVES:  # which most are
        return None
    if tree is None:
        return (), ()
    if isinstance(tree, Node):
        return None
    if isinstance(tree, dict):
        return list(tree), list(tree.values())
    if isinstance(tree, list | tuple):
        return getattr(tree, "_fields", range(len(tree))), tree
    if dataclasses.is_dataclass(tree) and not isinstance(tree, type):
        names = [field.name for field in dataclasses.fields(tree)]
        return names, [getattr(tree, name) for name in names]
    return None


def _closed(tree: Any, keys: Sequence[Any], parts: list[Any]) -> Any:
    """A container like ``tree`` with other parts."""
    if tree is None:
        return None
    if type(tree) is dict:
        return dict(zip(keys, parts, strict=True))
    if isinstance(tree, list | tuple):
        return tree._make(parts) if hasattr(tree, "_make") else type(tree)(parts)
    twin = copy.copy(tree)  # keeps what is no part of it: a defaultdict's factory, a dataclass's other attributes
    for key, part in zip(keys, parts, strict=True):
        if isinstance(tree, dict):
            twin[key] = part
        else:
            object.__setattr__(twin, key, part)  # a frozen dataclass too
    return twin


def _matched(keys: Sequence[Any], tree: Any, other: Any) -> list[Any]:
    """The parts of ``other`` under the given keys."""
    opened = keys_and_parts(other)
    parts = {} if opened is None else dict(zip(*opened, strict=True))
    if opened is None or parts.keys() != set(keys):
        raise ShapeError(
            f"a {_described(tree, keys)} was expected, not "
            f"{'a ' + type(other).__name__ if opened is None else 'a ' + _described(other, opened[0])}"
        )
    return [parts[key] for key in keys]


def _described(tree: Any, keys: Sequence[Any]) -> str:
    kind = type(tree).__name__
    return f"{kind} of {len(keys)}" if isinstance(keys, range) else f"{kind} with {', '.join(map(str, keys))}"


def name_list(error: Exception, arguments: Sequence[Any]) -> None:
    """Add to an error of a list that was taken for an array: that a list of numbers stays one in the function."""
    given = next((x for x in arguments if x.__class__ in (list, tuple)), None)
    if given is None or not isinstance(error, AttributeError | TypeError) or not error.args:
        return
    kind = type(given).__name__
    taken_for_array = (
        error.obj.__class__ is given.__class__ and hasattr(np.ndarray, str(error.name))
        if isinstance(error, AttributeError)
        else re.search(rf"'{kind}'|\bsequence\b|concatenate {kind}", str(error))
    )
    if taken_for_array and all(isinstance(x, float | int) for x in given):
        hint = f"a {kind} of numbers as the argument is a {kind} in the function: give np.array(…) of it"
        error.args = (f"{error.args[0]}; {hint}", *error.args[1:])
