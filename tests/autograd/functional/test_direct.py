"""Forward mode without a record: what runs on dual numbers, what has to be recorded after all, and that both agree."""

from __future__ import annotations

import copy
import gc
import operator
import pickle
import sys
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from tests.autograd.table import MATMUL

W = ag.Tensor([1.0, -2.0, 0.5], requires_grad=True)


def _swallowing(x: Any) -> Any:
    try:
        return ag.sum(x * W)
    except BaseException:
        return x * 0.0


def _wrapping(x: Any) -> Any:
    try:
        return x * W
    except BaseException as error:
        raise RuntimeError("the layer failed") from error


def _whole(x: Any) -> Any:
    total = anp.zeros(3)
    for part in (x, anp.sin(x), x**3, x / (2.0 + x), 1.0 - x, anp.maximum(x, 0.4), anp.where(x > 0.4, x, -x)):
        total = total + part * anp.array([1.0, 2.0, 3.0])
    return anp.sum(anp.concatenate([total[1:], total[:1]]) ** 2) + anp.mean(anp.outer(x, x))


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "of arrays": _whole,
    "a larger array beside": lambda x: anp.sum((x * np.ones((2, 3)) - np.ones((4, 1, 3)) / x) ** 2),
    "parameters of others": lambda x: ag.sum(anp.tanh(x * W)) * ag.sum(x),
    "a gradient of its own": lambda x: ag.grad(lambda z: anp.sum(z**3))(x) * x,
    "a gradient for another": lambda x: ag.grad(lambda z: anp.sum(anp.sin(z) * x))(2.0 * x),
    "a Jacobian": lambda x: ag.jacobian(lambda z: z * x)(x),
    "another forward pass": lambda x: ag.jvp(lambda z: z**2 * x, x, np.ones(3))[1],
    "another one, along it": lambda x: ag.jvp(anp.sin, np.ones(3), x)[1] * x,
    "another one, of something else": lambda x: x * ag.jvp(lambda z: x[0] * z**2, 2.0, 1.0)[1],
    "a gradient by hand": lambda x: ag.gradients(y := anp.sum(x**4), x, create_graph=True) * y,
    "a compiled function": lambda x: ag.compile(lambda z: anp.sin(z) * 2.0, engine="numpy")(x),
    "complex numbers of a transform": lambda x: anp.abs(anp.fft.fft(x)) + anp.sum(anp.abs(anp.fft.rfft(x)) ** 2),
    "an interrupted pass in another error": lambda x: _wrapping(x),
    "a mark on it": lambda x: setattr(x, "requires_grad", False) or x * 2.0 if isinstance(x, ag.Tensor) else x * 2.0,
    "complex numbers": lambda x: anp.real(anp.exp(1j * x)),
    "a primitive without forward rule": lambda x: own(x) * x,
    "an interrupted pass": _swallowing,
    "containers": lambda x: {"a": (x * 2.0, anp.sum(x)), "b": [anp.exp(x), 3.0]},
    "nothing of it": lambda x: 3.0 * anp.ones(2),
    "a part cut off": lambda x: x * x.detach() if isinstance(x, ag.Tensor) else x * x,
    "the number of two sums": lambda x: x * (x.sum() + x.sum()).data + (x.sum() - x.max()).data,
}


@ag.extend.primitive
def own(x: Any) -> Any:
    """2x, with a rule for going back alone."""
    return 2.0 * x


ag.extend.defvjp(own, lambda ans, x: lambda g: 2.0 * g)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_tangent_is_that_of_the_record(name: str) -> None:
    function, x, v = FUNCTIONS[name], np.array([0.3, 0.5, -0.7]), np.array([1.0, -0.2, 2.0])
    value, tangent = ag.jvp(function, x, v)
    expected_value, expected = ag.make_jvp(function)(x)(v)  # which records
    pairs = (
        zip(_numbers(value), _numbers(expected_value), strict=True),
        zip(_numbers(tangent), _numbers(expected), strict=True),
    )
    for ours, theirs in [pair for both in pairs for pair in both]:
        np.testing.assert_allclose(ours, theirs, rtol=1e-14, atol=1e-15)
        assert type(ours) is type(theirs)


