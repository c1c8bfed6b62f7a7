"""The tables for those who come from another library: each row runs, in both words where the library is installed.

The second table of the page on PyTorch is held by tests/test_lectures.py. HIPS autograd cannot be installed beside us;
`python -m tests.hips` runs its own tests on us. MyGrad's and Keras's rows run in our words alone.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn

FOLDER = Path(__file__).parents[1] / "docs" / "coming_from"

# By page and first cell: lines that run, and assert what the row says.
ROWS: dict[str, dict[str, str]] = {
    "micrograd": {
        "`from micrograd.engine import Value`": "from micrograd.engine import Value as M; from autograd import Value",
        "`from micrograd.nn import Neuron, Layer, MLP`": "from nn.scalar import Neuron, Layer, MLP; import micrograd.nn as theirs",
        "`MLP(2, [16, 16, 1])`": "assert len(MLP(2, [16, 16, 1]).parameters()) == len(theirs.MLP(2, [16, 16, 1]).parameters())",
        "`v.data`, `v.grad`, `v.backward()`, `v.relu()`": """
def run(V):
    v = V(2.0); w = (v * v + 1.0).relu(); w.backward()
    return w.data, v.grad
assert run(M) == run(Value)""",
        "`draw_dot(L)` of the notebooks": "assert ag.draw(Value(2.0) * Value(3.0)).dot.startswith('digraph')",
        "`p.data -= 0.1 * p.grad`": """
def step(V):
    p = V(2.0); (p * p).backward(); p.data -= 0.1 * p.grad
    return p.data
assert step(M) == step(Value)""",
        "`v._prev`, `v._op`, a topological sort written by hand": """
def sort(V):
    a, b = V(2.0), V(-3.0); L = a * b + b
    order, seen = [], set()
    def visit(v):
        if v not in seen:
            seen.add(v)
            for child in v._prev: visit(child)
            order.append((v._op == '+', v.data))
    visit(L)
    return sorted(order)
assert sort(M) == sort(Value)""",
        "`a == b`, `v in visited`": "a, b = Value(1.0), Value(1.0); assert a != b and a == a and b not in [a] and a.data == b.data and a <= b",
    },
    "hips_autograd": {
        "`import autograd.numpy as np`": "import autograd.numpy as anp; assert anp.tanh(0.0) == 0",
        "`grad`, `value_and_grad`, `elementwise_grad`, `jacobian`, `hessian`, `make_vjp`, `make_jvp`": """
from autograd import grad, value_and_grad, elementwise_grad, jacobian, hessian, make_vjp, make_jvp
f = lambda x: anp.sum(x**3)
x = np.array([1.0, 2.0])
assert grad(f)(x).tolist() == value_and_grad(f)(x)[1].tolist() == jacobian(f)(x).tolist() == [3, 12]
assert elementwise_grad(anp.sin)(0.0) == 1 and hessian(f)(x).tolist() == [[6, 0], [0, 12]]
vjp, value = make_vjp(f)(x)
assert value == 9 and vjp(2.0).tolist() == [6, 24] and make_jvp(f)(x)(x) == (9, 27)""",
        "`hessian_vector_product(f)(x, v)`": """
from autograd import hessian_vector_product, hvp
assert hessian_vector_product(f)(x, x).tolist() == hvp(f, x, x)[1].tolist() == [6, 24]""",
        "`deriv`, `grad_and_aux`, `grad_named`, `make_hvp`, `make_ggnvp`, `multigrad_dict`, `checkpoint` …": """
from autograd import deriv, grad_and_aux, grad_named, make_hvp, make_ggnvp, multigrad_dict, checkpoint
assert deriv(lambda x: x**2)(3.0) == grad_named(lambda x: x**2, "x")(3.0) == grad(checkpoint(lambda x: x**2))(3.0) == 6
assert grad_and_aux(lambda x: (x**2, x))(3.0) == (6, 3) and make_hvp(f)(x)[0](x).tolist() == [6, 24]
assert multigrad_dict(lambda a, b: a * b)(2.0, 3.0) == {"a": 3, "b": 2}""",
        "`from autograd.extend import primitive, defvjp`, and `defvjp_argnum`, `defjvp`, `vspace` …": """
