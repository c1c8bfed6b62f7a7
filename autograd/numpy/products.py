"""Products of arrays: sums of products over any axes."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from autograd.errors import ShapeError
from autograd.numpy.arguments import array_of, differentiable
from autograd.numpy.complex_numbers import conjugated
from autograd.numpy.reductions import sum
from autograd.numpy.shapes import broadcast_to, concatenate, ravel, reshape, transpose
from autograd.rules import arithmetic, linear_algebra
from autograd.rules.products import matmul
from autograd.rules.shapes import axis_of, rank, shape

# ---- sums of products ----------------------------------------------------------------------------------------------


@differentiable("einsum")
def einsum(*operands: Any) -> Any:
    """Any sum of products, in all of NumPy's ways to write one; several factors are multiplied two at a time."""
    terms, result, factors = _parsed(operands)
    if len(factors) == 1:
        return linear_algebra.einsum(factors[0], 1.0, subscripts=f"{terms[0]},->{result}")
    steps = [(0, 1)]
    if len(factors) > 2:
        dummies = [np.broadcast_to(0.0, shape(x)) for x in factors]
        steps = np.einsum_path(f"{','.join(terms)}->{result}", *dummies, optimize="greedy")[0][1:]
    for places in steps:
        chosen = [(terms.pop(i), factors.pop(i)) for i in sorted(places, reverse=True)]
        if len(chosen) == 1:
            chosen.append(("", 1.0))
        while len(chosen) > 1:  # more than two where NumPy would gain nothing by pairs
            (a, x), (b, y) = chosen.pop(), chosen.pop()
            needed = set(result).union(*terms, *(term for term, _ in chosen))
            kept = "".join(letter for letter in dict.fromkeys(a + b) if letter in needed)
            kept = kept if terms or chosen else result
            chosen.append((kept, linear_algebra.einsum(x, y, subscripts=f"{a},{b}->{kept}")))
        terms.append(chosen[0][0])
        factors.append(chosen[0][1])
    return factors[0]


_SYMBOLS = [*map(chr, range(97, 123)), *map(chr, range(65, 91))]


def _parsed(operands: tuple[Any, ...]) -> tuple[list[str], str, list[Any]]:
    """Subscripts with a letter for each axis, one text for each factor and one for the result; and the factors."""
    if isinstance(operands[0], str):
        text, factors = operands[0].replace(" ", ""), [array_of(x) for x in operands[1:]]
    else:  # factors and lists of numbers in turn
        parts = list(operands)
        last = parts.pop() if len(parts) % 2 else None
        factors = [array_of(x) for x in parts[::2]]
        text = ",".join(map(_as_letters, parts[1::2])) + ("" if last is None else f"->{_as_letters(last)}")
    left, arrow, result = text.partition("->")
    terms = left.split(",")
    if len(terms) != len(factors):
        raise ShapeError(f"einsum of {len(factors)} arrays by {text!r}, which has {len(terms)} terms")
    spare = [letter for letter in _SYMBOLS if letter not in text]
    hidden = [rank(x) - len(term.replace("...", "")) for term, x in zip(terms, factors, strict=True)]
    for term, x, more in zip(terms, factors, hidden, strict=True):
        if more < 0 or (more and "..." not in term):
            raise ShapeError(f"einsum: {term!r} for an array of shape {shape(x)}: one letter for each axis")
    longest = np.max([more for term, more in zip(terms, hidden, strict=True) if "..." in term], initial=0)
    dots = "".join(spare[: int(longest)])
    if not arrow:
        letters = "".join(sorted(set(left) - set(".,")))
        result = ("..." if "..." in left else "") + "".join(c for c in letters if left.count(c) == 1)
    terms = [t.replace("...", dots[len(dots) - more :]) for t, more in zip(terms, hidden, strict=True)]
    return terms, result.replace("...", dots), factors


def _as_letters(numbers: Any) -> str:
    return "".join("..." if n is Ellipsis else _SYMBOLS[operator.index(n)] for n in numbers)


@differentiable("inner")
def inner(a: Any, b: Any) -> Any:
    """The sum of products over both last axes."""
    if rank(a) == 0 or rank(b) == 0:
        return arithmetic.multiply(a, b)
    return tensordot(a, b, (-1, -1))


@differentiable("outer")
def outer(a: Any, b: Any) -> Any:
    """The product of each entry of one with each of the other."""
    return reshape(a, (-1, 1)) * reshape(b, (1, -1))


@differentiable("linalg.outer")
def outer_of_vectors(x1: Any, x2: Any) -> Any:
    """The product of each entry of one vector with each of the other."""
    if rank(x1) != 1 or rank(x2) != 1:
        raise ShapeError(f"linalg.outer of shapes {shape(x1)} and {shape(x2)}: vectors are needed")
    return outer(x1, x2)


@differentiable("vdot")
def vdot(a: Any, b: Any) -> Any:
    """The sum of the products of all entries, a's conjugated."""
    return matmul(conjugated(ravel(a)), ravel(b))


def _enough(name: str, *wanted: tuple[Any, int]) -> None:
    for x, axes in wanted:
        if rank(x) < axes:
            raise ShapeError(f"{name} of shape {shape(x)}: {axes} axes are wanted at least")


