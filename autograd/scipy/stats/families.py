"""What all distributions have in common: a location, a scale, a support, and functions of one another.

A distribution says its logarithmic density and its distribution function in standard form, for z = (x − loc) / scale.
"""

from __future__ import annotations

import math
from typing import Any

from scipy import stats

from autograd.graph.node import Node
from autograd.numpy.arguments import array_of
from autograd.rules.entries import (
    equal,
    exp,
    floor,
    greater_equal,
    less,
    less_equal,
    log,
    log1p,
    logical_and,
    sqrt,
    square,
    where,
)
from autograd.scipy.stats.distribution import REQUIRED, Distribution, Function, holds_node

EULER = 0.5772156649015329  # −ψ(1)
EVERYWHERE = (-math.inf, math.inf)


class Family(Distribution):
    """The functions of a distribution, of nodes; of plain numbers SciPy's.

    Args:
        name: What SciPy calls it.
        shapes: Its parameters beside place and scale, by SciPy's names.
        logpdf: The logarithm of the density at z, for these parameters (``logpmf`` where it is discrete).
        cdf: The probability of at most z.
        sf: That of more than z, where it is more accurate than 1 − cdf.
        logcdf: Its logarithm, where that is more accurate than the logarithm of cdf.
        logsf: The same for sf.
        ppf: The z that has a given cdf.
        isf: The z that has a given sf.
        mean: The mean of z, for these parameters, which its variance and its entropy take, too.
        var: Its variance.
        entropy: The mean of −log of the density.
        support: The least and the largest z of a density that is not 0; or what gives them for the parameters.
        inside: A point of the support, which stands in for points outside where functions are computed.
        discrete: Whether z is a whole number, and nothing scales it.
    """

    def __init__(
        self,
        name: str,
        shapes: tuple[str, ...] = (),
        *,
        logpdf: Function,
        cdf: Function,
        sf: Function | None = None,
        logcdf: Function | None = None,
        logsf: Function | None = None,
        ppf: Function | None = None,
        isf: Function | None = None,
        mean: Function | None = None,
        var: Function | None = None,
        entropy: Function | None = None,
        support: tuple[float, float] | Function = EVERYWHERE,
        inside: float = 0.5,
        discrete: bool = False,
    ) -> None:
        self._shapes, self._support, self.inside, self.scipys = shapes, support, inside, getattr(stats, name)
        below: Function = sf or (lambda z, *p: 1 - cdf(z, *p))
        log_density = "logpmf" if discrete else "logpdf"
        functions = {
            log_density: self._of_nodes(log_density, logpdf, -math.inf, -math.inf, density=not discrete),
            "cdf": self._of_nodes("cdf", cdf, 0.0, 1.0),
            "sf": self._of_nodes("sf", below, 1.0, 0.0),
            "logcdf": self._of_nodes("logcdf", logcdf or log_of(cdf, below), -math.inf, 0.0),
            "logsf": self._of_nodes("logsf", logsf or log_of(below, cdf), 0.0, -math.inf),
        }
        functions[log_density[3:]] = self._density(log_density)
        for method, quantile in (("ppf", ppf), ("isf", isf)):
            if quantile is not None:
                functions[method] = self._quantile(method, quantile)
        if discrete:
            functions = {method: _of_k(function) for method, function in functions.items()}
        moments = {}
        if mean is not None:
            moments["mean"] = self._moment("mean", lambda loc, scale, *p: loc + scale * mean(*p))
        if var is not None:
            moments["var"] = self._moment("var", lambda _, scale, *p: square(scale) * var(*p))
            moments["std"] = self._moment("std", lambda _, scale, *p: scale * sqrt(var(*p)))
        if entropy is not None:
            moments["entropy"] = self._moment("entropy", lambda _, scale, *p: entropy(*p) + log(scale))
        if ppf is not None:
            moments["median"] = self._moment("median", lambda loc, scale, *p: loc + scale * ppf(0.5, *p))
        parameters = dict.fromkeys(shapes, REQUIRED) | ({"loc": 0.0} if discrete else {"loc": 0.0, "scale": 1.0})
        super().__init__(name, parameters, functions, moments)

    def _parameters(self, args: tuple[Any, ...], named: dict[str, Any]) -> tuple[list[Any], Any, Any]:
        """Shapes, place and scale, of positional and named arguments as SciPy takes them."""
        given = {name: array_of(x) for name, x in self.given(args, named).items()}
        return [given[name] for name in self._shapes], given["loc"], given.get("scale", 1.0)

    def _of_nodes(self, method: str, standard: Function, low: float, high: float, density: bool = False) -> Function:
        """A function in standard form, with what it is below and above the support."""

        def of(x: Any, *args: Any, **named: Any) -> Any:
            if not holds_node(x, *args, *named.values()):
                return self.of_numbers(method, (x,), args, named)
            shapes, loc, scale = self._parameters(args, named)
            z = (array_of(x) - loc) / scale
            if self._support == EVERYWHERE:
                found = standard(z, *shapes)
            else:
                least, largest = self._support if isinstance(self._support, tuple) else self._support(*shapes)
                above, below = greater_equal(z, least), less_equal(z, largest)
                taken = logical_and(above, below)
                if method == "logpmf":
                    taken = logical_and(taken, equal(z, floor(z)))
                found = standard(where(taken, z, self.inside), *shapes)
                found = where(taken, found, where(above, high, low))
            return found - log(scale) if density else found

        return of

    def _density(self, logarithm: str) -> Function:
        def of(x: Any, *args: Any, **named: Any) -> Any:
            if not holds_node(x, *args, *named.values()):
                return self.of_numbers(logarithm[3:], (x,), args, named)
            return exp(self.functions[logarithm](x, *args, **named))

        return of

    def _quantile(self, method: str, standard: Function) -> Function:
        def of(q: Any, *args: Any, **named: Any) -> Any:
            if not holds_node(q, *args, *named.values()):
                return self.of_numbers(method, (q,), args, named)
            shapes, loc, scale = self._parameters(args, named)
            q = array_of(q)
            taken = logical_and(greater_equal(q, 0.0), less_equal(q, 1.0))
            return loc + scale * where(taken, standard(where(taken, q, 0.5), *shapes), math.nan)

        return of

    def _moment(self, method: str, of_parameters: Function) -> Function:
        def of(*args: Any, **named: Any) -> Any:
            if not holds_node(*args, *named.values()):
                return self.of_numbers(method, (), args, named)
            shapes, loc, scale = self._parameters(args, named)
            found = of_parameters(loc, scale, *shapes)
            return found if isinstance(found, Node) else next(filter(holds_node, (*shapes, loc, scale))) * 0.0 + found

        return of


def _of_k(function: Function) -> Function:
    """A function of a discrete distribution, whose point SciPy calls k."""

    def of(*point: Any, **named: Any) -> Any:
        if bool(point) + ("k" in named) + ("x" in named) != 1:
            raise TypeError(f"{of.__qualname__} takes its point, k, once")
        point = (named.pop("k"),) if "k" in named else point
        return function(*point, **named)

    return of


def log_of(probability: Function, complement: Function) -> Function:
    """Log p, by way of the complement where p is near 1."""

    def of(z: Any, *p: Any) -> Any:
        small, rest = probability(z, *p), complement(z, *p)
        near_one = less(rest, 0.5)
        return where(near_one, log1p(-where(near_one, rest, 0.0)), log(where(near_one, 1.0, small)))

    return of
