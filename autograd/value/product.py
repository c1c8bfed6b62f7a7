"""Sums of products of the same inputs, y = b + W x, as one step of a backward pass.

Each yᵢ is a node of its own, made by ``affine`` from bᵢ, its row of W and x, and it is seen as that everywhere. What it
holds is its place in a `Product`, of x with a `Matrix` that the products of all samples share. The pass for Values goes
through both of these: a product's step comes after those of its yᵢ and before those of x, the matrix's after those of
its products and before those of b and W. So a layer of scalars costs a product of matrices, and not a multiplication in
Python for each weight and sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot
from typing import Any

import numpy as np

from autograd.graph.clock import CLOCK
from autograd.rules import products
from autograd.value.marks import MANY

LARGE = 1e150  # the product of two smaller numbers is finite, and so are the sums of such: NumPy has nothing to warn of


class Step:
    """What stands in a pass's list beside Values, and looks like a Value without inputs.

    Attributes:
        stamp: The clock's time when it was made.
    """

    __slots__ = ("__weakref__", "_first", "_flow", "_grad", "stamp")
    rule, requires_grad, inputs, attrs = products.affine, True, (), None
    _second = MANY

    def __init__(self, first: tuple[Any, ...]) -> None:
        self._first = first  # what has to come after it on the way back
        self._flow: Any = None  # what has come to it so far
        self._grad: Any = None
        self.stamp = CLOCK.now

    def come(self) -> Any:
        """What has come to it, which it no longer holds."""
        flow, self._flow, self._grad = self._flow, None, None
        return flow

    def step(self, unreached: float) -> None:
        """Hand on what has come to it."""
        raise NotImplementedError


class Matrix(Step):
    """Rows (b, w₁, w₂, …) of Values with the numbers that they have now.

    Args:
        weights: The rows without b.
        biases: Each row's b.
        numbers: Those of the rows, one row after the other.

    Attributes:
        rows: The nodes.
        array: Their numbers.
    """

    __slots__ = ("_biases", "_weights", "array", "rows")

    def __init__(self, weights: Sequence[Any], biases: Sequence[Any], numbers: list[float]) -> None:
        self._weights, self._biases = [row[:] for row in weights], biases[:]
        self.rows = [(b, *row) for b, row in zip(biases, weights, strict=True)]
        self.array = np.array(numbers).reshape(len(biases), -1)
        super().__init__(tuple([x for row in self.rows for x in row]))

    def is_of(self, weights: Sequence[Any], biases: Sequence[Any]) -> bool:
        """Whether it is of the same nodes, and up to date."""
        return self.stamp == CLOCK.now and self._weights == weights and self._biases == biases

    def step(self, unreached: float) -> None:  # noqa: ARG002 - some gradient has come, or no step is taken
        """Hand on what has come from all its products, ∂L/∂y and (1, x) of each."""
        gradients, inputs = zip(*self.come(), strict=True)
        with np.errstate(all="ignore"):
            shares = products.affine_rows(np.array(gradients), np.array(inputs))
        _add(self._first, shares.ravel().tolist())


class Product(Step):
    """A matrix times (1, x), all smaller than `LARGE`, so that a gradient of 0 has shares of 0.

    Args:
        matrix: The matrix.
        given: x, Values and numbers.
        numbers: (1, x).
    """

    __slots__ = ("_given", "_matrix", "_numbers")

    def __init__(self, matrix: Matrix, given: Sequence[Any], numbers: list[float]) -> None:
        self._matrix, self._given, self._numbers = matrix, (*given,), numbers
        super().__init__((matrix, *[x for x in given if x.__class__ is not float]))

    def inputs_of(self, place: int) -> tuple[Any, ...]:
        """What the sum at this place is made from."""
        return (*self._matrix.rows[place], *self._given)

    def no_gradients(self) -> list[float | None]:
        """A place for the gradient of each sum, before any has come."""
        return [None] * len(self._matrix.rows)

    def step(self, unreached: float) -> None:
        """Hand on what has come from the sums: to x now, to the rows with what comes from other products."""
        g, matrix = self.come(), self._matrix
        # A sum that the result does not depend on has no gradient, nor have its weights.
        if None in g or not hypot(*g) < LARGE:
            self._step_one_by_one(g)
            return
        if len(self._first) > 1:  # some of x is more than a number
            try:
                shares = products.affine_inputs(np.array(g), matrix.array)
            except FloatingPointError:
                self._step_one_by_one(g)
                return
            _add(self._given, shares.tolist())
        if matrix._flow is unreached:
            matrix._flow = []
        matrix._flow.append((g, self._numbers))

    def _step_one_by_one(self, gradients: Sequence[float | None]) -> None:
        _, *numbers = self._numbers
        pull: Any = products.affine.derivatives["scalar"][0]
        for place, g in enumerate(gradients):
            if g is not None:
                weights = self._matrix.array[place].tolist()
                _add(self.inputs_of(place), pull(g, 0.0, *weights, *numbers))


def _add(nodes: Sequence[Any], shares: Sequence[float]) -> None:
    for x, share in zip(nodes, shares):  # noqa: B905 - one step of many
        if x.__class__ is not float:
            x._flow += share