def _numbers(tree: Any) -> list[Any]:
    if isinstance(tree, dict | list | tuple):
        return [x for part in (tree.values() if isinstance(tree, dict) else tree) for x in _numbers(part)]
    return [tree.detach().data if isinstance(tree, ag.Tensor) else tree]


def test_a_function_of_arrays_runs_once_and_leaves_no_record() -> None:
    seen: list[Any] = []

    def function(x: Any) -> Any:
        seen.append(x)
        return anp.sum(anp.sin(x) * x)

    ag.jvp(function, np.ones(3), np.ones(3))
    assert len(seen) == 1
    assert seen[0].rule is None
    assert not seen[0].parents


def test_what_is_kept_of_a_pass_is_a_constant_in_the_next_one() -> None:
    kept: list[Any] = []

    def function(x: Any) -> Any:
        kept.append(x)
        return kept[0] * x

    ag.jvp(function, 3.0, 1.0)
    assert ag.jvp(function, 2.0, 1.0) == (6.0, 3.0)
    assert ag.grad(lambda z: z * kept[0])(1.0) == 3.0
    with pytest.raises(ag.GraphError, match="pass"):
        kept[0].backward()
    assert kept[0].grad is None
    for copied in (copy.copy(kept[0]), copy.deepcopy(kept[0]), pickle.loads(pickle.dumps(kept[0]))):
        assert type(copied) is ag.Tensor
        assert copied.item() == 3.0


@pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv", "pow"])
@pytest.mark.parametrize("reflected", [False, True])
def test_beside_what_is_kept_of_a_pass_every_operator_moves_as_beside_an_array(name: str, reflected: bool) -> None:
    operate, x, ones = getattr(operator, name), np.array([0.3, 0.5]), np.ones(2)
    kept: list[Any] = []
    ag.jvp(lambda z: kept.append(z * 2.0) or z, x, ones)

    def beside(other: Any) -> Any:
        return ag.jvp(lambda z: operate(other, z) if reflected else operate(z, other), x, ones)

    np.testing.assert_array_equal(beside(kept[0]), beside(x * 2.0))


def test_inside_no_grad_nothing_moves_and_the_call_itself_may_stand_there() -> None:
    def function(x: Any) -> Any:
        with ag.no_grad():
            frozen = anp.sin(x) * 2.0
        return x * frozen

    value, tangent = ag.jvp(function, 1.0, 1.0)
    assert value == tangent == 2.0 * np.sin(1.0)
    with ag.no_grad():
        assert ag.jvp(anp.sin, 0.0, 2.0) == (0.0, 2.0)


@pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv", "pow"])
@pytest.mark.parametrize("other", ["number", "array", "itself"])
@pytest.mark.parametrize("reflected", [False, True])
def test_no_operator_moves_inside_no_grad(name: str, other: str, reflected: bool) -> None:
    operate, x, v = getattr(operator, name), np.array([0.3, 0.5, 0.7]), np.ones(3)

    def function(x: Any) -> Any:
        beside = {"number": 2.0, "array": np.array([1.0, 2.0, 3.0]), "itself": x}[other]
        with ag.no_grad():
            fixed = operate(beside, x) if reflected else operate(x, beside)
        return fixed * x

    value, tangent = ag.jvp(function, x, v)
    np.testing.assert_allclose(value, function(x), rtol=1e-14)
    np.testing.assert_allclose(tangent, function(x) / x, rtol=1e-14)  # that of the last product alone


WAYS: dict[str, Callable[[Any], Any]] = {
    "slice": lambda x: x[1:],
    "position": lambda x: x[0],
    "positions": lambda x: x[[2, 0]],
    "function": anp.sin,
    "linear function": lambda x: -x,
    "sum": anp.sum,
    "shape": lambda x: anp.reshape(x, (3, 1)),
    "square": lambda x: x**2,
}


