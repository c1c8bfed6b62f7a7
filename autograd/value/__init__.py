"""A float that remembers, with every trick that makes graphs of numbers quick."""

from autograd.value.value import Value

__all__ = ["Value"]
