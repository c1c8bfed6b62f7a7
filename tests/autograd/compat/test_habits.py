"""What code written for HIPS autograd does without thinking of it."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from autograd import core
from autograd.core import primitive
from autograd.test_util import check_grads

X = np.array([0.3, -0.7, 1.1])


@pytest.mark.parametrize(
    "operator", ["grad", "value_and_grad", "elementwise_grad", "jacobian", "hessian", "make_vjp", "make_jvp"]
)
def test_the_function_is_called_fun(operator: str) -> None:
    derive: Any = getattr(ag, operator)
    assert callable(derive(fun=lambda x: x**2, argnum=0))
    assert callable(derive(fun=lambda x: x**2, argnum=0)(3.0)) == operator.startswith("make_j")


def test_rules_may_be_said_as_in_old_code() -> None:
    product, other, step = (primitive(lambda x, y: x * y), primitive(lambda x, y: x * y), primitive(lambda x: x // 1))
    product.defgrad(lambda ans, x, y: lambda g: y * g)
    product.defgrad(lambda ans, x, y: lambda g: x * g, argnum=1)
    other.defvjp(lambda g, ans, vs, gvs, x, y: y * g)
    other.defvjp(lambda g, ans, vs, gvs, x, y: x * g, argnum=1)
    step.defvjp_is_zero([0])
    for f in (product, other):
        check_grads(f)(X, X + 1)
    assert ag.grad(step)(1.5) == 0


@pytest.mark.parametrize("x", [np.array([1, 2, 3]), np.array([True, False]), np.array(2), np.int8([1])], ids=repr)
def test_arrays_of_whole_numbers_differentiate_as_floats(x: Any) -> None:
    found = ag.grad(lambda z: anp.sum(z**3 / 3))(x)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, x.astype(float) ** 2)
    np.testing.assert_array_equal(ag.jacobian(lambda z: z**2)(x), ag.jacobian(lambda z: z**2)(x.astype(float)))


def test_a_whole_number_alone_is_a_mistake() -> None:
    with pytest.raises(ag.DTypeError, match=r"argument 0 of .*write 1\.0 for 1"):
        ag.grad(lambda x: x**2)(3)


def test_adding_to_an_array_makes_a_new_tensor() -> None:
    def f(x: Any) -> Any:
        total = other = np.zeros(3)
        total += x
        total *= x
        if x.requires_grad:
            assert isinstance(total, ag.Tensor)
            np.testing.assert_array_equal(other, 0)
        return anp.sum(total)

    check_grads(f)(X)
    np.testing.assert_array_equal(ag.grad(f)(X), 2 * X)
    with pytest.raises(TypeError, match="takes no out="):
        ag.grad(lambda x: np.multiply(2.0, x, out=np.zeros(3)).sum())(X)


def test_an_argument_that_is_changed_is_a_new_tensor_from_there_on() -> None:
    def f(x: Any) -> Any:
        x -= 1.0
        x *= x
        x /= 2.0
        return anp.sum(x)

    np.testing.assert_array_equal(ag.grad(f)(X), X - 1)
    np.testing.assert_array_equal(ag.jvp(f, (X,), X)[1], np.sum(X * (X - 1)))
    w = ag.Tensor(X, requires_grad=True)
    with pytest.raises(ag.GraphError, match="changed in place outside no_grad"):
        f(w)


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda x: copy.deepcopy({"a": [x]})["a"][0]])
@pytest.mark.parametrize("start", [X, ag.Value(0.3), 0.3], ids=["array", "Value", "float"])
def test_a_copy_within_a_derivative_keeps_its_gradient(duplicate: Any, start: Any) -> None:
    def f(x: Any) -> Any:
        y = duplicate(x) * duplicate(x * 3.0)
        return y.sum() if isinstance(y, ag.Tensor) else y

    found = ag.grad(f)(start)
    expected = start.data if isinstance(start, ag.Value) else start
    np.testing.assert_allclose(getattr(found, "data", found), 6 * expected, rtol=1e-15)
    _, slope = ag.jvp(f, (start,), start)
    np.testing.assert_allclose(getattr(slope, "data", slope), 6 * np.sum(np.square(expected)), rtol=1e-15)
    with pytest.raises(ag.GraphError, match="a pickle of a variable within a derivative"):
        ag.grad(lambda x: pickle.loads(pickle.dumps(x)))(start)
    leaf = ag.Tensor(X, requires_grad=True)  # of one's own leaves copies are leaves, as ever
    assert copy.deepcopy(leaf) is not leaf


def test_whole_numbers_of_a_variable_are_refused_where_they_are_made() -> None:
    with pytest.raises(ag.DTypeError, match=r"requires a gradient: that type has none; use t\.data\.astype"):
        ag.grad(lambda x: anp.sum(x.astype(int) * x))(X)
    assert ag.Tensor(X).astype(int).dtype == int


@pytest.mark.parametrize(
    ("x", "words"),
    [
        ("a word", "hold str,"),
        (object(), "hold object,"),
        (3, f"hold {np.array(3).dtype},"),
    ],
    ids=["string", "object", "integer"],
)
def test_a_check_says_what_it_cannot_check(x: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        check_grads(lambda x: x)(x)
    if not isinstance(x, int):
        with pytest.raises(ag.DTypeError, match="derivatives are of real or complex numbers"):
            check_grads(lambda x: x, argnum=0)(x)


@pytest.mark.parametrize(
    "operator", ["grad", "value_and_grad", "elementwise_grad", "jacobian", "hessian", "make_vjp", "make_jvp"]
)
def test_numbers_in_the_place_of_functions_are_refused_at_once(operator: str) -> None:
    derive: Any = getattr(ag, operator)
    with pytest.raises(TypeError, match=f"^{operator} takes a function, not a float$"):
        derive(3.0)
    with pytest.raises(TypeError, match=r"not a Value; of a node that is computed already, y\.backward\(\)"):
        derive(ag.Value(3.0) ** 2)
    for point in (3.0, X, "x", [1.0]):
        with pytest.raises(TypeError, match=rf"argnum is .*call the result: ag\.{operator}\(tanh\)\("):
            derive(anp.tanh, point)
    with pytest.raises(TypeError, match="here it is called argnum="):
        derive(anp.tanh, argnums=0)
    assert callable(derive(anp.tanh, np.int64(0)))
    assert callable(derive(lambda x, y: x * y, [0, 1]))


def test_numbers_of_the_core_have_shapes() -> None:
    pull_back, value = core.make_vjp(lambda x: anp.sum(x**2), 3.0)
    value_again, slope = core.make_jvp(lambda x: anp.sum(x**2), 3.0)(1.0)
    assert [x.shape for x in (value, pull_back(1.0), value_again, slope)] == [()] * 4
    assert (value, pull_back(1.0), slope) == (9.0, 6.0, 6.0)


@pytest.mark.parametrize("name", ["stack", "concatenate", "vstack", "hstack", "dstack", "column_stack"])
def test_arrays_to_join_may_come_from_an_iterator_or_a_dict(name: str) -> None:
    x, join = np.array([1.0, 2.0, 3.0]), getattr(anp, name)
    np.testing.assert_array_equal(join(map(np.sin, [x, x])), getattr(np, name)([np.sin(x)] * 2))
    np.testing.assert_array_equal(join({1: x, 2: x}.values()), getattr(np, name)([x, x]))
    np.testing.assert_allclose(ag.grad(lambda x: anp.sum(join(x * i for i in (2, 3))))(x), np.full(3, 5.0))


def test_a_series_of_one_number_is_an_exponent() -> None:
    pandas = pytest.importorskip("pandas")
    one = pandas.Series([0.5], index=["a"])
    for found in (anp.power(one + 1, one), anp.power(4.0, one)):
        assert isinstance(found, pandas.Series)
        assert list(found.index) == ["a"]