@pytest.mark.parametrize("name", WAYS)
def test_nothing_that_a_pass_takes_a_short_way_for_moves_inside_no_grad(name: str) -> None:
    def function(x: Any) -> Any:
        with ag.no_grad():
            fixed = WAYS[name](x)
        return fixed * x[0]

    x = np.array([2.0, 0.5, 0.7])
    value, tangent = ag.jvp(function, x, np.ones(3))
    np.testing.assert_allclose(value, WAYS[name](x) * x[0], rtol=1e-14)
    np.testing.assert_allclose(tangent, WAYS[name](x), rtol=1e-14)  # that of x[0] alone


BESIDE: dict[str, Callable[[Any], Any]] = {
    "list": lambda a: a.tolist(),
    "array": lambda a: a,
    "whole numbers": lambda a: a.astype(int),
    "constant": ag.Tensor,
    "number": lambda a: float(a[0, 0]),
}


@pytest.mark.parametrize("beside", BESIDE)
@pytest.mark.parametrize("operate", [operator.mul, operator.matmul])
@pytest.mark.parametrize("reflected", [False, True])
def test_a_product_with_anything_constant_has_the_tangent_of_numpys_product(
    beside: str, operate: Callable[[Any, Any], Any], reflected: bool
) -> None:
    if operate is operator.matmul and beside == "number":
        return
    x, v, a = np.array([[0.3, 2.0], [1.0, -1.0]]), np.array([[1.0, 0.5], [-2.0, 3.0]]), np.array([[1.0, 2], [3, 4]])
    other = BESIDE[beside](a)
    plain = a[0, 0] if beside == "number" else a

    def product(x: Any, other: Any) -> Any:
        return operate(other, x) if reflected else operate(x, other)

    value, tangent = ag.jvp(lambda x: product(x, other), x, v)
    np.testing.assert_allclose(value, product(x, plain), rtol=1e-14)
    np.testing.assert_allclose(tangent, product(v, plain), rtol=1e-14)


@pytest.mark.parametrize("shapes", MATMUL, ids=str)
@pytest.mark.parametrize("reflected", [False, True])
def test_a_matrix_product_beside_an_array_moves_as_numpys_for_all_shapes(
    shapes: tuple[tuple[int, ...], ...], reflected: bool
) -> None:
    rng = np.random.default_rng(0)
    a, b = (rng.normal(size=shape) for shape in shapes)
    x, other = (b, a) if reflected else (a, b)
    v = rng.normal(size=x.shape)

    def product(x: Any) -> Any:
        return other @ x if reflected else x @ other

    value, tangent = ag.jvp(product, x, v)
    np.testing.assert_allclose(value, product(x), rtol=1e-14, atol=1e-14)
    np.testing.assert_allclose(tangent, product(v), rtol=1e-14, atol=1e-14)


MET: dict[str, Callable[[Any, Any], Any]] = {
    "times": lambda z, x: z * x,
    "power": lambda z, x: z**x,
    "maximum": lambda z, x: anp.maximum(z * z, x),
    "where": lambda z, x: anp.where(np.array([True, False, True]), z, x) * z,
    "concatenate": lambda z, x: anp.concatenate([z, x])[1:5],
    "stack": lambda z, x: anp.stack([z, x, z]) ** 2,
    "matmul": lambda z, x: anp.outer(z, x) @ z,
    "linear": lambda z, x: ag.linear(z, anp.outer(x, x), z),
    "three": lambda z, x: anp.einsum("i,j->ij", z, x) * anp.clip(z, 0.1, x + 1.0),
}


