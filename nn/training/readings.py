"""Everything that a function reads from outside, also through what it calls."""

from __future__ import annotations

import builtins
import enum
import functools
import sys
from collections.abc import Callable, Iterator
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, TypeAlias

import numpy as np

import autograd as ag
from nn.training.names import REACHING, attribute_names, imports, is_library, is_of_python, paths

__all__ = ["CALLED", "PLAIN", "STEADY", "Reading", "function_in", "is_plain", "readings", "value_of"]

# What equal values of mean the same.
PLAIN = (bool, int, float, complex, str, bytes, type(None), np.generic, np.dtype)
# What does not change, or is read anew at every replay.
STEADY = (*PLAIN, ModuleType, type, BuiltinFunctionType, np.ufunc, ag.Tensor, ag.Primitive, enum.Enum)
# What may be called, and is looked into.
CALLED = (FunctionType, MethodType, functools.partial)

Reading: TypeAlias = Callable[[], Any]


def is_plain(value: Any) -> bool:
    """Whether equal values mean the same, and this one cannot change."""
    return isinstance(value, PLAIN) or (isinstance(value, tuple) and all(map(is_plain, value)))


def value_of(read: Reading) -> Any:
    """What there is; None where it is not there yet, as in a cell that is empty."""
    try:
        return read()
    except (NameError, ValueError, KeyError, AttributeError):
        return None


def readings(function: Any, seen: set[int] | None = None) -> Iterator[tuple[str, str, Reading]]:
    """Everything that a function, and those of the user's that it calls, read from outside: who, what, and how."""
    seen = set() if seen is None else seen
    while isinstance(function, functools.partial):
        for x in (*function.args, *function.keywords.values()):
            if isinstance(x, CALLED):
                yield from readings(x, seen)
            else:
                yield "functools.partial", "an argument", _constant(x)
        function = function.func
    # What a wrapper of the user's wraps is in its cells.
    while "__wrapped__" in getattr(function, "__dict__", {}) and (
        not isinstance(function, FunctionType) or is_of_python(function)
    ):
        function = function.__wrapped__
    if isinstance(function, MethodType):
        owner = function.__self__
        yield function.__name__, "self", _constant(owner)
        function = function.__func__
        if isinstance(owner, type) and isinstance(function, FunctionType) and id(function) not in seen:
            yield from _of_whole(owner, attribute_names(function.__code__), seen | {id(function)})
    if not isinstance(function, FunctionType):
        if function is not None and not isinstance(function, STEADY):
            yield type(function).__name__, "self", _constant(function)
        return
    # What tells a class's annotations, from Python 3.14 on, no step calls.
    if id(function) in seen or is_of_python(function) or function.__name__ == "__annotate__":
        return
    seen.add(id(function))
    defaults = *(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()
    for name, read in (*_named(function), *(("a default", _constant(x)) for x in defaults)):
        value = value_of(read)
        if isinstance(value, CALLED):
            yield function.__name__, name, read
            yield from readings(value, seen)
        elif isinstance(value, type) and not is_library(value):
            yield function.__name__, name, read
            yield from _of_whole(value, attribute_names(function.__code__), seen)
        elif not isinstance(value, type) and type(value).__module__ != "dataclasses":  # whose marks stand for nothing
            yield function.__name__, name, read


def _of_whole(kind: type, names: set[str], seen: set[int]) -> Iterator[tuple[str, str, Reading]]:
    """What may be read of a user's class by a function that makes one, or else has it as a whole: these names of it."""
    if issubclass(kind, BaseException | enum.Enum):
        return
    for each in kind.__mro__:
        if is_library(each):
            continue
        for name, x in vars(each).items():
            if isinstance(function := function_in(x), FunctionType):
                yield from readings(function, seen)
            elif not name.startswith("__") and (is_plain(x) or (name in names and not hasattr(x, "__get__"))):
                yield kind.__name__, name, functools.partial(vars(each).get, name)


def function_in(held: Any) -> Any:
    """The function of a property, a static method or a class's; or what it is else."""
    return getattr(held, "fget", None) or getattr(held, "func", None) or getattr(held, "__func__", held)


def _named(function: Any) -> Iterator[tuple[str, Reading]]:
    """What a function reads by name; of modules and classes of the user's, the attributes that it reads."""
    cells: dict[str, Reading] = {
        name: lambda cell=cell: cell.cell_contents  # type: ignore[misc]
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    }
    outer = function.__globals__
    for name in imports(function.__code__):
        yield name or "its package", functools.partial(sys.modules.get, name or outer.get("__package__"))
    for name, is_cell, attributes in paths(function.__code__):
        if name not in (cells if is_cell else outer):
            if name in REACHING:
                yield name, _constant(vars(builtins)[name])
            continue
        read = cells[name] if is_cell else functools.partial(outer.__getitem__, name)
        for attribute in attributes:
            value = value_of(read)
            if not isinstance(value, type | ModuleType) or is_library(value):
                break
            name, read = f"{name}.{attribute}", _attribute(read, attribute)
        yield name, read


def _attribute(read: Reading, name: str) -> Reading:
    return lambda: getattr(read(), name)


def _constant(x: Any) -> Reading:
    return lambda: x
