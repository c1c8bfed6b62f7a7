"""How a function of SciPy's becomes one with derivatives: found by its ufunc, written in a line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special as _special

from autograd.errors import MissingRuleError
from autograd.numpy.protocols import UFUNCS
from autograd.rules.primitive import Primitive
from autograd.rules.ready import Vjp


class SpecialFunction(Primitive):
    """A function of SciPy's with its derivative, which stands in no book; pickled by reference."""

    def __reduce__(self) -> str:
        return self.__name__


def enter(
    name: str,
    *vjps: Vjp | None,
    function: Callable[..., Any] | None = None,
    doc: str = "",
    analytic: bool = False,
    module: str = "autograd.scipy.special",
) -> SpecialFunction:
    """A function with the derivative for each argument; `unknown` where there is none in closed form."""
    scipys = getattr(_special, name) if function is None else function
    shown = name.removeprefix("_")  # as which it stands in messages and pictures
    rules = tuple(_refused(shown, i) if vjp is unknown else vjp for i, vjp in enumerate(vjps))

    def on_floats(*xs: Any) -> Any:
        y = scipys(*xs)
        return complex(y) if np.iscomplexobj(y) else float(y)

    entry = SpecialFunction(
        shown, scipys, rules, scalar=on_floats, elementwise=True, analytic=analytic, doc=doc or f"scipy.special.{shown}"
    )
    entry.__name__ = entry.__qualname__ = name
    entry.__module__ = module
    if isinstance(scipys, np.ufunc):
        UFUNCS[scipys] = entry
    return entry


def unknown(*_: Any) -> Any:
    """No closed form is known."""


def _refused(name: str, position: int) -> Vjp:
    def refuse(*_: Any) -> Any:
        raise MissingRuleError(
            f"scipy.special.{name} has no derivative for its argument {position}: give a constant there"
        )

    return refuse
