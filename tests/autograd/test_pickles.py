"""Public names go through pickle and come back as themselves: processes hand functions to one another that way."""

from __future__ import annotations

import importlib
import inspect
import pickle
from types import ModuleType

import pytest

MODULES = [
    "autograd", "autograd.builtins", "autograd.core", "autograd.differential_operators", "autograd.extend",
    "autograd.graph", "autograd.misc", "autograd.misc.fixed_points", "autograd.misc.flatten",
    "autograd.misc.optimizers", "autograd.numpy", "autograd.numpy.fft", "autograd.numpy.linalg",
    "autograd.scipy.integrate", "autograd.scipy.interpolate", "autograd.scipy.linalg", "autograd.scipy.optimize",
    "autograd.scipy.signal", "autograd.scipy.special", "autograd.scipy.stats", "autograd.test_util", "autograd.util",
]  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_public_functions_and_classes_are_pickled_by_reference(name: str) -> None:
    if ".scipy." in name:
        pytest.importorskip("scipy", reason="needs gradbook[scipy]")
    module = importlib.import_module(name)
    public = getattr(module, "__all__", None) or [word for word in dir(module) if not word.startswith("_")]
    problems = []
    for word in public:
        thing = getattr(module, word)
        others = type(thing).__module__.startswith(("numpy", "scipy"))  # objects of theirs, some of which cannot
        if isinstance(thing, ModuleType) or not callable(thing) or inspect.isbuiltin(thing) or others:
            continue
        try:
            if pickle.loads(pickle.dumps(thing)) is not thing:
                problems.append(f"{word} comes back as another")
        except Exception as error:
            problems.append(f"{word}: {error}")
    assert problems == []
