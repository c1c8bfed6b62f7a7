"""Derivatives by the rules against derivatives by differences: `check_grads`, for rules of this project and of users.

A function is checked along random directions. With u random in the space of its results and v in that of its arguments,
one number, u·J v, is found by the backward pass (uᵀJ, and its product with v), by the forward product (J v), and from
nothing but the function's values, as the slope of u·f(x + h v) at h = 0. An error in any entry of J shows in it, but
for an unlikely chance. Only where the numbers disagree are the entries looked at, to say which one is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.arguments import checked
from autograd.errors import DTypeError, GradientCheckError, ShapeError
from autograd.functional.derivatives import make_jvp, make_vjp
from autograd.functional.differences import Difference, difference, kink
from autograd.functional.signatures import Argnum, Function, name_of, positions_of
from autograd.functional.trees import leaves, paths, with_leaves
from autograd.graph.mode import enable_grad, no_grad
from autograd.rules.shapes import is_complex
from autograd.tensor.tensor import Tensor, constant
from autograd.value.value import Value

Array = np.ndarray[Any, Any]

MODES = ("fwd", "rev")


@checked
def check_grads(
    function: Function,
    argnum: Argnum | None = None,
    modes: Iterable[str] = MODES,
    order: int = 2,
    *,
    rtol: float = 1e-6,
    seed: int = 0,
) -> Callable[..., None]:
    """The function that checks the derivatives of ``function`` for the arguments it is given.

    For every mode, u·J v by the rules must be the slope of u·f(x + h v), found by central differences at several steps
    and extrapolated to h = 0, within ``rtol`` of the sum of its terms' sizes; of complex numbers, the real part of it.
    Then the products uᵀJ and J v are checked in the same way, as functions of the arguments and of u or v, up to the
    given order.

    Args:
        function: What to check; its result may be a number, an array, or a container of them.
        argnum: Which positional arguments to check, one or several; by default all those that hold floats.
        modes: ``"fwd"`` for J v and ``"rev"`` for uᵀJ. Both rest on the same rules here, read in one direction or
            the other.
        order: How many derivatives to check: 1 for the first, 2 for the second as well …
        rtol: How large the relative difference may be.
        seed: Of the random directions.

    Returns:
        A function of the same arguments as ``function``. It gives nothing, or raises what is listed here.

    Raises:
        GradientCheckError: The derivatives disagree. It names the entry, gives both numbers, and the differences by
            step size. Also where the function is not finite, or gives different results for the same arguments.
        DTypeError: An argument or the result is not in double precision, in which differences would be too coarse.
        ValueError: A mode or an order that does not exist.

    Example:
        >>> import autograd as ag
        >>> from autograd.extend import defrule, primitive
        >>> check_grads(lambda x: ag.sum(ag.tanh(x) ** 2))(np.array([0.5, -1.0]))
        >>> @primitive
        ... def cube(x):
        ...     return x**3
        >>> defrule(cube, lambda g, y, x: g * 2 * x**2)
        >>> check_grads(cube, order=1)(2.0)
        Traceback (most recent call last):
        ...
        autograd.errors.GradientCheckError: the derivative of cube by its rules is not ... (order 1, mode fwd)
          ∂ result / ∂ argument 0
            by the rules      8
            by differences    12 ± ...
        ...
    """
    modes = tuple(modes)
    if not modes or not set(modes) <= set(MODES):
        raise ValueError(f'modes={modes!r}: expected "fwd", "rev" or both')
    if not order >= 1:
        raise ValueError(f"order={order}: expected 1 for first derivatives, 2 for second ones as well, …")

    def check(*args: Any, **kwargs: Any) -> None:
        if argnum is None:
            positions = [i for i, x in enumerate(args) if any(map(_holds_floats, leaves(x)))]
        else:
            positions = positions_of(function, args, argnum)
        if not positions:
            kinds = ", ".join(sorted({_kind(x) for argument in args for x in leaves(argument)})) or "nothing"
            raise TypeError(f"check_grads of {name_of(function)}: its arguments hold {kinds}, and no floats")

        def of_chosen(*chosen: Any) -> Any:
            replaced = dict(zip(positions, chosen, strict=True))
            return function(*(replaced.get(i, x) for i, x in enumerate(args)), **kwargs)

        names = [f"argument {i}" for i in positions]
        arguments = _Space.of(tuple(args[i] for i in positions), names, name_of(function))
        with enable_grad():
            _check(of_chosen, name_of(function), arguments, modes, _Level(1, order, rtol, np.random.default_rng(seed)))

    return check


def _holds_floats(x: Any) -> bool:
    return isinstance(x, float | complex | Value) or getattr(getattr(x, "dtype", None), "kind", "") in ("f", "c")


@dataclass
class _Level:
    """Which derivative is being checked, of how many; and how."""

    order: int
    highest: int
    rtol: float
    rng: np.random.Generator

    def above(self) -> _Level:
        return _Level(self.order + 1, self.highest, self.rtol, self.rng)


def _check(function: Function, name: str, arguments: _Space, modes: Sequence[str], level: _Level) -> None:
    """Check the derivative of a function, and then those of its products with the Jacobian."""
    results = _results_of(function, name, arguments)
    for mode in modes:
        comparison = _Comparison(function, mode, arguments, results, level)
        u, v = (space.direction(level.rng) for space in (results, arguments))
        if not comparison.agrees(u, v):
            raise comparison.failure(name, u, v)
    if level.order == level.highest:
        return
    every = tuple(range(len(arguments.tree)))
    for mode in modes:
        if mode == "fwd":
            product = lambda *given: make_jvp(function, every)(*given[:-1])(given[-1])[1]  # noqa: E731
            other, noun, words = arguments, "the direction", "Jacobian-vector product"
        else:
            product = lambda *given: make_vjp(function, every)(*given[:-1])[0](given[-1])  # noqa: E731
            other, noun, words = results, "the upstream gradient", "vector-Jacobian product"
        factor = other.filled(level.rng.normal(size=other.size))
        both = _Space.of((*arguments.tree, factor), [*arguments.names, noun], name)
        _check(product, f"the {words} of {name}", both, modes, level.above())


def _results_of(function: Function, name: str, arguments: _Space) -> _Space:
    """The space of a function's results, after a look at whether there is something to differentiate."""
    with no_grad():
        first, second = function(*arguments.tree), function(*arguments.tree)
    results = _Space.of(first, ["result"], name, result=True)
    if not np.array_equal(results.numbers, results.flat(second), equal_nan=True):
        raise GradientCheckError(
            f"{name} gives different results for the same arguments, so differences mean nothing: "
            "does it draw random numbers? Give it a generator with a fixed seed each time"
        )
    bad = np.flatnonzero(~np.isfinite(results.numbers))
    if bad.size:
        raise GradientCheckError(
            f"{results.place(bad[0])} of {name} is {results.numbers[bad[0]]}: check it where its results are finite"
        )
    return results


