"""Which memory each result of a program of arrays is written to, and which lines compute it.

A program that takes more memory, or one line more, gives the same numbers; so both are written out here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.program.arrays import bytecode, numpy_code
from autograd.program.arrays.numpy_code import Code

Function = Callable[..., Any]


def recorded(function: Function, arguments: tuple[Any, ...], engine: Any, monkeypatch: Any) -> tuple[Code, str]:
    """What is written down of a program, and its text."""
    codes: list[Code] = []
    texts: list[str] = []

    def compiling(text: str, *rest: Any) -> Any:
        texts.append(text)
        return compile(text, *rest)

    monkeypatch.setattr(numpy_code, "compile", compiling, raising=False)
    for module in (numpy_code, bytecode):
        kept = module.compiled

        def noting(code: Code, title: str, kept: Any = kept) -> Any:
            codes.append(code)
            return kept(code, title)

        monkeypatch.setattr(module, "compiled", noting)
    ag.compile(function, engine=engine)(*arguments)
    return codes[-1], texts[-1]


def told(code: Code, text: str) -> str:
    """The lines, with a letter for each buffer, and with names for what was made beforehand."""
    letters: dict[int, str] = {}
    constants = {id(x) for x in code.tape.constants.values()}

    def word(match: re.Match[str]) -> str:
        if match.group() not in code.names:
            return match.group()
        x = code.names[match.group()]
        if isinstance(x, np.ndarray):
            return "constant" if id(x) in constants else letters.setdefault(x.ctypes.data, "ABCDEFGH"[len(letters)])
        if isinstance(x, ag.Tensor):
            return str(x.label)
        x = x.func if isinstance(x, partial) else x
        if getattr(x, "__name__", "") == "reduce":
            return f"{x.__self__.__name__}.reduce"
        return str(x) if isinstance(x, np.dtype) else getattr(x, "__name__", type(x).__name__).strip("<>")

    _, *lines = text.splitlines()
    lines = [re.sub(r"\b[a-z]+\d+\b", word, line.strip()) for line in lines]
    return "; ".join(re.sub(r"empty\((.*), float64\)", r"new\1", line) for line in lines[:-1])


def f8(*shape: int) -> Any:
    return np.abs(np.random.default_rng(0).normal(size=shape))


def split(x: Any) -> Any:
    return np.exp(x) * np.cos(x) - x


X, Y = f8(3), f8(2, 3)
CASES: dict[str, tuple[Function, tuple[Any, ...], int, str]] = {
    "a chain is written over": (
        lambda x: np.exp(np.sin(x) * 2.0) + 1.0, (X,), 24,
        "sin(a0, out=A); multiply(A, 2.0, out=A); exp(A, out=A); v6 = new(3,); add(A, 1.0, out=v6); results = [v6]",
    ),
    "what is read later is not": (
        lambda x: split(np.sin(x)), (X,), 72,
        "sin(a0, out=A); exp(A, out=B); cos(A, out=C); multiply(B, C, out=B); v5 = new(3,); subtract(B, A, out=v5); "
        "results = [v5]",
    ),
    "nor what the caller has": (
        lambda x: np.exp(x * 2.0) + x, (X,), 24,
        "multiply(a0, 2.0, out=A); exp(A, out=A); v4 = new(3,); add(a0, A, out=v4); results = [v4]",
    ),
    "nor constants": (
        lambda x: np.exp(x * np.array([1.0, 2.0, 3.0])) + 1.0, (X,), 48,
        "multiply(a0, constant, out=A); exp(A, out=A); v5 = new(3,); add(A, 1.0, out=v5); results = [v5]",
    ),
    "another type takes other memory": (
        lambda x: np.exp(np.sin(x).astype(np.float32)) * 2.0, (X,), 36,
        "sin(a0, out=A); copyto(B, A, 'unsafe'); exp(B, out=B); v5 = empty((3,), float32); multiply(B, 2.0, out=v5); "
        "results = [v5]",
    ),
    "another shape, too": (
        lambda x: np.exp(np.sin(x).sum(0)) + 1.0, (Y,), 72,
        "sin(a0, out=A); add.reduce(A, 0, None, B, False); exp(B, out=B); v5 = new(3,); add(B, 1.0, out=v5); "
        "results = [v5]",
    ),
    "memory that is free is taken again": (
        lambda x: np.exp(np.sin(x).sum(0) + np.cos(x).sum(0)) + 1.0, (Y,), 96,
        "sin(a0, out=A); add.reduce(A, 0, None, B, False); cos(a0, out=A); add.reduce(A, 0, None, C, False); "
        "add(B, C, out=B); exp(B, out=B); v8 = new(3,); add(B, 1.0, out=v8); results = [v8]",
    ),
    "a sum over what was spread": (
        ag.grad(lambda b, x: ag.sum(np.sin(x + b))), (X, Y), 104,
        "add(a0, a1, out=A); cos(A, out=A); multiply(constant, A, out=A); v9 = new(3,); "
        "add.reduce(A, (0,), None, v9.reshape((1, 3)), True); results = [v9]",
    ),
    "that is written to planned memory": (
        ag.grad(lambda b, x: ag.sum(np.sin(x + b * 2.0))), (X, Y), 128,
        "multiply(a0, 2.0, out=A); add(a1, A, out=B); cos(B, out=B); multiply(constant, B, out=B); "
        "add.reduce(B, (0,), None, A, True); v12 = new(3,); multiply(2.0, A, out=v12); results = [v12]",
    ),
    "means": (
        lambda x: np.exp(x.mean(1, keepdims=True)), (Y,), 16,
        "add.reduce(a0, 1, None, A, True); divide(A, 3, out=A); v2 = new(2, 1); exp(A, out=v2); results = [v2]",
    ),
    "the largest": (
        lambda x: np.exp(x.max(0)), (Y,), 24,
        "maximum.reduce(a0, 0, None, A, False); v2 = new(3,); exp(A, out=v2); results = [v2]",
    ),
    "relu": (
        lambda x: ag.relu(np.sin(x)) + 1.0, (X,), 24,
        "sin(a0, out=A); maximum(A, 0, out=A); v4 = new(3,); add(A, 1.0, out=v4); results = [v4]",
    ),
    "what a function of entries spreads itself": (
        lambda x: np.broadcast_to(x, (2, 3)) * np.ones((2, 3)), (X,), 48,
        "v3 = new(2, 3); multiply(a0, constant, out=v3); results = [v3]",
    ),
    "what nothing else spreads": (
        lambda x: np.broadcast_to(x, (2, 3)) @ np.ones((3, 2)) + 1.0, (X,), 80,
        "v1 = broadcast_to(a0); matmul(v1, constant, out=A); v5 = new(2, 2); add(A, 1.0, out=v5); results = [v5]",
    ),
    "spread for both": (
        lambda x: (np.broadcast_to(x, (2, 3)) * 2.0, np.broadcast_to(x, (2, 3)).sum(0)), (X,), 0,
        "v1 = broadcast_to(a0); v3 = new(2, 3); multiply(a0, 2.0, out=v3); v4 = new(3,); "
        "add.reduce(v1, 0, None, v4, False); results = [v3, v4]",
    ),
    "a view of a buffer is made beforehand": (
        lambda x: np.sin(x).T * 2.0 + 1.0, (Y,), 96,
        "sin(a0, out=A); multiply(A, 2.0, out=B); v6 = new(3, 2); add(B, 1.0, out=v6); results = [v6]",
    ),
    "entries chosen anyhow are no view": (
        lambda x: np.sin(x)[[1, 0]] * 2.0 + 1.0, (X,), 24,
        "sin(a0, out=A); v2 = lambda(A); multiply(v2, 2.0, out=A); v6 = new(2,); add(A, 1.0, out=v6); results = [v6]",
    ),
    "a layer": (
        lambda a, b, c: np.exp(ag.linear(a, b, c)), (Y, f8(3, 2), f8(2)), 32,
        "matmul(a0, a1, A); add(A, a2, A); v4 = new(2, 2); exp(A, out=v4); results = [v4]",
    ),
    "a product": (
        lambda a, b: np.exp(a @ b), (Y, f8(3, 2)), 32,
        "matmul(a0, a1, out=A); v3 = new(2, 2); exp(A, out=v3); results = [v3]",
    ),
    "functions that NumPy has not": (
        lambda x: np.exp(ag.leaky_relu(x, 0.1)), (X,), 0,
        "v1 = lambda(a0); v2 = new(3,); exp(v1, out=v2); results = [v2]",
    ),
    "an array without axes": (
        lambda x: ag.norm(x) * x, (X,), 0,
        "v1 = asarray(norm(a0)); v2 = new(3,); multiply(a0, v1, out=v2); results = [v2]",
    ),
    "numbers": (
        lambda a, b: (a * b - ag.exp(a) + a / b) * np.ones(3), (2.0, 3.0), 24,
        "v2 = a0 * a1; v3 = float(on_floats((a0,), dict)); v4 = v2 - v3; v5 = float(on_floats((a0, a1,), dict)); "
        "v6 = v4 + v5; v8 = new(3,); multiply(v6, constant, out=v8); results = [v8]",
    ),
    "numbers that Python cannot write": (
        lambda x: ag.where(x > 0.1, np.inf, ag.where(x > 0.2, np.nan, x)), (X,), 6,
        "greater(a0, 0.1, out=A); greater(a0, 0.2, out=B); v6 = where(B, float, a0); v8 = where(A, float, v6); "
        "results = [v8]",
    ),
    "a result is the caller's own": (
        lambda x: (x, np.sin(x), x.T, np.sin(x).T, x.sum(), np.sin(x)), (Y,), 8,
        "v1 = new(2, 3); sin(a0, out=v1); v2 = lambda(a0); v3 = lambda(v1); add.reduce(a0, None, None, A, False); "
        "results = [a0.copy(), v1, v2.copy(), v3.copy(), A.item(), v1.copy()]",
    ),
    "a constant, too": (
        lambda x: (x * 2.0, ag.Tensor(np.ones(3)) * 2.0, ag.sum(ag.Tensor(np.ones(3)))), (X,), 56,
        "v2 = new(3,); multiply(a0, 2.0, out=v2); results = [v2, constant.copy(), constant.item()]",
    ),
    "classes are checked first": (
        lambda x, t: ag.softmax_cross_entropy(np.exp(x), t.reshape(4)), (f8(4, 3), np.array([[0, 1], [2, 0]])), 96,
        "check_classes(a1, 3); exp(a0, out=A); v3 = lambda(a1); v4 = loss_of_classes(A, v3); results = [v4]",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_lines_and_memory(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bytes of memory, and the lines."""
    function, arguments, size, expected = CASES[name]
    code, text = recorded(function, arguments, "numpy", monkeypatch)
    assert told(code, text) == expected
    assert code.storage.size == size


