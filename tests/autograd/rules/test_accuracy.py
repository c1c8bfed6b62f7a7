"""The book against mpmath: the error of every elementwise entry, for values, first and second derivatives."""

from __future__ import annotations

import numpy as np
import pytest

from autograd.rules.primitive import BOOK
from tests.autograd.rules.accuracy import ALLOWED, BOUNDS, ELEMENTWISE, measure

KINDS = {"value": float, "float64": np.float64, "float32": np.float32}


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_errors_are_a_few_units_in_the_last_place(name: str) -> None:
    for kind, dtype in KINDS.items():
        for order, (error, point) in enumerate(measure(name, dtype)):
            assert error <= BOUNDS[order], f"derivative {order} of {name} of a {kind} at {point}: {error:.3g} ulp"


def test_what_is_allowed_is_needed() -> None:
    for name, allowed in list(ALLOWED.items()):
        del ALLOWED[name]
        try:
            worst = measure(name, float)
        finally:
            ALLOWED[name] = allowed
        for case in allowed:
            assert worst[case.order][0] > BOUNDS[case.order], f"{name}: derivative {case.order} is exact without"


CANCELLING = {
    "tanh": lambda g, y, x: g * (1 - y * y),
    "sigmoid": lambda g, y, x: g * (y * (1 - y)),
    "expm1": lambda g, y, x: g * (y + 1),
    "arcsinh": lambda g, y, x: g / (1 + x * x) ** 0.5,
}


@pytest.mark.parametrize("name", CANCELLING)
def test_a_rule_that_cancels_or_overflows_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entry, rules = BOOK[name], (CANCELLING[name],)
    for kind in ("scalar", "array", "node"):
        monkeypatch.setitem(entry.derivatives, kind, (None, rules))
    monkeypatch.setattr(entry, "vjps", rules)
    assert measure(name, float)[1][0] > 1e6
    assert measure(name, np.float64)[1][0] > 1e6
