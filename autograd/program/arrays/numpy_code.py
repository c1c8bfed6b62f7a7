"""Array programs as Python source: a line for each operation, NumPy writing into buffers that were made beforehand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from autograd.program.arrays.storage import Storage
from autograd.program.refusal import RecordingError
from autograd.program.tape import Entry, Tape
from autograd.rules import activations, arithmetic, forwards, losses, products, reductions, shaping
from autograd.rules.cross_entropy import check_classes
from autograd.rules.outer import are_outer, outer_products
from autograd.rules.primitive import Primitive
from autograd.rules.shapes import count, kept_shape, summed_axes

Names = dict[str, Any]

_REDUCTIONS = {
    reductions.sum_: np.add.reduce,
    reductions.mean: np.add.reduce,
    reductions.max_: np.maximum.reduce,
    reductions.min_: np.minimum.reduce,
}

# What Python's floats do as they are; the others raise where IEEE 754 has an answer.
_SIGNS = {arithmetic.add: "+", arithmetic.subtract: "-", arithmetic.multiply: "*"}


def ufunc_of(rule: Primitive | None) -> np.ufunc | None:
    """The ufunc that computes exactly what the primitive's function does."""
    if rule is products.matmul:  # whose function takes some products in pieces
        return np.matmul
    return rule.array if rule is not None and isinstance(rule.array, np.ufunc) else None


def writes_into(entry: Entry) -> bool:
    """Whether an operation is computed right into memory that it is given."""
    rule = entry.rule
    if entry.is_number or rule is None:
        return False
    if rule is reductions.mean:
        return entry.dtype in (np.float32, np.float64)  # np.mean adds half precision up in single
    return (
        ufunc_of(rule) is not None
        or rule.into
        or rule in _REDUCTIONS
        or rule in (activations.relu, shaping.sum_to, shaping.astype)
        or (rule in (products.matmul, products.linear) and len(entry.shape) >= 2)
    )


def _as_recorded(function: Callable[..., Any], name: str, entry: Entry) -> Callable[..., Any]:
    """A user's function, refused where what it gives has another form than what it gave while it was recorded.

    All that follows was planned for that form.
    """

    def checked(*operands: Any) -> Any:
        found = function(*operands)
        is_complex = found.dtype.kind == "c" and entry.dtype is not None and entry.dtype.kind != "c"
        if found.shape != entry.shape or is_complex:
            raise RecordingError(
                f"the primitive {name} gave {found.dtype} of shape {found.shape}, and {entry.dtype} of shape "
                f"{entry.shape} of the zeros that it was recorded with: a program cannot follow a form that depends on "
                "the numbers; call it outside, and pass what it gives"
            )
        return found

    return checked


def works_in_place(entry: Entry) -> bool:
    """Whether it may write over an input of the same shape and dtype."""
    return ufunc_of(entry.rule) is not None or entry.rule is activations.relu


def _broadcasts(entry: Entry) -> bool:
    """Whether it spreads its operands over its result by itself; a matrix product, a ufunc too, does not."""
    return entry.rule is not None and entry.rule.elementwise and ufunc_of(entry.rule) is not None and writes_into(entry)


