"""Every argument of SciPy's functions, by each of its values and by pairs of two.

Values and types are SciPy's, slopes differences of SciPy's own function, second slopes differences of the first.
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp

scipy = pytest.importorskip("scipy")

from tests.autograd.numpy.test_calls import flat, slopes_of  # noqa: E402
from tests.autograd.scipy.keywords import ROWS, Row  # noqa: E402
from tests.groups import in_groups  # noqa: E402

# Functions that, with some arguments, go by the numbers: a rank, which of them are real, an exchange of rows.
BY_NUMBERS = {"eigh", "eigvalsh", "eig", "eigvals", "pinv", "pinvh", "null_space", "orth", "lu", "lu_factor"}
BY_NUMBERS = {f"linalg.{name}" for name in BY_NUMBERS} | {"interpolate.interp1d"}
OLD = tuple(map(int, scipy.__version__.split(".")[:2])) < (1, 16)
SINGLE = {np.dtype(float): np.float32, np.dtype(complex): np.complex64}


def function(row: Row, package: str) -> Any:
    room, _, name = row.name.rpartition(".")
    found = getattr(import_module(f"{package}.{room}"), name, None)
    if found is None:
        pytest.skip("this SciPy has no such function")
    return found


def each(kind: str = "") -> list[Any]:
    cases = []
    for i, row in enumerate(ROWS):
        for chosen in row.choices() if kind in row.kinds else ():
            text = ", ".join(f"{word}={' '.join(str(value).split())[:30]}" for word, value in chosen.items())
            cases.append(pytest.param(row, chosen, id=f"{row.name}-{i}-{text}"))
    return cases


def both(row: Row, chosen: dict[str, Any], inputs: tuple[Any, ...]) -> tuple[Any, Any, Any]:
    """Our call, SciPy's, and what that gives; what a SciPy of today refuses, ours is seen to refuse."""
    if OLD and row.name == "special.hyp1f1":
        pytest.skip("SciPy 1.13 gives 1 for complex numbers")
    ours, scipys = (partial(row.of, function(row, package), **chosen) for package in ("autograd.scipy", "scipy"))
    try:
        with np.errstate(all="ignore"):
            expected = [np.asarray(part) for part in flat(scipys(*map(np.copy, inputs)))]
    except (TypeError, ValueError, NotImplementedError, RuntimeError, KeyError, np.linalg.LinAlgError) as error:
        if OLD:
            return ours, scipys, None
        with pytest.raises((type(error), TypeError, ValueError, np.linalg.LinAlgError)):
            ours(*map(ag.Tensor, inputs))
        return ours, scipys, None
    return ours, scipys, expected


def raw(x: Any) -> Any:
    return x.data if isinstance(x, ag.Tensor | ag.Value) else np.asarray(x)


def total(y: Any) -> Any:
    """One real number of a result, by weights that are always the same."""
    rng, found = np.random.default_rng(5), 0.0
    for part in flat(y):
        kind = np.dtype(getattr(part, "dtype", type(part))).kind
        if kind not in "fc":  # a rank, places
            continue
        weights = rng.uniform(0.5, 1.5, np.shape(part))
        found = found + ag.sum(anp.real(part * (weights - 1j * weights) if kind == "c" else part * weights))
    return found


def directions(inputs: tuple[Any, ...], seed: int) -> list[Any]:
    rng = np.random.default_rng(seed)
    return [rng.uniform(0.5, 1.5, x.shape) * (1 + 0.3j if np.iscomplexobj(x) else 1) for x in inputs]


def along(gradients: list[Any], ways: list[Any]) -> Any:
    return sum(ag.sum(anp.real(g * d)) for g, d in zip(gradients, ways, strict=True))


