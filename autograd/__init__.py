"""Backpropagation you can read, watch and run: reverse-mode differentiation of scalars and of NumPy arrays.

Three places to start reading:

* `autograd.rules`: the rule book, every primitive with its derivative
* `autograd.graph.node`: the graph; `autograd.graph.backward`: the backward pass
* `autograd.value.value` and `autograd.tensor.tensor`: a float, and an ndarray, that remember how they were made

Example:
    >>> from autograd import Value
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> L = (a * b + 10).tanh()
    >>> L.backward()
    >>> round(L.data, 4), round(a.grad, 6)
    (0.9993, -0.004023)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from autograd._same_name import warn_of_same_name
from autograd.errors import (
    AnomalyError,
    DTypeError,
    GradbookError,
    GradientCheckError,
    GraphError,
    MissingExtraError,
    MissingRuleError,
    ShapeError,
)
from autograd.graph.differentiable import gradients
from autograd.graph.hooks import assign, current_forward_hook, forward_hook, live
from autograd.graph.mode import enable_grad, is_recording, no_grad
from autograd.graph.node import Node
from autograd.graph.order import topological_order
from autograd.numpy.protocols import MODULES_OF
from autograd.rules import entries
from autograd.rules.arithmetic import absolute
from autograd.rules.entries import *
from autograd.rules.primitive import BOOK, Primitive
from autograd.rules.products import matmul

__all__ = [
    "BOOK",
    "AnomalyError",
    "DTypeError",
    "Drawing",
    "GradbookError",
    "GradientCheckError",
    "GraphError",
    "MissingExtraError",
    "MissingRuleError",
    "Node",
    "Primitive",
    "Program",
    "RecordingError",
    "ShapeError",
    "Tensor",
    "Value",
    "absolute",
    "affine",
    "assign",
    "broadcast_to",
    "checkpoint",
    "clip",
    "compile",
    "concatenate",
    "coverage",
    "current_forward_hook",
    "deriv",
    "detect_anomaly",
    "dot",
    "draw",
    "elementwise_grad",
    "elu",
    "enable_grad",
    "expand_dims",
    "explain",
    "forward_hook",
    "from_dlpack",
    "grad",
    "grad_and_aux",
    "grad_named",
    "gradients",
    "hessian",
    "hessian_tensor_product",
    "hessian_vector_product",
    "holomorphic_grad",
    "hvp",
    "installing",
    "is_recording",
    "jacobian",
    "jvp",
    "leaky_relu",
    "linear",
    "live",
    "log_softmax",
    "logsumexp",
    "make_ggnvp",
    "make_hvp",
    "make_jvp",
    "make_jvp_reversemode",
    "make_vjp",
    "matmul",
    "matrix_transpose",
    "max",
    "mean",
    "min",
    "multigrad_dict",
    "native_is_ready",
    "no_grad",
    "norm",
    "quiz",
    "ravel",
    "require",
    "reshape",
    "softmax",
    "softmax_cross_entropy",
    "squeeze",
    "stack",
    "sum",
    "swapaxes",
    "tensor_jacobian_product",
    "topological_order",
    "trace_backward",
    "transpose",
    "value_and_grad",
    "vector_jacobian_product",
    "vjp",
]

# The elementwise functions are public by being in the book.
__all__ += entries.__all__

__version__ = "0.1.0"

if TYPE_CHECKING:
    from autograd.compat.operators import deriv as deriv
    from autograd.compat.operators import grad_and_aux as grad_and_aux
    from autograd.compat.operators import grad_named as grad_named
    from autograd.compat.operators import hessian_tensor_product as hessian_tensor_product
    from autograd.compat.operators import hessian_vector_product as hessian_vector_product
    from autograd.compat.operators import holomorphic_grad as holomorphic_grad
    from autograd.compat.operators import make_ggnvp as make_ggnvp
    from autograd.compat.operators import make_hvp as make_hvp
    from autograd.compat.operators import make_jvp_reversemode as make_jvp_reversemode
    from autograd.compat.operators import multigrad_dict as multigrad_dict
    from autograd.compat.operators import tensor_jacobian_product as tensor_jacobian_product
    from autograd.compat.operators import vector_jacobian_product as vector_jacobian_product
    from autograd.drawing.drawing import Drawing as Drawing
    from autograd.drawing.drawing import draw as draw
    from autograd.explaining.explain import explain as explain
    from autograd.explaining.trace import trace_backward as trace_backward
    from autograd.extend import checkpoint as checkpoint
    from autograd.extras import installing as installing
    from autograd.extras import require as require
    from autograd.functional.derivatives import elementwise_grad as elementwise_grad
    from autograd.functional.derivatives import grad as grad
    from autograd.functional.derivatives import hessian as hessian
    from autograd.functional.derivatives import hvp as hvp
    from autograd.functional.derivatives import jacobian as jacobian
    from autograd.functional.derivatives import jvp as jvp
    from autograd.functional.derivatives import make_jvp as make_jvp
    from autograd.functional.derivatives import make_vjp as make_vjp
    from autograd.functional.derivatives import value_and_grad as value_and_grad
    from autograd.functional.derivatives import vjp as vjp
    from autograd.graph.anomaly import detect_anomaly as detect_anomaly
    from autograd.learn.quizzes import quiz as quiz
    from autograd.numpy.coverage import coverage as coverage
    from autograd.numpy.functions import clip as clip
    from autograd.numpy.functions import dot as dot
    from autograd.numpy.functions import elu as elu
    from autograd.numpy.functions import leaky_relu as leaky_relu
    from autograd.numpy.functions import linear as linear
    from autograd.numpy.functions import softmax_cross_entropy as softmax_cross_entropy
    from autograd.numpy.reductions import log_softmax as log_softmax
    from autograd.numpy.reductions import logsumexp as logsumexp
    from autograd.numpy.reductions import max as max
    from autograd.numpy.reductions import mean as mean
    from autograd.numpy.reductions import min as min
    from autograd.numpy.reductions import norm as norm
    from autograd.numpy.reductions import softmax as softmax
    from autograd.numpy.reductions import sum as sum
    from autograd.numpy.shapes import broadcast_to as broadcast_to
    from autograd.numpy.shapes import concatenate as concatenate
    from autograd.numpy.shapes import expand_dims as expand_dims
    from autograd.numpy.shapes import matrix_transpose as matrix_transpose
    from autograd.numpy.shapes import ravel as ravel
    from autograd.numpy.shapes import reshape as reshape
    from autograd.numpy.shapes import squeeze as squeeze
    from autograd.numpy.shapes import stack as stack
    from autograd.numpy.shapes import swapaxes as swapaxes
    from autograd.numpy.shapes import transpose as transpose
    from autograd.program import Program as Program
    from autograd.program import RecordingError as RecordingError
    from autograd.program import compile as compile
    from autograd.program import native_is_ready as native_is_ready
    from autograd.tensor.sharing import from_dlpack as from_dlpack
    from autograd.tensor.tensor import Tensor as Tensor
    from autograd.value.affine import affine as affine
    from autograd.value.value import Value as Value
else:
    # The two kinds of nodes, of which most programs use one, and what is for looking at graphs, for running them again,
    # or for functions of functions are imported when they are first used: a plain import stays light.
    _OF_FUNCTIONS = ("elementwise_grad", "grad", "hessian", "hvp", "jacobian", "jvp", "make_jvp", "make_vjp")
    _ON_DEMAND = dict.fromkeys((*_OF_FUNCTIONS, "value_and_grad", "vjp"), "autograd.functional.derivatives")
    _OF_HIPS = ("deriv", "grad_and_aux", "grad_named", "hessian_tensor_product", "hessian_vector_product")
    _OF_HIPS += ("holomorphic_grad", "make_ggnvp", "make_hvp", "make_jvp_reversemode", "multigrad_dict")
    _OF_HIPS += ("tensor_jacobian_product", "vector_jacobian_product")
    _ON_DEMAND |= dict.fromkeys(_OF_HIPS, "autograd.compat.operators")
    _FUNCTIONS = ("clip", "dot", "elu", "leaky_relu", "linear", "softmax_cross_entropy")
    _ON_DEMAND |= dict.fromkeys(_FUNCTIONS, "autograd.numpy.functions")
    _REDUCTIONS = ("log_softmax", "logsumexp", "max", "mean", "min", "norm", "softmax", "sum")
    _ON_DEMAND |= dict.fromkeys(_REDUCTIONS, "autograd.numpy.reductions")
    _SHAPES = ("broadcast_to", "concatenate", "expand_dims", "matrix_transpose", "ravel", "reshape", "squeeze", "stack")
    _ON_DEMAND |= dict.fromkeys((*_SHAPES, "swapaxes", "transpose"), "autograd.numpy.shapes")
    _ON_DEMAND |= {"Tensor": "autograd.tensor.tensor", "Value": "autograd.value.value"}
    _ON_DEMAND |= {"checkpoint": "autograd.extend", "primitive": "autograd.extend"}
    _ON_DEMAND |= dict.fromkeys(("dict", "isinstance", "list", "tuple", "type"), "autograd.builtins")
    _ON_DEMAND |= {"explain": "autograd.explaining.explain", "trace_backward": "autograd.explaining.trace"}
    _ON_DEMAND |= dict.fromkeys(("Drawing", "draw"), "autograd.drawing.drawing")
    _ON_DEMAND |= dict.fromkeys(("installing", "require"), "autograd.extras")
    _ON_DEMAND |= {"affine": "autograd.value.affine", "from_dlpack": "autograd.tensor.sharing"}
    _ON_DEMAND |= {"detect_anomaly": "autograd.graph.anomaly"}
    _ON_DEMAND |= {"quiz": "autograd.learn.quizzes", "coverage": "autograd.numpy.coverage"}
    _ON_DEMAND |= dict.fromkeys(("Program", "RecordingError", "compile", "native_is_ready"), "autograd.program")

    # Modules with public names of their own.
    _MODULES = ("arguments", "builtins", "core", "differential_operators", "extend", "files", "graph", "misc", "numpy")
    _MODULES += ("rules", "suggest", "terminal", "test_util", "tracer", "util", "wrap_util")

    def __getattr__(name: str) -> Any:
        """What is imported when it is first used, and every entry of the rule book, a user's own too, by its name."""
        if name in _ON_DEMAND:
            found = globals()[name] = getattr(import_module(_ON_DEMAND[name]), name)
            return found
        if name in _MODULES:
            return import_module(f"autograd.{name}")
        if name in BOOK:
            return BOOK[name]
        from autograd.suggest import WORDS, no_such_name

        raise no_such_name("module 'autograd' (of gradbook)", "ag", name, __dir__(), WORDS)

    def __dir__() -> list[str]:
        return sorted({*__all__, *_MODULES})

    # Two packages bear the names by which other libraries make a tensor or a value; `__getattr__` answers to those.
    for _module in ("tensor", "value"):
        import_module(f"autograd.{_module}")
        globals().pop(_module)


MODULES_OF["scipy.special"] = "autograd.scipy.special"
warn_of_same_name()
