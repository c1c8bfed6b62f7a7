"""How many functions of the package usual operations go through: the short ways that they have are taken.

A short way gives what the general one does, so no result shows whether it is there; and time on a busy machine hardly
does. These figures are the same at every run. They may fall; one that is to rise needs a reason.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp

PACKAGE = str(Path(ag.__file__).parent)


def calls(work: Callable[[], Any], prepare: Callable[[], Any] = lambda: None, times: int = 6) -> int:
    """How many functions of the package are called: the least of some times, of which the first find things out.

    Now and then a reserve is filled, or what was collected has a last word.
    """
    counts: list[int] = []

    def look(frame: FrameType, event: str, _: Any) -> None:
        counts[-1] += event == "call" and frame.f_code.co_filename.startswith(PACKAGE)

    before = sys.getprofile()
    for _ in range(times):
        prepare()
        counts.append(0)
        sys.setprofile(look)
        try:
            work()
        finally:
            sys.setprofile(before)
    return min(counts)


def names() -> dict[str, Any]:
    """Values a and b, a constant c, and rows of many; Tensors X and Y, a constant K; an array A, and positions I."""
    array = np.linspace(0.5, 2.0, 9).reshape(3, 3)
    found = {"a": ag.Value(1.5), "b": ag.Value(0.5), "c": ag.Value(2.0, requires_grad=False), "K": ag.Tensor(array)}
    found |= {"rows": [[ag.Value(0.01 * k) for k in range(40)] for _ in range(2)], "row": [0.5] * 40}
    found |= {"X": ag.Tensor(array, requires_grad=True), "Y": ag.Tensor(array + 0.3, requires_grad=True)}
    return found | {"ag": ag, "np": np, "A": array, "I": np.array([0, 2])}


def eager(expression: str) -> int:
    given, code = names(), compile(expression, "<expression>", "eval")

    def prepare() -> None:
        for x in "abXY":
            given[x].grad = None

    return calls(lambda: eval(code, given), prepare)


def unrecorded(expression: str) -> int:
    with ag.no_grad():
        return eager(expression)


def dual(expression: str) -> int:
    """Of a dual number x, which goes through a function in forward mode."""
    given, code, counts = names(), compile(expression, "<expression>", "eval"), list[int]()

    def function(x: Any) -> Any:
        counts.append(calls(lambda: eval(code, given | {"x": x})))
        return ag.sum(x)

    ag.jvp(function, given["A"], np.ones((3, 3)))
    return counts[0]


def gradient(expression: str) -> int:
    given, code = {"np": anp, "A": np.eye(3)}, compile(expression, "<expression>", "eval")
    slope = ag.grad(lambda x: eval(code, given | {"x": x}))
    return calls(lambda: slope(2.0 if expression == "x**2" else np.diag([1.0, 2.0, 3.0]) + 0.1))


# By the number of calls.
VALUES: dict[int, tuple[str, ...]] = {
    1: (
        "a * b", "a + b", "a - b", "a / b", "a * 2.0", "a * 2", "a + 1", "a - 1.5", "a / 2", "a**2", "a**3", "a**b",
        "a * c", "c * a", "a.data", "a == b"
    ),
    2: (
        "2.0 * a", "2 * a", "1 - a", "2 / a", "2.0**a", "-a", "a.tanh()", "a.relu()", "ag.exp(0.5)", "a.grad",
        "ag.Value(1.0)"
    ),
    3: ("a.detach()",),
    # A leaf's mark, which a comparison looks for, stands with its inputs: two more, for a Value a seventh smaller.
    4: ("c * c", "c * 2.0", "ag.exp(a)", "a < b"),
    5: ("a.exp()", "ag.maximum(a, b)"),
    6: ("abs(a)", "ag.exp(c)"),
    8: ("ag.affine([a, b], [1.0, 2.0], c)",),
    9: ("ag.affine([a, b], [b, c])",),
    11: ("ag.sum([a, b, a])",),
    12: (
        "ag.dot([a, b], [1.0, 2.0])", "ag.affine([[a, b], [b, a]], [1.0, 2.0], [a, b])", "(a * b + a).backward()",
        "(a * b + a / b).backward()", "a.tanh().backward()"
    ),
    13: ("ag.dot([a, b], [b, a])",),
    14: ("(a**2.5).backward()",),
    15: ("(2.0 * a).backward()", "(2.0 / a).backward()"),
    16: ("(a**b).backward()",),
    18: ("ag.mean([a, b])",),
    19: ("ag.affine(rows, row, [a, b])", "(ag.tanh(a) * 2.0 + a / b - b).backward()"),
    21: ("(a**2 + b**3).backward()",),
    22: ("ag.affine([[a, b], [b, a]], [1.0, 2.0], [c, a])",),
    # The pass for any nodes asks each Value for its attributes and whether it needs a gradient: for the same reason.
    23: ("ag.gradients(a * b + a, [a, b])",),
    24: ("ag.logsumexp([a, b])",),
    25: ("ag.affine([a, b], [1.0, 2.0], c).backward()",),
    28: ("ag.sum([a * b, a, b]).backward()",),
    29: ("ag.log_softmax([a, b])",),
    30: ("[ag.affine(rows, row, [a, b]), ag.affine(rows, row, [a, b])]",),
    37: ("ag.softmax([a, b])",),
    40: ("ag.gradients(a * b, a, create_graph=True)",),
    44: ("ag.logsumexp([a, b, c]).backward()",),
    61: ("ag.gradients(a * b + a, a)",),
}  # fmt: skip
TENSORS: dict[int, tuple[str, ...]] = {
    1: ("X.data",),
    2: ("X.grad",),
    3: ("ag.exp(X)", "X < Y"),
    4: (
        "X.exp()", "X.detach()", "ag.Tensor(A)", "X * X", "X + Y", "X - Y", "X / Y", "X * 2.0", "2.0 * X", "X * 2",
        "2 * X", "X + 1", "1 - X", "X * K"
    ),
    5: ("X @ Y", "-X", "np.exp(X)", "X**2", "X**3", "X**2.5", "X[0]", "X[1:]"),
    6: ("X.sum()", "X.sum(axis=0)", "K * K", "ag.Tensor(A, requires_grad=True)", "X * A"),
    7: ("X @ A", "X.max()", "ag.concatenate([X, Y])", "A * X"),
    8: ("A @ X", "ag.linear(X, Y, A[0])"),
    9: ("X.mean()", "X.astype(float)", "ag.stack([X, A])"),
    10: ("X.T", "np.sum(X)", "X.reshape(9)"),
    11: ("X.ravel()", "X.flatten()"),
    12: ("X[I]", "X[:, 0]"),
    53: ("(X * Y + X).sum().backward()",),
    57: ("ag.gradients((X @ Y).sum(), [X, Y])",),
    60: ("np.tanh(X @ A).sum().backward()",),
    76: ("ag.gradients((X @ Y).sum(), X, create_graph=True)",),
    117: ("ag.gradients((X[0] @ Y).sum(), Y, create_graph=True)",),
}  # fmt: skip
UNRECORDED: dict[int, tuple[str, ...]] = {
    4: ("a * b", "a + 1", "a * 2.0"),
    6: ("ag.exp(a)", "X * Y"),
    7: ("X @ Y", "np.exp(X)", "X.sum()", "X[0]"),
    13: ("ag.sum([a, b])",),
}  # fmt: skip
DUALS: dict[int, tuple[str, ...]] = {
    1: ("x + x", "x - x", "x.data", "x[0]", "x[1:]"),
    2: ("x * 2.0", "x * 2", "2 * x", "2.0 * x", "x - 1", "1 - x", "x / 2", "2 / x", "x**2"),
    3: ("x @ A",),
    4: ("x * x", "x / x", "x * A", "x + A", "A @ x", "ag.exp(x)"),
    5: ("x.sum()", "x.sum(axis=0)"),
    6: ("np.sin(x)", "-x", "2.0**x"),
    7: ("x**3", "x**2.5"),
    9: ("A * x",),
    10: ("x @ x", "x.T", "x.reshape(9)"),
    11: ("x[I]", "x.mean()"),
    13: ("ag.where(x > 1, x, A)", "x[:, 0]", "ag.concatenate([x, A])"),
    15: ("np.tanh(x @ A + A[0])",),
    21: ("x.max()",),
}  # fmt: skip
# Of derivatives of functions of a number or an array x.
GRADIENTS: dict[int, tuple[str, ...]] = {
    55: ("x**2",),
    66: ("np.sum(np.tanh(x))",),
    188: ("np.sum(np.log(np.diag(np.linalg.cholesky(x @ x.T + x[0, 0] * A))))",),
}


def listed(table: dict[int, tuple[str, ...]]) -> list[tuple[str, int]]:
    return [(expression, most) for most, expressions in table.items() for expression in expressions]


@pytest.mark.parametrize(("expression", "most"), listed(VALUES) + listed(TENSORS))
def test_an_operation_takes_its_short_way(expression: str, most: int) -> None:
    assert eager(expression) <= most


@pytest.mark.parametrize(("expression", "most"), listed(UNRECORDED))
def test_so_it_does_where_nothing_is_recorded(expression: str, most: int) -> None:
    assert unrecorded(expression) <= most


@pytest.mark.parametrize(("expression", "most"), listed(GRADIENTS))
def test_and_for_the_gradient_of_a_function(expression: str, most: int) -> None:
    assert gradient(expression) <= most


@pytest.mark.parametrize(("expression", "most"), listed(DUALS))
def test_and_in_forward_mode(expression: str, most: int) -> None:
    assert dual(expression) <= most


@pytest.mark.parametrize("engine", ["numpy", "native"])
def test_a_replay_takes_no_longer_for_a_part_of_an_array(engine: Any) -> None:
    if engine == "native":
        pytest.importorskip("llvmlite")
    leaves = [ag.Tensor(np.ones(3), requires_grad=True) for _ in range(12)]
    step = ag.compile(lambda x: ([ag.assign(W, W + x) for W in leaves], ag.sum(x))[1], engine=engine)
    several = np.ones((8, 3))
    whole, part = np.ones(3), several[2]
    assert calls(lambda: step(part)) == calls(lambda: step(whole))
