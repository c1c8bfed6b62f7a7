"""The backward pass for Values alone: the page of `autograd.graph.backward`, several times as quick.

A float costs nothing to multiply, so that the pass itself is most of the time. Here gradients gather in the nodes' own
``_flow`` rather than in a dict, and nodes that are in the list are marked there rather than put in a set (for a million
nodes it takes a third of their own memory). Operations of one or two inputs, which are most, go without tuples and
loops; what is special about any of them takes the slower way. A test holds both passes equal, bit for bit, on random
graphs.
"""

from __future__ import annotations

from _thread import allocate_lock
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from autograd.graph.backward import check_differentiable, zero_where_not_taken
from autograd.graph.clock import CLOCK
from autograd.graph.node import NO_ATTRS, Node
from autograd.graph.slips import SLIPS
from autograd.rules.ready import FLOAT_EXCEPTIONS, evaluated
from autograd.value.marks import ALONE, CONSTANT, LONE, MANY, MIXED, PAIR, Alone, Arguments
from autograd.value.product import Product, Step
from autograd.value.steps import usual_steps

# What sends an operation the slower way: float arithmetic that raises, and a rule without a derivative for some input,
# which is None and cannot be called.
WITH_CARE = (*FLOAT_EXCEPTIONS, TypeError)

# One pass at a time. Before anything has reached a node, there is a −0 in it that is the pass's own object: any number
# is itself after it is added to −0.
_gathering = allocate_lock()


def fill_gradients(root: Any, seed: float) -> bool:
    """The pass with its results in ``.grad``.

    Args:
        root: The node that ``seed`` is the gradient of.
        seed: ∂L/∂root.

    Returns:
        Whether it took place. It does not while another thread, or the derivative of somebody's own primitive further
        up in this one, is in such a pass: nodes may be in both.

    Raises:
        GraphError: As `check_differentiable`.
    """
    if not _gathering.acquire(blocking=False):
        return False
    try:
        unreached = float("-0")
        order, fresh = topological_order(root, unreached)
        if root._second is CONSTANT or not fresh:
            check_differentiable(root, order)
        root._flow = seed
        earlier = None  # the first leaf that has a gradient already
        for leaf in _gather(order, root, unreached, keep=True):
            if leaf._grad is None:
                leaf._grad = leaf._flow
            else:
                if earlier is None:
                    earlier = leaf
                    SLIPS.added(leaf, order)
                leaf._grad += leaf._flow
        SLIPS.passed()
    finally:
        _gathering.release()
    return True


def propagate(root: Any, seed: float, order: Sequence[Any], wanted: Collection[Node] | None) -> dict[Node, Any] | None:
    """The pass with its results as `autograd.graph.backward.propagate` gives them.

    Returns:
        None where it did not take place, as for `fill_gradients`; or where gradients are wanted for so little that most
        nodes need none.

    Raises:
        GraphError: As `check_differentiable`.
    """
    check_differentiable(root, order)
    if wanted is not None and not {x for x in order if x.rule is None and x._second is not CONSTANT}.issubset(wanted):
        return None
    if not _gathering.acquire(blocking=False):
        return None
    try:
        unreached = float("-0")
        for node in order:
            node._flow = unreached
        root._flow = seed
        _gather(order, root, unreached, keep=False)
        return {node: None if node._flow is unreached else node._flow for node in order if node._second is not CONSTANT}
    finally:
        _gathering.release()


