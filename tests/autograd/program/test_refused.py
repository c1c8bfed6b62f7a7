"""What a recording refuses: every function of NumPy whose result is no node, so that a replay would not see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.numpy.dispatch import GRADIENT_FREE, OF_SHAPES
from autograd.numpy.recorded import RECORDED

FUNCTIONS = sorted(GRADIENT_FREE - OF_SHAPES - RECORDED.keys(), key=lambda function: function.__name__)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_functions_that_give_plain_arrays(function: Callable[..., Any]) -> None:
    def calling(x: Any) -> Any:
        try:
            return function(x)
        except ag.RecordingError:
            raise
        except TypeError:  # it takes another argument
            return function(x, 1.0)

    compiled = ag.compile(calling, engine="numpy")
    with pytest.raises(ag.RecordingError, match=rf"cannot record np\.{function.__name__} "):
        compiled(np.ones((2, 2)))


def test_functions_of_shapes_are_answered() -> None:
    compiled = ag.compile(lambda x: x * (np.ndim(x) + np.size(x) + np.shape(x)[1]) + np.ones_like(x), engine="numpy")
    np.testing.assert_array_equal(compiled(np.ones((2, 3))), np.full((2, 3), 12.0))


OUTSIDE = ag.Value(3.0), ag.Tensor([3.0, 4.0])


@pytest.mark.parametrize(
    ("decides", "at"),
    [
        (lambda x: x > 0, 1.0),
        (lambda x: x, 1.0),
        (lambda x: x > 0, np.array(1.0)),
        (lambda x: ag.sum(x) > 0, np.ones(3)),
        (lambda x: OUTSIDE[0] >= 3, 1.0),
        (lambda x: OUTSIDE[0], 1.0),
        (lambda x: OUTSIDE[1].sum(), np.ones(3)),
        (lambda x: x[ag.greater(x, 0)].size, np.ones(3)),
    ],
)
@pytest.mark.parametrize("derived", [False, True])
def test_a_decision_is_refused_also_where_the_function_catches_that(decides: Any, at: Any, derived: bool) -> None:
    def function(x: Any) -> Any:
        try:
            return ag.sum(2.0 * x) if decides(x) else ag.sum(x)
        except Exception:  # as functions do that are to go on whatever happens
            return ag.sum(3.0 * x)

    with pytest.raises(ag.RecordingError, match=r"^ag.compile cannot record .*test_refused.py"):
        ag.compile(ag.grad(function) if derived else function)(at)