@differentiable("vecdot", "linalg.vecdot")
def vecdot(x1: Any, x2: Any, axis: int = -1) -> Any:
    """The sum of products along an axis, a's entries conjugated."""
    _enough("vecdot", (x1, 1), (x2, 1))
    x1, x2 = (x if axis == -1 else np.moveaxis(x, axis, -1) for x in (x1, x2))
    if shape(x1)[-1] != shape(x2)[-1]:
        raise ShapeError(f"vecdot of vectors of {shape(x1)[-1]} and of {shape(x2)[-1]} entries, along axis {axis}")
    return sum(arithmetic.multiply(conjugated(x1), x2), -1)


@differentiable("matvec")
def matvec(x1: Any, x2: Any) -> Any:
    """Matrices times vectors, in stacks."""
    _enough("matvec", (x1, 2), (x2, 1))
    return matmul(x1, reshape(x2, (*shape(x2), 1)))[..., 0]


@differentiable("vecmat")
def vecmat(x1: Any, x2: Any) -> Any:
    """Vectors times matrices, in stacks."""
    _enough("vecmat", (x1, 1), (x2, 2))
    return matmul(reshape(conjugated(x1), (*shape(x1)[:-1], 1, shape(x1)[-1])), x2)[..., 0, :]


differentiable("linalg.matmul")(lambda x1, x2: matmul(x1, x2))


@differentiable("tensordot", "linalg.tensordot")
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """The sum of products over chosen axes of both."""
    if isinstance(axes, int):
        mine, others = list(range(rank(a) - axes, rank(a))), list(range(axes))
    else:
        mine, others = ([x] if isinstance(x, int) else list(x) for x in axes)
    mine, others = [axis_of(int(x), a) for x in mine], [axis_of(int(x), b) for x in others]
    if [shape(a)[x] for x in mine] != [shape(b)[x] for x in others]:
        raise ShapeError(
            f"tensordot of shapes {shape(a)} and {shape(b)} over axes {mine} and {others}: lengths must be equal"
        )
    left, right = ([x for x in range(rank(p)) if x not in gone] for p, gone in ((a, mine), (b, others)))
    full = (*(shape(a)[x] for x in left), *(shape(b)[x] for x in right))
    inside = math.prod(shape(a)[x] for x in mine)
    flat = (math.prod(shape(p)[x] for x in kept) for p, kept in ((a, left), (b, right)))
    rows_, columns = flat
    first, second = transpose(a, (*left, *mine)), transpose(b, (*others, *right))
    return reshape(matmul(reshape(first, (rows_, inside)), reshape(second, (inside, columns))), full)


@differentiable("kron")
def kron(a: Any, b: Any) -> Any:
    """Each entry of a times all of b, as blocks."""
    axes = int(np.maximum(rank(a), rank(b)))
    a, b = (reshape(x, (1,) * (axes - rank(x)) + shape(x)) for x in (a, b))
    wide = tuple(n for length in shape(a) for n in (length, 1))
    fine = tuple(n for length in shape(b) for n in (1, length))
    return reshape(reshape(a, wide) * reshape(b, fine), tuple(m * n for m, n in zip(shape(a), shape(b), strict=True)))


@differentiable("cross")
def cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    """The vector product of vectors of three entries; two stand for a third of 0."""
    axisa, axisb, axisc = (axisa, axisb, axisc) if axis is None else (axis,) * 3
    for x, at in ((a, axisa), (b, axisb)):
        if rank(x) == 0 or shape(x)[at] not in (2, 3):
            raise ShapeError(f"cross of shapes {shape(a)} and {shape(b)}: vectors of two or three entries are needed")
    (a0, a1, *a2), (b0, b1, *b2) = (_components(x, at) for x, at in ((a, axisa), (b, axisb)))
    third = a0 * b1 - a1 * b0
    if not a2 and not b2:
        return third
    c, d = (x[0] if x else 0.0 for x in (a2, b2))
    parts = [a1 * d - c * b1, c * b0 - a0 * d, third]
    full = np.broadcast_shapes(*map(shape, parts))
    parts = [broadcast_to(part, full) for part in parts]
    places = axisc % (len(full) + 1)
    return concatenate([reshape(part, (*full[:places], 1, *full[places:])) for part in parts], places)


@differentiable("linalg.cross")
def cross_of_three(x1: Any, x2: Any, axis: int = -1) -> Any:
    """As `cross`, of three entries each."""
    if not shape(x1)[axis] == shape(x2)[axis] == 3:
        raise ShapeError(f"linalg.cross of shapes {shape(x1)} and {shape(x2)}: vectors of three entries are needed")
    return cross(x1, x2, axis=axis)


def _components(x: Any, axis: int) -> list[Any]:
    return [x[(*(slice(None),) * (axis_of(axis, x)), i)] for i in range(shape(x)[axis])]


@differentiable("trace")
def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The sum over a diagonal."""
    places = np.diagonal(np.arange(math.prod(shape(a))).reshape(shape(a)), offset, axis1, axis2)
    return sum(ravel(a)[places], -1)


@differentiable("linalg.trace")
def trace_of_last(x: Any, offset: int = 0) -> Any:
    """The sums over the diagonals of a stack of matrices."""
    return trace(x, offset, -2, -1)
