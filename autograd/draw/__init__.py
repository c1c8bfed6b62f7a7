"""Looking at a graph: the backward pass step by step, and the chain rule with its numbers.

* `autograd.draw.explain`: how one derivative comes about, path by path
* `autograd.draw.trace`: the backward pass as events, in the engine's own order
* `autograd.draw.formula`: a rule of the book as text and LaTeX
"""
