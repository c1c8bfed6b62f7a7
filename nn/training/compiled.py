"""A whole training step as one program: the network, its gradients, and the optimizer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

import autograd as ag
from nn.losses import Loss
from nn.module import Module
from nn.optim import Optimizer
from nn.outputs import outputs_of

__all__ = ["compile_step"]


def compile_step(
    model: Module, loss: Loss, optimizer: Optimizer, engine: Literal["numpy", "native"] | None = None
) -> Callable[[Any, Any], float]:
    """A function that takes one training step, recorded on its first call and replayed after that.

    It does what ``loss(model(x), y)``, ``backward()`` and ``optimizer.step()`` do, in memory that is planned once. The
    learning rate and its schedule are asked at each step, dropout draws anew, and parameters may be set in between;
    ``.grad`` is left alone. Batches of other shapes, ``model.eval()``, and weights that are frozen or no longer
    (``requires_grad``) make recordings of their own. A network that gets other layers needs another step.

    Args:
        model: The network.
        loss: A function of outputs and targets; one number.
        optimizer: Over the model's parameters, or some of them.
        engine: As for `ag.Program.from_graph`.

    Returns:
        ``step(x, y)``, which gives the loss before the step.

    Raises:
        RecordingError: When called: the network does something that cannot be recorded.

    Example:
        >>> import nn
        >>> model = nn.MLP(2, [8, 2], seed=0)
        >>> step = compile_step(model, nn.cross_entropy, nn.SGD(model.parameters(), learning_rate=0.1))
        >>> x, y = np.array([[0.0, 1.0], [1.0, 0.0]], np.float32), np.array([0, 1])
        >>> losses = [step(x, y) for _ in range(20)]
        >>> losses[-1] < losses[0]
        True
    """
    takes_part: dict[int, list[bool]] = {}
    check = outputs_of(loss).check
    checked: set[int] = set()  # recordings with targets of the outputs' shape, whose numbers are looked at each time
    given: Any = None

    def whole(x: Any, y: Any, counts: list[Any], fixed: int) -> Any:
        outputs = model(x)
        if np.shape(outputs) == np.shape(y):
            check(given)
            checked.add(fixed)
        value = loss(outputs, y)
        reached = set(ag.topological_order(value))
        used = [parameter for parameter in optimizer.parameters if parameter.requires_grad and parameter in reached]
        found = dict(zip(used, ag.gradients(value, used, create_graph=True), strict=True))
        gradients = [found.get(parameter) for parameter in optimizer.parameters]
        takes_part[fixed] = [gradient is not None for gradient in gradients]
        steps = [counts[kind] for kind in optimizer.counts()[1]]
        optimizer.change(gradients, steps, ag.live(lambda: optimizer.rate))
        return value

    replayed = ag.compile(whole, engine)
    modules = list(model.modules())
    parameters = list({id(p): p for p in (*model.parameters(), *optimizer.parameters)}.values())
    numbered: dict[Any, int] = {}

    def step(x: Any, y: Any) -> float:
        counts, kinds = optimizer.counts()
        # What a recording depends on beside the numbers: which layers are in training and which weights are frozen,
        # and the optimizer's settings.
        frozen = [parameter.requires_grad for parameter in parameters]
        conditions = (*[module.training for module in modules], *frozen, optimizer.settings(), kinds)
        fixed = numbered.setdefault(conditions, len(numbered))
        x, y = x if isinstance(x, ag.Tensor) else np.asarray(x), y if isinstance(y, ag.Tensor) else np.asarray(y)
        nonlocal given
        given = y.data if isinstance(y, ag.Tensor) else y
        if fixed in checked:
            check(given)
        result: float = replayed(x, y, [count + 1.0 for count in counts], fixed)
        optimizer.count(takes_part[fixed])
        return result

    return step
