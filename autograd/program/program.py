"""A graph, recorded once and run again for other numbers: its value, and its gradients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from autograd.errors import DTypeError, ShapeError
from autograd.graph.node import Node, describe
from autograd.program.array_program import fitted, record_program
from autograd.program.arrays.routine import ArrayRoutine
from autograd.program.builder import Builder
from autograd.program.numbers.batch import batch_routine, run_batch
from autograd.program.numbers.routine import Array, Engine, Routine
from autograd.program.recorded import differentiate, no_collection, record
from autograd.tensor.tensor import Tensor

__all__ = ["Program"]

# Sizes of batches that a program is prepared for at a time.
BATCHES = 8


class Program:
    """The value and the gradients of a graph, as one flat list of steps.

    Equal computations are done once, constants are computed beforehand, what nothing needs is dropped, and steps that
    do the same for different numbers run side by side. Results are those of the graph to the last bits of rounding.
    The list holds what was recorded: leaves that are not among the inputs keep the number they had.

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

    def __init__(
        self, routine: Routine | ArrayRoutine, inputs: int, order: int, one: bool, engine: Engine | None
    ) -> None:
        self._routine = routine
        self._engine = engine
        self._inputs = inputs
        self._order = order
        self._one = one
        self._batches: dict[int, ArrayRoutine] = {}
        if order == 1 and isinstance(routine, Routine):
            self.run = routine.run  # type: ignore[method-assign,assignment]  # without a detour

    @classmethod
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
            engine: "native" (one loop of machine code; needs numba, the extra ``jit``) or "numpy"; by default native
                where numba is installed. The first native program on a machine waits for the compiler; the result is
                kept in the user's cache folder.
            order: 1 for gradients, 2 for second derivatives too, 0 for the value alone.
            flush_denormals: Count numbers below 2.2e-308 as 0, which is quicker on some processors and no longer exact;
                native engine on x86-64 only.

        Raises:
            GraphError: An input was computed from others, or is given twice.
            ShapeError: A Tensor of several numbers is to be differentiated.
            DTypeError: Values and Tensors are mixed, or second derivatives of Tensors are asked for.
            ImportError: ``engine="native"`` without numba.
        """
        one = isinstance(wrt, Node)
        inputs = [wrt] if isinstance(wrt, Node) else list(wrt)
        if order not in (0, 1, 2):
            raise ValueError(
                f"order={order!r}: expected 0 (the value), 1 (and its gradients) or 2 (and second derivatives)"
            )
        kind = "array" if isinstance(output, Tensor) else "scalar"
        for node in (output, *inputs):
            if not isinstance(node, Node) or node.kind != kind:
                what = describe(node) if isinstance(node, Node) else f"a {type(node).__name__}"
                raise DTypeError(
                    f"a program is recorded from a graph of Values or from one of Tensors, and this is {what}"
                )
        if isinstance(output, Tensor):
            return cls(record_program(output, inputs, engine, order), len(inputs), order, one, engine)
        builder = Builder()
        with no_collection():
            (root,) = record(builder, [output], inputs)
            outputs = [root]
            if order:
                gradients = differentiate(builder, root, builder.inputs)
                outputs += gradients
                if order == 2:
                    for gradient in gradients:
                        outputs += differentiate(builder, gradient, builder.inputs)
            names = [node.label for node in inputs]
            return cls(Routine(builder, outputs, engine, flush_denormals, names), len(inputs), order, one, engine)

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
        if isinstance(self._routine, ArrayRoutine):
            value, *gradients = self._routine.run(fitted(numbers, self._routine))
            return (value, gradients[0] if self._one else gradients) if self._order else value
        if len(numbers) != self._inputs:
            raise ShapeError(f"a program of {self._inputs} inputs was called with {len(numbers)} numbers")
        found = self.run(np.array(numbers, np.float64))
        if self._order == 0:
            return found[0]
        lists = [part.tolist() for part in found[1:]]
        if self._one:
            lists = [lists[0][0], *(rows[0][0] for rows in lists[1:])]
        return (found[0], *lists)

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
        if isinstance(self._routine, ArrayRoutine):
            raise DTypeError("run takes the numbers of a program of Values; call a program of Tensors with its arrays")
        if self._order == 1:
            return self._routine.run(x)
        value, rest = self._routine.run(x)
        n = self._inputs
        return (value, rest[:n], rest[n:].reshape(n, n)) if self._order == 2 else (value,)

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
        if isinstance(self._routine, ArrayRoutine):
            raise DTypeError(
                "batch replays a program of Values; record a program of Tensors with an axis for the batch"
            )
        array = np.asarray(rows, np.float64)
        n = self._inputs
        if array.ndim != 2 or array.shape[1] != n:
            raise ShapeError(f"a batch of shape {array.shape} for a program of {n} inputs: expected (examples, {n})")
        size = len(array)
        routine = self._batches.get(size)
        if routine is None:
            routine = self._batches[size] = batch_routine(self._routine.listing, size, self._engine)
            if len(self._batches) > BATCHES:
                self._batches.pop(next(iter(self._batches)))
        found = run_batch(routine, array)
        values, gradients, seconds = found[:, 0], found[:, 1 : n + 1], found[:, n + 1 :]
        if self._order == 2:
            return values, gradients, seconds.reshape(size, n, n)
        return (values, gradients) if self._order else values

    @property
    def engine(self) -> str:
        """What runs it: "numpy" or "native"."""
        return self._routine.name if isinstance(self._routine, ArrayRoutine) else self._routine.engine.name

    @property
    def memory(self) -> int:
        """Bytes of memory that it works in."""
        return self._routine.size if isinstance(self._routine, ArrayRoutine) else self._routine.engine.size

    def __len__(self) -> int:
        return len(self._routine)

    def __str__(self) -> str:
        return str(self._routine)

    def __repr__(self) -> str:
        return f"<{str(self).splitlines()[0]}>"
