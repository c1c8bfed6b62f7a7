"""What an entry of the rule book is, and how a primitive is applied to plain numbers, arrays and nodes.

Notation used by every entry: for a primitive y = f(a, b, …) and a final result L, the *upstream gradient* is g = ∂L/∂y.
Each parent has one rule, its vector-Jacobian product, written as an expression in g, y and the inputs:

    multiply:   y = a · b      ∂L/∂a = g · b      ∂L/∂b = g · a
    exp:        y = eˣ         ∂L/∂x = g · y

A rule speaks operators and other primitives only, so the same line serves floats, arrays and nodes, and the derivative
of a derivative needs no line of its own. Summing a gradient over the axes along which an input was broadcast is not a
rule's business; the engine does it once for all of them.
"""

from __future__ import annotations

import dis
import inspect
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from importlib import import_module
from types import FunctionType
from typing import Any, overload

import numpy as np
from numpy import ndarray  # a name of a module that has `__getattr__`, as NumPy does, takes four times as long to read

from autograd.errors import DTypeError
from autograd.kinds import ArrayLike, N, NDArray, Recording
from autograd.rules.loops import loop
from autograd.rules.memory import result
from autograd.rules.ready import FLOAT_EXCEPTIONS, Kind, Ready, Vjp
from autograd.rules.threads import shared

__all__ = ["BOOK", "COMPLEX_BOOK", "OF_UFUNC", "Book", "Primitive", "elementwise", "piecewise_constant", "primitive"]


class Book(MutableMapping[str, "Primitive"]):
    """Primitives by their names; who looks for all of them, or for one that is not there, has every chapter read first.

    Attributes:
        read: Those of the chapters that have been read.
        unread: The modules of the other chapters, which few programs need.
    """

    def __init__(self) -> None:
        self.read: dict[str, Primitive] = {}
        self.unread: tuple[str, ...] = ()

    def complete(self) -> dict[str, Primitive]:
        """Read the other chapters."""
        for chapter in self.unread:  # where another thread does, the import waits for it
            import_module(chapter)
        self.unread = ()
        return self.read

    def __getitem__(self, name: str) -> Primitive:
        return self.read[name] if name in self.read else self.complete()[name]

    def __setitem__(self, name: str, entry: Primitive) -> None:
        self.read[name] = entry

    def __delitem__(self, name: str) -> None:
        del self.read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.complete())

    def __len__(self) -> int:
        return len(self.complete())


# Every primitive by its name, chapter after chapter.
BOOK = Book()
# The entries that are a ufunc of NumPy's.
OF_UFUNC: dict[np.ufunc, Primitive] = {}
# The primitives of complex numbers, which the functions of the book turn into; see `autograd.rules.complex`.
COMPLEX_BOOK: dict[str, Primitive] = {}


class Described:
    """An attribute of entries that `autograd.rules.documentation` makes when it is asked for; one of an entry's own wins.

    Args:
        what: Which of its functions.
        of_class: What the class itself answers; None for nothing.
    """

    def __init__(self, what: str, of_class: str | None = None) -> None:
        self.what = what
        self.of_class = of_class

    def __get__(self, entry: Any, owner: type) -> Any:
        if entry is not None:
            from autograd.rules import documentation

            return getattr(documentation, self.what)(entry)
        if self.of_class is None:
            raise AttributeError(self.what)
        return self.of_class


