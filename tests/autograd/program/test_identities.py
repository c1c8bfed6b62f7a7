"""Where each identity of `autograd.program.simplify` holds it is used, and nowhere else.

Whether what it gives is right is `test_simplify`'s question. An operation that stays gives the same numbers, so here
is looked at what stands on the tape.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from autograd.program.intrinsics import taken
from autograd.program.simplify import apply
from autograd.program.tape import Tape
from autograd.rules import activations, arithmetic, reductions, shaping
from autograd.rules.primitive import Primitive

CONSTANTS = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    2.0,
    -2.0,
    3.0,
    0.25,
    -4.0,
    0.75,
    2.0**99,
    2.0**-99,
    2.0**100,
    2.0**-100,
    math.inf,
    math.nan,
]
POWERS_OF_TWO = [2.0, -2.0, 0.25, -4.0, 2.0**99, 2.0**-99]

# Kinds of x and of the result: a number; arrays of one kind; arrays that are spread, or of another precision.
NUMBER = ((), None)
KINDS: dict[str, tuple[Any, Any]] = {
    "number": (NUMBER, NUMBER),
    "float64": (((2, 3), "f8"), ((2, 3), "f8")),
    "float32": (((2, 3), "f4"), ((2, 3), "f4")),
    "float16": (((2, 3), "f2"), ((2, 3), "f2")),
    "spread": (((1, 3), "f8"), ((2, 3), "f8")),
    "widened": (((2, 3), "f4"), ((2, 3), "f8")),
}
SAME = ("number", "float64", "float32", "float16")


def given(tape: Tape, kind: Any) -> int:
    shape, dtype = kind
    return tape.argument(0.0 if dtype is None else np.zeros(shape, dtype))


def result(kind: Any) -> tuple[Any, Any]:
    shape, dtype = kind
    return shape, None if dtype is None else np.dtype(dtype)


def told(tape: Tape, x: int, place: int, rule: Primitive) -> str:
    """What is at a place: x, a constant, or an operation on them; "" where it is the operation that was asked for."""
    if place == x:
        return "x"
    if place in tape.constants:
        return f"{tape.constants[place]:g}"
    entry = tape.entries[place]
    assert entry.rule is not None
    if entry.rule is rule:
        return ""
    return f"{entry.rule.name}({', '.join(told(tape, x, y, rule) for y in entry.inputs)})"


def with_constants(rule: Primitive, kind: str, first: bool, data: bool = False) -> dict[str, str]:
    """What becomes of an operation on x and each constant, on that side of it; those that stay are left out."""
    found = {}
    for constant in CONSTANTS:
        tape = Tape()
        x, number = given(tape, KINDS[kind][0]), tape.constant(constant, data)
        place = apply(tape, rule, (number, x) if first else (x, number), {}, *result(KINDS[kind][1]))
        entry = tape.entries[place]
        assert (entry.shape, entry.dtype) == result(KINDS[kind][1]) or place in tape.constants
        if what := told(tape, x, place, rule):
            found[f"{constant:g}"] = what
    return found


def divided(kind: str) -> dict[str, str]:
    exact = {} if kind == "float16" else {f"{x:g}": f"multiply(x, {1 / x:g})" for x in POWERS_OF_TWO}
    return exact | {"1": "x", "-1": "negative(x)"} if exact else {"1": "x"}


POWER = {"1": "x", "2": "square(x)"}
POWER_OF_NUMBER = POWER | {"0": "1", "-0": "1", "-1": "divide(1, x)", "3": "multiply(x, square(x))"}
# By the side of the constant: what becomes of the operation for which constants.
EXPECTED: dict[Primitive, tuple[Any, Any]] = {
    arithmetic.add: (lambda _: {"-0": "x"}, lambda _: {"-0": "x"}),
    arithmetic.subtract: (lambda _: {}, lambda _: {"0": "x"}),
    arithmetic.multiply: (lambda _: {"1": "x", "-1": "negative(x)"}, lambda _: {"1": "x", "-1": "negative(x)"}),
    arithmetic.divide: (lambda _: {}, divided),
    arithmetic.power: (lambda _: {}, lambda kind: POWER_OF_NUMBER if kind == "number" else POWER),
    arithmetic.maximum: (lambda _: {}, lambda _: {}),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("rule", EXPECTED, ids=lambda rule: rule.name)
def test_beside_a_constant(rule: Primitive, first: bool, kind: str) -> None:
    expected = EXPECTED[rule][not first](kind) if kind in SAME else {}
    assert with_constants(rule, kind, first) == expected


def test_a_constant_of_the_users_own_decides_nothing_that_lanes_may_differ_in() -> None:
    """One of many samples that is multiplied by 1 would else be another computation than the others."""
    halves = {f"{x:g}": f"multiply(x, {1 / x:g})" for x in POWERS_OF_TWO}
    for kind in SAME[:2]:
        assert with_constants(arithmetic.multiply, kind, True, data=True) == {}
        assert with_constants(arithmetic.multiply, kind, False, data=True) == {}
        assert with_constants(arithmetic.divide, kind, False, data=True) == halves | {"1": "x", "-1": "negative(x)"}
        assert with_constants(arithmetic.add, kind, False, data=True) == {"-0": "x"}


def test_an_array_of_ones_stays() -> None:
    for rule in (arithmetic.multiply, arithmetic.divide, arithmetic.power, arithmetic.lowered_power):
        tape = Tape()
        x, ones = given(tape, ((2, 3), "f8")), tape.constant(np.ones((2, 3)))
        assert told(tape, x, apply(tape, rule, (x, ones), {}, (2, 3), np.dtype("f8")), rule) == ""


@pytest.mark.parametrize("kind", ["number", "float64", "float32"])
def test_the_power_of_a_derivative_is_one_lower(kind: str) -> None:
    """x^(n − 1) beside n, as `autograd.rules.arithmetic.lowered_power` has it; for n = 0 that is its own."""
    lower = {0.75: "power(x, -0.25)", -1.0: "power(x, -2)", 0.25: "power(x, -0.75)", -4.0: "power(x, -5)"}
    lower |= {1.0: "power(x, 0)", 2.0: "x", 3.0: "square(x)", -2.0: "power(x, -3)"}
    found = with_constants(arithmetic.lowered_power, kind, False)
    if kind == "number":
        lower[1.0] = "1"
    assert {x: found.get(f"{x:g}") for x in lower} == lower
    assert "0" not in found
    assert "-0" not in found
    assert with_constants(arithmetic.lowered_power, kind, True) == {}


# ---- what two of the same undo, and what moves nothing ---------------------------------------------------------------

SHAPES: list[tuple[tuple[int, ...], tuple[int, ...], str, str]] = [
    ((2, 3), (2, 3), "f8", "f8"),
    ((1, 3), (2, 3), "f8", "f8"),
    ((6,), (2, 3), "f8", "f8"),
    ((2, 3), (2, 3), "f4", "f8"),
    ((1, 3), (1, 3), "f4", "f4"),
]


@pytest.mark.parametrize(("shape", "to", "dtype", "into"), SHAPES)
@pytest.mark.parametrize("rule", [shaping.reshape, shaping.broadcast_to, shaping.sum_to, shaping.astype])
def test_what_moves_nothing_is_left_out(
    rule: Primitive, shape: tuple[int, ...], to: tuple[int, ...], dtype: str, into: str
) -> None:
    tape = Tape()
    x = given(tape, (shape, dtype))
    place = apply(tape, rule, (x,), {"shape": to}, to, np.dtype(into))
    assert (place == x) == ((shape, dtype) == (to, into))


def test_two_that_undo_each_other_are_left_out() -> None:
    tape = Tape()
    x = given(tape, NUMBER)
    minus = apply(tape, arithmetic.negative, (x,))
    assert minus != x
    assert apply(tape, arithmetic.negative, (minus,)) == x
    relu = apply(tape, activations.relu, (x,))
    assert relu != x
    assert apply(tape, activations.relu, (relu,)) == relu
    for rule in (arithmetic.negative, activations.relu):
        other = apply(tape, arithmetic.square, (x,))
        assert tape.entries[apply(tape, rule, (other,))].inputs == (other,)
    assert apply(tape, reductions.add_n, (x,)) == x
    assert apply(tape, reductions.add_n, (x, minus)) not in (x, minus)


PERMUTATIONS: list[Any] = [None, (0, 1, 2), (1, 2, 0), (2, 0, 1), (0, 2, 1), (-1, 0, 1), (2, 1, 0), (-3, -1, -2)]


def test_two_transpositions_are_left_out_where_they_undo_each_other() -> None:
    for first in PERMUTATIONS:
        for second in PERMUTATIONS:
            array = np.zeros((2, 3, 4))
            once, twice = array.transpose(first), array.transpose(first).transpose(second)
            tape = Tape()
            x = given(tape, ((2, 3, 4), "f8"))
            y = apply(tape, shaping.transpose, (x,), {"axes": first}, once.shape, once.dtype)
            place = apply(tape, shaping.transpose, (y,), {"axes": second}, twice.shape, twice.dtype)
            assert (place == x) == (twice.strides == array.strides), (first, second)


@pytest.mark.parametrize("kind", KINDS)
def test_a_choice_that_is_made_already(kind: str) -> None:
    for condition in (0.0, 1.0, -2.0, math.nan, np.array([[True], [False]]), np.array(True), None):
        tape = Tape()
        x, y = given(tape, KINDS[kind][0]), given(tape, KINDS[kind][0])
        test = given(tape, ((2, 1), "?")) if condition is None else tape.constant(condition)
        fits = KINDS[kind][0] == KINDS[kind][1]
        place = apply(tape, arithmetic.where, (test, x, y), {}, *result(KINDS[kind][1]))
        chosen = None if isinstance(condition, np.ndarray | None) or not fits else x if condition else y
        assert {x: x, y: y}.get(place) == chosen
        assert (apply(tape, arithmetic.where, (test, x, x), {}, *result(KINDS[kind][1])) == x) == fits


# ---- below choices: `taken` ------------------------------------------------------------------------------------------


def shares(tape: Tape, g: int, x: int) -> dict[str, tuple[int, bool]]:
    """Shares of an upstream gradient g, each with whether it is NaN only where g is."""
    kind = (2, 3), np.dtype("f8")

    def of(rule: Primitive, *inputs: int) -> int:
        return apply(tape, rule, inputs, {}, *kind)

    three, array = tape.constant(3.0), tape.constant(np.full((2, 3), 3.0))
    infinite, nowhere = tape.constant(math.inf), tape.constant(np.array([[1.0, 2.0, math.inf]] * 2))
    test = tape.argument(np.zeros((2, 3), bool))
    product, minus = of(arithmetic.multiply, g, three), of(arithmetic.negative, g)
    return {
        "g": (g, True),
        "g times a number": (product, True),
        "g times an array": (of(arithmetic.multiply, array, g), True),
        "−g": (minus, True),
        "−3g": (of(arithmetic.negative, product), True),
        "3 · −g": (of(arithmetic.multiply, three, minus), True),
        "taken already": (of(taken, of(arithmetic.multiply, g, x), g), False),
        "a choice": (of(arithmetic.where, test, product, minus), True),
        "a choice of a constant": (of(arithmetic.where, test, g, three), True),
        "a choice of what may be NaN": (of(arithmetic.where, test, g, tape.constant(math.nan)), False),
        "a choice of another": (of(arithmetic.where, test, x, g), False),
        "a choice by g": (of(arithmetic.where, g, x, three), False),
        "g times infinity": (of(arithmetic.multiply, g, infinite), False),
        "g times what is infinite somewhere": (of(arithmetic.multiply, g, nowhere), False),
        "g times another": (of(arithmetic.multiply, g, x), False),
        "g times g": (of(arithmetic.multiply, g, g), False),
        "another": (x, False),
        "another times a number": (of(arithmetic.multiply, x, three), False),
        "g and a number": (of(arithmetic.add, g, three), False),
        "a function of g": (of(arithmetic.square, g), False),
        "a constant": (array, True),
        "a constant that is NaN somewhere": (tape.constant(np.array([[1.0, math.nan, 2.0]] * 2)), False),
    }


NAMES = list(shares(tape := Tape(), tape.argument(np.zeros((2, 3))), tape.argument(np.zeros((2, 3)))))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_nan_only_with_its_gradient_needs_no_look(name: str) -> None:
    tape = Tape()
    x, g = (tape.argument(np.zeros((2, 3))) for _ in range(2))
    share, needs_none = shares(tape, g, x)[name]
    place = apply(tape, taken, (share, g), {}, (2, 3), np.dtype("f8"))
    if name == "taken already":
        assert place != share  # a product with another may be NaN where g is not
        assert apply(tape, taken, (tape.entries[share].inputs[0], g), {}, (2, 3), np.dtype("f8")) == share
    assert (place == share) == needs_none
    spread = apply(tape, taken, (share, tape.argument(np.zeros((4, 2, 3)))), {}, (4, 2, 3), np.dtype("f8"))
    assert spread != share


# ---- what is there already ------------------------------------------------------------------------------------------

ALIKE = [arithmetic.add, arithmetic.multiply, arithmetic.equal, arithmetic.not_equal]
IN_ORDER = [arithmetic.subtract, arithmetic.divide, arithmetic.less, arithmetic.power]


@pytest.mark.parametrize("rule", [*ALIKE, *IN_ORDER], ids=lambda rule: rule.name)
def test_equal_operations_are_one_and_others_two(rule: Primitive) -> None:
    tape = Tape()
    x, y = tape.argument(), tape.argument()
    place = apply(tape, rule, (x, y))
    assert tape.entries[place].inputs == (x, y)
    assert apply(tape, rule, (x, y)) == place
    assert (apply(tape, rule, (y, x)) == place) == (rule in ALIKE)
    length = len(tape.entries)
    options = [{"shape": (3, 2)}, {"shape": (2, 3)}, {"shape": (3, 2), "order": "C"}, {"shape": [3, 2]}]
    places = {apply(tape, shaping.reshape, (x,), attrs, (6,), np.dtype("f8")) for attrs in [*options, *options]}
    assert len(places) == len(tape.entries) - length == len(options)


def test_what_is_known_is_computed_beforehand() -> None:
    tape = Tape()
    two, three, x = tape.constant(2.0), tape.constant(3.0), tape.argument()
    six = apply(tape, arithmetic.multiply, (two, three))
    assert tape.constants[six] == 6.0
    assert type(tape.constants[six]) is float
    assert apply(tape, arithmetic.multiply, (three, two)) == six
    rows = tape.constant(np.arange(6.0, dtype=np.float32).reshape(2, 3))
    place = apply(tape, arithmetic.divide, (rows, tape.constant(0.0)), {}, (2, 3), np.dtype("f4"))
    found = tape.constants[place]
    assert found.dtype == np.float32
    assert found.tolist() == [[math.nan, math.inf, math.inf], [math.inf] * 3] or np.isnan(found[0, 0])
    total = apply(tape, reductions.sum_, (rows,), {"axis": 0, "keepdims": False}, (3,), np.dtype("f4"))
    assert tape.constants[total].tolist() == [3.0, 5.0, 7.0]
    for inputs in ((x, two), (two, x)):
        assert apply(tape, arithmetic.power, inputs) not in tape.constants