from autograd.extend import primitive, defvjp, defvjp_argnum, defjvp, vspace
@primitive
def twice(x): return 2 * x
defvjp(twice, lambda ans, x: lambda g: 2 * g)
defjvp(twice, lambda t, ans, x: 2 * t)
assert grad(twice)(1.0) == 2 and vspace(x).zeros().tolist() == [0, 0]""",
        "`from autograd.test_util import check_grads`": "from autograd.test_util import check_grads; check_grads(anp.tanh)(0.3)",
        "`autograd.misc.flatten`, `.optimizers`, `.fixed_points`; `autograd.builtins`, `.core`, `.tracer`, `.util`, `.wrap_util`": """
import autograd.builtins, autograd.core, autograd.tracer, autograd.util, autograd.wrap_util
import autograd.misc.optimizers, autograd.misc.fixed_points
from autograd.misc.flatten import flatten
flat, back = flatten({"a": x})
assert back(flat)["a"].tolist() == [1, 2]""",
    },
    "pytorch": {
        "`torch.tensor(x, requires_grad=True)`": """
x = [[1.0, 2.0], [3.0, 4.0]]
t, a = torch.tensor(x, requires_grad=True, dtype=torch.float64), ag.Tensor(x, requires_grad=True)""",
        "`y.backward(gradient=g)`, `create_graph=True`": """
g = np.array([[1.0, 0.5], [0.25, 2.0]])
(t * t).backward(gradient=torch.tensor(g)); (a * a).backward(gradient=g, create_graph=True)
same(t.grad, a.grad)""",
        "`torch.autograd.grad(y, [a, b])`": """
for one, two in zip(torch.autograd.grad((t**3).sum(), [t]), ag.gradients((a**3).sum(), [a]), strict=True): same(one, two)""",
        "`with torch.no_grad():`": """
with torch.no_grad(): u = t * 2
with ag.no_grad(): b = a * 2
assert not u.requires_grad and not b.requires_grad""",
        "`x.sum(dim=1, keepdim=True)`": "same(t.sum(dim=1, keepdim=True), a.sum(axis=1, keepdims=True))",
        "`torch.cat`, `unsqueeze`, `clamp`, `permute`": """
same(torch.cat([t, t]), ag.concatenate([a, a])); same(t.unsqueeze(1), ag.expand_dims(a, 1))
same(t.clamp(2, 3), ag.clip(a, 2, 3)); same(t.permute(1, 0), ag.transpose(a, (1, 0)))""",
        "`nn.Linear`, `nn.Sequential`, `nn.ReLU`, `state_dict`": """
theirs = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU()).double()
ours = nn.Sequential(nn.Linear(2, 3, dtype=np.float64), nn.ReLU())
ours.load_state_dict(theirs.state_dict())
same(theirs(t), ours(a))""",
        "`nn.Conv1d`, `nn.Conv2d`, `nn.ConvTranspose2d`, `nn.MaxPool2d`, `nn.AdaptiveAvgPool2d`, `nn.Upsample`": """
def dtype(of): return {"dtype": np.float64 if of is nn else torch.float64}
def both(form, make):
    theirs, ours, x = make(torch.nn).double(), make(nn), np.random.default_rng(0).normal(size=form)
    ours.load_state_dict(theirs.state_dict())
    same(theirs(torch.tensor(x)), ours(x))
both((2, 3, 8), lambda of: of.Conv1d(3, 4, 3, padding=1, **dtype(of)))
images = [lambda of: of.Conv2d(3, 4, 3, stride=2, **dtype(of)), lambda of: of.ConvTranspose2d(3, 4, 4, stride=2, **dtype(of))]
images += [lambda of: of.MaxPool2d(2), lambda of: of.AdaptiveAvgPool2d(1), lambda of: of.Upsample(scale_factor=2)]
for make in images: both((2, 3, 8, 8), make)""",
        "`nn.BatchNorm1d`, `nn.BatchNorm2d`, `nn.LayerNorm`, `nn.GroupNorm`, `nn.Dropout`, `nn.Dropout2d`": """
both((6, 4), lambda of: of.BatchNorm1d(4, **dtype(of))); both((6, 4, 3, 3), lambda of: of.BatchNorm2d(4, **dtype(of)))
both((6, 4), lambda of: of.LayerNorm(4, **dtype(of))); both((6, 4, 3, 3), lambda of: of.GroupNorm(2, 4, **dtype(of)))
both((6, 4), lambda of: of.Dropout(0.5).eval()); both((6, 4, 3, 3), lambda of: of.Dropout2d(0.5).eval())""",
        "`nn.Embedding`, `nn.LSTM`, `nn.GRU`, `nn.RNN` with `bidirectional=`, `dropout=`": """
