"""A tape of arrays made runnable: memory planned, code written, and the way in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from operator import attrgetter, is_
from typing import Any, NoReturn

import numpy as np
from numpy import ndarray

from autograd.errors import DTypeError, ShapeError
from autograd.graph.clock import CLOCK
from autograd.graph.node import Node
from autograd.program.arrays.bytecode import native_function
from autograd.program.arrays.numpy_code import numpy_function
from autograd.program.native.engine import Engine, chosen
from autograd.program.tape import Tape
from autograd.program.text import Names, Step, described
from autograd.rules.float_errors import INFINITE_SLOPES
from autograd.tensor.operands import check_kept
from autograd.tensor.tensor import Tensor

_RAW = attrgetter("_raw")


class ArrayRoutine:
    """Arrays in, arrays out, over and over; see `autograd.program.routine`.

    Attributes:
        tape: What it computes.
        order: The places of the operations.
    """

    def __init__(self, tape: Tape, engine: Engine | None, names: Sequence[str | None] = ()) -> None:
        self.tape = tape
        self._names = names
        self.engine: str = chosen(engine)
        if self.engine == "native" and any(
            entry.dtype is not None and entry.dtype.kind == "c" for entry in tape.entries
        ):
            if engine == "native":
                raise DTypeError("the native engine takes no complex numbers: use engine='numpy', or leave it out")
            self.engine = "numpy"
        self.order = tape.needed()
        self._compute: Callable[..., list[Any]]
        self._without_numpy = False
        if self.engine == "native":
            self._compute, self.size, self._without_numpy = native_function(tape, self.order)
        else:
            self._compute, self.size = numpy_function(tape, self.order)
        self._lock = threading.Lock()
        self._leaves: list[Node] = [leaf for leaf, _ in tape.updates]
        self._written = [leaf for leaf in self._leaves if isinstance(leaf, Tensor)]
        self._arrays: list[Any] = [None] * len(self._written)  # of these, as they were when they were last looked at
        self._memories: set[int] = set()  # the ids of these arrays, and of what they are views of

    def run(self, arguments: Sequence[Any]) -> list[Any]:
        """The results for these arguments; leaves that are to be set are set."""
        with self._lock:
            if self._leaves:
                arguments = self._apart(arguments)
            if self._without_numpy:
                results = self._compute(*arguments)
            else:
                results = INFINITE_SLOPES.run(self._compute, *arguments)
        if self._leaves:
            now = CLOCK.tick()
            for leaf in self._leaves:
                leaf.stamp = now
        return results

    def _apart(self, arguments: Sequence[Any]) -> Sequence[Any]:
        """The arguments, copied where they are parts or views of an array that is set: they would change on the way.

        The whole of such an array may be given as it is; see `autograd.program.arrays.storage`.
        """
        looked = False
        for number, x in enumerate(arguments):
            if x.__class__ is ndarray and x.base is not None:  # as each batch is that was cut from several
                if not looked:
                    if not all(map(is_, map(_RAW, self._written), self._arrays)):
                        self._arrays = [*map(_RAW, self._written)]
                        self._memories = {id(y) for array in self._arrays for y in (array, array.base)} - {id(None)}
                    looked = True
                if id(x.base) in self._memories and all(x is not array for array in self._arrays):
                    arguments = [*arguments[:number], x.copy(), *arguments[number + 1 :]]
        return arguments

    def checked(self, arguments: Sequence[Any]) -> list[Any]:
        """Arguments as arrays of the recorded dtypes.

        Raises:
            ShapeError: Too many, too few, or one of another shape.
        """
        places = self.tape.arguments
        if len(arguments) != len(places):
            raise ShapeError(f"a program of {len(places)} inputs was called with {len(arguments)}")
        found = []
        for number, (x, place) in enumerate(zip(arguments, places, strict=True)):
            entry = self.tape.entries[place]
            name = self._names[number] or f"input {number}"
            given = x._raw if isinstance(x, Tensor) else np.asarray(x)
            if entry.dtype is not None:
                check_kept(given, entry.dtype, name)
            array = np.asarray(given, dtype=entry.dtype)
            if array.shape != entry.shape:
                raise ShapeError(
                    f"{name} of shape {array.shape} for a program recorded with shape {entry.shape}: record another"
                )
            found.append(array)
        return found

    def flat(self, x: Any) -> NoReturn:  # noqa: ARG002
        """Refused."""
        raise DTypeError("run takes the numbers of a program of Values; call a program of Tensors with its arrays")

    def batched(self, size: int) -> NoReturn:  # noqa: ARG002
        """Refused."""
        raise DTypeError("batch replays a program of Values; record a program of Tensors with an axis for the batch")

    def __len__(self) -> int:
        return len(self.order)

    def __str__(self) -> str:
        tape = self.tape
        steps = []
        for place in self.order:
            rule, inputs, attrs, shape, dtype = tape.entries[place]
            if rule is not None:
                steps.append(
                    Step((place,), rule, inputs, attrs, f": {dtype or 'number'}{list(shape) if dtype else ''}")
                )
        names = Names(tape.arguments, self._names, tape.constants)
        names.called |= {place: leaf.label or f"p{i}" for i, (place, leaf) in enumerate(tape.captured.items())}
        names.called |= {place: f"live{i}" for i, place in enumerate(tape.sources)}
        return described(steps, names, tape.outputs, tape.updates, self.engine, self.size)
