"""What stands in a Value beside its inputs, to tell how they are held."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.graph.node import NO_ATTRS


class Alone:
    """What stands in place of a second input where there is none.

    Args:
        attrs: The primitive's other arguments.
    """

    __slots__ = ("attrs",)

    def __init__(self, attrs: dict[str, Any]) -> None:
        self.attrs = attrs


# That without other arguments; and what stands there where the first is the tuple of all inputs: these are nodes alone,
# or (for all that is known) constants are among them; or no gradient flows to the node, whatever they are.
ALONE: Any = Alone(NO_ATTRS)
MANY: Any = type("Many", (), {"__slots__": ()})()
MIXED: Any = type("Mixed", (), {"__slots__": ()})()
CONSTANT: Any = type("Constant", (), {"__slots__": ()})()

# What stands in place of a gradient, before a pass and after it, where both inputs are Values, and where the first
# alone is one; the pass looks at the inputs of others.
PAIR: Any = type("Pair", (), {"__slots__": ()})()
LONE: Any = type("Lone", (), {"__slots__": ()})()


class Arguments(tuple[Any, ...]):
    """All inputs of an operation that has other arguments; or those of a leaf, none, with its mark in their place."""

    attrs: dict[str, Any]


def arguments(inputs: Sequence[Any], attrs: dict[str, Any]) -> Arguments:
    """These inputs with these other arguments."""
    made = Arguments(inputs)
    made.attrs = attrs
    return made