# ---- numbers in containers, as one vector --------------------------------------------------------------------------


@dataclass
class _Space:
    """A container of numbers and arrays, and the vector of all its numbers.

    Attributes:
        tree: The container, with nodes that need no gradient for its numbers and arrays.
        names: What its parts are called; one for all, or one for each.
        numbers: All its numbers; a complex one is two, its real and its imaginary part.
        shapes: The shape of each leaf, with a last axis of two for a complex one.
        signs: −1 for imaginary parts, else 1: Re(u · v) is the sum of products of the parts and these.
        places: What each leaf is called.
    """

    tree: Any
    names: list[str]
    numbers: Array
    shapes: list[tuple[int, ...]]
    signs: Array
    places: list[str]

    @staticmethod
    def of(tree: Any, names: list[str], function: str, result: bool = False) -> _Space:
        parts = leaves(tree)
        places = (
            [names[0] + path for path in paths(tree)]
            if result
            else [name + path for name, part in zip(names, tree, strict=True) for path in paths(part)]
        )
        for x, place in zip(parts, places, strict=True):
            _check_precision(x, f"{place} of {function}", result)
        arrays = [_array(x) for x in parts]
        numbers = np.concatenate([np.empty(0), *(array.ravel() for array in arrays)])
        signs = [
            np.ones(array.shape) * ((1, -1) if is_complex(x) else 1) for x, array in zip(parts, arrays, strict=True)
        ]
        flat = np.concatenate([np.empty(0), *map(np.ravel, signs)])
        space = _Space(tree, names, numbers, [array.shape for array in arrays], flat, places)
        space.tree = space.filled(numbers)
        return space

    @property
    def size(self) -> int:
        return self.numbers.size

    def filled(self, numbers: Array) -> Any:
        """The container with other numbers."""
        nodes: list[Any] = []
        for part, shape in zip(leaves(self.tree), self.shapes, strict=True):
            here, numbers = numbers[: int(np.prod(shape))], numbers[int(np.prod(shape)) :]
            if isinstance(part, Value):
                nodes.append(Value(here[0], requires_grad=False))
            else:
                array = here.reshape(shape).copy()
                nodes.append(constant(array.view(np.complex128)[..., 0] if is_complex(part) else array))
        return with_leaves(self.tree, nodes)

    def flat(self, tree: Any) -> Array:
        """The vector of the numbers in another container of this form."""
        arrays = [_array(x) for x in leaves(tree)]
        if [array.shape for array in arrays] != self.shapes:
            raise ShapeError(f"a result of shapes {[array.shape for array in arrays]} after one of {self.shapes}")
        return np.concatenate([np.empty(0), *(array.ravel() for array in arrays)])

    def direction(self, rng: np.random.Generator) -> Array:
        """A random direction, with steps in proportion to numbers that are large."""
        return rng.normal(size=self.size) * np.maximum(1.0, np.abs(self.numbers))

    def place(self, index: int) -> str:
        """What the number at a place of the vector is called."""
        for part, shape, place in zip(leaves(self.tree), self.shapes, self.places, strict=True):
            size = int(np.prod(shape))
            if index < size:
                found = [int(i) for i in np.unravel_index(index, shape)] if shape else []
                of = ("the real part of ", "the imaginary part of ")[found.pop()] if is_complex(part) else ""
                return f"{of}{place}{found or ''}"
            index -= size
        return ""


