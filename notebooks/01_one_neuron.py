# %% [markdown]
# # 1. One neuron, by hand and by machine
#
# *Time: 45 minutes. Before it: nothing but the slope of a curve.* The nine notebooks tell one story: how a network that
# reads handwriting comes out of one multiplication. It begins here, with the multiplication.
#
# This notebook takes a single neuron apart: what a derivative is, what the chain rule says, how a graph of numbers
# remembers how it was computed, and how one pass backwards through it finds every derivative at once. At the end we
# build an engine of 40 lines from nothing and compare it with the library's.
#
# You need to know what a function is, and to have met the slope of a curve.

# %%
import math

import autograd as ag
from autograd import Value

# %% [markdown]
# ## A derivative is a slope
#
# Take $f(x) = x^2$ at $x = 3$. Move $x$ a little, by $h$, and see how much $f$ moves per unit of $h$. As $h$ shrinks, that
# ratio settles at one number: the *derivative* of $f$ at 3, written $f'(3)$ or $\frac{df}{dx}$.


# %%
def f(x):
    return x * x


for h in (1.0, 0.1, 0.01, 0.001):
    print(f"h = {h:<6}  ({f(3 + h):.6f} − {f(3):.6f}) / h = {(f(3 + h) - f(3)) / h:.4f}")
print("this library:", ag.grad(f)(3.0))
assert ag.grad(f)(3.0) == 6.0

# %% [markdown]
# The slope of $x^2$ at 3 is 6. School's rule says the same: the derivative of $x^2$ is $2x$. Two more such rules are enough
# for all of the arithmetic in a neuron:
#
# * the derivative of $a + b$ for $a$ is 1: raise $a$ by a little and the sum rises by just that much;
# * the derivative of $a \cdot b$ for $a$ is $b$: every bit of $a$ counts $b$ times.

# %%
a, b = 2.0, -3.0
assert ag.grad(lambda a: a + b)(a) == 1.0
assert ag.grad(lambda a: a * b)(a) == b

# %% [markdown]
# ## The chain rule
#
# Suppose $y$ depends on $u$, and $u$ on $x$. If $u$ moves 2 for each 1 of $x$, and $y$ moves 5 for each 1 of $u$, then $y$ moves
# $5 \cdot 2 = 10$ for each 1 of $x$. Slopes along a path multiply:
#
# $$\frac{dy}{dx} = \frac{dy}{du} \cdot \frac{du}{dx}.$$
#
# And where $x$ reaches $y$ along several paths, the products of the paths add up. That is the whole of backpropagation.

# %% [markdown]
# ## A neuron as a graph
#
# A neuron multiplies its inputs $x_1, x_2$ by weights $w_1, w_2$, adds a bias $b$, and bends the sum with a function, here tanh:
#
# $$L = \tanh(w_1 x_1 + w_2 x_2 + b).$$
#
# A `Value` is a number that remembers how it was made. Computing with Values builds a graph.

# %%
x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
b = Value(6.8813735870195432, label="b")

total = w1 * x1 + w2 * x2 + b
total.label = "n"
L = total.tanh()
L.label = "L"
ag.draw(L)

# %% [markdown]
# *Figure 1.1. One neuron before any backward pass: values and local derivatives, and no gradient yet.*

# %% [markdown]
# Each box shows a number and, below it, its gradient: how much $L$ moves for each 1 that this number moves. No gradient has
# been computed yet, so each shows "–". The edges already carry the local derivatives, the slopes of one step.
#
# One call computes all gradients. It starts at $L$, whose gradient is 1 ($L$ moves 1 for each 1 of $L$), and goes backwards:
# each node hands each of its parents its own gradient times the local derivative.

# %%
L.backward()
ag.draw(L)

# %% [markdown]
# *Figure 1.2. The same after it: each gradient is that of the box to its right times the number on the edge.*

# %%
assert math.isclose(L.data, math.sqrt(0.5))
assert math.isclose(x1.grad, -1.5)
assert math.isclose(w1.grad, 1.0)
assert math.isclose(b.grad, 0.5)

# %% [markdown]
# By hand for $w_1$: the slope of $\tanh$ is $1 - \tanh^2$, so at $n$ it is $1 - L^2 = 1 - 0.5 = 0.5$. The sum hands that on
# unchanged. The product $w_1 x_1$ multiplies it by the other factor, $x_1 = 2$. Together: $1 \cdot 0.5 \cdot 2 = 1$.
#
# `ag.explain` writes that down for any graph:

# %%
ag.explain(L, wrt=w1)

# %% [markdown]
# ## Step by step
#
# `trace_backward` lists what the engine did, one row for each gradient that was handed on. *Upstream* is the node's own
# gradient, complete by then; times the local derivative it gives the contribution; and the contributions to a node add up.

# %%
print(ag.trace_backward(L))

# %% [markdown]
# The same as a page to play with: step forward and back with the arrow keys, and drag the value of a leaf to see
# everything computed again.

# %%
ag.draw(L).page

