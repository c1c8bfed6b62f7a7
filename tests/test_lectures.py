"""Code as lectures write it, with the imports changed: micrograd's, and the makemore series' ideas on made-up names.

What had to be spelt differently is marked with ``# PyTorch:`` and stands in docs/coming_from/pytorch.md.
"""

from __future__ import annotations

import random

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Value
from nn.scalar import MLP

SYLLABLES = ("an", "bel", "cor", "da", "el", "fi", "ga", "li", "ma", "no", "ra", "so", "ti", "va")
NAMES = ["".join(random.Random(i).choices(SYLLABLES, k=2)) for i in range(60)]
LETTERS = sorted(set("".join(NAMES)))
STOI = {".": 0} | {letter: i + 1 for i, letter in enumerate(LETTERS)}
COUNT = len(STOI)


def contexts(block_size: int) -> tuple[np.ndarray, np.ndarray]:
    """Every letter, and those before it."""
    xs, ys = [], []
    for name in NAMES:
        context = [0] * block_size
        for letter in name + ".":
            xs.append(context)
            ys.append(STOI[letter])
            context = [*context[1:], STOI[letter]]
    return np.array(xs), np.array(ys)


# ---- micrograd -------------------------------------------------------------------------------------------------------


def test_a_sort_and_a_drawing_written_by_hand() -> None:
    a, b, c, f = Value(2.0), Value(-3.0), Value(10.0), Value(-2.0)
    L = (a * b + c) * f + a
    topo, visited = [], set()

    def build_topo(v: Value) -> None:
        if v not in visited:
            visited.add(v)
            for child in v._prev:
                build_topo(child)
            topo.append(v)

    build_topo(L)
    assert topo[-1] is L
    assert all(topo.index(child) < topo.index(v) for v in topo for child in v._prev)
    nodes, edges = set(), set()

    def trace(v: Value) -> None:
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                trace(child)

    trace(L)
    dot = [f'"{id(n)}" [label="{{ data {n.data:.4f} | grad {n.grad or 0.0:.4f} }}", shape=record]' for n in nodes]
    dot += [f'"{id(n)}{n._op}" [label="{n._op}"]' for n in nodes if n._op]
    dot += [f'"{id(n1)}" -> "{id(n2)}{n2._op}"' for n1, n2 in edges]
    assert (len(nodes), len(edges)) == (8, 8)
    assert {n._op for n in nodes} == {"", "+", "×"}
    L.backward()
    assert (a.grad, b.grad, c.grad, f.grad) == (7.0, -4.0, -2.0, 4.0)


def test_a_binary_classifier_of_values() -> None:
    random.seed(1337)
    model = MLP(3, [4, 4, 1])
    xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
    ys = [1.0, -1.0, -1.0, 1.0]
    losses = []
    for _ in range(30):
        ypred = [model(x) for x in xs]
        loss = sum((yout - ygt) ** 2 for ygt, yout in zip(ys, ypred, strict=True))
        for p in model.parameters():
            p.grad = 0.0
        loss.backward()
        for p in model.parameters():
            p.data += -0.02 * p.grad
        losses.append(loss.data)
    assert losses[-1] < 0.3 * losses[0]


# ---- bigrams ---------------------------------------------------------------------------------------------------------


def test_bigrams_counted_and_learnt_agree() -> None:
    N = np.zeros((COUNT, COUNT))
    xs, ys = [], []
    for name in NAMES:
        chars = ["."] + list(name) + ["."]
        for ch1, ch2 in zip(chars, chars[1:], strict=False):
            N[STOI[ch1], STOI[ch2]] += 1
            xs.append(STOI[ch1])
            ys.append(STOI[ch2])
    P = N / np.maximum(N.sum(1, keepdims=True), 1)
    counted = -np.log(P[xs, ys]).mean()

    W = ag.Tensor(np.random.default_rng(0).normal(size=(COUNT, COUNT)), requires_grad=True)
    for _ in range(300):
        xenc = np.eye(COUNT)[xs]  # PyTorch: F.one_hot(xs, num_classes=COUNT).float()
        logits = xenc @ W
        counts = logits.exp()
        probs = counts / counts.sum(1, keepdims=True)
        loss = -probs[np.arange(len(xs)), ys].log().mean()  # PyTorch: torch.arange
        W.grad = None
        loss.backward()
        W.data += -50 * W.grad
    assert counted - 1e-9 < loss.item() < counted + 0.08


# ---- a network with an embedding, a batch norm by hand ---------------------------------------------------------------


