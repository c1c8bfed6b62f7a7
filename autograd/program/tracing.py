"""Numbers while a function is recorded: Values that know they stand for any number, and refuse to be treated as one."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Sequence
from typing import Any, ClassVar, NoReturn

import numpy as np

from autograd.errors import GraphError
from autograd.graph.hooks import current_recorder
from autograd.graph.mode import is_recording
from autograd.graph.node import NO_ATTRS, Node, new_node
from autograd.graph.operators import Operators
from autograd.rules import arithmetic, shaping
from autograd.rules.primitive import Primitive
from autograd.value.value import Value, _operand


class RecordingError(GraphError):
    """A function that cannot be recorded, since what it did once need not be what it would do for other numbers."""


def refuse(what: str, instead: str) -> NoReturn:
    """Raise, naming the user's line."""
    raise RecordingError(f"ag.compile cannot record {what}{at_line(*users_line())}: {instead}")


def users_line() -> tuple[str, int]:
    """The file and the line of the innermost caller outside this package."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").split(".")[0] == "autograd":
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def at_line(file: str, line: int) -> str:
    """A place in a message, with the text of the line where there is one."""
    text = linecache.getline(file, line).strip()
    return f" (file {file}, line {line}{f': `{text}`' if text else ''})"


class Refusing:
    """What a node of a recording refuses, whether a number or an array: all that would turn it into plain numbers.

    A mixin before the node's own class; `noun` is what messages call it.
    """

    __slots__ = ()
    traced = True
    noun: ClassVar[str]

    # What the graph asks of it; the numbers hold for this recording only.

    def _seed(self, gradient: Any, create_graph: bool) -> Any:
        if not create_graph:
            refuse(
                "a backward pass that is thrown away",
                "inside a compiled function use ag.grad, ag.value_and_grad or ag.gradients(…, create_graph=True)",
            )
        return super()._seed(gradient, create_graph)  # type: ignore[misc]

    @staticmethod
    def _accumulate(gradients: dict[Any, Any]) -> None:  # noqa: ARG004
        refuse(
            ".backward(), which changes .grad",
            "use ag.grad, ag.value_and_grad or ag.gradients, and return the gradients",
        )

    @property
    def data(self) -> Any:
        """Refused: the numbers are of this recording only."""
        refuse("reading .data", f"compute with the {self.noun} itself, or return it")

    @data.setter
    def data(self, numbers: Any) -> None:  # noqa: ARG002
        refuse("setting .data", f"compute a new {self.noun}, or use ag.assign on a leaf from outside")

    def item(self) -> float:
        """Refused, as `data`."""
        refuse(".item()", f"compute with the {self.noun} itself, or return it")

    def __bool__(self) -> bool:
        refuse(f"a branch on a traced {self.noun}", "use ag.where, ag.maximum, ag.minimum or ag.clip")

    def __float__(self) -> NoReturn:
        refuse(f"float() of a traced {self.noun}", "use ag.exp and its kin in place of math's")

    __int__ = __index__ = __complex__ = __float__

    def __format__(self, spec: str) -> str:
        if spec:
            refuse(f"formatting a traced {self.noun} as a number", "print results after the call")
        return repr(self)


class Traced(Refusing, Value):
    """A Value of a function that is being recorded.

    It computes as a Value does. A comparison as an operation of the book (``ag.where(ag.greater(x, 0), …)``) is
    recorded; one that Python would branch on is refused, as is everything else that turns it into a plain number.
    """

    __slots__ = ()
    noun = "Value"

    @staticmethod
    def _apply(rule: Primitive, inputs: Sequence[Any], attrs: dict[str, Any]) -> Any:
        recording = current_recorder()
        if recording is not None and any(
            isinstance(x, np.ndarray) or getattr(x, "kind", "") == "array" for x in inputs
        ):
            return recording.apply(rule, inputs, attrs)
        parents = tuple(x if isinstance(x, Value | float | int) else _operand(x, rule) for x in inputs)
        numbers = [x._raw if isinstance(x, Value) else x for x in parents]
        data = float(rule.on_floats(numbers, attrs))
        if rule is arithmetic.not_equal and parents[0] is parents[1]:
            data = 1.0  # is it NaN? For some numbers it may be, so the answer is yes, and what then follows is recorded
        flows = rule.differentiable and is_recording() and any(x.requires_grad for x in parents if isinstance(x, Value))
        return new_node(Traced, data, rule, parents, attrs or NO_ATTRS, flows)

    def _call(self, function: Any, *inputs: Any, **attrs: Any) -> Any:
        return Traced._apply(function, inputs, attrs)

    def detach(self) -> Value:
        """The same number as a constant: gradients stop here."""
        return new_node(Traced, self._raw, arithmetic.subtract, (self, 0.0), NO_ATTRS, False)

    def leaf_of_a_run(self) -> Traced:
        """A variable of its own that stays joined to this number."""
        return new_node(Traced, self._raw, arithmetic.subtract, (self, 0.0), NO_ATTRS, True)

    def _unbroadcast(self, share: Any) -> Any:
        if getattr(share, "kind", "") == "array":  # beside arrays, a number's gradient is the sum over its copies
            return share if share.shape == () else shaping.sum_to(share, shape=())
        return super()._unbroadcast(share)

    def _as_gradient(self, gradient: Any, create_graph: bool) -> Any:
        return gradient if isinstance(gradient, Node) else super()._as_gradient(gradient, create_graph)

    def _seed(self, gradient: Any, create_graph: bool) -> Any:
        seed = super()._seed(gradient, create_graph)
        # A number must not stay plain, or it would hold for this recording only.
        return new_node(Traced, 1.0, None, (), NO_ATTRS, False) if gradient is None else seed

    def __repr__(self) -> str:
        return f"<traced {self.rule.name if self.rule else 'input'}>"


def _compared(self: Traced, other: Any) -> bool:  # noqa: ARG001
    refuse(
        "a comparison of a traced value",
        "use ag.where(ag.greater(a, b), …), ag.maximum, ag.minimum or ag.clip; `is` for the same node",
    )


for _name in ("__lt__", "__le__", "__gt__", "__ge__", "__eq__", "__ne__"):
    setattr(Traced, _name, _compared)
Traced.__hash__ = Node.__hash__  # type: ignore[method-assign]
# Value's own operators take short cuts that make Values.
for _name, _method in vars(Operators).items():
    if callable(_method) and _name in vars(Value):
        setattr(Traced, _name, _method)
