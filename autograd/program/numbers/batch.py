"""A program of numbers replayed over a batch: every number becomes an array with an entry for each example."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from autograd.program.intrinsics import SOFTMAX, softplus_sigmoid
from autograd.program.numbers.lower import SINGLE, Action, Listing, attributes, terms
from autograd.program.simplify import apply
from autograd.program.tape import Tape
from autograd.rules import activations, arithmetic, exponentials, reductions
from autograd.rules.primitive import Primitive


def batched(listing: Listing, size: int) -> Tape:
    """The steps of a program on arrays of ``size`` numbers: from one array for each input, one for each output."""
    return _Batch(listing, size).tape


class _Batch:
    def __init__(self, listing: Listing, size: int) -> None:
        self.tape = Tape()
        self._like = np.broadcast_to(np.float64(0.0), (size,))
        self._listing = listing
        self._places = {place: self.tape.argument(self._like) for place in listing.inputs}
        self._places |= {place: self.tape.constant(number) for place, number in listing.numbers.items()}
        for place, action, operands in zip(listing.places, listing.actions, listing.operands, strict=True):
            results = self._results(action, [self._places[x] for x in operands], operands)
            self._places |= zip((place, *listing.parts.get(place, ())), results, strict=True)
        self.tape.outputs = [self._places[place] for place in listing.outputs]

    def _apply(self, rule: Primitive, *operands: int, **attrs: float) -> int:
        if all(x in self.tape.constants for x in operands):
            return apply(self.tape, rule, operands, attrs)
        return apply(self.tape, rule, operands, attrs, self._like.shape, self._like.dtype)

    def _results(self, action: Action, operands: list[int], places: Sequence[int]) -> list[int]:
        if isinstance(action, str):
            return [self._sum(action, operands)]
        if action is softplus_sigmoid:
            return [self._apply(activations.softplus, *operands), self._apply(activations.sigmoid, *operands)]
        for rule, (with_total, alone) in SOFTMAX.items():
            if action in (rule, with_total, alone):
                total, shares = self._softmax(operands, divides=rule is reductions.log_normaliser_n)
                return [total] if action is rule else [total, *shares] if action is with_total else shares
        read, attrs = attributes(self._listing, action, places)
        return [self._apply(action, *operands[: len(read)], **attrs)]

    def _sum(self, signs: str, operands: Sequence[int]) -> int:
        found = -1
        for sign, term in terms(signs, operands):
            x = term[0] if sign in SINGLE else self._apply(arithmetic.multiply, *term)
            minus = sign in "dq"
            if found < 0:
                found = self._apply(arithmetic.negative, x) if minus else x
            else:
                found = self._apply(arithmetic.subtract if minus else arithmetic.add, found, x)
        return found

    def _softmax(self, xs: Sequence[int], divides: bool) -> tuple[int, list[int]]:
        """ln Σ exp x, and exp x / Σ exp x; the largest x is taken out first, unless it is infinite.

        Where all are −∞, both are NaN if ``divides``.
        """
        top = xs[0]
        for x in xs[1:]:
            top = self._apply(arithmetic.maximum, top, x)
        infinity, zero = self.tape.constant(math.inf), self.tape.constant(0.0)
        finite = self._apply(arithmetic.less, self._apply(arithmetic.absolute, top), infinity)
        top = self._apply(arithmetic.where, finite, top, zero)
        grown = [self._apply(exponentials.exp, self._apply(arithmetic.subtract, x, top)) for x in xs]
        total = grown[0]
        for x in grown[1:]:
            total = self._apply(arithmetic.add, total, x)
        nothing = self._apply(arithmetic.equal, total, zero)  # all are −∞, and so their shares are 0
        if divides:
            total = self._apply(arithmetic.where, nothing, self.tape.constant(math.nan), total)
        shares = [self._apply(arithmetic.divide, x, self._apply(arithmetic.add, total, nothing)) for x in grown]
        return self._apply(arithmetic.add, self._apply(exponentials.log, total), top), shares
