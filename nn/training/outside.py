"""What a function or a layer reads beside its arguments: whether a recording may rely on it.

A recording holds what it read from outside as it was. What can be compared at every step (a number, a string) makes
another recording when it changes; what may change unseen (a list, an array, an object) keeps
the trainer from recording.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from types import FunctionType, MethodType
from typing import Any

import numpy as np

import autograd as ag
from nn.module import Module
from nn.training.names import OURS, attribute_names, held_by, is_restless
from nn.training.readings import CALLED, PLAIN, STEADY, Reading, function_in, is_plain, readings, value_of

__all__ = ["Conditions", "Watched", "attributes", "is_ours", "reading_of", "unsteady"]


def attributes(module: Module) -> tuple[Any, ...]:
    """The attributes of a module, by name: plain ones as they are, of others which objects they are.

    Those of a user's class of layers are among them, its methods too, which a notebook's autoreload replaces.

    Example:
        >>> from nn.layers import Linear
        >>> one, before = Linear(2, 1), attributes(Linear(2, 1))
        >>> attributes(one) == attributes(one), attributes(one) == before
        (True, False)
    """
    found = [*held_by(module), *(x for each in _own_classes(type(module)) for x in vars(each).items())]
    return tuple([(name, _key(value)) for name, value in found])


class Same:
    """Stands for an object, and equals what stands for the same one; while it is kept, no other has its address."""

    __slots__ = ("_what",)

    def __init__(self, what: Any) -> None:
        self._what = what

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self._what is other._what

    def __hash__(self) -> int:
        return id(self._what)


def _key(value: Any) -> Any:
    """What is equal where a recording that read this value may be replayed."""
    if isinstance(value, (*PLAIN, Same)):
        return value
    if isinstance(value, tuple | list | dict):
        return tuple(map(_key, value.values() if isinstance(value, dict) else value))
    if isinstance(value, MethodType):  # another one each time that it is looked up
        return Same(value.__func__), Same(value.__self__)
    return Same(value)


class Watched:
    """Tells whether a model may have another structure, or other attributes, than when it was looked at last.

    An attribute that is set is noticed, of a user's class of layers too (another ``forward``, say), and another layer
    or parameter in a list or dict of them; not numbers that are written into an array.

    Args:
        model: The model.

    Example:
        >>> from nn.layers import MLP
        >>> model = MLP(2, [1])
        >>> watched = Watched(model)
        >>> watched.look()
        >>> before = watched.has_changed()
        >>> model[0].name = "first"
        >>> before, watched.has_changed()
        (False, True)
    """

    def __init__(self, model: Module) -> None:
        self._model = model
        self._edits = -1
        self._lists: list[Any] = []
        self._items: list[Any] = []

    def look(self) -> None:
        """Take the model as it is now."""
        modules = list(self._model.modules())
        self._lists = [held for m in modules for value in vars(m).values() for held in _lists_in(value)]
        self._lists += [vars(each) for each in dict.fromkeys(each for m in modules for each in _own_classes(type(m)))]
        self._items = [_items(held) for held in self._lists]
        self._edits = Module.edits

    def has_changed(self) -> bool:
        """Whether it may be another by now."""
        return self._edits != Module.edits or (
            bool(self._lists) and [_items(held) for held in self._lists] != self._items
        )


def _lists_in(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple | dict):
        if not isinstance(value, tuple):
            yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from _lists_in(item)


def _items(held: Any) -> list[int]:
    return list(map(id, held if isinstance(held, list) else held.values()))


def is_ours(model: Module, loss: Any) -> bool:
    """Whether the loss and all layers are this library's, which keep no batch, and no hook sees them.

    Example:
        >>> from statistics import correlation
        >>> from nn.layers import MLP
        >>> from nn.losses import mse
        >>> is_ours(MLP(2, [1]), functools.partial(mse, reduction="sum")), is_ours(MLP(2, [1]), correlation)
        (True, False)
    """
    while isinstance(loss, functools.partial):
        loss = loss.func
    kinds = loss, *map(type, model.modules())
    return ag.current_forward_hook() is None and all(map(_is_of_ours, kinds))


def _is_of_ours(kind: Any) -> bool:
    return str(getattr(kind, "__module__", "")).partition(".")[0] in OURS


def unsteady(model: Module, *functions: Any) -> str | None:
    """What a recording of this model and these functions could hold on to while it changes; None for nothing.

    Example:
        >>> from nn.layers import MLP
        >>> from nn.losses import mse
        >>> model = MLP(2, [1])
        >>> unsteady(model, functools.partial(mse, reduction="sum")), unsteady(model, functools.partial(mse, []))
        (None, "functools.partial reads 'an argument', a list")
    """
    for root in _reached(model, functions):
        for path, module in root.named_modules():
            kind = type(module)
            for name, value in held_by(module):
                if (isinstance(value, CALLED) or not _is_of_ours(kind)) and not _is_steady_attribute(value):
                    return f"{path or kind.__name__} has {name!r}, {_kind(value)}"
            for name, value in _read_of_class(kind):
                if not _is_steady_attribute(value):
                    return f"{kind.__name__} has {name!r}, {_kind(value)}"
        for function in _functions_of(root):
            if (found := _first_unsteady(function)) is not None:
                return found
    return next((found for function in functions if (found := _first_unsteady(function)) is not None), None)


def _reached(model: Module, functions: tuple[Any, ...]) -> list[Module]:
    """The model, and modules that are no part of it and that its methods or these functions read: a teacher, say."""
    roots, seen = [model], {id(module) for module in model.modules()}
    waiting = [*functions, *_functions_of(model)]
    while waiting:
        for _, _, read in readings(waiting.pop()):
            value = value_of(read)
            if isinstance(value, Module) and id(value) not in seen:
                roots.append(value)
                seen |= {id(module) for module in value.modules()}
                waiting += _functions_of(value)
    return roots


def _functions_of(root: Module) -> list[Any]:
    """The methods of a user's classes of layers, and functions that layers hold."""
    modules = list(root.modules())
    held = [x for module in modules for _, x in held_by(module) if isinstance(x, CALLED)]
    return [*(method for kind in dict.fromkeys(map(type, modules)) for method in _methods(kind)), *held]


