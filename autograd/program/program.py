"""A graph, recorded once and run again for other numbers: its value, and its gradients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn, Self

import numpy as np

from autograd.arguments import checked, explained
from autograd.elsewhere import a_kind
from autograd.errors import DTypeError, GraphError, ShapeError
from autograd.graph.differentiable import gradients
from autograd.graph.mode import no_grad
from autograd.graph.node import Node, describe
from autograd.graph.order import topological_order
from autograd.graph.outside import frozen
from autograd.graph.places import at_line
from autograd.program.native.engine import Engine
from autograd.program.numbers.routine import FLOAT, Array
from autograd.program.refusal import RecordingError
from autograd.program.routine import Routine, prepare
from autograd.program.tape import Tape, uncollected
from autograd.program.tracing import Tracer
from autograd.tensor.operands import check_kept
from autograd.tensor.tensor import Tensor

__all__ = ["Program"]

# Sizes of batches that a program is prepared for at a time.
BATCHES = 8


class Program:
    """The value and the gradients of a graph, as one flat list of steps.

    Equal computations are done once, constants are computed beforehand, what nothing needs is dropped, and steps that
    do the same for different numbers run side by side. Results are those of the graph to the last bits of rounding.
    The list holds what was recorded: leaves that are not among the inputs keep the number they had. What was cut off
    from the graph (by ``detach()``, or inside `no_grad`) is refused, and so are graphs in which something hangs on a
    comparison or a branch: only a function can be run again for other numbers, by `ag.compile`.

    Make one with `from_graph`.

    Example:
        >>> from autograd import Value
        >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
        >>> program = Program.from_graph(a * b + a**2, wrt=[a, b], engine="numpy")
        >>> program(2.0, -3.0)
        (-2.0, [1.0, 2.0])
        >>> program(1.0, 1.0)
        (2.0, [3.0, 1.0])
        >>> print(program)
        program of 2 inputs, 2 steps, 40 bytes, numpy engine
          t0 = a·a + a·b
          t1 = b + 2·a
          return t0, t1, a
    """

    def __init__(self, routine: Routine, inputs: int, order: int, one: bool, engine: Engine | None) -> None:
        self._routine = routine
        self._engine = engine
        self._inputs = inputs
        self._order = order
        self._one = one
        self._batches: dict[int, Routine] = {}
        if order == 1:
            self.run = routine.flat  # type: ignore[method-assign]  # without a detour

    @classmethod
    @checked
    def from_graph(
        cls,
        output: Node,
        wrt: Node | Sequence[Node],
        engine: Engine | None = None,
        order: int = 1,
        flush_denormals: bool = False,
    ) -> Self:
        """Record the graph below ``output``, with its gradients for ``wrt``.

        Args:
            output: A Value, or a Tensor of one number (of any shape with ``order=0``).
            wrt: The leaves that become the program's inputs, in this order; all other leaves stay as they are now.
            engine: "native" (one loop of machine code; needs llvmlite, the extra ``jit``) or "numpy"; by default native
                where llvmlite is installed. The first native program on a machine waits for the compiler; the result is
                kept in the user's cache folder.
            order: 1 for gradients, 2 for second derivatives too, 0 for the value alone.
            flush_denormals: Count numbers below 2.2e-308 as 0, which is quicker on some processors and no longer exact;
                native engine on x86-64 only.

        Raises:
            RecordingError: Something in the graph would not follow the inputs: a node that was detached or computed
                inside `no_grad`, one that a comparison or a branch looked at while the graph was made.
            GraphError: An input was computed from others, or is given twice.
            ShapeError: A Tensor of several numbers is to be differentiated.
            DTypeError: Values and Tensors are mixed, or second derivatives of Tensors are asked for.
            ImportError: ``engine="native"`` without llvmlite.
        """
        one = isinstance(wrt, Node)
        inputs = [wrt] if isinstance(wrt, Node) else list(wrt)
        _check(output, inputs, order)
        names = [node.label for node in inputs]
        routine = prepare(_tape(output, inputs, order), engine, names, flush_denormals)
        return cls(routine, len(inputs), order, one, engine)

    def __call__(self, *numbers: Any) -> Any:
        """The value and the gradients for other numbers.

        Args:
            *numbers: One for each node of ``wrt``, in its order; arrays of the recorded shapes for Tensors.

        Returns:
            ``(value, gradients)``, the gradients as a list, or as one where ``wrt`` was a single node; with
            ``order=2``, ``(value, gradients, rows)`` with the rows of second derivatives; with ``order=0`` the value.

        Raises:
            ShapeError: Too many numbers or too few, or an array of another shape.
        """
        value, *rest = self._routine.run(self._routine.checked(numbers))
        n = self._inputs
        if self._order == 0:
            return value
        if self._one:
            return value, *rest
        return (
            (value, rest) if self._order == 1 else (value, rest[:n], [rest[n * i : n * i + n] for i in range(1, n + 1)])
        )

    def run(self, x: Array) -> Any:
        """The same with all numbers in one array: the quick way in.

        Args:
            x: The inputs, (inputs,), of 64-bit floats.

        Returns:
            ``(value, gradient)``, the gradient of shape (inputs,), a new array each time; with ``order=2`` also the
            second derivatives, (inputs, inputs).

        Raises:
            ShapeError: ``x`` has another shape.
            DTypeError: The program is one of Tensors.

        Example:
            >>> from autograd import Value
            >>> a, b = Value(2.0), Value(-3.0)
            >>> program = Program.from_graph(a * b * b, wrt=[a, b], engine="numpy", order=2)
            >>> value, gradient, hessian = program.run(np.array([1.0, 2.0]))
            >>> value, gradient, hessian
            (4.0, array([4., 4.]), array([[0., 4.],
                   [4., 2.]]))
        """
        value, rest = self._routine.flat(x)
        if self._order == 1:
            return value, rest
        n = self._inputs
        return (value, rest[:n], rest[n:].reshape(n, n)) if self._order == 2 else (value,)

    @explained
    def batch(self, rows: Any) -> Any:
        """The same for many examples at once: the program is replayed over a batch axis, several examples a step.

        Args:
            rows: An example in each row, (examples, inputs).

        Returns:
            ``(values, gradients)`` of shapes (examples,) and (examples, inputs); with ``order=2`` also the second
            derivatives, (examples, inputs, inputs); with ``order=0`` the values. What is prepared for a number of
            examples is kept, for the latest eight such numbers.

        Raises:
            ShapeError: The rows have another length.
            DTypeError: The program is one of Tensors.

        Example:
            >>> from autograd import Value
            >>> a, b = Value(2.0), Value(-3.0)
            >>> program = Program.from_graph(a * b * b, wrt=[a, b], engine="numpy")
            >>> values, gradients = program.batch([[1.0, 2.0], [3.0, 0.5]])
            >>> values, gradients
            (array([4.  , 0.75]), array([[4.  , 4.  ],
                   [0.25, 3.  ]]))
        """
        given = np.asarray(rows)
        check_kept(given, FLOAT, "the inputs of a program of Values")
        array = given.astype(FLOAT, copy=False)
        n = self._inputs
        if array.ndim != 2 or array.shape[1] != n:
            raise ShapeError(f"a batch of shape {array.shape} for a program of {n} inputs: expected (examples, {n})")
        size = len(array)
        routine = self._batches.get(size)
        if routine is None:
            routine = self._batches[size] = prepare(self._routine.batched(size), self._engine)
            if len(self._batches) > BATCHES:
                self._batches.pop(next(iter(self._batches)))
        columns = routine.run(list(np.ascontiguousarray(array.T)))
        found = np.empty((len(columns), size))
        for column, result in zip(found, columns, strict=True):
            column[...] = result
        values, gradients, seconds = found[0], found[1 : n + 1].T, found[n + 1 :].T
        if self._order == 2:
            return values, gradients, seconds.reshape(size, n, n)
        return (values, gradients) if self._order else values

    @property
    def engine(self) -> str:
        """What runs it: "numpy" or "native"."""
        return self._routine.engine

    @property
    def memory(self) -> int:
        """Bytes of memory that it works in."""
        return self._routine.size

    def __copy__(self) -> Self:
        return self  # what it holds never changes

    def __deepcopy__(self, _memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Program is code made for this process, which pickle cannot write: record it again there")

    def __len__(self) -> int:
        return len(self._routine)

    def __str__(self) -> str:
        from autograd.terminal import printable

        return printable(str(self._routine))

    def __repr__(self) -> str:
        return f"<{str(self).splitlines()[0]}>"


def _check(output: Node, inputs: Sequence[Node], order: int) -> None:
    """Raise where there is no such program."""
    if order not in (0, 1, 2):
        raise ValueError(
            f"order={order!r}: expected 0 (the value), 1 (and its gradients) or 2 (and second derivatives)"
        )
    kind = "array" if isinstance(output, Tensor) else "scalar"
    for node in (output, *inputs):
        if not isinstance(node, Node) or node.kind != kind:
            what = describe(node) if isinstance(node, Node) else a_kind(node)
            raise DTypeError(f"a program is recorded from a graph of Values or from one of Tensors, and this is {what}")
    if isinstance(output, Tensor) and order > 1:
        raise DTypeError("a program of Tensors holds the value and its gradients; ag.compile(ag.hessian(f)) holds more")
    if isinstance(output, Tensor) and order and output.size != 1:
        raise ShapeError(f"gradients of {describe(output)} of shape {output.shape}: reduce it to one number first")
    seen: set[Node] = set()
    for node in inputs:
        if node.rule is not None:
            raise GraphError(
                f"{describe(node)} was computed; a program's inputs are leaves, from which the rest is computed"
            )
        if node in seen:
            raise GraphError(f"{describe(node)} is given twice; each input of a program has one place")
        if order and kind == "array" and not node.requires_grad:
            raise GraphError(f"{describe(node)} does not require a gradient: make it with requires_grad=True")
        seen.add(node)


def _check_all_follows(order: Sequence[Node], inputs: Sequence[Node]) -> None:
    """Raise where a replay would not do what the user's code does for other numbers."""
    found = frozen(order, inputs)
    if found is not None:
        node, what, line = found
        raise RecordingError(
            f"a program cannot follow {describe(node)}, which {what}{at_line(*line) if line else ''}: "
            "use ag.compile, which records the function itself; "
            + (
                "or read .data where the number of now is meant"
                if line
                else "or where the number of now is meant, make a leaf of it (Value(x.data), Tensor(x.data))"
            )
        )