class OfUfunc:
    """What else NumPy's function of the same meaning has: ``reduce``, ``outer`` …

    A ``__getattr__`` would make every attribute of every entry slow, and the engine reads some for each node.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, entry: Any, owner: type) -> Any:
        ufunc = None if entry is None else entry.ufunc
        if ufunc is None:
            raise AttributeError(f"{owner.__name__!r} object has no attribute {self.name!r}")
        return getattr(ufunc, self.name)


class Primitive:
    """One entry of the rule book: a function, and its derivative for each parent.

    Attributes:
        name: The field's name for it; calling the entry applies the function.
        symbol: What a drawing shows, e.g. ``×``.
        array: The function on ndarrays.
        scalar: The function on Python floats, or None where only arrays make sense.
        single: The same to the places of single precision, where that takes less; in ``single=`` where it does.
        vjps: One rule for each parent, ``vjp(g, y, *inputs, **attrs)``; None where no gradient exists (a condition).
        pull: In place of ``vjps`` where the number of parents varies: all their gradients in one list.
        elementwise: Whether entry i of the result depends on entry i of the (broadcast) inputs alone.
        selects: Whether the result takes some inputs and leaves others: a zero upstream gradient then means
            "not taken", and stays zero through an infinite derivative below.
        bounded: Whether a finite result means that the derivative for every parent is finite: 0 times it is 0.
        derivatives: ``pull`` and ``vjps`` for a kind of operand: ``derivatives["scalar"]``, ``["array"]``, ``["node"]``.
        arity: How many inputs it takes; None where their number varies.
        differentiable: Whether any parent has a derivative.
        linear: Whether the result is linear in all inputs together, so that no derivative looks at their values.
        multilinear: Whether the result is linear in each input alone.
        symmetric: Whether the Jacobian for each input is equal to its own transpose, as for elementwise ones.
        analytic: Whether the rules hold for complex numbers as they stand: those of what is linear do, and of any other
            analytic function. Where they do not, ``of_complex`` takes the entry's place, or complex numbers are refused.
        of_complex: The entry for complex numbers, where that is another one; see `autograd.rules.complex`.
        reduces: Whether the rules give what each entry of an input adds to the result, which is their sum over ``axis``.
        jvps: What the tangent of each parent adds to the result's, ``jvp(t, y, *inputs, **attrs)``, None for nothing; in
            ``jvp=`` where none of these flags tells; see `autograd.rules.pushforward`.
        view: Whether the result may share memory with its input.
        together: For one that takes a part of its input: what its rule gives for several of them, as a sum that is one
            array, ``together(gs, x, attrs)`` with their upstream gradients and their attributes.
        into: Whether ``array`` takes memory to write its result into, ``out=``.
        kink: The subgradient chosen where there is no derivative, in words; None for a smooth function.
        ufunc: The NumPy ufunc that means the same, if there is one.
        doc: The mathematics in one line.
    """

    # What an entry has of a function, so that help and other tools show it as one.
    __name__: str
    __qualname__: str
    __doc__ = Described("documentation", __doc__)
    __signature__ = Described("signature")
    # Whether a user wrote it: what it raises is told as it is, rather than tried again with NumPy's floats.
    own = False

    accumulate, at, outer, reduce, reduceat = OfUfunc(), OfUfunc(), OfUfunc(), OfUfunc(), OfUfunc()
    identity, nargs, nin, nout, ntypes = OfUfunc(), OfUfunc(), OfUfunc(), OfUfunc(), OfUfunc()
    resolve_dtypes, signature, types = OfUfunc(), OfUfunc(), OfUfunc()

    # What an ``array`` may go by: memory for its result, shares of its work for several threads, loops in machine code.
    result, shared, loop = staticmethod(result), staticmethod(shared), staticmethod(loop)

    def __init__(
        self,
        name: str,
        array: Callable[..., Any],
        vjps: Sequence[Vjp | None] = (),
        *,
        pull: Callable[..., list[Any]] | None = None,
        scalar: Callable[..., float] | None = None,
        single: Callable[..., float] | None = None,
        symbol: str | None = None,
        elementwise: bool = False,
        selects: bool = False,
        bounded: bool = False,
        linear: bool = False,
        multilinear: bool = False,
        symmetric: bool = False,
        analytic: bool = False,
        reduces: bool = False,
        jvp: Vjp | Sequence[Vjp | None] = (),
        view: bool = False,
        together: Callable[..., Any] | None = None,
        into: bool = False,
        kink: str | None = None,
        ufunc: np.ufunc | None = None,
        doc: str = "",
    ) -> None:
        self.name = name
        self.array = array
        self.vjps = tuple(vjps)
        self.pull = pull
        self.scalar = scalar
        self.single = single or scalar
        self.symbol = symbol or name
        self.elementwise = elementwise
        self.selects = selects
        self.bounded = bounded
        self.linear = linear
        self.multilinear = multilinear
        self.symmetric = symmetric
        self.analytic = analytic or linear or multilinear
        self.of_complex: Primitive | None = None
        self.reduces = reduces
        self.jvps = (jvp,) if callable(jvp) else tuple(jvp)
        self.pushes: dict[Kind, Any] = {}  # see `autograd.rules.pushforward.push_of`
        self.view = view
        self.together = together
        self.into = into
        self.kink = kink
        self.ufunc = ufunc or (array if isinstance(array, np.ufunc) else None)
        self.doc = doc
        self._reads: dict[int, frozenset[int] | None] = {}
        self.derivatives = Ready(self)
        self.arity = len(self.vjps) or None
        self.differentiable = pull is not None or any(vjp is not None for vjp in self.vjps)

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def __reduce__(self) -> str | tuple[Any, ...]:
        return entry, (self.name, self.__module__)

    @overload
    def __call__(self, x: Recording[N], /, *others: Any, **attrs: Any) -> N: ...
    @overload
    def __call__(self, x: float, /, *others: float, **attrs: Any) -> float: ...
    @overload
    def __call__(self, a: ArrayLike, b: Recording[N], /, *others: Any, **attrs: Any) -> N: ...
    @overload
    def __call__(self, a: ArrayLike, b: ArrayLike, c: Recording[N], /, **attrs: Any) -> N: ...
    @overload
    def __call__(self, x: ArrayLike, /, *others: ArrayLike, **attrs: Any) -> NDArray[Any]: ...
    def __call__(self, /, *inputs: Any, **attrs: Any) -> Any:
        """Apply to numbers, arrays or nodes; the result is of the same kind.

        A class takes part by having a static method ``_apply(primitive, inputs, attrs)``: nodes record there.

        Raises:
            TypeError: Too few inputs or too many: what Python's or NumPy's function of that name makes of a second one
                (a base, an array to write into) is not this primitive.
        """
        if len(inputs) != self.arity and self.arity is not None:
            inputs_of = "input" if self.arity == 1 else "inputs"
            raise TypeError(f"{self.name} takes {self.arity} {inputs_of}, got {len(inputs)}: {self.doc or self.name}")
        if attrs and self.ufunc is not None:
            try:
                return self.ufunc(*inputs, **attrs)  # NumPy's arguments: its own affair, or its protocol's on nodes
            except TypeError:
                self._refuse_unknown(attrs, ("out", "where", "dtype", "casting", "order", "subok", "signature"))
                raise
        numbers = self.scalar is not None
        for x in inputs:
            kind = x.__class__
            if kind is float or kind is int or kind is bool:
                continue
            numbers = False
            if kind is not ndarray:  # which takes half a microsecond to say that it has no such method
                apply = getattr(kind, "_apply", None)
                if apply is not None:
                    return apply(self, inputs, attrs)
        if numbers:
            return self.on_floats(inputs, attrs)
        try:
            return self.array(*inputs, **attrs)
        except TypeError:  # of NumPy, which speaks of its loops and casting rules
            for x in inputs:
                ours = isinstance(x, ndarray) or not hasattr(x, "__array_ufunc__")  # not another library's array
                if ours and np.asarray(x).dtype.kind not in "biufc":
                    raise DTypeError(f"{self.name} takes real numbers, arrays of them and nodes, not {x!r}") from None
            self.refuse_settings(attrs)
            raise

    def refuse_settings(self, attrs: dict[str, Any]) -> None:
        """Say it in our words, where NumPy stumbled over an axis or a truth that is none.

        Raises:
            TypeError: One is unknown; ``axis`` is neither a whole number nor several of them, or ``keepdims`` no truth.
        """
        if self.pull is None:
            self._refuse_unknown(attrs, self.settings)
        axis = attrs.get("axis")
        if axis is not None and not all(
            hasattr(i, "__index__") for i in (axis if isinstance(axis, tuple) else (axis,))
        ):
            got = " ".join(repr(axis).split())
            raise TypeError(f"{self.name}: axis must be the number of an axis, or several, got {got}") from None
        if "keepdims" in attrs and not hasattr(attrs["keepdims"], "__index__"):
            raise TypeError(f"{self.name}: keepdims must be True or False, got {attrs['keepdims']!r}") from None

    def _refuse_unknown(self, attrs: dict[str, Any], known: Sequence[str]) -> None:
        unknown = [name for name in attrs if name not in known]
        if unknown:
            from autograd.suggest import refuse_keywords

            refuse_keywords(self.name, unknown, known)

    def on_floats(self, inputs: Sequence[Any], attrs: dict[str, Any]) -> Any:
        """The function on Python numbers, with IEEE 754's answers: 1/0 is inf and log(−1) is NaN, not an exception."""
        if self.scalar is None:
            raise TypeError(f"{self.name} works on arrays; wrap the number in a Tensor")
        try:
            return self.scalar(*inputs, **attrs) if attrs else self.scalar(*inputs)
        except FLOAT_EXCEPTIONS:
            with np.errstate(all="ignore"):
                return float(self.array(*map(np.float64, inputs), **attrs))
        except TypeError:
            self.refuse_settings(attrs)
            raise

    @property
    def settings(self) -> tuple[str, ...]:
        """The names of what it takes beside its inputs (``slope``, ``axis``), in the order in which its rules have them."""
        written = next((vjp for vjp in self.vjps if vjp is not None), None)
        if self.pull is not None or not isinstance(written, FunctionType):
            return ()
        code = written.__code__
        return code.co_varnames[2 + len(self.vjps) : code.co_argcount + code.co_kwonlyargcount]

    def reads(self, parent: int, position: int) -> bool:
        """Whether the derivative for ``parent`` looks at the value of input ``position`` (−1: the output).

        Read off the rule's own code, so that no entry has to say it.
        """
        if self.linear or self.pull is not None:
            return not self.linear
        if parent not in self._reads:
            rule = self.vjps[parent]
            self._reads[parent] = frozenset() if rule is None else arguments_used(rule)
        used = self._reads[parent]
        return used is None or position in used


