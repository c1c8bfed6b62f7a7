"""Forward mode: for every entry of the book, against two backward passes and against differences, to second order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import extend
from autograd.functional import jacobians
from autograd.functional.trees import leaves
from autograd.graph.backward import propagate
from autograd.graph.forward import push_forward
from autograd.graph.order import topological_order
from autograd.rules.primitive import BOOK
from autograd.rules.pushforward import push_of
from autograd.tensor.batched import many
from tests.autograd.each import each
from tests.autograd.table import Case, cases
from tests.autograd.test_short_ways import calls

CASES = list(cases(differentiable=True))
# One case of each entry, for what costs more.
ONE_EACH = list({case.name: case for case in reversed(CASES) if 0 not in np.concatenate(case.shapes or [()])}.values())
OF_EACH_SHAPE = list({(case.name, case.shapes): case for case in reversed(CASES)}.values())
SCALARS = [case for case in CASES if BOOK[case.name].scalar is not None and not any(case.shapes)]


def _of_variables(case: Case, seed: int = 0) -> tuple[Callable[..., Any], list[Any], list[Any]]:
    """The function of the inputs that have derivatives, those inputs, and directions for them."""
    arrays, wanted = case.draw(seed), case.differentiable()
    rng = np.random.default_rng(seed)

    def function(*variables: Any) -> Any:
        given = dict(zip(wanted, variables, strict=True))
        return case(*(given.get(i, x) for i, x in enumerate(arrays)))

    variables = [arrays[i] for i in wanted]
    return function, variables, [np.asarray(rng.normal(size=x.shape)) for x in variables]


def _jvp(function: Callable[..., Any], variables: Sequence[Any], directions: Sequence[Any]) -> Any:
    return ag.jvp(function, tuple(variables), tuple(directions), argnum=range(len(variables)))[1]


def _double_reverse(function: Callable[..., Any], variables: Sequence[Any], directions: Sequence[Any]) -> Any:
    """J v as the derivative of uᵀJ v for u."""
    nodes = [ag.Tensor(x, requires_grad=True) for x in variables]
    y = function(*nodes)
    u = ag.Tensor(np.ones(y.shape), requires_grad=True)
    shares = ag.gradients(y, nodes, gradient=u, create_graph=True)
    products = [ag.sum(share * v) for share, v in zip(shares, directions, strict=True)]
    return ag.gradients(sum(products[1:], products[0]), u).data


@pytest.mark.parametrize("name", [name for name, entry in BOOK.items() if entry.differentiable])
def test_every_entry_says_how_a_tangent_goes_through_it(name: str) -> None:
    for kind in ("array", "node", *(() if BOOK[name].scalar is None else ("scalar",))):
        BOOK[name].pushes.pop(kind, None)  # found before, perhaps
        assert push_of(BOOK[name], kind) is not None, kind


@each("case", CASES)
def test_forward_is_double_reverse_and_fits_differences(case: Case) -> None:
    function, variables, directions = _of_variables(case)
    found = _jvp(function, variables, directions)
    expected = _double_reverse(function, variables, directions)
    # Both add the same terms, of which some may cancel.
    size = np.max(np.abs(expected), initial=1e-300)
    np.testing.assert_allclose(found, expected, rtol=1e-14, atol=4e-15 * size)
    step = 1e-6
    ahead, behind = (function(*(x + s * v for x, v in zip(variables, directions, strict=True))) for s in (step, -step))
    np.testing.assert_allclose(found, (ahead - behind) / (2 * step), rtol=1e-7, atol=1e-8)
    assert np.shape(found) == np.shape(ahead)


@each("case", CASES)
def test_many_directions_at_once_give_what_each_gives(case: Case) -> None:
    function, variables, _ = _of_variables(case)
    rng = np.random.default_rng(1)
    for together in ([True] * len(variables), *np.eye(len(variables), dtype=bool)):
        nodes = [ag.Tensor(x, requires_grad=moves) for x, moves in zip(variables, together, strict=True)]
        y = function(*nodes)
        order, moving = topological_order(y), [x for x in nodes if x.requires_grad]
        directions = {x: rng.normal(size=(3, *x.shape)) for x in moving}
        upstream = rng.normal(size=(3, *y.shape))
        for record in (False, True):
            tangents = push_forward(order, {x: many(v) for x, v in directions.items()}, record)[y]
            shares = propagate(y, many(upstream), order, record, moving)
            for i in range(3):
                one = push_forward(order, {x: v[i] for x, v in directions.items()}, create_graph=False)[y]
                np.testing.assert_allclose(_entry(tangents, i), one, rtol=1e-13, atol=1e-13)
                alone = propagate(y, upstream[i], order, False, moving)
                for x in moving:
                    if alone[x] is not None:
                        np.testing.assert_allclose(_entry(shares[x], i), alone[x], rtol=1e-13, atol=1e-13)


# What nothing says how many directions go through together, or nothing backward or forward.
ONE_BY_ONE = {"add_n", "take_along_axis", "scatter_along_axis", "cofactors", "cofactors_along", "max_pool"}
ONE_BY_ONE |= {
    "convolve",
    "convolution",
    "convolution_transposed",
    "convolution_kernel",
    "from_windows",
    "into_windows",
}


@each("case", CASES)
def test_many_directions_go_together(case: Case) -> None:
    """In as many calls of functions as a few do."""
    nodes = case.nodes(case.draw())
    y = case(*nodes)
    order, moving = topological_order(y), [x for x in nodes if isinstance(x, ag.Tensor)]
    taken = []
    for count in (2, 9):
        directions = {x: many(np.ones((count, *x.shape))) for x in moving}
        upstream = many(np.ones((count, *y.shape)))
        forward = calls(lambda: push_forward(order, directions, create_graph=False), times=2)  # noqa: B023
        taken.append((forward, calls(lambda: propagate(y, upstream, order, False, moving), times=2)))  # noqa: B023
    index = case.attrs.get("index")
    moves_axes = isinstance(index, tuple) and isinstance(index[0], slice) and isinstance(index[-1], list)
    assert (taken[0] == taken[1]) != (case.name in ONE_BY_ONE or moves_axes)


def _entry(found: Any, i: int) -> Any:
    """That of one direction, which may be the same for each."""
    own = found.whole[i] if found.many else found
    return own.data if isinstance(own, ag.Tensor) else own


@each("case", SCALARS)
def test_forward_of_values_is_that_of_arrays(case: Case) -> None:
    function, variables, directions = _of_variables(case)
    values = [ag.Value(x.item()) for x in variables]
    found = _jvp(function, values, [v.item() for v in directions])
    assert isinstance(found, ag.Value)
    np.testing.assert_allclose(found.data, _jvp(function, variables, directions), rtol=1e-14)


@each("case", OF_EACH_SHAPE)
def test_forward_and_reverse_nest_in_any_order(case: Case) -> None:
    function, variables, v = _of_variables(case)
    w = [np.cos(3 * x) for x in v]
    every = range(len(variables))

    def along(direction: Sequence[Any]) -> Callable[..., Any]:
        return lambda *xs: ag.jvp(function, xs, tuple(direction), argnum=every)[1]

    def total(*xs: Any) -> Any:
        return ag.sum(function(*xs))

    def slope(*xs: Any) -> Any:
        return sum(ag.sum(g * b) for g, b in zip(ag.grad(total, every)(*xs), w, strict=True))

    forward_twice = np.sum(_jvp(along(v), variables, w))
    sums = [
        ag.jvp(ag.grad(total, every), tuple(variables), tuple(w), argnum=every)[1],  # forward over reverse
        ag.hvp(total, tuple(variables), tuple(w), argnum=every)[1],
        ag.grad(lambda *xs: ag.sum(along(w)(*xs)), every)(*variables),  # reverse over forward
        ag.grad(slope, every)(*variables),  # reverse over reverse
    ]
    size = 1e-12 * (1 + abs(forward_twice))
    for products in sums:
        assert sum(np.sum(p * a) for p, a in zip(products, v, strict=True)) == pytest.approx(forward_twice, 1e-12, size)
    step = 1e-5
    ahead, behind = (np.sum(along(v)(*(x + s * b for x, b in zip(variables, w, strict=True)))) for s in (step, -step))
    assert forward_twice == pytest.approx((ahead - behind) / (2 * step), 1e-6, 1e-6)


@each("case", ONE_EACH)
def test_forward_inside_a_compiled_function_is_the_eager_one(case: Case) -> None:
    function, variables, directions = _of_variables(case)

    def product(*both: Any) -> Any:
        return _jvp(function, both[: len(variables)], both[len(variables) :])

    found = ag.compile(product, engine="numpy")(*variables, *directions)
    np.testing.assert_allclose(found, product(*variables, *directions), rtol=1e-13, atol=1e-14)


@each("case", OF_EACH_SHAPE)
def test_a_tangent_keeps_the_precision_of_its_result_and_reads_any_strides(case: Case) -> None:
    function, variables, directions = _of_variables(case)

    def spread(x: Any) -> Any:
        return np.repeat(x.astype(np.float32), 2, -1)[..., ::2] if x.ndim else x.astype(np.float32)

    every = range(len(variables))
    value, found = ag.jvp(function, tuple(map(spread, variables)), tuple(map(spread, directions)), argnum=every)
    if not {"dtype"} & case.attrs.keys():
        assert np.result_type(found) == np.result_type(value) == np.float32
    expected = _jvp(function, variables, directions)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5 * np.max(np.abs(expected), initial=1.0))


def test_a_branch_that_was_not_taken_has_no_tangent_though_its_slope_be_infinite() -> None:
    x, v = np.array([0.0, 4.0]), np.array([1.0, 1.0])
    one = np.ones(2)
    for function in (
        lambda x: ag.where(one > 0, x, ag.sqrt(x)),
        lambda x: ag.maximum(x + 9, ag.sqrt(x)),
        lambda x: ag.minimum(x - 9, ag.sqrt(x)),
        lambda x: ag.max(ag.sqrt(x)) * one,
        lambda x: ag.min(-ag.sqrt(x)) * one,
        lambda x: ag.sqrt(x)[1] * one,
        lambda x: ag.relu(ag.sqrt(x) - 1),
        lambda x: ag.clip(ag.sqrt(x), 1.0, 3.0),
    ):
        found = ag.jvp(function, x, v)[1]
        assert np.isfinite(found).all()
        np.testing.assert_allclose(found, _double_reverse(function, [x], [v]), rtol=1e-14)


def test_a_constant_has_the_tangent_zero() -> None:
    assert ag.jvp(lambda x: {"a": x * 2, "b": np.ones(3), "c": ag.floor(x)}, 1.5, 1.0)[1]["a"] == 2.0
    found = ag.jvp(lambda x: [np.ones(3), ag.floor(x), x.detach() * x], np.array([1.5, 2.0]), np.ones(2))[1]
    np.testing.assert_array_equal(found[0], np.zeros(3))
    np.testing.assert_array_equal(found[1], np.zeros(2))
    np.testing.assert_array_equal(found[2], [1.5, 2.0])


def test_a_result_has_its_memory_to_itself() -> None:
    v = np.ones(4)
    found = ag.jvp(lambda x: ag.reshape(x, (2, 2)), np.arange(4.0), v)[1]
    assert not np.may_share_memory(found, v)


def test_a_primitive_of_ones_own_goes_forward_by_its_reverse_rule() -> None:
    @extend.primitive
    def cumsum(x: Any) -> Any:
        return np.cumsum(x)

    extend.defrule(cumsum, lambda g, y, x: ag.sum(g) - cumsum(g) + g)
    x, v = np.array([1.0, 2.0, 3.0]), np.array([1.0, 10.0, 100.0])
    np.testing.assert_allclose(ag.jvp(lambda x: cumsum(x * x), x, v)[1], np.cumsum(2 * x * v), rtol=1e-14)
    np.testing.assert_allclose(ag.hvp(lambda x: ag.sum(cumsum(x * x)), x, v)[1], 2 * v * [3, 2, 1], rtol=1e-14)
    cube = extend.primitive(lambda x: x**3)
    extend.defrule(cube, lambda g, y, x: g * 3 * x * x)
    assert ag.jvp(cube, ag.Value(2.0), 1.0)[1].data == 12.0
    assert ag.jvp(lambda x: ag.jvp(cube, x, 1.0)[1], 2.0, 1.0)[1] == 12.0


@pytest.mark.parametrize("shapes", [(3, 50), (50, 3), (4, 4), (40, 3)])
def test_a_jacobian_is_the_same_by_rows_and_by_columns(shapes: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    W = rng.normal(size=shapes)
    x = rng.normal(size=shapes[0])
    slopes = 1 / np.cosh(x @ W) ** 2
    jacobian = ag.jacobian(lambda x: ag.tanh(x @ W))
    for found in (jacobian, ag.compile(jacobian, engine="numpy")):
        np.testing.assert_allclose(found(x), W.T * slopes[:, None], rtol=1e-12)
    # The derivative of a Jacobian: it was recorded.
    weights = rng.normal(size=shapes[::-1])
    total = ag.grad(lambda x: ag.sum(jacobian(x) * weights))
    along = W @ (-2 * np.tanh(x @ W) * slopes * np.sum(weights * W.T, axis=1))
    for found in (total, ag.compile(total, engine="numpy")):
        np.testing.assert_allclose(found(x), along, rtol=1e-10)


def _with_own(x: Any) -> Any:
    cube = extend.primitive(lambda x: x**3)
    extend.defrule(cube, lambda g, y, x: g * 3 * x.item() ** 2 if np.size(x) == 1 else g * 3 * x * x)
    return cube(x)


# By rows, by columns, of containers, of integers in between, with what has no batching of its own.
JACOBIANS: list[tuple[Callable[[Any], Any], Any]] = [
    (
        lambda p: {"a": ag.tanh(p["W"] @ p["x"]), "b": (ag.sum(p["x"]), np.ones(2)), "c": p["W"].astype(np.float32)},
        {"W": np.linspace(-1, 1, 6).reshape(2, 3), "x": np.array([0.3, -0.2, 0.5], np.float32), "s": 2.0},
    ),
    (lambda p: [p["x"] @ p["W"], p["x"], p["x"] + 0 * p["s"]], {"W": np.eye(3, 2), "x": np.arange(3.0), "s": 1.0}),
    (lambda x: _with_own(ag.sum(x[::2] * x[1::2]) * np.ones(2)), np.linspace(1, 2, 6)),
    (lambda x: _with_own(x), np.linspace(1, 2, 6)),
    (lambda x: np.sort(ag.where(x > 0, x, -x))[:2], np.array([0.4, -3.0, 2.0, -1.0])),
    (lambda x: ag.max(ag.reshape(x, (2, 3)), axis=0)[:2], np.array([0.4, -3.0, 2.0, -1.0, 5.0, 2.0])),
    (lambda x: np.convolve(x, [1.0, 2.0, 3.0]), np.array([0.4, -3.0, 2.0, -1.0])),
    (lambda x: np.real(np.fft.fft(x)), np.array([0.4, -3.0, 2.0, -1.0])),
    (lambda x: np.linalg.solve(ag.reshape(x, (2, 2)), [1.0, 2.0]), np.array([3.0, 1.0, 0.5, 2.0])),
    (np.tril, np.array([3.0, 1.0, 0.5])),
    (lambda x: np.triu(x, 1)[0], np.array([3.0, 1.0, 0.5])),
    (lambda x: np.ones(3) * x[0:0].sum(), np.ones(2)),
    (lambda x: x[:0] * 2.0, np.ones(2)),
]


@pytest.mark.parametrize("case", range(len(JACOBIANS)))
def test_a_jacobian_at_once_in_parts_and_one_by_one(case: int, monkeypatch: pytest.MonkeyPatch) -> None:
    function, given = JACOBIANS[case]
    at_once = ag.jacobian(function)(given)
    monkeypatch.setattr(jacobians, "AT_ONCE", 60)
    in_parts = ag.jacobian(function)(given)
    monkeypatch.setattr(jacobians, "_together", lambda *_: False)
    one_by_one = ag.jacobian(function)(given)
    for found in (at_once, in_parts):
        for x, y in zip(leaves(found), leaves(one_by_one), strict=True):
            assert type(x) is type(y)
            assert np.shape(x) == np.shape(y)
            assert np.result_type(x) == np.result_type(y)
            np.testing.assert_allclose(x, y, rtol=1e-6, atol=1e-12)
    arrays = [x for x in leaves(at_once) if isinstance(x, np.ndarray)]
    assert all(x.flags.writeable for x in arrays)
    assert not any(np.may_share_memory(x, y) for x in arrays for y in arrays if x is not y)
