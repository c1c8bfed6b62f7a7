"""The quick part of ``python -m tests.sweep``: a few operands, by NumPy."""

from __future__ import annotations

import pytest

from tests.sweep.calls import Call, calls
from tests.sweep.sweep import swept


@pytest.mark.parametrize("call", calls(), ids=lambda call: call.spelling)
def test_every_way_in_gives_the_same(call: Call) -> None:
    thin = max(1, len(call.points) // 8) | 1
    fare = swept(call, ["numpy"], thin)
    assert fare.wrong == []
    assert sum(fare.equal.values()) > len(call.points[::thin])  # something was compared
