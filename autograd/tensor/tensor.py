"""An ndarray that remembers: the array node, in NumPy's dialect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Never, Self

import numpy as np
from numpy import ndarray

from autograd.arguments import truth
from autograd.elsewhere import catching
from autograd.errors import GraphError, ShapeError
from autograd.graph.changes import owned
from autograd.graph.clock import CLOCK
from autograd.graph.copying import Copying
from autograd.graph.hooks import current_tracer
from autograd.graph.mode import recording
from autograd.graph.node import ACTIVE, NO_ATTRS, Node, describe, fill, new_node
from autograd.graph.outside import CUT, is_cut, look_at
from autograd.graph.slips import none_yet
from autograd.kinds import Array, ArrayLike, DTypeLike, NDArray
from autograd.numpy.protocols import apply_function, apply_ufunc
from autograd.rules import arithmetic, shaping
from autograd.rules.primitive import Primitive
from autograd.tensor import operands
from autograd.tensor.methods import ArrayMethods, plain_index
from autograd.tensor.operands import as_array, check_floating, compared, explained, for_complex, held, in_type_of


class Tensor(ArrayMethods, Copying):
    """An n-dimensional array in a graph of arrays.

    Operators, methods, indexing and NumPy's functions compute a new Tensor; where an operand has ``requires_grad``, the
    result records how it was made, and `backward` fills in ``.grad``. NumPy's broadcasting and dtype rules hold;
    float32 stays float32, in gradients too. Arrays that take part are copied, so that changing them later does no harm
    (make a large one a Tensor once). A computed Tensor's ``.data`` is read-only. Change a leaf by ``W.data -= step``,
    or by ``W -= step`` and ``W[i] = x`` inside `no_grad`: then a backward pass that would need the old numbers says so.
    Writing into the array itself (``W.data[0] = x``) goes unnoticed, and is at your own risk.

    Comparisons are NumPy's, entry by entry, so that ``in`` and ``list.index`` compare numbers; look for a Tensor itself
    with ``any(t is x for x in tensors)``, or in a set or dict.

    Args:
        data: Anything NumPy makes an array of; it is copied.
        requires_grad: Whether to compute gradients for it.
        label: A name for pictures and messages.
        dtype: As in ``np.array``.

    Raises:
        DTypeError: Gradients of integers or booleans, or data that are not numbers.

    Example:
        >>> import numpy as np
        >>> W = Tensor([[1.0, -2.0], [0.5, 3.0]], requires_grad=True)
        >>> x = np.array([1.0, 2.0])
        >>> y = np.tanh(x @ W).sum()
        >>> y.backward()
        >>> W.grad.shape
        (2, 2)
    """

    __slots__ = ("attrs", "inputs", "requires_grad")
    kind = "array"

    @catching
    def __init__(
        self,
        data: Tensor | ArrayLike,
        requires_grad: bool = False,
        label: str | None = None,
        dtype: DTypeLike | None = None,
        **words: Never,
    ) -> None:
        if words:
            from autograd.suggest import refuse_keywords

            refuse_keywords("Tensor", words, ("data", "requires_grad", "label", "dtype"))
        cut = isinstance(data, Tensor) and not requires_grad and is_cut((data,))
        data = data.data if isinstance(data, Tensor) else data  # a traced one refuses
        operands.refuse_masked(data, "a Tensor")
        array = operands.numbers_of(data, dtype)
        if requires_grad := requires_grad is not False and truth("requires_grad", requires_grad):
            check_floating(array)
        fill(self, array, None, (), CUT if cut else NO_ATTRS, requires_grad, label)

    # ---- what it holds ----------------------------------------------------------------------------------------------

    @property
    def data(self) -> Array:
        """The ndarray. A leaf's may be replaced or updated (``W.data -= step``); a computed Tensor's is read-only."""
        array: Array = self._raw
        if self.rule is not None and array.flags.writeable:
            array = array.view()
            array.flags.writeable = False
        return array

    @data.setter
    def data(self, array: Tensor | ArrayLike) -> None:
        self._check_leaf()
        operands.refuse_masked(array, "a Tensor")
        new = array if array is self._raw else operands.kept(array, self.dtype, "a Tensor's data")
        if new.shape != self.shape:
            raise ShapeError(f"data of shape {new.shape} for {describe(self)} of shape {self.shape}: make a new Tensor")
        self._raw = new
        self.stamp = CLOCK.tick()

    @property
    def grad(self) -> Tensor | None:
        """∂L/∂(this), a Tensor of this shape, or None where no backward pass has reached it."""
        found = self._grad
        if found is None or isinstance(found, Tensor):
            return none_yet(self) if found is None else found
        gradient = constant(found)
        if self.rule is None:
            self._grad = gradient
        else:  # may share memory with other gradients of the pass
            gradient._raw = gradient._raw.view()
            gradient._raw.flags.writeable = False
        return gradient

    @grad.setter
    def grad(self, gradient: Tensor | ArrayLike | None) -> None:
        fitting: Tensor | None = None
        if gradient is not None:
            what = "a Tensor's gradient"
            operands.check_kept(gradient, self.dtype, what)
            fitting = gradient if isinstance(gradient, Tensor) else constant(operands.kept(gradient, self.dtype, what))
            if fitting.dtype != self.dtype:
                fitting = shaping.astype(fitting, dtype=self.dtype)
            self._check_gradient_shape(fitting.shape)
        self._grad = fitting

    def numpy(self) -> Array:
        """The ndarray, as `data`."""
        return self.data

    def detach(self) -> Tensor:
        """The same numbers as a constant: gradients stop here."""
        tracer = current_tracer()
        if tracer is not None:  # whatever numbers it holds at a replay
            return tracer.joined(self, requires_grad=False)  # type: ignore[no-any-return]
        return new_node(Tensor, self._raw.copy(), None, (), CUT if is_cut((self,)) else NO_ATTRS)

    # ---- recording --------------------------------------------------------------------------------------------------

    @staticmethod
    def _apply(rule: Primitive, inputs: Sequence[Any], attrs: dict[str, Any]) -> Tensor:
        tracer = current_tracer()
        if tracer is not None:
            return tracer.apply(rule, inputs, attrs)  # type: ignore[no-any-return]
        requires_grad = False
        arrays: list[Any] = []
        captured: list[int] = []  # positions of operands that are the user's own memory
        for x in inputs:
            kind = x.__class__
            if kind is Tensor:
                arrays.append(x._raw)
                if x.requires_grad:
                    requires_grad = True
            elif kind is float or kind is int or kind is complex:
                arrays.append(x)
            elif isinstance(x, Tensor):
                if x.carries:
                    return x._apply(rule, inputs, attrs)
                requires_grad = requires_grad or x.requires_grad
                arrays.append(x._raw)
            else:
                captured.append(len(arrays))
                arrays.append(x if kind is ndarray and x.dtype.kind in "fiubc" else as_array(x, rule))
        if not rule.analytic:
            rule = for_complex(rule, arrays)
        try:
            data = rule.array(*arrays, **attrs) if attrs else rule.array(*arrays)
        except ValueError as error:
            raise explained(rule, arrays, error) from None
        except TypeError:
            rule.refuse_settings(attrs)
            raise
        if data.__class__ is not ndarray:
            data = np.asarray(data)
        if requires_grad and rule.differentiable and recording():
            if captured:
                inputs = list(inputs)
                for i in captured:
                    inputs[i] = fill(object.__new__(Tensor), held(arrays[i]))
            return fill(object.__new__(Tensor), data, rule, tuple(inputs), owned(attrs) if attrs else NO_ATTRS, True)
        if rule.view and np.may_share_memory(data, arrays[0]) and not operands.is_held(data):
            data = data.copy()  # a leaf has its memory to itself
        return new_node(Tensor, data, None, (), CUT if is_cut(inputs) else NO_ATTRS)

    # ---- changing a leaf in place -----------------------------------------------------------------------------------

    def _check_leaf(self) -> None:
        if self.rule is not None:
            raise GraphError(
                f"{describe(self)} was computed and cannot be changed in place; build a new one (where, stack …)"
            )

    def _update(self, ufunc: np.ufunc, other: Any, rule: Primitive) -> Self:
        if self.rule is not None or self.attrs is ACTIVE or (recording() and not self.requires_grad):
            return self._call(rule, self, other)
        if recording():
            raise GraphError(
                f"{describe(self)} requires a gradient and is changed in place outside no_grad: write "
                "`with ag.no_grad(): W -= learning_rate * W.grad`, on two lines or one"
            )
        change = other._raw if isinstance(other, Tensor) else other
        try:
            ufunc(self._raw, change, out=self._raw, casting="same_kind")
        except ValueError as error:
            raise explained(rule, [self._raw, change], error) from None
        self.stamp = CLOCK.tick()
        return self

    def __iadd__(self, other: Any) -> Self:
        return self._update(np.add, other, arithmetic.add)

    def __isub__(self, other: Any) -> Self:
        return self._update(np.subtract, other, arithmetic.subtract)

    def __imul__(self, other: Any) -> Self:
        return self._update(np.multiply, other, arithmetic.multiply)

    def __itruediv__(self, other: Any) -> Self:
        return self._update(np.true_divide, other, arithmetic.divide)

    def _as_index(self) -> Any:
        return self._raw.copy()

    def __setitem__(self, index: Any, values: Any) -> None:
        if recording() and (self.requires_grad or getattr(values, "requires_grad", False)):
            raise GraphError(
                "assigning to entries of a Tensor that takes part in gradients: use where, stack or concatenate "
                "to build the new Tensor, or change a leaf inside `with ag.no_grad():`"
            )
        self._check_leaf()
        operands.write_into(self._raw, plain_index(index), values)
        self.stamp = CLOCK.tick()

    # ---- Python's and NumPy's protocols -----------------------------------------------------------------------------

    if not TYPE_CHECKING:  # whose stubs of NumPy would take x @ W for an ndarray, were a Tensor one of their ArrayLikes

        def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
            if self.requires_grad:
                from autograd.tensor.plain_arrays import refuse_array

                refuse_array()
            return operands.plain_array(self._raw, dtype, copy)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if "out" in options and method == "__call__":
            return operands.apply_into(ufunc, inputs, options)
        return apply_ufunc(ufunc, method, inputs, options)

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
        return apply_function(function, args, kwargs)

    def __lt__(self, other: Any) -> NDArray[np.bool]:
        return compared(arithmetic.less, self, other)

    def __le__(self, other: Any) -> NDArray[np.bool]:
        return compared(arithmetic.less_equal, self, other)

    def __gt__(self, other: Any) -> NDArray[np.bool]:
        return compared(arithmetic.greater, self, other)

    def __ge__(self, other: Any) -> NDArray[np.bool]:
        return compared(arithmetic.greater_equal, self, other)

    def __eq__(self, other: Any) -> NDArray[np.bool]:  # type: ignore[override]
        return compared(arithmetic.equal, self, other)

    def __ne__(self, other: Any) -> NDArray[np.bool]:  # type: ignore[override]
        return compared(arithmetic.not_equal, self, other)

    __hash__ = Node.__hash__

    def __bool__(self) -> bool:
        tracer = current_tracer()
        if tracer is not None:
            tracer.decide("a branch on a Tensor")
        look_at("a branch", self)
        return bool(self._raw)

    def __float__(self) -> float:
        if self.requires_grad:
            from autograd.tensor.plain_arrays import refuse_number

            refuse_number()
        return float(self._raw)

    def __int__(self) -> int:
        return int(float(self))

    def __format__(self, spec: str) -> str:
        if spec and self.size != 1:
            raise TypeError(f"{spec!r} formats one number, not shape {self.shape}: {{x!r}}, or np.array2string(x.data)")
        return format(self._raw.item(), spec) if spec else repr(self)

    def __repr__(self) -> str:
        details = [np.array2string(self._raw, separator=", ", prefix="Tensor(")]
        if self.dtype != np.float64:
            details.append(f"dtype={self.dtype}")
        if self.rule is not None:
            details.append(f"made by {self.rule.name}")
        elif self.requires_grad:
            details.append("requires_grad=True")
        if self.label:
            details.append(f"label={self.label!r}")
        return f"Tensor({', '.join(details)})"

    # ---- what the graph asks of each kind of node -------------------------------------------------------------------

    def _check_gradient_shape(self, shape: tuple[int, ...]) -> None:
        if shape != self.shape:
            hint = "the shapes must be equal" + ("; x.grad = None clears it" if shape == () else "")
            raise ShapeError(f"a gradient of shape {shape} for {describe(self)} of shape {self.shape}: {hint}")

    def _seed(self, gradient: Any, create_graph: bool) -> Any:
        if gradient is None:
            y = self._raw
            if y.size != 1:
                raise ShapeError(
                    f"backward from a Tensor of shape {y.shape} needs the upstream gradient: "
                    f"pass gradient= of shape {y.shape}, or reduce it first with .sum() or .mean()"
                )
            operands.check_real(y, self)
            ones = np.ones(y.shape, y.dtype) if y.shape else np.array(1, y.dtype)
            return constant(ones) if create_graph else ones
        self._check_gradient_shape(np.shape(gradient._raw if isinstance(gradient, Tensor) else gradient))
        if isinstance(gradient, Tensor) and create_graph:
            operands.check_kept(gradient, self.dtype, "a gradient or direction")
            return gradient
        array = operands.kept(getattr(gradient, "_raw", gradient), self.dtype, "a gradient or direction")
        return constant(array) if create_graph else array

    def _unbroadcast(self, share: Any) -> Any:
        array = self._raw
        shape, dtype = array.shape, array.dtype
        if share.__class__ is float or share.__class__ is int or share.__class__ is complex:
            # A rule may say "the same for every entry" by a plain number.
            share = np.asarray(share if dtype.kind == "c" else share.real, dtype)
        if share.shape != shape:
            # Copies made by broadcasting add up; a share with fewer axes (a number for all) is broadcast first.
            full = share.shape
            if full[len(full) - len(shape) :] != shape:
                full = np.broadcast_shapes(full, shape)
            if share.shape != full:
                share = shaping.broadcast_to(share, shape=full)
            if full != shape:
                sum_to: Any = shaping.sum_to.array if share.__class__ is ndarray else shaping.sum_to
                share = sum_to(share, shape=shape)
        if share.dtype != dtype:
            share = in_type_of(array, share)
        return share

    @staticmethod
    def _accumulate(gradients: dict[Any, Any]) -> None:
        # A leaf's gradient is the user's to change: no memory of another's (an addition hands its g to both parents).
        in_between = set(map(id, [gradient for node, gradient in gradients.items() if node.rule is not None]))
        for node, gradient in gradients.items():
            if gradient is None:
                continue
            if node.rule is not None:
                # A node in between that held the record of its gradient, which holds the node, could not be freed.
                gradient = gradient if gradient.__class__ is ndarray else _plain(gradient)
            else:
                if node._grad is not None:
                    recorded = isinstance(gradient, Tensor)
                    gradient = node.grad + gradient if recorded else np.add(_plain(node._grad), gradient)
                elif isinstance(gradient, Tensor):
                    shared = id(gradient) in in_between
                    gradient = shaping.astype(gradient, dtype=gradient.dtype) if shared else gradient
                elif id(gradient) in in_between or gradient.base is not None:
                    gradient = gradient.copy()
            node._grad = gradient

    def _as_gradient(self, gradient: Any, create_graph: bool) -> Any:  # noqa: ARG002 - it is a Tensor only then
        if gradient is None:
            return constant(np.zeros(self.shape, self.dtype))
        return gradient if isinstance(gradient, Tensor) else constant(np.array(gradient))

    def _copy(self, inputs: tuple[Any, ...]) -> Self:
        copy = new_node(type(self), self._raw.copy(), self.rule, inputs, self.attrs, self.requires_grad)
        copy._grad = None if self._grad is None else constant(np.array(_plain(self._grad)))
        copy.label = self.label
        return copy


def constant(array: Any) -> Tensor:
    """A Tensor around an array as it is: no copy, no gradient."""
    return fill(object.__new__(Tensor), np.asarray(array))


def _plain(gradient: Any) -> Array:
    return gradient._raw if isinstance(gradient, Tensor) else np.asarray(gradient)
