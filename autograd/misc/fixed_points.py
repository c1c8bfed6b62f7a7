"""HIPS autograd's name for fixed points, differentiated by the implicit function theorem."""

from autograd.compat.fixed_points import fixed_point

__all__ = ["fixed_point"]
