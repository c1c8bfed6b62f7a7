"""Calls of NumPy's functions on nodes: which function of ours is meant, and what becomes of the arguments.

Which arguments there are, in which order and with which defaults, NumPy's own signature says; those that ours has too
are handed on, and the rest is looked up here. All spellings arrive here: ``np.var(t)``, ``autograd.numpy.var(t)`` and
``t.var()``.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Iterator, ValuesView
from functools import cache, wraps
from importlib import import_module
from typing import Any

import numpy as np

from autograd.graph.node import Node
from autograd.numpy import everyday  # noqa: F401 (its rows are in the table from the start)
from autograd.numpy.arguments import TABLE, Function, array_of, cast, check_dtype, has_node
from autograd.numpy.refusals import MISFITS, refuse_argument, refuse_function, refuse_misfit
from autograd.rules import arithmetic, reductions
from autograd.rules.shapes import count
from autograd.suggest import refuse_keywords

__all__ = ["all_names", "call", "differentiable_version", "name_of", "row_of"]

# Modules with rows of the table that are imported when one is first asked for.
MODULES = (
    "autograd.numpy.applying",
    "autograd.numpy.calculus",
    "autograd.numpy.complex_numbers",
    "autograd.numpy.elementwise",
    "autograd.numpy.fourier",
    "autograd.numpy.joining",
    "autograd.numpy.linear_algebra",
    "autograd.numpy.moving",
    "autograd.numpy.order_statistics",
    "autograd.numpy.polynomials",
    "autograd.numpy.products",
    "autograd.numpy.padding",
    "autograd.numpy.statistics",
    "autograd.numpy.wider_domains",
    "autograd.numpy.without_nan",
)

Options = dict[str, Any]

# Signatures that a C function does not tell in each version of NumPy.
SIGNATURES = {
    np.bincount: "(x, weights=None, minlength=0)",
    np.clip: "(a, a_min=None, a_max=None, out=None, *, min=None, max=None, dtype=None, casting='same_kind', order='K')",
    np.concatenate: "(arrays, axis=0, out=None, *, dtype=None, casting='same_kind')",
    np.dot: "(a, b, out=None)",
    np.inner: "(a, b)",
    np.vdot: "(a, b)",
    np.where: "(condition, x=None, y=None)",
}
# Second names of arguments, of some versions or of long ago.
SECOND_NAMES = {"newshape": "shape", "a_min": "min", "a_max": "max", "interpolation": "method"}
# Arguments that are lists of arrays, or not arrays at all, and stay as they are; any other list is made an array.
LISTS = {"arrays", "tup", "choices", "choicelist", "condlist", "operands", "xi"}
STRUCTURE = {
    "axis",
    "axes",
    "shape",
    "newshape",
    "pad_width",
    "source",
    "destination",
    "reps",
    "window_shape",
    "funclist",
    "s",
}
BY_POSITION = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}


class Row:
    """A function of NumPy's, and ours for it.

    Attributes:
        numpy: NumPy's.
        ours: Ours, whose arguments after the first have NumPy's names.
        signature: NumPy's arguments.
        takes: Which of them ours has.
        quick: Those that need no preparation.
        takes_words: Whether ours hands words that NumPy's names no meaning of to somebody else's function.
        alike: How many arguments from the first on, by position, mean the same in both.
    """

    def __init__(self, numpy: Function, ours: Function) -> None:
        self.numpy = numpy
        self.ours = ours
        self.signature = _signature(numpy)
        own = inspect.signature(ours).parameters
        names = list(self.signature.parameters)
        self.first = names[0]
        self.ours_for = {
            theirs: mine for theirs, mine in zip(names, own, strict=False) if theirs not in own and mine not in names
        }
        kinds = {parameter.kind: name for name, parameter in self.signature.parameters.items()}
        self.starred = kinds.get(inspect.Parameter.VAR_POSITIONAL)
        own_kinds = {parameter.kind for parameter in own.values()}
        self.takes_words = {*kinds} & own_kinds >= {inspect.Parameter.VAR_KEYWORD}
        self.defaults = {name: parameter.default for name, parameter in self.signature.parameters.items()}
        self.takes = frozenset({self.first, *own})
        self.quick = self.takes & {"axis", "keepdims", "ddof", "k", "ord"}
        self.alike = 0
        for (theirs, parameter), (mine, own_parameter) in zip(
            self.signature.parameters.items(), own.items(), strict=False
        ):
            same = theirs in (self.first, mine) or theirs in self.ours_for
            both = {parameter.kind, own_parameter.kind} <= BY_POSITION
            if not same or not both or theirs in LISTS | STRUCTURE | {"out", "dtype"}:
                break
            self.alike += 1
        self.name = name_of(numpy)

    def as_they_are(self, args: tuple[Any, ...]) -> bool:
        """Whether ours takes these arguments without a look at their names: nodes, arrays, and numbers beside them."""
        nodes = False
        for x in args:
            kind = x.__class__
            if kind is not np.ndarray and kind is not float:
                if not isinstance(x, Node):
                    return False
                nodes = True
        return nodes and len(args) <= self.alike

    def spread(self, bound: inspect.BoundArguments) -> Iterator[tuple[str, Any]]:
        """The arguments of a call one by one."""
        for name, value in bound.arguments.items():
            kind = self.signature.parameters[name].kind
            if kind is inspect.Parameter.VAR_POSITIONAL:
                yield from ((name, each) for each in value)
            elif kind is inspect.Parameter.VAR_KEYWORD:
                yield from value.items()
            else:
                yield name, value


def row_of(function: Function) -> Row | None:
    """The row of a function of NumPy's, if it has one."""
    try:
        if function not in TABLE:
            _complete()
    except TypeError:  # what has no hash is none of NumPy's functions
        return None
    return _row(function) if function in TABLE else None