@uncollected
def _tape(output: Node, inputs: Sequence[Node], order: int) -> Tape:
    """The graph below ``output``, with its derivatives, as a tape."""
    tracer = Tracer(captures=False)
    return tracer.finish(tracer.trace(lambda: _traced(tracer, output, inputs, order)))


def _traced(tracer: Tracer, output: Node, inputs: Sequence[Node], order: int) -> list[Any]:
    """The graph below ``output`` again, of traced nodes, and its derivatives by the engine's own backward pass."""
    leaves = [tracer.argument(node._raw, node.kind == "scalar" or node.requires_grad) for node in inputs]
    nodes: dict[Any, Any] = dict(zip(inputs, leaves, strict=True))
    order_of_graph = topological_order(output)
    _check_all_follows(order_of_graph, inputs)
    for node in order_of_graph:
        if node in nodes:
            continue
        if node.rule is None:
            nodes[node] = tracer.constant(node._raw)
        else:
            # A constant of a graph of numbers is the user's in the derivatives too.
            other = tracer.constant if node.kind == "scalar" else lambda x: x
            operands = [nodes[x] if isinstance(x, Node) else other(x) for x in node.inputs]
            nodes[node] = tracer.apply(node.rule, operands, node.attrs)
    root = nodes[output]
    if order and output.kind == "array" and not root.requires_grad:
        raise GraphError(f"{describe(output)} does not depend on any of the inputs")
    tracer.data = False

    def slopes(y: Any) -> list[Any]:
        return gradients(y, leaves, create_graph=True) if y.requires_grad else [tracer.constant(0.0)] * len(leaves)

    if order < 2:
        with no_grad():  # nobody goes on to differentiate these
            return [root, *(slopes(root) if order else [])]
    first = slopes(root)
    with no_grad():
        return [root, *first, *(second for y in first for second in slopes(y))]
