"""Functions without a derivative: plain results where nothing is recorded, operations where something is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from autograd.rules.primitive import BOOK, Primitive

ENTRIES = [
    entry for entry in BOOK.values() if entry.elementwise and entry.ufunc is not None and not entry.differentiable
]
FIRST, SECOND = np.array([1.7, -0.5, 2.5, np.inf]), np.array([-1.7, 0.0, -2.5, np.nan])


def operands(entry: Primitive, x: Any) -> list[Any]:
    return [x, 1.0][: len(entry.vjps)]


@pytest.mark.filterwarnings("ignore:invalid value")  # of floor_divide of infinity
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_numpys_function_of_a_node_gives_what_numpy_gives(entry: Primitive) -> None:
    for x in (FIRST, SECOND):
        expected = entry.ufunc(*operands(entry, x))
        ours = entry.ufunc(*operands(entry, ag.Tensor(x, requires_grad=True)))
        assert type(ours) is np.ndarray
        assert ours.dtype == expected.dtype
        np.testing.assert_array_equal(ours, expected)
        for number in x.tolist():
            one = entry.ufunc(*operands(entry, ag.Value(number)))
            np.testing.assert_array_equal(one, entry.ufunc(*operands(entry, number)))
            assert not isinstance(one, ag.Node)


@pytest.mark.parametrize("module", [np, anp], ids=["numpy", "autograd.numpy"])
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_a_program_records_it(entry: Primitive, module: Any) -> None:
    function = getattr(module, entry.ufunc.__name__)

    def f(x: Any) -> Any:
        return x * function(*operands(entry, x))

    of_arrays, of_numbers = ag.compile(f, engine="numpy"), ag.compile(f, engine="numpy")
    slopes = ag.compile(ag.grad(lambda x: ag.sum(f(x))), engine="numpy")
    with np.errstate(all="ignore"):
        for x in (FIRST, SECOND):
            there = np.asarray(entry.ufunc(*operands(entry, x)), float)
            np.testing.assert_array_equal(of_arrays(x), x * there)
            np.testing.assert_array_equal(slopes(x), there)
            for number, factor in zip(x.tolist(), there.tolist(), strict=True):
                np.testing.assert_array_equal(of_numbers(number), number * factor)


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_a_program_computes_it_anew_of_a_tensor_from_outside(entry: Primitive) -> None:
    w = ag.Tensor(FIRST)
    f = ag.compile(lambda x: x + entry.ufunc(*operands(entry, w)), engine="numpy")
    for data in (FIRST, SECOND):
        w.data = data
        expected = 1.0 + np.asarray(entry.ufunc(*operands(entry, data)), float)
        np.testing.assert_array_equal(f(np.ones(4)), expected)


@pytest.mark.parametrize("name", ["floor", "ceil", "trunc", "rint", "sign"])
def test_a_program_from_a_graph_computes_it_anew(name: str) -> None:
    x = ag.Value(1.7)
    program = ag.Program.from_graph(x * 2.0 - BOOK[name](x), [x], engine="numpy")
    for number in (1.7, -1.7, 2.5):
        value, slopes = program(number)
        assert value == number * 2.0 - float(BOOK[name](number))
        assert slopes == [2.0]