@pytest.mark.parametrize("name", MET)
@pytest.mark.parametrize("swapped", [False, True])
def test_two_passes_that_meet_are_told_apart(name: str, swapped: bool) -> None:
    """Of forward passes, one inside the other: the outer one's slope is the difference of the inner one's."""

    def inner(x: Any, y: Any) -> Any:
        function = (lambda z: MET[name](x, z)) if swapped else (lambda z: MET[name](z, x))
        return ag.jvp(lambda z: anp.sum(anp.sin(function(z))), y, np.array([1.0, -0.5, 2.0]))[1]

    x, v, h = np.array([0.5, 1.2, 0.8]), np.array([0.3, 1.0, -0.7]), 1e-5
    y = np.array([0.9, 0.4, 1.1])
    for of in (
        lambda x: inner(x, y),
        lambda x: inner(x, x * 1.1),
        lambda x: anp.sum(x) * inner(x, y),  # which is a dual number of the outer pass, whatever the inner one gives
    ):
        value, tangent = ag.jvp(of, x, v)
        np.testing.assert_allclose(value, of(x), rtol=1e-13)
        np.testing.assert_allclose(tangent, (of(x + h * v) - of(x - h * v)) / (2 * h), rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("name", MET)
@pytest.mark.parametrize("swapped", [False, True])
def test_what_moves_beside_a_constant_tensor_moves_as_beside_its_array(name: str, swapped: bool) -> None:
    x, v, c = np.array([0.5, 1.2, 0.8]), np.array([0.3, 1.0, -0.7]), np.array([0.9, 0.4, 1.1])
    results, runs = [], []

    def function(x: Any, beside: Any) -> Any:
        runs.append(x)
        return MET[name](x, beside) if swapped else MET[name](beside, x)

    for beside in (c, ag.Tensor(c)):
        results.append(ag.jvp(partial(function, beside=beside), x, v))
    np.testing.assert_allclose(*results, rtol=1e-14)
    assert len(runs) == 2
    assert np.abs(results[0][1]).max() > 0


@pytest.mark.parametrize("name", MET)
def test_what_moves_twice_in_one_operation_is_gone_through_once(name: str) -> None:
    runs = []

    def function(x: Any) -> Any:
        runs.append(x)
        return MET[name](x, x * 2.0)

    x, v, h = np.array([0.5, 1.2, 0.8]), np.array([0.3, 1.0, -0.7]), 1e-5
    _, tangent = ag.jvp(function, x, v)
    assert len(runs) == 1
    np.testing.assert_allclose(tangent, (function(x + h * v) - function(x - h * v)) / (2 * h), rtol=1e-7, atol=1e-7)


def test_what_has_no_slope_is_a_constant_and_the_pass_goes_on() -> None:
    x, runs = np.array([0.0, 0.5, -0.7]), []

    def function(x: Any) -> Any:
        runs.append(x)
        return x * anp.where(x, np.full(3, 2.0), np.zeros(3))  # by a truth value of what moves

    value, tangent = ag.jvp(function, x, np.ones(3))
    np.testing.assert_array_equal(value, [0.0, 1.0, -1.4])
    np.testing.assert_array_equal(tangent, [0.0, 2.0, 2.0])
    assert len(runs) == 1


def test_the_function_warns_and_the_tangent_does_not() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ag.jvp(anp.sqrt, np.array([0.0]), np.array([1.0]))[1][0] == np.inf
    with pytest.warns(RuntimeWarning, match="divide by zero encountered in log"):
        ag.jvp(anp.log, np.array([0.0]), np.array([1.0]))
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        ag.jvp(lambda x: x + np.log(0.0 * np.ones(1)), np.array([0.0]), np.array([1.0]))
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError, match="divide by zero"):
        ag.jvp(lambda x: 1.0 / x, np.array([0.0]), np.array([1.0]))
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ag.jvp(anp.log, np.array([0.0]), np.array([1.0]))[0][0] == -np.inf


def test_divisions_by_0_are_heard_of_in_many_threads_at_once() -> None:
    x, v, interval = np.zeros(3), np.ones(3), sys.getswitchinterval()

    def push(_: int) -> bool:
        return bool(np.isinf(ag.jvp(lambda x: 1.0 / x, x, v)[0]).all())

    try:
        sys.setswitchinterval(1e-6)
        with warnings.catch_warnings(action="ignore"), ThreadPoolExecutor(4) as pool:
            assert all(pool.map(push, range(5000)))
    finally:
        sys.setswitchinterval(interval)


