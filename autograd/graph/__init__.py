"""The graph: plain nodes, the one traversal, the backward pass, and what may be asked of any node.

Example:
    >>> import autograd as ag
    >>> a = ag.Value(2.0)
    >>> summary = ag.graph.summary(a * a + a)
    >>> summary.nodes, summary.depth
    (3, 2)
"""

from typing import TYPE_CHECKING, Any

from autograd.graph.node import Node
from autograd.graph.order import topological_order

__all__ = ["Held", "Node", "Summary", "summary", "topological_order"]

if TYPE_CHECKING:
    from autograd.graph.contents import Held as Held
    from autograd.graph.contents import Summary as Summary
    from autograd.graph.contents import summary as summary
else:

    def __getattr__(name: str) -> Any:
        """What looks into graphs is imported when it is first used: a plain import stays light."""
        if name not in __all__:
            raise AttributeError(f"module 'autograd.graph' has no attribute {name!r}")
        from autograd.graph import contents

        return getattr(contents, name)
