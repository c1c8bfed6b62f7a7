"""HIPS autograd's name for the vector spaces of arrays."""

from autograd.functional.spaces import ArrayVSpace, ComplexArrayVSpace

__all__ = ["ArrayVSpace", "ComplexArrayVSpace"]
