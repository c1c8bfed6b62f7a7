"""A user's own primitives: functions that are not looked into, and their derivatives.

Good for functions that call other libraries, and where a derivative is known that is faster or more accurate than the
one through every operation. A primitive is a function with a decorator, and one rule for each argument, said in HIPS
autograd's words or directly:

* ``defvjp(f, maker)``: ``maker(ans, *args, **kwargs)`` gives a function of g;
* ``defrule(f, rule)``: ``rule(g, y, *args, **kwargs)``, like an entry of this project's own rule book.

Either is the vector-Jacobian product for one argument x: from g = ∂L/∂y, the gradient of some final number L for the
result y, it makes gᵀ(∂y/∂x), the gradient of L for x, of x's shape. For derivatives of higher order it must itself be
written in functions that have derivatives: operators, `autograd.numpy`, other primitives.
`autograd.test_util.check_grads` tells whether it is right.

Example:
    >>> import autograd.numpy as np
    >>> from autograd import grad
    >>> @primitive
    ... def logsumexp(x):
    ...     top = np.max(x)
    ...     return top + np.log(np.sum(np.exp(x - top)))
    >>> defvjp(logsumexp, lambda ans, x: lambda g: g * np.exp(x - ans))
    >>> grad(logsumexp)(np.array([0.0, 0.0, 1000.0]))
    array([0., 0., 1.])
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import update_wrapper
from typing import Any

import numpy as np

from autograd.errors import MissingRuleError, ShapeError
from autograd.graph.mode import is_recording
from autograd.graph.node import Node
from autograd.rules.primitive import Primitive
from autograd.rules.ready import Vjp
from autograd.rules.shapes import shape
from autograd.tensor.tensor import constant
from autograd.value.value import Value

__all__ = ["OwnPrimitive", "defrule", "defvjp", "primitive"]

Maker = Callable[..., Any]

# The attribute of a node that holds arguments which are no numbers, by their positions.
OTHERS = "other_arguments"


class OwnPrimitive(Primitive):
    """What `primitive` makes of a function: a primitive that stands in no book, pickled by reference as functions are.

    Attributes:
        function: The function as it was written.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        update_wrapper(self, function)
        self.function = function
        self._rules: dict[int, Vjp | None] = {}
        name = getattr(function, "__name__", type(function).__name__)
        doc = (function.__doc__ or "").strip().partition("\n")[0]
        super().__init__(name, self._on_arrays, scalar=self._on_floats, doc=doc or f"y = {name}(…)")
        self.differentiable = True  # always, so that a missing rule is an error rather than a missing gradient

    def __reduce__(self) -> str:
        return str(getattr(self, "__qualname__", self.name))

    def __call__(self, *inputs: Any, **attrs: Any) -> Any:
        """The function itself on numbers and arrays; recorded as one node where an argument is a node."""
        for key, x in attrs.items():
            if isinstance(x, Node):
                raise TypeError(f"{self.name} was given a {type(x).__name__} as {key}=: pass nodes by position")
        if not any(isinstance(x, Node) for x in inputs):
            return self.function(*inputs, **attrs)
        self._define({}, len(inputs))
        if is_recording():
            for position, x in enumerate(inputs):
                if isinstance(x, Node) and x.requires_grad and position not in self._rules:
                    raise self._missing(position)
        others = {i: x for i, x in enumerate(inputs) if not _is_numeric(x)}
        if others:
            inputs = tuple(0.0 if i in others else x for i, x in enumerate(inputs))
            attrs[OTHERS] = others
        return super().__call__(*inputs, **attrs)

    def _define(self, rules: dict[int, Vjp | None], count: int = 0) -> None:
        """Add rules, and have at least ``count`` of them, missing ones included."""
        self._rules.update(rules)
        count = max(count, len(self.vjps), *(i + 1 for i in rules), 0)
        if rules or count > len(self.vjps):
            self.vjps = tuple(self._vjp(i) for i in range(count))
            self.derivatives.clear()

    def _on_floats(self, *inputs: Any, **attrs: Any) -> float:
        result = self._on_arrays(*inputs, **attrs)
        if result.ndim:
            raise ShapeError(f"the primitive {self.name} gave shape {result.shape} for Values: use Tensors for arrays")
        return float(result)

    def _on_arrays(self, *inputs: Any, **attrs: Any) -> Any:
        # The function gets arrays of its own, to do with as it likes, and may give back a part of one.
        own = [np.array(x) if isinstance(x, np.ndarray) else x for x in inputs]
        result = self.function(*_with_others(own, attrs), **attrs)
        # A copy, since the function may fill the same memory at its next call.
        array = np.array(result) if not isinstance(result, tuple | list) else np.array(None)
        if array.dtype.kind not in "fbiu":
            raise TypeError(
                f"the primitive {self.name} gave a {type(result).__name__}: a primitive gives one number or array; "
                "write one primitive for each result"
            )
        return array

    def _vjp(self, position: int) -> Vjp | None:
        """The rule for one argument, with what it gives checked."""
        rule = self._rules.get(position, self)
        if rule is None:
            return None

        def share(g: Any, y: Any, *inputs: Any, **attrs: Any) -> Any:
            if rule is self:
                raise self._missing(position)
            given = _with_others(inputs, attrs)
            if g.__class__ is float:  # rules for arrays work on NumPy's floats too
                g, y, *given = (np.float64(x) if x.__class__ is float else x for x in (g, y, *given))
            return self._checked(rule(g, y, *given, **attrs), position, g, y, given[position])

        return share

    def _checked(self, found: Any, position: int, g: Any, y: Any, x: Any) -> Any:
        if not isinstance(found, Node):
            if hasattr(found, "_apply"):  # a formula, for a picture
                return found
            array = np.array(found)  # a copy, as of results
            if array.dtype.kind not in "fbiu":
                raise TypeError(
                    f"the rule of {self.name} for argument {position} gave a {type(found).__name__}, not a gradient"
                    + ("; a maker for defvjp goes there as defvjp(…), not as defrule(…)" if callable(found) else "")
                )
            found = array
        # An argument that was broadcast may have the result's shape: the engine sums its copies.
        if shape(found) not in (shape(x), ()) and (shape(found) != shape(y) or not _broadcasts(shape(x), shape(y))):
            raise ShapeError(
                f"the rule of {self.name} for argument {position} gave shape {shape(found)}: "
                f"expected the argument's, {shape(x)}"
            )
        if isinstance(found, Node) or not isinstance(g, Node):
            return found
        return Value(float(found), requires_grad=False) if isinstance(g, Value) else constant(found)

    def _missing(self, position: int) -> MissingRuleError:
        return MissingRuleError(
            f"{self.name} has no derivative for its argument {position}: give it one by "
            f"defvjp({self.name}, …, argnums=[{position}]), with None for a derivative that is zero"
        )


