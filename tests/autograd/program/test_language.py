"""The language that the native engine's interpreters are written in: each construct against Python's own."""

from __future__ import annotations

import ctypes
import math
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
TRUTHS = """
def truths(a: int, b: int) -> int:
    found = 0
    if a:
        found += 1
    if not b:
        found += 2
    if a and b:
        found += 4
    return found + (8 if b or a > 3 else 16)
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


@pytest.mark.parametrize(
    ("text", "name"), [(COLLATZ, "steps"), (NESTED, "nested"), (CHOICES, "choices"), (TRUTHS, "truths")]
)
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
    s = spread(-0.0, 16)
    for i in range(0, n, 16):
        s += lanes(m, i, 16) * 2.0
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


def four(function: str) -> Any:
    """A function of four numbers side by side, on an array of four."""
    text = f"""
def four(at: int):
    x = f8s(at)
    y = {function}(few_of(x[0], x[1], x[2], x[3]))
    x[0] = part(y, 0)
    x[1] = part(y, 1)
    x[2] = part(y, 2)
    x[3] = part(y, 3)
"""
    run = compiled(SOURCE + text, "four", None, ctypes.c_int64)

    def computed(x: Any) -> list[float]:
        y = np.array(x)
        run(y.ctypes.data)
        found: list[float] = y.tolist()
        return found

    return computed


@pytest.mark.parametrize(
    ("function", "exact", "low", "scales"),
    [
        ("exponentials", "exp", -1.0, (1e-9, 1.0, 40.0, 700.0)),
        ("usual_exponentials", "exp", -1.0, (1e-9, 1.0, 40.0, 700.0)),
        ("log_one_plus", "log1p", 0.0, (1e-300, 1e-9, 0.1, 1.0)),
    ],
)
def test_four_at_a_time_to_a_unit_in_the_last_place(
    function: str, exact: str, low: float, scales: tuple[float, ...]
) -> None:
    mpmath = pytest.importorskip("mpmath")
    run = four(function)
    rng = np.random.default_rng(0)
    for scale in scales:
        for x in rng.uniform(low * scale, scale, (100, 4)).tolist():
            for number, given in zip(run(x), x, strict=True):
                right = getattr(mpmath, exact)(mpmath.mpf(given))
                assert abs(mpmath.mpf(number) - right) <= 1.1 * np.spacing(float(right)), given


def test_exponentials_of_extreme_numbers() -> None:
    run = four("exponentials")
    assert run([np.inf, -np.inf, 0.0, -0.0]) == [np.inf, 0.0, 1.0, 1.0]
    assert run([710.0, -746.0, 5e-324, -744.0]) == [np.inf, 0.0, 1.0, 1e-323]
    assert np.isnan(run([np.nan] * 4)).all()


# ---- every operator between every two types -------------------------------------------------------------------------

OPERANDS = {"int": ("a", "b"), "f8": ("x", "y"), "f4": ("f4(x)", "f4(y)")}
WHOLE, FLOATS = ("+", "-", "*", "//", "%", "&"), ("+", "-", "*", "/")
COMPARED = ("==", "!=", "<", "<=", ">", ">=")
PAIRS = [(p[0], q[1]) for p in OPERANDS.values() for q in OPERANDS.values()]
EXPRESSIONS = {
    "whole numbers": [f"a {sign} b" for sign in WHOLE],
    "floats": [f"{p} {sign} {q}" for p, q in PAIRS for sign in FLOATS],
    "compared": [f"1.5 if {p} {sign} {q} else 2.5" for p, q in PAIRS for sign in COMPARED],
    "both": [
        "x if a > b else f4(y)", "a if x > y else b", "a if x > y else y", "(a > b) + int(x > y)", "(a > b) * 2.5",
        "a * (x > y)", "f4(a) + (x > y)", "int(x) + int(f4(y) > 0)", "f8(a) / f8(b)", "1.0 if not a else 2.0",
        "1.0 if x else 2.0", "1.0 if f4(y) else 2.0", "1.0 if a and x else 2.0", "1.0 if a or not y else 2.0",
        "-a + 0.0", "-x", "-f4(x)", "-2 + 0.5", "-(2.5)", "fabs(x) + fabs(f4(y))", "min(a, b) + 0.0", "max(a, b) - 0.0",
        "exp(x)", "log1p(fabs(y)) + log(fabs(y) + 1.0)",
    ],
}  # fmt: skip
NUMBERS = [(7, 2, 1.5, -2.25), (-3, 3, -0.75, 0.1), (5, 5, 0.5, 0.5), (1, 4, 0.0, 3.0), (0, 1, 2.0, 0.0)]
NUMBERS.append((2, 1, math.nan, 1.0))


def by_numpy(expression: str, a: int, b: int, x: float, y: float) -> float:
    """What Python gives of NumPy's numbers, where a whole number beside one of 32 bits is one of 64."""
    names: dict[str, Any] = {name: getattr(np, name) for name in ("exp", "log1p", "log")}
    names |= {"fabs": abs, "f4": np.float32, "f8": np.float64, "int": int, "min": min, "max": max}
    given = {"a": np.int64(a), "b": np.int64(b), "x": np.float64(x), "y": np.float64(y)}
    with np.errstate(all="ignore"):
        return float(eval(expression, names, given))


