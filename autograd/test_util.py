"""HIPS autograd's name for the gradient checks: ``from autograd.test_util import check_grads``."""

from autograd.functional.check import check_grads

__all__ = ["check_grads"]
