"""How a tangent goes forward through an entry: read off its rules backward, with what its flags say of them.

For y = f(a, b, …) and inputs that change in the directions ȧ, ḃ, … (their tangents), the output changes in the direction
ẏ = (∂y/∂a) ȧ + (∂y/∂b) ḃ + …, while the vector-Jacobian product of the book is gᵀ(∂y/∂a). The one follows from the other:

* *elementwise*, or *symmetric*: ∂y/∂a is a diagonal, or equal to its transpose: the rule with ȧ for g
* *linear*: ẏ = f(ȧ, ḃ, …); *multilinear*: ẏ = f(ȧ, b, …) + f(a, ḃ, …) + …
* *reduces*: every entry of a goes into one entry of y: the rule with ȧ for g, added up as y is
* numbers with a ``pull``: ȧ times the share for g = 1

An entry that is none of these says it in a line, ``jvp=lambda t, y, a, b: …`` for each parent; and without a line the
rule's own derivative for g is taken, in `autograd.graph.forward`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.rules.primitive import Primitive
from autograd.rules.ready import Kind, Vjp, evaluated, specialised
from autograd.rules.reductions import sum_
from autograd.rules.shapes import shape

# Takes the tangents of the inputs (None for 0), y, the inputs and the attributes; gives y's tangent, or None for 0.
Push = Callable[[Sequence[Any], Any, Sequence[Any], dict[str, Any]], Any]


def push_of(rule: Primitive, kind: Kind) -> Push | None:
    """How tangents go through a primitive, ready for floats, for arrays, or for any operand; None where nothing tells."""
    if kind not in rule.pushes:
        rule.pushes[kind] = _found(rule, kind)
    found: Push | None = rule.pushes[kind]
    return found


def _found(rule: Primitive, kind: Kind) -> Push | None:
    if rule.jvps:
        return _summed(rule.jvps, "node" if rule.own else kind)
    if rule.pull is None and (rule.elementwise or rule.symmetric):
        return _summed(rule.vjps, kind)
    if rule.linear or rule.multilinear:
        function = rule.array if kind == "array" else rule
        return _linear(function) if rule.linear else _multilinear(function)
    if rule.reduces:
        return _reduced(_summed(rule.vjps, kind))
    return None if rule.pull is None else _weighted(rule.pull, kind)


def _summed(rules: Sequence[Vjp | None], kind: Kind) -> Push:
    """Σ rule(ȧ, y, a, b, …) over the inputs."""
    ready = [None if rule is None else specialised(rule, kind) for rule in rules]

    def push_floats(tangents: Sequence[Any], y: Any, inputs: Sequence[Any], attrs: dict[str, Any]) -> Any:
        total = None
        for tangent, rule, as_written in zip(tangents, ready, rules, strict=False):
            if tangent is not None and rule is not None:
                part = evaluated(rule, as_written, (tangent, y, *inputs), attrs)
                total = part if total is None else total + part
        return total

    def push(tangents: Sequence[Any], y: Any, inputs: Sequence[Any], attrs: dict[str, Any]) -> Any:
        total = None
        for tangent, rule in zip(tangents, ready):  # noqa: B905 - one step of many
            if tangent is not None and rule is not None:
                part = rule(tangent, y, *inputs, **attrs)
                total = part if total is None else total + part
        return total

    return push_floats if kind == "scalar" else push


def _linear(function: Callable[..., Any]) -> Push:
    """f(ȧ, ḃ, …)."""

    def push(tangents: Sequence[Any], y: Any, inputs: Sequence[Any], attrs: dict[str, Any]) -> Any:
        return function(*[_zeros(x) if t is None else t for t, x in zip(tangents, inputs, strict=True)], **attrs)

    return push


def _multilinear(function: Callable[..., Any]) -> Push:
    """f(ȧ, b, …) + f(a, ḃ, …) + …"""

    def push(tangents: Sequence[Any], y: Any, inputs: Sequence[Any], attrs: dict[str, Any]) -> Any:
        total = None
        for position, tangent in enumerate(tangents):
            if tangent is not None:
                part = function(*inputs[:position], tangent, *inputs[position + 1 :], **attrs)
                total = part if total is None else total + part
        return total

    return push


def _reduced(push_each: Push) -> Push:
    """The changes of y that all entries make, added up as y is."""

    def push(tangents: Sequence[Any], y: Any, inputs: Sequence[Any], attrs: dict[str, Any]) -> Any:
        each = push_each(tangents, y, inputs, attrs)
        axis, keepdims = attrs.get("axis", -1), attrs.get("keepdims", False)
        return None if each is None else sum_(each, axis=axis, keepdims=keepdims)

    return push


def _weighted(pull: Callable[..., list[Any]], kind: Kind) -> Push:
    """Σ (the share for g = 1) · ȧ, for inputs of one shape."""
    ready = specialised(pull, kind)

    def push(tangents: Sequence[Any], y: Any, inputs: Sequence[Any], attrs: dict[str, Any]) -> Any:
        weights = evaluated(ready, pull, (1.0, y, *inputs), attrs)
        total = None
        for tangent, weight in zip(tangents, weights, strict=True):
            if tangent is not None:
                total = weight * tangent if total is None else total + weight * tangent
        return total

    return push


def _zeros(x: Any) -> Any:
    return np.zeros(shape(x), x.dtype) if hasattr(x, "dtype") else 0.0
