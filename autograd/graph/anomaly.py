"""The first number that is not finite: which operation made it, on which line, and how it reaches the loss.

Nothing of this costs anything while no detector is open. A node takes the clock's time when it is made; while a
detector is open, the clock is of a class whose time also knows the line of the user's code that asked
(`_WatchedClock`), and a backward pass asks once whether it is watched.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextvars import Token
from typing import Any

import numpy as np

from autograd.errors import AnomalyError
from autograd.graph.clock import CLOCK, Clock
from autograd.graph.hooks import detecting, detector
from autograd.graph.node import Node, describe
from autograd.graph.places import at_line, users_line

# How many steps of the way to the loss a message shows at either end.
SHOWN = 6


class _Stamp(int):
    """A time that knows the line of code where it was asked for."""

    place: tuple[str, int]


class _WatchedClock(Clock):
    """The clock while a detector is open somewhere."""

    @property
    def now(self) -> int:
        time: int = self.__dict__["now"]
        if not detecting():
            return time
        stamp = _Stamp(time)
        stamp.place = users_line()
        return stamp

    @now.setter
    def now(self, time: int) -> None:
        self.__dict__["now"] = time


_count = 0
_counting = threading.Lock()


def _count_detectors(change: int) -> None:
    global _count
    with _counting:
        _count += change
        CLOCK.__class__ = _WatchedClock if _count else Clock


class detect_anomaly:  # noqa: N801 - PyTorch's word
    """Within the block, a backward pass that meets a number that is not finite says where it comes from.

    If the result itself is infinite or NaN, or a gradient becomes so, an `AnomalyError` names the first value that is
    not finite though all it was computed from is, or else the first such gradient: the operation, its inputs' shapes
    and ranges, the first bad index, the line of your code that made the node, and the way to the loss. Infinities that
    do no harm (in a branch that was not taken) are left alone. The block watches this thread or task; a forward pass
    in it takes several times as long. Replays of compiled functions make no nodes, so call the function itself.

    Raises:
        AnomalyError: From `backward`, `gradients`, `grad` and their kin inside the block.

    Example:
        >>> import autograd as ag, numpy as np
        >>> p = ag.Tensor([0.5, 0.0, 0.25], requires_grad=True, label="p")
        >>> try:
        ...     with ag.detect_anomaly(), np.errstate(all="ignore"):
        ...         loss = ag.sum(p * ag.log(p))
        ...         loss.backward()
        ... except ag.AnomalyError as error:
        ...     print(error.node, "|", str(error).splitlines()[1].strip())
        Tensor([-0.69314718,        -inf, -1.38629436], made by log) | input 0: Tensor 'p' of shape (3,), 0 to 0.5
    """

    def __init__(self) -> None:
        self._tokens: list[Token[bool]] = []

    def __enter__(self) -> None:
        _count_detectors(1)
        self._tokens.append(detector.set(True))

    def __exit__(self, *_: object) -> None:
        detector.reset(self._tokens.pop())
        _count_detectors(-1)


# ---- looking -------------------------------------------------------------------------------------------------------


def watched(root: Node, order: Sequence[Node], observe: Callable[..., None] | None) -> Callable[..., None]:
    """An observer of a pass that raises at the first gradient that is not finite; and does so now if the result is not.

    Args:
        root: What the pass starts from.
        order: The nodes below it, in topological order.
        observe: Whom to tell as well.
    """
    if not _is_finite(root._raw):
        raise _of_value(root, order) or _of_given(root, order)

    def observed(node: Node, position: int, share: Any, total: Any) -> None:
        if observe is not None:
            observe(node, position, share, total)
        if not _is_finite(_raw(total)):
            raise _of_value(root, order) or _of_gradient(root, order, node, position, _raw(total))

    return observed


def _of_value(root: Node, order: Sequence[Node]) -> AnomalyError | None:
    """The error of the first result that is not finite, and is to blame for it."""
    for node in order:
        if node.rule is None or _is_finite(node._raw):
            continue
        inputs = [_raw(x) for x in node.inputs]
        if all(map(_is_finite, inputs)) or (_has_nan(node._raw) and not any(map(_has_nan, inputs))):
            return _error(f"{node.rule.name} gave {_first_bad(node._raw)}", "value", node, root, order)
    return None


def _of_given(root: Node, order: Sequence[Node]) -> AnomalyError:
    """The error where every number that is not finite comes from what was given."""
    for node in order:
        for x in node.inputs:
            if not _is_finite(_raw(x)):
                what = describe(x) if isinstance(x, Node) else "a constant"
                return _error(f"{what} holds {_first_bad(_raw(x))}", "number", node, root, order)
    return _error(f"{describe(root)} holds {_first_bad(root._raw)}", "number", root, root, order)


def _of_gradient(root: Node, order: Sequence[Node], node: Any, position: int, total: Any) -> AnomalyError:
    """The error where a derivative is not finite though every value is."""
    parent = describe(node.inputs[position])
    what = f"the derivative of {node.rule.name} made the gradient for {parent} {_first_bad(total)}"
    root_of_nothing = node.rule.name == "sqrt" or (node.rule.name == "power" and np.all(_raw(node.inputs[1]) == 0.5))
    return _error(what, "gradient", node, root, order, _LENGTH if root_of_nothing and np.any(node._raw == 0) else "")


# What has an infinite slope at 0 on the way to a length that has none.
_LENGTH = "  the root's slope at 0 is infinite: if it is the length of a vector, ag.norm(x) has the gradient 0 there"


def _error(what: str, kind: str, node: Node, root: Node, order: Sequence[Node], advice: str = "") -> AnomalyError:
    place = getattr(node.stamp, "place", None)
    where = f", in {node.rule.name}" if node.rule and kind == "number" else ""
    lines = [f"{what}{where}{at_line(*place) if place else ''}, the first {kind} that is not finite"]
    lines += [f"  input {i}: {_shown(x)}" for i, x in enumerate(node.inputs)]
    lines += [f"  result: {_shown(node)}", f"  the way to the loss: {_way(node, root, order)}"]
    error = AnomalyError("\n".join([*lines, *filter(None, [advice])]))
    error.node = node
    return error


def _way(node: Node, root: Node, order: Sequence[Node]) -> str:
    """The operations from a node to the root, along the fewest."""
    steps: dict[Node, tuple[int, Node | None]] = {}  # from each node: how many to the root, and the next one
    steps[root] = (0, None)
    for child in reversed(order):
        if child in steps:
            for x in child.inputs:
                if isinstance(x, Node) and (x not in steps or steps[x][0] > steps[child][0] + 1):
                    steps[x] = (steps[child][0] + 1, child)
    names, at = [], node if node in steps else None
    while at is not None:
        names.append(at.label or (at.rule.name if at.rule else "leaf"))
        at = steps[at][1]
    if len(names) > 2 * SHOWN:
        names[SHOWN:-SHOWN] = [f"… {len(names) - 2 * SHOWN} more …"]
    return " → ".join(names)


def _shown(x: Any) -> str:
    """An input or a result in a few words: what it is, its shape, and the range of its numbers."""
    array = np.asarray(_raw(x))
    name = describe(x) if isinstance(x, Node) else "a constant"
    shape = f" of shape {array.shape}" if array.shape else ""
    if not array.size or array.dtype.kind not in "fiu":
        return f"{name}{shape}"
    numbers = array[~np.isnan(array)]
    if not array.shape:
        return f"{name}, {array:.6g}"
    spread = f", {numbers.min():.6g} to {numbers.max():.6g}" if numbers.size else ", all NaN"
    bad = array.size - int(np.isfinite(array).sum())
    return f"{name}{shape}{spread}{f', {bad} of {array.size} not finite' if bad else ''}"


def _first_bad(x: Any) -> str:
    array = np.asarray(x)
    index = tuple(map(int, np.argwhere(~np.isfinite(array))[0]))
    return f"{array[index]} at index {index}" if index else f"{array[index]}"


def _raw(x: Any) -> Any:
    return x._raw if isinstance(x, Node) else x


def _is_finite(x: Any) -> bool:
    return bool(np.all(np.isfinite(x)))


def _has_nan(x: Any) -> bool:
    return bool(np.any(np.isnan(x)))
