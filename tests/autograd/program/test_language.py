"""The language that the native engine's interpreters are written in: each construct against Python's own."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import pytest

from autograd.program.native.language import parsed, written
from autograd.program.native.number_kernels import SOURCE

pytest.importorskip("llvmlite")

COLLATZ = """
def steps(n: int) -> int:
    count = 0
    while n != 1:
        if n % 2 == 0:
            n = n // 2
        elif n > 1000000:
            break
        else:
            n = 3 * n + 1
        count += 1
    return count
"""
NESTED = """
def nested(n: int) -> int:
    total = 0
    for i in range(n):
        for i in range(1, 10, 3):  # the outer loop goes on where it was
            if i == 4:
                continue
            total += i
        total += 100 * i
    return total
"""
CHOICES = """
def both(a: int, b: int) -> int:
    return 1 if a > 0 and not b > 0 or a == b else min(a, b) - max(a, b)

def choices(a: int, b: int) -> int:
    a, b = b, a
    return both(a, b) * 2
"""


def compiled(text: str, name: str, *kinds: Any) -> Any:
    from autograd.program.native.machine import _compiled, _engine_of

    own, declared = written(name, parsed(text))
    engine = _engine_of(_compiled("\n".join([*sorted(declared), own])))
    function = ctypes.CFUNCTYPE(*kinds)(engine.get_function_address(name))
    return lambda *args: (engine, function(*args))[1]


def python(text: str, name: str) -> Any:
    space: dict[str, Any] = {}
    exec(text, space)
    return space[name]


@pytest.mark.parametrize(("text", "name"), [(COLLATZ, "steps"), (NESTED, "nested"), (CHOICES, "choices")])
def test_whole_numbers(text: str, name: str) -> None:
    expected = python(text, name)
    count = expected.__code__.co_argcount
    found = compiled(text, name, *[ctypes.c_int64] * (1 + count))
    for a in range(1, 30):
        given = (a, 13 - a)[:count]
        assert found(*given) == expected(*given), given


def test_memory_lanes_and_conversions() -> None:
    text = """
def work(at: int, words_at: int, n: int) -> f8:
    m, code = f8s(at), words(words_at)
    s = spread(-0.0)
    for i in range(0, n, 16):
        s += lanes(m, i) * 2.0
    keep(m, 0, s)
    m[1] += signed(code[0]) + code[1]
    part = f4(m[2])
    return together(s) + f8(part)
"""
    m, code = np.arange(48.0), np.array([-5, 7], np.int32)
    s = 2 * m.reshape(3, 16).sum(0)
    found = compiled(text, "work", ctypes.c_double, *[ctypes.c_int64] * 3)(m.ctypes.data, code.ctypes.data, 48)
    assert found == s.sum() + s[2]
    s[1] += 2
    np.testing.assert_array_equal(m[:16], s)


def test_exponentials_to_a_unit_in_the_last_place() -> None:
    mpmath = pytest.importorskip("mpmath")
    text = """
def four(at: int):
    x = f8s(at)
    y = exponentials(few_of(x[0], x[1], x[2], x[3]))
    for i in range(1):
        x[0] = part(y, 0)
        x[1] = part(y, 1)
        x[2] = part(y, 2)
        x[3] = part(y, 3)
"""
    four = compiled(SOURCE + text, "four", None, ctypes.c_int64)
    rng = np.random.default_rng(0)
    for scale in (1e-9, 1.0, 40.0, 700.0):
        for x in rng.uniform(-scale, scale, (100, 4)):
            y = x.copy()
            four(y.ctypes.data)
            exact = [mpmath.exp(mpmath.mpf(number)) for number in x.tolist()]
            for number, right in zip(y.tolist(), exact, strict=True):
                assert abs(mpmath.mpf(number) - right) <= 1.1 * np.spacing(float(right)), x
    for x, right in (
        ([np.inf, -np.inf, 0.0, -0.0], [np.inf, 0.0, 1.0, 1.0]),
        ([710.0, -746.0, 5e-324, -744.0], [np.inf, 0.0, 1.0, 1e-323]),
    ):
        y = np.array(x)
        four(y.ctypes.data)
        assert y.tolist() == right
    y = np.full(4, np.nan)
    four(y.ctypes.data)
    assert np.isnan(y).all()
