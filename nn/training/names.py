"""Which names of its surroundings a function's code reads, and which attributes of theirs."""

from __future__ import annotations

import builtins
import contextlib
import dis
import inspect
import sys
from collections.abc import Iterator
from types import BuiltinFunctionType, CodeType, FunctionType, MemberDescriptorType, ModuleType
from typing import Any

__all__ = [
    "OURS",
    "REACHING",
    "Path",
    "attribute_names",
    "held_by",
    "imports",
    "is_library",
    "is_of_python",
    "is_restless",
    "paths",
]

OURS = ("autograd", "nn", "numpy", "math", "operator", "functools")

# A name, whether it is a cell of functions around (or else one of the module's), and attributes, one of the other.
Path = tuple[str, bool, tuple[str, ...]]

# What these give may be something else each time; so may what is reached by these functions.
RESTLESS = ("random", "time", "datetime", "os", "secrets", "uuid")
REACHING = ("globals", "eval", "exec", "open", "__import__")

_GLOBAL = ("LOAD_GLOBAL", "LOAD_NAME")
_CELL = ("LOAD_DEREF", "LOAD_CLASSDEREF")
_ATTRIBUTE = ("LOAD_ATTR", "LOAD_METHOD")


def paths(code: CodeType) -> list[Path]:
    """What a function, or one within it, reads by name, with the attributes that it takes of that at once.

    Example:
        >>> paths((lambda x: x * sys.float_info.max + len(x.data)).__code__)
        [('sys', False, ('float_info', 'max')), ('len', False, ())]
    """
    found: dict[Path, None] = {}
    path: Path | None = None
    for each in dis.get_instructions(code):
        if each.opname == "EXTENDED_ARG":  # of the next one, where there are many names
            continue
        if path is not None and each.opname in _ATTRIBUTE:
            path = (*path[:2], (*path[2], each.argval))
            continue
        if path is not None:
            found[path] = None
        path = (each.argval, each.opname in _CELL, ()) if each.opname in _GLOBAL + _CELL else None
    for inner in filter(inspect.iscode, code.co_consts):
        found |= dict.fromkeys(paths(inner))
    return list(found)


def imports(code: CodeType) -> set[str]:
    """The modules that a function, or one within it, imports as it runs; "" for one of its own package.

    Example:
        >>> def late():
        ...     import math
        ...     from json import decoder
        >>> sorted(imports(late.__code__))
        ['json', 'math']
    """
    found = {each.argval for each in dis.get_instructions(code) if each.opname == "IMPORT_NAME"}
    return found.union(*map(imports, filter(inspect.iscode, code.co_consts)))


def attribute_names(code: CodeType) -> set[str]:
    """The names of all attributes that a function, or one within it, reads.

    Example:
        >>> sorted(attribute_names((lambda x: x.scale * [y.data for y in x.parts]).__code__))
        ['data', 'parts', 'scale']
    """
    found = {each.argval for each in dis.get_instructions(code) if each.opname in _ATTRIBUTE}
    return found.union(*map(attribute_names, filter(inspect.iscode, code.co_consts)))


def held_by(x: Any) -> Iterator[tuple[str, Any]]:
    """An object's own attributes, those in slots too; no code of its class runs.

    Example:
        >>> dict(held_by(type("Slotted", (), {"__slots__": ("a",)})()))
        {}
    """
    yield from getattr(x, "__dict__", {}).items()
    for each in type(x).__mro__:
        if "__slots__" in vars(each) and not is_library(each):
            for name, slot in vars(each).items():
                if isinstance(slot, MemberDescriptorType):
                    with contextlib.suppress(AttributeError):  # it is empty
                        yield name, slot.__get__(x)


def is_of_python(function: FunctionType) -> bool:
    """Whether a function's code comes with Python or with this library, whatever it wraps."""
    name = str(function.__globals__.get("__name__", "")).partition(".")[0]
    return name in OURS or (name in sys.stdlib_module_names and name != "__main__")


def is_restless(value: Any) -> bool:
    """Whether a module, or a function of one, may give something else each time.

    Example:
        >>> import math, random, time
        >>> is_restless(random), is_restless(time.time), is_restless(math.exp)
        (True, True, False)
    """
    if isinstance(value, ModuleType):
        return value.__name__.partition(".")[0] in RESTLESS or not is_library(value)
    if not isinstance(value, BuiltinFunctionType):
        return False
    return value.__module__ in RESTLESS or any(value is vars(builtins)[name] for name in REACHING)


def is_library(what: Any) -> bool:
    """Whether a module or class comes with Python, with this library or from a package that was installed.

    Example:
        >>> is_library(dis), is_library(type("Mine", (), {"__module__": "__main__"}))
        (True, False)
    """
    name = str(what.__name__ if isinstance(what, ModuleType) else what.__module__).partition(".")[0]
    if name == "__main__":  # a script, or a notebook, whose launcher was installed
        return False
    file = getattr(sys.modules.get(name), "__file__", None) or ""
    return name in OURS or name in sys.stdlib_module_names or "site-packages" in file or "dist-packages" in file
