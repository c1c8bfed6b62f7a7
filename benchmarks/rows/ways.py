"""Work that is asked for a little at a time: the first program, a direction, a sample, one row of a table."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.harness import ROOT, Contender, Row, Step

CALLS = 20  # in a step, so that the clock's own time does not count

# ---- the first program ---------------------------------------------------------------------------------------------

_IMPORTS = "import numpy as np, autograd as ag, llvmlite.binding\n"
_FIRST = """
w, x = np.ones((3, 2)), np.ones((4, 3))
print(ag.compile(ag.value_and_grad(lambda w: ag.sum(np.tanh(x @ w) ** 2)), engine="native")(w)[0])
a, b = ag.Value(2.0), ag.Value(-3.0)
print(ag.Program.from_graph((a * b + a**2).tanh() + a.exp(), [a, b], engine="native")(1.0, 2.0)[0])
"""


def _process(code: str, folder: str) -> tuple[float, ...]:
    environment = os.environ | {"XDG_CACHE_HOME": folder, "PYTHONPATH": str(ROOT)}
    found = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True)
    return tuple(map(float, found.stdout.split()))


def _first() -> Step:
    def step() -> tuple[float, ...]:
        with tempfile.TemporaryDirectory() as folder:
            return _process(_IMPORTS + _FIRST, folder)

    return step


def _second() -> Step:
    folder = tempfile.mkdtemp()
    _process(_IMPORTS + _FIRST, folder)
    return lambda: _process(_IMPORTS + _FIRST, folder)


def _imports() -> Step:
    return lambda: _process(_IMPORTS, tempfile.gettempdir())


# ---- directions ----------------------------------------------------------------------------------------------------


def _chain(x: Any) -> Any:
    for _ in range(20):
        x = np.sin(x) * 0.9 + 0.1
    return x


def _rosenbrock(x: Any) -> Any:
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def _several(call: Callable[[], Any]) -> Step:
    def step() -> tuple[float, ...]:
        for _ in range(CALLS):
            found = call()
        return (float(np.sum(found)),)

    return step


def _direction(compiled: bool) -> Step:
    import autograd as ag

    x, v = np.random.default_rng(0).normal(size=(2, 200))
    jvp = (lambda x, v: ag.jvp(_chain, x, v)[1]) if not compiled else ag.compile(lambda x, v: ag.jvp(_chain, x, v)[1])
    return _several(lambda: jvp(x, v))


def _function() -> Step:
    x = np.random.default_rng(0).normal(size=200)
    return _several(lambda: _chain(x))


def _hessian_product() -> Step:
    import autograd as ag

    x, v = np.random.default_rng(0).normal(size=(2, 1000))
    return _several(lambda: ag.hvp(_rosenbrock, x, v)[1])


def _gradient() -> Step:
    import autograd as ag

    gradient, x = ag.grad(_rosenbrock), np.random.default_rng(0).normal(size=1000)
    return _several(lambda: gradient(x))


# ---- samples and rows ----------------------------------------------------------------------------------------------


def _network() -> tuple[list[Any], Any, Any]:
    rng = np.random.default_rng(0)
    shapes = (784, 64), (64,), (64, 10), (10,)
    parameters = [(rng.normal(size=shape) / 20).astype(np.float32) for shape in shapes]
    return parameters, rng.normal(size=(128, 784)).astype(np.float32), rng.integers(0, 10, 128)


def _each_sample() -> Step:
    import nn

    parameters, X, targets = _network()
    model = _layers(parameters)

    def step() -> tuple[float, ...]:
        _, found = nn.per_sample_gradients(model, X, targets)
        return tuple(float((g[-1] ** 2).sum()) for g in found.values())

    return step


def _layers(parameters: list[Any]) -> Any:
    import nn

    layers = [nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10)]
    for layer, weight, bias in ((layers[0], *parameters[:2]), (layers[2], *parameters[2:])):
        layer.weight.data, layer.bias.data = weight, bias
    return nn.Sequential(*layers)


def _each_sample_by_torch() -> Step:
    import torch

    parameters, X, targets = _network()
    tensors = [torch.tensor(p) for p in parameters]
    x, t = torch.tensor(X), torch.tensor(targets)

    def loss(p: Any, x: Any, t: Any) -> Any:
        z = torch.relu(x @ p[0] + p[1]) @ p[2] + p[3]
        return torch.nn.functional.cross_entropy(z[None], t[None])

    gradients = torch.func.vmap(torch.func.grad(loss), in_dims=(None, 0, 0))

    def step() -> tuple[float, ...]:
        return tuple(float((g[-1] ** 2).sum()) for g in gradients(tensors, x, t))

    return step


def _row_by_hand() -> Step:
    (a, b, c, d), X, _ = _network()
    row = X[:1]
    return _several(lambda: np.maximum(row @ a + b, 0) @ c + d)


def _row_by(way: str) -> Step:
    import autograd as ag
    import nn

    parameters, X, _ = _network()
    row = X[:1]
    model = _layers(parameters)
    model.eval()
    if way == "trainer":
        trainer = nn.Trainer(model, loss=nn.cross_entropy, optimizer=nn.SGD(model.parameters(), learning_rate=0.1))
        return _several(lambda: trainer.predict(row))

    def forward(x: Any) -> Any:
        with ag.no_grad():
            return model(x)

    compiled = ag.compile(forward)
    return _several(lambda: compiled(row))


ROWS = (
    Row(
        key="first",
        title="two programs, one of arrays and one of numbers, in a process of their own, with nothing in the cache",
        contenders=(
            Contender("gradbook", _first, "llvmlite"),
            Contender("a second process", _second, "llvmlite"),
            Contender("imports alone", _imports, "llvmlite", whole=False),
        ),
        tolerance=0.0,
    ),
    Row(
        key="P",
        title=f"Jacobian of 60 operations on 200 numbers times a vector, {CALLS} times, eager",
        contenders=(
            Contender("gradbook", lambda: _direction(compiled=False), threads=1),
            Contender("gradbook, compiled", lambda: _direction(compiled=True), threads=1),
            Contender("the function alone", _function, threads=1, whole=False),
        ),
        tolerance=1e-9,
        goals={"the function alone": 4.0},
    ),
    Row(
        key="V",
        title=f"Hessian of Rosenbrock's function in 1,000 dimensions times a vector, {CALLS} times, eager",
        contenders=(
            Contender("gradbook", _hessian_product, threads=1),
            Contender("its gradient alone", _gradient, threads=1, whole=False),
        ),
        tolerance=1e-9,
        goals={"its gradient alone": 2.5},
    ),
    Row(
        key="S",
        title="gradients of each of 128 samples, MLP 784-64-10, float32",
        contenders=(
            Contender("gradbook", _each_sample, threads=1),
            Contender("PyTorch, vmap of grad", _each_sample_by_torch, "torch", threads=1),
        ),
        tolerance=1e-3,
        goals={"PyTorch, vmap of grad": 0.5},
    ),
    Row(
        key="R",
        title=f"MLP 784-64-10 on one row, {CALLS} times",
        contenders=(
            Contender("gradbook, compiled", lambda: _row_by("compiled"), threads=1),
            Contender("Trainer.predict", lambda: _row_by("trainer"), threads=1, whole=False),  # which gives the class
            Contender("NumPy by hand", _row_by_hand, threads=1),
        ),
        tolerance=1e-4,
        goals={"NumPy by hand": 2.0},
    ),
)
