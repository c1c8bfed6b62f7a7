"""NumPy's protocols: what ``np.exp(t)`` and ``np.concatenate([t, u])`` dispatch to.

A ufunc that is an entry of the rule book is applied at once; all else is done by `autograd.numpy.dispatch`, which is
imported when it is first needed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

from autograd.graph.node import Node
from autograd.graph.operators import ForeignOperandError
from autograd.rules.primitive import OF_UFUNC, Primitive

# Ufuncs of other libraries, entered by the modules that have rules for them or compose them; and by library those
# modules, which are imported when first needed.
UFUNCS: dict[np.ufunc, Primitive] = {}
COMPOSED: dict[np.ufunc, Callable[..., Any]] = {}
MODULES_OF: dict[str, str] = {}


@cache
def _primitive_of(ufunc: np.ufunc) -> Primitive | None:
    for library, module in MODULES_OF.items():
        if getattr(sys.modules.get(library), ufunc.__name__, None) is ufunc:
            import_module(module)
    return UFUNCS.get(ufunc) or OF_UFUNC.get(ufunc)


@cache
def _dispatch() -> Any:
    return import_module("autograd.numpy.dispatch")


def apply_ufunc(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """What a ufunc means on nodes: its primitive, recorded; or plain numbers where nothing can be differentiated."""
    entry = _primitive_of(ufunc)
    if method != "__call__":
        return _dispatch().apply_method(entry, ufunc, method, inputs, options)
    if entry is None and ufunc.signature is not None:  # axis= means something
        return _dispatch().call(ufunc, inputs, options)
    if "axes" in options:
        return import_module("autograd.numpy.calls").along_axes(ufunc, inputs, **options)
    if options:
        inputs = _dispatch().with_options(ufunc, inputs, options)
    if entry is None:
        return COMPOSED[ufunc](*inputs) if ufunc in COMPOSED else _dispatch().call(ufunc, inputs, {})
    try:
        result = entry(*inputs)
    except ForeignOperandError:
        if any(
            hasattr(type(x), "__array_ufunc__") for x in inputs if not isinstance(x, Node | np.ndarray | np.generic)
        ):
            return NotImplemented  # it may know what to do
        raise
    if entry.differentiable or (isinstance(result, Node) and result.traced):  # it may be another at the next replay
        return result
    plain = _dispatch().plain
    return ufunc(*[plain(x, f"np.{ufunc.__name__}") for x in inputs])


def apply_function(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What another NumPy function means on nodes."""
    return _dispatch().apply_function(function, args, kwargs)