def topological_order(root: Any, unreached: float) -> tuple[list[Any], bool]:
    """As `autograd.graph.order.topological_order`, with nodes that are in the list marked by ``unreached``.

    Returns:
        The list, and whether no leaf's data has changed since the first of its operations: then all is unchanged. Each
        `Product` is in the list as well, before the sums that it stands for, and each `Matrix`.
    """
    order: list[Any] = []
    new: list[Any]
    now, fresh = CLOCK.now, True
    # The way down to the node at hand, whose nodes follow what is below them into the list; and nodes that wait to be
    # looked at, each with a None above it.
    path: list[Any] = []
    node, kind = root, root._flow
    while True:
        # A new node: on to an input of it that is new as well.
        node._flow = unreached  # nothing below it leads to it again
        if node.stamp is not now and node.rule is not None:
            fresh = False
        if kind is PAIR:
            first, second = node._first, node._second
            kind = second._flow
            if kind is PAIR and second._second._flow is unreached and second._first._flow is unreached:
                second._flow = unreached  # as most products of a weight: without a way down and up
                if second.stamp is not now:
                    fresh = False
                order.append(second)
            elif kind is not unreached:
                if second.rule is not None:
                    path.append(node)
                    if first._flow is not unreached:
                        path.append(first)
                        path.append(None)
                    node = second
                    continue
                second._flow = unreached  # a leaf
                order.append(second)
            kind = first._flow
            if kind is not unreached:
                path.append(node)
                node = first
                continue
        elif kind is LONE:
            first = node._first
            kind = first._flow
            if kind is LONE and first._first._flow is unreached:
                first._flow = unreached  # as most functions of a `Product`'s sum
                if first.stamp is not now:
                    fresh = False
                order.append(first)
            elif kind is not unreached:
                path.append(node)
                node = first
                continue
        elif node.rule is not None:
            first = node._first
            if first.__class__ is Product:
                new = [] if first._flow is unreached else [first]
            elif node._second is MANY:
                new = [x for x in first if x._flow is not unreached]
            else:
                inputs = first if node._second is MIXED else node.inputs
                new = [x for x in inputs if x.__class__ is not float and isinstance(x, Node)]
                new = [x for x in new if x._flow is not unreached]
            if new:
                path.append(node)
                node = new.pop()
                kind = node._flow
                for x in new:
                    path.append(x)
                    path.append(None)
                continue
        order.append(node)
        while path:
            node = path.pop()
            if node is not None:
                order.append(node)
                continue
            node = path.pop()
            kind = node._flow
            if kind is not unreached:
                break
        else:
            return order, fresh


def _gather(order: Sequence[Any], root: Any, unreached: float, keep: bool) -> list[Any]:
    """The loop; nodes in between are done with while they are at hand.

    Returns:
        The leaves that gradients have reached.
    """
    value = root.__class__
    leaves: list[Any] = []
    below_choice: set[Node] | None = None
    for node in usual_steps(keep)(reversed(order), value, unreached, leaves):
        rule, g, first, second = node.rule, node._flow, node._first, node._second
        pull, vjps = rule.derivatives["scalar"]
        if pull is not None:
            if isinstance(node, Step):
                node.step(unreached)
            else:
                _gather_from_all(node, g, pull, unreached)
            continue
        # Nearly all others: of Values that need a gradient and of numbers, with shares that are numbers.
        try:
            if second is ALONE:
                share = vjps[0](g, node._raw, first._raw)
                if (share == share or rule.own) and share.__class__ is float:
                    first._flow += share
                    if keep:
                        node._flow = LONE
                    continue
            elif first.__class__ is value:
                if second.__class__ is float:
                    share = vjps[0](g, node._raw, first._raw, second)
                    if (share == share or rule.own) and share.__class__ is float:
                        first._flow += share
                        continue
                elif second.__class__ is value and first._second is not CONSTANT is not second._second:
                    y, a, b = node._raw, first._raw, second._raw
                    of_a, of_b = vjps
                    if of_b is not None:  # before the other has run
                        share, other = of_a(g, y, a, b), of_b(g, y, a, b)
                        usual = share == share and other == other
                        if (usual or rule.own) and share.__class__ is other.__class__ is float:
                            first._flow += share
                            second._flow += other
                            continue
            elif first.__class__ is float:
                share = vjps[1](g, node._raw, first, second._raw)
                if (share == share or rule.own) and share.__class__ is float:
                    second._flow += share
                    continue
        except WITH_CARE as error:
            if rule.own and error.__traceback__ is not None and error.__traceback__.tb_next is not None:
                raise  # from within a user's rule, which is not run twice
        pairs: Iterable[tuple[Any, Any]]
        arguments: tuple[Any, ...]
        attrs = NO_ATTRS
        if second.__class__ is Alone:
            pairs, arguments, attrs = ((first, vjps[0]),), (g, node._raw, first._raw), second.attrs
        elif second is MANY or second is MIXED:
            # A primitive of one's own may have rules for more inputs than this call gave it.
            numbers = [x._raw if x.__class__ is value else x if x.__class__ is float else _number(x) for x in first]
            pairs, arguments = zip(first, vjps, strict=False), (g, node._raw, *numbers)
            if first.__class__ is Arguments:
                attrs = first.attrs
        else:
            a = first._raw if first.__class__ is value else _number(first)
            b = second._raw if second.__class__ is value else _number(second)
            pairs, arguments = ((first, vjps[0]), (second, vjps[1])), (g, node._raw, a, b)
        for parent, vjp in pairs:
            if vjp is None or not (parent.__class__ is value or isinstance(parent, Node)) or not parent.requires_grad:
                continue
            try:
                share = vjp(*arguments, **attrs) if attrs else vjp(*arguments)
            except FLOAT_EXCEPTIONS:
                if rule.own:
                    raise
                share = evaluated(vjp, rule.vjps[vjps.index(vjp)], arguments, attrs)
            if share.__class__ is not float:
                share = parent._unbroadcast(share)
            if share != share and rule.elementwise and not rule.selects:
                if below_choice is None:
                    below_choice = _below_choices(order, root)
                if node in below_choice:
                    share = zero_where_not_taken(g, share)
            parent._flow += share
    return leaves