def test_characters_embedded_and_the_rate_searched() -> None:
    g = np.random.default_rng(2147483647)  # PyTorch: torch.Generator().manual_seed(…)
    X, Y = contexts(3)
    C = ag.Tensor(g.normal(size=(COUNT, 2)), requires_grad=True)
    W1 = ag.Tensor(g.normal(size=(6, 50)) * (5 / 3) / 6**0.5, requires_grad=True)
    b1 = ag.Tensor(g.normal(size=50) * 0.01, requires_grad=True)
    W2 = ag.Tensor(g.normal(size=(50, COUNT)) * 0.01, requires_grad=True)
    b2 = ag.Tensor(np.zeros(COUNT), requires_grad=True)
    parameters = [C, W1, b1, W2, b2]
    first = None
    for i in range(200):
        ix = g.integers(0, X.shape[0], (32,))
        emb = C[X[ix]]
        h = np.tanh(emb.reshape(-1, 6) @ W1 + b1)  # PyTorch: emb.view(-1, 6), torch.tanh
        logits = h @ W2 + b2
        loss = nn.cross_entropy(logits, Y[ix])  # PyTorch: F.cross_entropy
        for p in parameters:
            p.grad = None
        loss.backward()
        lr = 0.2 if i < 150 else 0.05
        for p in parameters:
            p.data += -lr * p.grad
        first = first or loss.item()
    assert first == pytest.approx(np.log(COUNT), rel=0.05)
    assert nn.cross_entropy(np.tanh(C[X].reshape(-1, 6) @ W1 + b1) @ W2 + b2, Y).item() < 0.75 * first
    with ag.no_grad():
        out, context = "", [0, 0, 0]
        for _ in range(20):
            logits = np.tanh(C[np.array([context])].reshape(1, -1) @ W1 + b1) @ W2 + b2
            probs = ag.softmax(logits, axis=1)  # PyTorch: F.softmax(logits, dim=1)
            ix = g.choice(COUNT, p=probs.data[0])  # PyTorch: torch.multinomial
            context = [*context[1:], ix]
            out += [".", *LETTERS][ix]
            if ix == 0:
                break
    assert set(out) <= {".", *LETTERS}


def test_a_backward_pass_by_hand_through_batch_norm() -> None:
    """Every gradient of cross-entropy, a batch norm, a linear layer and an embedding, by hand beside the engine's."""
    g = np.random.default_rng(7)
    X, Y = contexts(3)
    Xb, Yb = X[:32], Y[:32]
    n, n_embd, n_hidden = 32, 4, 8

    def leaf(*shape: int) -> ag.Tensor:
        return ag.Tensor(g.normal(size=shape), requires_grad=True)

    C, W1, b1, W2, b2 = (
        leaf(COUNT, n_embd),
        leaf(3 * n_embd, n_hidden),
        leaf(n_hidden),
        leaf(n_hidden, COUNT),
        leaf(COUNT),
    )
    bngain, bnbias = leaf(1, n_hidden), leaf(1, n_hidden)
    emb = C[Xb]
    embcat = emb.reshape(emb.shape[0], -1)
    hprebn = embcat @ W1 + b1
    bnmeani = 1 / n * hprebn.sum(0, keepdims=True)
    bndiff = hprebn - bnmeani
    bnvar = 1 / (n - 1) * (bndiff**2).sum(0, keepdims=True)
    bnvar_inv = (bnvar + 1e-5) ** -0.5
    bnraw = bndiff * bnvar_inv
    h = np.tanh(bngain * bnraw + bnbias)
    logits = h @ W2 + b2
    logprobs = logits - ag.logsumexp(logits, axis=1, keepdims=True)
    loss = -logprobs[range(n), Yb].mean()
    loss.backward()  # every node keeps its gradient: PyTorch's retain_grad() for each is not needed

    dlogits = ag.softmax(logits.data, axis=1)
    dlogits[range(n), Yb] -= 1
    dlogits /= n
    dh = dlogits @ W2.data.T
    dhpreact = (1 - h.data**2) * dh
    dbnraw = bngain.data * dhpreact
    dhprebn = (
        bngain.data
        * bnvar_inv.data
        / n
        * (n * dhpreact - dhpreact.sum(0) - n / (n - 1) * bnraw.data * (dhpreact * bnraw.data).sum(0))
    )
    dembcat = dhprebn @ W1.data.T
    dC = np.zeros_like(C.data)
    np.add.at(dC, Xb, dembcat.reshape(emb.shape))
    by_hand = {
        "logits": (dlogits, logits), "h": (dh, h), "bnraw": (dbnraw, bnraw), "hprebn": (dhprebn, hprebn),
        "W2": (h.data.T @ dlogits, W2), "b2": (dlogits.sum(0), b2), "bnbias": (dhpreact.sum(0, keepdims=True), bnbias),
        "bngain": ((bnraw.data * dhpreact).sum(0, keepdims=True), bngain), "W1": (embcat.data.T @ dhprebn, W1),
        "b1": (dhprebn.sum(0), b1), "embcat": (dembcat, embcat), "C": (dC, C),
    }  # fmt: skip
    for name, (dt, t) in by_hand.items():
        np.testing.assert_allclose(t.grad.data, dt, rtol=1e-9, atol=1e-12, err_msg=name)


