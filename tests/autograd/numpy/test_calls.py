"""NumPy's functions of the table: NumPy's values, and derivatives of two orders that are central differences."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from autograd import Tensor
from autograd.numpy.arguments import TABLE
from autograd.numpy.calls import name_of, row_of
from tests.autograd.numpy.calls import CALLS, Call

row_of(np.sum), row_of(len)
EVERY = [pytest.param(call, id=f"{name}-{i}") for name, row in CALLS.items() for i, call in enumerate(row)]


def found(name: str, module: Any) -> Any:
    for part in name.split("."):
        module = getattr(module, part, None)
    return module


def test_every_function_of_the_table_has_a_line() -> None:
    named = {found(name, np) for name in CALLS}
    assert {name_of(function) for function in TABLE if function not in named} == set()


def flat(y: Any) -> list[Any]:
    return [part for each in y for part in flat(each)] if isinstance(y, list | tuple) else [y]


def drawn(call: Call) -> list[Any]:
    rng = np.random.default_rng(4)
    return [call.prepare(rng.uniform(0.1, 2.0, s) * rng.choice([-1.0, 1.0], s)) for s in call.shapes]


def number(y: Any) -> Any:
    """One number of a result, by weights that are always the same."""
    rng = np.random.default_rng(5)
    return sum((ag.sum(part * rng.uniform(0.5, 1.5, np.shape(part))) for part in flat(y)), start=0.0)


def slopes_of(y: Any, xs: list[Any], **options: Any) -> list[Any]:
    """The gradients, zeros where y depends on nothing (it is piecewise constant, or linear before)."""
    return ag.gradients(y, xs, **options) if y.requires_grad else [Tensor(np.zeros(x.shape)) for x in xs]


@pytest.mark.parametrize("call", EVERY)
def test_a_call_gives_what_numpy_gives_and_its_derivatives_are_central_differences(call: Call) -> None:
    expected = available(call, drawn(call))
    xs = [Tensor(a, requires_grad=True) for a in drawn(call)]
    y = call.of(anp, *xs)
    for ours, theirs in zip(flat(y), flat(expected), strict=True):
        np.testing.assert_allclose(ag.Tensor(ours).data, theirs, rtol=1e-11, atol=1e-13)
        assert np.shape(ours) == np.shape(theirs)
    for ours, again in zip(flat(y), flat(call.of(np, *xs)), strict=True):
        assert type(ours) is type(again)
        np.testing.assert_array_equal(ag.Tensor(ours).data, ag.Tensor(again).data)
    forward, first, second = errors(call)
    assert forward < 1e-10
    assert first < 2e-6
    assert second < 2e-6


def errors(call: Call) -> tuple[float, float, float]:
    """How far the slope along a direction is from forward mode's and from differences, and the second one from these.

    Each is relative to the slope, or to 1 where that is larger.
    """
    arrays, rng, step = drawn(call), np.random.default_rng(6), 1e-5
    directions = [np.where(np.isnan(a), 0.0, rng.uniform(0.5, 1.5, a.shape)) for a in arrays]
    others = [np.where(np.isnan(a), 0.0, rng.uniform(0.5, 1.5, a.shape)) for a in arrays]

    def along(gradients: list[Any], ways: list[Any]) -> Any:
        return sum(((g * d)[d != 0].sum() for g, d in zip(gradients, ways, strict=True)), start=0.0)

    def at(h: float) -> tuple[float, float]:
        """The number at a step along the directions, and its slope along the others there."""
        nodes = [Tensor(a + h * d, requires_grad=True) for a, d in zip(arrays, directions, strict=True)]
        value = number(call.of(anp, *nodes))
        return value.item(), along(slopes_of(value, nodes), others).item()

    xs = [Tensor(a, requires_grad=True) for a in arrays]
    gradients = slopes_of(number(call.of(anp, *xs)), xs, create_graph=True)
    slope, turned = along(gradients, directions).item(), along(gradients, others)
    second = along(slopes_of(turned, xs), directions).item()
    _, forward = ag.jvp(
        lambda *xs: number(call.of(anp, *xs)), tuple(arrays), tuple(directions), argnum=range(len(arrays))
    )
    (up, slope_up), (down, slope_down) = at(step), at(-step)
    return (
        abs(float(forward) - slope) / max(1.0, abs(slope)),
        abs((up - down) / (2 * step) - slope) / max(1.0, abs(slope)),
        abs((slope_up - slope_down) / (2 * step) - second) / max(1.0, abs(second)),
    )


def available(call: Call, arrays: list[Any]) -> Any:
    """What NumPy gives; where this version of it has no such function the test is left out."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return call.of(np, *arrays)
    except AttributeError as error:
        pytest.skip(f"this NumPy has no such function: {error}")


