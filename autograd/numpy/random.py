"""NumPy's random numbers, under the name that HIPS autograd has for them; they have no derivatives."""

from __future__ import annotations

from typing import Any

from numpy import random as _random

__all__ = _random.__all__


def __getattr__(name: str) -> Any:
    return getattr(_random, name)


def __dir__() -> list[str]:
    return __all__
