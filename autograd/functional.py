"""Derivatives of functions, in HIPS autograd's words: ``grad(f)`` is the function that gives the gradient of f.

Arguments may be floats, arrays, Values, Tensors, or nested tuples, lists and dicts of them. A gradient comes back as
what the argument was: a float for a float, an ndarray for an ndarray, a node for a node; and as a node that can be
differentiated again wherever an outer derivative is being taken. So everything nests: ``grad(grad(f))`` is the second
derivative, and a function inside may use variables that the function outside is differentiated for.

All of it rests on `autograd.gradients`, one backward pass; forward-mode products are two of them (J. Townsend, "A new
trick for calculating Jacobian vector products", 2017): the vector-Jacobian product uᵀJ is linear in u, so its own
derivative for u, in the direction v, is Jv.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as np

from autograd.errors import ShapeError
from autograd.functions import reshape, stack
from autograd.graph import Node, gradients, topological_order
from autograd.mode import enable_grad
from autograd.tensor import Tensor
from autograd.trees import leaves, map_leaves
from autograd.value import Value

Function = Callable[..., Any]
Argnum = int | Sequence[int]


def value_and_grad(function: Function, argnum: Argnum = 0) -> Function:
    """The function that gives ``(f(…), ∇f(…))``, from one forward and one backward pass.

    Args:
        function: A function with a single number as its result.
        argnum: Which positional argument to differentiate for; several make the gradient a tuple.

    Raises:
        ShapeError: The result is not a single number.
        DTypeError: The argument is an integer.

    Example:
        >>> import autograd.numpy as np
        >>> value_and_grad(lambda x: np.tanh(x) * x)(0.0)
        (0.0, 0.0)
    """
    several = not isinstance(argnum, int)
    numbers = (argnum,) if isinstance(argnum, int) else tuple(argnum)

    @wraps(function)
    def with_gradient(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        run = _Run(function, args, kwargs, numbers)
        if _size(run.output) != 1:
            message = (
                f"grad needs a function with a single number as its result; {_name(function)} gave shape "
                f"{np.shape(run.output)}: use jacobian, or elementwise_grad where it works entry by entry"
            )
            raise ShapeError(message)
        upstream = np.ones(run.output.shape) if isinstance(run.output, Tensor) else None
        found = run.pulled_back(upstream)
        return run.value(), found if several else found[0]

    return with_gradient


def grad(function: Function, argnum: Argnum = 0) -> Function:
    """The function that gives the gradient of ``function``, a function with a single number as its result.

    Args:
        function: What to differentiate.
        argnum: Which positional argument to differentiate for; several make the result a tuple.

    Raises:
        ShapeError: The result is not a single number.
        DTypeError: The argument is an integer.

    Example:
        >>> slope = grad(lambda x: x**3)
        >>> slope(2.0), grad(slope)(2.0), grad(grad(slope))(2.0)
        (12.0, 12.0, 6.0)
        >>> grad(lambda p: p["a"] * p["b"] ** 2)({"a": 2.0, "b": 3.0})
        {'a': 9.0, 'b': 12.0}
    """
    with_gradient = value_and_grad(function, argnum)

    @wraps(function)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        return with_gradient(*args, **kwargs)[1]

    return gradient


def elementwise_grad(function: Function, argnum: int = 0) -> Function:
    """The derivative at each entry, of a function that works entry by entry.

    It is the gradient of the sum of the results: the derivative at each entry only where entry i of the result depends
    on entry i of the argument alone.

    Example:
        >>> import autograd.numpy as np
        >>> elementwise_grad(np.square)(np.array([1.0, 2.0, 3.0]))
        array([2., 4., 6.])
    """

    @wraps(function)
    def summed(*args: Any, **kwargs: Any) -> Any:
        output = function(*args, **kwargs)
        return output.sum() if isinstance(output, Tensor | np.ndarray) else output

    return grad(summed, argnum)


def jacobian(function: Function, argnum: int = 0) -> Function:
    """The function that gives all partial derivatives Jᵢⱼ = ∂fᵢ/∂xⱼ, of shape f's result's + x's.

    One backward pass for each entry of the result, through one recorded graph.

    Raises:
        TypeError: The argument is not one number or array.

    Example:
        >>> import autograd.numpy as np
        >>> A = np.array([[1.0, 2.0], [3.0, 4.0]])
        >>> jacobian(lambda x: A @ x)(np.array([1.0, 1.0]))
        array([[1., 2.],
               [3., 4.]])
    """

    @wraps(function)
    def rows(*args: Any, **kwargs: Any) -> Any:
        if isinstance(args[argnum], list | tuple | dict):
            message = (
                f"jacobian is for one number or array, not for a {type(args[argnum]).__name__}; concatenate its parts"
            )
            raise TypeError(message)
        run = _Run(function, args, kwargs, (argnum,))
        result_shape, count = np.shape(run.output), _size(run.output)
        units = np.eye(count).reshape(count, *result_shape)
        found = [run.pulled_back(unit if isinstance(run.output, Tensor) else None)[0] for unit in units]
        if not result_shape:
            return found[0]
        shape = (*result_shape, *np.shape(found[0]))
        return reshape(stack(found), shape) if isinstance(found[0], Node) else np.reshape(np.array(found), shape)

    return rows


def hessian(function: Function, argnum: int = 0) -> Function:
    """The function that gives all second derivatives Hᵢⱼ = ∂²f/∂xᵢ∂xⱼ, the Jacobian of the gradient.

    Example:
        >>> import autograd.numpy as np
        >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 3.0]))
        array([[6., 2.],
               [2., 0.]])
    """
    return jacobian(grad(function, argnum), argnum)


def make_vjp(function: Function, argnum: int = 0) -> Function:
    """The function that gives ``(vjp, f(…))``, where ``vjp(u)`` is uᵀJ, the vector-Jacobian product.

    Example:
        >>> import autograd.numpy as np
        >>> pull_back, value = make_vjp(np.square)(np.array([1.0, 2.0]))
        >>> pull_back(np.array([1.0, 10.0])), value
        (array([ 2., 40.]), array([1., 4.]))
    """

    @wraps(function)
    def maker(*args: Any, **kwargs: Any) -> tuple[Function, Any]:
        run = _Run(function, args, kwargs, (argnum,))
        return (lambda upstream: run.pulled_back(upstream)[0]), run.value()

    return maker


def make_jvp(function: Function, argnum: int = 0) -> Function:
    """The function that gives ``jvp``, where ``jvp(v)`` is ``(f(…), J v)``, the derivative in the direction v.

    Example:
        >>> import autograd.numpy as np
        >>> make_jvp(np.square)(np.array([1.0, 2.0]))(np.array([1.0, 10.0]))
        (array([1., 4.]), array([ 2., 40.]))
    """

    @wraps(function)
    def maker(*args: Any, **kwargs: Any) -> Function:
        run = _Run(function, args, kwargs, (argnum,))
        return lambda direction: (run.value(), run.pushed_forward(direction))

    return maker


def vjp(function: Function, args: Any, upstream: Any, argnum: int = 0) -> tuple[Any, Any]:
    """``(f(…), uᵀJ)`` at once; ``args`` is the argument, or a tuple of all.

    Example:
        >>> import autograd.numpy as np
        >>> vjp(np.square, np.array([1.0, 2.0]), np.array([1.0, 10.0]))
        (array([1., 4.]), array([ 2., 40.]))
    """
    product, value = make_vjp(function, argnum)(*_as_arguments(args))
    return value, product(upstream)


def jvp(function: Function, args: Any, direction: Any, argnum: int = 0) -> tuple[Any, Any]:
    """``(f(…), J v)`` at once; ``args`` is the argument, or a tuple of all.

    Example:
        >>> import autograd.numpy as np
        >>> jvp(np.sin, 0.0, 2.0)
        (0.0, 2.0)
    """
    value, product = make_jvp(function, argnum)(*_as_arguments(args))(direction)
    return value, product


def hvp(function: Function, args: Any, direction: Any, argnum: int = 0) -> tuple[Any, Any]:
    """``(f(…), H v)``, the product of the Hessian and a direction, without the Hessian: two backward passes.

    Example:
        >>> import autograd.numpy as np
        >>> hvp(lambda x: (x**3).sum(), np.array([1.0, 2.0]), np.array([1.0, 1.0]))
        (9.0, array([ 6., 12.]))
    """
    with_gradient = value_and_grad(function, argnum)
    values = []

    def slope_along(*inputs: Any) -> Any:
        value, gradient = with_gradient(*inputs)
        values.append(value)
        return _inner(leaves(gradient), leaves(direction))

    arguments = _as_arguments(args)
    product = grad(slope_along, argnum)(*arguments)
    return _as_plain(values[0], arguments), product


# ---- one run of a function, recorded -------------------------------------------------------------------------------


class _Run:
    """A function's result for arguments some of which are traced, and what can be asked of the recording."""

    def __init__(
        self, function: Function, args: tuple[Any, ...], kwargs: dict[str, Any], numbers: Sequence[int]
    ) -> None:
        missing = [i for i in numbers if not -len(args) <= i < len(args)]
        if missing:
            message = f"{_name(function)} was given {len(args)} arguments; argument {missing[0]} is not among them"
            raise TypeError(message)
        self.args = args
        self.chosen = tuple(args[i] for i in numbers)
        with enable_grad():
            traced = map_leaves(_traced, self.chosen)
            places = {i % len(args): part for i, part in zip(numbers, traced, strict=True)}
            self.output = function(*(places.get(i, x) for i, x in enumerate(args)), **kwargs)
        self.inputs = leaves(traced)
        depends = isinstance(self.output, Node) and self.output.requires_grad
        order = topological_order(self.output) if depends else []
        self.depends = not set(order).isdisjoint(self.inputs)
        # Leaves that are not ours: an outer derivative is being taken, or parameters are, and results stay nodes.
        ours = set(self.inputs)
        self.outer = any(node.rule is None and node.requires_grad and node not in ours for node in order)

    def value(self) -> Any:
        """The result, as a node only where it can be differentiated further or nodes were given."""
        return self.output if self.outer else _as_plain(self.output, self.args)

    def pulled_back(self, upstream: Any) -> tuple[Any, ...]:
        """uᵀJ, in the form of the chosen arguments."""
        if not self.depends:
            return tuple(map_leaves(lambda x: _as_plain(x, ()) * 0.0, self.chosen))
        outer = self.outer or (isinstance(upstream, Node) and upstream.requires_grad)
        with enable_grad():
            found = iter(gradients(self.output, self.inputs, gradient=upstream, create_graph=outer))
        return tuple(map_leaves(lambda x: _like(next(found), x), self.chosen))

    def pushed_forward(self, direction: Any) -> Any:
        """J v: the derivative, in the direction v, of the vector-Jacobian product for its upstream gradient."""
        value = self.value()
        if not self.depends:
            return value * 0.0
        scalar = isinstance(self.output, Value)
        dummy: Any = (
            Value(0.0) if scalar else Tensor(np.zeros(self.output.shape, self.output.dtype), requires_grad=True)
        )
        with enable_grad():
            shares = gradients(self.output, self.inputs, gradient=dummy, create_graph=True)
            product = _inner(shares, leaves(direction))
            if not product.requires_grad:
                return value * 0.0
            tangent = gradients(product, dummy, create_graph=self.outer)
        return tangent if self.outer else _like(tangent, value)


