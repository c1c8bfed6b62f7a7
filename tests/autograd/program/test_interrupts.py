"""Ctrl-C where something begins to hold for a while, a trace or a hook, or ends to: after each call that changes it."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd.graph.hooks import current_forward_hook, current_tracer
from nn.init import planning
from nn.training.architecture import describe, plan

CHANGES = {"disable", "enable", "set", "reset"}


def program() -> Any:
    return ag.compile(ag.grad(lambda x: ag.sum(x * x)), engine="numpy")(np.ones(3))


def recorded() -> Any:
    x = ag.Value(2.0)
    return ag.Program.from_graph(x * x, [x], engine="numpy")


def hooked() -> None:
    with ag.forward_hook(lambda _, forward, args, __: forward(*args)):
        nn.Linear(2, 1, seed=0)(np.ones((1, 2), np.float32))


def planned() -> None:
    plan(describe(nn.MLP(2, [3, 1], seed=0)) or {})


def interrupted(work: Callable[[], Any], moment: int) -> BaseException | None:
    """What work ends with, where Ctrl-C comes when that many changes of a context or of the collector were made."""
    left = moment

    def strike(frame: Any, event: str, function: Any) -> None:
        nonlocal left
        ours = frame.f_globals.get("__name__", "").partition(".")[0] in ("autograd", "nn")  # and not np.errstate's own
        if ours and event == "c_return" and getattr(function, "__name__", "") in CHANGES:
            if not left:
                sys.setprofile(None)
                raise KeyboardInterrupt
            left -= 1

    before = sys.getprofile()
    sys.setprofile(strike)
    try:
        work()
    except KeyboardInterrupt as error:
        return error
    finally:
        sys.setprofile(before)
    return None


@pytest.mark.parametrize("work", [program, recorded, hooked, planned])
def test_an_interrupt_leaves_everything_as_it_was(work: Callable[[], Any]) -> None:
    assert gc.isenabled()
    moments = 0
    for moment in count():
        error = interrupted(work, moment)
        try:
            # While the error is kept, as a notebook keeps the last one, and with it all that its frames hold.
            found = gc.isenabled(), current_tracer(), current_forward_hook(), planning.get(), ag.is_recording()
        finally:
            gc.enable()
        ended, error = error is None, None
        assert found == (True, None, None, False, True), moment
        if ended:
            break
        moments += 1
    assert moments >= 2
