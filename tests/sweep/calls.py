"""What is called: every public function of numbers and arrays, with operands from ordinary to extreme."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

import autograd as ag
import autograd.numpy as anp
from autograd.rules.primitive import BOOK
from tests.autograd.table import ROWS, Case, cases

INF, NAN = float("inf"), float("nan")
SIZES = [0.0, 5e-324, 1e-310, 1e-300, 1e-8, 0.3, 0.5, 1.0, 1.7, 2.5, 20.0, 37.43, 710.0, 1e8, 1e15, 1e300, INF]
POINTS = [*SIZES, *(-x for x in SIZES), NAN]
FEW = [0.0, -0.0, 1e-310, 0.5, -0.5, 1.0, 2.0, -3.0, 1e8, -1e300, INF, -INF, NAN]


@dataclass(frozen=True)
class Call:
    """One function in one spelling.

    Attributes:
        name: The function's public name.
        spelling: How it is written.
        function: It, of its operands that are differentiated for.
        points: Operands to call it with, one tuple a call.
        of_numbers: Whether operands are single numbers, to be called as such and as the entries of an array.
        differentiable: Whether it has gradients.
    """

    name: str
    spelling: str
    function: Callable[..., Any]
    points: list[tuple[Any, ...]]
    of_numbers: bool
    differentiable: bool = True


def elementwise_calls() -> list[Call]:
    """Entries of one or two numbers: as functions, methods, and NumPy's functions."""
    found = []
    for name, entry in BOOK.items():
        attrs = ROWS[name].attrs[0]
        if not entry.elementwise or len(entry.vjps) > 2 or any(isinstance(x, np.dtype) for x in attrs.values()):
            continue
        points = [(x,) for x in POINTS] if len(entry.vjps) == 1 else list(product(FEW, FEW))
        if name == "binary_cross_entropy":
            points = list(product(POINTS, (0.0, 1.0, 0.3)))
        spellings: dict[str, Any] = {f"ag.{name}" if name in ag.__all__ else f"BOOK[{name!r}]": entry}
        if attrs:
            spellings = {text: lambda *xs, f=entry, attrs=attrs: f(*xs, **attrs) for text in spellings}
        if entry.ufunc is not None and not attrs:
            spellings[f"np.{entry.ufunc.__name__}"] = entry.ufunc
            ours = getattr(anp, entry.ufunc.__name__, None)
            if ours is not None and ours is not entry:
                spellings[f"anp.{entry.ufunc.__name__}"] = ours
        if hasattr(ag.Value, name) and len(entry.vjps) == 1 and not attrs:
            spellings[f"x.{name}()"] = lambda x, name=name: getattr(x, name)()
        for text, function in spellings.items():
            found.append(Call(name, text, function, points, True, entry.differentiable))
    for text, function in OPERATORS.items():
        found.append(Call(text, text, function, list(product(FEW, FEW)), True))
    return found


OPERATORS: dict[str, Callable[..., Any]] = {
    "a + b": lambda a, b: a + b,
    "a - b": lambda a, b: a - b,
    "a * b": lambda a, b: a * b,
    "a / b": lambda a, b: a / b,
    "a ** b": lambda a, b: a**b,
    "a ** 0.5": lambda a, b: a**0.5 + 0 * b,
    "a ** 2": lambda a, b: a**2 + 0 * b,
    "a ** 3": lambda a, b: a**3 + 0 * b,
    "a ** -1": lambda a, b: a**-1 + 0 * b,
    "a ** 0": lambda a, b: a**0 * b,
    "2.0 ** a": lambda a, b: 2.0**a + 0 * b,
    "abs(a)": lambda a, b: abs(a) + 0 * b,
    "clip": lambda a, b: ag.clip(a, -1.0, 1.0) + 0 * b,
    "where": lambda a, b: ag.where(BOOK["greater"](a, b), a, b),
    "leaky_relu": lambda a, b: ag.leaky_relu(a, 0.1) + 0 * b,
    "a % by floor": lambda a, b: a - b * BOOK["floor"](a / b),
}

