"""A user's own primitive among numbers: its function takes one number for each argument, so lanes go one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograd.rules.primitive import Primitive


class OwnByLanes(Primitive):
    """What stands in a listing for a user's primitive with certain arguments that are no numbers.

    Args:
        rule: The primitive.
        attrs: These arguments, by name.
    """

    def __init__(self, rule: Primitive, attrs: Mapping[str, Any]) -> None:
        super().__init__(rule.name, self._by_lanes, symbol=rule.symbol, doc=rule.doc)
        self._rule, self._attrs = rule, attrs

    def on_floats(self, inputs: Sequence[Any], attrs: dict[str, Any]) -> Any:  # noqa: ARG002 - it has its own
        """The user's function on numbers."""
        return self._rule.on_floats(inputs, dict(self._attrs))

    def _by_lanes(self, *columns: Any) -> Any:
        columns = np.broadcast_arrays(*columns)
        lanes = zip(*(column.ravel().tolist() for column in columns), strict=True)
        return np.array([self.on_floats(numbers, {}) for numbers in lanes]).reshape(columns[0].shape)
