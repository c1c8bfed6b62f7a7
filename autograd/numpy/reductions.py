"""Reductions: one number, or one along an axis, made of many; and softmax, which is divided by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any, Never, overload

import numpy as np

from autograd.arguments import explained, truth
from autograd.elsewhere import catching
from autograd.graph.node import Node
from autograd.kinds import ArrayLike, Axis, N, Recording, normalised, reduction
from autograd.numpy.shapes import stack
from autograd.rules import reductions
from autograd.rules.forwards import LARGEST
from autograd.rules.shapes import rank


def has_values(xs: Any) -> bool:
    """Whether something is a list of numbers with Values among them."""
    return isinstance(xs, list | tuple) and any(isinstance(x, Node) and x.kind == "scalar" for x in xs)


def _listed(x: Any) -> Any:
    # Any other container, and a generator, which can be gone through only once.
    return list(x) if not hasattr(x, "shape") and isinstance(x, Iterable) else x


def gathered(x: Any) -> Any:
    """A list as what NumPy would make of it: an array, or a Tensor where there are Tensors in it."""
    if isinstance(x, list | tuple):
        return stack(x) if any(isinstance(part, Node) for part in x) else np.asarray(x)
    return x


def _scalars_only_whole(name: str, axis: Axis, keepdims: bool = False) -> None:
    if axis not in (None, 0, -1) or keepdims:
        raise TypeError(f"{name} of a list of Values takes no axis or keepdims; use a Tensor for arrays")


@reduction
@catching
def sum(x: Any, axis: Axis = None, keepdims: bool = False, **words: Never) -> Any:
    """Σ xᵢ over one axis, several, or all; a list of Values gives one node.

    Example:
        >>> import autograd as ag
        >>> a, b = ag.Value(1.0), ag.Value(2.0)
        >>> ag.sum([a, b, a]).data
        4.0
    """
    if words:
        from autograd.suggest import refuse_keywords

        refuse_keywords("sum", words, ("axis", "keepdims"))
    if isinstance(x, Node) and x.kind == "array":
        tensor: Any = x
        return tensor._apply(reductions.sum_, (x,), {"axis": axis, "keepdims": keepdims})  # as below, sooner
    if hasattr(x, "shape"):
        return reductions.sum_(x, axis=axis, keepdims=keepdims)
    x = _listed(x)
    if has_values(x):
        _scalars_only_whole("sum", axis, keepdims)
        return reductions.add_n(*x)
    return reductions.sum_(gathered(x), axis=axis, keepdims=keepdims)


@reduction
@catching
def mean(x: Any, axis: Axis = None, keepdims: bool = False, **words: Never) -> Any:
    """(1/n) Σ xᵢ over one axis, several, or all; also of a list of Values.

    Example:
        >>> mean([[1.0, 2.0], [3.0, 6.0]], axis=0)
        array([2., 4.])
    """
    if words:
        from autograd.suggest import refuse_keywords

        refuse_keywords("mean", words, ("axis", "keepdims"))
    if hasattr(x, "shape"):
        return reductions.mean(x, axis=axis, keepdims=keepdims)
    x = _listed(x)
    if has_values(x):
        _scalars_only_whole("mean", axis, keepdims)
        return sum(x) / len(x)
    return reductions.mean(gathered(x), axis=axis, keepdims=keepdims)


@reduction
@explained
def max(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The largest entry over one axis, several, or all; entries that tie share its gradient equally.

    Example:
        >>> import autograd as ag
        >>> x = ag.Tensor([1.0, 3.0, 3.0], requires_grad=True)
        >>> ag.max(x).backward(); x.grad.data
        array([0. , 0.5, 0.5])
    """
    _refuse_values("max", x)
    return reductions.max_(gathered(x), axis=axis, keepdims=keepdims)


