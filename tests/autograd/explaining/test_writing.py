"""Formulas as they are written, in text and in LaTeX, and the rules by which they are made simple."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import autograd as ag
from autograd.explaining.notation import latex, number_latex, number_text, text
from autograd.explaining.symbols import Expression, symbol
from autograd.explaining.trace import MOST_LINES

BOOK = ag.BOOK
a, b, c, d, e = map(symbol, "abcde")
A, B = symbol("A", (2, 3)), symbol("B", (3, 2))


def entry(name: str, *operands: Expression, **attrs: object) -> Expression:
    return Expression._apply(BOOK[name], operands, attrs)


WRITTEN: dict[str, tuple[Expression, str, str]] = {
    "add_n": (entry("add_n", a, b, c), "a + b + c", "a + b + c"),
    "affine": (entry("affine", a, b, c, d, e), "a + b · d + c · e", r"a + b \, d + c \, e"),
    "expm1": (entry("expm1", a), "expm1(a)", "e^{a} - 1"),
    "log1p": (entry("log1p", a), "log1p(a)", r"\ln(1 + a)"),
    "matmul": (entry("matmul", A, B), "A @ B", r"A \, B"),
    "transpose": (entry("transpose", A, axes=None), "Aᵀ", r"A^{\top}"),
    "sum in a product": (entry("expm1", a) * b, "expm1(a) · b", r"(e^{a} - 1) \, b"),
    "quotient of a negative": (-a / b, "−a / b", r"-\frac{a}{b}"),
}
SIMPLER: dict[str, tuple[Callable[[], Expression], str]] = {
    "plus nothing": (lambda: a + 0, "a"),
    "nothing plus": (lambda: 0 + a, "a"),
    "nothing minus": (lambda: 0 - a, "−a"),
    "minus a negative": (lambda: a - (-b), "a + b"),
    "plus a negative": (lambda: a + (-b), "a − b"),
    "by one": (lambda: a / 1, "a"),
    "twice negative": (lambda: 0 - (0 - a), "a"),
    "itself": (lambda: a * a, "a²"),
    "a number behind": (lambda: a * 3, "3 · a"),
    "minus one": (lambda: -1 * a, "−a"),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_how_an_entry_is_written(name: str) -> None:
    expression, plain, mathematics = WRITTEN[name]
    assert (text(expression), latex(expression)) == (plain, mathematics)


@pytest.mark.parametrize("name", SIMPLER)
def test_how_a_formula_is_made_simple(name: str) -> None:
    make, plain = SIMPLER[name]
    assert text(make()) == plain


def test_how_an_expression_is_shown_to_who_asks_python() -> None:
    assert repr(entry("add", a, 2 * b)) == "add(a, multiply(2.0, b))"


@pytest.mark.parametrize("x", [np.nan, np.inf, -np.inf, 1e22, -2.5e-7])
def test_numbers(x: float) -> None:
    plain, mathematics = number_text(x), number_latex(x)
    if np.isnan(x):
        assert (plain, mathematics) == ("NaN", r"\mathrm{NaN}")
    elif np.isinf(x):
        assert (plain, mathematics) == (("∞", r"\infty") if x > 0 else ("−∞", r"-\infty"))
    else:
        mantissa, _, exponent = plain.replace("−", "-").partition("e")
        assert float(f"{mantissa}e{exponent}") == x
        assert mathematics.replace(" ", "") == rf"{mantissa}\times10^{{{exponent}}}"


# ---- whole explanations ---------------------------------------------------------------------------------------------


def test_what_has_no_way_to_the_result_is_explained_by_nothing() -> None:
    x, y = ag.Value(2.0, label="x"), ag.Value(3.0, label="y")
    explanation = ag.explain(x * x + y.detach(), wrt=x)
    assert explanation.sum_of_paths == 4.0
    assert explanation._repr_latex_() == f"$$\n{explanation.latex()}\n$$"
    assert explanation._repr_markdown_() == explanation.markdown()


def test_a_node_that_needs_no_gradient_is_refused() -> None:
    x, fixed = ag.Value(2.0, label="x"), ag.Value(3.0, label="fixed", requires_grad=False)
    with pytest.raises(ag.GraphError, match=r"'fixed'.* does not require a gradient: make it with requires_grad=True"):
        ag.explain(x * fixed, wrt=fixed)


def test_a_label_like_a_number_of_a_node_is_not_given_twice() -> None:
    x = ag.Value(2.0, label="v1")
    names = {event.name for event in ag.trace_backward(ag.tanh(x * 3.0) + x)}
    assert {"v1", "v2", "v3", "L"} == names


def test_a_long_table_is_cut_and_says_so() -> None:
    y = x = ag.Value(0.5, label="x")
    for _ in range(MOST_LINES):
        y = ag.sin(y) + x
    trace = ag.trace_backward(y)
    assert len(trace) > MOST_LINES
    lines = str(trace).splitlines()
    assert lines[-1] == f"… cut after {MOST_LINES} lines of {len(trace)} events; .table() shows all"
    assert len(trace.table().splitlines()) > len(lines)
    assert [event.step for event in trace[:3]] == [trace[i].step for i in range(3)]
