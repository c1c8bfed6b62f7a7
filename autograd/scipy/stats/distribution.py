"""What every distribution is: functions by name, which SciPy's names complete, and one with its parameters."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from scipy import stats

from autograd.errors import MissingRuleError
from autograd.graph.node import Node

Function = Callable[..., Any]
REQUIRED: Any = object()
POINTS = {"x", "k", "q"}  # SciPy's names for a point: of any distribution, of a discrete one, and a probability


class Distribution:
    """The functions of a distribution; SciPy's own under every other name (``rvs``, ``fit`` …).

    Args:
        name: What SciPy calls it, under which it is pickled, and copies are itself.
        parameters: Its parameters in SciPy's order, with what they are by default.
        functions: Functions of a point and of the parameters.
        moments: Functions of the parameters.
    """

    def __init__(
        self,
        name: str,
        parameters: dict[str, Any],
        functions: dict[str, Function],
        moments: dict[str, Function],
    ) -> None:
        self.name, self.parameters, self.functions, self.moments = name, parameters, functions, moments
        self.scipys = getattr(stats, name)
        self.__module__ = __package__
        for method, function in (functions | moments).items():
            function.__name__, function.__qualname__, function.__module__ = method, f"{name}.{method}", __package__
            function.__doc__ = function.__doc__ or getattr(self.scipys, method).__doc__

    def __repr__(self) -> str:
        return f"<distribution {self.name}>"

    def __reduce__(self) -> str:
        return self.name

    def __getitem__(self, method: str) -> Function:
        return self.functions[method]

    def __getattr__(self, method: str) -> Any:
        if method.startswith("_"):
            raise AttributeError(method)
        return self.functions.get(method) or self.moments.get(method) or getattr(self.scipys, method)

    def __call__(self, *args: Any, **named: Any) -> Frozen:
        """The distribution with these parameters."""
        self.given(args, named)
        return Frozen(self, args, named)

    def of_numbers(self, method: str, points: tuple[Any, ...], args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """What SciPy's function gives, of plain numbers; wrong parameters are told of as for nodes."""
        try:
            return getattr(self.scipys, method)(*points, *args, **named)
        except TypeError:
            self.given(args, named)
            raise

    def given(self, args: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
        """The parameters by name.

        Raises:
            TypeError: One is missing, or given twice, or there is none of that name.
        """
        names = list(self.parameters)
        if len(args) > len(names) or set(named) - set(names[len(args) :]):
            raise TypeError(f"{self.name} takes {', '.join(names)}, once each")
        found = self.parameters | dict(zip(names, args, strict=False)) | named
        missing = [name for name, x in found.items() if x is REQUIRED]
        if missing:
            raise TypeError(f"{self.name} needs {', '.join(missing)}")
        return found


class Frozen:
    """A distribution with its parameters: ``norm(loc, scale).logpdf(x)``.

    Args:
        family: Whose.
        args: The parameters in order.
        named: The others.
    """

    def __init__(self, family: Distribution, args: tuple[Any, ...], named: dict[str, Any]) -> None:
        self.family, self.args, self.named = family, args, named

    def __getattr__(self, method: str) -> Any:
        """A function of it; SciPy's own of every other name, where no parameter is a node."""
        if method.startswith("_"):
            raise AttributeError(method)
        if (function := self.family.functions.get(method)) is not None:
            return partial(self._at, function)
        if (moment := self.family.moments.get(method)) is not None:
            return partial(moment, *self.args, **self.named)
        if not holds_node(*self.args, *self.named.values()):
            return getattr(self.family.scipys(*self.args, **self.named), method)
        if method in self.family.parameters and not hasattr(self.family.scipys, method):  # which SciPy's has, too
            return self.family.given(self.args, self.named)[method]
        raise MissingRuleError(f"{self.family.name}.{method} has no derivative: give numbers as parameters there")

    def _at(self, function: Function, *points: Any, **named: Any) -> Any:
        given = [*points, *named.values()]
        if len(given) != 1 or named.keys() - POINTS:
            raise TypeError(f"{function.__qualname__} of a distribution with its parameters takes one point")
        return function(*given, *self.args, **self.named)


def holds_node(*xs: Any) -> bool:
    """Whether one of these is a node."""
    return any(isinstance(x, Node) for x in xs)
