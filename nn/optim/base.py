"""Optimizers: how gradients change parameters. The formulas are PyTorch's, term by term.

An optimizer is a loop over parameters (`Optimizer.step`) around one formula (`Optimizer.direction`): from a gradient
and what is remembered of earlier ones, the step to take. Steps write into arrays that were allocated once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

import autograd as ag
from nn._checks import in_range
from nn.module import check_state

__all__ = ["Array", "Optimizer", "Slot"]

Array: TypeAlias = NDArray[Any]


class Slot:
    """What an optimizer keeps for one parameter.

    Attributes:
        steps: How many steps the parameter has taken.
        memory: What is remembered of earlier gradients, by name; starts at zero.
        scratch: Room for the step, of the parameter's shape.
        decayed: Room for the gradient with weight decay.
    """

    __slots__ = ("decayed", "memory", "scratch", "steps")

    def __init__(self, like: Array, remembers: Iterable[str]) -> None:
        self.steps = 0
        self.memory = {name: np.zeros_like(like) for name in remembers}
        self.scratch = np.empty_like(like)
        self.decayed = np.empty_like(like)


class Optimizer(ABC):
    """What optimizers share: the loop over parameters, the learning rate, weight decay, saving.

    Args:
        parameters: The tensors to change, e.g. ``model.parameters()``.
        learning_rate: Factor of each step, at least 0; may be set at any time.
        weight_decay: How much of each parameter is added to its gradient, at least 0; where `decoupled`, the parameter
            shrinks by the factor 1 − learning_rate · weight_decay instead.
        remembers: Names of the arrays that `direction` keeps in each `Slot`'s memory.

    Raises:
        TypeError: Something else than tensors that require gradients.
        ValueError: No parameters, one given twice, or a number out of its range.
    """

    decoupled = False

    def __init__(
        self,
        parameters: Iterable[ag.Tensor],
        learning_rate: float,
        weight_decay: float = 0.0,
        remembers: Iterable[str] = (),
    ) -> None:
        self.parameters = _checked_parameters(type(self).__name__, parameters)
        self.learning_rate = learning_rate
        self.weight_decay = in_range("weight_decay", weight_decay)
        self.slots = [Slot(parameter.data, remembers) for parameter in self.parameters]

    @property
    def learning_rate(self) -> float:
        """Factor of the next step."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._learning_rate = in_range("learning_rate", value)

    @abstractmethod
    def direction(self, gradient: Array, slot: Slot) -> Array:
        """What to subtract from a parameter, written into ``slot.scratch``; the gradient must be left as it is."""

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.parameters:
            parameter.grad = None

    def step(self) -> None:
        """Change every parameter that has a gradient.

        Raises:
            GraphError: None has one.
        """
        idle = True
        for parameter, slot in zip(self.parameters, self.slots, strict=True):
            if parameter.grad is None:
                continue
            idle = False
            gradient = parameter.grad.data
            if self.weight_decay and self.decoupled:
                parameter.data *= 1 - self.learning_rate * self.weight_decay
            elif self.weight_decay:
                np.multiply(parameter.data, self.weight_decay, out=slot.decayed)
                gradient = np.add(slot.decayed, gradient, out=slot.decayed)
            slot.steps += 1
            parameter.data -= self.direction(gradient, slot)
        if idle:
            raise ag.GraphError(f"{type(self).__name__}.step: no parameter has a gradient; call loss.backward() first")

    def state_dict(self) -> dict[str, Array]:
        """Copies of everything that changes from step to step, as arrays by name.

        Example:
            >>> w = ag.Tensor([1.0, 2.0], requires_grad=True)
            >>> from nn.optim import SGD
            >>> optimizer = SGD([w], learning_rate=0.1, momentum=0.9)
            >>> (w * w).sum().backward(); optimizer.step()
            >>> optimizer.state_dict()
            {'learning_rate': array(0.1), '0.steps': array(1), '0.velocity': array([2., 4.])}
        """
        state: dict[str, Array] = {"learning_rate": np.array(self.learning_rate)}
        for index, slot in enumerate(self.slots):
            state[f"{index}.steps"] = np.array(slot.steps)
            state |= {f"{index}.{name}": array.copy() for name, array in slot.memory.items()}
        return state

    def load_state_dict(self, state: Mapping[str, ArrayLike]) -> None:
        """Go on from a state that `state_dict` gave. Nothing is loaded unless everything fits.

        Raises:
            StateError: It comes from another kind of optimizer or from other parameters.
        """
        arrays = check_state(type(self).__name__, self.state_dict(), state)
        self.learning_rate = float(arrays["learning_rate"])
        for index, slot in enumerate(self.slots):
            slot.steps = int(arrays[f"{index}.steps"])
            slot.memory = {name: arrays[f"{index}.{name}"] for name in slot.memory}


def _checked_parameters(owner: str, parameters: Iterable[ag.Tensor]) -> list[ag.Tensor]:
    if isinstance(parameters, ag.Tensor):
        raise TypeError(f"{owner} takes a list of parameters, got one Tensor; pass [tensor]")
    checked = list(parameters)
    for index, parameter in enumerate(checked):
        if not (isinstance(parameter, ag.Tensor) and parameter.requires_grad):
            raise TypeError(f"{owner} takes Tensors with requires_grad=True; parameter {index} is {parameter!r}")
    if not checked:
        raise ValueError(f"{owner} got no parameters; pass model.parameters()")
    if len({id(parameter) for parameter in checked}) < len(checked):
        raise ValueError(f"{owner} got a parameter twice; it would take two steps for one")
    return checked
