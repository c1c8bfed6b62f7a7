# %% [markdown]
# # 9. Bring your own bug
#
# *Time: 60 minutes, or a question at a time. Before it: notebooks 1 and 2.* The story ends where it began, at the
# engine of forty lines. Whoever has broken it once at every joint knows what each is for.
#
# The best way to understand a rule is to break it. Here is a small engine with switches that turn right rules into wrong
# ones; each of the ten questions below, the ones that people ask most about engines of this kind, is answered by running
# both and looking at what comes out.

# %%
import math
import random
import warnings

import numpy as np
from sklearn.datasets import make_moons

import autograd as ag
import autograd.numpy as anp
import nn
from autograd import Value
from autograd.extend import defrule, primitive
from autograd.test_util import check_grads
from nn.scalar import MLP

# %% [markdown]
# ## An engine with switches
#
# A `Number` keeps its parents and one local derivative for each, as in the first notebook. `Engine` says how to go backwards,
# and which mistakes to make on the way.


# %%
class Number:
    def __init__(self, data, parents=(), slopes=()):
        self.data, self.grad, self.parents, self.slopes = data, 0.0, parents, slopes

    def __add__(self, other):
        other = other if isinstance(other, Number) else Number(other)
        return Number(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Number) else Number(other)
        return Number(self.data * other.data, (self, other), (other.data, self.data))

    def relu(self):
        return Number(max(0.0, self.data), (self,), (float(self.data > 0),))

    __radd__, __rmul__ = __add__, __mul__


class Engine:
    """Backpropagation with mistakes on request."""

    def __init__(self, accumulate=True, order=True, clear_inner=True):
        self.accumulate = accumulate  # += rather than = where a number is used twice
        self.order = order  # visit a node after all of its children, rather than on every path to it
        self.clear_inner = clear_inner  # start every pass from zero at the nodes in between

    def backward(self, output):
        nodes = self.nodes(output)
        if self.clear_inner:
            for node in nodes:
                if node.parents:
                    node.grad = 0.0
        output.grad = 1.0
        if self.order:
            for node in reversed(nodes):
                self.hand_on(node)
        else:
            self.recurse(output)

    def recurse(self, node):
        self.hand_on(node)
        for parent in node.parents:
            self.recurse(parent)

    def hand_on(self, node):
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            share = node.grad * slope
            parent.grad = parent.grad + share if self.accumulate else share

    @staticmethod
    def nodes(output):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(output)
        return order


def gradient(engine, expression, *numbers):
    leaves = [Number(x) for x in numbers]
    engine.backward(expression(*leaves))
    return [leaf.grad for leaf in leaves]


def right(expression, *numbers):
    leaves = [Value(x) for x in numbers]
    expression(*leaves).backward()
    return [leaf.grad for leaf in leaves]


# %% [markdown]
# ## 1. Why `+=`, and not `=`?
#
# In $L = a \cdot a$ the number $a$ is used twice, and each use hands it a share. With `=` the second overwrites the first.


# %%
def square(a):
    return a * a


forgetful = Engine(accumulate=False)
print(
    "with =  ",
    gradient(forgetful, square, 3.0),
    "   with +=  ",
    gradient(Engine(), square, 3.0),
    "   slope of a² at 3: 6",
)
assert gradient(forgetful, square, 3.0) == [3.0]
assert gradient(Engine(), square, 3.0) == right(square, 3.0) == [6.0]

# %% [markdown]
# The drawing shows the two edges whose shares have to be added.

# %%
a = Value(3.0, label="a")
L = a * a
L.label = "L"
L.backward()
ag.draw(L)

# %% [markdown]
# *Figure 9.1. a · a: two edges from one box.*

# %% [markdown]
# ## 2. Why a topological order? Isn't recursion enough?
#
# Going down from every node to its parents, again and again, looks simpler. Take $b = a + a$, $c = b + b$: the slope of $c$
# for $a$ is 4. But the recursion reaches $b$ twice, and the second time hands on the *sum* of both shares, the first of which
# it had handed on already.


# %%
def doubled_twice(a):
    b = a + a
    return b + b


hasty = Engine(order=False)
print(
    "recursion ", gradient(hasty, doubled_twice, 1.0), "   topological order ", gradient(Engine(), doubled_twice, 1.0)
)
assert gradient(Engine(), doubled_twice, 1.0) == right(doubled_twice, 1.0) == [4.0]
assert gradient(hasty, doubled_twice, 1.0) != [4.0]

# %% [markdown]
# A node may hand on its gradient only when it is complete, that is, after *all* of its children. That is what the order
# guarantees. It also saves work: along a chain of $n$ doublings the recursion takes every one of $2^n$ paths.

