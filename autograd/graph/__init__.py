"""The graph: plain nodes, the one traversal, the backward pass, and what may be asked of any node."""
