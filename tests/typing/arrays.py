"""Arrays, as a user of NumPy writes them."""

from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

import autograd as ag
from autograd import Tensor

rng = np.random.default_rng(0)
W = Tensor(rng.standard_normal((3, 2)), requires_grad=True, label="W")
t = Tensor([[1.0, 2.0, 3.0]])
x = rng.standard_normal((4, 3))

assert_type(t @ W, Tensor)
assert_type(x @ W, Tensor)  # an array of a dtype that is known; see docs/typing.md for the others
assert_type(x.astype(np.float32) @ W, Tensor)
assert_type(rng.standard_normal((3, 2)) * W, Tensor)
assert_type(rng.standard_normal((3, 2)) + W, Tensor)
assert_type(W - rng.standard_normal((3, 2)), Tensor)
assert_type(2.0 * W, Tensor)
assert_type(1 / (W * W + 1), Tensor)
assert_type(W.T, Tensor)
assert_type(W[0], Tensor)
assert_type(W.tanh(), Tensor)
assert_type(W.sum(axis=1, keepdims=True), Tensor)
assert_type(W.reshape(2, 3), Tensor)
assert_type(W.shape, tuple[int, ...])
assert_type(W.size, int)

assert_type(W > 0, NDArray[np.bool])
assert_type(ag.exp(W), Tensor)
assert_type(ag.exp(x), NDArray[Any])
assert_type(ag.matmul(x, W), Tensor)
assert_type(ag.maximum(x.T[:, :2], W), Tensor)
assert_type(ag.where(W > 0, W, 0.0), Tensor)
assert_type(ag.where(W > 0, 0.0, W), Tensor)
assert_type(ag.linear(x, W), Tensor)
assert_type(ag.sum(W), Tensor)
assert_type(ag.sum(W, axis=0), Tensor)
assert_type(ag.sum(x), float)
assert_type(ag.sum(x, axis=0), NDArray[Any])
assert_type(ag.norm(W, axis=0), Tensor)
assert_type(ag.softmax(W), Tensor)
assert_type(ag.softmax(x), NDArray[Any])
assert_type(ag.dot(x, W), Tensor)
assert_type(ag.reshape(W, (2, 3)), Tensor)
assert_type(ag.transpose(x), NDArray[Any])
assert_type(ag.concatenate([W, W]), Tensor)
assert_type(ag.stack([x, x]), NDArray[Any])
assert_type(ag.softmax_cross_entropy(W, np.array([0, 1, 0])), Tensor)

y = ag.tanh(x @ W).sum()
assert_type(y, Tensor)
assert_type(y.backward(), None)
assert_type(W.grad, Tensor | None)
assert W.grad is not None
W.data -= 0.1 * W.grad.data
with ag.no_grad():
    W -= 0.1 * W.grad
assert_type(W, Tensor)
assert_type(W.data, NDArray[Any])
assert_type(W.numpy(), NDArray[Any])
assert_type(W.detach(), Tensor)
assert_type(y.item(), float)
z = (W * W).sum()
assert_type(ag.gradients(z, W), Tensor)
assert_type(ag.gradients(z, [W]), list[Tensor])
