"""What objects show of themselves: how they were made."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

__all__ = ["Shown", "settings_of"]


def settings_of(thing: Any) -> list[str]:
    """``name=value`` for each argument of the constructor that an object keeps under its name, defaults left out.

    Of arrays, tensors and tables it is the shape that is shown.

    Example:
        >>> class Blur:
        ...     def __init__(self, size, times=1):
        ...         self.size, self.times = size, times
        >>> settings_of(Blur(3)), settings_of(Blur(3, times=2))
        (['size=3'], ['size=3', 'times=2'])
    """
    found = []
    for name, parameter in inspect.signature(type(thing)).parameters.items():
        value = getattr(thing, name, parameter.default)
        if hasattr(value, "shape") and np.ndim(value):
            found.append(f"{name}=<{type(value).__name__} of shape {value.shape}>")
        elif value is not parameter.default and value != parameter.default:
            found.append(f"{name}={value!r}")
    return found


class Shown:
    """Objects whose repr is the call that makes them."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(settings_of(self))})"
