"""Numbers, as a user of micrograd writes them."""

import math
from typing import assert_type

import numpy as np

import autograd as ag
from autograd import Value

a = Value(2.0, label="a")
b = Value(-3.0, label="b")

assert_type(a + b, Value)
assert_type(a + 1, Value)
assert_type(1 - a, Value)
assert_type(2.0 * a / b, Value)
assert_type(a**2, Value)
assert_type(2**a, Value)
assert_type(-a, Value)
assert_type(abs(b), Value)
assert_type(np.float64(2.0) * a, Value)
assert_type(a.tanh(), Value)
assert_type(a.exp().log().relu().sigmoid(), Value)
assert_type(a.leaky_relu(0.1), Value)

assert_type(a < b, bool)
assert_type(a >= 2.0, bool)
assert_type(a == b, bool)

assert_type(ag.exp(a), Value)
assert_type(ag.exp(2.0), float)
assert_type(ag.maximum(a, 0.0), Value)
assert_type(ag.maximum(0.0, a), Value)
assert_type(ag.where(a > 0, a, 0.0), Value)
assert_type(ag.where(a > 0, 0.0, b), Value)
assert_type(ag.leaky_relu(a), Value)
assert_type(ag.clip(a, 0.0, 1.0), Value)

assert_type(ag.sum([a, b]), Value)
assert_type(ag.sum(x * x for x in [a, b]), Value)
assert_type(ag.mean([a, b]), Value)
assert_type(ag.logsumexp([a, b]), Value)
assert_type(ag.softmax([a, b]), list[Value])
assert_type(ag.log_softmax([a, b]), list[Value])
assert_type(ag.dot([a, b], [3.0, 4.0]), Value)
assert_type(ag.dot([3.0, 4.0], [a, b]), Value)

L = (a * b + 10).tanh()
assert_type(L, Value)
assert_type(L.backward(), None)
assert_type(L.data, float)
assert_type(a.grad, float | None)
assert_type(ag.gradients(L, b), float)
assert_type(ag.gradients(L, [b]), list[float])
assert_type(ag.gradients(L, b, create_graph=True), Value)
assert a.grad is not None
a.data -= 0.1 * a.grad
assert math.isfinite(L.item())
