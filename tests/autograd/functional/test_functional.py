"""Derivatives of functions: right against differences, in the argument's own kind, nested to any depth."""

from __future__ import annotations

import threading
import warnings
from collections import namedtuple
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from autograd.tensor.batched import Batched
from tests.autograd.rules.test_rules import central_difference

A = np.array([[1.0, -0.5, 0.3], [0.2, 2.0, -1.0]])

# Functions of one array of shape (3,), with a single number or an array as the result.
TO_NUMBER = {
    "quadratic": lambda x: (x * x).sum(),
    "through numpy": lambda x: anp.sum(anp.tanh(A @ x) ** 2),
    "logsumexp": ag.logsumexp,
    "one entry": lambda x: x[1] ** 3 * anp.exp(x[0]),
    "linear": lambda x: (A @ x).sum(),
}
TO_ARRAY = {
    "linear": lambda x: A @ x,
    "elementwise": anp.sin,
    "outer": lambda x: x.reshape(3, 1) * x,
    "softmax": ag.softmax,
    "some entries": lambda x: x[:2] * x[1:],
}
X = np.array([0.3, -0.8, 1.1])
V = np.array([1.0, -2.0, 0.5])


def numbers(function: Any) -> Any:
    return lambda x: np.asarray(getattr(function(x), "data", function(x)))


def numerical_jacobian(function: Any, x: Any) -> Any:
    plain = numbers(function)
    shape = plain(x).shape
    columns = [central_difference(lambda y, i=i: float(plain(y)[i]), [x], 0) for i in np.ndindex(shape)]
    return np.array(columns).reshape(*shape, *x.shape)


