"""Functions put together from primitives, for numbers, arrays, nodes, and lists of Values alike.

Elementwise functions are entries of the rule book themselves (``ag.exp`` is one). Here are those that take NumPy's
optional arguments, treat several shapes differently, or accept a list of scalar nodes as one node with many parents.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd.errors import DTypeError, ShapeError
from autograd.graph.node import Node
from autograd.kinds import N, Recording, joining, normalised, reduction, same_kind
from autograd.rules import activations, arithmetic, exponentials, losses, products, reductions, shaping
from autograd.rules.shapes import rank, shape

Axis = int | tuple[int, ...] | None


def _has_values(xs: Any) -> bool:
    return isinstance(xs, list | tuple) and any(isinstance(x, Node) and x.kind == "scalar" for x in xs)


def _listed(x: Any) -> Any:
    # Any other container, and a generator, which can be gone through only once.
    return list(x) if not hasattr(x, "shape") and isinstance(x, Iterable) else x


def _gathered(x: Any) -> Any:
    # A list with Tensors in it is what NumPy would make an array of.
    if isinstance(x, list | tuple):
        return stack(x) if any(isinstance(part, Node) for part in x) else np.asarray(x)
    return x


def _scalars_only_whole(name: str, axis: Axis, keepdims: bool = False) -> None:
    if axis not in (None, 0, -1) or keepdims:
        raise TypeError(f"{name} of a list of Values takes no axis or keepdims; use a Tensor for arrays")


# ---- reductions ----------------------------------------------------------------------------------------------------


@reduction
def sum(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Σ xᵢ over one axis, several, or all; a list of Values gives one node.

    Example:
        >>> import autograd as ag
        >>> a, b = ag.Value(1.0), ag.Value(2.0)
        >>> ag.sum([a, b, a]).data
        4.0
    """
    x = _listed(x)
    if _has_values(x):
        _scalars_only_whole("sum", axis, keepdims)
        return reductions.add_n(*x)
    return reductions.sum_(_gathered(x), axis=axis, keepdims=keepdims)


