"""What small programs of numbers become, written out: their steps, and the loops that run them.

Numbers are the same by any way (`test_random_graphs` compares them); which way is taken shows here.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.program import program as programs
from autograd.program.native.number_instructions import instructions
from autograd.program.numbers.bytecode import _of_unit
from autograd.program.numbers.lower import lower
from autograd.program.numbers.schedule import Access, Loop, Scatter, schedule
from autograd.program.numbers.strides import SHORTEST, nests
from autograd.rules.primitive import Primitive

Function = Callable[..., Any]


def inputs(count: int) -> list[ag.Value]:
    return [ag.Value(0.5 + k, label="abcdefghijklmnopqrstuvwxyz"[k]) for k in range(count)]


# ---- steps ----------------------------------------------------------------------------------------------------------

STEPS: list[tuple[Function, int, int, str]] = [
    (lambda a, b, c: a * b + c, 3, 0, "t0 = c + a·b; return t0"),
    (lambda a, b, c: a * b + b * c, 3, 0, "t0 = b·c + a·b; return t0"),
    (lambda a, b, c: a - b * c, 3, 0, "t0 = a − b·c; return t0"),
    (lambda a, b, c: a * b - c, 3, 0, "t0 = a·b − c; return t0"),
    (lambda a, b, c: -(a * b + c), 3, 0, "t0 = −c − a·b; return t0"),
    (lambda a, b, c: -(a - b * c), 3, 0, "t0 = −a + b·c; return t0"),
    # The longer sum goes on; of two that are long, one is a step of its own.
    (lambda a, b, c: a - (b + c), 3, 0, "t0 = −b − c + a; return t0"),
    (lambda a, b, c: a + (b + c), 3, 0, "t0 = b + c + a; return t0"),
    (lambda a, b, c: a - (b * c + a), 3, 0, "t0 = −a − b·c + a; return t0"),
    (lambda a, b, c, d: (a + b) + (c + d), 4, 0, "t0 = a + b; t1 = c + d + t0; return t1"),
    (lambda a, b, c, d: (a - b) - (c - d), 4, 0, "t0 = c − d; t1 = a − b − t0; return t1"),
    (lambda a, b, c, d: -(-(a - b) - c) - d, 4, 0, "t0 = a − b + c − d; return t0"),
    (lambda a, b: a - -b, 2, 0, "t0 = a + b; return t0"),
    (lambda a, b: a * a + b**2, 2, 0, "t0 = b·b + a·a; return t0"),
    (lambda a, b: a * 3.0 + b * 0.5, 2, 0, "t0 = 0.5·b + 3·a; return t0"),
    (lambda a, b, c: ag.sum([a, b * c, c]), 3, 0, "t0 = a + b·c + c; return t0"),
    (lambda a, b, c: ag.sum([a * b, b * c, c * a]), 3, 0, "t0 = a·b + b·c + a·c; return t0"),
    (lambda a, b, c: a - ag.sum([a * b, b, c]), 3, 0, "t0 = −a·b − b − c + a; return t0"),
    (lambda a, b, c: ag.dot([a, b], [b, c]) + a, 3, 0, "t0 = 0 + a·b + b·c + a; return t0"),
    # What two sums add up is computed by both; what anybody else needs, or three, once.
    (lambda a, b: (a * b + a) * ag.exp(a * b - b), 2, 0,
     "t0 = a·b − b; t1 = exp(t0); t2 = a + a·b; t3 = t1·t2; return t3"),
    (lambda a, b: (a * b + a) * ag.exp(a * b), 2, 0,
     "t0 = a·b; t1 = exp(t0); t2 = a + t0; t3 = t1·t2; return t3"),
    (lambda a, b: (a * b + a) * ag.exp(a * b - b) * ag.sin(a * b + 1.0), 2, 0,
     "t0 = a·b; t1 = t0 + 1; t2 = sin(t1); t3 = t0 − b; t4 = exp(t3); t5 = a + t0; t6 = t4·t5; t7 = t2·t6; return t7"),
    (lambda a, b: (a + b + 1.0) * ag.exp((a + b) - b), 2, 0,
     "t0 = a + b; t1 = t0 − b; t2 = exp(t1); t3 = t0 + 1; t4 = t2·t3; return t4"),
    (lambda a, b, c: a * b + c, 3, 1, "t0 = c + a·b; return t0, b, a, 1"),
    (lambda a, b: a * a + b**2, 2, 1, "t0 = b·b + a·a; t1 = 2·b; t2 = a + a; return t0, t2, t1"),
    (lambda a, b: (a * b).tanh() + (b * a).tanh() ** 2, 2, 0,
     "t0 = a·b; t1 = tanh(t0); t2 = t1 + t1·t1; return t2"),
    # What shares its work is one step, where all of it is needed.
    (lambda a, b: ag.softmax([a, b])[0], 2, 0, "t0 = log_normaliser(a, b); t1 = share(a, t0); return t1"),
    (lambda a, b: ag.softmax([a, b])[0] * ag.softmax([a, b])[1], 2, 0,
     "t0, t1 = softmax(a, b); t2 = t1·t0; return t2"),
    (lambda a, b: ag.softmax([a, b])[0], 2, 1,
     "t0, t1 = softmax(a, b); t2 = −t0; t3 = t0 + t0·t2; t4 = t2·t1; return t0, t3, t4"),
    (lambda a, b: ag.logsumexp([a, b]), 2, 1, "t0, t1, t2 = softmax(a, b); return t0, t1, t2"),
    (lambda a, b: ag.logsumexp([a, b]), 2, 0, "t0 = logsumexp(a, b); return t0"),
    (lambda a: ag.softplus(a) * ag.sigmoid(a), 1, 0, "t0, t1 = softplus_sigmoid(a); t2 = t1·t0; return t2"),
    (lambda a: ag.softplus(a), 1, 1, "t0, t1 = softplus_sigmoid(a); return t0, t1"),
    (lambda a: ag.softplus(a), 1, 0, "t0 = softplus(a); return t0"),
    (lambda a, b: ag.softplus(a) * ag.sigmoid(b), 2, 0,
     "t0 = sigmoid(b); t1 = softplus(a); t2 = t0·t1; return t2"),
    (lambda a: ag.leaky_relu(a, 0.25) + ag.leaky_relu(a, 0.5), 1, 0,
     "t0 = leaky_relu(a, slope=0.5); t1 = leaky_relu(a, slope=0.25); t2 = t0 + t1; return t2"),
]  # fmt: skip


@pytest.mark.parametrize(("function", "count", "order", "text"), STEPS, ids=[text for *_, text in STEPS])
def test_steps(function: Function, count: int, order: int, text: str) -> None:
    x = inputs(count)
    program = ag.Program.from_graph(function(*x), x, engine="numpy", order=order)
    assert "; ".join(line.strip() for line in str(program).splitlines()[1:]) == text


# ---- loops ----------------------------------------------------------------------------------------------------------


def told(unit: Loop | Scatter) -> str:
    """An action or a run of terms, where its results go, and for each operand base, strides, and the step of terms."""
    name = unit.action.name if isinstance(unit.action, Primitive) else unit.action
    if isinstance(unit, Scatter):
        columns = " ".join(",".join(map(str, map(int, column))) for column in unit.columns)
        return f"{name} → {unit.out}: {columns}"
    runs = " ".join(f"{run.count}{run.sign}({' '.join(map(read, run.reads))})" for run in unit.runs)
    reads = f"{name}({' '.join(map(read, unit.reads))})" if unit.reads else runs
    return f"{'×'.join(map(str, unit.lengths))} → {unit.out}: {reads}"


def read(access: Access) -> str:
    return ",".join(map(str, (access.base, *access.strides))) + (f"{access.along:+}" if access.along else "")


def each(function: Function, x: Any) -> Any:
    return ag.sum([function(y) for y in x])


PLANS: dict[str, tuple[Function, int, list[str]]] = {
    "three lanes": (lambda x: each(ag.exp, x), 3, ["exp → 3: 2,1,0", "sss → 6: 5 4 3", "7: "]),
    "four lanes": (lambda x: each(ag.exp, x), 4, ["4 → 4: exp(0,1)", "ssss → 8: 4 5 6 7", "9: "]),
    "apart": (lambda x: each(ag.exp, x[::2]), 8, ["4 → 8: exp(0,2)", "ssss → 12: 8 9 10 11", "13: "]),
    "without order": (
        lambda x: ag.sum([ag.exp(x[k] * x[j]) for k, j in ((0, 1), (3, 2), (1, 4), (2, 7))]), 8,
        ["p → 8: 0,1,2,2 1,4,3,7", "4 → 12: exp(8,1)", "ssss → 16: 12 14 13 15", "17: "],
    ),
    "a constant for all": (
        lambda x: each(lambda y: ag.exp(2.0 * y), x), 4,
        ["4 → 4: 1p(13,0 0,1)", "4 → 8: exp(4,1)", "ssss → 12: 8 9 10 11", "14: 2"],
    ),
    "each its own constant": (
        lambda x: ag.sum([ag.exp(0.5 * k * y) for k, y in enumerate(x, start=3)]), 4,
        ["4 → 4: 1p(13,1 0,1)", "4 → 8: exp(4,1)", "ssss → 12: 8 9 10 11", "17: 1.5 2 2.5 3"],
    ),
    "a matrix times a vector": (
        lambda x: each(ag.tanh, [ag.dot(x[4 * i : 4 * i + 4], x[16:20]) for i in range(4)]), 20,
        ["4 → 20: 1s(29,0) 4p(0,4+1 16,0+1)", "4 → 24: tanh(20,1)", "ssss → 28: 24 25 26 27", "30: 0"],
    ),
    "rows of constants that come again": (
        lambda x: ag.sum([ag.sum([x[4 * j + i] * (0.5 + i + 2 * k) for i in range(4)]) ** 3.5
                          for j in range(4) for k in range(5)]), 16,
        ["4×5 → 16: 4p(57,0,1+5 0,4,0+1)", "20 → 36: power(16,1 77,0)",
         "1 → 56: 5s(40,0-1) 5s(45,0-1) 5s(50,0-1) 5s(55,0-1)",
         "78: 8.5 6.5 4.5 2.5 0.5 9.5 7.5 5.5 3.5 1.5 10.5 8.5 6.5 4.5 2.5 11.5 9.5 7.5 5.5 3.5 3.5"],
    ),
    "seven terms": (lambda x: ag.sum(x), 7, ["sssssss → 7: 0 1 2 3 4 5 6", "8: "]),
    "eight terms": (lambda x: ag.sum(x), 8, ["1 → 8: 8s(0,0+1)", "9: "]),
    "eight terms from the last": (lambda x: ag.sum(x[::-1]), 8, ["1 → 8: 8s(0,0+1)", "9: "]),
    "sixteen terms of two signs": (
        lambda x: ag.sum(x[:8]) - x[8] - x[9] - x[11] - x[13], 14, ["1 → 14: 8s(0,0+1) 2d(8,0+1) 2d(11,0+2)", "15: "],
    ),
    "two long sums side by side": (
        lambda x: ag.exp(ag.sum(x[:8])) * ag.sum(x[8:]), 16,
        ["1 → 16: 8s(8,0+1)", "1 → 17: 8s(0,0+1)", "exp → 18: 17", "p → 19: 16 18", "20: "],
    ),
    "products": (lambda x: ag.dot(x[:8], x[8:]), 16, ["1 → 16: 1s(17,0) 8p(0,0+1 8,0+1)", "18: 0"]),
    "products of rows that run apart": (
        lambda x: ag.dot(x[:8], x[:7:-1]), 16, ["1 → 16: 1s(17,0) 8p(0,0+1 15,0-1)", "18: 0"],
    ),
    "joint steps": (
        lambda x: ag.sum([ag.logsumexp(x[i : i + 2]) * ag.softmax(x[i : i + 2])[0] for i in range(0, 8, 2)]), 8,
        ["4 → 8: log_normaliser_n(0,2 1,2)", "4 → 12: logsumexp_n(0,2 1,2)", "4 → 16: share(0,2 8,1)",
         "pppp → 20: 16 12 17 13 18 14 19 15", "21: "],
    ),
    "attributes": (
        lambda x: each(lambda y: ag.leaky_relu(y, 0.25), x), 4,
        ["4 → 4: leaky_relu(0,1 9,0)", "ssss → 8: 4 5 6 7", "10: 0.25"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANS)
def test_plans(name: str) -> None:
    """Units of the plan, and last the size of memory with the constants in it."""
    function, count, expected = PLANS[name]
    x = [ag.Value(0.5 + k) for k in range(count)]
    plan = schedule(lower(programs._tape(function(x), x, 0)))
    constants = " ".join(f"{number:g}" for number in plan.constants)
    assert [*map(told, plan.units), f"{plan.size}: {constants}"] == expected
    assert plan.inputs == count
    assert plan.outputs.tolist() == [plan.size - len(plan.constants) - 1]


# ---- instructions ----------------------------------------------------------------------------------------------------

INSTRUCTIONS: dict[str, tuple[Function, int, list[str]]] = {
    "short sums": (lambda x: x[0] - x[1] * x[2], 3, ["sum_sq 3 0 1 2"]),
    "a product first": (lambda x: x[0] * x[1] - x[2], 3, ["sum_pd 3 0 1 2"]),
    "two terms in the order of their signs": (lambda x: -x[0] + x[1] * x[2], 3, ["sum_pd 3 1 2 0"]),
    "and when the first is subtracted": (lambda x: -(x[0] * x[1]) + x[2], 3, ["sum_sq 3 2 0 1"]),
    "any sum": (
        lambda x: -(x[0] * x[1]) - x[2] + x[0] * x[2] + x[1], 3, ["any_sum 3 4 1 2 2 3 0 1 2 0 2 0 1 1"]
    ),
    "four terms": (lambda x: ag.sum(x), 4, ["sum_ssss 4 0 1 2 3"]),
    "five terms": (lambda x: ag.sum(x), 5, ["any_sum 5 5 0 0 0 0 1 1 0 2 2 0 3 3 0 4 4"]),
    "a function of a lane": (
        lambda x: ag.where(ag.greater(x[0], x[1]), x[1], x[0]), 2, ["one_greater 2 0 1", "one_where 3 2 1 0"]
    ),
    "a function of many": (
        lambda x: ag.sum([ag.maximum(x[i], x[i + 4]) for i in range(4)]), 8,
        ["loop_maximum 8 1 1 4 0 0 0 1 4 0 0 1", "sum_ssss 12 8 9 10 11"],
    ),
    "softplus": (lambda x: ag.softplus(x[0]) * ag.sigmoid(x[0]), 1, ["softplus_1 1 1 0", "sum_p 3 2 1"]),
    "softplus of four": (
        lambda x: each(lambda y: ag.softplus(y) * ag.sigmoid(y), x), 4,
        ["softplus_4 4 4 0 1 2 3", "sum_pppp 12 8 4 9 5 10 6 11 7"],
    ),
    "softplus of six, two of them once more": (
        lambda x: each(lambda y: ag.softplus(y) * ag.sigmoid(y), x), 6,
        ["softplus_4 6 6 0 1 2 3", "softplus_4 8 6 2 3 4 5",
         "any_sum 18 6 2 12 6 2 13 7 2 14 8 2 15 9 2 16 10 2 17 11"],
    ),
    "softmax of two": (
        lambda x: ag.dot(ag.softmax(x), x), 2, ["softmax_2 2 1 0 1 1", "sum_spp 4 5 2 0 3 1"]
    ),
    "softmax of five": (
        lambda x: ag.dot(ag.softmax(x), x), 5,
        ["softmax 0 1 5 1 5 0 1 2 3 4", "any_sum 10 6 0 11 11 2 5 0 2 6 1 2 7 2 2 8 3 2 9 4"],
    ),
    "logsumexp": (lambda x: ag.logsumexp(x), 3, ["logsumexp 0 3 3 0 1 2"]),
    "the total that divides": (lambda x: ag.log_softmax(x)[0], 3, ["logsumexp 1 3 3 0 1 2", "sum_sd 4 0 3"]),
    "lanes": (
        lambda x: ag.sum([ag.exp(x[i] * x[16 + i] - x[32 + i]) for i in range(16)]), 48,
        ["loop_sum 0 48 1 1 16 2 2 1 0 0 0 1 0 16 0 0 1 0 1 1 32 0 0 1 0", "loop_exp 64 1 1 16 48 0 0 1",
         "loop_sum 1 80 1 1 1 1 0 16 64 0 0 0 1"],
    ),
    "too few lanes": (
        lambda x: ag.sum([ag.exp(x[i] * x[16 + i] - x[32 + i]) for i in range(15)]), 48,
        ["loop_sum 2 48 1 1 15 2 2 1 0 0 0 1 0 16 0 0 1 0 1 1 32 0 0 1 0", "loop_exp 63 1 1 15 48 0 0 1",
         "loop_sum 1 78 1 1 1 1 0 15 63 0 0 0 1"],
    ),
    "lanes that are apart": (
        lambda x: ag.sum([ag.exp(x[2 * i] * x[0] + x[1]) for i in range(16)]), 48,
        ["loop_sum 2 48 1 1 16 2 0 1 1 0 0 0 0 2 1 0 0 0 0 0 0 0 0 2 0", "loop_exp 64 1 1 16 48 0 0 1",
         "loop_sum 1 80 1 1 1 1 0 16 64 0 0 0 1"],
    ),
    "a long run": (
        lambda x: ag.dot(x[:8], x[8:]), 16, ["loop_sum 1 16 1 1 1 2 0 1 17 0 0 0 0 2 8 0 0 0 0 1 8 0 0 0 1"]
    ),
    "a long run of what is apart": (
        lambda x: ag.dot(x[:8], x[8::2]), 24, ["loop_sum 2 24 1 1 1 2 0 1 25 0 0 0 0 2 8 0 0 0 0 1 8 0 0 0 2"]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", INSTRUCTIONS)
def test_instructions(name: str) -> None:
    function, count, expected = INSTRUCTIONS[name]
    x = [ag.Value(0.5 + k) for k in range(count)]
    plan = schedule(lower(programs._tape(function(x), x, 0)))
    names: Any = {name: name for name in instructions()}
    assert [" ".join(map(str, code)) for unit in plan.units for code in _of_unit(unit, names)] == expected


def test_joint_steps_give_their_total_where_it_is_wanted() -> None:
    x = [ag.Value(0.5), ag.Value(2.0)]
    names: Any = {name: name for name in instructions()}
    for function, divides in ((ag.logsumexp, 0), (lambda x: ag.log_softmax(x)[0], 1)):
        unit = schedule(lower(programs._tape(function(x), x, 1))).units[0]
        assert [*_of_unit(unit, names)] == [("softmax", 1, divides, 2, 1, 2, 0, 1)]


# ---- strides ---------------------------------------------------------------------------------------------------------


def nest(lengths: tuple[int, ...], strides: Any) -> Any:
    """The places that a nest of loops reads, (operands, lanes)."""
    indices = np.indices(lengths).reshape(len(lengths), -1)
    return np.array([100 + np.dot(row, indices) for row in strides])


@pytest.mark.parametrize("lengths", [(1,), (2,), (7,), (2, 4), (3, 5), (2, 2, 3), (3, 2, 2)])
def test_lanes_that_are_one_nest_are_found_to_be_one(lengths: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        strides = rng.integers(-3, 4, (2, len(lengths)))
        columns = nest(lengths, strides)
        ((start, stop, found, by),) = nests(columns)
        assert (start, stop) == (0, columns.shape[1])
        assert found is not None
        np.testing.assert_array_equal(nest(found, by), columns)  # perhaps by fewer loops
        assert len(found) <= len(lengths)


def test_more_loops_within_each_other_are_cut_into_runs() -> None:
    columns = nest((2, 2, 2, 5), [[1000, 100, 17, 1]])
    found = list(nests(columns))
    assert [(start, stop, lengths) for start, stop, lengths, _ in found] == [(k, k + 5, (5,)) for k in range(0, 40, 5)]
    assert all(strides is not None and strides.tolist() == [[1]] for *_, strides in found)


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([4, 5], [(0, 4, True), (4, 9, True)]),
        ([3, 5], [(0, 3, False), (3, 8, True)]),
        ([5, 3], [(0, 5, True), (5, 8, False)]),
        ([3, 2, 6, 1, 1, 4, 2], [(0, 5, False), (5, 11, True), (11, 13, False), (13, 17, True), (17, 19, False)]),
        ([2, 3, 2], [(0, 7, False)]),
        ([SHORTEST, SHORTEST - 1], [(0, SHORTEST, True), (SHORTEST, 2 * SHORTEST - 1, False)]),
    ],
)  # fmt: skip
def test_lanes_are_cut_where_the_stride_changes(runs: list[int], expected: list[tuple[int, int, bool]]) -> None:
    columns = np.concatenate([1000 * k * k + (k + 2) * np.arange(length) for k, length in enumerate(runs)])
    rows = np.stack([columns, np.zeros(len(columns), int)])
    found = list(nests(rows))
    assert [(start, stop, lengths is not None) for start, stop, lengths, _ in found] == expected
    for start, stop, lengths, strides in found:
        if lengths is not None:
            assert lengths == (stop - start,)
            np.testing.assert_array_equal(strides, rows[:, start + 1 : start + 2] - rows[:, start : start + 1])
    assert all(a[1] == b[0] for a, b in pairwise(found))