@in_groups(each())
def test_an_argument_means_what_it_means_to_scipy(row: Row, chosen: dict[str, Any]) -> None:
    ours, _, expected = both(row, chosen, row.inputs)
    if expected is None:
        return
    for given in (map(np.copy, row.inputs), map(partial(ag.Tensor, requires_grad=True), row.inputs)):
        for found, part in zip(map(raw, flat(ours(*given))), expected, strict=True):
            np.testing.assert_allclose(found, part, rtol=1e-9, atol=1e-12)
            assert (found.shape, found.dtype) == (part.shape, part.dtype)
    for place in range(len(row.inputs)):  # beside a node, the others may be lists
        given = [ag.Tensor(x) if i == place else x.tolist() for i, x in enumerate(row.inputs)]
        for found, part in zip(map(raw, flat(ours(*given))), expected, strict=True):
            np.testing.assert_allclose(found, part, rtol=1e-9, atol=1e-12)


@in_groups(each())
def test_slopes_are_those_of_scipys(row: Row, chosen: dict[str, Any]) -> None:
    ours, scipys, expected = both(row, chosen, row.inputs)
    if expected is None:
        return
    ways, others, step = directions(row.inputs, 6), directions(row.inputs, 7), 1e-5

    def at(h: float) -> tuple[float, Any]:
        moved = [x + h * d for x, d in zip(row.inputs, ways, strict=True)]
        nodes = [ag.Tensor(x, requires_grad=True) for x in moved]
        return float(raw(total(scipys(*map(np.copy, moved))))), along(
            slopes_of(total(ours(*nodes)), nodes), others
        ).item()

    xs = [ag.Tensor(x, requires_grad=True) for x in row.inputs]
    gradients = slopes_of(total(ours(*xs)), xs, create_graph=True)
    slope = along(gradients, ways).item()
    second = along(slopes_of(along(gradients, others), xs), ways).item()
    places = tuple(range(len(xs)))
    _, forward = ag.jvp(lambda *xs: total(ours(*xs)), row.inputs, tuple(ways), argnum=places)
    (up, slope_up), (down, slope_down) = at(step), at(-step)
    assert abs(float(forward) - slope) <= 1e-9 * max(1.0, abs(slope))
    assert abs((up - down) / (2 * step) - slope) <= row.loose * max(1.0, abs(slope))
    assert abs((slope_up - slope_down) / (2 * step) - second) <= row.loose * max(1.0, abs(second))


@in_groups(each("f"))
def test_of_single_precision_types_are_scipys(row: Row, chosen: dict[str, Any]) -> None:
    inputs = tuple(x.astype(SINGLE[x.dtype]) for x in row.inputs)
    ours, _, expected = both(row, chosen, inputs)
    if expected is None:
        return
    xs = [ag.Tensor(x, requires_grad=True) for x in inputs]
    y = flat(ours(*xs))
    assert [raw(part).dtype for part in y] == [part.dtype for part in expected]
    for found, part in zip(map(raw, y), expected, strict=True):
        np.testing.assert_allclose(found, part, rtol=2e-3, atol=2e-4)
    value = total(y)
    assert [g.dtype for g in slopes_of(value, xs)] == [x.dtype for x in xs]


@in_groups(each("D"))
def test_of_complex_numbers(row: Row, chosen: dict[str, Any]) -> None:
    inputs = tuple(x + 0.3j * x[..., ::-1] if x.dtype.kind == "f" else x for x in row.inputs)
    test_an_argument_means_what_it_means_to_scipy.of_case(Row(row.name, inputs, of=row.of), chosen)
    test_slopes_are_those_of_scipys.of_case(Row(row.name, inputs, of=row.of, loose=row.loose), chosen)


@in_groups(each())
def test_a_program_takes_it_too(row: Row, chosen: dict[str, Any]) -> None:
    ours, _, expected = both(row, chosen, row.inputs)
    if expected is None:
        return
    slope = ag.value_and_grad(lambda *xs: total(ours(*xs)), tuple(range(len(row.inputs))))
    program = ag.compile(slope, engine="numpy")
    try:
        program(*row.inputs)
    except ag.RecordingError as error:
        if row.name in BY_NUMBERS and "goes by the numbers" in str(error):
            return
        raise
    other = [x * 0.97 + 0.01 for x in row.inputs]
    for found, part in zip(flat(program(*other)), flat(slope(*other)), strict=True):
        np.testing.assert_allclose(found, part, rtol=1e-9, atol=1e-11)
