"""What a user's own primitive is: a function that is not looked into, and how its node keeps what is no array.

A node's inputs are numbers and arrays. So arguments that are neither stand beside them, in its attributes, and a
container of nodes goes in as one vector, as a container that comes out does.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import update_wrapper
from typing import Any

import numpy as np

from autograd.elsewhere import a_kind
from autograd.errors import DTypeError, GraphError, MissingRuleError, ShapeError
from autograd.functional.flattening import flatten
from autograd.functional.trees import keys_and_parts, leaves, map_leaves
from autograd.graph.hooks import untraced
from autograd.graph.mode import is_recording
from autograd.graph.node import Node
from autograd.rules.primitive import Primitive
from autograd.rules.ready import Vjp
from autograd.rules.shapes import shape
from autograd.tensor.tensor import constant
from autograd.value.value import Value

__all__ = ["OwnPrimitive"]

# The attribute of a node that holds arguments which are no numbers, by their positions.
OTHERS = "other_arguments"
# The attribute of a node that holds what were containers, as `Packing` has it.
PACKING = "packing"


class Packing:
    """Which arguments, and whether the result, of a call are containers: nodes hold them as vectors.

    Attributes:
        arguments: For each position of such an argument, what makes the container of a vector.
        result: The same for the result, and what it was like; None before the call, or where it is one array.
    """

    def __init__(self) -> None:
        self.arguments: dict[int, Callable[[Any], Any]] = {}
        self.result: Callable[[Any], Any] | None = None
        self.example: Any = None

    def packed(self, result: Any) -> Any:
        vector, self.result = flatten(result)
        self.example = map_leaves(lambda x: np.asarray(x).dtype, result)
        return vector

    def opened(self, vector: Any) -> Any:
        """The result, or the gradient for it, as a container; parts that are whole numbers have no derivative."""
        if self.result is None:
            return vector

        def part(dtype: Any, x: Any) -> Any:
            return x if dtype.kind in "fc" else (x.detach() if hasattr(x, "detach") else np.asarray(x)).astype(dtype)

        return map_leaves(part, self.example, self.result(vector))


class _GivesSeveral(Exception):  # noqa: N818 - a message from one method to another
    """A function gave a container, of which nobody knew."""


class OwnPrimitive(Primitive):
    """What `primitive` makes of a function: a primitive that stands in no book, pickled by reference as functions are.

    Attributes:
        function: The function as it was written.
    """

    own = True

    def __init__(self, function: Callable[..., Any]) -> None:
        if isinstance(function, np.ufunc):
            self.__name__ = self.__qualname__ = function.__name__
        else:
            update_wrapper(self, function)
        self.function = function
        self._rules: dict[int, Vjp | None] = {}
        self._any_rule: Callable[[int], Vjp] | None = None
        self._pushes: dict[int, Vjp | None] = {}
        self._any_push: Callable[[int], Vjp] | None = None
        self._gives_several = False
        name = getattr(function, "__name__", type(function).__name__)
        doc = (function.__doc__ or "").strip().partition("\n")[0]
        super().__init__(name, self._on_arrays, scalar=self._on_floats, analytic=True, doc=doc or f"y = {name}(…)")
        self.differentiable = True  # always, so that a missing rule is an error rather than a missing gradient

    def __reduce__(self) -> str:
        return str(getattr(self, "__qualname__", self.name))

    def __call__(self, /, *inputs: Any, **attrs: Any) -> Any:
        """The function itself on numbers and arrays; recorded as one node where an argument is a node."""
        if any(map(holds_nodes, attrs.values())):
            inputs = self.by_position(inputs, attrs)
            attrs = {}
        containers = [i for i, x in enumerate(inputs) if not isinstance(x, Node) and holds_nodes(x)]
        if not containers and not any(isinstance(x, Node) for x in inputs):
            return self.function(*inputs, **attrs)
        self.define({}, len(inputs))
        packing = Packing()
        given = list(inputs)
        for i in containers:
            given[i], packing.arguments[i] = flatten(given[i])
        if is_recording():
            for position, x in enumerate(given):
                if isinstance(x, Node) and x.requires_grad and not self._knows(position):
                    raise self._missing(position)
        others = {i: x for i, x in enumerate(given) if not _is_numeric(x)}
        if others:
            given = [0.0 if i in others else x for i, x in enumerate(given)]
            attrs[OTHERS] = others
        if not containers and not self._gives_several:
            try:
                return super().__call__(*given, **attrs)
            except _GivesSeveral:
                self._gives_several = True
        attrs[PACKING] = packing
        return packing.opened(super().__call__(*given, **attrs))

    def by_position(self, inputs: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Any, ...]:
        """All arguments by position: a node's place is what rules are given for."""
        try:
            bound = inspect.signature(self.function).bind(*inputs, **keywords)
        except ValueError:  # a function of C that does not tell
            bound = None
        if bound is not None:
            bound.apply_defaults()
        if bound is None or bound.kwargs:
            name, x = next((name, x) for name, x in keywords.items() if holds_nodes(x))
            raise TypeError(
                f"{self.name} was given {a_kind(x)} as {name}=, which has no position: pass nodes by position"
            )
        return bound.args

    def _knows(self, position: int) -> bool:
        return self._any_rule is not None or self._any_push is not None or position in {*self._rules, *self._pushes}

    def define(self, rules: dict[int, Vjp | None], count: int = 0) -> None:
        """Add rules, and have at least ``count`` of them, missing ones included."""
        self._rules.update(rules)
        count = max(count, len(self.vjps), *(i + 1 for i in rules), 0)
        if rules or count > len(self.vjps):
            self.vjps = tuple(self._vjp(i) for i in range(count))
            self.derivatives.clear()
        if self._any_push is not None or self._pushes:
            self.jvps = tuple(self._jvp(i) for i in range(count))
            self.pushes.clear()

    def define_for_any(self, rule: Callable[[int], Vjp]) -> None:
        """One rule for all arguments."""
        self._any_rule = rule
        self.vjps = ()  # they are made at the next call

    def define_push(self, position: int, jvp: Vjp | None) -> None:
        """Add a rule of forward mode."""
        self._pushes[position] = jvp
        self.define({}, position + 1)

    def define_push_for_any(self, jvp: Callable[[int], Vjp]) -> None:
        """One rule of forward mode for all arguments."""
        self._any_push = jvp

    def refuse_settings(self, attrs: dict[str, Any]) -> None:
        """Nothing: what the function takes is its own affair."""

    def on_floats(self, inputs: Sequence[Any], attrs: dict[str, Any]) -> Any:
        """The function on numbers: once, but for a division by 0 or an overflow, which NumPy's floats answer."""
        try:
            return self._on_floats(*inputs, **attrs)
        except (ZeroDivisionError, OverflowError):
            with np.errstate(all="ignore"):
                return self._on_floats(*map(np.float64, inputs), **attrs)

    def _on_floats(self, *inputs: Any, **attrs: Any) -> float:
        result = self._on_arrays(*inputs, **attrs)
        if result.ndim:
            if PACKING in attrs:
                raise TypeError(f"the primitive {self.name} gave several results for Values: use Tensors")
            raise ShapeError(f"the primitive {self.name} gave shape {result.shape} for Values: use Tensors for arrays")
        if result.dtype.kind == "c":
            raise DTypeError(f"the primitive {self.name} gave a complex number for Values: use Tensors")
        return float(result)

    def _on_arrays(self, *inputs: Any, **attrs: Any) -> Any:
        # The function gets arrays of its own, to do with as it likes, and may give back a part of one.
        own = [np.array(x) if isinstance(x, np.ndarray) else x for x in inputs]
        packing = attrs.get(PACKING)
        result = untraced(self.function, *_as_given(own, attrs), **attrs)
        result = self._without_nodes(result)
        if result is not None and keys_and_parts(result) is not None:
            if packing is None:
                raise _GivesSeveral
            for part in leaves(result):
                self._check_kind(part, np.asarray(part))
            result = packing.packed(result)
        # A copy, since the function may fill the same memory at its next call.
        array = np.array(result)
        self._check_kind(result, array)
        return array

    def _without_nodes(self, result: Any) -> Any:
        # Where all its arguments are constant, a result that remembers has it from outside.
        part = next((x for x in leaves(result) if isinstance(x, Node) and x.requires_grad), None)
        if part is not None:
            raise GraphError(
                f"{self.name} took {a_kind(part)} that requires a gradient from outside, which would lose it: "
                f"make it an argument of {self.name}, or use its .data where it is constant"
            )
        return map_leaves(lambda x: x._raw if isinstance(x, Node) else x, result)

    def _check_kind(self, result: Any, array: Any) -> None:
        if array.dtype.kind not in "fbiuc":
            raise TypeError(
                f"the primitive {self.name} gave {a_kind(result)}: a primitive gives a number, an array, "
                "or a container of them"
            )

    def _vjp(self, position: int) -> Vjp | None:
        """The rule for one argument, with what it gives checked."""
        rule = self._rules.get(position, self)
        if rule is self and self._any_rule is not None:
            rule = self._any_rule(position)
        if rule is None:
            return None

        def share(g: Any, y: Any, /, *inputs: Any, **attrs: Any) -> Any:
            if rule is self:
                raise self._missing(position)
            g, y, *inputs = _as_numpys(g, y, *inputs)  # type: ignore[assignment]
            packing = attrs.get(PACKING)
            given = _as_given(inputs, attrs)
            if packing is None:
                return self._checked(rule(g, y, *given, **attrs), position, g, y, given[position])
            found = rule(packing.opened(g), packing.opened(y), *given, **attrs)
            if position in packing.arguments:
                found = flatten(found)[0]
            return self._checked(found, position, g, y, inputs[position])

        return share

    def _jvp(self, position: int) -> Vjp | None:
        """The rule of forward mode for one argument, with containers opened for it."""
        rule = self._pushes.get(position, self)
        if rule is self and self._any_push is not None:
            rule = self._any_push(position)
        if rule is None:
            return None

        def push(t: Any, y: Any, /, *inputs: Any, **attrs: Any) -> Any:
            if rule is self:
                raise self._missing(position)
            t, y, *inputs = _as_numpys(t, y, *inputs)  # type: ignore[assignment]
            packing = attrs.get(PACKING)
            given = _as_given(inputs, attrs)
            if packing is None:
                return rule(t, y, *given, **attrs)
            if position in packing.arguments:
                t = packing.arguments[position](t)
            found = rule(t, packing.opened(y), *given, **attrs)
            return found if packing.result is None else flatten(found)[0]

        return push

    def _checked(self, found: Any, position: int, g: Any, y: Any, x: Any) -> Any:
        if not isinstance(found, Node):
            if hasattr(found, "_apply"):  # a formula, for a picture
                return found
            array = np.array(found)  # a copy, as of results
            if array.dtype.kind not in "fbiuc":
                raise TypeError(
                    f"the rule of {self.name} for argument {position} gave {a_kind(found)}, not a gradient"
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
            return float(found) if isinstance(g, float) and found.dtype.kind == "f" and not found.ndim else found
        return Value(float(found), requires_grad=False) if isinstance(g, Value) else constant(found)

    def _missing(self, position: int) -> MissingRuleError:
        return MissingRuleError(
            f"{self.name} has no derivative for its argument {position}: give it one by "
            f"defvjp({self.name}, …, argnums=[{position}]), with None for a derivative that is zero"
        )


def _is_numeric(x: Any) -> bool:
    if isinstance(x, np.ndarray | np.generic):
        return x.dtype.kind in "fiuc"
    return isinstance(x, Node) or (isinstance(x, float | int | complex) and not isinstance(x, bool))


def holds_nodes(x: Any) -> bool:
    if isinstance(x, list | tuple | dict):
        return any(isinstance(part, Node) for part in leaves(x))
    return isinstance(x, Node)


def _as_numpys(*xs: Any) -> list[Any]:
    """Numbers as NumPy's floats, on which rules for arrays work too, and which divide by 0."""
    return [np.float64(x) if x.__class__ is float else x for x in xs] if xs[0].__class__ is float else list(xs)


def _as_given(inputs: Sequence[Any], attrs: dict[str, Any]) -> list[Any]:
    """The arguments as they were given: with those put back that are no numbers, and with containers opened."""
    others = attrs.pop(OTHERS, {})
    packing = attrs.pop(PACKING, None)
    opened = {} if packing is None else packing.arguments
    return [opened[i](x) if i in opened else others.get(i, x) for i, x in enumerate(inputs)]


def _broadcasts(part: tuple[int, ...], whole: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(part, whole) == whole
    except ValueError:
        return False
