"""Arrays while a function is recorded: Tensors that know they stand for any numbers of their shape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn, Self

import numpy as np

from autograd.errors import DTypeError
from autograd.graph.mode import is_recording
from autograd.graph.node import NO_ATTRS, Node, new_node
from autograd.numpy.protocols import DIFFERENTIABLE, GRADIENT_FREE, apply_function, apply_ufunc
from autograd.program.tracing import Refusing, refuse
from autograd.rules import arithmetic
from autograd.rules.primitive import BOOK, Primitive
from autograd.tensor.operands import as_array, explained
from autograd.tensor.tensor import Tensor, constant

# NumPy's functions that look at shapes and dtypes alone.
OF_SHAPES = frozenset({np.shape, np.ndim, np.size, np.result_type, np.zeros_like, np.ones_like, np.empty_like})


class StandIns:
    """What stands for the results of a recording, whose numbers will be others at each replay: zeros, in one memory.

    Only shapes and dtypes go into a recording, so that it needs no more memory than one result.
    """

    def __init__(self) -> None:
        self._zeros = np.zeros(0, np.uint8)

    def like(self, array: Any) -> Any:
        """Zeros of the same shape and dtype."""
        if array.nbytes > self._zeros.nbytes:
            self._zeros = np.zeros(array.nbytes, np.uint8)
            self._zeros.flags.writeable = False
        return np.ndarray(array.shape, array.dtype, self._zeros)


def traced_node(
    data: Any,
    rule: Primitive | None = None,
    inputs: tuple[Any, ...] = (),
    attrs: dict[str, Any] = NO_ATTRS,
    requires_grad: bool = False,
) -> TracedTensor:
    """A node of a recording."""
    return new_node(TracedTensor, data, rule, inputs, attrs, requires_grad)


def record_operation(
    rule: Primitive, inputs: Sequence[Any], attrs: dict[str, Any], stand_ins: StandIns
) -> TracedTensor:
    """An operation on arrays, recorded whether or not a gradient flows through it."""
    parents: list[Any] = []
    numbers: list[Any] = []
    for x in inputs:
        if isinstance(x, Node):
            numbers.append(x._raw)
        elif x.__class__ is float or x.__class__ is int:
            numbers.append(x)
        else:
            x = constant(as_array(x, rule))
            numbers.append(x._raw)
        parents.append(x)
    try:
        with np.errstate(all="ignore"):
            data = stand_ins.like(np.asarray(rule.array(*numbers, **attrs)))
    except ValueError as error:
        raise explained(rule, numbers, error) from None
    flows = rule.differentiable and is_recording() and any(x.requires_grad for x in parents if isinstance(x, Node))
    return traced_node(data, rule, tuple(parents), attrs or NO_ATTRS, flows)


class TracedTensor(Refusing, Tensor):
    """A Tensor of a function that is being recorded.

    It has a Tensor's shape and dtype, and its operations are recorded, comparisons too. What would turn it into plain
    numbers is refused.
    """

    __slots__ = ()
    noun = "Tensor"

    def detach(self) -> Tensor:
        """The same numbers as a constant: gradients stop here."""
        return traced_node(self._raw, arithmetic.subtract, (self, 0.0))

    def leaf_of_a_run(self) -> TracedTensor:
        """A variable of its own that stays joined to this array."""
        if self.dtype.kind != "f":
            raise DTypeError(
                f"gradients need floating-point numbers, not {self.dtype}: pass floats, or write 1.0 for 1"
            )
        return traced_node(self._raw, arithmetic.subtract, (self, 0.0), NO_ATTRS, True)

    def _as_index(self) -> NoReturn:
        refuse("an index that is traced", "choose with ag.where, multiply by one-hot rows, or pass the entries chosen")

    def tolist(self) -> Any:
        """Refused, as `data`."""
        refuse(".tolist()", "compute with the Tensor itself, or return it")

    def argmax(self, axis: int | None = None) -> Any:  # noqa: ARG002
        """Refused: positions are plain numbers."""
        refuse(".argmax()", "return the Tensor, and look for the largest entry after the call")

    def argmin(self, axis: int | None = None) -> Any:  # noqa: ARG002
        """Refused: positions are plain numbers."""
        refuse(".argmin()", "return the Tensor, and look for the smallest entry after the call")

    def __array__(self, *_: Any, **__: Any) -> NoReturn:
        refuse("turning a traced Tensor into an ndarray", "compute with the Tensor itself, or return it")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        entry = next((rule for rule in BOOK.values() if rule.ufunc is ufunc), None)
        if entry is not None and not entry.differentiable and method == "__call__" and not options:
            return entry(*inputs)  # a comparison, which eagerly gives plain numbers
        if ufunc in GRADIENT_FREE:
            refuse(f"np.{ufunc.__name__}", "build it from functions of the rule book, or call it outside")
        return apply_ufunc(ufunc, method, inputs, options)

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
        if function in GRADIENT_FREE and function not in OF_SHAPES and function not in DIFFERENTIABLE:
            refuse(f"np.{function.__name__}", "build it from functions of the rule book, or call it outside")
        return apply_function(function, args, kwargs)

    def _update(self, ufunc: np.ufunc, other: Any, rule: Primitive) -> Self:  # noqa: ARG002
        refuse(f"an array changed in place by {rule.symbol}=", "write a new Tensor, W = W + …; ag.assign sets leaves")

    def __setitem__(self, index: Any, values: Any) -> None:
        refuse("assigning to entries of an array", "use where, stack or concatenate to build the new Tensor")

    def __repr__(self) -> str:
        return f"<traced {self.rule.name if self.rule else 'array'} of shape {self.shape}>"


TracedTensor.__hash__ = Node.__hash__  # type: ignore[method-assign]
