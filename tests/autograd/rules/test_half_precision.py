"""Every function of one number at every number of half precision, beside the same in double."""

from __future__ import annotations

import numpy as np
import pytest

import autograd as ag
from autograd.rules.primitive import BOOK

NUMBERS = np.arange(2**16).astype(np.uint16).view(np.float16)
NUMBERS = NUMBERS[np.isfinite(NUMBERS)]
OF_ONE = [name for name, entry in BOOK.items() if entry.elementwise and len(entry.vjps) == 1 and not entry.settings]


@pytest.mark.parametrize("name", OF_ONE)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_values_and_slopes_are_those_of_double_precision(name: str) -> None:
    entry = BOOK[name]
    value, meant = np.asarray(entry(NUMBERS)), np.asarray(entry(NUMBERS.astype(np.float64)))
    if meant.dtype != np.float64:  # truths
        np.testing.assert_array_equal(value, meant)
        return
    assert value.dtype == np.float16
    inside = ~(np.abs(meant) > 65504)
    np.testing.assert_allclose(value[inside], meant[inside], rtol=2**-8, atol=2**-22)
    np.testing.assert_array_equal(np.isfinite(value[~inside]), np.abs(meant[~inside]) < 65520)
    if entry.differentiable:
        slopes = ag.elementwise_grad(entry)(NUMBERS)
        assert slopes.dtype == np.float16
        expected = ag.elementwise_grad(entry)(NUMBERS.astype(np.float64))
        inside &= ~(np.abs(expected) > 65504)
        np.testing.assert_allclose(slopes[inside], expected[inside], rtol=2**-7, atol=2**-11)
