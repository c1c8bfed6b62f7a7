"""Optimizers: how gradients change parameters. The formulas are PyTorch's, term by term.

An optimizer is a loop over parameters (`Optimizer.change`) around one formula (`Optimizer.update`): from a gradient and
what is remembered of earlier ones, the step to take. The formula is recorded once and replayed, here by itself and in
`nn.compile_step` together with the network, so that it writes into arrays that were allocated once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import compress
from typing import Any, NoReturn, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

import autograd as ag
from nn._arguments import checked, explained_methods, in_range
from nn._repr import settings_of
from nn._state import StateError, check_state
from nn.module import Parameter

__all__ = ["OPTIMIZERS", "Optimizer"]

_NO_SETTINGS = {"parameters", "slots", "_replayed", "_numbered", "_latest", "_learning_rate", "schedule", "_groups"}

# What equal values of mean the same.
_PLAIN = (bool, int, float, complex, str, type(None), np.generic)

Array: TypeAlias = NDArray[Any]


# By the names that the estimators and the command line take; each class enters itself.
OPTIMIZERS: dict[str, type[Optimizer]] = {}


class Slot:
    """What an optimizer keeps for one parameter.

    Attributes:
        steps: How many steps the parameter has taken.
        memory: What is remembered of earlier gradients, by name; starts at zero. Of half precision, in single, as a
            squared gradient, or Adam's ε, is 0 in half, and 0/0 no number.
    """

    __slots__ = ("memory", "steps")

    def __init__(self, like: Array, remembers: Iterable[str]) -> None:
        self.steps = 0
        dtype = np.promote_types(like.dtype, np.float32)
        self.memory = _Memory({name: ag.Tensor(np.zeros_like(like, dtype), label=name) for name in remembers})


class _Memory(dict[str, Any]):
    def __missing__(self, name: str) -> NoReturn:
        raise ValueError(
            f"the optimizer remembers no {name!r}, as it was made with a setting of 0 that was changed since; "
            "make another with what it is to have"
        )


@explained_methods
class Optimizer(ABC):
    """What optimizers share: the loop over parameters, the learning rate, weight decay, saving.

    A subclass gives the formula, `update`; one that is given a name, ``class SGD(Optimizer, name="sgd")``, can be asked
    for by it.

    Args:
        parameters: The tensors to change, e.g. ``model.parameters()``; or groups of them with settings of their own,
            ``[{"parameters": head, "learning_rate": 0.1, "weight_decay": 0.0}, {"parameters": rest}]``. A group's rate
            keeps its ratio to the optimizer's, whatever that is set to later; what a group does not say is the
            optimizer's.
        learning_rate: Factor of each step, at least 0; may be set at any time.
        weight_decay: How much of each parameter is added to its gradient, at least 0; where `decoupled`, the parameter
            shrinks by the factor 1 − learning_rate · weight_decay instead.
        remembers: Names of the arrays that `update` keeps in each `Slot`'s memory.

    Attributes:
        schedule: A function of the number of steps taken so far, such as those of `nn.optim.schedules`, that gives the
            factor for the learning rate; None, as at first, keeps the rate. May be set at any time.

    Raises:
        TypeError: Something else than tensors that require gradients.
        ValueError: No parameters, one given twice, or a number out of its range.

    Example:
        >>> from nn.optim import SGD
        >>> from nn.optim.schedules import StepDecay
        >>> w = ag.Tensor([8.0], requires_grad=True)
        >>> optimizer = SGD([w], learning_rate=0.5)
        >>> optimizer.schedule = StepDecay(every=1, factor=0.5)
        >>> for _ in range(3):
        ...     w.grad = [1.0]
        ...     print(optimizer.rate, end=" ")
        ...     optimizer.step()
        0.5 0.25 0.125
        >>> w.data, optimizer.learning_rate
        (array([7.125]), 0.5)
    """

    decoupled = False
    schedule: Callable[[int], float] | None = None

    def __init_subclass__(cls, name: str | None = None) -> None:
        super().__init_subclass__()
        if "__init__" in vars(cls):
            cls.__init__ = checked(cls.__init__)  # type: ignore[method-assign]
        if name is not None:
            OPTIMIZERS[name] = cls

    def __init__(
        self,
        parameters: Iterable[ag.Tensor] | Iterable[Mapping[str, Any]],
        learning_rate: float,
        weight_decay: float = 0.0,
        remembers: Iterable[str] = (),
    ) -> None:
        self.learning_rate = learning_rate
        self.weight_decay = in_range("weight_decay", weight_decay)
        # Of each parameter that is in a group: how its rate relates to the optimizer's, and its own weight decay.
        self._groups: list[tuple[float, float | None]] | None = None
        given: Any = parameters if isinstance(parameters, ag.Tensor) or callable(parameters) else list(parameters)
        if isinstance(given, list) and any(isinstance(each, Mapping) for each in given):
            given, self._groups = _grouped(type(self).__name__, given, learning_rate)
        self.parameters = checked_parameters(type(self).__name__, given)
        self.slots = [Slot(parameter.data, remembers) for parameter in self.parameters]
        self._replayed: Any = None
        self._numbered: dict[Any, int] = {}
        self._latest: tuple[Any, Any] = (None, None)

    def __repr__(self) -> str:
        count = len(self.parameters)
        shown = [f"{count} parameter{'s' * (count != 1)}", f"learning_rate={self.learning_rate:g}"]
        shown += [text for text in settings_of(self) if not text.startswith(("parameters=", "learning_rate="))]
        return f"{type(self).__name__}({', '.join(shown)})"

    @property
    def learning_rate(self) -> float:
        """Factor of each step, before the schedule."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._learning_rate = in_range("learning_rate", value)

    @property
    def steps(self) -> int:
        """How many steps were taken: by the parameter that took the most."""
        return max(slot.steps for slot in self.slots)

    @property
    def rate(self) -> float:
        """Factor of the next step: the learning rate, as the schedule has it."""
        if self.schedule is None:
            return self._learning_rate
        return in_range("the scheduled learning rate", self._learning_rate * self.schedule(self.steps))

    @abstractmethod
    def update(self, gradient: Any, memory: Mapping[str, Any], steps: Any, rate: Any) -> tuple[Any, dict[str, Any]]:
        """The formula, in operators and functions of `autograd`, which serve arrays and recordings alike.

        Args:
            gradient: ∂L/∂w, with weight decay where it is part of the gradient.
            memory: What is remembered, by name.
            steps: How many steps there were, this one included.
            rate: The learning rate.

        Returns:
            What to subtract from the parameter, and what to remember from now on.
        """

    def change(self, gradients: Sequence[Any], steps: Sequence[Any], rate: Any) -> None:
        """Set every parameter that has a gradient, and what is remembered of it, to what the formula says."""
        groups = self._groups or [(1.0, None)] * len(self.parameters)
        for parameter, slot, gradient, count, (ratio, decay) in zip(
            self.parameters, self.slots, gradients, steps, groups, strict=True
        ):
            if gradient is None:
                continue
            weight: Any = parameter
            if parameter.dtype == np.float16:
                weight, gradient = weight.astype(np.float32), gradient.astype(np.float32)
            own = rate if ratio == 1.0 else rate * ratio
            decay = self.weight_decay if decay is None else decay
            if decay and self.decoupled:
                weight = weight * (1 - own * decay)
            elif decay:
                gradient = weight * decay + gradient
            step, memory = self.update(gradient, slot.memory, count, own)
            for name, remembered in memory.items():
                ag.assign(slot.memory[name], remembered)
            changed = weight - step
            ag.assign(parameter, changed.astype(np.float16) if parameter.dtype == np.float16 else changed)

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.parameters:
            parameter.grad = None

    def step(self) -> None:
        """Change every parameter that has a gradient.

        Raises:
            GraphError: None has one.
        """
        gradients = [None if (gradient := parameter.grad) is None else gradient.data for parameter in self.parameters]
        present = [gradient for gradient in gradients if gradient is not None]
        if not present:
            raise ag.GraphError(f"{type(self).__name__}.step: no parameter has a gradient; call loss.backward() first")
        all_do = len(present) == len(gradients)
        taking_part = None if all_do else tuple([gradient is not None for gradient in gradients])
        rate = self.rate
        self.count(taking_part)
        counts, kinds = self.counts
        settings = self.settings
        if settings is None:
            with ag.no_grad():
                self.change(gradients, [counts[kind] for kind in kinds], rate)
            return
        form = taking_part, kinds, settings
        latest, replay = self._latest
        if form != latest:  # a gradient's shape and dtype are its parameter's
            if self._replayed is None:  # by NumPy, as a step alone is no reason to load a compiler
                self._replayed = ag.compile(self._changes, engine="numpy")
            fixed = self._numbered.setdefault(form, len(self._numbered))
            replay = self._replayed.trace(gradients, counts, kinds, rate, fixed)
            self._latest = form, replay
        replay([*present, *counts, rate])

    def count(self, taking_part: Sequence[bool] | None = None) -> None:
        """Note that these parameters take a step, or all of them."""
        for slot in self.slots if taking_part is None else compress(self.slots, taking_part):
            slot.steps += 1

    @property
    def counts(self) -> tuple[list[float], tuple[int, ...]]:
        """How many steps parameters have taken, and which of these numbers is each parameter's.

        Those that have taken equally many share a number, and all that is computed from it.
        """
        steps = [slot.steps for slot in self.slots]
        if steps.count(steps[0]) == len(steps):
            return [float(steps[0])], (0,) * len(steps)
        distinct = sorted(set(steps))
        return [float(x) for x in distinct], tuple(map(distinct.index, steps))

    def _changes(
        self, gradients: Sequence[Any], counts: Sequence[Any], kinds: Sequence[int], rate: Any, _fixed: int
    ) -> None:
        # The last argument stands for the settings, and tells recordings apart: other settings make another.
        self.change(gradients, [counts[kind] for kind in kinds], rate)

    def named_settings(self) -> dict[str, Any]:
        """What the formula depends on beside its arguments, by name."""
        return {name: value for name, value in vars(self).items() if name not in _NO_SETTINGS}

    @property
    def settings(self) -> tuple[Any, ...] | None:
        """What the formula depends on beside its arguments; None where that may change unseen, such as in an array."""
        try:
            return tuple([_key(value) for value in self.named_settings().values()])
        except TypeError:
            return None

    def not_recorded(self) -> str | None:
        """Why its steps cannot be part of a recording; None where they can."""
        kind = type(self).__name__
        for name in ("step", "zero_grad"):
            if getattr(getattr(self, name), "__func__", None) is not getattr(Optimizer, name):
                return f"{kind} has a {name} of its own, which a recording would leave out"
        return f"{kind} has settings that may change unseen" if self.settings is None else None

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"_replayed": None, "_numbered": {}, "_latest": (None, None)}

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
            state |= {f"{index}.{name}": tensor.data.copy() for name, tensor in slot.memory.items()}
        return state

    def load_state_dict(self, state: Mapping[str, ArrayLike]) -> None:
        """Go on from a state that `state_dict` gave. Nothing is loaded unless everything fits.

        Raises:
            StateError: It comes from another kind of optimizer or from other parameters.
        """
        arrays = check_state(type(self).__name__, self.state_dict(), state)
        rate, counts = float(arrays["learning_rate"]), [arrays[f"{i}.steps"] for i in range(len(self.slots))]
        if not 0 <= rate < np.inf or any(count < 0 for count in counts):
            raise StateError(f"{type(self).__name__} cannot take this state: its learning rate or its steps are none")
        self.learning_rate = rate
        for index, slot in enumerate(self.slots):
            slot.steps = int(arrays[f"{index}.steps"])
            for name, tensor in slot.memory.items():
                tensor.data = arrays[f"{index}.{name}"]


