"""The two ways to ask for gradients: `Differentiable.backward` leaves them in ``.grad``, `gradients` hands them out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Literal, overload

from autograd.arguments import explained, truth
from autograd.errors import GraphError
from autograd.graph.backward import propagate
from autograd.graph.gradient_hooks import GradientHook, HookHandle, register
from autograd.graph.node import Node, describe
from autograd.graph.order import topological_order
from autograd.graph.slips import SLIPS
from autograd.kinds import HasGradient, N, Recording


class Differentiable(Node):
    """A node that can be differentiated."""

    __slots__ = ()

    @explained
    def backward(self, gradient: Any = None, create_graph: bool = False) -> None:
        """Compute the gradient of this node for every node it depends on, into their ``.grad``.

        Leaves add it to the gradient they have (set that to None, or call ``zero_grad``, for a fresh one); the nodes in
        between get this pass's gradient.

        Args:
            gradient: ∂L/∂(this node) where this node is not the final number L itself; of this node's shape.
            create_graph: Record the backward pass too, so that the gradients of leaves can be differentiated again.
                Each holds its graph, which holds the leaf: set ``.grad`` to None to free it, or use `gradients`.

        Raises:
            GraphError: This node depends on nothing that needs a gradient, or data in the graph has changed since.
            ShapeError: This node is not a single number and ``gradient`` is missing, or has another shape.

        Example:
            >>> from autograd import Value
            >>> a, b = Value(2.0), Value(-3.0)
            >>> L = (a * b + 10).tanh()
            >>> L.backward()
            >>> round(a.grad, 6), round(b.grad, 6)
            (-0.004023, 0.002682)
        """
        create_graph = create_graph is not False and truth("create_graph", create_graph)
        self._fill_gradients(self._seed(gradient, create_graph), create_graph)

    def register_hook(self, hook: GradientHook) -> HookHandle:
        """Have a function called with this node's gradient, once it is complete, in every backward pass.

        It may return another gradient to go on with in its place: clipped, scaled, or a zero.

        Args:
            hook: Called with the gradient of this pass: a float or a Tensor, or a node where ``create_graph``.

        Returns:
            A handle, whose ``remove()`` takes the hook away.

        Raises:
            ShapeError: From the backward pass: a hook returned another shape.

        Example:
            >>> from autograd import Value
            >>> a = Value(3.0)
            >>> b = a * a
            >>> handle = b.register_hook(lambda gradient: gradient * 10.0)
            >>> (b + a).backward(); a.grad
            61.0
            >>> handle.remove()
        """
        return register(self, hook)

    # A kind of node may have quicker ways, to the same numbers.

    def _fill_gradients(self, seed: Any, create_graph: bool) -> None:
        """`backward` from a checked seed."""
        gradients = propagate(self, seed, topological_order(self), create_graph)
        SLIPS.look(gradients)
        self._accumulate(gradients)
        SLIPS.passed()

    def _refuse_as_constant(self) -> None:
        """Raise since nothing can be differentiated for this node."""
        raise GraphError(f"{describe(self)} does not require a gradient: make it with requires_grad=True")

    def _propagate(
        self, seed: Any, order: Sequence[Node], create_graph: bool, wanted: Collection[Node] | None
    ) -> dict[Node, Any]:
        """`propagate` from this node."""
        return propagate(self, seed, order, create_graph, wanted)


@overload
def gradients(output: Node, wrt: HasGradient[N], gradient: Any = None, create_graph: Literal[False] = False) -> N: ...
@overload
def gradients(
    output: Node, wrt: Sequence[HasGradient[N]], gradient: Any = None, create_graph: Literal[False] = False
) -> list[N]: ...
@overload
def gradients(output: Node, wrt: Recording[N], gradient: Any = None, *, create_graph: Literal[True]) -> N: ...
@overload
def gradients(
    output: Node, wrt: Sequence[Recording[N]], gradient: Any = None, *, create_graph: Literal[True]
) -> list[N]: ...
@overload
def gradients(output: Node, wrt: Any, gradient: Any = None, create_graph: bool = False) -> Any: ...
@explained
def gradients(output: Node, wrt: Any, gradient: Any = None, create_graph: bool = False) -> Any:
    """The gradient of ``output`` for the given nodes, leaving every ``.grad`` alone.

    Args:
        output: The node to differentiate.
        wrt: One node, or a sequence of nodes; leaves or nodes in between.
        gradient: The upstream gradient where ``output`` is not a single number.
        create_graph: Record the work, so that the result can be differentiated again.

    Returns:
        One gradient for one node, a list for a sequence: floats for Values and Tensors for Tensors, or nodes of either
        kind where ``create_graph``. Zero for a node that ``output`` does not depend on.

    Raises:
        GraphError: A node of ``wrt`` does not require a gradient.

    Example:
        >>> from autograd import Value, gradients
        >>> x = Value(3.0)
        >>> y = x * x * x
        >>> slope = gradients(y, x, create_graph=True)
        >>> slope.data, gradients(slope, x)
        (27.0, 18.0)
    """
    create_graph = create_graph is not False and truth("create_graph", create_graph)
    nodes: list[Any] = [wrt] if isinstance(wrt, Node) or not hasattr(wrt, "__iter__") else [*wrt]
    for node in nodes:
        if not isinstance(node, Node):
            raise TypeError(f"wrt must be a Value, a Tensor or a list of them, got one of type {type(node).__name__}")
        if not node.requires_grad:
            node._refuse_as_constant()
    seed = output._seed(gradient, create_graph)
    found = output._propagate(seed, topological_order(output), create_graph, nodes)
    results = [node._as_gradient(found.get(node), create_graph) for node in nodes]
    return results[0] if isinstance(wrt, Node) else results
