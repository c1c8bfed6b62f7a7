"""Which names of its surroundings a function's code reads, and which attributes of theirs."""

from __future__ import annotations

import dis
import inspect
import sys
from types import CodeType, ModuleType
from typing import Any

__all__ = ["OURS", "Path", "attribute_names", "is_library", "paths"]

OURS = ("autograd", "nn", "numpy", "math", "operator", "functools")

# A name, whether it is a cell of functions around (or else one of the module's), and attributes, one of the other.
Path = tuple[str, bool, tuple[str, ...]]

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
        if path is not None and each.opname in _ATTRIBUTE:
            path = (*path[:2], (*path[2], each.argval))
            continue
        if path is not None:
            found[path] = None
        path = (each.argval, each.opname in _CELL, ()) if each.opname in _GLOBAL + _CELL else None
    for inner in filter(inspect.iscode, code.co_consts):
        found |= dict.fromkeys(paths(inner))
    return list(found)


def attribute_names(code: CodeType) -> set[str]:
    """The names of all attributes that a function, or one within it, reads.

    Example:
        >>> sorted(attribute_names((lambda x: x.scale * [y.data for y in x.parts]).__code__))
        ['data', 'parts', 'scale']
    """
    found = {each.argval for each in dis.get_instructions(code) if each.opname in _ATTRIBUTE}
    return found.union(*map(attribute_names, filter(inspect.iscode, code.co_consts)))


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
