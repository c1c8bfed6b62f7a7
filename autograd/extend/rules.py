"""How a user's own primitive is made, and its derivatives said: in HIPS autograd's words, or directly."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from types import FunctionType
from typing import Any

from autograd.arguments import checked, explained
from autograd.elsewhere import a_kind
from autograd.extend.own import OwnPrimitive
from autograd.graph.node import Node
from autograd.numpy.calls import row_of
from autograd.rules.primitive import Primitive
from autograd.rules.ready import Vjp

__all__ = [
    "def_linear",
    "defjvp",
    "defjvp_argnum",
    "defjvp_argnums",
    "defrule",
    "defvjp",
    "defvjp_argnum",
    "defvjp_argnums",
    "notrace_primitive",
    "primitive",
]

Maker = Callable[..., Any]


@checked
def primitive(function: Callable[..., Any]) -> OwnPrimitive:
    """Make a primitive of a function, as a decorator: what happens inside is not recorded.

    The function is called with plain arrays (or floats, for Values), and may do anything with them. It gives a number,
    an array, or a container of them, for which g and y of its rules are containers of the same form. Arguments that
    are neither numbers nor arrays, and keyword arguments, are handed on as they are; a node given by keyword counts at
    its position.

    Args:
        function: Any function of numbers and arrays.

    Returns:
        The function as a primitive, whose derivatives are to be said by `defvjp` or `defrule`.

    Example:
        >>> import numpy as np, autograd as ag
        >>> cumsum = primitive(np.cumsum)
        >>> defrule(cumsum, lambda g, y, x: ag.sum(g) - cumsum(g) + g)
        >>> ag.grad(lambda x: cumsum(x)[1])(np.array([1.0, 2.0, 3.0]))
        array([1., 1., 0.])
    """
    return OwnPrimitive(function)


@explained
def defvjp(function: OwnPrimitive, *vjpmakers: Maker | None, argnums: Iterable[int] | None = None) -> None:
    """Say what a primitive's vector-Jacobian products are, in HIPS autograd's words.

    Args:
        function: A primitive made by `primitive`.
        *vjpmakers: For each argument ``maker(ans, *args, **kwargs)``, which gives a function of g, the gradient for the
            result ``ans``; that function gives the gradient for the argument. None for a derivative that is zero.
        argnums: Which arguments they are for; by default the first ones, in order.

    Raises:
        TypeError: ``function`` is not a primitive of a user's own.
        ValueError: There are not as many makers as ``argnums``.

    Example:
        >>> import autograd as ag
        >>> @primitive
        ... def cube(x):
        ...     return x**3
        >>> defvjp(cube, lambda ans, x: lambda g: g * 3 * x**2)
        >>> ag.grad(cube)(2.0), ag.grad(ag.grad(cube))(2.0)
        (12.0, 12.0)
    """
    _define("defvjp", function, [maker if maker is None else _from_maker(maker) for maker in vjpmakers], argnums)


@explained
def defvjp_argnum(function: OwnPrimitive, maker: Maker) -> None:
    """Say a primitive's vector-Jacobian products for any of its arguments at once, in HIPS autograd's words.

    Args:
        function: A primitive made by `primitive`.
        maker: ``maker(argnum, ans, args, kwargs)``, which gives a function of g for the argument of that number.

    Example:
        >>> import autograd as ag
        >>> @primitive
        ... def total(*xs):
        ...     return sum(xs)
        >>> defvjp_argnum(total, lambda argnum, ans, args, kwargs: lambda g: g)
        >>> ag.grad(total, argnum=(0, 2))(1.0, 2.0, 3.0)
        (1.0, 1.0)
    """

    def rule_for(position: int) -> Vjp:
        return _from_maker(lambda ans, *args, **kwargs: maker(position, ans, args, kwargs))

    _own("defvjp_argnum", function).define_for_any(rule_for)


@explained
def defvjp_argnums(function: OwnPrimitive, maker: Maker) -> None:
    """As `defvjp_argnum`, for several arguments in one call.

    Args:
        function: A primitive made by `primitive`.
        maker: ``maker(argnums, ans, args, kwargs)``, which gives a function of g whose results are the gradients, one
            for each number of the tuple ``argnums``. It is asked for one at a time.

    Example:
        >>> import autograd as ag
        >>> @primitive
        ... def total(*xs):
        ...     return sum(xs)
        >>> defvjp_argnums(total, lambda argnums, ans, args, kwargs: lambda g: [g for _ in argnums])
        >>> ag.grad(total, argnum=(0, 2))(1.0, 2.0, 3.0)
        (1.0, 1.0)
    """

    def one(position: int, *call: Any) -> Callable[[Any], Any]:
        gradients = maker((position,), *call)
        return lambda g: next(iter(gradients(g)))

    _own("defvjp_argnums", function)
    defvjp_argnum(function, one)


@explained
def defjvp(function: OwnPrimitive, *jvps: Any, argnums: Iterable[int] | None = None) -> None:
    """Say what a primitive's Jacobian-vector products are, in HIPS autograd's words.

    Without them, forward mode differentiates its vector-Jacobian products.

    Args:
        function: A primitive made by `primitive`.
        *jvps: For each argument ``jvp(g, ans, *args, **kwargs)``, which gives what the direction g of that argument
            adds to the direction of the result; ``"same"`` where the function is linear in it, None for zero.
        argnums: Which arguments they are for; by default the first ones, in order.

    Example:
        >>> import autograd as ag
        >>> @primitive
        ... def cube(x):
        ...     return x**3
        >>> defjvp(cube, lambda g, ans, x: g * 3 * x**2)
        >>> ag.jvp(cube, 2.0, 1.0)
        (8.0, 12.0)
    """
    if _stays("defjvp", function):
        return
    own = _own("defjvp", function)
    for position, jvp in _placed("defjvp", own, jvps, argnums).items():
        own.define_push(position, _same(own, position) if jvp == "same" else jvp)


@explained
def defjvp_argnum(function: OwnPrimitive, jvp: Maker) -> None:
    """Say a primitive's Jacobian-vector products for any of its arguments at once.

    Args:
        function: A primitive made by `primitive`.
        jvp: ``jvp(argnum, g, ans, args, kwargs)``, which gives what the direction g of that argument adds.

    Example:
        >>> import autograd as ag
        >>> @primitive
        ... def product(x, y):
        ...     return x * y
        >>> defjvp_argnum(product, lambda argnum, g, ans, args, kwargs: g * args[1 - argnum])
        >>> ag.jvp(product, (2.0, 3.0), (1.0, 1.0), argnum=(0, 1))
        (6.0, 5.0)
    """

    def push_for(position: int) -> Vjp:
        return lambda g, ans, /, *args, **kwargs: jvp(position, g, ans, args, kwargs)

    _own("defjvp_argnum", function).define_push_for_any(push_for)


@explained
def defjvp_argnums(function: OwnPrimitive, jvp: Maker) -> None:
    """As `defjvp_argnum`, with ``jvp(argnums, gs, ans, args, kwargs)``; it is asked for one argument at a time.

    Example:
        >>> import autograd as ag
        >>> @primitive
        ... def total(*xs):
        ...     return sum(xs)
        >>> defjvp_argnums(total, lambda argnums, gs, ans, args, kwargs: sum(gs))
        >>> ag.jvp(total, (2.0, 3.0), (1.0, 10.0), argnum=(0, 1))
        (5.0, 11.0)
    """
    _own("defjvp_argnums", function)
    defjvp_argnum(function, lambda i, g, ans, args, kwargs: jvp((i,), (g,), ans, args, kwargs))


@explained
def def_linear(function: OwnPrimitive) -> None:
    """Say that a primitive is linear in each of its arguments: forward mode calls it with a direction in its place.

    Example:
        >>> import autograd as ag
        >>> @primitive
        ... def product(x, y):
        ...     return x * y
        >>> def_linear(product)
        >>> ag.jvp(product, (2.0, 3.0), (1.0, 1.0), argnum=(0, 1))
        (6.0, 5.0)
    """
    own = _own("def_linear", function)
    own.define_push_for_any(lambda position: _same(own, position))


def _same(function: OwnPrimitive, position: int) -> Vjp:
    def push(g: Any, ans: Any, /, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG001 - a rule's arguments
        return function(*args[:position], g, *args[position + 1 :], **kwargs)

    return push


@checked
def notrace_primitive(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that is called with what nodes hold, and has no derivative, as a decorator.

    Example:
        >>> import autograd as ag, numpy as np
        >>> kind = notrace_primitive(lambda x: x.dtype.kind)
        >>> kind(ag.Tensor([1.0]))
        'f'
    """

    @wraps(function)
    def on_plain(*args: Any, **kwargs: Any) -> Any:
        return function(*(x.data if isinstance(x, Node) else x for x in args), **kwargs)  # type: ignore[attr-defined]

    return on_plain