# ---- layers written by hand, and a tree of them ----------------------------------------------------------------------


class Linear:
    def __init__(self, fan_in: int, fan_out: int, bias: bool = True) -> None:
        self.weight = ag.Tensor(RNG.normal(size=(fan_in, fan_out)) / fan_in**0.5)
        self.bias = ag.Tensor(np.zeros(fan_out)) if bias else None

    def __call__(self, x: ag.Tensor) -> ag.Tensor:
        self.out = x @ self.weight
        if self.bias is not None:
            self.out += self.bias
        return self.out

    def parameters(self) -> list[ag.Tensor]:
        return [self.weight] + ([] if self.bias is None else [self.bias])


class BatchNorm1d:
    def __init__(self, dim: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        self.eps, self.momentum, self.training = eps, momentum, True
        self.gamma, self.beta = ag.Tensor(np.ones(dim)), ag.Tensor(np.zeros(dim))
        self.running_mean, self.running_var = np.zeros(dim), np.ones(dim)

    def __call__(self, x: ag.Tensor) -> ag.Tensor:
        if self.training:
            dim = 0 if x.ndim == 2 else (0, 1)
            xmean = x.mean(dim, keepdims=True)  # PyTorch: keepdim=True
            xvar = np.var(x, dim, keepdims=True, ddof=1)  # PyTorch: x.var(dim, keepdim=True)
        else:
            xmean, xvar = self.running_mean, self.running_var
        xhat = (x - xmean) / ag.sqrt(xvar + self.eps)
        self.out = self.gamma * xhat + self.beta
        if self.training:
            with ag.no_grad():
                self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * xmean.data
                self.running_var = (1 - self.momentum) * self.running_var + self.momentum * xvar.data
        return self.out

    def parameters(self) -> list[ag.Tensor]:
        return [self.gamma, self.beta]


class Tanh:
    def __call__(self, x: ag.Tensor) -> ag.Tensor:
        self.out = np.tanh(x)
        return self.out

    def parameters(self) -> list[ag.Tensor]:
        return []


class Embedding:
    def __init__(self, count: int, dim: int) -> None:
        self.weight = ag.Tensor(RNG.normal(size=(count, dim)))

    def __call__(self, IX: np.ndarray) -> ag.Tensor:
        self.out = self.weight[IX]
        return self.out

    def parameters(self) -> list[ag.Tensor]:
        return [self.weight]


class FlattenConsecutive:
    def __init__(self, n: int) -> None:
        self.n = n

    def __call__(self, x: ag.Tensor) -> ag.Tensor:
        B, T, C = x.shape
        x = x.reshape(B, T // self.n, C * self.n)  # PyTorch: view
        if x.shape[1] == 1:
            x = x.squeeze(1)
        self.out = x
        return self.out

    def parameters(self) -> list[ag.Tensor]:
        return []


class Sequential:
    def __init__(self, layers: list) -> None:
        self.layers = layers

    def __call__(self, x: np.ndarray) -> ag.Tensor:
        for layer in self.layers:
            x = layer(x)
        self.out = x
        return self.out

    def parameters(self) -> list[ag.Tensor]:
        return [p for layer in self.layers for p in layer.parameters()]


RNG = np.random.default_rng(42)


def test_a_tree_of_layers_over_eight_characters() -> None:
    X, Y = contexts(8)
    model = Sequential([
        Embedding(COUNT, 6),
        FlattenConsecutive(2), Linear(12, 24, bias=False), BatchNorm1d(24), Tanh(),
        FlattenConsecutive(2), Linear(48, 24, bias=False), BatchNorm1d(24), Tanh(),
        FlattenConsecutive(2), Linear(48, 24, bias=False), BatchNorm1d(24), Tanh(),
        Linear(24, COUNT),
    ])  # fmt: skip
    with ag.no_grad():
        model.layers[-1].weight *= 0.1
    parameters = model.parameters()
    for p in parameters:
        p.requires_grad = True
    lossi = []
    for i in range(60):
        ix = RNG.integers(0, X.shape[0], (32,))
        loss = nn.cross_entropy(model(X[ix]), Y[ix])
        for p in parameters:
            p.grad = None
        loss.backward()
        lr = 0.1 if i < 50 else 0.01
        for p in parameters:
            p.data += -lr * p.grad
        lossi.append(np.log10(loss.item()))
    assert np.mean(lossi[-10:]) < np.mean(lossi[:10]) - 0.1
    ratios = [(0.1 * p.grad).data.std() / p.data.std() for p in parameters if p.ndim == 2]  # update : data
    assert all(1e-6 < ratio < 1 for ratio in ratios)
    for layer in model.layers:
        layer.training = False
    assert nn.cross_entropy(model(X), Y).item() < np.log(COUNT)
    saturated = [np.mean(np.abs(layer.out.data) > 0.97) for layer in model.layers if isinstance(layer, Tanh)]
    assert max(saturated) < 0.5
