"""A user's own primitives: called once with plain numbers, differentiated by the rules that were given."""

from __future__ import annotations

import inspect
import pickle
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from autograd.extend import defrule, defvjp, primitive
from autograd.test_util import check_grads

X = np.array([0.3, -0.7, 1.1])


@primitive
def product(a: Any, b: Any, scale: float = 1.0) -> Any:
    """y = scale · a · b"""
    return np.asarray(a) * np.asarray(b) * scale


defvjp(
    product,
    lambda ans, a, b, scale=1.0: lambda g: g * b * scale,
    lambda ans, a, b, scale=1.0: lambda g: g * a * scale,
)


def _power(**rules: Any) -> Any:
    @primitive
    def power(x: Any, n: Any) -> Any:
        return x**n

    return power


@pytest.mark.parametrize(
    ("a", "b"),
    [(2.0, 3.0), (X, X + 1), (X, 2.0), (np.ones((2, 3)), X), (ag.Value(2.0), 3.0), (ag.Tensor(X), X)],
    ids=["floats", "arrays", "array and float", "broadcast", "Value", "Tensor"],
)
def test_derivatives_of_every_order(a: Any, b: Any) -> None:
    check_grads(product, argnum=0 if isinstance(a, ag.Value) else (0, 1), order=3)(a, b, scale=2.0)


def test_plain_numbers_go_to_the_function_itself() -> None:
    assert type(product(X, X)) is np.ndarray
    assert product(2.0, 3.0, scale=10.0) == 60.0
    assert product.name == "product"
    assert product.__doc__ == "y = scale · a · b"
    assert list(inspect.signature(product).parameters) == ["a", "b", "scale"]
    assert pickle.loads(pickle.dumps(product)) is product


def test_one_node_whatever_happens_inside() -> None:
    calls: list[type] = []

    @primitive
    def own(x: Any) -> Any:
        calls.append(type(x))
        x *= 2  # the argument is the function's own copy
        return x

    defrule(own, lambda g, y, x: 2 * g)
    x = ag.Tensor(X, requires_grad=True)
    y = own(x)
    assert (y.rule, y.parents, calls) == (own, (x,), [np.ndarray])
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.data, [2.0, 2.0, 2.0])
    np.testing.assert_array_equal(x.data, X)


def test_both_dialects_say_the_same() -> None:
    one, other = _power(), _power()
    defvjp(one, lambda ans, x, n: lambda g: g * n * x ** (n - 1), argnums=[0])
    defrule(other, lambda g, y, x, n: g * n * x ** (n - 1), argnums=[0])
    for n in (1, 2, 3):
        found = [ag.grad(lambda x, f=f, n=n: f(x, n).sum())(X) for f in (one, other)]
        np.testing.assert_array_equal(found[0], found[1])
        np.testing.assert_allclose(found[0], n * X ** (n - 1))


def test_arguments_that_are_no_numbers_are_handed_on() -> None:
    @primitive
    def apply(function: Any, x: Any, label: str) -> Any:
        assert label == "a word"
        return function(x)

    defrule(apply, lambda g, y, function, x, label: g * anp.cos(x), argnums=[1])
    np.testing.assert_allclose(ag.grad(lambda x: apply(np.sin, x, "a word").sum())(X), np.cos(X))


def test_none_is_a_zero_derivative() -> None:
    step = primitive(np.sign)
    defvjp(step, None)
    assert ag.grad(lambda x: x * step(x))(2.0) == 1.0


def test_it_counts_as_the_books_own_in_pictures_and_in_traces() -> None:
    a = ag.Value(2.0, label="a")
    trace = ag.trace_backward(product(a, 3.0))
    assert [flow.local for flow in trace[0].flows] == [3.0]
    assert "product(a, 3)" in str(trace)
    opaque = primitive(np.sinh)
    defrule(opaque, lambda g, y, x: g * np.cosh(x))  # which symbols do not obey: there is no formula
    assert ag.trace_backward(opaque(a))[0].flows[0].local == np.cosh(2.0)
    assert f"{np.cosh(2.0):.6g}" in str(ag.explain(opaque(a), wrt=a))


def _gives_two() -> Any:
    both = primitive(lambda x: (x, x))
    defrule(both, lambda g, y, x: g)
    return both(ag.Value(1.0))


def _wrong_shape() -> Any:
    double = primitive(lambda x: x * 2)
    defrule(double, lambda g, y, x: g[:2])
    return ag.grad(lambda x: double(x).sum())(X)


def _maker_in_the_wrong_place() -> Any:
    double = primitive(lambda x: x * 2)
    defrule(double, lambda *_: lambda g: g * 2)
    return ag.grad(double)(1.0)


def _rule_as_maker() -> Any:
    double = primitive(lambda x: x * 2)
    defvjp(double, lambda g, x: g * 2)
    return ag.grad(double)(1.0)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: _power()(ag.Value(2.0), 3), ag.MissingRuleError, "power has no derivative for its argument 0"),
        (lambda: product(2.0, 3.0, scale=ag.Value(1.0)), TypeError, "pass nodes by position"),
        (_gives_two, TypeError, "write one primitive for each result"),
        (_wrong_shape, ag.ShapeError, r"gave shape \(2,\): expected the argument's, \(3,\)"),
        (_maker_in_the_wrong_place, TypeError, "goes there as defvjp"),
        (_rule_as_maker, TypeError, "is for defrule"),
        (lambda: defrule(np.sin, None), TypeError, "is no primitive; make one of your own"),
        (lambda: defvjp(ag.tanh, None), TypeError, "tanh has its rule in the book"),
        (lambda: defvjp(product, None, argnums=[0, 1]), ValueError, "1 derivatives for the 2 arguments"),
    ],
    ids=["missing", "keyword", "two results", "shape", "maker", "rule", "function", "book", "count"],
)
def test_what_is_wrong_is_said_in_one_line(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words) as found:
        call()
    assert "\n" not in str(found.value)


def test_a_function_and_a_rule_may_fill_their_memory_again() -> None:
    result, share = np.empty(2), np.empty(2)

    @primitive
    def doubled(x: Any) -> Any:
        return np.multiply(x, 2.0, out=result)

    defvjp(doubled, lambda ans, x: lambda g: np.multiply(g, 2.0, out=share))
    x, z = ag.Tensor([1.0, 2.0], requires_grad=True), ag.Tensor([5.0, 5.0], requires_grad=True)
    (doubled(x) ** 2 + doubled(z) ** 2).sum().backward()
    np.testing.assert_array_equal(x.grad.data, [8.0, 16.0])
    np.testing.assert_array_equal(z.grad.data, [40.0, 40.0])
