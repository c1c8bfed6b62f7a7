"""NumPy's names, differentiable: ``import autograd.numpy as np`` in place of ``import numpy as np``.

A function with a derivative rule works on numbers, arrays, Values and Tensors alike; every other name is NumPy's own.
"""

from __future__ import annotations

from contextlib import suppress as _suppress
from importlib import import_module as _import_module
from typing import TYPE_CHECKING, Any

import numpy as _numpy

from autograd.rules.primitive import OF_UFUNC as _OF_UFUNC

if TYPE_CHECKING:
    from autograd.numpy.building import array as array
    from autograd.numpy.building import asarray as asarray
    from autograd.numpy.building import c_ as c_
    from autograd.numpy.building import full as full
    from autograd.numpy.building import make_diagonal as make_diagonal
    from autograd.numpy.building import r_ as r_
    from autograd.numpy.building import vectorize as vectorize
    from autograd.numpy.building import where as where

_ours = ("array", "asarray", "c_", "full", "make_diagonal", "r_", "vectorize", "where")
_submodules = ("fft", "linalg", "random")
__all__ = [*_numpy.__all__]


def _calls() -> Any:
    return _import_module("autograd.numpy.calls")


def __getattr__(name: str) -> Any:
    if name in _submodules:
        return _import_module(f"autograd.numpy.{name}")
    if name in _ours:
        found = globals()[name] = getattr(_import_module("autograd.numpy.building"), name)
        return found
    found = getattr(_numpy, name, None)
    if found is None and not hasattr(_numpy, name):
        with _suppress(ModuleNotFoundError):  # ``from autograd.numpy import calls`` asks here before it imports
            return _import_module(f"autograd.numpy.{name}")
        from autograd.suggest import no_such_name

        raise no_such_name("module 'autograd.numpy'", "np", name, __dir__(), {})
    if callable(found) and not isinstance(found, type):
        found = _OF_UFUNC.get(found) or _calls().differentiable_version(found)
        globals()[name] = found
    return found


def __dir__() -> list[str]:
    # Not by dir and getattr, which would import all that NumPy has.
    named = {name for name, value in vars(_numpy).items() if _is_ufunc_of_ours(value)}
    return sorted({*named, *_calls().all_names(_numpy), *_ours})


def _is_ufunc_of_ours(function: Any) -> bool:
    return isinstance(function, _numpy.ufunc) and function in _OF_UFUNC
