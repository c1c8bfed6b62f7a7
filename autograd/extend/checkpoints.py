"""Functions that keep nothing of their inside for the backward pass, and run once more there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from autograd.arguments import checked
from autograd.errors import GraphError
from autograd.extend.own import OwnPrimitive, holds_nodes
from autograd.extend.rules import defvjp_argnum
from autograd.functional.derivatives import make_vjp
from autograd.functional.trees import leaves, map_leaves
from autograd.graph.node import Node
from autograd.tensor.tensor import constant
from autograd.value.value import Value

__all__ = ["checkpoint"]

# The setting of a checkpoint's node that holds the positions of its arguments which hold nodes, and their kind.
NODES = "positions_of_nodes"


class Checkpoint(OwnPrimitive):
    """A primitive whose function gets Values and Tensors where it is called with them, as any other function does."""

    def __call__(self, /, *inputs: Any, **attrs: Any) -> Any:
        """The function itself where no argument is a node."""
        if any(map(holds_nodes, attrs.values())):
            inputs, attrs = self.by_position(inputs, attrs), {}
        if positions := frozenset(i for i, x in enumerate(inputs) if holds_nodes(x)):
            attrs[NODES] = positions, next(x for x in leaves(inputs) if isinstance(x, Node)).kind
        return super().__call__(*inputs, **attrs)


@checked
def checkpoint(function: Callable[..., Any]) -> OwnPrimitive:
    """The same function, which keeps nothing of its inside for the backward pass and runs once more there.

    Time for memory (T. Chen et al., "Training deep nets with sublinear memory cost", 2016): once more for each argument
    that takes a gradient. Its variables are its arguments; what it takes from outside must be constant. So a module's
    parameters go in as one of them, by `nn.functional_call`.

    Raises:
        GraphError: It gave something else in the backward pass, as where it draws random numbers.

    Example:
        >>> import autograd as ag, nn, numpy as np
        >>> @checkpoint
        ... def deep(x):
        ...     for _ in range(10):
        ...         x = x.sin()
        ...     return x
        >>> len(ag.topological_order(deep(ag.Value(1.0))))
        2
        >>> block = nn.MLP(3, [64, 3], seed=0)
        >>> run = checkpoint(lambda parameters, x: nn.functional_call(block, parameters, x))
        >>> run(dict(block.named_parameters()), np.ones((2, 3))).shape
        (2, 3)
    """

    @wraps(function)
    def on_nodes(*inputs: Any, **attrs: Any) -> Any:
        positions, kind = attrs.pop(NODES, ((), ""))
        as_node = _as_value if kind == Value.kind else _as_tensor
        return function(*(map_leaves(as_node, x) if i in positions else x for i, x in enumerate(inputs)), **attrs)

    on_nodes.__name__ = getattr(function, "__name__", type(function).__name__)

    again = Checkpoint(on_nodes)

    def maker(argnum: int, ans: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[[Any], Any]:
        vjp, value = make_vjp(on_nodes, argnum)(*args, **kwargs)
        if not all(map(_alike, leaves(ans), leaves(value))):
            raise GraphError(
                f"the checkpoint {again.name} gave something else when it ran again for the backward pass: what it "
                "takes from outside must stay as it was, so draw random numbers outside, and pass them"
            )
        return vjp

    defvjp_argnum(again, maker)
    return again


def _as_value(x: Any) -> Any:
    """A number that was a Value, as one without a gradient."""
    return Value(x, requires_grad=False) if isinstance(x, float) else x


def _as_tensor(x: Any) -> Any:
    """An array that was a Tensor, as one without a gradient."""
    return constant(x) if isinstance(x, np.ndarray | np.inexact) and x.dtype.kind in "fc" else x


def _alike(one: Any, other: Any) -> bool:
    """Whether results of two runs are equal but for rounding, as far as there are numbers yet."""
    a, b = (x._raw if isinstance(x, Node) and not x.traced else x for x in (one, other))
    if isinstance(a, Node) or isinstance(b, Node):
        return True
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype.kind not in "fc":
        return np.array_equal(a, b)
    rounding = np.sqrt(np.finfo(b.dtype).eps)
    return np.allclose(a, b, rtol=rounding, atol=rounding * np.max(np.abs(b), initial=0.0), equal_nan=True)
