"""Two promises about numbers that are quickly tried, and that others decide in another way."""

from __future__ import annotations

import numpy as np

import autograd as ag
from tests.promises.trial import demand


def choices() -> str:
    """√x at 0, not chosen."""
    found = ag.grad(lambda x: ag.where(ag.BOOK["greater"](x, 0.0), x**0.5, 0.0 * x))(0.0)
    array = ag.grad(lambda x: ag.sum(np.where(x > 0, x**0.5, 0 * x)))(np.zeros(2))
    demand(found == 0.0 and not array.any(), f"{found}, {array}")
    return f"gradient of where(x > 0, √x, 0) at 0: {found}"


def tails() -> str:
    """σ′ at 37.43, where y rounds to 1."""
    found = ag.grad(ag.sigmoid)(37.43)
    demand(abs(found / 5.550825e-17 - 1) < 1e-6, f"{found}")
    return f"σ′(37.43) = {found:.3g}"
