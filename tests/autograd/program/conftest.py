"""Every test of programs runs on both engines, where llvmlite is installed."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(params=["numpy", "native"])
def engine(request: pytest.FixtureRequest) -> Any:
    """The name of an engine."""
    if request.param == "native":
        pytest.importorskip("llvmlite")
    return request.param
