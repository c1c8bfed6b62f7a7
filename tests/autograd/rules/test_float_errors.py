"""A choice of what NumPy does about divisions by 0 is what `numpy.errstate` makes of it, wherever it is taken."""

from __future__ import annotations

import gc
import warnings
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from typing import Any

import numpy as np
import pytest

from autograd.rules.float_errors import FloatErrors

CHOICES: list[dict[str, Any]] = [{}, {"all": "ignore"}, {"over": "raise", "divide": "print"}, {"under": "warn"}]


@pytest.mark.parametrize("outside", CHOICES)
@pytest.mark.parametrize("inside", CHOICES)
def test_it_is_what_errstate_makes_of_what_was_there(outside: dict[str, Any], inside: dict[str, Any]) -> None:
    errors = FloatErrors(**inside)
    for _ in range(2):  # made, and kept
        with np.errstate(**outside):
            with np.errstate(**inside):
                expected = np.geterr()
            before = np.geterr()
            assert errors.run(np.geterr) == expected
            assert np.geterr() == before


def test_what_was_chosen_elsewhere_is_not_taken_for_what_is_here() -> None:
    errors = FloatErrors(divide="ignore")
    for over in ("raise", "ignore", "raise", "warn"):
        with np.errstate(over=over):
            found = errors.run(np.geterr)
        assert (found["over"], found["divide"]) == (over, "ignore")
    np.setbufsize(16384)
    try:
        assert errors.run(np.getbufsize) == 16384
    finally:
        np.setbufsize(8192)
    assert errors.run(np.getbufsize) == 8192


def test_within_another_and_itself() -> None:
    errors, other = FloatErrors(divide="ignore"), FloatErrors(invalid="raise")
    found = errors.run(other.run, errors.run, np.geterr)
    assert (found["divide"], found["invalid"]) == ("ignore", "raise")
    assert np.geterr()["invalid"] == "warn"


def test_it_ends_with_what_is_called() -> None:
    before = np.geterr()
    with pytest.raises(ZeroDivisionError):
        FloatErrors(all="ignore").run(lambda: 1 // 0)
    assert np.geterr() == before


def test_another_thread_has_its_own() -> None:
    errors = FloatErrors(divide="ignore")

    def both() -> tuple[str, str]:
        with np.errstate(divide="raise"):
            return errors.run(np.geterr)["divide"], np.geterr()["divide"]

    with ThreadPoolExecutor(4) as pool:
        assert {*pool.map(lambda _: both(), range(50))} == {("ignore", "raise")}


def test_who_hears_is_told_what_was_done_outside() -> None:
    heard: list[str] = []
    errors = FloatErrors(lambda errors, _, kind, __: heard.append(f"{kind}: {errors['over']}"), all="call")
    for over in ("raise", "ignore"):
        with np.errstate(over=over), warnings.catch_warnings():
            warnings.simplefilter("error")
            errors.run(np.reciprocal, np.zeros(1))
    assert heard == ["divide by zero: raise", "divide by zero: ignore"]


def test_it_keeps_nothing_else_of_the_context() -> None:
    class Listener:
        def __call__(self, *_: Any) -> None: ...

    errors, listener = FloatErrors(divide="ignore"), Listener()
    gone = weakref.ref(listener)
    with np.errstate(call=listener):
        errors.run(np.geterr)
    del listener
    errors.run(np.geterr)  # outside of it again
    gc.collect()
    assert gone() is None
    empty = Context()
    empty.run(errors.run, np.geterr)
    assert len(empty) == 1
