"""What operations on arrays become for the native engine, written out: chains, products, sums, and calls of NumPy.

Numbers are the same by any way; which way is taken shows here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.program.arrays.steps import LARGE, LONGEST, Call, Part, Product, Step, Steps

pytest.importorskip("llvmlite")
Function = Callable[..., Any]


def told(steps: Steps, step: Step) -> str:
    entries = steps.tape.entries
    if isinstance(step, Call):
        rule = entries[step.place].rule
        assert rule is not None
        return f"call {rule.name}"
    if isinstance(step, Part):
        return f"{step.name} {step.sizes}"
    if isinstance(step, Product):
        turned = f"{' T' if step.left[1] else ''}{' ·T' if step.right[1] else ''}"
        return f"product {step.sizes}{turned}{' onto' if step.onto is not None else ''}"
    names = " ".join(each.rule.name for each in step.applied)
    return f"{'×'.join(map(str, step.shape))} {step.dtype} {step.columns}: {names}{' sum' * len(step.sums)}"


def steps_of(compiled: Any) -> list[str]:
    (trace,) = compiled.traces.values()
    steps = Steps(trace.routine.tape, trace.routine.order, products=True)
    return [told(steps, step) for step in steps.steps]


def f8(*shape: int) -> Any:
    return np.abs(np.random.default_rng(0).normal(size=shape))


def f4(*shape: int) -> Any:
    return f8(*shape).astype(np.float32)


C = np.arange(4) % 3
CASES: dict[str, tuple[Function, tuple[Any, ...], list[str]]] = {
    "a chain": (
        lambda x, b: np.tanh(x * 2.0 + b) - x, (f8(2, 3), f8(3)), ["2×3 float64 3: multiply add tanh subtract"]
    ),
    "in single precision": (lambda x, b: np.tanh(x * 2.0 + b), (f4(2, 3), f4(3)), ["2×3 float32 3: multiply add tanh"]),
    # How operands are spread.
    "rows of two axes": (lambda x, b: x * b + 1.0, (f8(2, 3, 4), f8(3, 4)), ["2×3×4 float64 12: multiply add"]),
    "columns": (lambda x, b: x * b + 1.0, (f8(2, 3, 4), f8(2, 1, 1)), ["2×3×4 float64 12: multiply add"]),
    "rows and columns": (lambda x, a, b: x * a + b, (f8(2, 3), f8(3), f8(2, 1)), ["2×3 float64 3: multiply add"]),
    "of other lengths": (
        lambda x, a, b: x * a + b, (f8(2, 3, 4), f8(4), f8(2, 1, 1)),
        ["2×3×4 float64 4: multiply", "2×3×4 float64 12: add"],
    ),
    "of other lengths in one": (
        lambda x, a, b: ag.where(x > 0, a, b), (f8(2, 3, 4), f8(4), f8(2, 1, 1)),
        ["2×3×4 float64 None: greater", "call where"],
    ),
    "repeated columns": (lambda x, b: x * b + 1.0, (f8(2, 3, 4), f8(3, 1)), ["2×3×4 float64 4: multiply add"]),
    "neither rows nor columns": (
        lambda x, b: x * b + 1.0, (f8(2, 3, 4), f8(2, 1, 4)), ["call multiply", "2×3×4 float64 None: add"]
    ),
    "both spread": (
        lambda x, b: x * b + 1.0, (f8(2, 3), f8(2, 1, 3)), ["call multiply", "2×2×3 float64 None: add"]
    ),
    "a number": (lambda x, a: x * a + a * 2.0, (f8(3), 2.0), ["3 float64 None: multiply add"]),
    # What goes into one chain.
    "other shapes": (
        lambda x, b: (x * 2.0 + 1.0, b * 3.0), (f8(2, 3), f8(3)),
        ["2×3 float64 None: multiply add", "3 float64 None: multiply"],
    ),
    "other types": (
        lambda x, b: (x * 2.0 + 1.0, b * 3.0), (f8(2, 3), f4(2, 3)),
        ["2×3 float64 None: multiply add", "2×3 float32 None: multiply"],
    ),
    "two types in one": (lambda x, b: x * b, (f8(2, 3), f4(2, 3)), ["2×3 float64 None: multiply"]),
    "whole numbers": (lambda x: x * 2 + 1, (np.arange(3),), ["call multiply", "call add"]),
    "whole numbers beside": (
        lambda x, k: x * k + 1.0, (f8(3), np.arange(3)), ["call multiply", "3 float64 None: add"]
    ),
    "truths beside": (
        lambda x, m: x * m + 1.0, (f8(3), np.array([True, False, True])), ["3 float64 None: multiply add"]
    ),
    "truths between": (lambda x: ag.where(x > 0.5, x, -x), (f8(3),), ["3 float64 None: greater negative where"]),
    "truths alone": (lambda m: ag.equal(m, True), (np.array([True, False]),), ["call equal"]),
    "truths that come out": (lambda x: ag.isnan(x), (f8(3),), ["3 float64 None: isnan"]),
    "a view of what a chain computes": (
        lambda x: x * 2.0 + (x * 2.0).T, (f8(3, 3),), ["3×3 float64 None: multiply", "call add"]
    ),
    "its numbers in another shape": (
        lambda x: (x * 2.0).reshape(6) + 1.0, (f8(2, 3),), ["2×3 float64 None: multiply", "6 float64 None: add"]
    ),
    "its numbers, spread": (
        lambda x: x * 2.0 + (x * 2.0).reshape(1, 3) * (x * 2.0), (f8(3),),
        ["3 float64 None: multiply", "1×3 float64 None: multiply add"],
    ),
    "a part": (lambda x: x[1:] * 2.0, (f8(3, 3),), ["call multiply"]),
    "settings": (lambda x: ag.leaky_relu(x, 0.1) + 1.0, (f8(3),), ["3 float64 None: leaky_relu add"]),
    "settings that are arrays": (
        lambda x: ag.leaky_relu(x, np.array([0.1, 0.2, 0.3])) + 1.0, (f8(3),),
        ["call leaky_relu", "3 float64 None: add"],
    ),
    "no entries": (lambda x: x * 2.0, (f8(0, 3),), ["call multiply"]),
    # What NumPy does better.
    "quick functions of many": (
        lambda x: np.sqrt(x) * 2.0, (f8(LARGE + 1),), [f"{LARGE + 1} float64 None: sqrt multiply"]
    ),
    "slow functions of few": (lambda x: np.tanh(x) * 2.0, (f8(LARGE),), [f"{LARGE} float64 None: tanh multiply"]),
    "slow functions of many": (
        lambda x: np.tanh(x) * 2.0, (f8(LARGE + 1),), ["call tanh", f"{LARGE + 1} float64 None: multiply"]
    ),
    "what is quick in single precision": (
        lambda x: ag.sigmoid(x) * 2.0, (f4(LARGE + 1),), [f"{LARGE + 1} float32 None: sigmoid multiply"]
    ),
    # Products.
    "of transposed": (lambda a, b: a.T @ b.T, (f8(3, 2), f8(4, 3)), ["product (2, 4, 3) T ·T"]),
    "of axes turned": (
        lambda a, b: np.transpose(a, (1, 0)) @ b, (f8(3, 2), f8(3, 4)), ["product (2, 4, 3) T"]
    ),
    "of a part": (lambda a, b: a[1:] @ b, (f8(3, 3), f8(3, 4)), ["call matmul"]),
    "of a transposed part": (lambda a, b: a[1:].T @ b, (f8(4, 2), f8(3, 4)), ["call matmul"]),
    "by a part": (lambda a, b: a @ b[1:], (f8(2, 3), f8(4, 4)), ["call matmul"]),
    "in another shape": (lambda a, b: a.reshape(2, 3) @ b, (f8(3, 2), f8(3, 4)), ["product (2, 4, 3)"]),
    "of whole numbers": (lambda a, b: a @ b, (np.ones((2, 3), int), np.ones((3, 2), int)), ["call matmul"]),
    "of vectors": (lambda a, b: a @ b, (f8(3), f8(3)), ["call matmul"]),
    "a layer": (
        lambda x, w, b: np.tanh(ag.linear(x, w, b)), (f8(4, 5), f8(5, 3), f8(3)),
        ["product (4, 3, 5)", "4×3 float64 3: add tanh"],
    ),
    "a layer in single precision": (
        lambda x, w, b: ag.linear(x, w, b), (f4(4, 5), f4(5, 3), f4(3)), ["product (4, 3, 5)", "4×3 float32 3: add"]
    ),
    "a bias of every row": (
        lambda x, w, b: ag.linear(x, w, b), (f8(4, 5), f8(5, 3), f8(4, 3)),
        ["product (4, 3, 5)", "4×3 float64 None: add"],
    ),
    "a bias that is a part": (lambda x, w, b: ag.linear(x, w, b[0]), (f8(4, 5), f8(5, 3), f8(2, 3)), ["call linear"]),
    "a layer of turned samples": (
        lambda x, w, b: ag.linear(np.transpose(x, (0, 2, 1)), w, b), (f8(2, 5, 4), f8(5, 3), f8(3)), ["call linear"]
    ),
    # Sums, and what works on rows.
    "a sum": (lambda x: x.sum(), (f4(2, 3),), ["sum_rows (1, 6, 1)"]),
    "a mean": (lambda x: x.mean(0), (f8(2, 3),), ["sum_columns (2, 3, 2)"]),
    "a sum of whole numbers": (lambda x: x.sum(), (np.arange(3),), ["call sum"]),
    "a mean of whole numbers": (lambda x: x.mean(), (np.arange(3),), ["call mean"]),
    "a sum of a view": (lambda x: x.T.sum(0), (f8(2, 3),), ["call sum"]),
    "a sum of what a chain computes": (
        lambda x, b: ag.relu(x * 2.0 + b).sum(0), (f4(512, 64), f4(64)), ["512×64 float32 64: multiply add relu sum"]
    ),
    "sums of several results": (
        lambda x: ((z := ag.relu((y := x * 2.0) - 1.0)).sum(0), y.sum(0), z), (f8(512, 64),),
        ["512×64 float64 64: multiply subtract relu sum sum"],
    ),
    "a sum of its numbers in another shape": (
        lambda x: (x * 2.0).reshape(-1, 64).sum(0), (f8(8, 4096),), ["8×4096 float64 64: multiply sum"]
    ),
    "a sum of few": (
        lambda x: (x * 2.0).sum(0), (f8(511, 64),), ["511×64 float64 None: multiply", "sum_columns (511, 64, 1)"]
    ),
    "a sum of short rows": (
        lambda x: (x * 2.0).sum(0), (f8(600, 63),), ["600×63 float64 None: multiply", "sum_columns (600, 63, 1)"]
    ),
    "a sum of other rows": (
        lambda x, b: (x * b).sum(0), (f8(8, 64, 64), f8(64)),
        ["8×64×64 float64 64: multiply", "sum_columns (8, 4096, 1)"],
    ),
    "a mean of what a chain computes": (
        lambda x: (x * 2.0).mean(0), (f8(512, 64),), ["512×64 float64 None: multiply", "sum_columns (512, 64, 512)"]
    ),
    "a sum of nothing": (lambda x: x.sum(), (f8(0, 3),), ["call sum"]),
    "a largest": (lambda x: x.max(0), (f8(4, 3),), ["call max"]),
    "a loss and its gradient": (
        ag.value_and_grad(lambda x, t: ag.mean(ag.softmax_cross_entropy(x, t))), (f8(4, 3), C),
        ["cross_entropy (4, 3)", "sum_rows (1, 4, 4)", "softmax (4, 3)", "one_hot (4, 3)",
         "4×3 float64 3: subtract multiply"],
    ),
    "a gradient alone, whose classes nobody checks": (
        ag.grad(lambda x, t: ag.mean(ag.softmax_cross_entropy(x, t))), (f8(4, 3), C),
        ["softmax (4, 3)", "call one_hot", "4×3 float64 3: subtract multiply"],
    ),
    "classes that stay": (lambda x: ag.softmax_cross_entropy(x, C), (f8(4, 3),), ["cross_entropy (4, 3)"]),
    "classes that are computed": (
        lambda x, t: ag.softmax_cross_entropy(x, ag.maximum(t, 1)), (f8(4, 3), C),
        ["call maximum", "cross_entropy (4, 3)"],
    ),
    "classes in another shape": (
        lambda x, t: ag.softmax_cross_entropy(x, t.reshape(4)), (f8(4, 3), C.reshape(2, 2)), ["cross_entropy (4, 3)"]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_steps(name: str) -> None:
    function, arguments, expected = CASES[name]
    compiled = ag.compile(function, engine="native")
    found, wanted = compiled(*arguments), function(*arguments)
    for a, b in zip(*[x if isinstance(x, tuple) else (x,) for x in (found, wanted)], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)
    assert steps_of(compiled) == expected


def test_a_chain_is_cut_where_it_is_long() -> None:
    def function(x: Any) -> Any:
        for k in range(100):
            x = x * 1.01 + k
        return x

    compiled = ag.compile(function, engine="native")
    np.testing.assert_allclose(compiled(f8(3)), function(f8(3)), rtol=1e-12)
    each = 2 + 2  # words of a function of two operands
    first, *rest = [len(step.split(": ")[1].split()) for step in steps_of(compiled)]
    assert first == LONGEST // each
    assert first + sum(rest) == 200
    assert len(rest) == -(-200 // first) - 1


# ---- updates that are products ---------------------------------------------------------------------------------------


def update(new: Function) -> Any:
    w = ag.Tensor(f8(2, 3))

    def step(a: Any, b: Any) -> Any:
        found = new(w, a, b)
        ag.assign(w, found[0] if isinstance(found, tuple) else found)
        return found[1] if isinstance(found, tuple) else None

    compiled = ag.compile(step, engine="native")
    a, b = f8(2, 4), f8(4, 3)
    expected, was = new(w, a, b), w.data.copy()
    expected = expected[0] if isinstance(expected, tuple) else expected
    compiled(a, b)
    np.testing.assert_allclose(w.data, np.asarray(expected.data), rtol=1e-6)
    assert not np.array_equal(w.data, was)
    return steps_of(compiled)


UPDATES: dict[str, tuple[Function, list[str]]] = {
    "onto": (lambda w, a, b: w - 0.1 * (a @ b), ["product (2, 3, 4) onto"]),
    "the factor last": (lambda w, a, b: w - (a @ b) * 0.1, ["product (2, 3, 4) onto"]),
    "turned": (
        lambda w, a, b: w - 0.1 * (b.T @ a.T).T,
        ["product (3, 2, 4) T ·T", "call multiply", "2×3 float64 None: subtract"],
    ),
    "added": (lambda w, a, b: w + 0.1 * (a @ b), ["product (2, 3, 4)", "2×3 float64 None: multiply add"]),
    "the other way": (lambda w, a, b: 0.1 * (a @ b) - w, ["product (2, 3, 4)", "2×3 float64 None: multiply subtract"]),
    "without a factor": (lambda w, a, b: w - a @ b, ["product (2, 3, 4)", "2×3 float64 None: subtract"]),
    "an array for a factor": (
        lambda w, a, b: w - (a @ b) * b[:1], ["product (2, 3, 4)", "call multiply", "2×3 float64 None: subtract"]
    ),
    "the product is a result, too": (
        lambda w, a, b: (w - 0.1 * (p := a @ b), p), ["product (2, 3, 4)", "2×3 float64 None: multiply subtract"]
    ),
    "the step is a result, too": (
        lambda w, a, b: (w - (p := 0.1 * (a @ b)), p), ["product (2, 3, 4)", "2×3 float64 None: multiply subtract"]
    ),
    "of another": (
        lambda w, a, b: w * 2.0 - 0.1 * (a @ b),
        ["2×3 float64 None: multiply", "product (2, 3, 4)", "2×3 float64 None: multiply subtract"],
    ),
    "of itself": (
        lambda w, a, b: w - 0.1 * (w @ b[:3]), ["call matmul", "2×3 float64 None: multiply subtract"]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UPDATES)
def test_an_update_by_a_product(name: str) -> None:
    new, expected = UPDATES[name]
    assert update(new) == expected


def test_an_update_of_a_square_matrix_by_itself_keeps_what_it_reads() -> None:
    w, x = ag.Tensor(f8(3, 3)), f8(3, 3)
    for function in (lambda: w - 0.5 * (w @ x), lambda: w - 0.5 * (x @ w), lambda: w - 0.5 * (w.T @ x)):
        compiled = ag.compile(lambda x: ag.assign(w, function()), engine="native")  # noqa: B023
        expected = function().data
        compiled(x)
        np.testing.assert_allclose(w.data, expected, rtol=1e-12)
        assert not any("onto" in step for step in steps_of(compiled))
