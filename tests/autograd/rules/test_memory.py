"""Memory for large results."""

from __future__ import annotations

import numpy as np
import pytest

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


def test_where_no_large_block_is_to_be_had_nothing_is_kept_and_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(np, "empty", none_left)
    memory.keep_freed_memory.__wrapped__()
