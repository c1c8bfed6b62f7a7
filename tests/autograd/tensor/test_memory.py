"""Memory that is kept for large arrays."""

import numpy as np
import pytest

from autograd.tensor import memory


def test_where_no_large_block_is_to_be_had_nothing_is_kept_and_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(np, "empty", none_left)
    memory.keep_freed_memory.__wrapped__()
