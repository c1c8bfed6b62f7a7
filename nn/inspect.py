"""Looking into a model: its layers, what each of them gives for a sample, and its mode while somebody looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import autograd as ag
from nn._text import quoted, visible
from nn.module import Module, Parameter, StateError

__all__ = [
    "generator_states",
    "generators_of",
    "layers_of",
    "mode",
    "outputs_of_layers",
    "own_parameters",
    "precision_of",
    "set_generator_states",
]


@contextmanager
def mode(model: Module, *, training: bool) -> Iterator[None]:
    """Set training or evaluation mode within the block; afterwards every module has its own mode again.

    A layer that its user had set to evaluation, as one does with a part that is not to be trained further, is so after
    the block too.

    Args:
        model: The model; its modules are all set.
        training: Training mode, or else evaluation.

    Example:
        >>> import nn
        >>> model = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5))
        >>> model[1].eval().training
        False
        >>> with mode(model, training=True):
        ...     model[1].training
        True
        >>> model.training, model[1].training
        (True, False)
    """
    before = [(module, module.training) for module in model.modules()]
    # What is so already is left alone, as a recorded step looks at all attributes again once one has been set.
    if type(model).train is not Module.train or any(its_own is not training for _, its_own in before):
        model.train(training)
    try:
        yield
    finally:
        for module, its_own in before:
            if module.training is not its_own:
                module.training = its_own


def layers_of(model: Module) -> list[tuple[str, Module]]:
    """The modules that have parameters of their own, with a name for each.

    Example:
        >>> import nn
        >>> [name for name, _ in layers_of(nn.MLP(2, [4, 1], seed=0))]
        ['0: Linear', '2: Linear']
    """
    return [(_name(path, module), module) for path, module in model.named_modules() if own_parameters(module)]


def own_parameters(module: Module) -> list[Parameter]:
    """The parameters directly in a module, and not in one below it."""
    return [member for _, member in module.members() if isinstance(member, Parameter)]


def precision_of(model: Module) -> np.dtype[Any] | None:
    """The precision of all parameters that are floats, which layers turn plain inputs to; None where it is not one.

    Example:
        >>> import nn
        >>> precision_of(nn.Linear(2, 1))
        dtype('float32')
    """
    found = {parameter.dtype for parameter in model.parameters() if parameter.dtype.kind == "f"}
    return found.pop() if len(found) == 1 else None


def outputs_of_layers(model: Module, sample: ArrayLike) -> dict[str, NDArray[Any]]:
    """What each innermost module gives for a sample in evaluation mode, in the order of computing.

    Example:
        >>> import nn
        >>> {name: y.shape for name, y in outputs_of_layers(nn.MLP(2, [4, 1], seed=0), np.zeros((3, 2))).items()}
        {'0: Linear': (3, 4), '1: ReLU': (3, 4), '2: Linear': (3, 1)}
    """
    names = {id(module): _name(path, module) for path, module in model.named_modules()}
    found: dict[str, NDArray[Any]] = {}

    def note(module: Any, forward: Any, args: Any, kwargs: Any) -> Any:
        result = forward(*args, **kwargs)
        if not list(module.children()):
            outputs = result[0] if isinstance(result, tuple) else result  # a recurrent layer's, beside its state
            found[names.get(id(module), type(module).__name__)] = np.asarray(outputs.data)
        return result

    with mode(model, training=False), ag.no_grad(), ag.forward_hook(note):
        model(np.asarray(sample))
    return found


def generator_states(model: Module) -> dict[str, dict[str, Any]]:
    """Where the random generators of a model are, such as its dropout layers': what makes it draw the same again.

    Example:
        >>> import nn
        >>> model = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5, seed=0))
        >>> [(name, state["bit_generator"]) for name, state in generator_states(model).items()]
        [('1._generator', 'PCG64')]
    """
    return {name: dict(generator.bit_generator.state) for name, generator in generators_of(model)}


def set_generator_states(model: Module, states: Mapping[str, Mapping[str, Any]]) -> None:
    """Bring a model's generators to where `generator_states` found them.

    Raises:
        StateError: The model has other generators.
    """
    found = dict(generators_of(model))
    if found.keys() != states.keys():
        raise StateError(f"the model draws from {_listed(found)}, and the state is of {_listed(states)}")
    try:
        for name, generator in found.items():
            generator.bit_generator.state = dict(states[name])
    except (TypeError, ValueError, KeyError) as error:
        raise StateError(f"a random generator's state does not fit: {visible(str(error)[:200])}") from None


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(quoted, names)) or "no random generator"


def generators_of(model: Module) -> Iterator[tuple[str, np.random.Generator]]:
    """The random generators of a model's modules, by name."""
    for path, module in model.named_modules():
        for name, value in vars(module).items():
            if isinstance(value, np.random.Generator):
                yield f"{path}.{name}" if path else name, value


def _name(path: str, module: Module) -> str:
    return f"{path}: {type(module).__name__}" if path else type(module).__name__
