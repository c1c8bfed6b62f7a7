"""What a recording refuses: every function of NumPy whose result is no node, so that a replay would not see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.numpy.dispatch import GRADIENT_FREE, OF_SHAPES

FUNCTIONS = sorted(GRADIENT_FREE - OF_SHAPES, key=lambda function: function.__name__)


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
