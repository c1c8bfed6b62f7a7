"""How one call fares: the same by every way in, or refused."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import autograd as ag
from tests.sweep.calls import OF_LISTS, Call

# Relative to the larger of two results, or below the normal numbers: libraries round functions differently.
CLOSE, SMALLEST = 2e-14, 1e-307
# Sums round relative to the largest share in them.
SUMS = 2e-15
WAYS = ("float", "Value", "Tensor", "numbers", "graph", "arrays")

# Not compared as programs from a graph above this size, with the reason that the page gives.
SMALL = {"softmax": 100.0, "log_softmax": 100.0}
WHY = (
    "The softmax and log softmax of a list of Values no larger than 16 are recorded without subtracting the largest "
    "first. A program from such a graph is compared for operands up to 100, and −∞, alone: above, log softmax rounds "
    "like its operands. `ag.compile` records the difference."
)


@dataclass
class Fare:
    """What was found of one call.

    Attributes:
        equal: How often each way gave what the reference did.
        refused: The message of each way that refused.
        wrong: Where a way gave something else: the way, the operands, what was found, what was expected.
    """

    equal: dict[str, int] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    wrong: list[tuple[str, Any, Any, Any]] = field(default_factory=list)

    def compare(self, way: str, point: Any, found: Any, expected: Any) -> None:
        """Note one result; the derivatives of what is no number stand for nothing in particular."""
        if np.ndim(expected[0]) == 0 and expected[0] != expected[0]:
            found, expected = found[:1], expected[:1]
        if same(found, expected):
            self.equal[way] = self.equal.get(way, 0) + 1
        else:
            self.wrong.append((way, point, found, expected))


def same(found: Any, expected: Any) -> bool:
    """Whether two lists of numbers or arrays are equal but for rounding, infinities and NaNs included."""
    for x, y in zip(found, expected, strict=True):
        a, b = np.asarray(x, np.float64), np.asarray(y, np.float64)
        if a.shape != b.shape:
            return False
        with np.errstate(all="ignore"):
            least = SMALLEST if a.ndim == 0 else SUMS * np.min([np.max(np.abs(b[np.isfinite(b)]), initial=0.0), 1e3])
            near = np.abs(a - b) <= CLOSE * np.maximum(np.abs(a), np.abs(b)) + max(least, SMALLEST)
        if not np.all(near | (a == b) | (np.isnan(a) & np.isnan(b))):
            return False
    return True


def plain(x: Any) -> Any:
    """A node's data."""
    return x.data if isinstance(x, ag.Node) else x


def eagerly(call: Call, nodes: Sequence[Any], gradient: Any = None) -> list[Any]:
    """The value, and the gradients where there are some."""
    y = call.function(*nodes)
    if not call.differentiable:
        return [plain(y)]
    if not getattr(y, "requires_grad", False):
        return [plain(y), *(np.zeros(np.shape(plain(x))) for x in nodes)]
    return [plain(y), *map(plain, ag.gradients(y, nodes, gradient))]


def swept(call: Call, engines: Sequence[str] = ("numpy", "native"), thin: int = 1, fare: Fare | None = None) -> Fare:
    """Call it every way.

    Args:
        call: What to call.
        engines: By which to replay.
        thin: Take one in so many points.
        fare: Of another call in the same spelling, to add to.
    """
    fare = Fare() if fare is None else fare
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        if call.of_numbers:
            _of_numbers(call, fare, engines, call.points[::thin])
        elif call.name in OF_LISTS:
            _of_lists(call, fare, engines, call.points[::thin])
        else:
            _of_arrays(call, fare, engines, call.points[::thin])
    return fare


def _guarded(fare: Fare, way: str, action: Callable[[], None]) -> None:
    """Do something; what is refused is noted."""
    try:
        action()
    except (TypeError, ag.GradbookError, AttributeError) as error:
        fare.refused[way] = f"{type(error).__name__}: {error}"
        fare.equal.pop(way, None)


def _of_numbers(call: Call, fare: Fare, engines: Sequence[str], points: list[Any]) -> None:
    count = len(points[0])
    argnum = tuple(range(count))
    expected = [eagerly(call, [ag.Value(x) for x in point]) for point in points]
    fare.equal["Value"] = len(points)
    columns = [np.array(column) for column in zip(*points, strict=True)]
    of_arrays = [np.array(column, np.float64) for column in zip(*expected, strict=True)]

    def floats() -> None:
        for point, want in zip(points, expected, strict=True):
            fare.compare("float", point, [call.function(*point)], want[:1])

    def tensors() -> None:
        nodes = [ag.Tensor(column, requires_grad=True) for column in columns]
        found = eagerly(call, nodes, np.ones(len(points)) if call.differentiable else None)
        _each(fare, "Tensor", points, found, of_arrays)

    if call.spelling.startswith(("ag.", "BOOK", "anp.")):  # else it is Python's or NumPy's
        _guarded(fare, "float", floats)
    _guarded(fare, "Tensor", tensors)
    for engine in engines:

        def numbers(engine: str = engine) -> None:
            function = ag.value_and_grad(call.function, argnum) if call.differentiable else call.function
            compiled = ag.compile(function, engine=engine)
            for point, want in zip(points, expected, strict=True):
                found = compiled(*point)
                fare.compare(
                    f"numbers, {engine}", point, [found[0], *found[1]] if call.differentiable else [found], want
                )

        def graph(engine: str = engine) -> None:
            leaves = [ag.Value(x) for x in points[0]]
            program = ag.Program.from_graph(call.function(*leaves), leaves, engine=engine)
            for point, want in zip(points, expected, strict=True):
                value, slopes = program(*point)
                fare.compare(f"graph, {engine}", point, [value, *slopes][: len(want)], want)

        def arrays(engine: str = engine) -> None:
            slopes = ag.elementwise_grad(lambda *xs: call.function(*xs), argnum)
            compiled = ag.compile(
                (lambda *xs: (call.function(*xs), slopes(*xs))) if call.differentiable else call.function, engine=engine
            )
            found = compiled(*columns)
            _each(
                fare, f"arrays, {engine}", points, [found[0], *found[1]] if call.differentiable else [found], of_arrays
            )

        _guarded(fare, f"numbers, {engine}", numbers)
        if not call.spelling.startswith("np.") or call.differentiable:
            _guarded(fare, f"graph, {engine}", graph)
        _guarded(fare, f"arrays, {engine}", arrays)


