"""The commonest slips of a first training loop, told where they happen: each once, by one warning or one clear error.

Nothing here runs in a loop that is right: a gradient that is there is read without it, and a pass that finds no earlier
gradient never asks.
"""

from __future__ import annotations

import dis
import sys
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from autograd.graph.clock import CLOCK
from autograd.graph.node import Node, describe

# Of a loop's passes one in so many is looked at, and so many updates in a row are no accident.
EVERY, UPDATES = 16, 8
_ARITHMETIC = dis.opmap["BINARY_OP"]
_OPERANDS = frozenset(code for name, code in dis.opmap.items() if name.startswith("LOAD_"))


class Slips:
    """Which warnings were given already, and when gradients were last left in leaves."""

    def __init__(self) -> None:
        self.said: set[str] = set()
        self.last_pass = 0
        self.repeated = 0

    def added(self, leaf: Node, order: Iterable[Node]) -> None:
        """A pass is about to add to the gradient that a leaf has: look whether that is meant.

        Args:
            leaf: The leaf.
            order: The pass's nodes in topological order.
        """
        if leaf.stamp > self.last_pass:
            if "zero_grad" not in self.said and np.any(np.asarray(_number(leaf._grad))):
                self._tell(
                    "zero_grad",
                    f"{describe(leaf)} still has the gradient of an earlier step, at another value, and this one is "
                    "added to it: call zero_grad() (or set .grad = None) before backward() in each step",
                )
            return
        self.repeated += 1
        if self.repeated % EVERY == 0 and "updates" not in self.said and (count := _updates(leaf, order)) >= UPDATES:
            self._tell(
                "updates",
                f"the graph goes back through {count} updates of {describe(leaf)}, and grows at each step: "
                "w = w - rate * w.grad computes a new node from the old; change the leaf, w.data -= rate * w.grad",
            )

    def look(self, gradients: Mapping[Node, Any]) -> None:
        """As `added`, where a pass with these results adds to a leaf's earlier gradient."""
        for node, gradient in gradients.items():
            if node.rule is None and node._grad is not None and gradient is not None:
                self.added(node, gradients)
                break

    def passed(self) -> None:
        """Gradients have been left in leaves, at the values that they have now."""
        self.last_pass = CLOCK.now

    def _tell(self, what: str, message: str) -> None:
        self.said.add(what)
        frame, level = sys._getframe(), 1
        while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "autograd":
            frame, level = frame.f_back, level + 1
        warnings.warn(message, stacklevel=level)


SLIPS = Slips()


def none_yet(node: Node) -> Any:
    """None, for a gradient that is not there yet; refused where the caller goes on to compute with it.

    A question such as ``p.grad is None`` is answered. The instruction after the reading tells which it is.

    Raises:
        TypeError: As None times a number would, and says what is missing.
    """
    frame = sys._getframe(2)  # of who reads .grad
    following = filter(None, frame.f_code.co_code[frame.f_lasti + 2 :: 2])  # 0 is room for a cache
    instruction = next(following, None)
    if instruction in _OPERANDS:  # w.grad * rate
        instruction = next(following, None)
    if instruction == _ARITHMETIC:
        raise TypeError(
            f"{describe(node)} has no gradient yet (.grad is None): call backward() on the loss first, "
            "and let the loss depend on it"
        )
    return None


def _number(gradient: Any) -> Any:
    return gradient._raw if isinstance(gradient, Node) else gradient


def _updates(leaf: Node, order: Iterable[Node]) -> int:
    """How many times in a row something without a gradient was taken from a leaf."""
    chain, count = {id(leaf)}, 0
    for node in order:
        if node.rule is not None and node.rule.name in ("subtract", "add") and id(node.inputs[0]) in chain:
            other = node.inputs[1]
            if not (isinstance(other, Node) and other.requires_grad):
                chain.add(id(node))
                count += 1
    return count