# ---- leaves that are set ---------------------------------------------------------------------------------------------


def sets(first: Function, second: Function | None = None, result: Function | None = None) -> Function:
    """A function of x that sets w, and v, and gives something of both as they were."""

    def function(w: Any, v: Any, x: Any) -> Any:
        found = [f if f is None else f(w, v, x) for f in (result, first, second)]
        ag.assign(w, found[1])
        if second is not None:
            ag.assign(v, found[2])
        return found[0]

    return function


UPDATES: dict[str, tuple[Function, int, str]] = {
    "right into the leaf": (
        sets(lambda w, v, x: w - 0.1 * x), 24,
        "c4 = w._raw; multiply(a0, 0.1, out=A); subtract(c4, A, out=c4); results = []",
    ),
    "what was read before": (
        sets(lambda w, v, x: w * x, result=lambda w, v, x: np.exp(w)), 0,
        "c1 = w._raw; v2 = new(3,); exp(c1, out=v2); multiply(a0, c1, out=c1); results = [v2]",
    ),
    "not what is a result, too": (
        sets(lambda w, v, x: w * x, result=lambda w, v, x: w * x), 0,
        "c1 = w._raw; v2 = new(3,); multiply(a0, c1, out=v2); results = [v2]; copyto(w._raw, v2, 'same_kind')",
    ),
    "nor where the leaf is a result": (
        sets(lambda w, v, x: w * x, result=lambda w, v, x: w * 1.0), 24,
        "c1 = w._raw; multiply(a0, c1, out=A); results = [c1.copy()]; copyto(w._raw, A, 'same_kind')",
    ),
    "nor a view": (
        sets(lambda w, v, x: x[::-1]), 0, "v1 = lambda(a0); results = []; copyto(w._raw, v1, 'same_kind')"
    ),
    "nor another type": (
        sets(lambda w, v, x: np.exp(x.astype(np.float32))), 12,
        "copyto(A, a0, 'unsafe'); exp(A, out=A); results = []; copyto(w._raw, A, 'same_kind')",
    ),
    "nor what somebody reads later": (
        sets(lambda w, v, x: v * x, lambda w, v, x: w + x), 24,
        "c1 = v._raw; c3 = w._raw; multiply(a0, c1, out=A); add(a0, c3, out=c1); results = []; "
        "copyto(w._raw, A, 'same_kind')",
    ),
    "one for the other": (
        sets(lambda w, v, x: v * 1.0, lambda w, v, x: w * 1.0), 0,
        "c1 = v._raw; c3 = w._raw; results = []; old0 = c1.copy(); old1 = c3.copy(); "
        "copyto(w._raw, old0, 'same_kind'); copyto(v._raw, old1, 'same_kind')",
    ),
    "itself": (sets(lambda w, v, x: w), 0, "c1 = w._raw; results = []; copyto(w._raw, c1, 'same_kind')"),
    "both the same": (
        sets(lambda w, v, x: np.sin(x), lambda w, v, x: np.sin(x)), 24,
        "sin(a0, out=A); results = []; copyto(w._raw, A, 'same_kind'); copyto(v._raw, A, 'same_kind')",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UPDATES)
def test_lines_of_updates(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    function, size, expected = UPDATES[name]
    w, v = ag.Tensor(X, label="w"), ag.Tensor(X * 2.0, label="v")
    code, text = recorded(lambda x: function(w, v, x), (X * 3.0,), "numpy", monkeypatch)
    assert told(code, text) == expected
    assert code.storage.size == size
