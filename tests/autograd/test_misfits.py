"""Shapes and kinds that do not fit: one clear line, the same whether a function is run, pushed forward or recorded."""

from __future__ import annotations

import operator
import re
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from autograd.errors import MatrixError
from tests.autograd.numpy.calls import CALLS

Modes = dict[str, Callable[[], Any]]
WRONG: tuple[tuple[int, ...], ...] = ((2,), (2, 5), (), (0,))
# What a case's own indexing says of such an array before the function is called, and what NumPy says before it asks us.
ITS_OWN = (
    "^too many indices|^index -?[0-9]+ is out of bounds|__array_function__|^len\\(\\) of a Tensor|^0-length sequence"
)
# What Python says in the middle of an expression.
OF_PYTHON = "(tuple|list|assignment) index|to unpack|positional argument|unsized|float\\(\\) argument"


def has(name: str) -> bool:
    """Whether this NumPy has the function."""
    try:
        return bool(operator.attrgetter(name)(np))
    except AttributeError:
        return False


def modes(f: Callable[..., Any], *arrays: Any) -> Modes:
    """The function run, pushed forward along its last argument and along all, and recorded."""
    names = [str(place) for place in range(len(arrays))]
    ones = {name: np.ones_like(x) for name, x in zip(names, arrays, strict=True)}
    return {
        "run": lambda: f(*[ag.Tensor(x, requires_grad=True) for x in arrays]),
        "pushed": lambda: ag.jvp(
            lambda all: f(*[all[name] for name in names]), dict(zip(names, arrays, strict=True)), ones
        ),
        "along the last": lambda: ag.jvp(lambda x: f(*arrays[:-1], x), arrays[-1], np.ones_like(arrays[-1])),
        "recorded": lambda: ag.compile(f)(*arrays),
    }


def said(ways: Modes) -> Iterator[tuple[str, Exception]]:
    """What each way raises; a function that cannot be recorded says so, whatever it is given."""
    for way, call in ways.items():
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                call()
        except ag.RecordingError:
            pass
        except Exception as error:
            yield way, error


def faults(ways: Modes) -> list[str]:
    """What is wrong with it."""
    lines: dict[str, list[str]] = {}
    found = []
    for way, error in said(ways):
        text = f"{type(error).__name__}: {error}"
        lines.setdefault(text, []).append(way)
        clear = isinstance(error, ag.GradbookError) or re.search(
            "^(np[.]|norm)|expected a number|one number", str(error)
        )
        if re.search(ITS_OWN, str(error)):
            continue
        if not clear or "\n" in text or re.search(OF_PYTHON, text):
            found.append(f"{way} says {text}")
    return found + ([f"several lines: {lines}"] if len(lines) > 1 else [])


@pytest.mark.parametrize("name", [name for name in CALLS if has(name)])
def test_shapes_that_do_not_fit_are_told_of_in_the_same_words_in_every_mode(name: str) -> None:
    rng = np.random.default_rng(0)
    problems = []
    for case in CALLS[name]:
        if "apply_" in name or name == "piecewise":  # a user's own functions say what they say
            continue
        for wrong in WRONG:
            arrays = [rng.normal(size=shape) for shape in (*case.shapes[:-1], wrong)]
            problems += [f"{wrong}: {fault}" for fault in faults(modes(lambda *x, of=case.of: of(np, *x), *arrays))]
    assert problems == []


OPERATORS = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "lt", "le", "eq", "ne", "gt", "ge"]
PAIRS = [((2,), (3,)), ((2, 3), (3, 2)), ((2, 3), (2,)), ((4,), (2, 3)), ((2, 2, 3), (3, 3, 2))]


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("shapes", PAIRS, ids=str)
def test_operators_refuse_shapes_with_the_operation_and_both(name: str, shapes: Any) -> None:
    of = getattr(operator, name)
    if name == "matmul" and shapes[0][-1] == shapes[1][-2:][0]:
        shapes = ((2, 3), (2, 3))
    a, b = map(np.ones, shapes)
    assert faults(modes(of, a, b)) == []
    first = {"beside an array": lambda: ag.jvp(lambda x: of(x, b), a, a), **modes(of, a, b)}
    errors = dict(said(first))
    assert errors.keys() == first.keys()
    assert len({str(error) for error in errors.values()}) == 1
    assert all(isinstance(error, ag.ShapeError) for error in errors.values())
    assert f"{shapes[0]} and {shapes[1]}" in str(errors["run"])


