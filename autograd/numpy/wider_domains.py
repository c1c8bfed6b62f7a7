"""``np.emath``: functions that give complex numbers where there are no real ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.numpy.arguments import differentiable, plain
from autograd.rules import arithmetic, exponentials, trigonometry


def _beyond(name: str, function: Callable[..., Any], beyond: Callable[[Any], Any]) -> None:
    @differentiable(f"emath.{name}")
    def wider(x: Any) -> Any:
        return function(_complex_where(beyond, x))


def _complex_where(beyond: Callable[[Any], Any], x: Any) -> Any:
    """As complex numbers, where some entry is such that there is no real result."""
    numbers = plain(x, "np.emath")
    return x + 0j if not np.iscomplexobj(numbers) and np.any(beyond(numbers)) else x


def _negative(x: Any) -> Any:
    return np.less(x, 0)


def _beyond_one(x: Any) -> Any:
    return np.greater(np.abs(x), 1)


for _name, _function in {
    "sqrt": arithmetic.sqrt,
    "log": exponentials.log,
    "log2": exponentials.log2,
    "log10": exponentials.log10,
}.items():
    _beyond(_name, _function, _negative)
for _name, _function in {
    "arccos": trigonometry.arccos,
    "arcsin": trigonometry.arcsin,
    "arctanh": trigonometry.arctanh,
}.items():
    _beyond(_name, _function, _beyond_one)


@differentiable("emath.power")
def power(x: Any, p: Any) -> Any:
    """Powers, complex ones where some base is below 0."""
    return arithmetic.power(_complex_where(_negative, x), p)


@differentiable("emath.logn")
def logn(n: Any, x: Any) -> Any:
    """The logarithm to a base."""
    return exponentials.log(_complex_where(_negative, x)) / exponentials.log(_complex_where(_negative, n))
