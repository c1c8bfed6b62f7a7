"""The methods of arrays that are NumPy's functions of the same names, and a word about those that change an array.

A type checker reads the names in the stub beside this file, which ``python -m tests.stubs --write`` makes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from autograd.graph.operators import Operators

# Methods that call NumPy's function, which knows from `autograd.numpy.calls` what it is on nodes.
OF_NUMPY = (
    "all", "any", "argpartition", "argsort", "choose", "compress", "conj", "conjugate", "copy", "cumprod", "cumsum",
    "diagonal", "nonzero", "prod", "ptp", "repeat", "round", "searchsorted", "std", "take", "trace", "var",
)  # fmt: skip

# Methods that change an array, and what computes a new one.
IN_PLACE = {
    "sort": "np.sort(t)",
    "partition": "np.partition(t, kth)",
    "resize": "np.resize(t, shape)",
    "fill": "np.full_like(t, number)",
    "put": "np.where(mask, values, t)",
    "byteswap": "t.data.byteswap()",
    "setfield": "np.where(mask, values, t)",
}


class NumpyMethods(Operators):
    """NumPy's methods that are its functions."""

    __slots__ = ()


def _method(name: str) -> Callable[..., Any]:
    function = getattr(np, name)

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            if name == "compress":  # whose condition comes first, or by its name
                return function(args[0], self, *args[1:], **kwargs) if args else function(a=self, **kwargs)
            return function(self, *args, **kwargs)
        except TypeError as error:  # of NumPy's, which names a function of its own
            known = [] if isinstance(function, np.ufunc) else list(inspect.signature(function).parameters)[1:]
            if "unexpected keyword" in str(error) and (unknown := [word for word in kwargs if word not in known]):
                from autograd.suggest import refuse_keywords

                refuse_keywords(name, unknown, known)
            raise

    method.__name__, method.__qualname__, method.__doc__ = name, f"NumpyMethods.{name}", f"As ``np.{name}``."
    return method


def _refused(name: str, instead: str) -> Callable[..., NoReturn]:
    def method(self: Any, *_: Any, **__: Any) -> NoReturn:  # noqa: ARG001
        raise TypeError(f"t.{name}() would change a Tensor in place: use t = {instead}, a new one")

    method.__name__, method.__qualname__ = name, f"NumpyMethods.{name}"
    method.__doc__ = f"Refused, since it would change the Tensor: use ``{instead}``."
    return method


for _name in OF_NUMPY:
    setattr(NumpyMethods, _name, _method(_name))
for _name, _instead in IN_PLACE.items():
    setattr(NumpyMethods, _name, _refused(_name, _instead))
