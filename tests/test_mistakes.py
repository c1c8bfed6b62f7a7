"""What people type first, from PyTorch's, Keras's, NumPy's, micrograd's and scikit-learn's habits.

Each line below is a piece of code, the error it must end in, and words that its message must have: what is wrong, and
what to do. The message is one line. What simply works stands in `IDIOMS`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
import nn

MLPClassifier = pytest.importorskip(
    "nn.estimator", exc_type=ag.MissingExtraError, reason="needs gradbook[train]"
).MLPClassifier

MISTAKES = """
ag.tensor([1.0])                              | AttributeError | did you mean ag.Tensor?
ag.array([1.0])                               | AttributeError | did you mean ag.Tensor?
ag.Variable(1.0)                              | AttributeError | did you mean ag.Value?
ag.zeros(3)                                   | AttributeError | ag.Tensor(np.zeros(3))
ag.randn(3, 2)                                | AttributeError | ag.Tensor(np.zeros(3))
ag.stop_gradient(a)                           | AttributeError | x.detach()
ag.vmap(len)                                  | AttributeError | whole arrays
ag.jit(len)                                   | AttributeError | did you mean ag.compile?
ag.cat([t, t])                                | AttributeError | did you mean ag.concatenate?
ag.clamp(t, 0, 1)                             | AttributeError | did you mean ag.clip?
ag.permute(w, (1, 0))                         | AttributeError | did you mean ag.transpose?
ag.unsqueeze(t, 0)                            | AttributeError | did you mean ag.expand_dims?
ag.pow(t, 2)                                  | AttributeError | did you mean ag.power?
ag.mm(w, w.T)                                 | AttributeError | did you mean ag.matmul?
ag.cross_entropy(w, [0, 1, 0])                | AttributeError | did you mean ag.softmax_cross_entropy?
ag.draw_dot(a)                                | AttributeError | did you mean ag.draw?
ag.backward(a)                                | AttributeError | y.backward()
ag.nn.Linear(3, 2)                            | AttributeError | import nn
ag.optim.SGD                                  | AttributeError | import nn
ag.jacrev(len)                                | AttributeError | did you mean ag.jacobian?
ag.grad(lambda x: x.sum())([1.0, 2.0])        | AttributeError | a list of numbers as the argument
ag.grad(lambda x: x - 1.0)([1.0, 2.0])        | TypeError | give np.array(…) of it
ag.jvp(lambda x: -x, [1.0, 2.0], [1.0, 1.0])  | TypeError | give np.array(…) of it
ag.hessian(lambda x: x + 1.0)((1.0, 2.0))     | TypeError | a tuple of numbers
ag.inference_mode()                           | AttributeError | did you mean ag.no_grad?
ag.trian                                      | AttributeError | has no attribute 'trian'
t.view(3, 1)                                  | AttributeError | x.reshape
t.permute(0)                                  | AttributeError | x.transpose
t.unsqueeze(0)                                | AttributeError | ag.expand_dims(x, axis)
t.clone()                                     | AttributeError | x + 0
t.float()                                     | AttributeError | x.astype(np.float32)
t.double()                                    | AttributeError | x.astype(np.float64)
t.long()                                      | AttributeError | x.data.astype(int)
t.to("cpu")                                   | AttributeError | x.astype
t.cpu()                                       | AttributeError | arrays are NumPy's
t.cuda()                                      | AttributeError | arrays are NumPy's
t.clamp(0, 1)                                 | AttributeError | x.clip
t.softmax(dim=0)                              | AttributeError | ag.softmax(x)
t.requires_grad_()                            | AttributeError | x.requires_grad = True
t.retain_grad()                               | AttributeError | every node keeps its gradient
t.zero_grad()                                 | AttributeError | x.grad = None
t.add_(1.0)                                   | AttributeError | no_grad
t.grad_fn                                     | AttributeError | x.rule
a._backward()                                 | AttributeError | x.rule
t.dim()                                       | AttributeError | x.ndim
g.zero_()                                     | AttributeError | x.grad = None
t.sum(dim=0)                                  | TypeError      | here it is called axis=
t.mean(dim=-1)                                | TypeError      | here it is called axis=
t.max(dim=0)                                  | TypeError      | here it is called axis=
t.sum(axis=0, keepdim=True)                   | TypeError      | here it is called keepdims=
ag.sum(t, dim=0)                              | TypeError      | here it is called axis=
ag.softmax(t, dim=0)                          | TypeError      | here it is called axis=
ag.logsumexp(t, dim=0, keepdim=True)          | TypeError      | here it is called axis=
(a * b).backward(retain_graph=True)           | TypeError      | leave it out
t.backward()                                  | ShapeError     | .sum() or .mean()
w.sum(axis=0).backward()                      | ShapeError     | .sum() or .mean()
ag.Tensor([1, 2], requires_grad=True)         | DTypeError     | dtype=np.float64
ag.Tensor(["a", "b"])                         | DTypeError     | turn texts into numbers
ag.Tensor(["a"], dtype=float)                 | DTypeError     | could not convert string to float: 'a'
ag.maximum(ag.Tensor([1 + 2j]), 0)            | DTypeError     | maximum is not differentiable for complex numbers
ag.Tensor({"a": 1.0})                         | DTypeError     | holds numbers
ag.Tensor([[1.0], [1.0, 2.0]])                | ShapeError     | equally long
ag.Value("3")                                 | DTypeError     | one real number
ag.Value([1.0, 2.0])                          | DTypeError     | one real number
ag.Value(np.ones(3))                          | ShapeError     | use Tensor for arrays
ag.Value(1 + 2j)                              | DTypeError     | one real number
ag.Value(None)                                | DTypeError     | one real number
ag.Value(a)                                   | DTypeError     | not another Value
t[0] = 5.0                                    | GraphError     | where, stack or concatenate
w -= 0.1 * w                                  | GraphError     | with ag.no_grad(): W -= learning_rate * W.grad
w += 1.0                                      | GraphError     | with ag.no_grad()
(t * 2).data = np.ones(3)                     | GraphError     | computed
(a * b).data = 1.0                            | GraphError     | computed
w.data = np.ones(3)                           | ShapeError     | make a new Tensor
w.grad = np.ones(3)                           | ShapeError     | (3,)
t @ w.T                                       | ShapeError     | the first has 3 columns and the second 2 rows
w @ w                                         | ShapeError     | the first has 2 columns and the second 3 rows
w + np.ones(3)                                | ShapeError     | (3, 2) and (3,)
ag.reshape(t, (2, 2))                         | ShapeError     | size 3 into shape (2,2)
ag.stack([t, w])                              | ShapeError     | (3,) and (3, 2)
ag.sum(t, axis=3)                             | ShapeError     | axis 3
ag.concatenate(t, t)                          | TypeError      | concatenate([a, b], axis=0)
a ** "2"                                      | TypeError      | expected a number, got str
a + "1"                                       | TypeError      | expected a number, got str
a + None                                      | TypeError      | expected a number, got NoneType
a + [1.0]                                     | TypeError      | expected a number, got list
[1.0] + a                                     | TypeError      | expected a number, got list
float(t)                                      | TypeError      | t.item()
float(t[0])                                   | TypeError      | t.item()
math.exp(a)                                   | TypeError      | ag.exp
math.exp(t)                                   | TypeError      | np.exp
ag.Tensor(x for x in [1.0])                   | DTypeError     | make a list of it
ag.Tensor({1.0, 2.0})                         | DTypeError     | make a list of it
ag.Tensor([1.0, None])                        | DTypeError     | np.nan for None
ag.Tensor(np.array(["2020-01-01"], "M8[D]"))  | DTypeError     | days since the first
nn.MLP(2, [1]).summary()                      | AttributeError | an MLP has no
list(range(a))                                | TypeError      | range(value)
[1.0, 2.0][a]                                 | TypeError      | int(value.data)
complex(a)                                    | TypeError      | value.data
int(t.sum())                                  | TypeError      | int(tensor) would
a.shape                                       | AttributeError | a Value is one number
a.sum()                                       | AttributeError | Tensors have it
a.op                                          | AttributeError | x.rule.name
a.prev                                        | AttributeError | x.parents
a * Fraction(1, 3)                            | TypeError      | float(…)
t * Decimal("1.5")                            | DTypeError     | float(…)
ag.lint                                       | AttributeError | nn.lint
ag.compile(3)                                 | TypeError      | not an int
ag.draw(a * 1.0).save("nowhere/x.svg")        | FileNotFound   | directory: 'nowhere/x.svg'
int(a)                                        | TypeError      | value.data
np.array([a, b])                              | TypeError      | use .data for the number
np.array([t[0], t[1]])                        | TypeError      | t.detach()
np.add(t, 1.0, out=np.zeros(3))               | TypeError      | out=
np.packbits(t)                                | TypeError      | use t.data where no gradient is needed
ag.relu()                                     | TypeError      | takes 1 input, got 0: y = max(x, 0)
ag.relu("x")                                  | DTypeError     | relu takes real numbers
ag.exp([1.0, "a"])                            | DTypeError     | exp takes real numbers
ag.where(a > 0, a)                            | TypeError      | where takes 3 inputs, got 2
ag.where(t > 0, t, "x")                       | DTypeError     | expected numbers
ag.grad(lambda x: None)(3.0)                  | TypeError      | does it return its result?
ag.grad(lambda x: "a")(3.0)                   | TypeError      | return numbers
ag.grad(lambda x: (x, x))(3.0)                | TypeError      | jacobian
ag.grad(lambda x: x)(np.ones(3))              | ShapeError     | use jacobian, or elementwise_grad
ag.hessian(lambda x: x)(np.ones(2))           | ShapeError     | use jacobian
ag.grad(lambda x: x ** 2)("3")                | DTypeError     | holds numbers
ag.grad(lambda x: x ** 2)()                   | TypeError      | 0 positional arguments
ag.grad(lambda x, y: x * y, 5)(2.0, 3.0)      | TypeError      | argument 5
ag.grad(lambda x: float(x) ** 2)(3.0)         | TypeError      | t.item()
ag.compile(lambda x: x if x > 0 else -x)(1.0) | RecordingError | use ag.where(ag.greater(a, b)
ag.Program.from_graph(lambda x: x, [a])       | DTypeError     | from a graph of Values
ag.draw(3.0)                                  | TypeError      | takes a Value or a Tensor
ag.draw(model)                                | TypeError      | ag.draw(lambda: model(x))
ag.explain(a * b, wrt="zz")                   | GraphError     | no node has that label
ag.softmax_cross_entropy(w, [7, 0, 0])        | ValueError     | expected 0 to 1
ag.softmax_cross_entropy(w, [0.0, 1.0, 0.0])  | DTypeError     | must be integers
nn.cross_entropy(w[:, :1], [[0], [0], [0]])   | ShapeError     | binary_cross_entropy_with_logits
nn.mse(w, t)                                  | ShapeError     | must be equal
nn.CrossEntropyLoss()                         | AttributeError | did you mean nn.cross_entropy?
nn.MSELoss()                                  | AttributeError | did you mean nn.mse?
nn.Dense(3)                                   | AttributeError | did you mean nn.Linear?
nn.functional.relu(t)                         | AttributeError | it is autograd's: import autograd as ag; ag.relu
nn.Linear("4", 3)                             | ValueError     | positive integer
nn.Linear(in_channels=4, out_features=3)      | TypeError      | here it is called in_features=
nn.Linear(4, 3)(X[:, :2])                     | ShapeError     | the first has 2 columns and the second 4 rows
nn.Linear(4, 3)(np.ones((2, 8, 8)))           | ShapeError     | the first has 8 columns and the second 4 rows
nn.Dropout(5)                                 | ValueError     | from 0 to below 1
nn.Dropout(rate=0.5)                          | TypeError      | here it is called p=
nn.Sequential(nn.Linear(4, 3), "relu")        | TypeError      | layer 1 is 'relu', e.g. pass nn.ReLU()
nn.Adam(model.parameters(), lr=0.1)           | TypeError      | here it is called learning_rate=
nn.Adam([])                                   | ValueError     | pass model.parameters()
nn.SGD(model.parameters(), learning_rate=-1)  | ValueError     | learning_rate
nn.SGD(model.parameters(), 0.1).step()        | GraphError     | call loss.backward() first
nn.DataLoader(X, y)                           | TypeError      | DataLoader((x, y), batch_size=32)
nn.DataLoader((X, y), batch=8)                | TypeError      | batch_size
fit(X, y, nb_epoch=1)                         | TypeError      | here it is called epochs=
fit(X, y[:-1], epochs=1)                      | ShapeError     | one row per sample
fit(X * np.nan, y, epochs=1)                  | ValueError     | (0, 0)
nn.load("nothing-here.safetensors")           | FileNotFound   | no checkpoint at
t @ 2                                         | ShapeError     | write a * to scale by it
2 @ t                                         | ShapeError     | write a * to scale by it
a.numpy()                                     | AttributeError | x.data, the number
anp.expp(t)                                   | AttributeError | did you mean np.exp?
out[0] = t[0]                                 | ValueError     | or t.item() for its number
out[:2] = t[:2]                               | TypeError      | t.detach()
np.vectorize(len)(t)                          | TypeError      | use t.data or t.detach() where that is meant
np.histogram2d(t, t)                          | TypeError      | use t.data where no gradient is needed
t.grad = 3                                    | ShapeError     | of shape (3,): the shapes must be equal
a.detach().backward()                         | GraphError     | make a leaf with requires_grad=True
a + t                                         | TypeError      | use a Tensor on both sides
ag.check_grads(len)                           | AttributeError | from autograd.test_util import check_grads
ag.grad(lambda x: x ** 2, 3.0)                | TypeError      | ag.grad(<lambda>)(3.0)
ag.grad(a)                                    | TypeError      | ag.gradients(y, [x])
ag.grad(lambda x, y: x, argnums=1)            | TypeError      | here it is called argnum=
ag.value_and_grad(len, has_aux=True)          | TypeError      | it takes fun, argnum
ag.jacobian(3.0)                              | TypeError      | takes a function, not a float
ag.compile(3.0)                               | TypeError      | pass e.g. ag.value_and_grad(loss)
ag.draw(lambda x: x)                          | TypeError      | ag.draw(lambda: f(x))
ag.draw(a * b, wrt="a")                       | TypeError      | it takes what, direction
ag.Program.from_graph(a * b, [a, b])(1.0)     | ShapeError     | a program of 2 inputs was called with 1 numbers
nn.MLP(4, 3)                                  | TypeError      | MLP(4, [3])
nn.MLP([4, 8, 3])                             | TypeError      | MLP(4, [8, 3])
nn.MLP(4, [3], activation="rleu")             | ValueError     | choose one of relu
nn.MLP(64, [3])(np.ones((2, 8, 8)))           | ShapeError     | x.reshape(len(x), -1) makes a row of each
nn.MLP(1, [3])(np.ones(5))                    | ShapeError     | x[:, None] makes a column of x
nn.Linear(4, 3, activation="relu")            | TypeError      | it takes in_features, out_features
nn.BatchNorm1d(4)(X[:1])                      | ShapeError     | batches of two samples and more
nn.Dropout("a")                               | ValueError     | from 0 to below 1, got 'a'
nn.cross_entropy(y, X)                        | ShapeError     | the logits come first, then the targets
nn.cross_entropy(X, np.array(["a"] * 20))     | DTypeError     | np.unique(labels, return_inverse=True)[1]
nn.cross_entropy(X, y * 1.0)                  | DTypeError     | use targets.astype(int)
nn.Adam(model)                                | TypeError      | pass model.parameters()
nn.Adam(model.parameters)                     | TypeError      | pass model.parameters()
nn.SGD(model.parameters(), momentum=2)        | ValueError     | momentum must be from 0 to below 1
model.fit(X, y)                               | AttributeError | nn.Trainer(model, loss=…, optimizer=…)
model.compile(optimizer="adam")               | AttributeError | nn.Trainer(model, loss=…, optimizer=…)
model.predict(X)                              | AttributeError | model(x) for the raw outputs
model.to("cuda")                              | AttributeError | arrays are NumPy's
model.cuda()                                  | AttributeError | arrays are NumPy's
model.double()                                | AttributeError | dtype=np.float32
model.summary()                               | AttributeError | nn.summary(model, x)
model.save("m.h5")                            | AttributeError | nn.save(model, 'model.safetensors')
model.get_weights()                           | AttributeError | model.state_dict()
model.add(nn.ReLU())                          | AttributeError | nn.Sequential(nn.Linear(4, 8), nn.ReLU())
model.load_state_dict({})                     | ValueError     | are missing
nn.load(model, "x")                           | TypeError      | load('model.safetensors', model)
nn.save("m.safetensors", model)               | TypeError      | save(model, 'model.safetensors')
nn.Trainer(model, nn.mse, nn.SGD)             | TypeError      | name the others: loss=, optimizer=
train(loss=lambda p, y: 1.0)                  | TypeError      | let it return a Tensor
train(loss=lambda p, y: None)                 | TypeError      | does it return its result?
train(loss=lambda p, y: p)                    | ShapeError     | take its mean
train(loss="cros_entropy")                    | ValueError     | did you mean 'cross_entropy'?
fit(X, y, verbose=0)                          | TypeError      | here it is called progress=
fit(X, y, 5)                                  | TypeError      | name the others: epochs=
fit(X, epochs=1)                              | TypeError      | fit(x, y, …), or a loader
fit(X.astype(str), y, epochs=1)               | ValueError     | x.astype(float)
fit(X, np.array([*'ab'] * 10), epochs=1)      | ValueError     | return_inverse=True)[1] for classes
fit(X, y * 1.5, epochs=1)                     | DTypeError     | use targets.astype(int)
nn.relu(t)                                    | AttributeError | import autograd as ag; ag.relu
nn.no_grad()                                  | AttributeError | import autograd as ag; ag.no_grad
nn.functional.cross_entropy(w, [0, 1, 0])     | AttributeError | did you mean nn.cross_entropy?
nn.functional.mse_loss(t, t)                  | AttributeError | did you mean nn.mse?
nn.functional.softmax(t)                      | AttributeError | import autograd as ag; ag.softmax
nn.ModuleList([])                             | AttributeError | a plain list or dict of layers
nn.init.kaiming_normal_(w)                    | AttributeError | nn.init.he_normal(w.shape)
nn.optim.lr_scheduler.StepLR                  | AttributeError | schedules are nn.CosineDecay
nn.optim.RMSProp                              | AttributeError | did you mean nn.RMSprop?
nn.layers.Dense(3)                            | AttributeError | did you mean nn.Linear?
nn.losses.MSELoss()                           | AttributeError | did you mean nn.mse?
nn.metrics.accuracy_score                     | AttributeError | did you mean nn.accuracy?
nn.metrics.f1_score                           | AttributeError | metrics=['f1_macro', 'roc_auc']
nn.to_categorical(y)                          | AttributeError | class numbers are enough
nn.Input((4,))                                | AttributeError | nn.Linear(4, 8)
nn.Conv2d(1, 8, 3, padding_mode="zeros")      | TypeError      | leave it out
fit(X, y, epochs=1, callbacks=[])             | TypeError      | an argument of nn.Trainer
fit(X, y, epochs=1, metrics=["accuracy"])     | TypeError      | an argument of nn.Trainer
fit(X, y, epochs=1, lr=0.1)                   | TypeError      | an argument of the optimizer
nn.summary(model, input_size=(1, 4))          | TypeError      | here it is called sample=
ag.einsum("ij,kj->ik", w, w)                  | TypeError      | np.einsum(subscripts, a, b)
ag.draw(a).show()                             | AttributeError | the last line of a cell shows it
ag.draw(a).render("graph")                    | AttributeError | x.save('graph.svg')
nn.accuracy(model(X), y)                      | ShapeError     | logits.argmax(axis=1)
nn.accuracy(y, y[:3])                         | ShapeError     | they must be equal
fit(X, y, epochs=1, progress=False).history   | AttributeError | history['loss'] itself
nn.StepDecay(step_size=10, gamma=0.5)         | TypeError      | here it is called every=
nn.CosineDecay(T_max=10)                      | TypeError      | here it is called total=
nn.CosineDecay(10, eta_min=0.1)               | TypeError      | lowest=, as a share of the learning rate
nn.PReLU()                                    | AttributeError | did you mean nn.LeakyReLU?
nn.Dropout(p=0.5, inplace=True)               | TypeError      | leave it out
nn.train_test_split(X, y, test_size=0.2)      | TypeError      | here it is called test_fraction=
t.argmax(dim=0)                               | TypeError      | here it is called axis=
t.eq(t)                                       | AttributeError | x == y
w.t()                                         | AttributeError | did you mean x.T?
t.pow(2)                                      | AttributeError | x ** n
t.masked_fill(t > 0, 0.0)                     | AttributeError | ag.where(mask, number, x)
w.gather(1, y)                                | AttributeError | ag.take_along_axis
ag.zeros_like(t)                              | AttributeError | ag.Tensor(np.zeros(3))
ag.argmax(t)                                  | AttributeError | np.argmax
ag.device("cpu")                              | AttributeError | arrays are NumPy's
ag.set_grad_enabled(False)                    | AttributeError | ag.no_grad()
nn.init.nothing_                              | AttributeError | has no attribute 'nothing_'
ag.SGD(model.parameters())                    | AttributeError | import nn; nn.SGD
ag.manual_seed(0)                             | AttributeError | seed=0
t.numel()                                     | AttributeError | x.size
model.count_params()                          | AttributeError | sum(p.size for p in model.parameters())
model.apply(len)                              | AttributeError | for module in model.modules()
model.load_state_dict(model)                  | TypeError      | as state_dict() gives
model.load_state_dict("m.safetensors")        | TypeError      | nn.load reads files
model(a)                                      | TypeError      | a Value inside np.array would lose its gradient
ag.Tensor({"a": 1.0}, dtype=float)            | DTypeError     | a Tensor holds numbers
ag.Tensor(a, dtype=np.float32)                | TypeError      | a Value inside np.array would lose its gradient
nn.Sequential([nn.Linear(4, 3), nn.ReLU()])   | TypeError      | nn.Sequential(*layers)
nn.MLP(4, 8, 3)                               | TypeError      | one list of sizes
nn.MLP(4, [8], 3)                             | TypeError      | one list of sizes
nn.scalar.MLP(2, 3)                           | TypeError      | nouts must be a list of whole numbers
nn.DataLoader(X, y, batch_size=4)             | TypeError      | go in as one, (x, y)
nn.Linear(4, 3, out_features=3)               | TypeError      | out_features twice, as argument 2 and by name
t.grad = 0                                    | ShapeError     | x.grad = None clears it
f"{t:.2f}"                                    | TypeError      | formats one number, not shape (3,)
np.gcd(t, 2)                                  | TypeError      | whole numbers have none, or use t.data
nn.Adam(nn.Module().parameters())             | ValueError     | its own nn.Parameter
MLPClassifier(solver="sgd2").fit(X, y)        | ValueError     | expected one of adam
MLPClassifier(lr=0.1)                         | TypeError      | here it is called learning_rate_init=
MLPClassifier(epochs=3)                       | TypeError      | here it is called max_iter=
MLPClassifier(seed=0)                         | TypeError      | here it is called random_state=
MLPClassifier(optimizer="adam")               | TypeError      | here it is called solver=
MLPClassifier(device="cpu")                   | TypeError      | arrays are NumPy's, so leave it out
MLPClassifier().fit(X)                        | TypeError      | lacks y: call MLPClassifier.fit(X, y, …)
nn.Trainer(model)                             | TypeError      | lacks loss and optimizer: call Trainer(model, loss=…
nn.Trainer(model, loss="mse")                 | TypeError      | lacks optimizer
fit(X, y)                                     | TypeError      | lacks epochs
ag.compile(len, backend="numba")              | TypeError      | here it is called engine=
ag.Value(1.0, name="a")                       | TypeError      | here it is called label=
ag.Value(1.0, (a, b), _op="+")                | TypeError      | operators write them down
ag.Tensor([1.0], device="cpu")                | TypeError      | leave it out
ag.Tensor([1.0], requires_gard=True)          | TypeError      | here it is called requires_grad=
nn.StandardScaler()                           | AttributeError | scikit-learn's
nn.init.constant_(w, 0.0)                     | AttributeError | w.data = np.full(w.shape, 0.1)
nn.init.normal((3, 2), std=0.1)               | TypeError      | np.random.normal
nn.ReLU(inplace=True)                         | TypeError      | leave it out
nn.Upsample(2, mode="bilinear")               | TypeError      | it takes scale_factor
model(X, training=True)                       | TypeError      | model.train() and model.eval()
model()                                       | TypeError      | lacks x
model.zero_grad(set_to_none=True)             | TypeError      | leave it out
model.load_state_dict({}, strict=False)       | TypeError      | model.state_dict() | part
nn.SGD(lr=0.1)                                | TypeError      | here it is called learning_rate=
nn.SGD()                                      | TypeError      | lacks parameters: call SGD(parameters, …)
nn.mse(t)                                     | TypeError      | lacks targets: call mse(outputs, targets, …)
nn.cross_entropy(X, y, from_logits=True)      | TypeError      | outputs are logits
nn.Linear(4)                                  | TypeError      | lacks out_features
nn.clip_norm(model.parameters(), max_norm=1.0) | TypeError      | here it is called most=
ag.clip(t, min=0)                             | TypeError      | here it is called low=
ag.norm(t, p=2)                               | TypeError      | here it is called ord=
ag.vjp(len)                                   | TypeError      | lacks args and upstream
t.std(dim=0)                                  | TypeError      | here it is called axis=
t.sum(dtype=float, foo=1)                     | TypeError      | foo
ag.relu(t, inplace=True)                      | TypeError      | leave it out
ag.exp(a, foo=1)                              | TypeError      | takes no argument 'foo'
nn.scalar.MLP(2, sizes=[3, 1])                | TypeError      | here it is called nouts=
a.backwards()                                 | AttributeError | did you mean x.backward?
a.gradient                                    | AttributeError | did you mean x.grad?
a.value                                       | AttributeError | did you mean x.data?
t.append(4.0)                                 | AttributeError | ag.concatenate
nn.MLP((4,), [8, 3])                          | TypeError      | MLP(4, [8, 3])
nn.summary(model, (1, 4))                     | TypeError      | np.zeros((1, 4))
ag.quiz().check(1, 2)                         | TypeError      | by name
trainer.score(X, y)                      | AttributeError | did you mean trainer.evaluate?
trainer.train(X, y)                      | AttributeError | did you mean trainer.fit?
MLPClassifier().predict(X)                    | ValueError     | Call 'fit'
"""

IDIOMS = """
nn.Softmax()(w)
w.data -= 0.1 * g.data
w.data -= 0.1 * g
w.data += -0.1 * g
a.data -= 0.1 * 2.0
with ag.no_grad(): w -= 0.1 * g
ag.no_grad(len)([])
ag.no_grad()(len)([])
t.numpy()
t.is_leaf
t.device
t.tolist()
a._prev, (a * b)._op
sum([a, b])
sorted([a, b])
2 ** a
np.exp(a)
max(t)
a in [a]
model.train(False)
nn.accuracy(y, model(X).argmax(axis=1))
nn.r2_score(t, t * 2)
model.eval()
"""


class FileNotFound:
    """By another name, for the width of the table."""


ERRORS: dict[str, type[Exception]] = {
    **{name: getattr(ag, name) for name in ("ShapeError", "DTypeError", "GraphError", "RecordingError")},
    "FileNotFound": FileNotFoundError,
    **{error.__name__: error for error in (AttributeError, TypeError, ValueError)},
}


def names() -> dict[str, Any]:
    """What the pieces of code speak of, anew for each."""
    import math
    from decimal import Decimal
    from fractions import Fraction

    rng = np.random.default_rng(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
    trainer = nn.Trainer(model, loss=nn.cross_entropy, optimizer=nn.Adam(model.parameters()))
    w = ag.Tensor(np.ones((3, 2)), requires_grad=True)
    w.sum().backward()

    def train(model: Any = model, loss: Any = "cross_entropy") -> None:
        nn.Trainer(model, loss=loss, optimizer="adam").fit(
            rng.normal(size=(20, 4)), [0, 1] * 10, epochs=1, progress=False
        )

    return {
        "math": math, "Fraction": Fraction, "Decimal": Decimal, "out": np.zeros(3),
        "train": train, "MLPClassifier": MLPClassifier,
        "np": np, "ag": ag, "anp": anp, "nn": nn, "w": w, "g": w.grad, "model": model, "fit": trainer.fit,
        "a": ag.Value(2.0), "b": ag.Value(-3.0), "t": ag.Tensor([1.0, 2.0, 3.0], requires_grad=True),
        "X": rng.normal(size=(20, 4)), "y": rng.integers(0, 3, 20), "trainer": trainer,
    }  # fmt: skip


@pytest.mark.parametrize("line", MISTAKES.strip().splitlines(), ids=lambda line: line.partition(" |")[0].strip())
def test_a_mistake_is_answered_by_what_to_do(line: str) -> None:
    code, error, words = (part.strip() for part in line.split(" | ", 2))
    with pytest.raises(ERRORS[error]) as found:
        exec(code, names())
    message = str(found.value.__cause__ or found.value)  # NumPy puts its own words after ours
    assert words in message
    assert "\n" not in message
    assert len(message) < 300


@pytest.mark.parametrize("code", IDIOMS.strip().splitlines())
def test_what_people_write_elsewhere_works(code: str) -> None:
    exec(code, names())


def test_a_result_that_has_lost_its_argument_is_warned_of() -> None:
    for take_out in (lambda x: x.item(), lambda x: float(x.data), lambda x: x.detach(), lambda x: 1.0):
        with pytest.warns(UserWarning, match="Output seems independent of input.* x.item().*leave them out") as found:
            assert ag.grad(lambda x, f=take_out: f(x) ** 2)(3.0) == 0.0
        assert found[0].filename == __file__
    for derivative in (ag.elementwise_grad, ag.jacobian):
        with pytest.warns(UserWarning, match="Output seems independent of input"):
            assert not np.any(derivative(lambda x: x.detach() ** 2)(np.ones(2)))
    assert ag.grad(ag.grad(lambda x: 3.0 * x))(2.0) == 0.0  # which is right
