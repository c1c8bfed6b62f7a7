"""HIPS autograd's name for containers as vectors."""

from autograd.functional.flattening import flatten, flatten_func

__all__ = ["flatten", "flatten_func"]