def _own_classes(kind: type) -> Iterator[type]:
    """Those among a class and its bases that are a user's."""
    return (each for each in kind.__mro__ if each is not object and not _is_of_ours(each))


def _methods(kind: type) -> Iterator[Any]:
    """The functions of a user's class of layers that a step may call."""
    for each in _own_classes(kind):
        for name, held in vars(each).items():
            x = function_in(held)
            if isinstance(x, FunctionType) and name != "__init__":
                yield x


def _read_of_class(kind: type) -> Iterator[tuple[str, Any]]:
    """What a user's class of layers has for all of them, and its methods read."""
    read = set[str]().union(*(attribute_names(method.__code__) for method in _methods(kind)))
    for each in _own_classes(kind):
        yield from ((name, x) for name, x in vars(each).items() if name in read and not hasattr(x, "__get__"))


def _is_steady_attribute(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_steady_attribute, value))
    if isinstance(value, list | dict):  # of layers and parameters, which are looked up at every step
        parts = list(value.values()) if isinstance(value, dict) else value
        return bool(parts) and all(isinstance(x, Module | ag.Tensor) for x in parts)
    # A generator is used within ag.live, or refused when it is recorded.
    return (isinstance(value, (*STEADY, Module, np.random.Generator)) and not is_restless(value)) or (
        isinstance(value, CALLED) and _first_unsteady(value) is None
    )


def _first_unsteady(function: Any) -> str | None:
    for owner, name, read in readings(function):
        value = value_of(read)
        if is_restless(value) or not (isinstance(value, (*STEADY, *CALLED, Module)) or is_plain(value)):
            return f"{owner} reads {name!r}, {_kind(value)}"
    return None