@pytest.mark.parametrize("kind", EXPRESSIONS)
def test_expressions(kind: str) -> None:
    for expression in EXPRESSIONS[kind]:
        result, of = ("int", ctypes.c_int64) if kind == "whole numbers" else ("f8", ctypes.c_double)
        text = f"def f(a: int, b: int, x: f8, y: f8) -> {result}:\n    return {expression}\n"
        found = compiled(text, "f", of, ctypes.c_int64, ctypes.c_int64, ctypes.c_double, ctypes.c_double)
        for a, b, x, y in NUMBERS:
            if "int(x)" in expression and x != x:
                continue
            if kind == "whole numbers" and a < 0:  # rounds towards 0, as the processor does
                continue
            np.testing.assert_allclose(
                found(a, b, x, y), by_numpy(expression, a, b, x, y), 3e-16, 0, err_msg=expression
            )


def test_pointers_of_every_kind() -> None:
    text = """
def work(w: int, l: int, t: int, s: int, d: int) -> f8:
    a, b, c, e, f = words(w), longs(l), truths(t), f4s(s), f8s(d)
    a[1] = a[0] + 1
    b[1] = b[0] * 2
    c[1] = c[0] + 2
    e[1] = e[0] / 4
    f[1] = f[0] - 1
    (f + 1)[1] = (b + 1)[0]
    a[2] += 5
    return a[1] + b[1] + c[1] + e[1] + f[1]
"""
    arrays = [np.arange(3, 7).astype(kind) for kind in (np.uint32, np.int64, np.uint8, np.float32, np.float64)]
    found = compiled(text, "work", ctypes.c_double, *[ctypes.c_int64] * 5)(*[x.ctypes.data for x in arrays])
    assert [x.tolist() for x in arrays] == [
        [3, 4, 10, 6], [3, 6, 5, 6], [3, 5, 5, 6], [3.0, 0.75, 5.0, 6.0], [3.0, 2.0, 6.0, 6.0]
    ]  # fmt: skip
    assert found == 4 + 6 + 5 + 0.75 + 2


def test_loops_of_every_form() -> None:
    text = """
def work(n: int, m: int) -> int:
    found = 0
    for i in range(n):
        found += 1
    for i in range(m, n):
        found += 10 * i
    for i in range(m, n, 2):
        found += 100 * i
    while found > 1000:
        found -= 1000
        if found < 3000:
            break
    return found
"""
    expected = python(text, "work")
    found = compiled(text, "work", *[ctypes.c_int64] * 3)
    for n in range(12):
        for m in range(12):
            assert found(n, m) == expected(n, m), (n, m)


FOREIGN = ["for i in n: pass", "for i in (1, 2): pass", "for a.b in range(n): pass", "for a[0] in range(n): pass"]


@pytest.mark.parametrize(
    "statement", [*FOREIGN, "n = n.bit_length()", "n = (lambda: n)()", "n = 1 < n < 3", "a = a - 1"]
)
def test_what_is_not_of_the_language_is_refused(statement: str) -> None:
    text = f"def work(n: int) -> int:\n    a = words(n)\n    {statement}\n    return n\n"
    with pytest.raises(TypeError):
        written("work", parsed(text))


@pytest.mark.parametrize("parameter", ["n", "n: 'int'", "n: list[int]"])
def test_a_parameter_without_a_type_is_refused(parameter: str) -> None:
    with pytest.raises(TypeError, match="a parameter without a type"):
        written("work", parsed(f"def work({parameter}) -> int:\n    return 1\n"))
