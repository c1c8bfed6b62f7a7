"""Derivatives of functions, in HIPS autograd's words: ``grad(f)`` is the function that gives the gradient of f.

Arguments may be floats, arrays, Values, Tensors, or containers of them: tuples, lists, dicts, named tuples and
dataclasses, nested to any depth. A derivative comes back in the form and the kind of its argument: a float for a float,
an ndarray of the same dtype for an ndarray, a node for a node; and as a node that can be differentiated again wherever
an outer derivative is being taken (or a parameter takes part that requires a gradient). So everything nests:
``grad(grad(f))`` is the second derivative, and a function inside may use variables that the function outside is
differentiated for. Inside `no_grad` the results are constants.

Within the function, a float is a Tensor without axes and an array a Tensor; a Value stays a Value. What would lose a
gradient on the way (``float(x)``, ``np.array(x)``, a NumPy function that has no rule) is an error. A function that does
not depend on its argument has the derivative 0; gradients, Jacobians and Hessians come with a warning then, since
``x.data`` or ``x.item()`` may be on the way.

All of it rests on two passes over the recording of one run, each a page: uᵀJ takes one backward
(`autograd.graph.backward`), J v one forward (`autograd.graph.forward`; `jvp` needs no record of plain arrays). Both are
recorded where a derivative of theirs is asked for, so that either may go over the other.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal, overload

from autograd.arguments import explained
from autograd.functional.direct import value_and_push
from autograd.functional.run import Run
from autograd.functional.signatures import (
    Argnum,
    Both,
    Function,
    Gradient,
    OfBoth,
    OfSecond,
    Partials,
    Plain,
    Pullback,
    ValueAndGradient,
    X,
    check_asked,
    name_of,
)


@overload
def grad(fun: Function, argnum: Literal[0] = 0) -> Gradient: ...
@overload
def grad(fun: Function, argnum: Literal[1]) -> OfSecond: ...
@overload
def grad(fun: Function, argnum: Both) -> OfBoth: ...
@overload
def grad(fun: Function, argnum: Argnum) -> Function: ...
@explained
def grad(fun: Function, argnum: Argnum = 0) -> Function:
    """The function that gives the gradient ∇f = (∂f/∂x₁, ∂f/∂x₂, …) of f, a function with one number as its result.

    Args:
        fun: What to differentiate.
        argnum: Which positional argument to differentiate for; several make the result a tuple.

    Returns:
        A function of the same arguments; its result has the form of the argument.

    Raises:
        ShapeError: The result is an array of more than one entry.
        TypeError: The result is a container or no number at all, or there is no argument of that number.
        DTypeError: The argument is an integer, or anything else than floating-point numbers.

    Example:
        >>> slope = grad(lambda x: x**3)
        >>> slope(2.0), grad(slope)(2.0), grad(grad(slope))(2.0)
        (12.0, 12.0, 6.0)
        >>> grad(lambda p: p["a"] * p["b"] ** 2)({"a": 2.0, "b": 3.0})
        {'a': 9.0, 'b': 12.0}
        >>> grad(lambda x, y: x * y**2, argnum=(0, 1))(2.0, 3.0)
        (9.0, 12.0)
    """

    @_derived("grad", fun, argnum)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        run = Run(fun, args, kwargs, argnum)
        run.check_single_number("grad")
        return run.gradient()

    return gradient


@overload
def value_and_grad(fun: Function, argnum: Literal[0] = 0) -> ValueAndGradient: ...
@overload
def value_and_grad(fun: Function, argnum: Argnum) -> Callable[..., tuple[Any, Any]]: ...
@explained
def value_and_grad(fun: Function, argnum: Argnum = 0) -> Function:
    """The function that gives ``(f(…), ∇f(…))``, from one forward and one backward pass.

    Args:
        fun: A function with a single number as its result.
        argnum: Which positional argument to differentiate for; several make the gradient a tuple.

    Returns:
        A function of the same arguments.

    Raises:
        ShapeError: The result is an array of more than one entry.
        TypeError: The result is a container or no number at all, or there is no argument of that number.
        DTypeError: The argument is an integer, or anything else than floating-point numbers.

    Example:
        >>> import autograd.numpy as np
        >>> value_and_grad(lambda x: np.sum(x**2))(np.array([1.0, 2.0]))
        (5.0, array([2., 4.]))
    """

    @_derived("value_and_grad", fun, argnum)
    def with_gradient(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        run = Run(fun, args, kwargs, argnum)
        run.check_single_number("value_and_grad")
        gradient = run.gradient()
        return run.value(), gradient

    return with_gradient


@overload
def elementwise_grad(fun: Function, argnum: Literal[0] = 0) -> Gradient: ...
@overload
def elementwise_grad(fun: Function, argnum: Literal[1]) -> OfSecond: ...
@overload
def elementwise_grad(fun: Function, argnum: Both) -> OfBoth: ...
@overload
def elementwise_grad(fun: Function, argnum: Argnum) -> Function: ...
@explained
def elementwise_grad(fun: Function, argnum: Argnum = 0) -> Function:
    """The derivative at each entry, of a function that works entry by entry.

    It is the gradient of the sum of the results, Σᵢ ∂fᵢ/∂xⱼ: the derivative at entry j only where entry i of the result
    depends on entry i of the argument alone. For any other function, use `jacobian`.

    Args:
        fun: What to differentiate.
        argnum: Which positional argument to differentiate for; several make the result a tuple.

    Returns:
        A function of the same arguments; its result has the form of the argument.

    Example:
        >>> import autograd.numpy as np
        >>> elementwise_grad(np.square)(np.array([1.0, 2.0, 3.0]))
        array([2., 4., 6.])
    """

    @_derived("elementwise_grad", fun, argnum)
    def slopes(*args: Any, **kwargs: Any) -> Any:
        return Run(fun, args, kwargs, argnum).column_sums()

    return slopes


@overload
def jacobian(fun: Function, argnum: Literal[0] = 0) -> Partials: ...
@overload
def jacobian(fun: Function, argnum: Argnum) -> Function: ...
@explained
def jacobian(fun: Function, argnum: Argnum = 0) -> Function:
    """The function that gives all partial derivatives Jᵢⱼ = ∂fᵢ/∂xⱼ.

    The function runs once; then backward passes through its recording find the rows or, unless the result has fewer
    entries than the argument, forward passes the columns: of arrays in one pass all that there is memory for.

    Args:
        fun: What to differentiate; its result may be a number, an array, or a container of them.
        argnum: Which positional argument to differentiate for; several make the result a tuple.

    Returns:
        A function of the same arguments; its result is an array of shape ``result.shape + argument.shape``. Where the
        result of f is a container, it is one of the same form; where the argument is, each part of it is one in turn.

    Example:
        >>> import autograd.numpy as np
        >>> A = np.array([[1.0, 2.0], [3.0, 4.0]])
        >>> jacobian(lambda x: A @ x)(np.array([1.0, 1.0]))
        array([[1., 2.],
               [3., 4.]])
        >>> jacobian(lambda p: p["scale"] * p["x"])({"scale": 2.0, "x": np.array([1.0, 3.0])})
        {'scale': array([1., 3.]), 'x': array([[2., 0.],
               [0., 2.]])}
    """

    @_derived("jacobian", fun, argnum)
    def all_partials(*args: Any, **kwargs: Any) -> Any:
        return Run(fun, args, kwargs, argnum).jacobian()

    return all_partials


@overload
def hessian(fun: Function, argnum: Literal[0] = 0) -> Partials: ...
@overload
def hessian(fun: Function, argnum: Argnum) -> Function: ...
@explained
def hessian(fun: Function, argnum: Argnum = 0) -> Function:
    """The function that gives all second derivatives Hᵢⱼ = ∂²f/∂xᵢ∂xⱼ: the Jacobian of the gradient.

    Args:
        fun: A function with a single number as its result.
        argnum: Which positional argument to differentiate for; several give a tuple of tuples, the blocks of H.

    Returns:
        A function of the same arguments; its result is an array of shape ``argument.shape + argument.shape``.

    Example:
        >>> import autograd.numpy as np
        >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 3.0]))
        array([[6., 2.],
               [2., 0.]])
    """
    check_asked("hessian", fun, argnum)
    second = jacobian(grad(fun, argnum), argnum)
    second.__name__ = second.__qualname__ = f"hessian of {name_of(fun)}"
    return second


@overload
def make_vjp(fun: Function, argnum: Literal[0] = 0) -> Pullback: ...
@overload
def make_vjp(fun: Function, argnum: Argnum) -> Callable[..., tuple[Callable[[Any], Any], Any]]: ...
@explained
def make_vjp(fun: Function, argnum: Argnum = 0) -> Function:
    """The function that gives ``(vjp, f(…))``, where ``vjp(u)`` is uᵀJ, the vector-Jacobian product.

    f runs once, and each call of ``vjp`` is one backward pass.

    Args:
        fun: What to differentiate.
        argnum: Which positional argument to differentiate for; several make the product a tuple.

    Returns:
        A function of the same arguments. ``u`` must have the form and the shapes of f's result (ShapeError).

    Example:
        >>> import autograd.numpy as np
        >>> pull_back, value = make_vjp(np.square)(np.array([1.0, 2.0]))
        >>> pull_back(np.array([1.0, 10.0])), value
        (array([ 2., 40.]), array([1., 4.]))
    """

    @_derived("make_vjp", fun, argnum)
    def maker(*args: Any, **kwargs: Any) -> tuple[Function, Any]:
        run = Run(fun, args, kwargs, argnum)
        return run.vjp, run.value()

    return maker


@explained
def make_jvp(fun: Function, argnum: Argnum = 0) -> Callable[..., Callable[[Any], tuple[Any, Any]]]:
    """The function that gives ``jvp``, where ``jvp(v)`` is ``(f(…), J v)``: the derivative in the direction v.

    f runs once, and each call of ``jvp`` is one forward pass over its recording.

    Args:
        fun: What to differentiate.
        argnum: Which positional argument to differentiate for; for several, v is a tuple.

    Returns:
        A function of the same arguments. ``v`` must have the form and the shapes of the argument (ShapeError).

    Example:
        >>> import autograd.numpy as np
        >>> make_jvp(np.square)(np.array([1.0, 2.0]))(np.array([1.0, 10.0]))
        (array([1., 4.]), array([ 2., 40.]))
    """

    @_derived("make_jvp", fun, argnum)
    def maker(*args: Any, **kwargs: Any) -> Function:
        run = Run(fun, args, kwargs, argnum)

        def push_forward(direction: Any) -> tuple[Any, Any]:
            tangent = run.jvp(direction)
            return run.value(), tangent

        return push_forward

    return maker


@overload
def vjp(fun: Function, args: tuple[Any, ...], upstream: Any, argnum: Argnum = 0) -> tuple[Any, Any]: ...
@overload
def vjp(fun: Function, args: X, upstream: Any, argnum: Argnum = 0) -> tuple[Any, X]: ...
@explained
def vjp(fun: Function, args: Any, upstream: Any, argnum: Argnum = 0) -> tuple[Any, Any]:
    """``(f(…), uᵀJ)``: the value and the vector-Jacobian product, from one forward and one backward pass.

    Args:
        fun: What to differentiate.
        args: Its argument, or a tuple of all its arguments.
        upstream: u, in the form and the shapes of f's result.
        argnum: Which positional argument to differentiate for; several make the product a tuple.

    Raises:
        ShapeError: ``upstream`` has another form or shape.

    Example:
        >>> import autograd.numpy as np
        >>> vjp(np.square, np.array([1.0, 2.0]), np.array([1.0, 10.0]))
        (array([1., 4.]), array([ 2., 40.]))
    """
    check_asked("vjp", fun, argnum)
    run = Run(fun, _as_arguments(args), {}, argnum)
    product = run.vjp(upstream)
    return run.value(), product


@explained
def jvp(fun: Function, args: Any, direction: Any, argnum: Argnum = 0) -> tuple[Any, Any]:
    """``(f(…), J v)``: the value and the derivative in the direction v, by one pass for any number of results.

    Args:
        fun: What to differentiate; it may run twice (where it has parameters, say), side effects included.
        args: Its argument, or a tuple of all its arguments.
        direction: v, in the form and the shapes of the argument.
        argnum: Which positional argument to differentiate for; for several, v is a tuple.

    Raises:
        ShapeError: ``direction`` has another form or shape.

    Example:
        >>> import autograd.numpy as np
        >>> jvp(np.sin, 0.0, 2.0)
        (0.0, 2.0)
    """
    check_asked("jvp", fun, argnum)
    if (direct := value_and_push(fun, _as_arguments(args), direction, argnum)) is not None:
        return direct
    run = Run(fun, _as_arguments(args), {}, argnum)
    tangent = run.jvp(direction)
    return run.value(), tangent


@overload
def hvp(fun: Function, args: tuple[Any, ...], direction: Any, argnum: Argnum = 0) -> tuple[Any, Any]: ...
@overload
def hvp(fun: Function, args: Plain, direction: Any, argnum: Argnum = 0) -> tuple[float, Plain]: ...
@overload
def hvp(fun: Function, args: X, direction: Any, argnum: Argnum = 0) -> tuple[Any, X]: ...
@explained
def hvp(fun: Function, args: Any, direction: Any, argnum: Argnum = 0) -> tuple[Any, Any]:
    """``(f(…), H v)``: the value and the product of the Hessian and a direction, without the Hessian.

    The product is the derivative of the gradient in the direction v: one forward pass over a recorded backward pass,
    whatever the size (B. Pearlmutter, "Fast exact multiplication by the Hessian", 1994).

    Args:
        fun: A function with a single number as its result.
        args: Its argument, or a tuple of all its arguments.
        direction: v, in the form and the shapes of the argument.
        argnum: Which positional argument to differentiate for; for several, v and the product are tuples.

    Raises:
        ShapeError: ``direction`` has another form or shape, or f's result is not a single number.

    Example:
        >>> import autograd.numpy as np
        >>> hvp(lambda x: (x**3).sum(), np.array([1.0, 2.0]), np.array([1.0, 1.0]))
        (9.0, array([ 6., 12.]))
    """
    check_asked("hvp", fun, argnum)
    run = Run(fun, _as_arguments(args), {}, argnum)
    run.check_single_number("hvp")
    product = run.hvp(direction)
    return run.value(), product


def _derived(operation: str, function: Function, argnum: Argnum) -> Callable[[Function], Function]:
    """Name what is derived from a function after it."""
    check_asked(operation, function, argnum)

    def named(derivative: Function) -> Function:
        derivative = wraps(function)(derivative)
        derivative.__name__ = derivative.__qualname__ = f"{operation} of {name_of(function)}"
        return derivative

    return named


def _as_arguments(args: Any) -> tuple[Any, ...]:
    # A named tuple is one argument: a container.
    return args if type(args) is tuple else (args,)