@reduction
def mean(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """(1/n) Σ xᵢ over one axis, several, or all; also of a list of Values.

    Example:
        >>> mean([[1.0, 2.0], [3.0, 6.0]], axis=0)
        array([2., 4.])
    """
    if hasattr(x, "shape"):
        return reductions.mean(x, axis=axis, keepdims=keepdims)
    x = _listed(x)
    if _has_values(x):
        _scalars_only_whole("mean", axis, keepdims)
        return sum(x) / len(x)
    return reductions.mean(_gathered(x), axis=axis, keepdims=keepdims)


@reduction
def max(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The largest entry over one axis, several, or all; entries that tie share its gradient equally.

    Example:
        >>> import autograd as ag
        >>> x = ag.Tensor([1.0, 3.0, 3.0], requires_grad=True)
        >>> ag.max(x).backward(); x.grad.data
        array([0. , 0.5, 0.5])
    """
    _refuse_values("max", x)
    return reductions.max_(_gathered(x), axis=axis, keepdims=keepdims)


@reduction
def min(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The smallest entry over one axis, several, or all; entries that tie share its gradient equally.

    Example:
        >>> min([[1.0, 2.0], [3.0, 0.0]], axis=1)
        array([1., 0.])
    """
    _refuse_values("min", x)
    return reductions.min_(_gathered(x), axis=axis, keepdims=keepdims)


def _refuse_values(name: str, x: Any) -> None:
    if _has_values(x):
        raise TypeError(f"{name} of a list of Values: use ag.{name}imum of two at a time, or a Tensor")


@reduction
def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """ln Σ exp xᵢ, without overflow; a list of Values gives a node.

    Its gradient is the softmax of x; 0 where every xᵢ is −∞.

    Example:
        >>> float(logsumexp([1000.0, 1000.0]).round(3))
        1000.693
    """
    if _has_values(x):
        _scalars_only_whole("logsumexp", axis, keepdims)
        shifted, top = _less_the_largest(x)
        total = reductions.logsumexp_n(*shifted)
        return total if top is None else total + top
    return reductions.logsumexp(_gathered(x), axis=axis, keepdims=keepdims)


@normalised
def softmax(x: Any, axis: int = -1) -> Any:
    """exp xᵢ / Σ exp xⱼ along an axis, without overflow; a list of Values gives a list.

    Example:
        >>> import autograd as ag
        >>> [round(p, 3) for p in ag.softmax([1.0, 2.0, 3.0]).tolist()]
        [0.09, 0.245, 0.665]
    """
    if _has_values(x):
        return [exponentials.exp(log_p) for log_p in log_softmax(x, axis)]
    return reductions.softmax(_gathered(x), axis=axis)


@normalised
def log_softmax(x: Any, axis: int = -1) -> Any:
    """xᵢ − ln Σ exp xⱼ along an axis, without overflow; a list of Values gives a list.

    Example:
        >>> log_softmax([0.0, 0.0]).round(3)
        array([-0.693, -0.693])
    """
    if _has_values(x):
        _scalars_only_whole("log_softmax", axis)
        shifted, _ = _less_the_largest(x)
        total = reductions.logsumexp_n(*shifted)
        return [part - total for part in shifted]
    return reductions.log_softmax(_gathered(x), axis=axis)


def _less_the_largest(xs: Sequence[Any]) -> tuple[Sequence[Any], Any]:
    """Numbers less the largest of them, and that one; as they are, and None, where no rounding is to be feared."""
    traced = any(isinstance(x, Node) and x.traced for x in xs)
    if not traced and all(abs(x._raw if isinstance(x, Node) else x) <= _SMALL for x in xs):
        return xs, None
    top = reduce(reductions.peak, xs, -np.inf)
    return [x - top for x in xs], top


_SMALL = 16.0


@reduction
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
    x = _gathered(_listed(x))
    axes = rank(x) if axis is None else len(axis) if isinstance(axis, tuple) else 1
    if ord is not None and (ord != 2 if axes == 1 else ord != "fro" or axes != 2):
        raise ValueError(f"norm(ord={ord!r}) of {axes} axes has no derivative rule here: use None, or 2 for vectors")
    return reductions.norm(x, axis=axis, keepdims=keepdims)


# ---- elementwise, with optional arguments --------------------------------------------------------------------------


@same_kind
def leaky_relu(x: Any, slope: float = 0.01) -> Any:
    """x for x > 0, slope · x otherwise; at 0 the derivative is ``slope``.

    Example:
        >>> leaky_relu(np.array([-2.0, 3.0]), slope=0.1)
        array([-0.2,  3. ])
    """
    return activations.leaky_relu(x, slope=slope)


@same_kind
def clip(x: Any, low: Any = None, high: Any = None) -> Any:
    """x kept between ``low`` and ``high``, numbers or arrays or nodes; None leaves a side open.

    The derivative is 1 inside and at the two numbers, 0 outside. A bound that is an array or a node takes part by
    `maximum` and `minimum`, and so gets gradients too.

    Example:
        >>> clip(np.array([-2.0, 0.5, 3.0]), 0.0, 1.0)
        array([0. , 0.5, 1. ])
    """
    low, high = (bound.item() if isinstance(bound, np.generic) else bound for bound in (low, high))
    if isinstance(x, np.ndarray) and not any(isinstance(b, Node) for b in (low, high)):
        return np.clip(x, low, high)
    if all(bound is None or isinstance(bound, int | float) for bound in (low, high)):
        low = -np.inf if low is None else low
        high = np.inf if high is None else high
        return arithmetic.clip(x, low=low, high=high)
    bounded = x if low is None else arithmetic.maximum(x, low)
    return bounded if high is None else arithmetic.minimum(bounded, high)


# ---- shapes --------------------------------------------------------------------------------------------------------


@same_kind
def reshape(x: Any, shape: int | Sequence[int]) -> Any:
    """The same entries in another shape; −1 stands for the length that fits.

    Example:
        >>> reshape(np.arange(6.0), (2, -1)).shape
        (2, 3)
    """
    return shaping.reshape(x, shape=_as_tuple(shape))


@same_kind
def transpose(x: Any, axes: Sequence[int] | None = None) -> Any:
    """The axes in another order, reversed by default.

    Example:
        >>> transpose(np.zeros((2, 3, 4)), (1, 0, 2)).shape
        (3, 2, 4)
    """
    return shaping.transpose(x, axes=None if axes is None else _as_tuple(axes))


@same_kind
def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """Two axes exchanged.

    Example:
        >>> swapaxes(np.zeros((2, 3, 4)), 0, 2).shape
        (4, 3, 2)
    """
    axes = list(range(rank(x)))
    try:
        axes[axis1], axes[axis2] = axes[axis2], axes[axis1]
    except IndexError:
        raise ShapeError(f"swapaxes of shape {shape(x)}: there are no axes {axis1} and {axis2}") from None
    return transpose(x, axes)


@same_kind
def matrix_transpose(x: Any) -> Any:
    """The last two axes exchanged.

    Example:
        >>> matrix_transpose(np.zeros((2, 3, 4))).shape
        (2, 4, 3)
    """
    return products.matrix_transpose(x)


@same_kind
def broadcast_to(x: Any, shape: int | Sequence[int]) -> Any:
    """The entries repeated along new axes and axes of length one.

    Example:
        >>> broadcast_to(np.array([1.0, 2.0]), (2, 2))
        array([[1., 2.],
               [1., 2.]])
    """
    return shaping.broadcast_to(x, shape=_as_tuple(shape))


@same_kind
def expand_dims(x: Any, axis: int | Sequence[int]) -> Any:
    """New axes of length one, at the given places of the result.

    Example:
        >>> expand_dims(np.zeros(3), 0).shape
        (1, 3)
    """
    return shaping.reshape(x, shape=np.expand_dims(np.empty(shape(x), bool), _as_tuple(axis)).shape)


@same_kind
def squeeze(x: Any, axis: Axis = None) -> Any:
    """Without axes of length one: all of them, or those named.

    Example:
        >>> squeeze(np.zeros((1, 3, 1)), axis=0).shape
        (3, 1)
    """
    try:
        return shaping.reshape(x, shape=np.squeeze(np.empty(shape(x), bool), axis).shape)
    except ValueError as error:
        raise ShapeError(f"squeeze of shape {shape(x)}: {error}") from None


@same_kind
def ravel(x: Any) -> Any:
    """All entries along one axis.

    Example:
        >>> ravel(np.array([[1.0, 2.0], [3.0, 4.0]]))
        array([1., 2., 3., 4.])
    """
    return reshape(x, -1)


@joining
def concatenate(parts: Sequence[Any], axis: int | None = 0) -> Any:
    """The parts joined along an axis they all have; flattened first where ``axis`` is None.

    Example:
        >>> concatenate([np.zeros(2), np.ones(1)])
        array([0., 0., 1.])
    """
    if axis is None:
        parts, axis = [ravel(part) for part in parts], 0
    return shaping.concatenate(*parts, axis=axis)


@joining
def stack(parts: Sequence[Any], axis: int = 0) -> Any:
    """The parts, all of one shape, joined along a new axis.

    Example:
        >>> stack([np.zeros(3), np.ones(3)], axis=1).shape
        (3, 2)
    """
    return shaping.stack(*parts, axis=axis)


def _as_tuple(numbers: int | Sequence[int]) -> tuple[int, ...]:
    return tuple(map(operator.index, numbers)) if isinstance(numbers, Iterable) else (operator.index(numbers),)


# ---- products ------------------------------------------------------------------------------------------------------


@overload
def dot(a: Recording[N], b: Any) -> N: ...
@overload
def dot(a: ArrayLike, b: Recording[N]) -> N: ...
@overload
def dot(a: Sequence[Recording[N]], b: Any) -> N: ...
@overload
def dot(a: Sequence[float], b: Sequence[Recording[N]]) -> N: ...
@overload
def dot(a: ArrayLike, b: ArrayLike) -> Any: ...
def dot(a: Any, b: Any) -> Any:
    """NumPy's dot: the inner product of vectors, the matrix product, or a sum over a's last and b's second-last axis.

    For two lists with Values in them, w₁x₁ + w₂x₂ + … as one node.

    Example:
        >>> import autograd as ag
        >>> w = [ag.Value(2.0), ag.Value(-1.0)]
        >>> y = ag.dot(w, [3.0, 4.0])
        >>> y.backward()
        >>> y.data, w[0].grad, w[1].grad
        (2.0, 3.0, 4.0)
    """
    if _has_values(a) or _has_values(b):
        if len(a) != len(b):
            raise ShapeError(f"a sum of products of {len(a)} weights and {len(b)} inputs: the numbers must be equal")
        return products.affine(0.0, *a, *b)
    a, b = _gathered(a), _gathered(b)
    if rank(a) == 0 or rank(b) == 0:
        return arithmetic.multiply(a, b)
    if rank(b) <= 2:
        return products.matmul(a, b)
    # a (…, k) and b (…, k, m): one matrix product with b's other axes side by side.
    *stacked, inner, columns = shape(b)
    flat = reshape(swapaxes(reshape(b, (-1, inner, columns)), 0, 1), (inner, -1))
    return reshape(products.matmul(a, flat), (*shape(a)[:-1], *stacked, columns))


@overload
def linear(x: Recording[N], weight: Any, bias: Any = None) -> N: ...
@overload
def linear(x: ArrayLike, weight: Recording[N], bias: Any = None) -> N: ...
@overload
def linear(x: ArrayLike, weight: ArrayLike, bias: ArrayLike | None = None) -> NDArray[Any]: ...
def linear(x: Any, weight: Any, bias: Any = None) -> Any:
    """x W + b, a layer of a network as one node.

    Args:
        x: (…, inputs).
        weight: (inputs, outputs).
        bias: (outputs,), or None for none.

    Example:
        >>> linear(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]), np.array([0.5]))
        array([[11.5]])
    """
    return products.matmul(x, weight) if bias is None else products.linear(x, weight, bias)


# ---- cross-entropy -------------------------------------------------------------------------------------------------


@overload
def softmax_cross_entropy(logits: Recording[N], targets: Any) -> N: ...
@overload
def softmax_cross_entropy(logits: ArrayLike, targets: Any) -> Any: ...
def softmax_cross_entropy(logits: Any, targets: Any) -> Any:
    """−Σⱼ tⱼ ln softmax(x)ⱼ for each sample, straight from the logits x, as one node.

    The derivative for the logits is softmax(x) − t, with nothing that could overflow.

    Args:
        logits: (…, classes).
        targets: Class numbers (…) of an integer type, or a distribution for each sample (…, classes).

    Returns:
        The losses, (…).

    Raises:
        ShapeError: The targets fit neither form.
        DTypeError: Class numbers that are not integers.
        ValueError: A class number outside 0 … classes − 1.

    Example:
        >>> import autograd as ag, numpy as np
        >>> logits = ag.Tensor([[2.0, 0.0, -1.0]], requires_grad=True)
        >>> loss = ag.softmax_cross_entropy(logits, np.array([0]))
        >>> loss.backward(); round(loss.item(), 4)
        0.1698
    """
    full = shape(logits)
    if not full:
        raise ShapeError("cross-entropy needs logits with an axis of classes, not a single number")
    targets = targets if isinstance(targets, Node) else np.asarray(targets)
    given = shape(targets)
    if given == full:
        return losses.cross_entropy_of_probabilities(logits, targets)
    if given != full[:-1]:
        raise ShapeError(
            f"cross-entropy of logits {full} and targets {given}: expected class numbers of shape "
            f"{full[:-1]} or probabilities of shape {full}"
        )
    if targets.dtype.kind not in "iu":
        raise DTypeError(f"class numbers must be integers, not {targets.dtype}: use targets.astype(int)")
    if isinstance(targets, Node) and targets.traced:  # a program checks the numbers that it is given
        return losses.cross_entropy_of_classes(logits, targets)
    numbers, classes = np.asarray(targets), full[-1]
    # Seen without their sign, numbers below 0 are large: one look at them all in place of two.
    if numbers.size and np.maximum.reduce(numbers.view(numbers.dtype.str.replace("i", "u")), None) >= classes:
        raise ValueError(
            f"class numbers from {numbers.min()} to {numbers.max()} for {classes} logits: expected 0 to {classes - 1}"
        )
    return losses.cross_entropy_of_classes(logits, targets)
