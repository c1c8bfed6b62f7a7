"""NumPy's functions, and the methods of its ufuncs, called on nodes: what ``np.concatenate([t, u])`` dispatches to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.graph.node import Node
from autograd.numpy import calls, shapes
from autograd.numpy.arguments import cast, check_dtype, plain
from autograd.numpy.calls import call
from autograd.numpy.folding import accumulated, folded, folded_at
from autograd.numpy.recorded import RECORDED
from autograd.numpy.refusals import refuse_argument, refuse_function
from autograd.rules.primitive import Primitive

__all__ = ["GRADIENT_FREE", "OF_SHAPES", "apply_function", "apply_method", "call", "plain", "with_options"]

# Their results are positions, shapes, truths or fresh arrays: no derivative is lost by working on the plain numbers.
GRADIENT_FREE: frozenset[Callable[..., Any]] = frozenset(
    {
        np.shape, np.ndim, np.size, np.argmax, np.argmin, np.argsort, np.nonzero, np.any, np.all,
        np.allclose, np.isclose, np.array_equal, np.count_nonzero, np.searchsorted, np.result_type,
        np.zeros_like, np.ones_like, np.empty_like, np.may_share_memory, np.shares_memory, np.array2string,
        np.argpartition, np.lexsort, np.nanargmax, np.nanargmin, np.flatnonzero, np.argwhere, np.digitize, np.isin,
        np.array_equiv, np.array_repr, np.array_str, np.isneginf, np.isposinf, np.iscomplex, np.isreal,
        np.iscomplexobj, np.isrealobj, np.can_cast, np.common_type, np.min_scalar_type, np.linalg.matrix_rank,
        np.einsum_path, np.diag_indices_from, np.tril_indices_from, np.triu_indices_from,
    }
)  # fmt: skip


# Those of them that look at shapes and dtypes alone.
OF_SHAPES = frozenset(
    {
        np.shape, np.ndim, np.size, np.result_type, np.zeros_like, np.ones_like, np.empty_like, np.einsum_path,
        np.diag_indices_from, np.tril_indices_from, np.triu_indices_from,
    }
)  # fmt: skip


# ---- ufuncs --------------------------------------------------------------------------------------------------------

# What reducing by a ufunc is, and accumulating.
REDUCED: dict[np.ufunc, Callable[..., Any]] = {
    np.add: np.sum,
    np.multiply: np.prod,
    np.maximum: np.max,
    np.minimum: np.min,
}
ACCUMULATED: dict[np.ufunc, Callable[..., Any]] = {np.add: np.cumsum, np.multiply: np.cumprod}


def with_options(ufunc: np.ufunc, inputs: tuple[Any, ...], options: dict[str, Any]) -> tuple[Any, ...]:
    """The inputs in the type that is asked for."""
    name = f"np.{ufunc.__name__}"
    for option, value in options.items():
        nothing = value is None or value is True or (option == "out" and all(buffer is None for buffer in value))
        if not nothing and option not in calls.IGNORED | {"dtype"}:
            refuse_argument(name, option)
    dtype = options.get("dtype")
    if dtype is None:
        return inputs
    check_dtype(name, dtype)
    return tuple(cast(x, dtype) for x in inputs)


def apply_method(
    entry: Primitive | None, ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], options: dict[str, Any]
) -> Any:
    """What a method of a ufunc, which is that entry, means on nodes."""
    flat = entry is not None and not entry.differentiable and "out" not in options
    if flat and not any(isinstance(x, Node) and x.traced for x in inputs):
        return getattr(ufunc, method)(*map(plain, inputs), **options)
    if method == "outer":
        a, b = inputs
        a = shapes.reshape(a, np.shape(_held(a)) + (1,) * np.ndim(_held(b)))
        return ufunc(*with_options(ufunc, (a, b), options))
    options = {name: value for name, value in options.items() if name != "out" or value != (None,)}
    meant = (REDUCED if method == "reduce" else ACCUMULATED if method == "accumulate" else {}).get(ufunc)
    if meant is not None:
        names = ("axis", "dtype", "out", "keepdims", "initial", "where")
        return call(meant, inputs[:1], {"axis": 0} | dict(zip(names, inputs[1:], strict=False)) | options)
    name = f"{calls.name_of(ufunc)}.{method}"
    if method not in _FOLDS or ufunc.nin != 2 or ufunc.nout != 1 or ufunc.signature is not None:
        writes = ": it writes into an array; add y = y + np.bincount(places, values, len(y))" if method == "at" else ""
        raise TypeError(f"{name} has no derivative rule{writes or '; use np.sum, np.max … or operators'}")
    fold, places = _FOLDS[method]
    given = dict(zip(places, inputs[1:], strict=False)) | options
    for option in given.keys() - {"axis", "keepdims", "indices"}:
        refuse_argument(name, option)
    return fold(ufunc, inputs[0], **given)


# What a method of ufuncs without a function of its own is on nodes, and its arguments by their places.
_FOLDS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "reduce": (folded, ("axis", "dtype", "out", "keepdims", "initial", "where")),
    "accumulate": (accumulated, ("axis", "dtype", "out")),
    "reduceat": (folded_at, ("indices", "axis", "dtype", "out")),
}


# ---- other functions -----------------------------------------------------------------------------------------------


def apply_function(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What another NumPy function means on nodes."""
    if function in OF_SHAPES:
        return function(*map(_held, args), **{key: _held(value) for key, value in kwargs.items()})
    if function in RECORDED and any(isinstance(x, Node) and x.traced for x in (*args, *kwargs.values())):
        return RECORDED[function](*args, **kwargs)
    if function in GRADIENT_FREE:
        what = f"np.{function.__name__}"
        if isinstance(kwargs.get("out"), Node):
            refuse_argument(what, "out")
        return function(*[_looked_at(x, what) for x in args], **{key: _looked_at(x, what) for key, x in kwargs.items()})
    if calls.row_of(function) is None:
        refuse_function(calls.name_of(function))
    return call(function, args, kwargs)


def _looked_at(x: Any, what: str) -> Any:
    """The numbers of nodes, which NumPy must not write into (an argument ``out`` may stand by its place)."""
    numbers = plain(x, what)
    if isinstance(x, Node) and isinstance(numbers, np.ndarray):
        numbers = numbers.view()
        numbers.flags.writeable = False
    return numbers


def _held(x: Any) -> Any:
    """What nodes hold: of a traced one its shape and type alone mean something, and those alone are asked for."""
    if isinstance(x, Node):
        return x._raw
    return type(x)(map(_held, x)) if isinstance(x, list | tuple) else x
