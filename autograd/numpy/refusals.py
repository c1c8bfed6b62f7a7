"""What is said of NumPy's functions and arguments that have no meaning for nodes, and where shapes do not fit."""

from __future__ import annotations

import dis
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NoReturn

import numpy as np

from autograd.errors import GradbookError, MatrixError, ShapeError
from autograd.graph.node import Node

__all__ = ["MISFITS", "refuse_argument", "refuse_function", "refuse_misfit"]

# What Python or NumPy raises in the middle of a function of ours where arguments do not fit.
MISFITS = (AttributeError, IndexError, TypeError, ValueError)
# What NumPy's functions come upon themselves in the middle of arrays that have too few axes.
_OF_PYTHON = re.compile(
    "(tuple|list|assignment) index out of range|missing 1 required|unsized|to unpack|__array_function__"
)

# Functions that write into an array, which cannot take a node in, and what makes a new one.
_WRITES = {
    "np.copyto": "np.where(mask, t, a), or autograd.numpy's full_like",
    "np.fill_diagonal": "np.where(np.eye(n, dtype=bool), t, a)",
    **dict.fromkeys(("np.place", "np.put", "np.put_along_axis", "np.putmask"), "np.where(mask, t, a)"),
}
# Other functions, and what takes their place.
_INSTEAD = {
    **dict.fromkeys(("np.gcd", "np.lcm"), "whole numbers have none"),
    **dict.fromkeys(
        ("np.histogram2d", "np.histogramdd"),
        "counts have none; of weights, np.bincount(np.digitize(…), weights)",
    ),
    **dict.fromkeys(
        ("np.union1d", "np.intersect1d", "np.setdiff1d", "np.setxor1d", "np.unique_values", "np.unique_all"),
        "take what np.unique and np.isin choose",
    ),
    "np.sort_complex": "take t[np.argsort(t.data)]",
}


def refuse_argument(name: str, argument: str) -> NoReturn:
    """Raise for an argument that has no meaning for nodes."""
    raise TypeError(
        f"{name} on nodes takes no {argument}=: "
        + (
            "compute a new result (an ndarray cannot take a Tensor in place; write a = a + t)"
            if argument == "out"
            else "choose with np.where(condition, result, other)"
            if argument == "where"
            else "leave it out, or use t.data where no gradient is needed"
        )
    )


def refuse_function(name: str) -> NoReturn:
    """Raise for a function that has no derivative here."""
    if name in _WRITES:
        raise TypeError(f"{name} has no derivative rule: it writes into an array; make a new one, {_WRITES[name]}")
    module = f"autograd.{'scipy.special' if name.startswith('scipy.') else 'numpy'}"
    instead = _INSTEAD.get(name, f"build it from functions that have one (dir({module}) lists them)")
    raise TypeError(f"{name} has no derivative rule here: {instead}, or use t.data where no gradient is needed")


def refuse_misfit(
    function: Callable[..., Any], name: str, args: tuple[Any, ...], kwargs: dict[str, Any], error: Exception
) -> NoReturn:
    """Raise an error from the middle of our function of that name as what NumPy's says of the same arguments.

    As it is, with its cause, where it was raised on purpose, where a user's function among the arguments may have
    raised it, and where NumPy's function takes them.
    """
    given = [*args, *kwargs.values()]
    if isinstance(error, GradbookError) or _on_purpose(error) or any(map(callable, _parts(given))):
        raise error
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
            function(*map(_numbers, args), **{word: _numbers(x) for word, x in kwargs.items()})
    except MISFITS as theirs:
        shapes = [str(np.shape(_numbers(x))) for x in _parts(given) if isinstance(x, Node | np.ndarray)]
        what = f"{name} of {'shape' if len(shapes) == 1 else 'shapes'} {' and '.join(shapes)}"
        if _OF_PYTHON.search(str(theirs)):
            raise ShapeError(f"{what}: it lacks an axis") from None
        kind: type[Exception] = IndexError if type(theirs) is IndexError else ShapeError
        kind = TypeError if isinstance(theirs, AttributeError | TypeError) else kind
        kind = MatrixError if isinstance(theirs, np.linalg.LinAlgError) else kind
        raise kind(f"{what}: {' '.join(str(theirs).split())}") from None
    raise error


def _on_purpose(error: Exception) -> bool:
    """Whether a ``raise`` of this package raised it, and not a call or an index in the middle of an expression."""
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    if step is None:
        return False
    code = step.tb_frame.f_code.co_code
    return code[step.tb_lasti] == dis.opmap["RAISE_VARARGS"] and step.tb_frame.f_globals["__name__"].startswith(
        "autograd."
    )


def _parts(given: Iterable[Any]) -> Iterator[Any]:
    for x in given:
        if isinstance(x, list | tuple):
            yield from _parts(x)
        else:
            yield x


def _numbers(x: Any) -> Any:
    """What nodes hold, which NumPy must not write into."""
    if isinstance(x, list | tuple):
        parts = [*map(_numbers, x)]
        return parts if isinstance(x, list) else tuple(parts)  # which a named one is, too
    numbers = x._raw if isinstance(x, Node) else x
    if isinstance(numbers, np.ndarray):
        numbers = numbers.view()
        numbers.flags.writeable = False
    return numbers