def test_a_users_own_function_is_heard_with_its_cause() -> None:
    cause = KeyError("a")

    def own(row: Any) -> Any:
        raise ValueError("mine") from cause

    x = ag.Tensor(np.ones((2, 3)), requires_grad=True)
    for along in (np.apply_along_axis, anp.apply_along_axis):
        with pytest.raises(ValueError, match=r"^mine$") as found:
            along(own, 0, x)
        assert found.value.__cause__ is cause


def test_named_tuples_are_told_of_as_others() -> None:
    class Pair(NamedTuple):
        a: Any
        b: Any

    pair = Pair(*(ag.Tensor(np.ones(n), requires_grad=True) for n in (2, 3)))
    with pytest.raises(ag.ShapeError, match="dimension"):
        np.vstack(pair)


NO_NUMBERS = {
    "a text": "a", "texts": ["a", "b"], "a mixture": [1, "a"], "None": None, "None in a list": [None, 1.0],
    "a dict": {}, "rows of two lengths": [[1, 2], [3]], "an object": object(), "bytes": b"x",
    "an array of texts": np.array(["a"]),
    "an array of None": np.array([None]), "a date": datetime(2026, 1, 1), "dates": np.array(["2026"], "M8[Y]"),
    "records": np.zeros(2, [("a", float)]), "a set": {1}, "a generator": (i for i in range(2)), "too large": 10**400,
}  # fmt: skip


@pytest.mark.parametrize("dtype", [None, int, float, np.float32, complex, str, object, "nonsense", "datetime64[s]"])
@pytest.mark.parametrize("what", NO_NUMBERS)
def test_a_tensor_holds_numbers_alone_whatever_the_dtype(what: str, dtype: Any) -> None:
    with pytest.raises((ag.DTypeError, ag.ShapeError)) as found:
        ag.Tensor(NO_NUMBERS[what], dtype=dtype)
    assert "\n" not in str(found.value)


@pytest.mark.parametrize("name", [*OPERATORS[:-6], "lt", "ge"])
@pytest.mark.parametrize("what", [*NO_NUMBERS][:-1])
def test_operators_refuse_what_is_no_number(name: str, what: str) -> None:
    of, other, x = getattr(operator, name), NO_NUMBERS[what], np.array([1.0, 2.0])
    for call in (lambda x: of(x, other), lambda x: of(other, x)):
        for way, error in said(modes(call, x)):
            text = str(error)
            known = isinstance(error, ag.GradbookError) or "unsupported operand" in text or "not supported" in text
            assert known or (isinstance(error, TypeError) and "ufunc" not in text), (way, text)
            assert "\n" not in text


def test_entries_of_a_leaf_are_set_to_numbers_that_fit() -> None:
    leaf = ag.Tensor([[1.0, 2.0], [3.0, 4.0]])
    with pytest.raises(ag.ShapeError, match=r"shape \(3,\) for places of shape \(2,\)"):
        leaf[0] = np.ones(3)
    for wrong in ("a", [None, 1.0], 1j):
        with pytest.raises(ag.DTypeError):
            leaf[0] = wrong


@pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv", "pow"])
def test_a_recorded_number_meets_a_complex_one_as_in_forward_mode(name: str) -> None:
    of = getattr(operator, name)
    assert ag.compile(lambda x: of(x, 1j))(2.0) == pytest.approx(of(2.0, 1j))
    assert ag.jvp(lambda x: of(x, 1j), 2.0, 1.0)[0] == pytest.approx(of(2.0, 1j))


