"""Sums of a few terms by the native engine: products side by side, and the same to the bit."""

import math
import re
import struct

import numpy as np
import pytest

import autograd as ag
from autograd.program.native.number_instructions import SHORT_SUMS

pytest.importorskip("llvmlite")

# Of both signs, infinite, no number; and such that products are denormal, in part or all of them, or underflow.
NUMBERS = [0.0, -0.0, 1.5, -2.25, 1e-160, -3e-155, 7e-162, 1e-310, -5e-324, 1e160, math.inf, -math.inf, math.nan, 1 / 3]


def total(signs, factors):
    """The sum, from left to right, of Values or floats."""
    terms = [next(factors) if sign in "sd" else next(factors) * next(factors) for sign in signs]
    found = -terms[0] if signs[0] in "dq" else terms[0]
    for sign, term in zip(signs[1:], terms[1:], strict=True):
        found = found - term if sign in "dq" else found + term
    return found


@pytest.mark.parametrize("signs", SHORT_SUMS)
def test_same_bits_as_python(signs):
    rng = np.random.default_rng(0)
    leaves = [ag.Value(1.0) for sign in signs for _ in range(2 if sign in "pq" else 1)]
    program = ag.Program.from_graph(total(signs, iter(leaves)), wrt=leaves, engine="native")
    for count in (4, 10, len(NUMBERS)):  # infinities and NaNs spoil most sums that they are part of
        for _ in range(100):
            given = rng.choice(NUMBERS[:count], len(leaves))
            found, expected = program(*given)[0], total(signs, iter(given.tolist()))
            assert (found != found and expected != expected) or struct.pack("d", found) == struct.pack("d", expected)


def test_products_of_a_sum_are_one_instruction():
    from autograd.program.native.number_interpreter import _text

    for signs in SHORT_SUMS:
        products = re.findall(r"fmul (.*?) %", _text(f"sum_{signs}"))
        count = signs.count("p") + signs.count("q")
        assert products == ([] if count == 0 else ["double"] if count == 1 else ["<4 x double>"]), signs
