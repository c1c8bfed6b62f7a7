"""Every name that code written for HIPS autograd imports, where it imports it from."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import pytest

import autograd

# HIPS autograd 1.9.1's public names by module, without what makes boxes and traces.
NAMES = {
    "autograd": """
        checkpoint deriv dict elementwise_grad grad grad_and_aux grad_named hessian hessian_tensor_product
        hessian_vector_product holomorphic_grad isinstance jacobian list make_ggnvp make_hvp make_jvp make_vjp
        multigrad_dict primitive tensor_jacobian_product tuple type value_and_grad vector_jacobian_product
    """,
    "autograd.builtins": "DictBox SequenceBox dict isinstance list tuple type",
    "autograd.core": """
        VSpace def_linear defjvp defjvp_argnum defjvp_argnums defvjp defvjp_argnum defvjp_argnums make_jvp make_vjp
        primitive primitive_vjps vspace
    """,
    "autograd.differential_operators": """
        checkpoint deriv elementwise_grad grad grad_and_aux grad_named hessian hessian_tensor_product
        hessian_vector_product holomorphic_grad jacobian make_ggnvp make_hvp make_jvp make_jvp_reversemode make_vjp
        multigrad_dict tensor_jacobian_product value_and_grad vector_jacobian_product
    """,
    "autograd.extend": """
        VSpace def_linear defjvp defjvp_argnum defjvp_argnums defvjp defvjp_argnum defvjp_argnums notrace_primitive
        primitive vspace
    """,
    "autograd.misc": "const_graph flatten",
    "autograd.misc.fixed_points": "fixed_point",
    "autograd.misc.flatten": "flatten flatten_func",
    "autograd.misc.optimizers": "adam rmsprop sgd unflatten_optimizer",
    "autograd.numpy.fft": "fft fftn fftshift ifft irfft rfft",
    "autograd.numpy.linalg": "cholesky det eigh inv norm slogdet solve svd",
    "autograd.numpy.numpy_boxes": "ArrayBox",
    "autograd.numpy.numpy_vjps": "balanced_eq replace_zero unbroadcast unbroadcast_f",
    "autograd.numpy.numpy_vspaces": "ArrayVSpace ComplexArrayVSpace",
    "autograd.numpy.random": "RandomState normal rand randn seed",
    "autograd.test_util": "check_equivalent check_grads check_jvp check_vjp combo_check scalar_close",
    "autograd.tracer": "Box Node getval isbox notrace_primitive primitive",
    "autograd.util": "func quick_grad_check subval subvals",
    "autograd.wrap_util": "get_name unary_to_nary wraps",
}


@pytest.mark.parametrize("module", NAMES)
def test_names_are_where_hips_autograd_has_them(module: str) -> None:
    found = import_module(module)
    for name in NAMES[module].split():
        assert getattr(found, name) is not None


def test_what_stands_there_for_its_name_holds_names_alone() -> None:
    """Files of HIPS autograd's layout: imports, and at most a function that turns arguments round."""
    root = Path(autograd.__file__).parent
    for module in ("builtins", "differential_operators", "tracer", "wrap_util", "test_util", "misc/flatten"):
        tree = ast.parse((root / f"{module}.py").read_text(encoding="utf-8"))
        kinds = {type(statement) for statement in tree.body}
        assert kinds <= {ast.Expr, ast.Import, ast.ImportFrom, ast.Assign}, module
