"""``np.linalg``, differentiable where it has a rule."""

from __future__ import annotations

from typing import Any

from numpy import linalg as _numpys

from autograd.numpy.calls import differentiable_version as _differentiable_version

__all__ = _numpys.__all__


def __getattr__(name: str) -> Any:
    found = getattr(_numpys, name)
    if callable(found) and not isinstance(found, type):
        found = globals()[name] = _differentiable_version(found)
    return found


def __dir__() -> list[str]:
    return __all__