@cache
def _row(function: Function) -> Row:
    return Row(function, TABLE[function])


@cache
def _complete() -> None:
    for module in MODULES:
        import_module(module)


def name_of(function: Function) -> str:
    """What messages call a function of NumPy's."""
    module = getattr(function, "__module__", None) or "numpy"
    if isinstance(function, np.ufunc) and getattr(np, function.__name__, None) is not function:
        special = sys.modules.get("scipy.special")
        return f"scipy.special.{function.__name__}" if hasattr(special, function.__name__) else function.__name__
    return f"{module.replace('numpy', 'np', 1)}.{function.__name__}"


def _signature(function: Function) -> inspect.Signature:
    if isinstance(function, np.ufunc):
        inputs = ["x"] if function.nin == 1 else ["x1", "x2", "x3"][: function.nin]
        options = "out=None, *, where=True, casting='same_kind', order='K', dtype=None, subok=True"
        options += ", axis=-1, axes=None" if function.signature else ""
        return _parsed(f"({', '.join(inputs)}, {options})")
    if function in SIGNATURES:
        return _parsed(SIGNATURES[function])
    return inspect.signature(function)


def _parsed(text: str) -> inspect.Signature:
    names: dict[str, Any] = {}
    exec(f"def f{text}: ...", names)
    return inspect.signature(names["f"])