def entry(name: str, module: str = __name__) -> Primitive:
    """The entry of that name, which that module enters; pickles of earlier versions name none."""
    import_module(module)
    return BOOK.get(name) or COMPLEX_BOOK[name]


def stands_in_a_book(rule: Primitive) -> bool:
    """Whether its rules are expressions in primitives; those of others may look at what they are given."""
    return BOOK.read.get(rule.name) is rule or COMPLEX_BOOK.get(rule.name) is rule


def arguments_used(rule: Vjp) -> frozenset[int] | None:
    """Positions of the arguments that a rule's code loads, counted so that y is −1 and the first input 0.

    None stands for all of them, where the code does not tell: ``*inputs``, or a callable that is not a function.
    """
    if not isinstance(rule, FunctionType) or rule.__code__.co_flags & inspect.CO_VARARGS:
        return None
    loaded: set[Any] = set()
    for step in dis.get_instructions(rule):
        if step.opname.startswith("LOAD_"):
            loaded.update(step.argval if isinstance(step.argval, tuple) else (step.argval,))
    code = rule.__code__
    return frozenset(i - 2 for i, name in enumerate(code.co_varnames[: code.co_argcount]) if name in loaded)


def primitive(name: str, array: Callable[..., Any], *vjps: Vjp | None, **details: Any) -> Primitive:
    """Enter a primitive in the book; see `Primitive` for the details it takes.

    Raises:
        ValueError: The name is taken.
    """
    entry = Primitive(name, array, vjps, **details)
    entry.__name__ = entry.__qualname__ = name
    entry.__module__ = next((f.__module__ for f in (*vjps, entry.pull) if f is not None), __package__)
    # A chapter is entered while others are unread; a user's rule must leave them their names.
    if name in (BOOK.read if entry.__module__.startswith("autograd.") else BOOK):
        raise ValueError(f"the rule book has a primitive {name!r} already; choose another name")
    BOOK[name] = entry
    if entry.ufunc is not None:
        OF_UFUNC.setdefault(entry.ufunc, entry)
    return entry


def elementwise(name: str, array: Callable[..., Any], *vjps: Vjp | None, **details: Any) -> Primitive:
    """Enter a primitive that works entry by entry, with broadcasting."""
    return primitive(name, array, *vjps, elementwise=True, **details)


def piecewise_constant(name: str, array: np.ufunc, scalar: Callable[..., float], **details: Any) -> Primitive:
    """Enter a comparison or the like: its derivative is zero wherever it exists, so nothing is recorded."""
    return elementwise(name, array, *(None,) * array.nin, scalar=scalar, **details)