def _traced(x: Any) -> Any:
    """An argument as a node of its own; one that has a past stays connected to it."""
    if isinstance(x, Value | Tensor) and x.requires_grad:
        return x + 0.0
    return Value(x.data) if isinstance(x, Value) else Tensor(x, requires_grad=True)


def _inner(xs: Sequence[Any], ys: Sequence[Any]) -> Any:
    """Σ x · y over all entries of all parts."""
    total: Any = 0.0
    for x, y in zip(xs, ys, strict=True):
        product = x * y
        total = total + (product.sum() if isinstance(product, Tensor) else np.sum(product))
    return total


def _like(gradient: Any, x: Any) -> Any:
    """A gradient in the kind of what it belongs to."""
    if isinstance(x, Node) or not isinstance(gradient, Tensor) or gradient.requires_grad:
        return gradient
    return gradient.data[()] if isinstance(x, np.ndarray | np.generic) and gradient.shape == () else _plain(gradient)


def _plain(x: Any) -> Any:
    """A node's number or array."""
    return x.data if isinstance(x, Tensor) and x.shape else x.item()


def _as_plain(output: Any, args: tuple[Any, ...]) -> Any:
    """A result as a number or an array, unless some argument was a node itself."""
    given_nodes = any(isinstance(x, Node) for x in leaves(args))
    return _plain(output) if isinstance(output, Value | Tensor) and not given_nodes else output


def _as_arguments(args: Any) -> tuple[Any, ...]:
    return args if isinstance(args, tuple) else (args,)


def _size(output: Any) -> int:
    return int(np.prod(np.shape(output))) if not isinstance(output, Value) else 1


def _name(function: Function) -> str:
    name: str = getattr(function, "__name__", "") or repr(function)
    return name