class Code:
    """The lines of a program, and the names in them that stand for something made beforehand."""

    def __init__(self, tape: Tape, storage: Storage) -> None:
        self.tape = tape
        self.storage = storage
        self.lines: list[str] = []
        self.names: Names = {"empty": np.empty, "copyto": np.copyto, "matmul": np.matmul, "add": np.add}
        self._local: dict[int, str] = {}
        self._checked: set[int] = set()
        self._left_out = self._needless_broadcasts()

    def name(self, place: int) -> str:
        """What a place is called in the source."""
        if place in self.storage.arrays and place not in self._local:
            constant = self.tape.constants.get(place)
            if isinstance(constant, float | int) and constant == constant and abs(constant) != float("inf"):
                return repr(constant)
            self.names[f"m{place}"] = self.storage.arrays[place]
            return f"m{place}"
        return self._local[place]

    def is_named(self, place: int) -> bool:
        """Whether `name` knows the place."""
        return place in self.storage.arrays or place in self._local

    def local(self, place: int, name: str) -> str:
        """Call a place by the name of a local variable."""
        self._local[place] = name
        return name

    def constant(self, prefix: str, thing: Any) -> str:
        """A new name for something made beforehand."""
        name = f"{prefix}{len(self.names)}"
        self.names[name] = thing
        return name

    def target(self, place: int) -> str:
        """The memory that an operation writes into."""
        entry = self.tape.entries[place]
        if place in self.storage.arrays:
            return self.name(place)
        if place in self.storage.targets:
            return self.local(place, self.name(self.storage.targets[place]))
        name = self.local(place, f"v{place}")
        self.lines.append(f"{name} = empty({entry.shape}, {self.constant('d', entry.dtype)})")
        return name

    def begin(self) -> None:
        """The lines that read what is read at each call."""
        for number, place in enumerate(self.tape.arguments):
            self.local(place, f"a{number}")
        for place, leaf in self.tape.captured.items():
            self.lines.append(f"{self.local(place, f'c{place}')} = {self.constant('leaf', leaf)}._raw")
        for place, source in self.tape.sources.items():
            self.lines.append(f"{self.local(place, f's{place}')} = {self.constant('read', source)}()")

    def check_classes(self, order: Sequence[int]) -> None:
        """The lines that refuse class numbers for which there are no logits, before anything is computed."""
        for place in order:
            entry = self.tape.entries[place]
            if entry.rule is losses.cross_entropy_of_classes and self._given(entry.inputs[1]) in self._local:
                self.lines.append(self.check_of(place))

    def check_of(self, place: int) -> str:
        """The line that refuses a cross-entropy's class numbers."""
        entry = self.tape.entries[place]
        self._checked.add(place)
        classes = self.tape.entries[entry.inputs[0]].shape[-1]
        return f"{self.constant('f', check_classes)}({self.name(self._given(entry.inputs[1]))}, {classes})"

    def _given(self, place: int) -> int:
        """Where an array is known from the start that has the same entries."""
        while place not in self._local and self.tape.entries[place].rule is shaping.reshape:
            place = self.tape.entries[place].inputs[0]
        return place

    def add(self, place: int) -> None:
        """The lines for the operation at a place."""
        entry = self.tape.entries[place]
        ready = place in self._local or (self.storage.is_view(place) and place in self.storage.arrays)
        if entry.rule is None or ready or place in self._left_out:
            return
        if entry.rule is losses.cross_entropy_of_classes and place not in self._checked:
            self.lines.append(self.check_of(place))
        if entry.is_number:
            self._number(place, entry)
        elif writes_into(entry):
            self._into(place, entry)
        else:
            function = partial(entry.rule.array, **entry.attrs) if entry.attrs else entry.rule.array
            function = _as_recorded(function, entry.rule.name, entry) if entry.rule.own else function
            made = f"{self.constant('f', function)}({', '.join(map(self.name, entry.inputs))})"
            if place in self.storage.arrays:
                self.lines.append(f"copyto({self.name(place)}, {made})")
                return
            if not entry.shape:  # NumPy gives a number of its own type in place of an array without axes
                made = f"{self.constant('f', np.asarray)}({made})"
            if place in self.storage.targets:
                self.lines.append(f"copyto({self.target(place)}, {made})")
            else:
                self.lines.append(f"{self.local(place, f'v{place}')} = {made}")

    def _number(self, place: int, entry: Entry) -> None:
        rule: Any = entry.rule
        if rule in _SIGNS:
            left, right = map(self.name, entry.inputs)
            self.lines.append(f"{self.local(place, f'v{place}')} = {left} {_SIGNS[rule]} {right}")
            return
        inputs = ", ".join(map(self.name, entry.inputs))
        call = self.constant("f", rule.on_floats)
        attrs = self.constant("t", entry.attrs)
        self.lines.append(f"{self.local(place, f'v{place}')} = float({call}(({inputs},), {attrs}))")

    def _into(self, place: int, entry: Entry) -> None:
        rule: Any = entry.rule
        out = self.target(place)
        operands = [self._before_broadcast(x) if _broadcasts(entry) else x for x in entry.inputs]
        names = list(map(self.name, operands))
        ufunc: Any = ufunc_of(rule)
        if ufunc is not None:
            if rule is products.matmul and are_outer(*(self.tape.entries[x] for x in entry.inputs)):
                ufunc = outer_products
            self.lines.append(f"{self.constant('u', ufunc)}({', '.join(names)}, out={out})")
        elif rule.into:
            self.lines.append(
                f"{self.constant('f', partial(rule.array, **entry.attrs))}({', '.join(names)}, out={out})"
            )
        elif rule is activations.relu:
            self.lines.append(f"{self.constant('u', np.maximum)}({names[0]}, 0, out={out})")
        elif rule is shaping.astype:
            self.lines.append(f"copyto({out}, {names[0]}, 'unsafe')")
        elif rule in _REDUCTIONS:
            reduce, axis = self.constant("u", _REDUCTIONS[rule]), entry.attrs["axis"]
            self.lines.append(f"{reduce}({names[0]}, {axis}, None, {out}, {entry.attrs['keepdims']})")
            if rule is reductions.mean:
                source = self.tape.entries[entry.inputs[0]]
                divide = self.constant("u", np.true_divide)
                self.lines.append(f"{divide}({out}, {count(np.empty(source.shape), axis)}, out={out})")
        elif rule is shaping.sum_to:
            self._sum_to(entry, names[0], out, place)
        elif rule is products.linear:
            self.lines.append(f"matmul({names[0]}, {names[1]}, {out})")
            self.lines.append(f"add({out}, {names[2]}, {out})")
        else:
            self.lines.append(f"matmul({names[0]}, {names[1]}, {out})")

    def _sum_to(self, entry: Entry, x: str, out: str, place: int) -> None:
        full = self.tape.entries[entry.inputs[0]].shape
        axes = summed_axes(full, entry.shape)
        kept = kept_shape(full, axes)
        if forwards.has_short_rows(full, axes, entry.dtype):
            summed = self.constant("f", partial(forwards.sum_to, shape=entry.shape))
            self.lines.append(f"copyto({out}, {summed}({x}))")
            return
        if place in self.storage.arrays:
            kept_out = self.constant("kept", self.storage.arrays[place].reshape(kept))
        else:
            kept_out = f"{out}.reshape({kept})"
        self.lines.append(f"{self.constant('u', np.add.reduce)}({x}, {axes}, None, {kept_out}, True)")

    def _needless_broadcasts(self) -> set[int]:
        """The broadcasts that only functions of entries read, which spread their operands themselves."""
        entries = self.tape.entries
        needless = {place for place, entry in enumerate(entries) if entry.rule is shaping.broadcast_to}
        needless -= {*self.tape.outputs, *(place for _, place in self.tape.updates)}
        for entry in entries:
            if not _broadcasts(entry):
                needless -= set(entry.inputs)
        return needless

    def _before_broadcast(self, place: int) -> int:
        """Before a broadcast that the ufunc does by itself, as its result has the full shape anyway."""
        entry = self.tape.entries[place]
        return entry.inputs[0] if entry.rule is shaping.broadcast_to else place


