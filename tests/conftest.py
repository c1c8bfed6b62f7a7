"""A test that leaves the engine or NumPy in another state than it found fails, whatever it tested."""

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import autograd as ag


def state() -> dict[str, Any]:
    """What is global, and so could leak from one test into the next."""
    return {
        "recording": ag.is_recording(),
        "np.errstate": np.geterr(),
        "recursion limit": sys.getrecursionlimit(),
        "rule book": list(ag.BOOK),
    }


@pytest.fixture(autouse=True)
def nothing_leaks() -> Iterator[None]:
    """Fail a test that leaks state."""
    before = state()
    yield
    assert state() == before
