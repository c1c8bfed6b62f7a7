"""HIPS autograd's name for its engine; this project's is read from `autograd.graph` and `autograd.functional`."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.compat.old_rules import primitive
from autograd.extend import (
    def_linear,
    defjvp,
    defjvp_argnum,
    defjvp_argnums,
    defvjp,
    defvjp_argnum,
    defvjp_argnums,
)
from autograd.functional.derivatives import make_jvp as _make_jvp
from autograd.functional.derivatives import make_vjp as _make_vjp
from autograd.functional.signatures import Function
from autograd.functional.spaces import VSpace, vspace
from autograd.functional.trees import map_leaves

__all__ = [
    "VSpace",
    "def_linear",
    "defjvp",
    "defjvp_argnum",
    "defjvp_argnums",
    "defvjp",
    "defvjp_argnum",
    "defvjp_argnums",
    "make_jvp",
    "make_vjp",
    "primitive",
    "primitive_vjps",
    "vspace",
]

# Where HIPS autograd looks rules up. Here a primitive has its own, so that nothing is in it.
primitive_vjps: dict[Any, Any] = {}


def make_vjp(fun: Function, x: Any) -> tuple[Function, Any]:
    """``(vjp, f(x))``, for a function of one argument; numbers have shapes here, as HIPS autograd's."""
    pull_back, value = _make_vjp(fun)(x)
    return lambda g: _with_shapes(pull_back(g)), _with_shapes(value)


def make_jvp(fun: Function, x: Any) -> Callable[[Any], tuple[Any, Any]]:
    """``jvp``, where ``jvp(v)`` is ``(f(x), J v)``, for a function of one argument; numbers have shapes here."""
    push_forward = _make_jvp(fun)(x)
    return lambda v: _with_shapes(push_forward(v))


def _with_shapes(tree: Any) -> Any:
    return map_leaves(lambda x: np.float64(x) if type(x) is float else x, tree)
