"""Windows beside entries that are not finite."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd.rules import windows
from autograd.rules.convolutions import convolution_kernel, max_places
from tests.loops import MAKERS, noted_loops

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


@pytest.mark.parametrize("entry", [-np.inf, np.iinfo(np.int8).min])
def test_the_least_number_of_all_is_found_within_the_edge(entry: float) -> None:
    x = np.full((1, 1, 3, 3), entry, np.int8 if isinstance(entry, int) else float)
    how: dict[str, Any] = {"size": (2, 2), "stride": (2, 2), "padding": (1, 1), "dilation": (1, 1)}
    found = max_places(x, np.full((1, 1, 2, 2), entry, x.dtype), **how)
    assert found[0, 0].tolist() == [[3, 2], [1, 0]]


def _plan(samples: int, lengths: tuple[int, ...], size: tuple[int, ...], out: int, **how: Any) -> windows._Columns:
    each = {"stride": (1,) * len(size), "padding": (0,) * len(size), "dilation": (1,) * len(size), "groups": 1}
    return windows._Columns((samples, 4, *lengths), size, out, each | how, np.float64)


PLANS = {
    "lines": lambda: _plan(50, (28, 30), (3, 3), 16),
    "lines, with an edge": lambda: _plan(33, (28, 30), (3, 3), 16, padding=(1, 2)),
    "one axis": lambda: _plan(200, (300,), (5,), 6),
    "strides": lambda: _plan(50, (28, 30), (3, 3), 16, stride=(2, 1)),
    "far apart": lambda: _plan(50, (28, 30), (3, 3), 16, dilation=(2, 3)),
    "groups": lambda: _plan(50, (28, 30), (3, 3), 16, groups=2),
    "many outputs": lambda: _plan(50, (28, 30), (3, 3), 600),
    "too many outputs": lambda: _plan(50, (28, 30), (3, 3), 6000),
    "large images": lambda: _plan(5, (300, 310), (3, 3), 8),
    "few": lambda: _plan(3, (7, 6), (2, 2), 3),
    "nothing": lambda: _plan(0, (7, 6), (2, 2), 3),
}


@pytest.mark.parametrize("name", PLANS)
def test_columns_are_made_in_parts_as_large_as_their_bounds_allow(name: str) -> None:
    plan = PLANS[name]()
    samples = {"one axis": 200, "lines, with an edge": 33, "large images": 5, "few": 3, "nothing": 0}.get(name, 50)
    one = plan.channels * int(np.prod(plan.size)) * plan.count * 8
    assert plan.at_a_time == max(1, min(samples, windows.COLUMNS // one))
    # The products: of all windows, none left out, small enough for one thread where that leaves them long enough.
    widths = [piece.stop - piece.start for piece in plan.pieces]
    assert [piece.start for piece in plan.pieces] == [0, *np.cumsum(widths)[:-1]]
    assert sum(widths) == plan.count
    each = plan.rows * plan.out // plan.groups  # multiplications for a window
    most = windows.ALONE // each
    if most < windows.NARROW:
        assert len(plan.pieces) == len(plan.shares) == 1
    else:
        assert max(widths) <= most
        assert len(widths) == 1 or widths[0] % windows.LANES == 0 or widths[0] == most
        # As few as there can be, and all but the last as long as each other.
        assert len(widths) == -(-plan.count // most)
        assert len(set(widths[:-1])) <= 1
        assert widths[0] - widths[-1] <= windows.LANES * len(widths)
    # The batch: in a power of two of shares, as equal as they can be, of parts of so many samples.
    parts = [part for share in plan.shares for part in share]
    assert [i for part in parts for i in range(part.start, part.stop)] == list(range(samples))
    assert all(part.stop - part.start <= plan.at_a_time for part in parts)
    sizes = [sum(part.stop - part.start for part in share) for share in plan.shares]
    assert max(sizes) - min(sizes) <= 1
    count = 1 if most < windows.NARROW else max(1, min(windows.SHARES, 2 * samples // plan.at_a_time))
    assert len(sizes) == 2 ** int(np.log2(count))
    assert all(len(share) == -(-size // plan.at_a_time) for share, size in zip(plan.shares, sizes, strict=True))


@pytest.mark.parametrize("name", PLANS)
def test_windows_of_one_step_are_taken_of_the_image_as_one_long_row(name: str) -> None:
    plan = PLANS[name]()
    if name == "strides":
        assert plan.windows == plan.lines == plan.counts
    elif len(plan.size) == 1:
        assert plan.windows == plan.counts
    else:  # up to the last window
        across = plan.lengths[1]
        assert plan.lines == (plan.counts[0], across)
        assert plan.windows == ((plan.counts[0] - 1) * across + plan.counts[1],)


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("stride", [1, 2, 3, 5])
@pytest.mark.parametrize("dilation", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1])
def test_what_goes_into_windows_is_the_adjoint_of_what_comes_from_them(
    size: int, stride: int, dilation: int, padding: int
) -> None:
    """Whether windows share entries or not: ⟨from(x), g⟩ = ⟨x, into(g)⟩."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 12, 9))
    how: dict[str, Any] = {"size": (size, 2), "stride": (stride, 2), "padding": (padding, 0), "dilation": (dilation, 1)}
    counts = windows.window_counts(x.shape[1:], **how)
    g = rng.normal(size=(2, *counts))
    for places in (
        rng.integers(0, 2 * size, (2, *counts)),
        np.zeros((2, *counts), int),
        np.full((2, *counts), 2 * size - 1),
    ):
        out, back = windows.from_windows(x, places, **how), windows.into_windows(g, places, lengths=x.shape[1:], **how)
        np.testing.assert_allclose(np.vdot(out, g), np.vdot(x, back), rtol=1e-12, atol=1e-12)


