"""Sums of products of many scalars, as one node each: what a neuron is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.errors import ShapeError
from autograd.graph.mode import recording
from autograd.graph.node import NO_ATTRS
from autograd.rules import products
from autograd.value.node import MANY, MIXED
from autograd.value.value import Value, computed, values_alone


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
    for name, given in (("weights", weights), ("inputs", inputs)):
        if not hasattr(given, "__len__") or not getattr(given, "ndim", 1):
            raise TypeError(f"affine takes lists of {name}, got {given!r}: of numbers it is affine([w], [x], bias)")
    in_rows = len(weights) > 0 and isinstance(weights[0], list | tuple)
    rows: Sequence[Any] = weights if in_rows else [weights]
    counts = {*map(len, rows)} - {len(inputs)}
    if counts:
        raise ShapeError(
            f"a sum of products of {counts.pop()} weights and {len(inputs)} inputs: the numbers must be equal"
        )
    if not in_rows:
        return products.affine(bias, *weights, *inputs)
    if not isinstance(bias, list | tuple) or len(bias) != len(rows):
        raise ShapeError(f"affine of {len(rows)} rows of weights takes a list of as many biases, got {bias!r}")
    return _of_rows([(b, *row) for b, row in zip(bias, rows, strict=True)], inputs)


def _of_rows(rows: Sequence[Sequence[Any]], inputs: Sequence[Any]) -> list[Any]:
    """The sum for each row, its bias first; where all are Values, with one look at the inputs for all of them."""
    rule = products.affine
    kinds = {*map(type, inputs)}
    usual = rows[0][0].__class__ is Value and kinds <= {Value, float} and recording()
    numbers = values_alone(rows) if usual else None
    if numbers is None or not all([row[0].requires_grad for row in rows]):  # noqa: C419
        return [rule(*row, *inputs) for row in rows]
    last = [x if x.__class__ is float else x._raw for x in inputs]
    many = MIXED if float in kinds else MANY
    found: list[Any] = []
    end = 0
    for row in rows:
        start, end = end, end + len(row)
        data = products.weighted_sum(numbers[start], numbers[start + 1 : end], last)
        found.append(computed(data, rule, (*row, *inputs), many, NO_ATTRS, True))
    return found