def _array(x: Any) -> Array:
    """The numbers of a leaf; of a complex one the two parts along a last axis."""
    array = np.asarray(x._raw if isinstance(x, Value | Tensor) else x)
    if array.dtype.kind == "c":
        return np.stack([array.real, array.imag], -1, dtype=np.float64)
    return array.astype(np.float64)


def _kind(x: Any) -> str:
    """What a number or the entries of an array are, in words."""
    dtype = np.asarray(x._raw if isinstance(x, Value | Tensor) else x).dtype
    return type(x).__name__ if dtype.kind not in "fiubc" else str(dtype)


def _check_precision(x: Any, place: str, result: bool) -> None:
    dtype = np.asarray(x._raw if isinstance(x, Value | Tensor) else x).dtype
    if dtype.kind not in "fiubc":
        raise DTypeError(f"{place} holds {_kind(x)}: derivatives are of real or complex numbers")
    if dtype not in (np.float64, np.complex128) and (dtype.kind in "fc" or not result):
        raise DTypeError(
            f"differences need double precision, and {place} is {dtype}: "
            + ("compute in float64" if result else "write 1.0 for 1, or use x.astype(np.float64)")
        )


# ---- rules against differences -------------------------------------------------------------------------------------


class _Comparison:
    """u·J v by the rules in one mode, and by differences."""

    def __init__(self, function: Function, mode: str, arguments: _Space, results: _Space, level: _Level) -> None:
        self.mode, self.arguments, self.results, self.level = mode, arguments, results, level
        every = tuple(range(len(arguments.tree)))
        self.function = function
        if mode == "fwd":
            self.push_forward = make_jvp(function, every)(*arguments.tree)
        else:
            self.pull_back = make_vjp(function, every)(*arguments.tree)[0]

    def by_rules(self, u: Array, v: Array) -> Array:
        """The terms of the sum u·J v."""
        with np.errstate(invalid="ignore"):
            if self.mode == "fwd":
                return u * self.results.flat(self.push_forward(self.arguments.filled(v))[1])
            # The upstream gradient of a complex number whose parts count u and w is u − iw; and so a gradient is read.
            pulled = self.arguments.flat(self.pull_back(self.results.filled(u * self.results.signs)))
            return v * pulled * self.arguments.signs

    def along(self, u: Array, v: Array) -> Callable[[float], float]:
        """u·f(x + h v), as a function of h."""

        def value(h: float) -> float:
            moved = self.arguments.filled(self.arguments.numbers + h * v)
            with no_grad(), np.errstate(all="ignore"):
                return float(u @ self.results.flat(self.function(*moved)))

        return value

    def mismatch(self, u: Array, v: Array) -> float:
        """How far the two are apart, in units of what is allowed; NaN and ∞ are far."""
        terms, slope = self.by_rules(u, v), difference(self.along(u, v))
        rounding = 100 * np.finfo(float).eps * float(np.abs(u) @ np.abs(self.results.numbers)) / slope.step
        allowed = self.level.rtol * max(float(np.sum(np.abs(terms))), abs(slope.slope)) + rounding
        apart = abs(float(np.sum(terms)) - slope.slope)
        if apart == 0:
            return 0.0
        return apart / allowed if np.isfinite(apart) and allowed else np.inf

    def agrees(self, u: Array, v: Array) -> bool:
        return not u.size or not v.size or self.mismatch(u, v) <= 1

    def failure(self, name: str, u: Array, v: Array) -> GradientCheckError:
        """What is wrong, at the entry of the Jacobian where it is worst."""
        column = self._worst(lambda part: self.mismatch(u, part), v)
        unit_v = np.eye(1, v.size, column)[0]
        row = self._worst(lambda part: self.mismatch(part, unit_v), u)
        unit_u = np.eye(1, u.size, row)[0]
        place = f"∂ {self.results.place(row)} / ∂ {self.arguments.place(column)}"
        if self.agrees(unit_u, unit_v):  # wrong only together with others, as at an edge that one entry alone misses
            place = "the slope of u·f(x + h v) for random u and v"
        else:
            u, v = unit_u, unit_v
        rules, slope = float(np.sum(self.by_rules(u, v))), difference(self.along(u, v))
        lines = [
            f"the derivative of {name} by its rules is not the one by differences "
            f"(order {self.level.order}, mode {self.mode})",
            f"  {place}",
            f"    by the rules      {rules:.10g}",
            f"    by differences    {slope.slope:.10g} ± {slope.error:.1e}",
            "    step       central difference    apart from the rules by",
            *(
                f"    {h:.1e}    {d:<18.10g}    {abs(d - rules):.1e}"
                for h, d in slope.tried[:: len(slope.tried) // 8 + 1]
            ),
            f"  {self._advice(rules, slope, kink(self.along(u, v)))}",
        ]
        return GradientCheckError("\n".join(lines))

    @staticmethod
    def _worst(mismatch: Callable[[Array], float], weights: Array) -> int:
        """The place of the worst entry, by halving."""
        places = np.arange(weights.size)
        while places.size > 1:
            halves = np.array_split(places, 2)
            apart = []
            for half in halves:
                masked = np.zeros_like(weights)
                masked[half] = weights[half]
                apart.append(mismatch(masked))
            places = halves[int(np.argmax(apart))]
        return int(places[0])

    def _advice(self, rules: float, slope: Difference, sides: tuple[float, float] | None) -> str:
        if not np.isfinite(slope.slope):
            return "The function is not finite on one side: move the arguments away from the edge."
        if sides is not None:
            return (
                f"A kink: the slope is {sides[0]:.6g} to the left and {sides[1]:.6g} to the right; try other arguments."
            )
        if slope.error > self.level.rtol * max(abs(slope.slope), abs(rules)):
            return "The differences do not settle: the function jumps or is noisy here; try other arguments."
        if rules == 0:
            return "The rules give 0: is .data, .detach() or a conversion to a plain number on the way?"
        if self.level.order > 1:
            return "Lower derivatives are right: is a rule itself written with something that has another derivative?"
        return "The differences settle: look at the rules of the primitives on the way to this entry."