for kind in ("LSTM", "GRU", "RNN"):
    peer = getattr(torch.nn, kind)(3, 4, num_layers=2, bidirectional=True, batch_first=True).double()
    layer, x = getattr(nn, kind)(3, 4, num_layers=2, bidirectional=True, dtype=np.float64), np.ones((2, 5, 3))
    layer.load_state_dict(peer.state_dict())
    same(peer(torch.tensor(x))[0], layer(x)[0])
    packed = torch.nn.utils.rnn.pack_padded_sequence(torch.tensor(x), [5, 3], batch_first=True)
    same(torch.nn.utils.rnn.pad_packed_sequence(peer(packed)[0], batch_first=True)[0], layer(x, lengths=[5, 3])[0])
assert nn.Embedding(5, 2).weight.shape == torch.nn.Embedding(5, 2).weight.shape""",
        "`nn.MultiheadAttention`, `nn.TransformerEncoderLayer` with `key_padding_mask=`": """
x, filling = np.random.default_rng(0).normal(size=(2, 3, 4)), np.array([[False, False, False], [False, False, True]])
later, t3 = torch.triu(torch.ones(3, 3, dtype=torch.bool), 1), torch.tensor(x)
peer = torch.nn.MultiheadAttention(4, 2, batch_first=True).double()
layer = nn.MultiheadAttention(4, 2, causal=True, dtype=np.float64)
layer.load_state_dict(peer.state_dict())
same(peer(t3, t3, t3, key_padding_mask=torch.tensor(filling), attn_mask=later)[0], layer(x, key_padding_mask=filling))
peer = torch.nn.TransformerEncoderLayer(4, 2, 8, 0.0, "gelu", batch_first=True, norm_first=True).double()
layer = nn.TransformerBlock(4, 2, 8, causal=True, dtype=np.float64)
layer.load_state_dict(peer.state_dict())
same(peer(t3, src_mask=later, src_key_padding_mask=torch.tensor(filling)), layer(x, src_key_padding_mask=filling))""",
        "`nn.CrossEntropyLoss()(logits, y)`": "same(torch.nn.CrossEntropyLoss()(t, torch.tensor([0, 1])), nn.cross_entropy(a, [0, 1]))",
        "`torch.optim.SGD(p, lr=0.1)`": """
torch.optim.SGD([t], lr=0.1).step(); nn.SGD([a], learning_rate=0.1).step()
same(t, a)""",
        "`DataLoader(TensorDataset(x, y), …)`": """
from torch.utils.data import DataLoader, TensorDataset
rows, y = np.arange(6.0).reshape(3, 2), np.array([0, 1, 0])
pairs = zip(DataLoader(TensorDataset(torch.tensor(rows), torch.tensor(y)), 2), nn.DataLoader((rows, y), 2), strict=True)
for (one, _), (two, _) in pairs: same(one, two)""",
        "`F.relu(x)`, `F.cross_entropy`, `F.mse_loss`": """
same(torch.nn.functional.relu(t), ag.relu(a)); same(torch.nn.functional.mse_loss(t, 2 * t), nn.mse(a, 2 * a))""",
        "`nn.ModuleList([nn.Linear(2, 2)])` as an attribute": """
def of(package, blocks):
    class Net(package.Module):
        def __init__(self): super().__init__(); self.blocks = blocks([package.Linear(2, 2)])
    return list(Net().state_dict())
assert of(torch.nn, torch.nn.ModuleList) == of(nn, list)""",
        "`nn.utils.clip_grad_norm_(model.parameters(), 1.0)`": """
t.grad = a.grad = None; (t**2).sum().backward(); (a**2).sum().backward()
torch.nn.utils.clip_grad_norm_([t], 1.0); nn.clip_norm([a], 1.0)
same(t.grad, a.grad)""",
        "`torch.save(model.state_dict(), file)`, `load_state_dict(torch.load(file))`": """
nn.save(ours, "m.safetensors")
same(theirs(t), nn.load("m.safetensors", nn.Sequential(nn.Linear(2, 3, dtype=np.float64), nn.ReLU()))(a))""",
        "`nn.init.xavier_uniform_(w)`": """
