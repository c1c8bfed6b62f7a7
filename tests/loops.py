"""Loops in machine code, for tests that set them beside NumPy's way."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import pytest

import autograd as ag

MAKERS = "autograd.rules.loops.makers"


def noted_loops(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Loops are made from now on; the name and the text of each that is asked for."""
    assert ag.compile(lambda x: x + x, engine="native")(np.ones(2)).tolist() == [2, 2]
    made, asked = import_module("autograd.program.native.own_loops").made, list[tuple[str, str]]()

    def make(name: str, text: str) -> Any:
        asked.append((name, text))
        return made(name, text)

    monkeypatch.setattr(MAKERS, [make])
    return asked