# What NumPy refuses, in part since it would be read past the end: an answer would be a wrong one.
REFUSED: dict[str, tuple[Callable[..., Any], *tuple[tuple[int, ...], ...]]] = {
    "a position beyond an axis": (lambda x: np.take_along_axis(x, np.array([[3], [0]]), 1), (2, 3)),
    "a position before it": (lambda x: np.take_along_axis(x, np.array([[-4], [0]]), 1), (2, 3)),
    "positions that are no whole numbers": (lambda x: np.take_along_axis(x, np.array([[0.5], [1.5]]), 1), (2, 3)),
    "truths for positions": (lambda x: np.take_along_axis(x, np.array([[True], [False]]), 1), (2, 3)),
    "a place beyond an axis": (lambda x: np.partition(x, 3, 1), (2, 3)),
    "places before it": (lambda x: np.partition(x, [0, -7], None), (2, 3)),
    "an axis twice": (lambda x: np.flip(x, (0, -2)), (2, 3)),
    "vectors of two lengths": (lambda x, y: np.vecdot(x, y), (1,), (2, 3)),
    "vectors of two lengths along an axis": (lambda x, y: np.vecdot(x, y, axis=0), (1, 3), (2, 3)),
    "a power of no matrix": (lambda x: np.linalg.matrix_power(x, 1), (3,)),
    "a power of a wide matrix": (lambda x: np.linalg.matrix_power(x, 0), (1, 3)),
    "an outer product of a matrix": (lambda x, y: np.linalg.outer(x, y), (2, 2), (3,)),
    "a vector product in the plane": (lambda x, y: np.linalg.cross(x, y), (2,), (3,)),
    "a fit of a stack": (lambda x: np.linalg.lstsq(x, np.ones((2, 3)), rcond=None), (2, 3, 3)),
    "a fit of other points": (lambda x, y: np.polyfit(x, y, 1), (5,), (1,)),
    "zeros of a matrix": (lambda x: np.roots(x), (2, 3)),
    "a product with nothing": (lambda x, y: np.convolve(x, y), (3,), (0,)),
    "a quotient by nothing": (lambda x, y: np.polydiv(x, y), (3,), (0,)),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_numpy_refuses_is_refused(what: str) -> None:
    of, *shapes = REFUSED[what]
    arrays = [np.arange(1.0, 1.0 + np.prod(shape, dtype=int)).reshape(shape) for shape in shapes]
    with pytest.raises((ValueError, IndexError, TypeError)):
        of(*arrays)
    assert {type(error) for _, error in said(modes(of, *arrays))} <= {
        ag.DTypeError,
        ag.ShapeError,
        MatrixError,
        IndexError,
    }
    ways = modes(of, *arrays)
    assert {way for way, _ in said(ways)} | {"recorded"} == ways.keys()
    assert faults(ways) == []


ANSWERED: dict[str, Callable[[Any], Any]] = {
    "vectors in a stack along an axis": lambda x: np.vecdot(x, np.stack([x, 2 * x]), axis=0),
    "a vector along the first axis of a matrix": lambda x: np.vecdot(x[:, 0], x * x, axis=0),
    "more taken up than there are": lambda x: np.stack([np.var(x, ddof=9), np.std(x, ddof=7)]),
    "more taken up than there are along an axis": lambda x: np.std(x, axis=0, ddof=2),
    "more taken up than is chosen": lambda x: np.var(x, axis=1, ddof=2, where=np.array([True, False, False])),
    "numbers of which more are taken up": lambda x: np.nanvar(x * [1.0, np.nan, np.nan], axis=1, ddof=2),
    "numbers of which as many are taken up": lambda x: np.nanstd(x * [1.0, np.nan, np.nan], axis=1, ddof=1),
    "no number, and one taken up": lambda x: np.nanvar(x * np.nan, axis=0, ddof=1),
    "complex numbers of which some are none": lambda x: np.nanstd(x * [1.0, 2j, np.nan], axis=1, keepdims=True),
    "a covariance of fewer than are taken up": lambda x: np.cov(x, ddof=4),
    "of weights": lambda x: np.cov(x, ddof=4, aweights=[1.0, 2.0, 1.0]),
    "nothing": lambda x: np.var(x[:0], axis=0, ddof=1),
    "powers of nothing": lambda x: np.vander(x[0, :0]),
}


@pytest.mark.parametrize("what", ANSWERED)
def test_what_numpy_answers_is_answered_alike(what: str) -> None:
    of, x = ANSWERED[what], np.arange(1.0, 7.0).reshape(2, 3)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        expected = of(x)
        for found in (of(ag.Tensor(x, requires_grad=True)), ag.compile(of)(x), ag.jvp(of, x, x)[0]):
            assert np.shape(found) == expected.shape
            assert np.asarray(getattr(found, "data", found)).dtype == expected.dtype
            np.testing.assert_allclose(np.asarray(getattr(found, "data", found)), expected)
