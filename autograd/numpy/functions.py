"""Functions composed of primitives, for numbers, arrays, nodes, and lists of Values alike.

Elementwise functions are entries of the rule book themselves (``ag.exp`` is one). Here are those that take NumPy's
optional arguments, treat several shapes differently, or accept a list of scalar nodes as one node with many parents;
`autograd.numpy.reductions` and `autograd.numpy.shapes` have more of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NoReturn, overload

import numpy as np

from autograd.arguments import explained, truth
from autograd.errors import DTypeError, ShapeError
from autograd.graph.node import Node
from autograd.kinds import ArrayLike, N, NDArray, Recording, same_kind
from autograd.numpy import reductions
from autograd.numpy.reductions import gathered, has_values
from autograd.numpy.shapes import reshape, swapaxes
from autograd.rules import activations, arithmetic, losses, products
from autograd.rules.cross_entropy import check_classes
from autograd.rules.shapes import rank, shape

# ---- elementwise, with optional arguments --------------------------------------------------------------------------


@same_kind
@explained
def leaky_relu(x: Any, slope: float = 0.01) -> Any:
    """x for x > 0, slope · x otherwise; at 0 the derivative is ``slope``.

    Example:
        >>> leaky_relu(np.array([-2.0, 3.0]), slope=0.1)
        array([-0.2,  3. ])
    """
    return activations.leaky_relu(x, slope=slope)


@same_kind
@explained
def elu(x: Any, alpha: float = 1.0) -> Any:
    """x for x > 0, α (eˣ − 1) otherwise; at 0 the derivative is α.

    Example:
        >>> elu(np.array([0.0, 3.0]))
        array([0., 3.])
    """
    return activations.elu(x, alpha=alpha)


@same_kind
@explained
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
        return x.copy() if low is None and high is None else np.clip(x, low, high)  # NumPy 2.0 wants a bound
    if all(bound is None or isinstance(bound, int | float) for bound in (low, high)):
        low = -np.inf if low is None else low
        high = np.inf if high is None else high
        return arithmetic.clip(x, low=low, high=high)
    bounded = x if low is None else arithmetic.maximum(x, low)
    return bounded if high is None else arithmetic.minimum(bounded, high)


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
@explained
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
    axes_of_a, axes_of_b = getattr(a, "ndim", None), getattr(b, "ndim", None)
    if axes_of_a is None or axes_of_b is None:
        if has_values(a) or has_values(b):
            if len(a) != len(b):
                raise ShapeError(
                    f"a sum of products of {len(a)} weights and {len(b)} inputs: the numbers must be equal"
                )
            return products.affine(0.0, *a, *b)
        a, b = gathered(a), gathered(b)
        axes_of_a, axes_of_b = rank(a), rank(b)
    if axes_of_a == 0 or axes_of_b == 0:
        return arithmetic.multiply(a, b)
    if axes_of_b <= 2:
        return products.matmul(a, b)
    # a (…, k) and b (…, k, m): one matrix product with b's other axes side by side.
    *stacked, inner, columns = shape(b)
    beside = math.prod(stacked)  # no −1, which nothing tells where an axis is empty
    flat = reshape(swapaxes(reshape(b, (beside, inner, columns)), 0, 1), (inner, beside * columns))
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


def refuse_class_numbers(targets: Any) -> NoReturn:
    """Raise since an array holds no whole numbers, in a type of whole numbers."""
    if targets.dtype.kind in "USO":
        raise DTypeError(
            "class numbers must be integers, not texts: np.unique(labels, return_inverse=True)[1] numbers them"
        )
    raise DTypeError(f"class numbers must be integers, not {targets.dtype}: use targets.astype(int)")


@overload
def softmax_cross_entropy(logits: Recording[N], targets: Any, mean: bool = False) -> N: ...
@overload
def softmax_cross_entropy(logits: ArrayLike, targets: Any, mean: bool = False) -> Any: ...
@explained
def softmax_cross_entropy(logits: Any, targets: Any, mean: bool = False) -> Any:
    """−Σⱼ tⱼ ln softmax(x)ⱼ for each sample, or the mean of all, straight from the logits x, as one node.

    The derivative for the logits is softmax(x) − t, with nothing that could overflow.

    Args:
        logits: (…, classes).
        targets: Class numbers (…) of an integer type, or a distribution for each sample (…, classes).
        mean: Whether to take the mean of the losses.

    Returns:
        The losses, (…), or their mean.

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
    mean = mean is not False and truth("mean", mean)
    full = shape(logits)
    if not full:
        raise ShapeError("cross-entropy needs logits with an axis of classes, not a single number")
    targets = targets if isinstance(targets, Node) else np.asarray(targets)
    given = targets.shape
    if given == full:
        each = losses.cross_entropy_of_probabilities(logits, targets)
        return reductions.mean(each) if mean else each
    if given != full[:-1]:
        swapped = "; the logits come first, then the targets" if full == given[:-1] else ""
        raise ShapeError(
            f"cross-entropy of logits {full} and targets {given}: expected class numbers of shape "
            f"{full[:-1]} or probabilities of shape {full}{swapped}"
        )
    if targets.dtype.kind not in "iu":
        refuse_class_numbers(targets)
    if not (isinstance(targets, Node) and targets.traced):  # a program checks the numbers that it is given
        check_classes(np.asarray(targets), full[-1])
        if mean and not getattr(logits, "traced", False):  # nor does a program need the two in one
            return losses.mean_cross_entropy(logits, targets)
    each = losses.cross_entropy_of_classes(logits, targets)
    return reductions.mean(each) if mean else each
