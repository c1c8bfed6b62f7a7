"""Sums of products of many scalars, as one node each: what a neuron is made of."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from autograd.errors import ShapeError
from autograd.graph.mode import recording
from autograd.rules import products
from autograd.value.marks import CONSTANT, LONE, MANY, MIXED
from autograd.value.product import LARGE, Matrix, Product
from autograd.value.value import Value, computed, values_alone

FEW = 32  # of fewer weights, each sum is quicker on its own


def affine(weights: Sequence[Any], inputs: Sequence[Any], bias: Any = 0.0) -> Any:
    """bias + w₁x₁ + w₂x₂ + … of scalars, as one node; for several lists of weights, a node for each.

    Args:
        weights: Scalars, or lists of scalars: the rows of a matrix.
        inputs: As many scalars as there are weights in a row.
        bias: A scalar; with rows a list of one for each.

    Returns:
        A node, or a list of nodes for rows.

    Raises:
        ShapeError: The lists do not belong together.

    Example:
        >>> import autograd as ag
        >>> a, b = ag.Value(2.0), ag.Value(-1.0)
        >>> affine([a, b], [3.0, 4.0], 1.0).data
        3.0
        >>> [y.data for y in affine([[a, b], [b, a]], [3.0, 4.0], [1.0, 0.0])]
        [3.0, 5.0]
    """
    if weights.__class__ is not list or inputs.__class__ is not list:
        _check_many("weights", weights)
        _check_many("inputs", inputs)
    in_rows = len(weights) > 0 and isinstance(weights[0], (list, tuple))
    rows: Sequence[Any] = weights if in_rows else [weights]
    counts = {*map(len, rows)} - {len(inputs)}
    if counts:
        raise ShapeError(
            f"a sum of products of {counts.pop()} weights and {len(inputs)} inputs: the numbers must be equal"
        )
    if not in_rows:
        return products.affine(bias, *weights, *inputs)
    if not isinstance(bias, (list, tuple)) or len(bias) != len(rows):
        raise ShapeError(f"affine of {len(rows)} rows of weights takes a list of as many biases, got {bias!r}")
    return _of_matrix(rows, inputs, bias) or _of_rows([(b, *row) for b, row in zip(bias, rows, strict=True)], inputs)


def _check_many(name: str, given: Any) -> None:
    if not hasattr(given, "__len__") or not getattr(given, "ndim", True):
        raise TypeError(f"affine takes lists of {name}, got {given!r}: of numbers it is affine([w], [x], bias)")


def _of_matrix(weights: Sequence[Any], inputs: Sequence[Any], biases: Sequence[Any]) -> list[Value] | None:
    """The sum for each row as part of one `Product`, where that is quicker; else None."""
    if len(weights) * len(inputs) < FEW or not recording():
        return None
    kinds = {*map(type, inputs)}
    if not kinds <= {Value, float}:
        return None
    matrix = _matrix_of(weights, biases)
    numbers = [1.0, *inputs] if Value not in kinds else [1.0, *[x if x.__class__ is float else x._raw for x in inputs]]
    if matrix is None or not hypot(*numbers) < LARGE:
        return None
    try:
        data = products.affine_forward(matrix.array, np.array(numbers)).tolist()
    except FloatingPointError:  # as NumPy has been told to, of what is nearly 0
        return None
    product = Product(matrix, inputs, numbers)
    return [computed(y, products.affine, product, i, LONE) for i, y in enumerate(data)]


def _of_rows(rows: Sequence[Sequence[Any]], inputs: Sequence[Any]) -> list[Any]:
    """The sum for each row, its bias first; where all are Values, with one look at the inputs for all of them."""
    rule = products.affine
    kinds = {*map(type, inputs)}
    numbers = values_alone(rows) if kinds <= {Value, float} and recording() else None
    if numbers is None or not all([row[0]._second is not CONSTANT for row in rows]):  # noqa: C419
        return [rule(*row, *inputs) for row in rows]
    last = [x if x.__class__ is float else x._raw for x in inputs]
    many = MIXED if float in kinds else MANY
    found: list[Any] = []
    end = 0
    for row in rows:
        start, end = end, end + len(row)
        data = products.weighted_sum(numbers[start], numbers[start + 1 : end], last)
        found.append(computed(data, rule, (*row, *inputs), many))
    return found


# The last one with each first bias, while a graph holds it.
_KNOWN: WeakValueDictionary[int, Matrix] = WeakValueDictionary()


def _matrix_of(weights: Sequence[Any], biases: Sequence[Any]) -> Matrix | None:
    """These rows, for all samples while no number changes.

    Returns:
        None where not all are Values of usual size that want gradients.
    """
    known = _KNOWN.get(id(biases[0]))
    if known is not None and known.is_of(weights, biases):
        return known
    numbers = values_alone([(b, *row) for b, row in zip(biases, weights, strict=True)])
    if numbers is None or not hypot(*numbers) < LARGE or not all([b._second is not CONSTANT for b in biases]):  # noqa: C419
        return None
    made = _KNOWN[id(biases[0])] = Matrix(weights, biases, numbers)
    return made
