"""HIPS autograd's name for the gradient checks: ``from autograd.test_util import check_grads``."""

from autograd.compat.checks import check_equivalent, check_jvp, check_vjp, combo_check, scalar_close
from autograd.functional.check import check_grads

__all__ = ["check_equivalent", "check_grads", "check_jvp", "check_vjp", "combo_check", "scalar_close"]