@explained
def defrule(function: OwnPrimitive, *rules: Vjp | None, argnums: Iterable[int] | None = None) -> None:
    """Say what a primitive's vector-Jacobian products are, directly.

    Args:
        function: A primitive made by `primitive`.
        *rules: For each argument ``rule(g, y, *args, **kwargs)``, which gives the gradient for that argument from g,
            the gradient for the result y. None for a derivative that is zero.
        argnums: Which arguments they are for; by default the first ones, in order.

    Raises:
        TypeError: ``function`` is not a primitive of a user's own.
        ValueError: There are not as many rules as ``argnums``.

    Example:
        >>> import autograd as ag
        >>> @primitive
        ... def hypotenuse(a, b):
        ...     return (a * a + b * b) ** 0.5
        >>> defrule(hypotenuse, lambda g, y, a, b: g * a / y, lambda g, y, a, b: g * b / y)
        >>> ag.grad(hypotenuse, argnum=(0, 1))(3.0, 4.0)
        (0.6, 0.8)
    """
    _define("defrule", function, rules, argnums)


def _define(word: str, function: Any, rules: Sequence[Vjp | None], argnums: Iterable[int] | None) -> None:
    if _stays(word, function):
        return
    own = _own(word, function)
    own.define(_placed(word, own, rules, argnums))


