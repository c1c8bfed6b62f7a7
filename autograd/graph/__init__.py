"""The graph: plain nodes, the one traversal, the backward pass, and what may be asked of any node.

Example:
    >>> import autograd as ag
    >>> a = ag.Value(2.0)
    >>> summary = ag.graph.summary(a * a + a)
    >>> summary.nodes, summary.depth
    (3, 2)
"""

from autograd.graph.node import Node
from autograd.graph.order import topological_order
from autograd.graph.summary import Held, Summary, summary

__all__ = ["Held", "Node", "Summary", "summary", "topological_order"]
