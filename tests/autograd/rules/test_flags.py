"""What each entry of the book says of itself by its flags, by definition: set where it holds, and nowhere else."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.rules.complex_matrices
import autograd.rules.fourier  # both for what they enter
from autograd.rules.primitive import BOOK, COMPLEX_BOOK, Primitive
from autograd.rules.pushforward import push_of
from tests.autograd.table import Case, cases

CASES = {name: [*few][:8] for name, few in groupby(cases(), key=lambda case: case.name)}
DIFFERENTIABLE = [name for name, entry in BOOK.items() if entry.differentiable]

# Complex functions as well, or of a complex function's kind, but refused: numbers that are ordered, and rules that
# are not wanted of complex numbers.
REFUSED = {
    *("maximum", "minimum", "clip", "relu", "leaky_relu", "elu", "share", "affine", "max_pool"),
    *("logsumexp", "softmax", "log_softmax"),
    *("cross_entropy_of_classes", "mean_cross_entropy", "cross_entropy_of_probabilities"),
    *("from_windows", "into_windows", "spherical_bessel", "bessel_i"),
}
# Of complex numbers NumPy's function as it is: what they are equal to, and whether they are numbers at all.
ASKED = {"equal", "not_equal", "isnan", "isinf", "isfinite", "argsort"}
ASKED |= {"logical_and", "logical_or", "logical_xor", "logical_not"}
LISTS = {"add_n", "affine", "logsumexp_n", "log_normaliser_n"}


def of_floats(case: Case) -> list[int]:
    return [i for i, domain in enumerate(case.row.domains) if domain.kind not in ("bool", "int")]


def is_linear(case: Case, places: Sequence[int]) -> bool:
    """Whether the result for 2 a − 3 b in these places is that for a, twice, less that for b, three times."""
    first, second = case.draw(0), case.draw(1)
    other = [b if i in places else a for i, (a, b) in enumerate(zip(first, second, strict=True))]
    mixed = [2.0 * a - 3.0 * b if i in places else a for i, (a, b) in enumerate(zip(first, other, strict=True))]
    array = BOOK[case.name].array
    try:
        with np.errstate(all="ignore"):
            y = [np.asarray(array(*x, **case.attrs), float) for x in (mixed, first, other)]
    except np.linalg.LinAlgError:
        return False
    return np.allclose(y[0], 2.0 * y[1] - 3.0 * y[2], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_what_is_linear_says_so(name: str) -> None:
    entry = BOOK[name]
    together = all(is_linear(case, of_floats(case)) for case in CASES[name])
    every = all(len(case.differentiable()) == len(case.row.domains) for case in CASES[name])
    assert entry.linear == (together and every)
    if name != "cofactors_along":  # of three rows it is
        alone = all(is_linear(case, [i]) for case in CASES[name] for i in of_floats(case))
        assert entry.multilinear == (alone and not together and not entry.elementwise)


def entrywise(entry: Primitive, case: Case) -> bool:
    """Whether the result is that of single numbers, one entry at a time."""
    inputs = case.draw()
    y = np.asarray(entry.array(*inputs, **case.attrs))
    try:
        broadcast = np.broadcast_arrays(*inputs)
        if broadcast[0].shape != y.shape:
            return False
        single = [
            entry.array(*map(np.asarray, x), **case.attrs) for x in zip(*(b.flat for b in broadcast), strict=True)
        ]
        return np.allclose(np.reshape(single, y.shape), y, equal_nan=True)
    except (ValueError, TypeError, IndexError):  # np.exceptions.AxisError is one of these: there are axes in it
        return False


@pytest.mark.parametrize("name", BOOK)
def test_what_is_elementwise_says_so(name: str) -> None:
    entry = BOOK[name]
    by_entry = all(entrywise(entry, case) for case in CASES[name] if np.size(case.draw()[0]) > 1)
    if name not in LISTS | {"spherical_bessel", "bessel_i", "astype"}:  # whose rules or options say more
        assert entry.elementwise == by_entry


def is_symmetric(case: Case, i: int) -> bool:
    """Whether the Jacobian for one input is its own transpose."""
    inputs = case.draw()
    if np.shape(case(*inputs)) != inputs[i].shape:
        return False
    J = ag.jacobian(lambda x: case(*inputs[:i], x, *inputs[i + 1 :]))(inputs[i])
    J = np.reshape(J, (inputs[i].size, -1))
    return np.allclose(J, J.T, atol=1e-12)


@pytest.mark.parametrize("name", [name for name in DIFFERENTIABLE if not BOOK[name].elementwise and name not in LISTS])
def test_a_jacobian_that_is_its_transpose_is_said_to_be(name: str) -> None:
    entry = BOOK[name]
    if not entry.linear:  # which says more
        assert entry.symmetric == all(is_symmetric(case, i) for case in CASES[name][:3] for i in case.differentiable())


@pytest.mark.parametrize("name", BOOK)
def test_a_result_that_may_be_a_view_is_said_to_be_one(name: str) -> None:
    found = False
    for case in CASES[name]:
        inputs = case.draw()
        y = BOOK[name].array(*inputs, **case.attrs)
        found |= any(np.may_share_memory(x, y) for x in inputs if x.size)
    assert found == BOOK[name].view


@pytest.mark.parametrize("name", BOOK)
def test_what_reduces_has_an_axis_that_may_stay(name: str) -> None:
    reduces = {"axis", "keepdims"} <= {*BOOK[name].settings} and not BOOK[name].linear
    assert BOOK[name].reduces == (reduces or name in ("cross_entropy_of_classes", "cross_entropy_of_probabilities"))


def is_analytic(case: Case) -> bool:
    """Whether the function of complex numbers has a complex derivative, and the rules give it; TypeError: neither."""
    entry, rng, h = BOOK[case.name], np.random.default_rng(0), 1e-6
    places = case.differentiable()
    z = [a + 0.3j * rng.normal(size=a.shape) if i in places else a for i, a in enumerate(case.draw())]
    y = np.asarray(entry.array(*z, **case.attrs))
    if y.dtype.kind != "c":
        return False

    def along(i: int, step: Any) -> Any:
        ends = [np.asarray(entry.array(*z[:i], z[i] + s * h * step, *z[i + 1 :], **case.attrs)) for s in (1, -1)]
        return (ends[0] - ends[1]) / (2 * h)

    holds, g = True, rng.normal(size=y.shape) + 1j * rng.normal(size=y.shape)
    for i in places:
        direction = rng.normal(size=z[i].shape) + 1j * rng.normal(size=z[i].shape)
        moved = along(i, direction)
        share = entry.pull(g, y, *z, **case.attrs)[i] if entry.pull else entry.vjps[i](g, y, *z, **case.attrs)
        holds &= np.allclose(along(i, 1j * direction), 1j * moved, rtol=1e-4, atol=1e-5)
        holds &= bool(np.isclose(np.sum(share * direction), np.sum(g * moved), rtol=1e-4, atol=1e-5))
    return holds


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_rules_that_hold_for_complex_numbers_say_so(name: str) -> None:
    entry = BOOK[name]
    if name in ("astype", "logabsdet"):  # a result of the dtype that was asked for; a real one of complex numbers
        assert entry.analytic
        return
    with np.errstate(all="ignore"):
        try:
            holds = all(is_analytic(case) for case in CASES[name][:4] if all(map(np.size, case.draw())))
        except (TypeError, ValueError):
            holds = False
    assert entry.analytic == (holds and entry.of_complex is None and name not in REFUSED)


@pytest.mark.parametrize("name", [name for name, entry in BOOK.items() if not entry.differentiable])
def test_questions_that_complex_numbers_answer_say_so(name: str) -> None:
    assert BOOK[name].analytic == (name in ASKED)


@pytest.mark.parametrize("name", BOOK)
def test_finite_results_with_finite_slopes_are_of_lists(name: str) -> None:
    """What is bounded is looked at where gradients of many parents are 0 alone."""
    assert BOOK[name].bounded == (name in LISTS)


@pytest.mark.parametrize("name", [name for name, entry in BOOK.items() if entry.ufunc is None])
def test_what_writes_into_memory_that_it_is_given_says_so(name: str) -> None:
    entry = BOOK[name]
    try:
        takes = "out" in inspect.signature(entry.array).parameters
    except ValueError:  # one of NumPy's without a signature
        takes = False
    assert entry.into == (takes and name != "sum")  # for which the engine has a line of its own


@pytest.mark.parametrize("name", [name for name, entry in BOOK.items() if entry.of_complex is not None])
def test_an_entry_for_complex_numbers_is_of_its_places_kind(name: str) -> None:
    entry, other = BOOK[name], BOOK[name].of_complex
    assert other is not None
    assert (other.elementwise, other.reduces, other.linear) == (entry.elementwise, entry.reduces, entry.linear)


# Whose tangents are found by the derivative of the rule backward.
BACKWARD = {"eigh_of_complex", "svd_of_complex", "eig"}
FOURIER: dict[str, dict[str, Any]] = {
    "fft": {"axes": (0, 1)}, "ifft": {"axes": (0, 1)}, "rfft": {"axis": 1}, "irfft": {"n": 6, "axis": 1},
}  # fmt: skip


@pytest.mark.parametrize("name", COMPLEX_BOOK)
def test_an_entry_for_complex_numbers_says_what_it_is_and_how_tangents_go_through_it(name: str) -> None:
    entry = COMPLEX_BOOK[name]
    assert entry.analytic
    for kind in ("array", "node"):
        entry.pushes.pop(kind, None)  # found before, perhaps
        assert (push_of(entry, kind) is None) == (name in BACKWARD)
    assert entry.linear == (name in FOURIER)


@pytest.mark.parametrize("name", FOURIER)
def test_the_tangent_of_a_transform_is_the_tangents_transform(name: str) -> None:
    rng = np.random.default_rng(0)
    x, t = rng.normal(size=(2, 3, 4))
    if name != "rfft":
        x, t = x + 1j * t, t - 2j * x
    entry, attrs = COMPLEX_BOOK[name], {"norm": "ortho", **FOURIER[name]}
    found = ag.jvp(lambda x: entry(x, **attrs), x, t)[1]
    np.testing.assert_array_equal(found, entry(t, **attrs))
