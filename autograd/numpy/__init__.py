"""NumPy's names, differentiable: ``import autograd.numpy as np`` in place of ``import numpy as np``.

A function with a derivative rule works on numbers, arrays, Values and Tensors alike; every other name is NumPy's own.
"""

from __future__ import annotations

from typing import Any

import numpy as _numpy

from autograd.graph.node import Node as _Node
from autograd.numpy import arguments as _arguments
from autograd.numpy.shapes import broadcast_to as _broadcast_to
from autograd.rules.primitive import BOOK as _BOOK


def full(shape: Any, fill_value: Any, dtype: Any = None, **options: Any) -> Any:
    """As ``np.full``, whose fill value may be a node here: NumPy itself would make a plain array of it."""
    if not isinstance(fill_value, _Node):
        return _numpy.full(shape, fill_value, dtype, **options)
    filled: Any = _broadcast_to(fill_value, shape)  # type: ignore[call-overload]
    return filled if dtype is None else filled.astype(dtype)


_entries: dict[Any, Any] = {entry.ufunc: entry for entry in _BOOK.values() if entry.ufunc is not None}


def __getattr__(name: str) -> Any:
    found = getattr(_numpy, name)
    if callable(found) and not isinstance(found, type):
        found = _entries.get(found) or _arguments.differentiable_version(found)
        globals()[name] = found
    return found


def __dir__() -> list[str]:
    named = {name for name in dir(_numpy) if _is_ufunc_of_ours(getattr(_numpy, name, None))}
    return sorted({*named, *_arguments.all_names(_numpy), "full"})


def _is_ufunc_of_ours(function: Any) -> bool:
    return isinstance(function, _numpy.ufunc) and function in _entries