def primitive(function: Callable[..., Any]) -> OwnPrimitive:
    """Make a primitive of a function, as a decorator: what happens inside is not recorded.

    The function is called with plain arrays (or floats, for Values), and may do anything with them. It gives one number
    or array. Arguments that are neither numbers nor arrays, and keyword arguments, are handed on as they are.

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


def defvjp(function: OwnPrimitive, *vjpmakers: Maker | None, argnums: Iterable[int] | None = None) -> None:
    """Say what a primitive's vector-Jacobian products are, in HIPS autograd's words.

    Args:
        function: A primitive made by `primitive`.
        *vjpmakers: For each argument ``maker(ans, *args, **kwargs)``, which gives a function of g, the gradient for the
            result ``ans``; that function gives the gradient for the argument. None for a derivative that is zero.
        argnums: Which arguments they are for; by default the first ones, in order.

    Raises:
        TypeError: ``function`` is no primitive of a user's own.
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


def defrule(function: OwnPrimitive, *rules: Vjp | None, argnums: Iterable[int] | None = None) -> None:
    """Say what a primitive's vector-Jacobian products are, directly.

    Args:
        function: A primitive made by `primitive`.
        *rules: For each argument ``rule(g, y, *args, **kwargs)``, which gives the gradient for that argument from g,
            the gradient for the result y. None for a derivative that is zero.
        argnums: Which arguments they are for; by default the first ones, in order.

    Raises:
        TypeError: ``function`` is no primitive of a user's own.
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
    if not isinstance(function, OwnPrimitive):
        name = getattr(function, "__name__", "") or getattr(function, "name", "") or repr(function)
        reason = "has its rule in the book" if isinstance(function, Primitive) else "is no primitive"
        raise TypeError(
            f"{word}: {name} {reason}; make one of your own, f = primitive({name}), and say f's derivatives"
        )
    positions = range(len(rules)) if argnums is None else list(argnums)
    if len(positions) != len(rules):
        raise ValueError(
            f"{word}({function.name}): {len(rules)} derivatives for the {len(positions)} arguments of argnums"
        )
    function._define(dict(zip(positions, rules, strict=True)))


def _from_maker(maker: Maker) -> Vjp:
    def rule(g: Any, y: Any, *inputs: Any, **attrs: Any) -> Any:
        product = maker(y, *inputs, **attrs)
        if not callable(product):
            raise TypeError(
                f"a maker for defvjp gives a function of g, not a {type(product).__name__}; "
                "a rule(g, y, *args) that gives the gradient at once is for defrule"
            )
        return product(g)

    return rule


def _is_numeric(x: Any) -> bool:
    if isinstance(x, np.ndarray | np.generic):
        return x.dtype.kind in "fiu"
    return isinstance(x, Node) or (isinstance(x, float | int) and not isinstance(x, bool))


def _with_others(inputs: Sequence[Any], attrs: dict[str, Any]) -> list[Any]:
    """The arguments as they were given, with those put back that are no numbers."""
    others = attrs.pop(OTHERS, {})
    return [others.get(i, x) for i, x in enumerate(inputs)]


def _broadcasts(part: tuple[int, ...], whole: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(part, whole) == whole
    except ValueError:
        return False