def reading_of(model: Module, *functions: Any) -> Reading | None:
    """A function that gives what a model's own methods and these functions read from outside now.

    Plain values as they are, of others which objects they are, functions that they call too, which may be replaced by
    others that read others; and the attributes of modules that are no part of the model. None where nothing is read.
    """
    found, outside = _all_known(model, functions)
    leading = _leading(found)

    def now() -> Any:
        nonlocal found, outside, leading
        if any(_key(value_of(read)) != before for read, before in leading):
            found, outside = _all_known(model, functions)
            leading = _leading(found)
        return tuple([_key(value_of(read)) for read in found] + [each.now() for each in outside])

    return now if found or outside else None


class Conditions:
    """What a recording of a model depends on beside its inputs: layers' attributes, and what is read from outside.

    Args:
        model: The model.
        *functions: What beside its methods may read values from outside.
        ignored: Attributes of layers that make no difference.

    Attributes:
        number: That of the attributes when they were last looked at.
    """

    def __init__(self, model: Module, *functions: Any, ignored: tuple[str, ...] = ()) -> None:
        self._model, self._functions, self._ignored = model, functions, ignored
        self._watched = Watched(model)
        self._numbers: dict[Any, int] = {}
        self._readings: list[Reading | None] = []
        self.number = 0

    def __len__(self) -> int:
        """How many there were."""
        return len(self._numbers)

    def look(self) -> bool:
        """Look at the attributes, if they may have changed; whether that was so."""
        if not self._watched.has_changed():
            return False
        found = [(Same(m), *(x for x in attributes(m) if x[0] not in self._ignored)) for m in self._model.modules()]
        self.number = self._numbers.setdefault(tuple(found), len(self._numbers))
        if self.number == len(self._readings):
            self._readings.append(reading_of(self._model, *self._functions))
        self._watched.look()
        return True

    def unchanged(self) -> None:
        """The model is as it was, though attributes were set."""
        self._watched.look()

    def now(self) -> tuple[int, Any]:
        """The number, and what is read from outside."""
        reading = self._readings[self.number]
        return self.number, None if reading is None else reading()


class _Outside:
    """A module that is no part of the model."""

    def __init__(self, module: Module) -> None:
        self._module, self._watched = module, Watched(module)
        self._found: tuple[Any, ...] = ()

    def now(self) -> tuple[Any, ...]:
        """The attributes of it and all below."""
        if self._watched.has_changed():
            self._found = tuple([(Same(module), attributes(module)) for module in self._module.modules()])
            self._watched.look()
        return self._found


def _leading(found: list[Reading]) -> list[tuple[Reading, Any]]:
    """What leads on to more that is read."""
    return [(read, _key(value)) for read in found if isinstance(value := value_of(read), (*CALLED, type, Module))]


def _all_known(model: Module, functions: tuple[Any, ...]) -> tuple[list[Reading], list[_Outside]]:
    """How to read what a recording can be told apart by, and the modules that are no part of the model."""
    roots = _reached(model, functions)
    all_functions = [*(x for root in roots for x in _functions_of(root)), *functions]
    kinds = dict.fromkeys(type(module) for root in roots for module in root.modules())
    found = [read for function in all_functions for read in _known(function)]
    return found + [read for kind in kinds for read in _of_class(kind)], [_Outside(root) for root in roots[1:]]


def _of_class(kind: type) -> Iterator[Reading]:
    """How to read the numbers and texts that a user's class of layers has for all of them."""
    for each in _own_classes(kind):
        for name, value in vars(each).items():
            if not name.startswith("__") and is_plain(value):
                yield lambda each=each, name=name: vars(each).get(name)  # type: ignore[misc]


def _known(function: Any) -> Iterator[Reading]:
    """How to read what a function reads and a recording can be told apart by."""
    for _, _, read in readings(function):
        value = value_of(read)
        if isinstance(value, (*STEADY, *CALLED, Module)) or is_plain(value):
            yield read
        else:
            yield functools.partial(_numbers_in, read)


def _numbers_in(read: Reading) -> tuple[Any, ...]:
    """The numbers and texts among an object's attributes."""
    found = value_of(read)
    return (Same(found), *[item for item in held_by(found) if is_plain(item[1])])


def _kind(value: Any) -> str:
    name = type(value).__name__
    return f"an {name}" if name[0] in "aeiouAEIOU" else f"a {name}"