# %% [markdown]
# *Figure 1.3. The same step by step; where a notebook lets nothing play, its picture.*

# %% [markdown]
# ## A number used more than once
#
# When a number is used in several places, its gradient is the *sum* over all of them. Forgetting this is the most common mistake in
# engines written by hand.

# %%
a = Value(3.0, label="a")
L2 = a * a + a
L2.label = "L"
L2.backward()
assert a.grad == 2 * 3.0 + 1  # from a² the slope 2a, from a the slope 1
ag.draw(L2)

# %% [markdown]
# *Figure 1.4. A number used three times: its edges bring 3, 3 and 1, together 7.*

# %% [markdown]
# ## An engine of 40 lines
#
# Enough is known now to build the engine. A node keeps its number, its parents, and for each parent the local derivative.
# `backward` puts the nodes in an order in which every node comes after its parents, and walks it from the end.


# %%
class Number:
    def __init__(self, data, parents=(), slopes=()):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.slopes = slopes  # the derivative of this number for each parent

    def __add__(self, other):
        other = other if isinstance(other, Number) else Number(other)
        return Number(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Number) else Number(other)
        return Number(self.data * other.data, (self, other), (other.data, self.data))

    def tanh(self):
        t = math.tanh(self.data)
        return Number(t, (self,), (1 - t * t,))

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            for parent, slope in zip(node.parents, node.slopes, strict=True):
                parent.grad += node.grad * slope

    __radd__, __rmul__ = __add__, __mul__


# %% [markdown]
# The same neuron in both engines:


# %%
def neuron(kind):
    x1, x2, w1, w2 = kind(2.0), kind(0.0), kind(-3.0), kind(1.0)
    b = kind(6.8813735870195432)
    out = (w1 * x1 + w2 * x2 + b).tanh()
    out.backward()
    return [out.data, *(node.grad for node in (x1, x2, w1, w2, b))]


print("40 lines:     ", neuron(Number))
print("this library: ", neuron(Value))
assert all(math.isclose(a, b, rel_tol=1e-12) for a, b in zip(neuron(Number), neuron(Value), strict=True))

# %% [markdown]
# They agree but for rounding: the library takes more care with the slope of tanh where that is nearly 0. What do its other
# lines do? Among other things: no recursion (a chain of 100,000
# steps overflows the stack of the engine above), every other operation, second derivatives, arrays, and an error where a
# gradient would be silently wrong.

# %%
chain = Number(0.5)
for _ in range(100_000):
    chain = chain * 1.0
try:
    chain.backward()
except RecursionError as error:
    print("the 40 lines:", error)
else:
    raise AssertionError("it should not fit on the stack")
chain.parents = ()  # let go of it gently

x = Value(0.5)
y = x
for _ in range(100_000):
    y = y * 1.0
y.backward()
print("this library:", x.grad)
assert x.grad == 1.0

# %% [markdown]
# ## Exercises
#
# 1. Compute by hand the gradient of $L = (a + b) \cdot c$ for $a$, $b$ and $c$ at $a = 1$, $b = 2$, $c = -1$. Then let
#    `ag.explain` check you.
# 2. Give the engine of 40 lines a method `relu`: $\max(0, x)$. What is its slope?
# 3. In the engine of 40 lines, replace `+=` in the last line of `backward` by `=`. Which expressions does it get wrong?
#
# And one that checks itself: put your numbers into the next cell, and it says which rule was missed.

# %%
sheet = ag.quiz(seed=1, depth=2)
print(sheet)
for answer in sheet.check():  # give your numbers: sheet.check(a=…, b=…)
    print(answer)

# %% [markdown]
# <details><summary>Solutions</summary>
#
# 1. $\partial L/\partial a = \partial L/\partial b = c = -1$ and $\partial L/\partial c = a + b = 3$.
# 2. 1 where the input is above 0, and 0 below; at 0 itself there is no slope, and 0 is the custom.
# 3. Every expression in which a number is used more than once: only its last contribution is left.
#
# ```python
# a, b, c = Value(1.0, label="a"), Value(2.0, label="b"), Value(-1.0, label="c")
# ((a + b) * c).backward()
# assert (a.grad, b.grad, c.grad) == (-1.0, -1.0, 3.0)
#
#
# def relu(self):
#     return Number(max(0.0, self.data), (self,), (1.0 if self.data > 0 else 0.0,))
#
#
# Number.relu = relu
# for start in (-2.0, 2.0):
#     ours, theirs = Number(start), Value(start)
#     (ours * 3).relu().backward()
#     (theirs * 3).relu().backward()
#     assert ours.grad == theirs.grad
#
# a = Number(3.0)
# square = a * a
# square.backward()
# assert a.grad == 6.0  # with = in place of +=, it would be 3.0, one contribution of the two
# ```
#
# </details>

# %% [markdown]
# ## To read on
#
# * D. Rumelhart, G. Hinton and R. Williams, "Learning representations by back-propagating errors", Nature 323, 1986
# * A. Karpathy, micrograd, 2020, whose engine is of the same size
