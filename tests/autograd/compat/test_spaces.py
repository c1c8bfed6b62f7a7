"""Vector spaces of values, containers as vectors, and what rests on them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from autograd.builtins import isinstance as holds
from autograd.builtins import type as type_of
from autograd.extend import vspace
from autograd.misc.fixed_points import fixed_point
from autograd.misc.flatten import flatten, flatten_func
from autograd.misc.optimizers import adam, rmsprop, sgd
from autograd.numpy.numpy_vjps import balanced_eq, replace_zero, unbroadcast, unbroadcast_f
from autograd.test_util import check_equivalent, check_grads, combo_check, scalar_close
from autograd.tracer import getval, isbox
from autograd.util import quick_grad_check, subval, subvals

VALUES = [
    0.0,
    np.zeros((3, 2)),
    [1.0, np.zeros((2, 1))],
    {"x": [0.0, np.zeros(3)], "y": ({"a": 0.0}, [0.0])},
    1j * np.ones(2),
]


@pytest.mark.parametrize("value", VALUES, ids=["number", "array", "list", "nested", "complex"])
def test_a_space_is_one(value: Any) -> None:
    space = vspace(value)
    x, y = space.randn(), space.randn()
    basis = list(space.standard_basis())
    assert len(basis) == space.size
    assert all(vspace(v) == space for v in (space.zeros(), space.ones(), x, space.add(x, y), *basis))
    gram = [[float(space.inner_prod(a, b)) for a in basis] for b in basis]
    np.testing.assert_array_equal(gram, np.eye(space.size))
    total = space.zeros()
    for vector in basis:
        total = space.mut_add(total, vector)
    check_equivalent(total, space.ones())
    check_equivalent(space.add(x, space.scalar_mul(x, -1.0)), space.zeros())
    assert scalar_close(space.inner_prod(space.add(x, y), y), space.inner_prod(x, y) + space.inner_prod(y, y))
    assert space != vspace(np.zeros(99))
    if not space.iscomplex:
        check_grads(space.inner_prod)(x, y)
        check_grads(space.scalar_mul)(x, 2.0)


def test_words_lie_in_no_space() -> None:
    with pytest.raises(TypeError, match="no vector space holds a str"):
        vspace("a word")


def test_a_container_is_a_vector_and_back() -> None:
    value = {"b": [1.0, np.arange(6.0).reshape(2, 3)], "a": (np.float32([9]), ())}
    vector, unflatten = flatten(value)
    np.testing.assert_array_equal(vector, [9, 1, 0, 1, 2, 3, 4, 5])
    check_equivalent(unflatten(vector), value)
    assert unflatten(vector)["a"][0].dtype == np.float32
    check_grads(lambda v: unflatten(v)["b"][1] ** 2)(vector)
    check_grads(lambda b: flatten({"b": b, "a": 1.0})[0] ** 2)([2.0, np.ones(3)])
    assert flatten([])[0].shape == (0,)
    with pytest.raises(ag.ShapeError, match="expected a vector of 8 numbers"):
        unflatten(vector[1:])
    on_vectors, _, start = flatten_func(lambda p: {"u": p["a"] * 2}, {"a": np.ones(2)})
    np.testing.assert_array_equal(on_vectors(start), [2, 2])


@pytest.mark.parametrize("optimizer", [sgd, rmsprop, adam])
def test_optimizers_go_down(optimizer: Any) -> None:
    target, seen = {"a": np.array([1.0, -2.0]), "b": 0.5}, []
    loss = lambda p: anp.sum((p["a"] - target["a"]) ** 2) + (p["b"] - target["b"]) ** 2  # noqa: E731
    gradient = ag.grad(loss)
    found = optimizer(
        lambda p, i: gradient(p), {"a": np.zeros(2), "b": 0.0}, lambda p, i, g: seen.append(loss(p)), 400, 0.02
    )
    assert loss(found) < 1e-2 < seen[0]


def test_a_fixed_point_has_derivatives_of_every_order() -> None:
    def root(a: Any) -> Any:
        return fixed_point(lambda b: lambda x: 0.5 * (x + b / x), a, 1.0, lambda x, y: abs(x - y), 1e-13)

    for order, expected in enumerate((2.0, 0.25, -1 / 32)):
        function = root
        for _ in range(order):
            function = ag.grad(function)
        assert function(4.0) == pytest.approx(expected, rel=1e-10)


def test_what_a_node_holds() -> None:
    x = ag.Tensor(2.0)
    assert (isbox(x), isbox(2.0), getval(x), getval("word")) == (True, False, 2.0, "word")
    assert holds(x, float)
    assert holds(ag.Tensor([1.0]), np.ndarray)
    assert not holds(x, (list, tuple))
    assert type_of(ag.Tensor([1.0])) is np.ndarray
    assert (subval((1, 2), 0, 9), subvals((1, 2), [(1, 9)])) == ((9, 2), (1, 9))


def test_old_names_of_checks() -> None:
    quick_grad_check(lambda x, y: x**2 + y, 1.0, (2.0,))
    combo_check(anp.sum, modes=("rev",))([np.ones((2, 3))], axis=[None, 0], keepdims=[True, False])
    for other in (np.ones(3), np.array([1.0, 2.0])):
        with pytest.raises(AssertionError):
            check_equivalent(np.ones(2), other)


def test_helpers_of_rules() -> None:
    g = np.ones((2, 3))
    np.testing.assert_array_equal(unbroadcast(g, np.zeros((1, 3))), [[2, 2, 2]])
    assert unbroadcast_f(1.0, lambda g: g * 2)(g) == 12
    np.testing.assert_array_equal(replace_zero(np.array([0.0, 2.0]), 9.0), [9, 2])
    np.testing.assert_array_equal(balanced_eq(np.array([1.0, 2.0]), 1.0, np.array([1.0, 3.0])), [0.5, 0])