@pytest.mark.parametrize("function", [lambda x: x, lambda x: x + 1.0, lambda x: x[::-1], lambda x: (x, x), anp.ravel])
def test_results_have_memory_of_their_own(function: Callable[[Any], Any]) -> None:
    x, v = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    found = [part for both in ag.jvp(function, x, v) for part in _numbers(both)]
    for i, part in enumerate(found):
        assert part.flags.writeable
        assert not any(np.shares_memory(part, other) for other in (x, v, *found[:i]))


def test_shapes_that_do_not_fit_are_told_as_ever() -> None:
    with pytest.raises(ag.ShapeError, match="multiply of shapes"):
        ag.jvp(lambda x: x[:2] * x, np.ones(3), np.ones(3))
    with pytest.raises(ag.ShapeError, match="direction"):
        ag.jvp(anp.sin, np.ones(3), np.ones(2))


@pytest.mark.parametrize(
    "function", [lambda x: 2**x, lambda x: 2.0 / x, lambda x: 2 - x, lambda x: x**0, lambda x: 3 * x, lambda x: x**2.5]
)
def test_tangents_keep_single_precision(function: Callable[[Any], Any]) -> None:
    x = np.array([0.5, 1.5], np.float32)
    assert [part.dtype for part in ag.jvp(function, x, np.ones_like(x))] == [np.float32] * 2


def test_messages_call_a_dual_number_a_tensor() -> None:
    with pytest.raises(TypeError, match="multiply of a Value and Tensor of shape"):
        ag.jvp(lambda x: ag.Value(2.0) * x[0], np.ones(3), np.ones(3))


def test_a_number_that_moves_lies_in_an_array_as_others_do() -> None:
    x, seen = np.array([1.0, -2.0, 3.0]), []
    for f in (lambda x: x @ x.data, lambda x: x.data @ x, lambda x: x @ x, ag.sum, lambda x: x[0], lambda x: x[0] * 2):
        ag.jvp(lambda x, f=f: seen.append(f(x)) or seen[-1], x, np.ones(3))  # type: ignore[func-returns-value]
    assert {type(y.data) for y in seen} == {np.ndarray}


def test_what_has_no_derivative_for_what_moves_stands_still() -> None:
    x = np.array([1.0, 0.0, 3.0])
    for f in (lambda x: ag.where(x, 2.0, 3.0), lambda x: ag.BOOK["where"](x, 2.0, 3.0)):
        y, moved = ag.jvp(lambda x, f=f: f(x) * 2.0, x, np.ones(3))
        np.testing.assert_array_equal((y, moved), ([4.0, 6.0, 4.0], [0.0] * 3))


@pytest.mark.parametrize(
    "f", [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.matmul]
)
def test_shapes_that_do_not_fit_are_explained_where_both_move(f: Any) -> None:
    x = np.arange(1.0, 6.0)
    for both in (lambda x: f(x[:2], x[:3]) * 2.0, lambda x: f(x.data[:2], x[:3]) * 2.0):
        with pytest.raises(ag.ShapeError, match=r"shapes .*2,.* and .*3,"):
            ag.jvp(both, x, np.ones(5))


@pytest.mark.parametrize("function", [anp.sin, lambda x: anp.tanh(anp.dot(np.ones((3, 3)), x)), lambda x: (x, x * 2.0)])
def test_it_leaves_nothing_to_the_garbage_collector(function: Callable[[Any], Any]) -> None:
    x, v = np.arange(3.0), np.ones(3)
    ag.jvp(function, x, v)
    gc.collect()
    gc.disable()
    try:
        before = len(gc.get_objects())
        for _ in range(20):
            ag.jvp(function, x, v)
        assert len(gc.get_objects()) - before < 20
    finally:
        gc.enable()