@reduction
@explained
def min(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The smallest entry over one axis, several, or all; entries that tie share its gradient equally.

    Example:
        >>> min([[1.0, 2.0], [3.0, 0.0]], axis=1)
        array([1., 0.])
    """
    _refuse_values("min", x)
    return reductions.min_(gathered(x), axis=axis, keepdims=keepdims)


def _refuse_values(name: str, x: Any) -> None:
    if has_values(x):
        raise TypeError(f"{name} of a list of Values: use ag.{name}imum of two at a time, or a Tensor")


@reduction
@explained
def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """ln Σ exp xᵢ, without overflow; a list of Values gives a node.

    Its gradient is the softmax of x; 0 where every xᵢ is −∞.

    Example:
        >>> float(logsumexp([1000.0, 1000.0]).round(3))
        1000.693
    """
    if has_values(x):
        _scalars_only_whole("logsumexp", axis, keepdims)
        shifted, top = _less_the_largest(x, -LARGEST)
        total = reductions.logsumexp_n(*shifted)
        return total if top is None else total + top
    keepdims = keepdims is not False and truth("keepdims", keepdims)
    return reductions.logsumexp(gathered(x), axis=axis, keepdims=keepdims)


@normalised
@explained
def softmax(x: Any, axis: int = -1) -> Any:
    """exp xᵢ / Σ exp xⱼ along an axis, without overflow; a list of Values gives a list.

    Example:
        >>> import autograd as ag
        >>> [round(p, 3) for p in ag.softmax([1.0, 2.0, 3.0]).tolist()]
        [0.09, 0.245, 0.665]
    """
    if has_values(x):
        shifted, total = _over_their_sum(x, axis, "softmax")
        return [reductions.share(part, total) for part in shifted]
    return reductions.softmax(gathered(x), axis=axis)


@normalised
@explained
def log_softmax(x: Any, axis: int = -1) -> Any:
    """xᵢ − ln Σ exp xⱼ along an axis, without overflow; a list of Values gives a list.

    Example:
        >>> log_softmax([0.0, 0.0]).round(3)
        array([-0.693, -0.693])
    """
    if has_values(x):
        shifted, total = _over_their_sum(x, axis, "log_softmax")
        return [part - total for part in shifted]
    return reductions.log_softmax(gathered(x), axis=axis)


def _over_their_sum(xs: Sequence[Any], axis: int, name: str) -> tuple[Sequence[Any], Any]:
    """Numbers, shifted, and ln Σ exp of these; no number where all are −∞, of which none has a share."""
    _scalars_only_whole(name, axis)
    shifted, _ = _less_the_largest(xs, -np.inf)
    return shifted, reductions.log_normaliser_n(*shifted)


def _less_the_largest(xs: Sequence[Any], smallest: float) -> tuple[Sequence[Any], Any]:
    """Numbers less the largest of them, and that one; as they are, and None, where no rounding is to be feared.

    What is subtracted is never infinity, and no less than ``smallest``.
    """
    traced = any(isinstance(x, Node) and x.traced for x in xs)
    if not traced and all(abs(x._raw if isinstance(x, Node) else x) <= _SMALL for x in xs):
        return xs, None
    top = reduce(reductions.peak, xs, smallest)
    return [x - top for x in xs], top


_SMALL = 16.0


@overload
def norm(x: Recording[N], ord: Any = None, axis: Axis = None, keepdims: bool = False) -> N: ...
@overload
def norm(x: ArrayLike, ord: Any = None, axis: Axis = None, keepdims: bool = False) -> Any: ...
@explained
def norm(x: Any, ord: Any = None, axis: Axis = None, keepdims: bool = False) -> Any:
    """√Σ xᵢ² over one axis, several, or all: the length of a vector, the Frobenius norm of a matrix.

    Its gradient is x / ‖x‖, and 0 where x is 0, where √Σ xᵢ² written out would give NaN.

    Args:
        x: An array or a node.
        ord: None or 2; for a matrix (two axes) None or "fro". There are no others.
        axis: Over which axes; all by default.
        keepdims: Whether the axes stay, with a length of one.

    Raises:
        ValueError: Another ``ord``.

    Example:
        >>> import autograd as ag
        >>> x = ag.Tensor([3.0, 4.0], requires_grad=True)
        >>> norm(x).backward()
        >>> x.grad.tolist()
        [0.6, 0.8]
    """
    x = gathered(_listed(x))
    axes = rank(x) if axis is None else len(axis) if isinstance(axis, tuple) else 1
    if ord is not None and (ord != 2 if axes == 1 else ord != "fro" or axes != 2):
        raise ValueError(f"norm(ord={ord!r}) of {axes} axes has no derivative rule here: use None, or 2 for vectors")
    return reductions.norm(x, axis=axis, keepdims=keepdims is not False and truth("keepdims", keepdims))
