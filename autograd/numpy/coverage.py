"""What of NumPy is differentiable, read off the rule book and the table of functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from autograd.arguments import explained
from autograd.numpy.arguments import TABLE
from autograd.numpy.calls import all_names
from autograd.rules.primitive import BOOK

__all__ = ["coverage"]


@explained
def coverage() -> dict[str, Literal["entry", "composed"]]:
    """NumPy's differentiable functions by name: an entry of the rule book, or composed of entries.

    Both have derivatives of every order, in reverse and in forward mode. The site's page on coverage has these names,
    with what other libraries differentiate, what programs record, what takes complex numbers, and measured errors.

    Example:
        >>> found = coverage()
        >>> found["exp"], found["fft.rfft"], "packbits" in found
        ('entry', 'composed', False)
    """
    ufuncs = {entry.ufunc for entry in BOOK.values() if entry.ufunc is not None and entry.differentiable}
    found: dict[str, Literal["entry", "composed"]] = {}
    for prefix, module in (("", np), ("emath.", np.emath), ("fft.", np.fft), ("linalg.", np.linalg)):
        for name in all_names(module):
            found[prefix + name] = "entry" if _is_entry(getattr(module, name)) else "composed"
        found |= {prefix + name: "entry" for name, value in vars(module).items() if _among(value, ufuncs)}
    return dict(sorted(found.items()))


def _is_entry(function: Callable[..., Any]) -> bool:
    ours = TABLE[function].__name__.lstrip("_")
    return ours in BOOK and ours not in ("clip", "dot")


def _among(value: Any, ufuncs: set[Any]) -> bool:
    return isinstance(value, np.ufunc) and value in ufuncs