@pytest.mark.parametrize("name", TO_NUMBER)
def test_grad_value_and_grad_hessian_and_hvp(name: str) -> None:
    f = TO_NUMBER[name]
    expected = numerical_jacobian(f, X)
    gradient = ag.grad(f)(X)
    assert type(gradient) is np.ndarray
    np.testing.assert_allclose(gradient, expected, rtol=1e-7, atol=1e-9)
    value, same = ag.value_and_grad(f)(X)
    assert type(value) is float
    np.testing.assert_array_equal(same, gradient)
    curvature = ag.hessian(f)(X)
    np.testing.assert_allclose(curvature, numerical_jacobian(ag.grad(f), X), rtol=1e-6, atol=1e-8)
    value, product = ag.hvp(f, X, V)
    assert type(value) is float
    np.testing.assert_allclose(product, curvature @ V, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", TO_ARRAY)
def test_jacobian_and_products_with_it(name: str) -> None:
    f = TO_ARRAY[name]
    J = ag.jacobian(f)(X)
    np.testing.assert_allclose(J, numerical_jacobian(f, X), rtol=1e-7, atol=1e-9)
    U = np.random.default_rng(0).normal(size=J.shape[:-1])
    value, pulled = ag.vjp(f, X, U)
    np.testing.assert_allclose(value, numbers(f)(X))
    np.testing.assert_allclose(pulled, np.tensordot(U, J, U.ndim), rtol=1e-12, atol=1e-14)
    value, pushed = ag.jvp(f, X, V)
    np.testing.assert_allclose(value, numbers(f)(X))
    np.testing.assert_allclose(pushed, J @ V, rtol=1e-12, atol=1e-14)


def test_makers_run_the_function_once_for_any_number_of_products() -> None:
    runs = []

    def f(x: Any, y: Any) -> Any:
        runs.append(1)
        return x * x * y

    pull_back, value = ag.make_vjp(f, 1)(X, V)
    np.testing.assert_array_equal(value, X * X * V)
    push_forward = ag.make_jvp(f, 1)(X, V)
    for scale in (1.0, 2.0):
        np.testing.assert_allclose(pull_back(scale * X), scale * X**3)
        value, product = push_forward(scale * X)
        np.testing.assert_array_equal(value, X * X * V)
        np.testing.assert_allclose(product, scale * X**3)
    assert len(runs) == 2


@pytest.mark.parametrize("name", ["sin", "exp", "tanh", "square"])
def test_elementwise_grad(name: str) -> None:
    f = getattr(anp, name)
    np.testing.assert_allclose(ag.elementwise_grad(f)(X), np.diag(ag.jacobian(f)(X)))
    second = ag.elementwise_grad(ag.elementwise_grad(f))(X)
    np.testing.assert_allclose(second, np.diag(numerical_jacobian(ag.elementwise_grad(f), X)), rtol=1e-7, atol=1e-9)


def test_floats_to_any_order() -> None:
    f, slopes = (lambda x: x**5), []
    for _ in range(6):
        f = ag.grad(f)
        slopes.append(f(2.0))
    assert slopes == pytest.approx([80.0, 160.0, 240.0, 240.0, 120.0, 0.0])
    assert all(type(slope) is float for slope in slopes)


@pytest.mark.parametrize(
    ("argument", "kind"),
    [
        (2.0, float),
        (np.float32(2.0), np.float32),
        (np.array(2.0), np.float64),
        (np.array([2.0], np.float32), np.ndarray),
        (ag.Value(2.0), ag.Value),
        (ag.Tensor([2.0]), ag.Tensor),
    ],
    ids=lambda x: type(x).__name__,
)
def test_a_gradient_comes_in_the_arguments_own_kind(argument: Any, kind: type) -> None:
    gradient = ag.grad(lambda x: (x * x).sum() if getattr(x, "shape", ()) else x * x)(argument)
    assert type(gradient) is kind
    np.testing.assert_allclose(getattr(gradient, "data", gradient), 4.0)
    if isinstance(argument, np.ndarray):
        assert gradient.dtype == argument.dtype


Point = namedtuple("Point", "x y")


@pytest.mark.parametrize(
    "tree",
    [{"x": 2.0, "y": 3.0}, (2.0, 3.0), [2.0, 3.0], Point(2.0, 3.0), {"x": {"x": 2.0}, "y": [3.0]}],
    ids=["dict", "tuple", "list", "namedtuple", "nested"],
)
def test_arguments_may_be_containers(tree: Any) -> None:
    def f(p: Any) -> Any:
        x, y = ag.functional.trees.leaves(p)
        return x * x * y

    gradient = ag.grad(f)(tree)
    assert type(gradient) is type(tree)
    assert ag.functional.trees.leaves(gradient) == [12.0, 4.0]


def test_several_arguments_and_keywords() -> None:
    def f(x: Any, y: Any, *, scale: float = 1.0) -> Any:
        return x * x * y * scale

    assert ag.grad(f, 1)(2.0, 3.0, scale=10.0) == 40.0
    assert ag.grad(f, (0, 1))(2.0, 3.0) == (12.0, 4.0)
    assert ag.grad(f, -1)(2.0, 3.0) == 4.0
    with pytest.raises(TypeError, match="argument 2, to differentiate for, is not among them"):
        ag.grad(f, 2)(2.0, 3.0)


def test_an_inner_derivative_does_not_mistake_the_outer_variable_for_its_own() -> None:
    # d/dx (x · d/dy (x + y)) = d/dx (x · 1) = 1: an engine that confuses the two says 2.
    assert ag.grad(lambda x: x * ag.grad(lambda y: x + y)(1.0))(1.0) == 1.0
    # d/dx (x · d/dy (x y)) = d/dx x² = 2x
    assert ag.grad(lambda x: x * ag.grad(lambda y: x * y)(3.0))(2.0) == 4.0


def test_a_derivative_of_a_jacobian_and_of_a_jvp() -> None:
    cube = lambda x: x**3  # noqa: E731
    third = ag.jacobian(ag.jacobian(cube))(X)
    np.testing.assert_allclose(third[1, 1, 1], 6 * X[1])
    slope = ag.grad(lambda x: ag.jvp(cube, x, V)[1].sum())(X)
    np.testing.assert_allclose(slope, 6 * X * V)
    slope = ag.grad(lambda x: ag.vjp(cube, x, V)[1].sum())(X)
    np.testing.assert_allclose(slope, 6 * X * V)


def test_parameters_inside_the_function_keep_the_result_differentiable() -> None:
    W = ag.Tensor([2.0], requires_grad=True)
    slope = ag.grad(lambda x: (W * x * x).sum())(ag.Tensor([3.0]))
    slope.sum().backward()
    assert (slope.item(), W.grad.item()) == (12.0, 6.0)


def test_inside_no_grad_a_derivative_is_still_a_derivative() -> None:
    with ag.no_grad():
        assert ag.grad(lambda x: x * x)(3.0) == 6.0
        assert not ag.is_recording()


def test_a_function_that_does_not_depend_on_its_argument_has_gradient_zero() -> None:
    with pytest.warns(UserWarning, match="Output seems independent of input"):
        assert ag.grad(lambda x: 3.0)(2.0) == 0.0
    np.testing.assert_array_equal(ag.grad(lambda x: ag.Tensor([1.0], requires_grad=True).sum())(X), np.zeros(3))
    with pytest.warns(UserWarning, match="Output seems independent of input"):
        np.testing.assert_array_equal(ag.jacobian(lambda x: np.ones(2))(X), np.zeros((2, 3)))
    np.testing.assert_array_equal(ag.hessian(lambda x: x.sum())(X), np.zeros((3, 3)))
    assert ag.jvp(lambda x: 3.0, 1.0, 1.0) == (3.0, 0.0)


def test_a_derivative_within_may_be_constant() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ag.grad(ag.grad(lambda x: 3.0 * x))(2.0) == 0.0
        assert ag.grad(lambda x: ag.jvp(lambda y: 3.0 * y, x, 1.0)[1] + 1.0)(2.0) == 0.0


def test_errors_say_what_to_do() -> None:
    with pytest.raises(ag.ShapeError, match=r"gave shape \(3,\): use jacobian, or elementwise_grad"):
        ag.grad(anp.sin)(X)
    with pytest.raises(ag.DTypeError, match=r"write 1\.0 for 1"):
        ag.grad(lambda x: x * x)(3)


def test_nested_derivatives_in_eight_threads() -> None:
    wrong: list[Any] = []

    def work(seed: int) -> None:
        for i in range(20):
            x = float(seed + i)
            slope = ag.grad(lambda u: u * ag.grad(lambda v: u * v * v)(u))(x)  # d/du (u · 2u²) = 6u²
            if slope != pytest.approx(6 * x * x):
                wrong.append((x, slope))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


NESTED = {
    "grad": lambda f: lambda x: ag.grad(lambda y: f(x, y))(2.0),
    "value_and_grad": lambda f: lambda x: ag.value_and_grad(lambda y: f(x, y))(2.0)[1],
    "elementwise_grad": lambda f: lambda x: ag.elementwise_grad(lambda y: f(x, y))(2.0),
    "jacobian": lambda f: lambda x: ag.jacobian(lambda y: f(x, y))(2.0),
    "make_vjp": lambda f: lambda x: ag.make_vjp(lambda y: f(x, y))(2.0)[0](1.0),
    "make_jvp": lambda f: lambda x: ag.make_jvp(lambda y: f(x, y))(2.0)(1.0)[1],
    "twice": lambda f: lambda x: ag.grad(lambda z: ag.grad(lambda y: f(x, y) * z)(2.0))(1.0),
}


@pytest.mark.parametrize("outer", [ag.grad, ag.elementwise_grad, lambda f: lambda x: ag.jvp(f, x, 1.0)[1]])
@pytest.mark.parametrize("inner", NESTED)
def test_a_derivative_inside_a_derivative_comes_back_in_the_kind_of_its_argument(inner: str, outer: Any) -> None:
    found = outer(NESTED[inner](lambda x, y: x * y**2))
    assert type(found(3.0)) is float
    assert found(3.0) == 4.0
    assert type(found(np.array(3.0))) is not ag.Tensor
    w = ag.Tensor(3.0, requires_grad=True)  # somebody's variable
    slope = outer(NESTED[inner](lambda x, y: x**2 * y**2 * w))(3.0)
    slope.backward()
    assert w.grad.item() == 2 * 3.0 * 2 * 2.0


@pytest.mark.parametrize(
    "inner", ["grad", "value_and_grad", "elementwise_grad", "jacobian", "make_vjp", "make_jvp", "hvp"]
)
@pytest.mark.parametrize(
    "y", [np.array([2.0, 5.0]), np.array([[2.0]]), np.array([np.nan, 1.0]), np.array(np.nan)], ids=str
)
def test_derivatives_for_arrays_inside_derivatives(inner: str, y: Any) -> None:
    inside: dict[str, Any] = {
        "grad": lambda f: ag.grad(f)(y),
        "value_and_grad": lambda f: ag.value_and_grad(f)(y)[1],
        "elementwise_grad": lambda f: ag.elementwise_grad(f)(y),
        "jacobian": lambda f: ag.jacobian(f)(y),
        "make_vjp": lambda f: ag.make_vjp(f)(y)[0](1.0),
        "make_jvp": lambda f: ag.make_jvp(f)(y)(np.ones(y.shape))[1],
        "hvp": lambda f: ag.hvp(f, y, np.ones(y.shape))[1],
    }
    found = ag.grad(lambda x: inside[inner](lambda y: (x * y**2).sum()).sum())(3.0)
    assert type(found) is float
    np.testing.assert_allclose(found, 2.0 * y.size if inner == "hvp" else (2.0 * y).sum())


def test_a_function_that_does_not_depend_on_a_value_has_a_product_of_zero() -> None:
    for product in (ag.hvp, ag.jvp):
        value, zero = product(lambda x: x.detach() * 2.0, (ag.Value(1.0),), 0.5)
        assert (value.data, zero.data) == (2.0, 0.0)


def test_the_array_of_what_goes_through_a_forward_pass_cannot_be_changed() -> None:
    def function(x: Any) -> Any:
        with pytest.raises(ValueError, match="read-only"):
            x.data[0] = 5.0
        return ag.sum(x * x)

    assert ag.jvp(function, np.array([1.0, 2.0]), np.array([1.0, 1.0]))[1] == 6.0


@pytest.mark.parametrize("size", [(2, 30), (30, 2)])  # by rows, and by columns
@pytest.mark.parametrize("derivative", [ag.jacobian, lambda f: ag.jacobian(ag.jacobian(f))])
def test_a_jacobian_goes_through_the_book_with_all_directions_at_once(
    size: tuple[int, int], derivative: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    A, x = np.random.default_rng(0).normal(size=size), np.linspace(0.5, 1.5, size[1])

    def function(x: Any) -> Any:
        y = anp.tanh(A @ x) * 2.0
        return anp.concatenate([y[1:], anp.where(y > 0, y, y**2)[:1]]) / (1.0 + anp.sum(x * x))

    expected = derivative(function)(x)

    def refuse(*_: Any) -> Any:
        raise AssertionError("one by one")

    monkeypatch.setattr(Batched, "each", refuse)
    np.testing.assert_array_equal(derivative(function)(x), expected)
    h, v = 1e-6, np.cos(np.arange(size[1]))
    of = function if expected.ndim == 2 else ag.jacobian(function)
    np.testing.assert_allclose(expected @ v, (of(x + h * v) - of(x - h * v)) / (2 * h), rtol=1e-5, atol=1e-7)
