"""Windows beside entries that are not finite."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd.rules.convolutions import convolution_kernel, max_places

HOW: dict[str, Any] = {"stride": (1, 1), "dilation": (1, 1), "groups": 1}


@pytest.mark.parametrize("entry", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("padding", [0, 1])
def test_a_kernels_gradient_knows_nothing_of_entries_that_its_places_do_not_see(entry: float, padding: int) -> None:
    x = np.arange(1.0, 13).reshape(1, 1, 3, 4)
    x[0, 0, 0, 3] = entry
    count = 2 + 2 * padding, 3 + 2 * padding
    g = np.random.default_rng(0).uniform(0.5, 1.0, (1, 1, *count))
    image = np.pad(x[0, 0], padding)
    expected = [[np.sum(image[i : i + count[0], j : j + count[1]] * g[0, 0]) for j in range(2)] for i in range(2)]
    np.testing.assert_allclose(convolution_kernel(x, g, size=(2, 2), padding=(padding, padding), **HOW)[0, 0], expected)


def test_the_place_of_the_largest_is_the_first_that_argmax_finds() -> None:
    """Of several NaN the first, too."""
    x = np.random.default_rng(3).choice([1.0, 2.0, np.nan, -np.inf], (3, 2, 6, 6))
    how: dict[str, Any] = {"size": (2, 3), "stride": (2, 3), "padding": (0, 0), "dilation": (1, 1)}
    windows = np.lib.stride_tricks.sliding_window_view(x, (2, 3), (-2, -1))[:, :, ::2, ::3].reshape(3, 2, 3, 2, 6)
    np.testing.assert_array_equal(max_places(x, windows.max(-1), **how), windows.argmax(-1))
