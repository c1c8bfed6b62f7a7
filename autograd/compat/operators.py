"""Operators on functions that HIPS autograd has beside `grad` and its kin, each a line or two over those."""

from __future__ import annotations

import inspect
import warnings
from collections import OrderedDict
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import numpy as np

import autograd.numpy as anp
from autograd.arguments import explained
from autograd.functional.derivatives import grad, hvp, jacobian, make_jvp, make_vjp
from autograd.functional.signatures import Argnum, Function, check_asked, name_of
from autograd.functional.spaces import vspace

__all__ = [
    "deriv",
    "grad_and_aux",
    "grad_named",
    "hessian_tensor_product",
    "hessian_vector_product",
    "holomorphic_grad",
    "make_ggnvp",
    "make_hvp",
    "make_jvp_reversemode",
    "multigrad_dict",
    "tensor_jacobian_product",
    "unary_to_nary",
    "vector_jacobian_product",
]


@explained
def deriv(fun: Function, argnum: Argnum = 0) -> Function:
    """The derivative of every result when all entries of the argument grow alike: J 1, by one forward pass.

    Example:
        >>> deriv(lambda x: x**3)(2.0)
        12.0
    """
    return _at_point("deriv", fun, argnum, lambda f, x: make_jvp(f)(x)(vspace(x).ones())[1])


@explained
def grad_named(fun: Function, argname: str) -> Function:
    """The gradient for the positional argument of that name.

    Example:
        >>> grad_named(lambda x, y: x * y**2, "y")(2.0, 3.0)
        12.0
    """
    check_asked("grad_named", fun, ())
    names = list(inspect.signature(fun).parameters)
    if argname not in names:
        raise ValueError(f"{name_of(fun)} has no argument {argname!r}: choose one of {', '.join(names)}")
    return grad(fun, names.index(argname))


@explained
def holomorphic_grad(fun: Function, argnum: Argnum = 0) -> Function:
    """The derivative f′ of a holomorphic function of a complex number: the gradient of its real part.

    Example:
        >>> holomorphic_grad(lambda z: z**3)(2.0 + 1j)
        (9+12j)
    """

    def of_point(f: Function, x: Any) -> Any:
        if not vspace(x).iscomplex:
            warnings.warn("the argument of holomorphic_grad is not complex", stacklevel=3)
        return grad(lambda z: anp.real(f(z)))(x)

    return _at_point("holomorphic_grad", fun, argnum, of_point)


@explained
def make_hvp(fun: Function, argnum: Argnum = 0) -> Callable[..., tuple[Function, Any]]:
    """The function that gives ``(hvp, ∇f(…))``, where ``hvp(v)`` is H v; f and its gradient run once.

    Example:
        >>> hvp, gradient = make_hvp(lambda x: x**3)(2.0)
        >>> gradient, hvp(10.0)
        (12.0, 120.0)
    """
    return make_vjp(grad(fun, argnum), argnum)


@explained
def hessian_tensor_product(fun: Function, argnum: int = 0) -> Function:
    """The product of the Hessian and the last argument, which has the shape of the one to differentiate for.

    Example:
        >>> hessian_tensor_product(lambda x: anp.sum(x**3))(np.array([1.0, 2.0]), np.array([1.0, 10.0]))
        array([  6., 120.])
    """
    check_asked("hessian_tensor_product", fun, argnum)

    @wraps(fun)
    def product(*args: Any, **kwargs: Any) -> Any:
        return hvp(partial(fun, **kwargs) if kwargs else fun, args[:-1], args[-1], argnum)[1]

    return product


@explained
def tensor_jacobian_product(fun: Function, argnum: int = 0) -> Function:
    """The Jacobian of Σ v·f over the leading axes, those of the last argument v.

    Example:
        >>> tensor_jacobian_product(lambda x: x**2)(np.array([1.0, 2.0]), np.array([1.0, 10.0]))
        array([ 2., 40.])
    """
    check_asked("tensor_jacobian_product", fun, argnum)

    def contracted(*args: Any, **kwargs: Any) -> Any:
        y, v = fun(*args[:-1], **kwargs), args[-1]
        total = anp.reshape(v, (-1,)) @ anp.reshape(y, (np.size(v), -1))
        return anp.reshape(total, np.shape(y)[np.ndim(v) :])

    return wraps(fun)(jacobian(contracted, argnum))


hessian_vector_product = hessian_tensor_product
vector_jacobian_product = tensor_jacobian_product