@pytest.mark.parametrize("call", EVERY)
def test_float32_stays_float32(call: Call) -> None:
    arrays = [a.astype(np.float32) for a in drawn(call)]
    xs = [Tensor(a, requires_grad=True) for a in arrays]
    theirs = [np.asarray(part).dtype for part in flat(available(call, arrays))]
    y = flat(call.of(anp, *xs))
    assert all(Tensor(part).dtype in (np.float32, dtype) for part, dtype in zip(y, theirs, strict=True))
    value = number(y)
    if getattr(value, "requires_grad", False):
        assert {g.dtype for g in ag.gradients(value, xs)} == {np.dtype(np.float32)}


# What NumPy refuses of nothing, or gives an answer to that is no limit of others.
NOT_OF_NOTHING = {"nanquantile", "nanpercentile", "resize", "polymul", "poly", "roots", "histogram_bin_edges"}


@pytest.mark.parametrize("call", [pytest.param(row[0], id=name) for name, row in CALLS.items()])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_of_nothing_there_is_what_numpy_gives(call: Call, request: pytest.FixtureRequest) -> None:
    arrays = [np.zeros((0, *call.shapes[0][1:])), *(np.zeros(shape) for shape in call.shapes[1:])]
    try:
        expected = available(call, arrays)
    except (ValueError, TypeError, IndexError):
        return
    if request.node.callspec.id not in NOT_OF_NOTHING:
        xs = [Tensor(a, requires_grad=True) for a in arrays]
        y = call.of(anp, *xs)
        for ours, theirs in zip(flat(y), flat(expected), strict=True):
            np.testing.assert_array_equal(Tensor(ours).data, theirs)
        assert [g.shape for g in slopes_of(number(y), xs)] == [a.shape for a in arrays]


@pytest.mark.parametrize("rank", [0, 1, 2])
def test_the_determinant_has_two_derivatives_where_it_is_zero(rank: int) -> None:
    x = np.random.default_rng(rank).normal(size=(3, 3))
    x[rank:] = x[:1] * 2.0 if rank else 0.0
    minors = [[np.delete(np.delete(x, i, 0), j, 1) for j in range(3)] for i in range(3)]
    expected = np.linalg.det(minors) * (-1.0) ** np.add.outer(range(3), range(3))
    np.testing.assert_allclose(ag.grad(anp.linalg.det)(x), expected, atol=1e-14)

    def signed(i: int, j: int, k: int) -> int:
        return (j - i) * (k - i) * (k - j) // 2

    places = [(i, j, k) for i in range(3) for j in range(3) for k in range(3)]
    epsilon = np.array([signed(*place) for place in places]).reshape(3, 3, 3)
    second = np.einsum("ikm,jln,mn->ijkl", epsilon, epsilon, x)
    np.testing.assert_allclose(ag.hessian(anp.linalg.det)(x), second, atol=1e-14)


# Whose numbers are real or complex, or as many, as the input has it: refused while a function is recorded.
NOT_RECORDED = {"linalg.eig", "linalg.eigvals", "unique", "histogram", "histogram_bin_edges", "trim_zeros"}
NOT_RECORDED |= {"roots", "polydiv", *(name for name in CALLS if name.startswith("emath."))}


@pytest.mark.parametrize("call", [pytest.param(row[-1], id=name) for name, row in CALLS.items()])
def test_a_program_gives_the_same_or_says_that_it_cannot(call: Call, request: pytest.FixtureRequest) -> None:
    arrays = drawn(call)
    available(call, arrays)
    function = ag.value_and_grad(lambda *xs: number(call.of(anp, *xs)) + ag.sum(xs[0]), tuple(range(len(arrays))))
    program = ag.compile(function, engine="numpy")
    if request.node.callspec.id in NOT_RECORDED:
        with pytest.raises(ag.RecordingError, match=r"cannot record np\.\w+.*: it goes by the numbers"):
            program(*arrays)
        return
    program(*arrays)
    other = [np.nan_to_num(a, nan=-1.0) * 0.9 + 0.01 for a in arrays]
    value, gradients = program(*other)
    expected, slopes = function(*other)
    np.testing.assert_allclose(value, expected, rtol=1e-12)
    for found, slope in zip(gradients, slopes, strict=True):
        np.testing.assert_allclose(found, slope, rtol=1e-10, atol=1e-12)
