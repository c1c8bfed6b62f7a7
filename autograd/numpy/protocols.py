"""NumPy's functions called on nodes: what ``np.exp(t)`` and ``np.concatenate([t, u])`` arrive at."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from autograd.graph.node import Node
from autograd.graph.outside import look_at
from autograd.numpy import functions, reductions, shapes
from autograd.rules.arithmetic import where
from autograd.rules.primitive import BOOK, Primitive


def _clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    """NumPy's clip, whose bounds have two names each."""
    return functions.clip(a, a_min if min is None else min, a_max if max is None else max)


def _where(condition: Any, *branches: Any) -> Any:
    """NumPy's where: a choice between two branches, or the places where a condition holds."""
    if branches:
        return where(condition, *branches)
    _look_at(condition, "np.where")
    return np.where(_plain(condition))


# NumPy's functions that have a derivative here, beside the ufuncs, which the rule book names itself.
DIFFERENTIABLE: dict[Callable[..., Any], Callable[..., Any]] = {
    np.sum: reductions.sum,
    np.mean: reductions.mean,
    np.max: reductions.max,
    np.min: reductions.min,
    np.reshape: shapes.reshape,
    np.ravel: shapes.ravel,
    np.transpose: shapes.transpose,
    np.swapaxes: shapes.swapaxes,
    np.broadcast_to: shapes.broadcast_to,
    np.expand_dims: shapes.expand_dims,
    np.squeeze: shapes.squeeze,
    np.concatenate: shapes.concatenate,
    np.stack: shapes.stack,
    np.dot: functions.dot,
    np.linalg.norm: reductions.norm,
    np.clip: _clip,
    np.where: _where,
}

# Their results are positions, shapes, truths or fresh arrays: no derivative is lost by working on the plain numbers.
GRADIENT_FREE: frozenset[Callable[..., Any]] = frozenset(
    {
        np.shape, np.ndim, np.size, np.argmax, np.argmin, np.argsort, np.nonzero, np.any, np.all,
        np.allclose, np.isclose, np.array_equal, np.count_nonzero, np.searchsorted, np.result_type,
        np.zeros_like, np.ones_like, np.empty_like, np.may_share_memory, np.shares_memory, np.array2string,
    }
)  # fmt: skip

# Those of them that look at shapes and dtypes alone.
OF_SHAPES = frozenset({np.shape, np.ndim, np.size, np.result_type, np.zeros_like, np.ones_like, np.empty_like})


@cache
def _primitive_of(ufunc: np.ufunc) -> Primitive | None:
    return next((entry for entry in BOOK.values() if entry.ufunc is ufunc), None)


def apply_ufunc(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """What a ufunc means on nodes: its primitive, recorded; or plain numbers where nothing can be differentiated."""
    name = f"np.{ufunc.__name__}"
    if method != "__call__":
        raise TypeError(f"{name}.{method} has no derivative rule; use np.sum, np.max … or operators")
    if options:
        given = ", ".join(f"{option}=" for option in options)
        raise TypeError(
            f"{name} on nodes takes no {given}: compute a new result "
            "(an ndarray cannot take a Tensor in place; write a = a + t)"
        )
    entry = _primitive_of(ufunc)
    if entry is None:
        raise TypeError(_no_rule(name))
    result = entry(*inputs)
    if entry.differentiable or (isinstance(result, Node) and result.traced):  # it may be another at the next replay
        return result
    _look_at(inputs, name)
    return ufunc(*map(_plain, inputs))


def apply_function(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What another NumPy function means on nodes."""
    if function in DIFFERENTIABLE:
        ours = DIFFERENTIABLE[function]
        signature = inspect.signature(ours)
        try:
            signature.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(
                f"np.{function.__name__} on nodes takes {signature.replace(return_annotation=signature.empty)}: {error}"
            ) from None
        return ours(*args, **kwargs)
    if function in GRADIENT_FREE:
        if function not in OF_SHAPES:
            _look_at((args, kwargs), f"np.{function.__name__}")
        return function(*map(_plain, args), **{key: _plain(value) for key, value in kwargs.items()})
    raise TypeError(_no_rule(f"{function.__module__.replace('numpy', 'np')}.{function.__name__}"))


def _no_rule(name: str) -> str:
    return (
        f"{name} has no derivative rule here: build it from functions that have one (dir(autograd.numpy) lists them), "
        "or use t.data where no gradient is wanted"
    )


def _look_at(inputs: Any, name: str) -> None:
    """Note at the nodes among them that plain numbers were made of theirs."""
    if isinstance(inputs, Node):
        look_at(name, inputs)
    elif isinstance(inputs, tuple | list | dict):
        for x in inputs.values() if isinstance(inputs, dict) else inputs:
            _look_at(x, name)


def _plain(x: Any) -> Any:
    if isinstance(x, Node):
        return x._raw
    return type(x)(map(_plain, x)) if isinstance(x, list | tuple) else x
