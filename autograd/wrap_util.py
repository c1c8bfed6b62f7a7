"""HIPS autograd's name for `unary_to_nary`, and for how derived functions are called."""

from functools import wraps

from autograd.compat.operators import unary_to_nary
from autograd.functional.signatures import name_of as get_name

__all__ = ["get_name", "unary_to_nary", "wraps"]
