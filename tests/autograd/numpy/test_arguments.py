"""What becomes of NumPy's arguments, in all spellings: one table, and one message each."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from autograd import Tensor
from autograd.numpy.arguments import TABLE
from autograd.numpy.calls import row_of
from autograd.test_util import check_grads

row_of(len)
X = np.array([[0.5, 1.5, -1.0], [2.0, 0.25, 3.0]])


def leaf() -> Tensor:
    return Tensor(X, requires_grad=True)


# The same call in the spellings that there are: of the protocol, of our module, a method.
SPELLINGS: dict[str, list[Any]] = {
    "exp": [lambda t, **k: np.exp(t, **k), lambda t, **k: anp.exp(t, **k), lambda t, **k: ag.exp(t, **k)],
    "add": [lambda t, **k: np.add(t, X, **k), lambda t, **k: anp.add(t, X, **k), lambda t, **k: ag.add(X, t, **k)],
    "sum": [lambda t, **k: np.sum(t, **k), lambda t, **k: anp.sum(t, **k), lambda t, **k: t.sum(**k)],
    "max": [lambda t, **k: np.max(t, **k), lambda t, **k: anp.max(t, **k), lambda t, **k: t.max(**k)],
    "mean": [lambda t, **k: np.mean(t, **k), lambda t, **k: anp.mean(t, **k), lambda t, **k: t.mean(**k)],
    "var": [lambda t, **k: np.var(t, **k), lambda t, **k: anp.var(t, **k), lambda t, **k: t.var(**k)],
    "cumsum": [lambda t, **k: np.cumsum(t, **k), lambda t, **k: anp.cumsum(t, **k), lambda t, **k: t.cumsum(**k)],
    "clip": [lambda t, **k: np.clip(t, 0, 1, **k), lambda t, **k: anp.clip(t, 0, 1, **k),
             lambda t, **k: t.clip(0, 1, **k)],
    "concatenate": [lambda t, **k: np.concatenate([t, t], **k), lambda t, **k: anp.concatenate([t, t], **k)],
}  # fmt: skip
EVERY = [pytest.param(f, id=f"{name}-{i}") for name, row in SPELLINGS.items() for i, f in enumerate(row)]


@pytest.mark.parametrize("spelling", EVERY)
def test_an_array_to_write_into_is_refused_in_every_spelling(spelling: Any) -> None:
    for buffer in (np.zeros((2, 3)), Tensor(np.zeros((2, 3)))):
        with pytest.raises(TypeError, match=r"np\.\w+ on nodes takes no out=: compute a new result"):
            spelling(leaf(), out=buffer)
        assert not np.asarray(buffer).any()


@pytest.mark.parametrize("spelling", EVERY)
def test_a_word_that_numpy_does_not_know_is_refused_in_every_spelling(spelling: Any) -> None:
    with pytest.raises(TypeError, match="nonsense"):
        spelling(leaf(), nonsense=1)


@pytest.mark.parametrize("name", [name for name in SPELLINGS if name not in ("max", "clip")])
def test_a_type_is_that_of_the_result_and_its_gradient_comes_back_in_the_other(name: str) -> None:
    for spelling in SPELLINGS[name]:
        x = leaf()
        y = spelling(x, dtype=np.float32)
        assert y.dtype == np.float32
        assert ag.gradients(ag.sum(y), x).dtype == np.float64
        with pytest.raises(TypeError, match=r"dtype=int64: derivatives are of floating-point numbers"):
            spelling(x, dtype=np.int64)


@pytest.mark.parametrize("call", [
    lambda m, x: m.exp(x, order="C", casting="same_kind", subok=True),
    lambda m, x: m.exp(x, where=True),
    lambda m, x: m.exp(x, out=None),
    lambda m, x: m.sum(x, 1, None, None, True),
    lambda m, x: m.sum(x, where=X > 0, initial=3.0),
    lambda m, x: m.max(x, initial=2.5),
    lambda m, x: m.mean(x, axis=1, where=X > 0),
    lambda m, x: m.reshape(x, (3, 2), order="C"),
    lambda m, x: m.add.reduce(x),
    lambda m, x: m.add.reduce(x, axis=1, keepdims=True),
    lambda m, x: m.multiply.reduce(x, axis=None),
    lambda m, x: m.maximum.reduce(x, axis=1),
    lambda m, x: m.add.accumulate(x, axis=1),
    lambda m, x: m.multiply.accumulate(x),
    lambda m, x: m.multiply.outer(x, x),
    lambda m, x: m.subtract.outer(X[0], x),
])  # fmt: skip
def test_arguments_that_have_a_meaning_have_numpys(call: Any) -> None:
    expected, x = call(np, X), leaf()
    for module in (np, anp):
        y = call(module, x)
        assert isinstance(y, Tensor)
        np.testing.assert_allclose(y.data, expected, rtol=1e-14)
        direction = np.random.default_rng(0).uniform(0.5, 1.5, X.shape)
        slope = float(np.sum(ag.gradients(ag.sum(y), x).data * direction))
        up, down = (call(np, X + h * direction).sum() for h in (1e-6, -1e-6))
        assert slope == pytest.approx((up - down) / 2e-6, rel=1e-7)


@pytest.mark.parametrize("axes", [(0, 2), (2, 0), (-1, 0), [2, 1], (1, 2, 0)])
def test_weights_have_the_lengths_of_the_axes_in_their_order(axes: Any) -> None:
    x = np.random.default_rng(0).normal(size=(2, 3, 4))
    weights = np.random.default_rng(1).uniform(size=[x.shape[i] for i in axes])
    letters = "".join("ijk"[i] for i in axes)
    rest = "".join(letter for letter in "ijk" if letter not in letters)
    expected = np.einsum(f"ijk,{letters}->{rest}", x, weights) / weights.sum()
    found = anp.average(ag.Tensor(x, requires_grad=True), axes, weights)
    np.testing.assert_allclose(found.data, expected, rtol=1e-13)
    for wrong in (weights.T[..., None], np.ones((1,) * weights.ndim)):
        with pytest.raises(ag.ShapeError, match=r"weights of shape .*: they have the lengths of these axes"):
            anp.average(ag.Tensor(x), axes, wrong)


@pytest.mark.parametrize("name", ["max", "min", "amax", "amin"])
@pytest.mark.parametrize("axis", [None, 0, -2, (0, 1), 1])
def test_the_largest_of_nothing_is_where_one_begins(name: str, axis: Any) -> None:
    expected = getattr(np, name)(np.zeros((0, 3)), axis, initial=2.0, keepdims=True)
    for module in (np, anp):
        x = Tensor(np.zeros((0, 3)), requires_grad=True)
        y = getattr(module, name)(x, axis, initial=2.0, keepdims=True)
        np.testing.assert_array_equal(y.data, expected, strict=True)
        assert ag.gradients(ag.sum(y), x).shape == (0, 3)


def test_columns_first() -> None:
    for function in (np.reshape, anp.reshape, lambda t, *a, **k: t.reshape(*a, **k)):
        np.testing.assert_array_equal(function(leaf(), (3, 2), order="F").data, X.reshape((3, 2), order="F"))
    np.testing.assert_array_equal(np.ravel(leaf(), order="F").data, leaf().flatten("F").data)
    with pytest.raises(ValueError, match="order='K'"):
        np.reshape(leaf(), -1, order="K")


def test_constants_are_computed_by_numpy() -> None:
    buffer = np.zeros((2, 3))
    assert anp.exp(X, out=buffer) is buffer
    assert anp.add(X, X, where=X > 0, out=buffer) is buffer
    assert anp.power(X, 2, out=buffer) is buffer
    assert anp.sum(X, dtype=int).dtype == int
    assert anp.add.reduce([1, 2, 3]) == 6
    np.testing.assert_array_equal(anp.linalg.inv(np.eye(2)), np.eye(2))
    np.testing.assert_array_equal(anp.sort(["b", "a"]), ["a", "b"])


def test_lists_of_nodes_are_arrays() -> None:
    a, b = Tensor(1.0, requires_grad=True), Tensor(2.0, requires_grad=True)
    y = anp.sum(anp.cumsum([a, b * b]) * np.array([1.0, 10.0]))
    assert [g.item() for g in ag.gradients(y, [a, b])] == [11.0, 40.0]
    assert anp.prod([[a, 3.0], [4.0, b]]).item() == 24.0


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (lambda x: np.add.at(x, [0], 1.0), r"np\.add\.at has no derivative rule: it writes .*bincount"),
        (lambda x: np.hypot.reduce(x, dtype=float), r"np\.hypot\.reduce on nodes takes no dtype="),
        (lambda x: np.hypot.reduce(x[:0]), "there is no number to begin with"),
        (lambda x: np.copyto(np.zeros((2, 3)), x), r"it writes into an array; make a new one, np\.where"),
        (lambda x: np.fill_diagonal(x, 0.0), r"make a new one, np\.where\(np\.eye"),
        (lambda x: np.union1d(x, x), r"np\.union1d has no derivative rule here: take what np\.unique"),
        (lambda x: anp.vectorize(abs, signature="(n)->(n)")(x), "no signature="),
        (lambda x: anp.vectorize(abs)(x[:0]), "without entries"),
    ],
)
def test_what_has_no_meaning_is_refused_with_what_to_do(use: Any, words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        use(leaf())


@pytest.mark.parametrize("ufunc", [np.maximum, np.minimum, np.logaddexp, np.hypot, np.fmax, np.subtract, np.divide])
def test_entries_are_taken_together_by_any_ufunc_of_two(ufunc: Any) -> None:
    x = np.random.default_rng(2).uniform(0.5, 2.0, (5, 4))
    for axis in (0, -1):
        for way in (
            lambda x, a=axis: ufunc.reduce(x, axis=a, keepdims=True),
            lambda x, a=axis: ufunc.reduce(x, a),
            lambda x, a=axis: ufunc.accumulate(x, axis=a),
            lambda x, a=axis: ufunc.reduceat(x, [0, 2, 1], axis=a),
        ):
            np.testing.assert_allclose(way(Tensor(x, requires_grad=True)).data, way(x), rtol=1e-13)
            check_grads(way)(x)
    if ufunc in (np.logaddexp, np.hypot):
        np.testing.assert_allclose(
            ufunc.reduce(Tensor(x, requires_grad=True), axis=None).item(), ufunc.reduce(x.ravel())
        )


def test_a_function_of_numbers_is_called_with_each_entry() -> None:
    both = anp.vectorize(lambda a, b: (a * b if a > b else a, b))
    x, y = np.array([0.3, 0.7, 0.2]), np.array([[0.5], [0.1]])
    for ours, theirs in zip(both(Tensor(x), Tensor(y)), np.vectorize(both.pyfunc)(x, y), strict=True):
        np.testing.assert_array_equal(ours.data, theirs)
    check_grads(lambda x, y: both(x, y)[0])(x, y)


def test_every_row_takes_arguments_that_numpy_has() -> None:
    for row in map(row_of, TABLE):
        assert row is not None
        extra = row.takes - set(row.signature.parameters) - set(row.ours_for.values())
        padding = {"constant_values", "end_values", "stat_length", "reflect_type"}
        assert extra <= {"args", "kw", "kwargs", "keepdims", "mean", "correction", "sorted", *padding}, row.name


def test_names_of_numpy_are_those_of_our_module() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        missing = [name for name in dir(np) if not name.startswith("_") and not hasattr(anp, name)]
    assert missing == []
    assert {"var", "einsum", "exp", "full"} <= set(dir(anp))


WITH_AXIS = [row for row in map(row_of, TABLE) if row is not None and "axis" in row.signature.parameters]


@pytest.mark.parametrize("row", WITH_AXIS, ids=lambda row: row.name)
def test_an_axis_that_is_not_there_is_refused(row: Any) -> None:
    t = leaf()
    listed = next(iter(row.signature.parameters)) in ("arrays", "tup")
    for axis in (7, -7):
        with pytest.raises((ValueError, IndexError, TypeError)):
            row.numpy([t, t] if listed else t, axis=axis)


@pytest.mark.parametrize("call", [
    lambda m, x: m.fliplr(x[0]), lambda m, x: m.vander(x), lambda m, x: m.cov(x[None]), lambda m, x: m.convolve(x, x),
    lambda m, x: m.cross(x[:, :1], x), lambda m, x: m.linalg.vecdot(x[0, 0], x),
    lambda m, x: m.gradient(x, edge_order=2),
    lambda m, x: m.polyadd(x, x[:1]), lambda m, x: m.linalg.solve(x, x), lambda m, x: m.einsum("ijk->i", x),
])  # fmt: skip
def test_shapes_that_numpy_refuses_are_refused(call: Any) -> None:
    for module, x in ((np, X), (anp, leaf())):
        with pytest.raises(ValueError):  # noqa: PT011 - each in its own words
            call(module, x)
