"""How long the plans of usual programs are, and how much memory they work in: what they merge, fold and reuse they do.

A longer plan gives the same numbers, so no result shows that an identity, a joint step or a place in memory was missed.
These figures are the same at every run. They may fall; one that is to rise needs a reason.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd.program.arrays import bytecode, numpy_code
from autograd.program.numbers.bytecode import encode
from autograd.program.numbers.schedule import Loop, schedule
from nn.scalar import MLP

X = np.random.default_rng(0).normal(size=(6, 4))
W, V, B = X[:4] / 2, X[:4, :3] / 3, X[0] / 4
CLASSES = np.arange(6) % 3
CONVOLUTION = nn.Conv2d(1, 2, 3, seed=0)


def values(count: int) -> list[Any]:
    return [ag.Value(0.1 * k - 0.25) for k in range(count)]


def network() -> tuple[Any, list[Any]]:
    model = MLP(2, [4, 1])
    rows = [[0.5, -1.0], [1.0, 0.25], [-0.75, 2.0], [0.1, 0.2], [0.3, -0.4]]
    return ag.sum([(model(row) - 1.0) ** 2 for row in rows]), model.parameters()


def losses() -> tuple[Any, list[Any]]:
    x = values(24)
    return -ag.sum([ag.log_softmax(x[k : k + 3])[k % 3] for k in range(0, 24, 3)]) / 8.0, x


def products() -> tuple[Any, list[Any]]:
    x = values(36)
    rows = [ag.dot(x[k : k + 6], x[30:]) for k in range(0, 30, 6)]
    return ag.dot(rows, [ag.tanh(y) for y in rows]), x


def choices() -> tuple[Any, list[Any]]:
    a, b, c = x = values(3)
    y = ag.where(ag.greater(a, b), ag.sqrt(a * a + 1.0), ag.softplus(b)) + ag.sigmoid(b) * ag.maximum(a, c)
    return y * y - (a - b) / (c + 3.0) + a**3 + b**2 - -c, x


def chain() -> tuple[Any, list[Any]]:
    a, b = x = values(2)
    y = a
    for _ in range(40):
        y = ag.tanh(y * a + b)
    return y, x


NUMBERS: dict[str, Callable[[], tuple[Any, list[Any]]]] = {
    f.__name__: f for f in (network, losses, products, choices, chain)
}


def of_numbers(name: str, order: int) -> tuple[int, ...]:
    """Steps; units of the plan, and of these loops; numbers it holds; words for the native engine."""
    output, leaves = NUMBERS[name]()
    program = ag.Program.from_graph(output, leaves, engine="numpy", order=order)
    plan = schedule(program._routine._listing)
    loops = sum(isinstance(unit, Loop) for unit in plan.units)
    return len(program), len(plan.units), len(plan.units) - loops, plan.size, len(encode(plan)[0])


def squares(x: Any, w: Any, v: Any, b: Any) -> Any:
    return ag.mean((np.tanh(x @ w + b) @ v - 0.5) ** 2)


def rows(x: Any) -> Any:
    shifted = (x - x.mean(axis=0)) / np.sqrt(((x - x.mean(axis=0)) ** 2).mean(axis=0) + 1e-3)
    return ag.sum(ag.softmax(shifted * 2.0) ** 2)


def views(x: Any) -> Any:
    return ag.sum(ag.concatenate([x.T[1:], x.reshape(4, 6)[:2] * 3.0]) ** 2) + x[2] @ x[3] + x[:, 0].sum()


def kinks(x: Any) -> Any:
    return ag.sum(ag.where(x > 0.1, np.exp(-x), ag.relu(x) * x)) + ag.max(x) + ag.norm(x) + ag.logsumexp(x)


def classes(x: Any, w: Any, b: Any) -> Any:
    return ag.mean(ag.softmax_cross_entropy(ag.linear(x, w, b)[:, :3], CLASSES))


def windows(x: Any, w: Any) -> Any:
    pictures = x.reshape(1, 1, 4, 6)
    return ag.sum(ag.relu(CONVOLUTION(pictures))) + ag.sum(w)


SINGLE = tuple(a.astype(np.float32) for a in (X, W, V, B))
ARRAYS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "squares": (ag.value_and_grad(squares, (1, 2, 3)), (X, W, V, B)),
    "squares in single precision": (ag.value_and_grad(squares, (1, 2, 3)), SINGLE),
    "rows": (ag.value_and_grad(rows), (X,)),
    "views": (ag.value_and_grad(views), (X,)),
    "kinks": (ag.value_and_grad(kinks), (X,)),
    "classes": (ag.value_and_grad(classes, (1, 2)), (X, W, B)),
    "windows": (ag.value_and_grad(windows), (X, W)),
    "curvature": (lambda x, v: ag.hvp(rows, x, v), (X, X)),
    "values": (lambda x: np.exp(x * 2.0 + 1.0) - x / 3.0 + np.sin(x) * x, (X,)),
}
for _name, _kind in (("a step of SGD", nn.SGD), ("a step of Adam", nn.Adam)):
    ARRAYS[_name] = (_kind, (X, CLASSES))


def of_arrays(name: str, engine: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[int, ...]:
    """Steps; lines of Python; bytes of memory and, of the native engine, of code."""
    lines: list[int] = []
    for module in (numpy_code, bytecode):
        kept = module.compiled

        def counting(code: Any, title: str, kept: Any = kept) -> Any:
            lines.append(len(code.lines))
            return kept(code, title)

        monkeypatch.setattr(module, "compiled", counting)
    function, arguments = ARRAYS[name]
    if isinstance(function, type):
        model = nn.MLP(4, [5, 3], activation="tanh", seed=0)
        step = nn.compile_step(model, nn.cross_entropy, function(model.parameters(), learning_rate=0.1), engine=engine)
        step(*arguments)
        return (lines[-1],)
    compiled = ag.compile(function, engine=engine)
    compiled(*arguments)
    routine = next(iter(compiled.traces.values())).routine
    return len(routine), lines[-1], routine.size


OF_NUMBERS = {
    ("network", 1): (128, 12, 2, 168, 243),
    ("losses", 1): (41, 6, 2, 91, 196),
    ("products", 1): (57, 7, 1, 94, 167),
    ("choices", 1): (40, 32, 32, 52, 211),
    ("choices", 2): (180, 115, 115, 192, 845),
    ("chain", 1): (200, 200, 198, 202, 813),
    ("chain", 2): (675, 401, 395, 679, 3207),
}
OF_ARRAYS = {
    ("squares", "numpy"): (17, 20, 1176),
    ("squares", "native"): (17, 11, 7328),
    ("squares in single precision", "numpy"): (17, 20, 588),
    ("squares in single precision", "native"): (17, 11, 6740),
    ("rows", "numpy"): (42, 39, 1248),
    ("rows", "native"): (42, 4, 23344),
    ("views", "numpy"): (37, 35, 1208),
    ("views", "native"): (37, 33, 7424),
    ("kinks", "numpy"): (42, 43, 1000),
    ("kinks", "native"): (42, 15, 46920),
    ("classes", "numpy"): (11, 15, 378),
    ("classes", "native"): (11, 15, 14186),
    ("windows", "numpy"): (12, 15, 296),
    ("windows", "native"): (12, 11, 13984),
    ("curvature", "numpy"): (95, 92, 3056),
    ("curvature", "native"): (95, 5, 35496),
    ("values", "numpy"): (8, 9, 384),
    ("values", "native"): (8, 4, 25408),
    ("a step of SGD", "numpy"): (35,),
    ("a step of SGD", "native"): (18,),
    ("a step of Adam", "numpy"): (91,),
    ("a step of Adam", "native"): (51,),
}


@pytest.mark.parametrize(("name", "order"), OF_NUMBERS)
def test_a_program_of_numbers_is_no_longer_than_it_was(name: str, order: int) -> None:
    found, most = of_numbers(name, order), OF_NUMBERS[name, order]
    assert all(a <= b for a, b in zip(found, most, strict=True)), (found, most)


@pytest.mark.parametrize("name", ARRAYS)
def test_a_program_of_arrays_is_no_longer_than_it_was(name: str, engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    found, most = of_arrays(name, engine, monkeypatch), OF_ARRAYS[name, engine]
    assert all(a <= b for a, b in zip(found, most, strict=True)), (found, most)
