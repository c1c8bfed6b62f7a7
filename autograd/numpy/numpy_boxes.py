"""HIPS autograd's name for an array that is being differentiated, for ``isinstance``."""

from autograd.tensor.tensor import Tensor as ArrayBox

__all__ = ["ArrayBox"]
