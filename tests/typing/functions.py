"""Functions of functions, as a user of HIPS autograd or JAX writes them."""

from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

import autograd as ag
from autograd import Tensor, Value

x = np.array([1.0, 2.0])
Floats = NDArray[np.float64]


def cube(v: float) -> float:
    return v * v * v


def square_sum(v: Tensor) -> Tensor:
    return (v * v).sum()


def loss(parameters: dict[str, float], scale: float) -> float:
    return scale * parameters["a"] * parameters["b"] ** 2


assert_type(ag.grad(cube)(2.0), float)
assert_type(ag.grad(ag.grad(cube))(2.0), float)
assert_type(ag.grad(lambda v: v**3)(2.0), float)
assert_type(ag.grad(ag.tanh)(2.0), float)
assert_type(ag.grad(cube)(Value(2.0)), Value)
assert_type(ag.grad(square_sum)(Tensor(x)), Tensor)
assert_type(ag.grad(loss)({"a": 1.0, "b": 2.0}, 3.0), dict[str, float])
assert_type(ag.grad(loss, argnum=1)({"a": 1.0, "b": 2.0}, 3.0), float)
assert_type(ag.grad(lambda a, b: a * b, argnum=(0, 1))(2.0, 3.0), tuple[float, float])
gradient: Floats = ag.grad(square_sum)(x)

assert_type(ag.value_and_grad(cube)(2.0), tuple[float, float])
assert_type(ag.value_and_grad(square_sum)(Tensor(x)), tuple[Tensor, Tensor])
value, step = ag.value_and_grad(square_sum)(x)
assert_type(value, float)

assert_type(ag.elementwise_grad(np.sin)(2.0), float)
assert_type(ag.jacobian(lambda v: v * v)(x), NDArray[Any])
assert_type(ag.hessian(square_sum)(x), NDArray[Any])
pull, _ = ag.make_vjp(cube)(2.0)
assert_type(pull(1.0), float)
number, product = ag.hvp(square_sum, x, np.ones(2))
assert_type(number, float)

fast = ag.compile(ag.value_and_grad(cube))
assert_type(fast(2.0), tuple[float, float])
a, b = Value(2.0), Value(-3.0)
program = ag.Program.from_graph(a * b, wrt=[a, b], engine="numpy")
assert_type(program, ag.Program)
assert_type(len(program), int)