def call(function: Function, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """NumPy's function of nodes.

    Raises:
        TypeError: It has no derivative here, or arguments that have no meaning here.
    """
    row = row_of(function)
    if row is None:
        refuse_function(name_of(function))
    if "axes" in kwargs and isinstance(function, np.ufunc):
        return along_axes(function, args, **kwargs)
    try:
        if len(args) == 1 and isinstance(args[0], Node) and row.quick.issuperset(kwargs):
            return row.ours(args[0], **kwargs)
        if not kwargs and row.as_they_are(args):
            return row.ours(*args)
        return _with_others(row, *_sorted(row, args, kwargs))
    except MISFITS as error:
        refuse_misfit(row.numpy, row.name, args, kwargs, error)


def along_axes(ufunc: np.ufunc, inputs: tuple[Any, ...], axes: Any, **options: Any) -> Any:
    """What a ufunc of vectors or matrices makes of those along some axes, which its result has where it is asked to."""
    places = [(each,) if isinstance(each, int) else tuple(each) for each in axes]
    moved = [np.moveaxis(x, at, range(-len(at), 0)) for x, at in zip(inputs, places, strict=False)]
    y, (at, *_) = ufunc(*moved, **options), (*places[len(inputs) :], ())
    return np.moveaxis(y, range(-len(at), 0), at)


def _sorted(row: Row, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[list[Any], Options, Options]:
    """The operands of a call, the arguments that ours has, and the others."""
    try:
        bound = row.signature.bind(*args, **kwargs)
    except TypeError as error:
        unknown = [word for word in kwargs if word not in row.signature.parameters]
        if unknown:
            refuse_keywords(row.name, unknown, row.signature.parameters)
        raise TypeError(f"{row.name}{row.signature}: {error}") from None
    operands: list[Any] = []
    handed: Options = {}
    others: Options = {}
    for name, value in row.spread(bound):
        value = value if name in LISTS | STRUCTURE | IGNORED else array_of(value)
        mine = name if name in row.takes else row.ours_for.get(name) or SECOND_NAMES.get(name, name)
        if name in (row.first, row.starred):
            operands.append(value)
        elif mine in row.takes or (row.takes_words and name not in row.defaults):
            handed[mine] = value
        elif name not in row.defaults or not _is_default(value, row.defaults[name]):
            others[name] = value
    return operands, handed, others


def _with_others(row: Row, operands: list[Any], handed: Options, others: Options) -> Any:
    others = {name: value for name, value in others.items() if name not in IGNORED}
    for name in others:
        if name not in ("dtype", "where", "initial") or (name != "dtype" and row.numpy not in REDUCTIONS):
            refuse_argument(row.name, name)
    dtype = others.get("dtype")
    if dtype is not None:
        check_dtype(row.name, dtype)
        if row.first not in LISTS and row.first != row.starred:  # as NumPy does before it adds up
            operands = [cast(x, dtype) for x in operands]
    if others.get("where") is True:
        del others["where"]
    if others.keys() & {"where", "initial"}:
        identity, join = REDUCTIONS[row.numpy]
        initial = others.get("initial")
        if "where" in others:
            start = initial if identity is None else identity
            if start is None:
                raise ValueError(f"{row.name} with where= needs initial=, for where there is nothing")
            operands[0] = arithmetic.where(others["where"], operands[0], start)
        if initial is not None and identity is None and not count(operands[0], handed.get("axis")):
            # The largest of nothing and of this.
            operands[0] = reductions.sum_(operands[0], axis=handed.get("axis"), keepdims=True) + initial
        result = row.ours(*operands, **handed)
        return result if initial is None else join(result, initial)
    result = row.ours(*operands, **handed)
    return result if dtype is None else cast(result, dtype)


# Arguments about how something is computed, not what.
IGNORED = frozenset({"casting", "order", "subok", "copy", "optimize", "kind", "like", "overwrite_input", "device"})

# Of a reduction of nothing, and how a number to begin with takes part.
REDUCTIONS: dict[Function, tuple[Any, Function]] = {
    np.sum: (0, arithmetic.add),
    np.prod: (1, arithmetic.multiply),
    np.max: (None, arithmetic.maximum),
    np.min: (None, arithmetic.minimum),
    np.amax: (None, arithmetic.maximum),
    np.amin: (None, arithmetic.minimum),
    np.nansum: (0, arithmetic.add),
    np.nanprod: (1, arithmetic.multiply),
}


def _is_default(value: Any, default: Any) -> bool:
    plain_kind = value is None or isinstance(value, bool | int | str)
    return value is default or (plain_kind and type(value) is type(default) and value == default)


@cache
def differentiable_version(function: Function) -> Function:
    """NumPy's function where no node is among the arguments, ours where one is.

    Example:
        >>> import autograd as ag
        >>> var = differentiable_version(np.var)
        >>> float(var([1.0, 3.0])), var(ag.Tensor([1.0, 3.0])).item()
        (1.0, 1.0)
    """
    row = row_of(function)
    if row is None:
        return function
    ours, quick, of_list = row.ours, row.quick, row.first in LISTS

    @wraps(function)
    def version(*args: Any, **kwargs: Any) -> Any:
        try:
            if len(args) == 1 and isinstance(args[0], Node):
                if not kwargs:
                    return ours(args[0])
                if quick.issuperset(kwargs):
                    return ours(args[0], **kwargs)
            if of_list and args and isinstance(args[0], Iterator | ValuesView):  # HIPS autograd takes them
                args = (list(args[0]), *args[1:])
            if not kwargs and row.as_they_are(args):
                return ours(*args)
        except MISFITS as error:
            refuse_misfit(function, row.name, args, kwargs, error)
        if any(map(has_node, args)) or (kwargs and any(map(has_node, kwargs.values()))):
            return call(function, args, kwargs)
        return function(*args, **kwargs)

    if isinstance(function, np.ufunc):
        for method in ("accumulate", "at", "outer", "reduce", "reduceat"):
            setattr(version, method, getattr(function, method))  # NumPy's, which comes back here for nodes
    # Where a pickle finds it; ufuncs of older versions of NumPy do not say.
    version.__qualname__ = function.__name__
    version.__module__ = f"autograd.{getattr(function, '__module__', None) or 'numpy'}"
    return version


def all_names(module: Any, prefix: str = "") -> Iterable[str]:
    """The names in one of NumPy's modules of the functions that have rows."""
    _complete()
    return [prefix + name for name, value in vars(module).items() if callable(value) and _has_row(value)]


def _has_row(function: Any) -> bool:
    try:
        return function in TABLE
    except TypeError:
        return False