ROWS_OF_ENTRIES = [
    [1.0, -2.0, 0.5],
    [0.0, -0.0, 0.0],
    [2.0, 2.0, 1.0],
    [1e8, 1e8, -1e8],
    [1e300, -1e300, 1e-310],
    [INF, 1.0, 0.0],
    [-INF, 1.0, 0.0],
    [-INF, -INF, -INF],
    [INF, INF, 1.0],
    [NAN, 1.0, 2.0],
    [710.0, -710.0, 37.43],
]
OF_LISTS: dict[str, Callable[[Any], Any]] = {
    "sum": lambda x: ag.sum(x),
    "mean": lambda x: ag.mean(x),
    "max": lambda x: ag.max(x),
    "min": lambda x: ag.min(x),
    "logsumexp": lambda x: ag.logsumexp(x),
    "norm": lambda x: ag.norm(x),
    "softmax": lambda x: ag.dot(ag.softmax(x), [1.0, 2.0, 4.0]),
    "log_softmax": lambda x: ag.log_softmax(x)[0],
    "dot": lambda x: ag.dot(x, [1.0, 2.0, 4.0]),
    "dot of itself": lambda x: ag.dot(x, x),
}
OF_ARRAYS: dict[str, Callable[[Any], Any]] = {
    "sum, axis": lambda x: ag.sum(x, axis=0),
    "mean, axis": lambda x: ag.mean(x, axis=-1, keepdims=True),
    "max, axis": lambda x: ag.max(x, axis=1),
    "min, axis": lambda x: ag.min(x, axis=1),
    "norm, axis": lambda x: ag.norm(x, axis=1),
    "logsumexp, axis": lambda x: ag.logsumexp(x, axis=1),
    "softmax, axis": lambda x: ag.softmax(x, axis=1),
    "log_softmax, axis": lambda x: ag.log_softmax(x, axis=1),
    "softmax_cross_entropy of classes": lambda x: ag.softmax_cross_entropy(x, np.arange(len(x)) % 3),
    "softmax_cross_entropy of shares": lambda x: ag.softmax_cross_entropy(
        x, np.tile([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]], (len(x), 1))[: len(x)]
    ),
    "reshape": lambda x: ag.reshape(x, (3, -1)),
    "ravel": lambda x: ag.ravel(x),
    "transpose": lambda x: ag.transpose(x),
    "matrix_transpose": lambda x: ag.matrix_transpose(x),
    "swapaxes": lambda x: ag.swapaxes(x, 0, 1),
    "expand_dims": lambda x: ag.expand_dims(x, 1),
    "squeeze": lambda x: ag.squeeze(ag.expand_dims(x, 1), 1),
    "broadcast_to": lambda x: ag.broadcast_to(x, (2, *x.shape)),
    "concatenate": lambda x: ag.concatenate([x, x * 2.0], axis=1),
    "stack": lambda x: ag.stack([x, x * 2.0], axis=0),
    "matmul": lambda x: ag.matmul(x, np.array([[1.0], [2.0], [4.0]])),
    "linear": lambda x: ag.linear(x, np.array([[1.0], [2.0], [4.0]]), np.array([0.5])),
    "dot of arrays": lambda x: ag.dot(x, np.array([1.0, 2.0, 4.0])),
    "x[index]": lambda x: x[[0, 0, 2]],
    "x[slices]": lambda x: x[::-2, 1:],
    "x.astype": lambda x: x.astype(np.float32),
    "where of arrays": lambda x: ag.where(BOOK["greater"](x, 0.0), x, -x),
    "clip of arrays": lambda x: ag.clip(x, -1.0, 1.0),
    "sqrt(sum of squares)": lambda x: ag.sqrt(ag.sum(x * x, axis=1)),
}


# Into one entry of an operand at a time.
INTO_ARRAYS = [0.0, -0.0, 5e-324, 1e300, -1e300, INF, -INF, NAN]
# Of so many shapes and attributes of each entry, spread over its line in the table.
CASES = 6


def calls_of_cases() -> list[Call]:
    """Entries that are no functions of one or two numbers: some cases of their line in the table, by each input."""
    swept = {call.name for call in elementwise_calls()}
    found = []
    for name in BOOK:
        if name in swept:
            continue
        rows = [
            case for case in cases() if case.name == name and all(case.draw()[i].size for i in case.differentiable())
        ]
        for case in rows[:: max(1, len(rows) // CASES)]:
            found += [_of_case(case, position) for position in case.differentiable()]
    return found


def _of_case(case: Case, position: int) -> Call:
    points = [case.draw(seed)[position] for seed in range(2)]
    if case.row.domains[position].kind == "float":
        for extreme in INTO_ARRAYS:
            points.append(points[0].copy())
            points[-1].flat[-1] = extreme
    inputs = case.draw()

    def function(x: Any) -> Any:
        return case(*inputs[:position], x, *inputs[position + 1 :])

    spelling = f"ag.{case.name}" if case.name in ag.__all__ else f"BOOK[{case.name!r}]"
    return Call(
        f"{case.name} of arrays",
        f"{spelling} of arrays",
        function,
        [(x,) for x in points],
        False,
        BOOK[case.name].differentiable,
    )


def calls() -> list[Call]:
    """All of them; those of one spelling belong together."""
    of_lists = [
        Call(name, f"ag.{name}", f, [tuple(row) for row in ROWS_OF_ENTRIES], False) for name, f in OF_LISTS.items()
    ]
    array = np.array(ROWS_OF_ENTRIES)
    arrays = [array[[i, (i + 1) % len(array), (i + 2) % len(array)]] for i in range(len(array))]
    of_arrays = [Call(name, f"ag.{name}", f, [(x,) for x in arrays], False) for name, f in OF_ARRAYS.items()]
    return [*elementwise_calls(), *of_lists, *of_arrays, *calls_of_cases()]