def _stays(word: str, function: Any) -> bool:
    """Whether a function has its derivatives already, for which others are not taken.

    NumPy's and SciPy's have those that are here; a Python function that is no primitive, those of what it does.
    """
    # `autograd.numpy`'s functions wrap NumPy's, which wrap another in turn.
    meant: list[Any] = [function, getattr(function, "__wrapped__", None)]
    rows = map(row_of, meant)
    known = isinstance(function, Primitive) or any(row is not None for row in rows)
    name = getattr(function, "__name__", word)
    if known and not isinstance(function, OwnPrimitive):
        warnings.warn(f"{word}: {name} has its derivatives here already, and they stay", stacklevel=4)
    elif isinstance(function, FunctionType) and word in ("defvjp", "defjvp"):
        warnings.warn(
            f"{word}: {name} is not a primitive, so what it does is differentiated and these derivatives are never "
            f"asked for: decorate it with @primitive",
            stacklevel=4,
        )
    else:
        return False
    return True


def _own(word: str, function: Any) -> OwnPrimitive:
    if isinstance(function, OwnPrimitive):
        return function
    name = getattr(function, "__name__", "") or getattr(function, "name", "") or " ".join(repr(function).split())
    raise TypeError(
        f"{word}: {name} is not a primitive; make one of your own, f = primitive({name}), and say f's derivatives"
    )


def _placed(word: str, function: OwnPrimitive, rules: Sequence[Any], argnums: Iterable[int] | None) -> dict[int, Any]:
    """Rules by the positions of their arguments."""
    positions = range(len(rules)) if argnums is None else list(argnums)
    if len(positions) != len(rules):
        raise ValueError(
            f"{word}({function.name}): {len(rules)} derivatives for the {len(positions)} arguments of argnums"
        )
    return dict(zip(positions, rules, strict=True))


def _from_maker(maker: Maker) -> Vjp:
    def rule(g: Any, y: Any, /, *inputs: Any, **attrs: Any) -> Any:
        product = maker(y, *inputs, **attrs)
        if not callable(product):
            raise TypeError(
                f"a maker for defvjp gives a function of g, not {a_kind(product)}; "
                "a rule(g, y, *args) that gives the gradient at once is for defrule"
            )
        return product(g)

    return rule
