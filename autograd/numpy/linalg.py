"""``np.linalg``, differentiable where it has a rule."""

from __future__ import annotations

from typing import Any

from numpy import linalg as _numpys

__all__ = _numpys.__all__


def __getattr__(name: str) -> Any:
    return getattr(_numpys, name)


def __dir__() -> list[str]:
    return __all__