@explained
def make_jvp_reversemode(fun: Function, argnum: Argnum = 0) -> Callable[..., Function]:
    """The function that gives ``jvp``, where ``jvp(v)`` is J v: `make_jvp` without the value (nothing here is reverse).

    Example:
        >>> make_jvp_reversemode(lambda x: x**3)(2.0)(10.0)
        120.0
    """
    return _at_point("make_jvp_reversemode", fun, argnum, lambda f, x: lambda v: make_jvp(f)(x)(v)[1])


def _half_square(x: Any) -> Any:
    return 1.0 / 2 * anp.sum(x**2, axis=-1)


@explained
def make_ggnvp(f: Function, g: Function = _half_square, f_argnum: int = 0) -> Callable[..., Function]:
    """The function that gives ``ggnvp``, where ``ggnvp(v)`` is Jᵀ H J v: J of f, and H the Hessian of g at f's result.

    It is the generalised Gauss-Newton product for the loss g∘f (N. Schraudolph, "Fast curvature matrix-vector products
    for second-order gradient descent", 2002).

    Example:
        >>> make_ggnvp(lambda x: x**2)(np.array([1.0, 2.0]))(np.array([1.0, 1.0]))
        array([ 4., 16.])
    """

    def of_point(function: Function, x: Any) -> Function:
        pull_back, y = make_vjp(function)(x)
        push_forward = make_jvp(function)(x)
        return lambda v: pull_back(hvp(g, (y,), push_forward(v)[1])[1])

    check_asked("make_ggnvp", g, ())
    return _at_point("make_ggnvp", f, f_argnum, of_point)


@explained
def grad_and_aux(fun: Function, argnum: Argnum = 0) -> Callable[..., tuple[Any, Any]]:
    """The gradient of the first of two results, and the second one.

    Example:
        >>> grad_and_aux(lambda x: (x**2, 10 * x))(3.0)
        (6.0, 30.0)
    """

    def of_point(f: Function, x: Any) -> tuple[Any, Any]:
        pull_back, (value, aux) = make_vjp(lambda z: tuple(f(z)))(x)
        return pull_back((vspace(value).ones(), vspace(aux).zeros())), aux

    return _at_point("grad_and_aux", fun, argnum, of_point)


@explained
def multigrad_dict(fun: Function) -> Callable[..., dict[str, Any]]:
    """The gradients for all arguments at once, by name; defaults are differentiated for as well.

    Example:
        >>> dict(multigrad_dict(lambda x, y=3.0: x * y**2)(2.0))
        {'x': 9.0, 'y': 12.0}
    """
    check_asked("multigrad_dict", fun, ())
    signature = inspect.signature(fun)

    @wraps(fun)
    def gradients(*args: Any, **kwargs: Any) -> dict[str, Any]:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()

        def of_all(arguments: dict[str, Any]) -> Any:
            given = inspect.BoundArguments(signature, OrderedDict(arguments))
            return fun(*given.args, **given.kwargs)

        return OrderedDict(grad(of_all)(dict(bound.arguments)))

    return gradients


def unary_to_nary(operator: Callable[..., Any]) -> Callable[..., Function]:
    """Make of an operator on functions of one argument one on functions of several, as a decorator.

    ``operator(f, x)`` becomes ``operator(fun, argnum=0)(*args)``; a tuple of numbers makes x a tuple.

    Example:
        >>> @unary_to_nary
        ... def slope(f, x, h=1e-6):
        ...     return (f(x + h) - f(x - h)) / (2 * h)
        >>> round(slope(lambda a, b: a * b**2, 1)(2.0, 3.0), 6)
        12.0
    """

    @wraps(operator)
    def on_any(fun: Function, argnum: Argnum = 0, *rest: Any, **options: Any) -> Function:
        derived = _at_point(name_of(operator), fun, argnum, lambda f, x: operator(f, x, *rest, **options))
        derived.__name__ = derived.__qualname__ = f"{name_of(operator)} of {name_of(fun)}"
        return derived

    return on_any


def _at_point(operation: str, fun: Function, argnum: Argnum, of_point: Callable[..., Any]) -> Function:
    """``of_point(f, x)`` as a function of fun's arguments: x is the chosen ones, and f the function of these alone."""
    check_asked(operation, fun, argnum)

    @wraps(fun)
    def derived(*args: Any, **kwargs: Any) -> Any:
        positions = [argnum] if hasattr(argnum, "__index__") else list(argnum)
        several = not hasattr(argnum, "__index__")

        @wraps(fun)
        def of_chosen(x: Any) -> Any:
            replaced = list(args)
            for i, part in zip(positions, x if several else (x,), strict=True):
                replaced[i] = part
            return fun(*replaced, **kwargs)

        return of_point(of_chosen, tuple(args[i] for i in positions) if several else args[positions[0]])

    return derived
