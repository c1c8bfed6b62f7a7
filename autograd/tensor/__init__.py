"""An ndarray that remembers."""

from autograd.tensor.tensor import Tensor

__all__ = ["Tensor"]
