"""What is compiled gives the types that the function itself gives: for every primitive and every type of NumPy's."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import autograd as ag
from tests.autograd.table import ROWS, Domain

REAL, COMPLEX = "?bBhHiIqQefd", "FD"


def draw(domain: Domain, shape: tuple[int, ...], code: str) -> Any:
    rng = np.random.default_rng(0)
    x = np.asarray(domain.draw(rng, shape))
    if domain.kind in ("int", "bool"):
        return x
    return (rng.integers(0, 3, shape) if np.dtype(code).kind in "iu?" else x).astype(code)


def kind(x: Any) -> Any:
    """The type of what is given, as an array of it has it."""
    return tuple(map(kind, x)) if isinstance(x, tuple | list) else np.asarray(x).dtype


@pytest.mark.parametrize("name", ROWS)
def test_primitives_give_the_types_of_the_function(name: str, engine: Any) -> None:
    row, seen = ROWS[name], 0
    for shapes in row.shapes[:2]:
        for code in REAL + COMPLEX * (engine == "numpy"):
            inputs = [draw(*each, code) for each in zip(row.domains, shapes, strict=True)]
            every = [inputs]
            if not any(shapes):
                every.append([x[()] for x in inputs])  # NumPy's numbers are as arrays without axes
            for given in every:
                with warnings.catch_warnings(action="ignore"), np.errstate(all="ignore"):
                    try:
                        expected = row.ours(*given, **row.attrs[0])
                        found = ag.compile(lambda *x: row.ours(*x, **row.attrs[0]), engine)(*given)
                    except (TypeError, ValueError):  # none of this function's
                        continue
                assert kind(found) == kind(expected), (code, shapes)
                seen += 1
    assert seen


@pytest.mark.parametrize("code", [*REAL, *COMPLEX])
def test_single_numbers_of_arrays_are_numpys_where_python_has_none(code: str) -> None:
    x = np.ones(3, code)
    found = ag.compile(lambda x: x[1])(x)
    assert type(found) is type(x[1].item() if x.dtype in (bool, np.int64, float, complex) else x[1])


@pytest.mark.parametrize("number", [np.float16(1.3), np.float32(1.3), np.float64(1.3), 1.3])
def test_numbers_keep_their_width(number: Any, engine: Any) -> None:
    slope = ag.value_and_grad(lambda x: ag.exp(x) * x)
    for found, expected in zip(ag.compile(slope, engine)(number), slope(number), strict=True):
        assert np.asarray(found).dtype == np.asarray(expected).dtype == np.asarray(number).dtype
        np.testing.assert_allclose(found, expected, rtol=4 * np.finfo(np.asarray(number).dtype).eps)


def test_comparisons_of_numbers_are_truths(engine: Any) -> None:
    found = ag.compile(lambda a, b: (ag.greater(a, b), ag.isnan(a), ag.maximum(a, b)), engine)(2.0, 1.0)
    assert found == (True, False, 2.0)
    assert [type(x) for x in found] == [bool, bool, float]


WHOLE = [
    np.round, lambda x: np.round(x, -1), np.copy, np.imag, np.real, np.prod, np.cumprod, np.nansum, np.nanprod,
    np.nancumsum, np.nancumprod, np.nanmax, lambda x: np.nanmin(x, axis=1), np.sort, np.cumsum, np.clip, np.abs,
    np.flip, np.diff, np.trace, np.tril, np.median,
]  # fmt: skip


@pytest.mark.parametrize("code", "bBhHiIqQ")
def test_whole_numbers_stay_whole(code: str) -> None:
    """As of NumPy's own functions, of a traced array and of a Tensor."""
    x = np.random.default_rng(0).integers(0, 100, (3, 3)).astype(code)
    for function in WHOLE:
        given = (x, 3, 70) if function is np.clip else (x,)
        expected = function(*given)
        np.testing.assert_array_equal(ag.compile(function)(*given), expected, strict=np.ndim(expected) > 0)
        assert kind(ag.compile(function)(*given)) == kind(expected)
