"""NumPy's names, differentiable: ``import autograd.numpy as np`` in place of ``import numpy as np``.

A function with a derivative rule works on numbers, arrays, Values and Tensors alike; every other name is NumPy's own.
"""

from __future__ import annotations

from typing import Any

import numpy as _numpy

from autograd.graph.node import Node as _Node
from autograd.numpy.protocols import DIFFERENTIABLE
from autograd.numpy.shapes import broadcast_to as _broadcast_to
from autograd.rules.primitive import BOOK


def full(shape: Any, fill_value: Any, dtype: Any = None, **options: Any) -> Any:
    """As ``np.full``, whose fill value may be a node here: NumPy itself would make a plain array of it."""
    if not isinstance(fill_value, _Node):
        return _numpy.full(shape, fill_value, dtype, **options)
    filled: Any = _broadcast_to(fill_value, shape)  # type: ignore[call-overload]
    return filled if dtype is None else filled.astype(dtype)


_rules: dict[str, Any] = {entry.ufunc.__name__: entry for entry in BOOK.values() if entry.ufunc is not None}
_rules |= {function.__name__: ours for function, ours in DIFFERENTIABLE.items()} | {"full": full}
# NumPy's second names for the same functions (np.abs, np.amax, np.true_divide …).
_rules |= {
    name: _rules[other.__name__]
    for name, other in vars(_numpy).items()
    if callable(other) and getattr(other, "__name__", name) != name and getattr(other, "__name__", "") in _rules
}
__all__ = sorted(_rules)


def __getattr__(name: str) -> Any:
    if name in _rules:
        return _rules[name]
    return getattr(_numpy, name)


def __dir__() -> list[str]:
    return __all__