def _gather_from_all(node: Any, g: float, pull: Callable[..., list[float]], unreached: float) -> None:
    """The shares of all inputs of a node whose rule gives them together."""
    rule, y, value = node.rule, node._raw, node.__class__
    nodes_alone = node._second is MANY
    inputs: tuple[Any, ...] = node._first if nodes_alone else node.inputs
    attrs = NO_ATTRS if nodes_alone else node.attrs
    if g == 0.0 and rule.bounded and y - y == 0.0:  # a unit that is off, or a sample that is right: every share is 0
        nodes: Sequence[Any] = inputs if nodes_alone else [x for x in inputs if isinstance(x, Node)]
        for x in nodes:
            if x._flow is unreached:
                x._flow = 0.0
        return
    if nodes_alone:
        numbers = [x._raw for x in inputs]
    else:
        numbers = [x._raw if x.__class__ is value else x if x.__class__ is float else _number(x) for x in inputs]
    try:
        shares = pull(g, y, *numbers, **attrs)
    except FLOAT_EXCEPTIONS:
        shares = [*map(float, evaluated(pull, rule.pull, (g, y, *numbers), attrs))]
    if nodes_alone:
        for x, share in zip(inputs, shares):  # noqa: B905 - one step of many
            x._flow += share
    else:
        for x, share in zip(inputs, shares):  # noqa: B905
            if x.__class__ is value or (x.__class__ is not float and isinstance(x, Node)):
                x._flow += share


def _number(x: Any) -> Any:
    return x._raw if isinstance(x, Node) else x


def _below_choices(order: Sequence[Node], root: Node) -> set[Node]:
    """The nodes that a choice above them takes or leaves."""
    reached, below = {root}, set[Node]()
    for node in reversed(order):
        rule = node.rule
        if rule is None or node not in reached:
            continue
        chosen = rule.selects or node in below
        for position, parent in enumerate(node.inputs):
            if not isinstance(parent, Node) or not parent.requires_grad:
                continue
            if rule.pull is None and rule.vjps[position] is None:
                continue
            reached.add(parent)
            if chosen:
                below.add(parent)
    return below