# %%
steps = []
for n in (4, 8, 12):
    counting = Engine(order=False)
    visits = 0

    def count(node, engine=counting, hand_on=counting.hand_on):
        global visits
        visits += 1
        hand_on(node)

    counting.hand_on = count
    x = Number(1.0)
    for _ in range(n):
        x = x + x
    counting.recurse(x)
    steps.append(visits)
    print(f"{n:2} doublings: {visits:6} visits by recursion, {n + 1} in order")
assert steps == [2 ** (n + 1) - 1 for n in (4, 8, 12)]

# %% [markdown]
# ## 3. Why are my gradients wrong when I call `backward` twice?
#
# Leaves are meant to add up over calls. But if the nodes *in between* keep what they got the first time, it is handed on a
# second time with the new share.


# %%
def two_steps(a):
    return (a * 2.0) * 3.0


def after_two_passes(engine):
    a = Number(1.0)
    out = two_steps(a)
    engine.backward(out)
    engine.backward(out)
    return a.grad


stale = Engine(clear_inner=False)
print(
    "inner gradients kept", after_two_passes(stale), "   cleared", after_two_passes(Engine()), "   twice the slope: 12"
)
assert after_two_passes(Engine()) == 12.0
assert after_two_passes(stale) == 18.0

a = Value(1.0)
out = two_steps(a)
out.backward()
out.backward()
assert a.grad == 12.0  # this library keeps each pass's inner gradients apart

# %% [markdown]
# ## 4. What if I forget `zero_grad`?
#
# Then each step moves along the sum of all gradients so far. The loss still falls at first, which makes the mistake hard to
# see; then it overshoots.

# %%
points, classes = make_moons(n_samples=60, noise=0.1, random_state=2)
targets = (2 * classes - 1).tolist()
samples = points.tolist()


def train(clear=True, wrong_rule=None, steps=40):
    random.seed(3)
    model = MLP(2, [8, 1])
    losses = []
    for _ in range(steps):
        hinge = wrong_rule or ag.relu
        loss = ag.sum([hinge(1 - t * model(x)) for x, t in zip(samples, targets, strict=True)]) / len(samples)
        if clear:
            model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= 0.3 * p.grad
        losses.append(loss.data)
    return losses


cleared = train()
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    forgotten = train(clear=False)
print(told[0].message)
nn.pictures.compare({"with zero_grad": {"loss": cleared}, "without": {"loss": forgotten}})

# %% [markdown]
# *Figure 9.2. Forgetting zero_grad.*

# %%
assert cleared[-1] < forgotten[-1]

# %% [markdown]
# ## 5. How much harm does one wrong rule do?
#
# Below, relu's derivative is 1 everywhere, as in an engine that forgot the condition. The numbers it gives look plausible. The
# gradient check does not let it pass, and the training curve shows what it costs.


# %%
@primitive
def leaky(x):
    return max(0.0, float(x))


defrule(leaky, lambda g, y, x: g)  # wrong: the slope is 0 for x < 0

try:
    check_grads(leaky, order=1)(-0.5)
except ag.GradientCheckError as error:
    print(error)
else:
    raise AssertionError("the check let it pass")

# %%
wrong = train(wrong_rule=leaky)
nn.pictures.compare({"right rule": {"loss": cleared}, "relu's slope always 1": {"loss": wrong}})

# %% [markdown]
# *Figure 9.3. One wrong rule, and what it costs.*

# %%
assert cleared[-1] < wrong[-1]

# %% [markdown]
# Where does it begin? Both passes beside each other, with one cursor for the two: forward all numbers are alike, and the first that
# differs is lit.


# %%
def hinged(rule):
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    L = rule(1 - a * b) * a + b
    L.label = "L"
    L.backward()
    return L


right_pass, wrong_pass = hinged(ag.relu), hinged(leaky)
assert right_pass.data == wrong_pass.data == 3.0
for leaf in ("a", "b"):
    found = [str(ag.explain(output, wrt=leaf)).splitlines()[0] for output in (right_pass, wrong_pass)]
    print("right:", found[0], "  wrong:", found[1])
ag.draw(right_pass).beside(ag.draw(wrong_pass), ("the right rule", "relu's slope always 1"))

# %% [markdown]
# *Figure 9.4. The backward pass with the right rule and with the wrong one; where a notebook lets nothing play, the two pictures.*

# %% [markdown]
# ## 6. Why does the gradient of a bias have to be summed?
#
# A bias of shape (2,) added to a (5, 2) array is used once in each row. Without the sum its gradient has the wrong shape, or,
# taken from one row, the wrong size.

# %%
x = np.arange(10.0).reshape(5, 2)
G = np.ones((5, 2))
bias = ag.Tensor(np.zeros(2), requires_grad=True)
(x + bias).backward(gradient=G)
print("right", bias.grad.data, "   one row alone", G[0])
assert bias.grad.data.tolist() == [5.0, 5.0]


@primitive
def add_bias(x, b):
    return x + b