def numpy_function(tape: Tape, order: Sequence[int]) -> tuple[Callable[..., list[Any]], int]:
    """A program as a function of its arguments, and the bytes of memory it works in."""
    storage = Storage(
        tape,
        [[place] for place in order],
        planned=lambda place: writes_into(tape.entries[place]),
        in_place=lambda place, _: works_in_place(tape.entries[place]),
        inputs=lambda place: tape.entries[place].inputs,
    )
    code = Code(tape, storage)
    code.begin()
    code.check_classes(order)
    for place in order:
        code.add(place)
    return compiled(code, "array program"), storage.size


def compiled(code: Code, title: str) -> Callable[..., Any]:
    """The lines as a function of the arguments; it returns the results, and sets the leaves that are to be set."""
    tape = code.tape
    results: list[str] = []
    handed_out: set[int] = set()
    for place in tape.outputs:
        entry, name = tape.entries[place], code.name(place)
        root = code.storage.root(place)
        # The caller's own, unless others have the same memory: a leaf, an argument, a buffer, another result.
        own = tape.entries[root].rule is not None and not (
            root in handed_out or root in code.storage.targets or root in code.storage.arrays
        )
        handed_out.add(root)
        copied = name if own else f"{name}.copy()"
        results.append(name if entry.is_number else copied if entry.shape else f"{name}.item()")
    lines = [*code.lines, f"results = [{', '.join(results)}]"]
    # Leaves change when all that is to be known of their old data is.
    changing = {id(leaf) for leaf, _ in tape.updates}
    for number, (leaf, place) in enumerate(code.storage.copies):
        old = tape.captured.get(code.storage.root(place))
        if old is not None and id(old) in changing and old is not leaf:
            copy = f"{code.name(place)}{'' if tape.entries[place].is_number else '.copy()'}"
            lines.append(f"{code.local(place, f'old{number}')} = {copy}")
    for leaf, place in code.storage.copies:
        source = code.name(place)
        if isinstance(leaf._raw, float):
            lines.append(f"{code.constant('leaf', leaf)}._raw = float({source})")
        else:
            lines.append(f"copyto({code.constant('leaf', leaf)}._raw, {source}, 'same_kind')")
    arguments = ", ".join(f"a{number}" for number in range(len(tape.arguments)))
    text = f"def run({arguments}):\n" + "".join(f"    {line}\n" for line in [*lines, "return results"])
    names = dict(code.names)
    exec(compile(text, f"<{title}>", "exec"), names)
    function: Callable[..., Any] = names["run"]
    return function