weight = nn.Linear(2, 3).weight; weight.data = nn.init.xavier_uniform(weight.shape)""",
        "`torch.compile(step)`": """
model = nn.MLP(2, [1], seed=0)
step = nn.compile_step(model, nn.mse, nn.SGD(model.parameters()), engine="numpy")
rows, y = rows.astype(np.float32), np.ones((3, 1), np.float32)
assert step(rows, y) > step(rows, y)""",
        "`torch.func.grad(f)`": "same(torch.func.grad(lambda x: (x**3).sum())(t.detach()), ag.grad(lambda x: (x**3).sum())(a.data))",
    },
    "keras": {
        '`Sequential([Dense(64, "relu"), Dense(10)])`': """
model = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
assert len(list(nn.MLP(784, [64, 10]).parameters())) == len(list(model.parameters()))
model = nn.MLP(3, [8, 2], seed=0)
x = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32); y = (x[:, 0] > 0).astype(int)""",
        "`Conv2D`, `Conv2DTranspose`, `MaxPooling2D`, `UpSampling2D`, `GlobalAveragePooling2D`": """
layers = [nn.Conv2d(3, 4, 3), nn.ConvTranspose2d(4, 3, 3), nn.MaxPool2d(2), nn.Upsample(scale_factor=2), nn.AdaptiveAvgPool2d(1)]
assert nn.Sequential(*layers)(np.zeros((2, 3, 8, 8))).shape == (2, 3, 1, 1)""",
        "`Embedding`, `LSTM`, `GRU`, `Bidirectional(LSTM(…))`": """
for kind in (nn.LSTM, nn.GRU):
    outputs, _ = nn.Sequential(nn.Embedding(5, 3), kind(3, 4, bidirectional=True))(np.array([[1, 2, 0]]))
    assert outputs.shape == (1, 3, 8)""",
        '`model.compile("adam", "…crossentropy", ["accuracy"])`': """
trainer = nn.Trainer(model, loss="cross_entropy", optimizer="adam", metrics=["accuracy"])""",
        "`model.fit(x, y, epochs=…, validation_split=…)`": "history = trainer.fit(x, y, epochs=2, validation_split=0.2, progress=False)",
        "`model.evaluate`, `model.predict`, `history`": """
assert 0 <= trainer.evaluate(x, y)["accuracy"] <= 1 and trainer.predict(x).shape == (60,) and len(history["val_loss"]) == 2""",
        '`class_weight={…}`, `sample_weight=…`': """
trainer.fit(x, y, epochs=1, class_weight={0: 1.0, 1: 2.0}, progress=False)
trainer.fit(x, y, epochs=1, class_weight="balanced", sample_weight=np.ones(60), progress=False)""",
        "`BackupAndRestore`": """
assert len(trainer.fit(x, y, epochs=1, resume="state", progress=False).rows) == 1""",
        "`EarlyStopping`, `ModelCheckpoint`": 'nn.EarlyStopping(patience=3), nn.Checkpoint("runs/mnist")',
        "`tf.GradientTape`": """
w = ag.Tensor([2.0], requires_grad=True); (w * w).sum().backward(); assert w.grad.data == 4
with ag.no_grad(): assert not (w * w).requires_grad""",
    },
    "scikit_learn": {
        "`MLPClassifier(hidden_layer_sizes=(64,), max_iter=50)`": """
from sklearn.neural_network import MLPClassifier as Theirs
from sklearn.exceptions import ConvergenceWarning
from nn.estimator import MLPClassifier
x = np.random.default_rng(0).normal(size=(40, 3)); y = (x[:, 0] > 0).astype(int)
assert MLPClassifier(hidden_layer_sizes=(64,), max_iter=50).max_iter == Theirs(hidden_layer_sizes=(64,), max_iter=50).max_iter
both = [kind((4,), max_iter=3, random_state=0) for kind in (Theirs, MLPClassifier)]""",
        '`alpha=`, `solver="adam"`, `early_stopping=True`, `warm_start=True`, `random_state=0`': """
shared = ("alpha", "solver", "early_stopping", "warm_start", "random_state", "validation_fraction", "n_iter_no_change")
ours, theirs = MLPClassifier().get_params(), Theirs().get_params()
assert [ours[name] for name in shared] == [theirs[name] for name in shared]""",
        "a `ConvergenceWarning` where `max_iter` was not enough": """
