"""Functions put together from primitives: NumPy's values, and derivatives that are the central difference."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from autograd import Tensor, Value
from tests.autograd.rules.test_rules import central_difference

# Ours, NumPy's, and the shapes of the inputs.
Call = tuple[Callable[..., Any], Callable[..., Any], list[tuple[int, ...]]]
FUNCTIONS: dict[str, list[Call]] = {
    "affine": [(lambda x: ag.affine([x[0], 2.0], x[1:], x[0]), lambda x: x[0] * x[1] + 2.0 * x[2] + x[0], [(3,)])],
    "clip": [
        (lambda x: ag.clip(x, -0.5), lambda x: np.clip(x, -0.5, None), [(2, 3)]),
        (lambda x: ag.clip(x, high=0.5), lambda x: np.clip(x, None, 0.5), [(2, 3)]),
        (lambda x: ag.clip(x), lambda x: x, [(2, 3)]),
        (ag.clip, lambda x, low, high: np.clip(x, low, high), [(2, 3), (3,), ()]),  # bounds have gradients too
    ],
    "concatenate": [
        (lambda x, y: ag.concatenate([x, y], None), lambda x, y: np.concatenate([x, y], None), [(2, 3), (4,)]),
        (lambda x: ag.concatenate([x]), lambda x: x, [(2, 3)]),
        (lambda x, y: ag.concatenate([x, y, x], -1), lambda x, y: np.concatenate([x, y, x], -1), [(2, 3), (2, 1)]),
    ],
    "dot": [
        (ag.dot, np.dot, [a, b])
        for a, b in [
            ((), ()), ((), (2, 3)), ((2, 3), ()), ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4)),
            ((4, 2, 3), (3,)), ((4, 2, 3), (3, 2)), ((3,), (4, 3, 2)), ((2, 3), (4, 3, 2)), ((5, 2, 3), (4, 2, 3, 2)),
        ]
    ],
    "expand_dims": [
        (lambda x, axis=axis: ag.expand_dims(x, axis), lambda x, axis=axis: np.expand_dims(x, axis), [(2, 3)])
        for axis in (0, 1, -1, (0, -1))
    ],
    "leaky_relu": [(ag.leaky_relu, lambda x: np.maximum(0.01 * x, x), [(2, 3)])],
    "linear": [(ag.linear, lambda x, W: x @ W, [(5, 3), (3, 2)]), (ag.linear, lambda x, W: x @ W, [(3,), (3, 2)])],
    "matrix_transpose": [(ag.matrix_transpose, lambda x: np.swapaxes(x, -1, -2), [(4, 2, 3)])],
    "mean": [(lambda x: ag.mean(list(x), axis=0), lambda x: np.mean(x, axis=0), [(2, 3)])],
    "norm": [
        (lambda x, given=given: ag.norm(x, *given), lambda x, given=given: np.linalg.norm(x, *given), [(2, 3)])
        for given in ((), (None, 1), (2, 0, True), ("fro",))
    ],
    "ravel": [(ag.ravel, np.ravel, [(2, 3)]), (ag.ravel, np.ravel, [()])],
    "softmax": [(lambda x: ag.softmax(x, None), lambda x: np.exp(x) / np.sum(np.exp(x)), [(2, 3)])],
    "softmax_cross_entropy": [
        (lambda x: ag.softmax_cross_entropy(x, [2, 0]), lambda x: -np.log(ag.softmax(x)[[0, 1], [2, 0]]), [(2, 3)])
    ],
    "squeeze": [
        (lambda x, axis=axis: ag.squeeze(x, axis), lambda x, axis=axis: np.squeeze(x, axis), [(1, 3, 1)])
        for axis in (None, 0, -1, (0, 2))
    ],
    "stack": [(lambda x, y: ag.stack([x, 2.0, y]), lambda x, y: np.stack([x, 2.0, y]), [(), ()])],
    "sum": [(lambda x: ag.sum([x, x * x]), lambda x: np.sum([x, x * x]), [(2, 3)])],
    "swapaxes": [(lambda x: ag.swapaxes(x, 0, -1), lambda x: np.swapaxes(x, 0, -1), [(2, 3, 4)])],
    "transpose": [(lambda x: ag.transpose(x, [1, 0]), lambda x: x.T, [(2, 3)])],
}  # fmt: skip
CALLS = [
    pytest.param(*call, id=f"{name}-{i}-{call[2]}") for name, calls in FUNCTIONS.items() for i, call in enumerate(calls)
]


@pytest.mark.parametrize(("ours", "theirs", "shapes"), CALLS)
def test_values_are_numpys_and_gradients_the_central_difference(ours: Any, theirs: Any, shapes: Any) -> None:
    rng = np.random.default_rng(2)
    arrays = [rng.uniform(-1.0, 1.0, shape) for shape in shapes]
    xs = [Tensor(array, requires_grad=True) for array in arrays]
    y = ours(*xs)
    np.testing.assert_allclose(y.data, theirs(*arrays), rtol=1e-13)
    np.testing.assert_allclose(ours(*arrays), y.data, rtol=1e-14)  # plain arrays in, plain arrays out
    weights = rng.uniform(0.5, 1.5, y.shape)
    for position, gradient in enumerate(ag.gradients(y, xs, gradient=weights)):
        expected = central_difference(lambda *a: float(np.sum(theirs(*a) * weights)), arrays, position)
        np.testing.assert_allclose(gradient.data, expected, rtol=1e-7, atol=1e-9)


LISTS = {
    "sum": lambda f, xs: f(xs),
    "mean": lambda f, xs: f(xs),
    "logsumexp": lambda f, xs: f(xs),
    "softmax": lambda f, xs: f(xs)[1],
    "log_softmax": lambda f, xs: f(xs)[1],
    "dot": lambda f, xs: f(xs, [3.0, *xs[:2]]),
    "affine": lambda f, xs: f(xs, xs, xs[0]),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_values_gives_what_a_tensor_gives(name: str) -> None:
    point, f = [0.3, -1.2, 2.0], getattr(ag, name)
    values, tensor = [Value(x) for x in point], Tensor(point, requires_grad=True)
    y = LISTS[name](f, values)
    z = LISTS[name](f, list(tensor) if name in ("dot", "affine") else tensor)
    assert y.data == pytest.approx(z.item(), rel=1e-14)
    np.testing.assert_allclose(ag.gradients(y, values), ag.gradients(z, tensor).data, rtol=1e-12, atol=1e-16)
    slope, other = ag.gradients(y, values[0], create_graph=True), ag.gradients(z, tensor, create_graph=True)[0]
    if slope.requires_grad:
        np.testing.assert_allclose(ag.gradients(slope, values), ag.gradients(other, tensor).data, atol=1e-15)


@pytest.mark.parametrize("name", ["sum", "mean", "logsumexp"])
def test_a_list_of_values_has_one_axis(name: str) -> None:
    f, values = getattr(ag, name), [Value(1.0), Value(2.0)]
    assert f(values, axis=0).data == f(values, axis=-1).data == f(values).data
    for wrong in ({"axis": 1}, {"keepdims": True}):
        with pytest.raises(TypeError, match="of a list of Values takes no axis or keepdims"):
            f(values, **wrong)


def test_clip_leaves_an_open_side_open() -> None:
    x = Tensor([-np.inf, 0.5, np.inf], requires_grad=True)
    for low, high in [(None, 1.0), (0.0, None), (None, None), (np.float32(0.0), np.array(1.0))]:
        closed = np.clip(x.data, -np.inf if low is None else low, np.inf if high is None else high)
        np.testing.assert_array_equal(ag.clip(x, low, high).data, closed)
        assert ag.clip(Value(np.inf), low).data == np.inf
    assert ag.clip(np.array([1, 5]), 0, 3).dtype == int


@pytest.mark.parametrize("name", ["sum", "mean"])
@pytest.mark.parametrize("container", [tuple, iter, deque, lambda xs: dict(enumerate(xs)).values()])
def test_any_container_of_values_will_do(name: str, container: Any) -> None:
    values, f = [Value(1.0), Value(2.0)], getattr(ag, name)
    assert f(container(values)).data == f(values).data


@pytest.mark.parametrize("name", ["max", "min"])
def test_extremes_of_a_list_of_values_say_what_to_use(name: str) -> None:
    with pytest.raises(TypeError, match=f"use ag.{name}imum"):
        getattr(ag, name)([Value(1.0), Value(2.0)])


EMPTY = [((3, 3), (1, 3, 0)), ((0, 3), (2, 3, 4)), ((3, 0), (2, 0, 4)), ((2, 3), (0, 3, 4)), ((2, 0, 3), (2, 3, 0)),
         ((0,), (0,)), ((2, 0), (0, 3)), ((0, 2), (2,)), ((0, 2, 3), (3,))]  # fmt: skip


@pytest.mark.parametrize("shapes", EMPTY, ids=str)
@pytest.mark.parametrize("name", ["dot", "matmul", "inner", "outer", "kron", "tensordot", "multiply"])
def test_products_over_empty_axes(name: str, shapes: Any) -> None:
    a, b = map(np.ones, shapes)
    options = {"axes": 1} if name == "tensordot" else {}
    try:
        expected = getattr(np, name)(a, b, **options)
    except ValueError:
        with pytest.raises(ValueError, match=r"\w"):
            getattr(anp, name)(ag.Tensor(a, requires_grad=True), b, **options)
        return
    value, slopes = ag.value_and_grad(lambda a, b: ag.sum(getattr(anp, name)(a, b, **options)), (0, 1))(a, b)
    assert getattr(anp, name)(ag.Tensor(a), b, **options).shape == expected.shape
    assert value == expected.sum()
    for slope, h in zip(slopes, ((1, 0), (0, 1)), strict=True):
        assert slope.shape == (a if h[0] else b).shape
        assert slope.sum() == pytest.approx(expected.sum())  # a sum of products of ones


@pytest.mark.parametrize("axis", [0, -1])
def test_unwrap_decides_jumps_of_half_a_period_as_numpy_does(axis: int) -> None:
    p = np.random.default_rng(0).integers(-20, 20, (30, 30)) * (np.pi / 2)
    np.testing.assert_allclose(np.unwrap(ag.Tensor(p), axis=axis).data, np.unwrap(p, axis=axis), atol=1e-9)


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
def test_long_convolutions_take_no_memory_for_their_windows(mode: Any) -> None:
    """100,000 numbers and 2,000 have 200 million products, which would be 1.6 gigabytes."""
    rng = np.random.default_rng(0)
    x, v = rng.normal(size=100_000), rng.normal(size=2_000)
    g = rng.normal(size=np.convolve(x, v, mode).shape)
    of_x, of_v = ag.grad(lambda x, v: np.sum(g * np.convolve(x, v, mode)), (0, 1))(x, v)
    for i in (0, 1, 1_999, 60_000, 99_999):  # each entry's own results
        start = i - {"full": 0, "same": 999, "valid": 1_999}[mode]
        places = np.arange(max(start, 0), min(start + 2_000, len(g)))
        np.testing.assert_allclose(of_x[i], g[places] @ v[places - start], rtol=1e-9, atol=1e-9)
    for k in (0, 1, 777, 1_999):
        change = np.zeros_like(v)
        change[k] = 1.0
        np.testing.assert_allclose(of_v[k], g @ np.convolve(x, change, mode), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("order", range(4))
def test_derivatives_of_i0_to_the_last_digits(order: int) -> None:
    """With mpmath's: the first is x / 2 near 0, where exponentials cancel."""
    mp = pytest.importorskip("mpmath")
    function: Any = np.i0
    for _ in range(order):
        function = ag.elementwise_grad(function)
    x = np.array([1e-300, 1e-8, 1e-3, 0.1, 1.0, -3.0, 8.5, 20.0, 100.0, 300.0])
    neighbours = {0: {0: 1}, 1: {1: 1}, 2: {0: 0.5, 2: 0.5}, 3: {1: 0.75, 3: 0.25}}[order]  # Iₙ' = (Iₙ₋₁ + Iₙ₊₁) / 2
    expected = [float(sum(w * mp.besseli(n, value) for n, w in neighbours.items())) for value in x]
    np.testing.assert_allclose(function(x), expected, rtol=1e-14)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda x: np.convolve(x, x, "wrap"), r"mode='wrap': expected \"full\", \"same\" or \"valid\""),
        (lambda x: np.correlate(x, x, 3), r"mode=3: expected"),
        (lambda x: np.gradient(x, edge_order=3), r"edge_order=3: expected 1 or 2"),
        (lambda x: np.gradient(x, edge_order=0), r"edge_order=0: expected 1 or 2"),
    ],
)
def test_settings_that_there_are_none_of_are_refused(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call(ag.Tensor(np.arange(5.0), requires_grad=True))