# Windows that lie side by side: their size, how many there are, what is left over after them, and the samples.
TILES = {
    "one image": ((2, 2), (14, 14), (0, 0), ()),
    "short rows": ((2, 2), (7, 7), (0, 0), (33, 3)),
    "rows of any length": ((2, 2), (3, 70), (0, 0), (5, 2)),
    "what no window has": ((2, 3), (3, 13), (1, 2), (9, 2)),
    "nine places": ((3, 3), (4, 12), (0, 0), (40, 2)),
    "one row": ((1, 4), (5, 12), (0, 0), (3, 2, 2)),
    "places of their own": ((1, 1), (3, 13), (0, 0), (3, 2)),
    "too many places": ((5, 4), (2, 12), (0, 0), (3, 2)),
    "nothing": ((2, 2), (2, 12), (0, 0), (0, 2)),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16, np.int64, ">f4"])
@pytest.mark.parametrize("name", TILES)
def test_loops_in_machine_code_find_and_fill_windows_as_numpy_does(
    name: str, dtype: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("llvmlite")
    size, counts, over, samples = TILES[name]
    rng, dtype = np.random.default_rng(0), np.dtype(dtype)
    how: dict[str, Any] = {"size": size, "stride": size, "padding": (0, 0), "dilation": (1, 1)}
    lengths = tuple(k * n + more for k, n, more in zip(size, counts, over, strict=True))
    values = [-1.0, 0.0, -0.0, 2.0] if dtype.kind == "i" else [-1.0, 0.0, -0.0, 2.0, np.nan, np.inf, -np.inf]
    x, g = rng.choice(values, (*samples, *lengths)).astype(dtype), rng.choice(values, (*samples, *counts)).astype(dtype)

    def found() -> list[Any]:
        results = []
        for image, number in ((x, g), (x.swapaxes(-1, -2).copy().swapaxes(-1, -2), g[..., ::-1])):
            with np.errstate(invalid="ignore"):
                largest = windows.max_pool(image, **how)
            places = windows.max_places(image, largest, **how)
            into = windows.into_windows(number, places, lengths=lengths, **how)
            largest = largest + np.zeros(1, dtype)  # which zero NumPy finds to be the larger differs between processors
            results += [
                largest,
                places,
                into,
                windows.into_windows(number, places.astype(np.intp), lengths=lengths, **how),
            ]
        return results

    monkeypatch.setattr(MAKERS, [])
    by_numpy = found()
    used = noted_loops(monkeypatch)
    for ours, theirs in zip(found(), by_numpy, strict=True):
        np.testing.assert_array_equal(ours, theirs)
        np.testing.assert_array_equal(np.signbit(ours), np.signbit(theirs))
    expected = 0
    if dtype in (np.float32, np.float64) and dtype.isnative and name not in ("too many places", "nothing"):
        expected = 2 + (not any(over))
    assert len(set(used)) == expected


# Shapes of x and w, and what is not the usual; whether machine code is for such windows.
CONVOLUTIONS = {
    "images": ((33, 4, 14, 15), (32, 4, 3, 3), {"padding": (1, 1)}, True),
    "one channel": ((33, 1, 28, 28), (16, 1, 3, 3), {"padding": (1, 1)}, True),
    "turned": ((20, 20, 9, 7), (5, 20, 3, 3), {}, True),
    "far apart": ((9, 3, 12, 13), (4, 3, 3, 2), {"padding": (2, 1), "dilation": (1, 2)}, True),
    "signals": ((40, 3, 30), (5, 3, 4), {"padding": (2,), "dilation": (3,)}, True),
    "fewer samples than shares": ((5, 8, 60, 61), (20, 8, 5, 5), {}, True),
    "products of BLAS's threads": ((3, 40, 9, 9), (600, 40, 3, 3), {}, True),
    "strides": ((9, 3, 12, 13), (4, 3, 3, 2), {"stride": (2, 1)}, False),
    "groups": ((9, 4, 12, 13), (4, 2, 3, 2), {"groups": 2}, False),
    "one row": ((9, 1, 12, 13), (4, 1, 1, 1), {}, False),
    "single windows": ((9, 2, 2, 3), (4, 2, 2, 3), {}, False),
    "one output": ((9, 2, 12, 13), (1, 2, 3, 3), {}, False),
    "three axes": ((3, 2, 4, 5, 6), (3, 2, 2, 2, 2), {}, False),
    "nothing": ((0, 2, 4, 5), (3, 2, 2, 2), {}, False),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_loops_in_machine_code_give_convolutions_the_bits_of_numpy(
    name: str, dtype: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("llvmlite")
    shape, kernel, how, fitting = CONVOLUTIONS[name]
    axes, rng = len(kernel) - 2, np.random.default_rng(0)
    how = {"stride": (1,) * axes, "padding": (0,) * axes, "dilation": (1,) * axes, "groups": 1} | how
    counts = windows.window_counts(shape[2:], kernel[2:], how["stride"], how["padding"], how["dilation"])
    x, w, g = (rng.normal(size=size).astype(dtype) for size in (shape, kernel, (shape[0], kernel[0], *counts)))

    def found(x: Any, g: Any) -> list[Any]:
        y = windows.convolution(x, w, **how)
        return [y, windows.convolution_kernel(x, g, kernel[2:], **how)]

    monkeypatch.setattr(MAKERS, [])
    by_numpy = found(x, g)
    used = noted_loops(monkeypatch)
    apart = [np.repeat(y, 2, axis=-1)[..., ::2] for y in (x, g)]  # the same numbers, not next to each other
    for mine, theirs in zip([*found(*apart), *found(x, g)], 2 * by_numpy, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert [name for name, _ in used] == (["convolution", "convolution_kernel"] if fitting else [])


_ONES = {"stride": (1, 1), "padding": (0, 0), "dilation": (1, 1), "groups": 1}
_TILES = {"size": (2, 2), "stride": (2, 2), "padding": (0, 0), "dilation": (1, 1)}
X = np.ones((9, 3, 12, 13))
MISFITS = {
    "too few lines": lambda: windows.convolution_kernel(X, np.ones((9, 4, 9, 11)), (3, 3), **_ONES),
    "too few samples": lambda: windows.convolution_kernel(X, np.ones((8, 4, 10, 11)), (3, 3), **_ONES),
    "too many windows": lambda: windows.into_windows(
        np.ones((4, 20, 20)), np.zeros((4, 20, 20), np.uint8), (20, 20), **_TILES
    ),
    "too few places": lambda: windows.into_windows(
        np.ones((4, 14, 14)), np.zeros((4, 14, 1), np.uint8), (28, 28), **_TILES
    ),
}


@pytest.mark.parametrize("name", MISFITS)
def test_what_does_not_fit_is_refused_by_numpy_and_seen_by_no_loop(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = list[str]()
    monkeypatch.setattr(MAKERS, [lambda name, _: made.append(name)])
    with pytest.raises(ValueError, match="broadcast"):
        MISFITS[name]()
    assert not made