for network in both:
    with pytest.warns(ConvergenceWarning): network.fit(x, y)""",
        "`fit`, `partial_fit`, `predict`, `predict_proba`, `score`": """
for network in both:
    assert network.partial_fit(x, y).predict(x).shape == (40,) and network.predict_proba(x).shape == (40, 2)
    assert 0 <= network.score(x, y) <= 1""",
        "`loss_curve_`, `n_iter_`, `classes_`, `coefs_`, `intercepts_`": """
one, two = both
assert [w.shape for w in one.coefs_ + one.intercepts_] == [w.shape for w in two.coefs_ + two.intercepts_]
assert one.classes_.tolist() == two.classes_.tolist() and one.n_iter_ > 0 < two.n_iter_
assert len(one.loss_curve_) == len(two.loss_curve_)""",
        "`make_pipeline(StandardScaler(), network)`, `GridSearchCV(network, …)`, `clone`": """
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
network = MLPClassifier((4,), max_iter=2, tol=None, random_state=0)
make_pipeline(StandardScaler(), clone(network)).fit(x, y)
GridSearchCV(network, {"alpha": [0.1, 1.0]}, cv=2).fit(x, y)""",
        "–": """
MLPClassifier((4,), max_iter=1, tol=None, class_weight="balanced", dropout=0.1, callbacks=[nn.Callback()]).fit(x, y)
assert isinstance(network.fit(x, y).model_, nn.Module)""",
    },
    "mygrad": {
        "`mg.tensor([1.0, 2.0])`": "t = ag.Tensor([1.0, 2.0], requires_grad=True)",
        "`np.exp(t)`, `t @ w`, indexing": "assert np.exp(t).shape == (2,) and (t @ np.ones(2)).item() == 3 and t[1].item() == 2",
        "`y.backward()`, `t.grad`": "(t * t).sum().backward(); assert isinstance(t.grad, ag.Tensor) and t.grad.data.tolist() == [2, 4]",
        "`t.null_grad()`": "t.grad = None; assert t.grad is None",
        "`with mg.no_autodiff:`": "with ag.no_grad(): assert not (t * t).requires_grad",
        "`mg.tensor(x, constant=True)`": "assert not ag.Tensor([1.0]).requires_grad and (t * np.ones(2)).requires_grad",
        "`t.item()`, `t.data`, `t.shape`": "assert t[0].item() == 1.0 and t.data.tolist() == [1, 2] and t.shape == (2,)",
        "`mg.nnet.losses.softmax_crossentropy(x, y)`": "assert abs(nn.cross_entropy(np.zeros((1, 2)), [0]).item() - np.log(2)) < 1e-12",
    },
}  # fmt: skip
NEEDED = {"micrograd": "micrograd", "pytorch": "torch", "scikit_learn": "sklearn"}


def first_cells(page: str) -> list[str]:
    """The first cells of a page's first table."""
    text = (FOLDER / f"{page}.md").read_text(encoding="utf-8")
    table = re.search(r"^\|[^\n]*\n\|[-|]+\n((?:\|[^\n]*\n)+)", text, re.MULTILINE)
    assert table
    return [line[2:].partition(" | ")[0].strip() for line in table[1].splitlines()]


def same(theirs: Any, ours: Any) -> None:
    theirs = theirs.detach().numpy() if hasattr(theirs, "detach") else theirs
    np.testing.assert_allclose(getattr(ours, "data", ours), theirs, rtol=1e-6)


@pytest.mark.parametrize("page", ROWS)
def test_each_row_has_its_lines(page: str) -> None:
    assert sorted(set(first_cells(page))) == sorted(ROWS[page])


@pytest.mark.parametrize("page", [pytest.param(page, marks=[pytest.mark.peers] * (page in NEEDED)) for page in ROWS])
def test_the_rows_run_as_they_are_written(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names: dict[str, Any] = {"np": np, "ag": ag, "nn": nn, "same": same, "pytest": pytest}
    if page in NEEDED:
        names[NEEDED[page]] = pytest.importorskip(NEEDED[page], reason="a peer, or gradbook[train]")
    if page in ("keras", "pytorch"):
        pytest.importorskip("safetensors", reason="files need gradbook[train]")
    monkeypatch.chdir(tmp_path)
    for cell, code in ROWS[page].items():
        exec(compile(code, f"{page}: {cell}", "exec"), names)