def _each(fare: Fare, way: str, points: Sequence[Any], found: Sequence[Any], expected: Sequence[Any]) -> None:
    """Compare entry by entry, so that what is wrong is told with its operands."""
    for i, point in enumerate(points):
        fare.compare(way, point, [np.asarray(x)[i] for x in found], [x[i] for x in expected])


def _of_lists(call: Call, fare: Fare, engines: Sequence[str], points: list[Any]) -> None:
    expected = []
    for point in points:
        leaf = ag.Tensor(np.array(point), requires_grad=True)
        value, slope = eagerly(call, [leaf])
        expected.append([float(value), *slope.tolist()])
    fare.equal["Tensor"] = len(points)

    def floats() -> None:
        for point, want in zip(points, expected, strict=True):
            fare.compare("float", point, [call.function(np.array(point))], want[:1])

    def values() -> None:
        for point, want in zip(points, expected, strict=True):
            leaves = [ag.Value(x) for x in point]
            y = call.function(leaves)
            fare.compare("Value", point, [y.data, *ag.gradients(y, leaves)], want)

    _guarded(fare, "float", floats)
    _guarded(fare, "Value", values)
    for engine in engines:

        def numbers(engine: str = engine) -> None:
            compiled = ag.compile(ag.value_and_grad(lambda *xs: call.function(list(xs)), (0, 1, 2)), engine=engine)
            for point, want in zip(points, expected, strict=True):
                value, slopes = compiled(*point)
                fare.compare(f"numbers, {engine}", point, [value, *slopes], want)

        def graph(engine: str = engine) -> None:
            leaves = [ag.Value(x) for x in points[0]]
            program = ag.Program.from_graph(call.function(leaves), leaves, engine=engine)
            for point, want in zip(points, expected, strict=True):
                if call.name in SMALL and max((abs(x) for x in point if x != -math.inf), default=0) > SMALL[call.name]:
                    continue
                value, slopes = program(*point)
                fare.compare(f"graph, {engine}", point, [value, *slopes], want)

        def arrays(engine: str = engine) -> None:
            compiled = ag.compile(ag.value_and_grad(call.function), engine=engine)
            for point, want in zip(points, expected, strict=True):
                value, slope = compiled(np.array(point))
                fare.compare(f"arrays, {engine}", point, [value, *slope.tolist()], want)

        _guarded(fare, f"numbers, {engine}", numbers)
        _guarded(fare, f"graph, {engine}", graph)
        _guarded(fare, f"arrays, {engine}", arrays)


def _of_arrays(call: Call, fare: Fare, engines: Sequence[str], points: list[Any]) -> None:
    def upstream(y: Any) -> Any:  # no two the same: softmax has no slope for a sum
        return (0.5 + 0.25 * (np.arange(np.size(y)) * 5 % 7)).reshape(np.shape(y)).astype(np.asarray(y).dtype)

    cases = []
    for (point,) in points:
        leaf = ag.Tensor(point, requires_grad=call.differentiable)
        try:
            y = call.function(leaf)
            slope = [ag.gradients(y, leaf, upstream(y.data)).data] if call.differentiable else []
        except (ValueError, np.linalg.LinAlgError):  # no such decomposition
            continue
        cases.append((point, [plain(y), *slope]))
    fare.equal["Tensor"] = fare.equal.get("Tensor", 0) + len(cases)

    def floats() -> None:
        for point, want in cases:
            fare.compare("float", point, [call.function(point)], want[:1])

    _guarded(fare, "float", floats)
    weights = upstream(cases[0][1][0]) if cases else None
    for engine in engines:

        def arrays(engine: str = engine) -> None:
            slopes = ag.grad(lambda x: ag.sum(call.function(x) * weights))
            compiled = ag.compile(
                lambda x: (call.function(x), *([slopes(x)] if call.differentiable else [])), engine=engine
            )
            for point, want in cases:
                fare.compare(f"arrays, {engine}", point, list(compiled(point)), want)

        if cases:
            _guarded(fare, f"arrays, {engine}", arrays)
