"""Memory for large results."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.rules import memory


def test_large_results_ask_that_freed_memory_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(memory, "keep_freed_memory", lambda: asked.append(True))
    assert memory.result(None, (2, 3), np.float32).shape == (2, 3)
    given = np.empty((3, memory.LARGE))
    assert memory.result(given, given.shape, given.dtype) is given
    assert not asked
    assert memory.result(None, (3, memory.LARGE), np.uint8).dtype == np.uint8
    assert asked


def test_the_block_is_shown_when_the_system_is_first_asked_for_a_leafs_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(memory, "keep_freed_memory", lambda: asked.append(True))
    memory.aligned(memory.ASKED_FOR - 1)
    assert not asked
    memory.aligned(memory.ASKED_FOR)
    assert asked


def test_the_block_that_is_shown_is_a_large_one() -> None:
    """As far as the C library adapts: a smaller one, and larger results would come from the system anew each time."""
    tracemalloc.start()
    try:
        memory.keep_freed_memory.__wrapped__()
        assert 16 << 20 < tracemalloc.get_traced_memory()[1] < 32 << 20
    finally:
        tracemalloc.stop()


def test_where_no_large_block_is_to_be_had_nothing_is_kept_and_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(np, "empty", none_left)
    memory.keep_freed_memory.__wrapped__()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("order", ["C", "F"])
def test_large_matrices_of_leaves_begin_with_a_line(dtype: Any, order: Any) -> None:
    given = np.random.default_rng(0).normal(size=(64, 96)).astype(dtype, order=order)
    for _ in range(4):
        leaf = ag.Tensor(given, requires_grad=True)
        assert leaf._raw.ctypes.data % memory.LINE == 0
        assert leaf._raw.strides == given.strides
        np.testing.assert_array_equal(leaf.data, given)
        assert not np.shares_memory(leaf._raw, given)
        leaf.data = given + 1
        assert leaf._raw.ctypes.data % memory.LINE == 0
        np.testing.assert_array_equal(leaf.data, given + 1)
        assert ag.Tensor(given, dtype=np.float16).dtype == np.float16


@pytest.mark.parametrize("nbytes", [1, 100, memory.PAGES - 1, memory.PAGES, 5 * memory.PAGES + 3])
def test_memory_that_is_large_begins_with_a_large_page(nbytes: int) -> None:
    for _ in range(3):
        found = memory.aligned(nbytes)
        assert found.nbytes == nbytes
        assert found.ctypes.data % (memory.LINE if nbytes < memory.PAGES else memory.PAGE) == 0
        found[:] = 1


@pytest.mark.parametrize("given", [np.ones((200, 200)), np.ones((200, 400))[:, ::2], np.arange(9000)])
@pytest.mark.parametrize("dtype", [None, np.float64, np.float32, "float64", np.complex128])
def test_copies_are_numpys(given: Any, dtype: Any) -> None:
    found, expected = memory.copied(given, dtype), np.array(given, dtype)
    assert (found.dtype, found.strides, found.flags.writeable) == (expected.dtype, expected.strides, True)
    np.testing.assert_array_equal(found, expected)
    assert memory.copied(np.full(9000, None), None).dtype == object