def _key(value: Any) -> Any:
    """What is equal where a setting is.

    Raises:
        TypeError: It may change and stay equal.
    """
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, list | tuple):
        return tuple([_key(each) for each in value])
    if isinstance(value, dict):
        return tuple([(name, _key(each)) for name, each in value.items()])
    raise TypeError


def _grouped(
    owner: str, groups: Iterable[Any], learning_rate: float
) -> tuple[list[ag.Tensor], list[tuple[float, float | None]]]:
    """The parameters of all groups, and of each the ratio of its rate and the group's own weight decay."""
    if not learning_rate:
        raise ValueError(f"{owner}'s groups need a learning_rate above 0, to which theirs keep their ratio")
    parameters: list[ag.Tensor] = []
    settings: list[tuple[float, float | None]] = []
    for index, group in enumerate(groups):
        if not isinstance(group, Mapping):
            raise TypeError(f"{owner} takes groups or parameters, not both; item {index} is {group!r}")
        if "parameters" not in group:
            raise ValueError(f"{owner}'s group {index} has no 'parameters'; it has {', '.join(map(repr, group))}")
        for name in group:
            if name not in ("parameters", "learning_rate", "weight_decay"):
                raise ValueError(f"{name!r} is not a setting of a group of {owner}; it has learning_rate, weight_decay")
        members = _listed(owner, group["parameters"])
        rate = in_range("learning_rate", group.get("learning_rate", learning_rate))
        decay = in_range("weight_decay", group["weight_decay"]) if "weight_decay" in group else None
        parameters += members
        settings += [(rate / learning_rate, decay)] * len(members)
    return parameters, settings


def _listed(owner: str, parameters: Iterable[ag.Tensor]) -> list[ag.Tensor]:
    if isinstance(parameters, ag.Tensor):
        raise TypeError(f"{owner} takes a list of parameters, got one Tensor; pass [tensor]")
    if callable(parameters):  # a model, or its method without the parentheses
        raise TypeError(f"{owner} takes a list of parameters; pass model.parameters()")
    return list(parameters)


def checked_parameters(owner: str, parameters: Iterable[ag.Tensor]) -> list[ag.Tensor]:
    checked = _listed(owner, parameters)
    for index, parameter in enumerate(checked):
        frozen = isinstance(parameter, Parameter)  # it may be trained later, and takes no part before
        if not (isinstance(parameter, ag.Tensor) and (parameter.requires_grad or frozen)):
            raise TypeError(f"{owner} takes Tensors with requires_grad=True; parameter {index} is {parameter!r}")
    if not checked:
        raise ValueError(
            f"{owner} got no parameters; pass model.parameters(): those of its layers, and its own nn.Parameter(…)"
        )
    if len({id(parameter) for parameter in checked}) < len(checked):
        raise ValueError(f"{owner} got a parameter twice; it would take two steps for one")
    return checked
