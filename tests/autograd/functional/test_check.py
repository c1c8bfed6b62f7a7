"""The gradient check: it passes what is right, and says of what is wrong where, by how much and why."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from autograd.extend import defrule, primitive
from autograd.functional.check import check_grads
from autograd.functional.differences import difference, kink
from tests.autograd.table import Case, cases

X = np.array([0.3, -0.7, 1.1])


def _wrong(rule: Any) -> Any:
    @primitive
    def cube(x: Any) -> Any:
        return x**3

    defrule(cube, rule)
    return cube


def _constant(x: Any) -> Any:
    return x.data if isinstance(x, ag.Tensor) else x


@pytest.mark.parametrize(
    "function",
    [
        lambda x: anp.sum(anp.tanh(x) ** 2),
        lambda x: anp.exp(x)[1:],
        lambda x: {"outer": x[:, None] * x, "sum": anp.sum(x)},
        lambda x: ag.logsumexp(x) + ag.softmax(x)[0],
        lambda x: 2.0,
    ],
    ids=["number", "array", "container", "reductions", "constant"],
)
@pytest.mark.parametrize("modes", [("fwd",), ("rev",), ("fwd", "rev")], ids="+".join)
def test_right_derivatives_pass(function: Any, modes: Any) -> None:
    check_grads(function, modes=modes)(X)


def test_every_kind_of_argument() -> None:
    check_grads(lambda a: a.tanh() * a)(ag.Value(0.5))
    check_grads(lambda p, n, q=1.0: p["W"] @ p["x"] * q + n)({"W": np.ones((2, 3)), "x": X}, 3, q=2.0)
    check_grads(lambda x, y: x * y.sum(), argnum=(0, 1))(2.0, X)
    check_grads(lambda x, y: x * anp.abs(y).sum(), argnum=0)(2.0, np.zeros(2))  # the kink is no argument of the check


@pytest.mark.parametrize(
    ("rule", "order", "words"),
    [
        (lambda g, y, x: g * 2 * x**2, 1, ["order 1", "result / ∂ argument 0", "by the rules      8", "12", "settle"]),
        (lambda g, y, x: -g * 3 * x**2, 1, ["by the rules      -12"]),
        (
            lambda g, y, x: g * 3 * x * (x.data if isinstance(x, ag.Tensor) else x),
            2,
            ["order 2", "Lower derivatives are right"],
        ),
        (lambda g, y, x: g * 0, 1, ["The rules give 0"]),
    ],
    ids=["factor", "sign", "second order", "zero"],
)
def test_a_wrong_rule_is_found(rule: Any, order: int, words: list[str]) -> None:
    with pytest.raises(ag.GradientCheckError) as error:
        check_grads(_wrong(rule), order=order)(2.0)
    for word in words:
        assert word in str(error.value)


def test_the_entry_that_is_wrong_is_named() -> None:
    @primitive
    def double(x: Any) -> Any:
        return x * 2.0

    defrule(double, lambda g, y, x: g * np.array([[2.0, 2.0, 2.0], [2.0, 2.0, 3.0]]))
    with pytest.raises(ag.GradientCheckError, match=r"∂ result\['y'\]\[1, 2\] / ∂ argument 0\['x'\]\[1, 2\]"):
        check_grads(lambda p: {"y": double(p["x"])}, order=1)({"x": np.ones((2, 3))})


def test_a_kink_an_edge_and_noise_are_told_apart() -> None:
    with pytest.raises(ag.GradientCheckError, match="A kink: the slope is 0 to the left and 1 to the right"):
        check_grads(ag.relu, order=1)(0.0)
    with pytest.raises(ag.GradientCheckError, match="not finite on one side"):
        check_grads(anp.sqrt, order=1)(0.0)
    rng = np.random.default_rng(0)
    with pytest.raises(ag.GradientCheckError, match="different results for the same arguments"):
        check_grads(lambda x: x * rng.normal())(1.0)
    with pytest.raises(ag.GradientCheckError, match="is nan: check it where"), np.errstate(all="ignore"):
        check_grads(anp.log)(-1.0)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: check_grads(anp.sin, modes=["forward"]), ValueError, 'expected "fwd", "rev" or both'),
        (lambda: check_grads(anp.sin, order=0), ValueError, "order=0"),
        (lambda: check_grads(lambda n: n)(np.int64(3)), TypeError, "its arguments hold int64, and no floats"),
        (lambda: check_grads(anp.sin)(X.astype(np.float32)), ag.DTypeError, "float32"),
        (lambda: check_grads(anp.sin, argnum=1)(X), TypeError, "argument 1"),
    ],
    ids=["mode", "order", "integers", "float32", "argnum"],
)
def test_what_cannot_be_checked(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()


@pytest.mark.parametrize(
    ("function", "slope"),
    [
        (lambda h: math.exp(1 + h), math.e),
        (lambda h: math.sin(30 * h), 30.0),
        (lambda h: math.log(1e-6 + h) if h > -1e-6 else math.nan, 1e6),
        (lambda h: 3.0, 0.0),
    ],
    ids=["exp", "steep", "near an edge", "constant"],
)
def test_a_slope_by_differences(function: Any, slope: float) -> None:
    found = difference(function)
    assert found.slope == pytest.approx(slope, rel=1e-9, abs=1e-12)
    assert found.error <= 1e-6 * max(1.0, abs(slope))
    assert kink(lambda h: h * h * h) is None


FIRST_OF_EACH = list({case.name: case for case in reversed(list(cases(differentiable=True)))}.values())


@pytest.mark.parametrize("case", FIRST_OF_EACH, ids=str)
def test_the_book_passes(case: Case) -> None:
    check_grads(case, argnum=case.differentiable())(*case.draw())