defrule(add_bias, lambda g, y, x, b: g, lambda g, y, x, b: g[0])  # wrong: one row in place of the sum
try:
    check_grads(add_bias, order=1)(x, np.zeros(2))
except ag.GradientCheckError as error:
    print(str(error).splitlines()[0])
else:
    raise AssertionError("the check let it pass")

# %% [markdown]
# ## 7. Why does a long chain overflow the stack?
#
# An engine that recurses needs a frame of Python's stack for every node on the longest path, and Python allows about a
# thousand. A loop with a list of its own has no such limit.

# %%
deep = Number(1.0)
for _ in range(50_000):
    deep = deep + 0.0
try:
    Engine().backward(deep)
except RecursionError as error:
    print("recursive:", error)
else:
    raise AssertionError("it should not fit")
while deep.parents:  # let go of the chain from its end, link by link
    deep = deep.parents[0]

x = Value(1.0)
y = x
for _ in range(50_000):
    y = y + 0.0
y.backward()
assert x.grad == 1.0

# %% [markdown]
# ## 8. My tanh (softmax, log) gives NaN for large numbers. Why?
#
# The formula from the textbook overflows on the way, though the result would be an ordinary number:

# %%
textbook = lambda x: (math.exp(2 * x) - 1) / (math.exp(2 * x) + 1)  # noqa: E731
try:
    textbook(1000.0)
except OverflowError as error:
    print("textbook tanh(1000):", error)
else:
    raise AssertionError("no overflow")
x = Value(1000.0)
x.tanh().backward()
print("this library:", x.tanh().data, "with slope", x.grad)
assert (x.tanh().data, x.grad) == (1.0, 0.0)
assert np.allclose(ag.softmax(np.array([1000.0, 0.0])), [1.0, 0.0])

# %% [markdown]
# ## 9. Why does `grad` show nothing before `backward`, and not 0?
#
# Zero is an answer: "the loss does not move when this number does". Before the backward pass there is no answer yet.

# %%
a, b = Value(2.0, label="a"), Value(5.0, label="b")
L = a * 3.0
assert a.grad is None
L.backward()
print(a.grad, b.grad)
assert a.grad == 3.0
assert b.grad is None  # b takes no part in L, and no pass has reached it
assert ag.gradients(L, b) == 0.0  # asked outright, the answer is zero

# %% [markdown]
# ## 10. Why can't I use `math.exp` on a Value?
#
# `math.exp` takes a plain number and gives one back: the graph ends there, and with it the gradient. Engines that allow it
# lose gradients in silence. Here it is an error that says what to use.

# %%
try:
    math.exp(Value(1.0))
except TypeError as error:
    print(error)
else:
    raise AssertionError("the gradient would be lost")
assert ag.grad(ag.exp)(1.0) == math.exp(1.0)
assert ag.grad(lambda x: anp.exp(x))(1.0) == math.exp(1.0)

# %% [markdown]
# ## Exercises
#
# 1. Switch off `accumulate` and train the moons with it. Does the loss still fall? Why is this mistake so hard to notice?
# 2. Write a rule for $\log x$ that gives $1/y$ in place of $1/x$, with $y$ the result, and let `check_grads` find it.
# 3. Is there an expression for which the recursion without order is right?
#
# And one that checks itself: put your numbers into the next cell, and it says which rule was missed.

# %%
sheet = ag.quiz(seed=9, depth=6)
print(sheet)
for answer in sheet.check():  # give your numbers: sheet.check(a=…, b=…)
    print(answer)

# %% [markdown]
# <details><summary>Solutions</summary>
#
# 1. It often does: each weight still gets a share with roughly the right sign, from one sample: the first, whose share is
#    written last, since the pass goes backwards.
# 2. See below.
# 3. Every one in which no computed node is used more than once: then there is one path to each, and any order from the
#    output to the leaves is one in which each node comes after its only child.
#
# ```python
# x = [Number(value) for value in (0.5, -1.0, 2.0)]
# w = Number(1.0)
# total = sum(w * value for value in x)
# Engine(accumulate=False).backward(total)
# assert w.grad == x[0].data  # the first sample's share, not the sum
#
#
# @primitive
# def wrong_log(x):
#     return np.log(x)
#
#
# defrule(wrong_log, lambda g, y, x: g / y)
# try:
#     check_grads(wrong_log, order=1)(2.0)
# except ag.GradientCheckError as error:
#     print(str(error).splitlines()[2:4])
# else:
#     raise AssertionError("the check let it pass")
#
# tree = lambda a, b, c: (a * b) + (c * 2.0)
# assert gradient(Engine(order=False), tree, 1.0, 2.0, 3.0) == right(tree, 1.0, 2.0, 3.0)
# ```
#
# </details>

# %% [markdown]
# ## To read on
#
# * A. Baydin et al., "Automatic differentiation in machine learning: a survey", JMLR 18, 2018
