"""Networks and training, as a user of PyTorch or Keras writes them."""

from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

import nn
from autograd import Tensor, Value
from nn.scalar import MLP

rng = np.random.default_rng(0)
x = rng.standard_normal((8, 3)).astype(np.float32)
labels = rng.integers(0, 2, 8)

model = nn.MLP(3, [4, 2], seed=0)
assert_type(model(x), Tensor)
assert_type(nn.Linear(3, 2)(x), Tensor)
assert_type(nn.Sequential(nn.Linear(3, 2), nn.Tanh())(x), Tensor)
assert_type(nn.ReLU()(Tensor(x)), Tensor)
assert_type(nn.Dropout(0.5)(Tensor(x)), Tensor)
assert_type(nn.LayerNorm(3)(Tensor(x)), Tensor)


class Scale(nn.Module):
    """A module of a user's own: calling it gives what its ``forward`` gives."""

    def __init__(self) -> None:
        self.factor = nn.Parameter(np.ones(3, np.float32))

    def forward(self, inputs: NDArray[np.float32], times: int = 1) -> tuple[Tensor, int]:
        return inputs * self.factor, times


assert_type(Scale()(x, times=2), tuple[Tensor, int])

loss = nn.cross_entropy(model(x), labels)
assert_type(loss, Tensor)
assert_type(nn.mse(Tensor([1.0]), [2.0]), Tensor)
assert_type(loss.backward(), None)

optimizer = nn.Adam(model.parameters(), learning_rate=1e-2)
assert_type(optimizer, nn.Adam)
assert_type(optimizer.step(), None)
assert_type(optimizer.zero_grad(), None)
step = nn.compile_step(model, nn.cross_entropy, optimizer)
assert_type(step(x, labels), float)

trainer = nn.Trainer(model, loss=nn.cross_entropy, optimizer=optimizer, metrics={"accuracy": nn.accuracy})
history = trainer.fit(x, labels, epochs=1, progress=False)
assert_type(history, nn.History)
assert_type(history["loss"], list[float])
assert_type(trainer.predict(x), NDArray[Any])
assert_type(trainer.evaluate(x, labels), dict[str, float])
assert_type(model.state_dict(), dict[str, NDArray[Any]])

neurons = MLP(2, [4, 1])
assert_type(neurons.parameters(), list[Value])
