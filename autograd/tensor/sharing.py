"""Tensors in the memory of other libraries' arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.arguments import checked
from autograd.graph.node import NO_ATTRS, fill
from autograd.tensor.operands import check_floating
from autograd.tensor.tensor import Tensor

__all__ = ["from_dlpack"]


@checked
def from_dlpack(x: Any, requires_grad: bool = False, label: str | None = None) -> Tensor:
    """A Tensor in the memory of another library's array (PyTorch's, JAX's, NumPy's …): nothing is copied.

    What either side writes into that memory the other sees, unnoticed by a graph that needs the old numbers.

    Args:
        x: An array with ``__dlpack__``, in the processor's memory.
        requires_grad: Whether to compute gradients for it.
        label: A name for pictures and messages.

    Raises:
        TypeError: x has no ``__dlpack__``.
        BufferError: x is on another device, of a dtype that NumPy has not, or records gradients.
        DTypeError: Gradients of integers or booleans.

    Example:
        >>> import numpy as np
        >>> numbers = np.array([1.0, 2.0])
        >>> x = from_dlpack(numbers, requires_grad=True)
        >>> numbers[0] = 5.0
        >>> x.data
        array([5., 2.])
    """
    if not hasattr(x, "__dlpack__"):
        raise TypeError(f"from_dlpack takes an array with __dlpack__; Tensor(x) copies any, {type(x).__name__} too")
    array = np.from_dlpack(x)
    if requires_grad:
        check_floating(array)
    return fill(object.__new__(Tensor), array, None, (), NO_ATTRS, requires_grad, label)
