"""A primitive's rules made ready for one kind of operand: floats, arrays, or (as they are written) any.

Asking each operand of each call for its kind costs more than most of these functions do; when a gradient is computed on
plain numbers, the answer is known beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any, Literal

import numpy as np

from autograd.rules.blocks import in_blocks

Vjp = Callable[..., Any]
Kind = Literal["scalar", "array", "node"]
# What float arithmetic raises where IEEE 754 has an answer (an infinity or a NaN).
FLOAT_EXCEPTIONS = (ZeroDivisionError, OverflowError, ValueError)
Derivatives = tuple[Callable[..., list[Any]] | None, tuple[Vjp | None, ...]]


class Ready(dict[Kind, Derivatives]):
    """A primitive's ``pull`` and ``vjps``, made ready for floats, for arrays, or (as written) for any operand."""

    def __init__(self, rule: Any) -> None:
        super().__init__()
        self._rule = rule

    def __missing__(self, kind: Kind) -> Derivatives:
        rule = self._rule
        pull = None if rule.pull is None else specialised(rule.pull, kind)
        vjps = [None if vjp is None else specialised(vjp, kind) for vjp in rule.vjps]
        if kind == "array" and rule.elementwise:
            vjps = [in_blocks(vjp) if vjp is not None and _goes_by_blocks(vjp) else vjp for vjp in vjps]
        self[kind] = pull, tuple(vjps)
        return self[kind]


def _goes_by_blocks(rule: Vjp) -> bool:
    """Whether a rule for arrays calls a function that does, whose passes over memory its own would add to."""
    called = map(rule.__globals__.get, rule.__code__.co_names) if isinstance(rule, FunctionType) else ()
    return any(getattr(x, "by_blocks", False) for x in called)


_namespaces: dict[tuple[int, Kind], dict[str, Any]] = {}


def specialised(rule: Vjp, kind: Kind) -> Vjp:
    """A rule of this book for one kind of operand: the same code, in which ``cos`` means `math.cos` or `numpy.cos`.

    Rules from outside the book run as they are written.
    """
    home = rule.__globals__
    if kind == "node" or not home["__name__"].startswith(__package__ + "."):
        return rule
    namespace = _namespaces.get((id(home), kind))
    if namespace is None:
        namespace = _namespaces[id(home), kind] = dict(home)  # entered first, since rules call each other
        for name, value in home.items():
            if isinstance(getattr(value, "derivatives", None), Ready):  # an entry
                namespace[name] = getattr(value, kind) or value
            elif isinstance(value, FunctionType):
                namespace[name] = specialised(value, kind)
    twin = FunctionType(rule.__code__, namespace, rule.__name__, rule.__defaults__, rule.__closure__)
    twin.__kwdefaults__ = rule.__kwdefaults__
    return twin


def evaluated(rule: Any, as_written: Any, arguments: Sequence[Any], attrs: dict[str, Any]) -> Any:
    """A rule's value; where Python's float arithmetic raises, IEEE 754's answer, which NumPy's float64 gives.

    Where there is nothing ``as_written`` to ask again, the exception stands.
    """
    try:
        return rule(*arguments, **attrs) if attrs else rule(*arguments)
    except FLOAT_EXCEPTIONS:
        if as_written is None or arguments[0].__class__ is not float:
            raise
        with np.errstate(all="ignore"):
            return as_written(*map(np.float64, arguments), **attrs)
