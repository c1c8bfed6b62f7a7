"""Entries added at positions, in machine code and by NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd.rules.adding import scatter_add
from tests.loops import MAKERS, noted_loops


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.complex128, ">f8"])
@pytest.mark.parametrize(
    ("shape", "axis", "positions", "fitting"),
    [((5, 40), 0, [(30,)], True), ((3, 4, 8), 1, [(50,)], True), ((4, 3, 2, 11), 1, [(8, 9), (9,)], True),
     ((5, 3), 0, [(400,)], False), ((5, 40), 0, [(3,)], False), ((5, 0), 0, [(2000,)], False)],
)  # fmt: skip
def test_entries_are_added_in_machine_code_in_numpys_order(
    shape: tuple[int, ...], axis: int, positions: Any, fitting: bool, dtype: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("llvmlite")
    rng = np.random.default_rng(0)
    places = [rng.integers(-n, n, size) for n, size in zip(shape[axis:], positions, strict=False)]
    many = np.broadcast_shapes(*positions)
    x = rng.normal(size=(*shape[:axis], *many, *shape[axis + len(places) :])).astype(dtype)
    expected = np.zeros(shape, dtype)
    np.add.at(expected, (*(slice(None),) * axis, *places), x)
    used = noted_loops(monkeypatch)
    for given in (x, np.repeat(x, 2, axis=-1)[..., ::2]):  # the same numbers, not next to each other
        np.testing.assert_array_equal(scatter_add(given, *places, shape=shape, axis=axis), expected)
    assert [name for name, _ in used] == (["add_at"] * 2 if fitting and dtype in (np.float32, np.float64) else [])


@pytest.mark.parametrize("shape", [(40, 30), (41, 40)])
def test_what_does_not_fit_is_refused_by_numpy_and_seen_by_no_loop(
    shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = list[str]()
    monkeypatch.setattr(MAKERS, [lambda name, _: made.append(name)])
    with pytest.raises(ValueError, match="broadcast"):
        scatter_add(np.ones(shape), np.zeros(41, int), shape=(5, 30), axis=0)
    assert not made
