"""Architectures: networks of this package's own layers as JSON values, and those values as networks again.

A description may come from a file that somebody else made, so it is checked against the limits first, and it can be
planned: all its shapes are known before memory is taken for any of its arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from numpy.typing import NDArray

from nn import layers
from nn._limits import DEEPEST_NETWORK, MOST_LAYERS
from nn._state import StateError, check_fits
from nn._text import quoted, visible
from nn.init import planning
from nn.layers import Residual, Sequential
from nn.module import Buffer, Module, Parameter

__all__ = ["build", "describe", "describe_whole", "plan", "while_planning"]

Made = TypeVar("Made")

LAYERS: dict[str, type[Any]] = {
    name: layer
    for name in layers.__all__
    if isinstance(layer := getattr(layers, name), type) and issubclass(layer, Module) and layer is not layers.Activation
}

DTYPES = ("float16", "float32", "float64")
LONGEST_REASON = 500
LONGEST_SETTING = 8
# Layers that are made of others, one after the other.
SEQUENCES: tuple[type[Any], ...] = (Sequential, Residual)


def describe(module: Module) -> dict[str, Any] | None:
    """A module made of this package's layers as JSON values; None for any other.

    Example:
        >>> from nn.layers import Linear
        >>> describe(Sequential(Linear(3, 2)))
        {'kind': 'Sequential',
         'layers': [{'kind': 'Linear', 'in_features': 3, 'out_features': 2, 'bias': True,
                     'initializer': 'zeros', 'dtype': 'float32'}]}
    """
    kind = type(module).__name__
    if type(module) is not LAYERS.get(kind):
        return None
    if isinstance(module, Sequential) and type(module) in SEQUENCES:
        layers = [describe(layer) for layer in module]
        return None if None in layers else {"kind": kind, "layers": layers}
    return {"kind": kind, **LAYERS[kind].config(module)}


def describe_whole(module: Module, state: Mapping[str, NDArray[Any]]) -> dict[str, Any] | None:
    """What `describe` tells, and what is shared, of a module that can be built from it to take this state; or None.

    Example:
        >>> from nn.layers import Linear
        >>> layer = Linear(2, 2)
        >>> model = Sequential(layer, layer)
        >>> describe_whole(model, model.state_dict())["shared"]
        [['0.weight', '1.weight'], ['0.bias', '1.bias']]
    """
    description = describe(module)
    if description is None:
        return None
    try:
        planned = plan(description)
        check_fits("", planned.plan(), state)
    except StateError:  # it has been given other members than its kind has
        return None
    if not all(map(_alike, planned.modules(), _each(module))):
        return None
    return description | ({"shared": shared} if (shared := module.shared()) else {})


def _each(module: Module) -> Iterator[Module]:
    """The module and all below it, as often as they are there."""
    yield module
    for child in module.children():
        yield from _each(child)


def _alike(planned: Module, module: Module) -> bool:
    """Whether a layer that was built from a description is as the one that was described, but for its numbers."""
    if any(callable(getattr(type(module), name, None)) for name in vars(module)):
        return False  # a function in place of a method
    parts = any(True for _ in module.members())
    return type(planned) is type(module) and (parts or type(module).config(planned) == type(module).config(module))  # type: ignore[attr-defined]


def build(description: dict[str, Any]) -> Module:
    """The module that `describe` described, with its parameters at zero.

    Raises:
        StateError: That is no description of a module, or of one beyond what `nn._limits` allows.

    Example:
        >>> build({"kind": "LeakyReLU", "slope": 0.2})
        LeakyReLU(slope=0.2)
    """
    shared = []
    if isinstance(description, dict) and "shared" in description:
        _check_shared(shared := description["shared"])
        description = {name: value for name, value in description.items() if name != "shared"}
    _check_description(description)
    try:
        module = _build(description)
        if not planning.get():
            _share(module, shared)
        return module
    except (ValueError, TypeError, KeyError, OverflowError, MemoryError) as error:
        said = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise StateError(visible(said[:LONGEST_REASON])) from None


def plan(description: dict[str, Any]) -> Module:
    """The module that `describe` described, of arrays that take no memory, however large: its `Module.plan` tells them.

    Raises:
        StateError: As for `build`.

    Example:
        >>> {name: array.shape for name, array in plan({"kind": "MLP", "inputs": 10**9, "sizes": [2]}).plan().items()}
        {'0.weight': (2, 1000000000), '0.bias': (2,)}
    """
    return while_planning(lambda: build(description))


def while_planning(function: Callable[[], Made]) -> Made:
    """What a function gives where modules are plans."""
    outside = planning.get()
    try:  # Ctrl-C may come as soon as after the next call
        planning.set(True)
        return function()
    finally:
        planning.set(outside)


def _build(description: dict[str, Any]) -> Module:
    arguments = dict(description)
    layer = LAYERS[arguments.pop("kind")]
    if layer in SEQUENCES:
        return layer(*map(_build, arguments["layers"]))  # type: ignore[no-any-return]
    module: Module = layer(**arguments)
    return module


def _share(module: Module, shared: list[list[str]]) -> None:
    """Put the first of each group of parameters or buffers in the place of the others."""
    places = {
        theirs: (below, name, member)
        for path, below in module.named_modules()
        for name, member in vars(below).items()
        if isinstance(member, Parameter | Buffer)
        for theirs in [f"{path}.{below.pytorch.get(name, (name,))[0]}".lstrip(".")]
    }
    for first, *others in shared:
        for name in others:
            below, attribute, member = places[name]
            if member.shape != places[first][2].shape or type(member) is not type(places[first][2]):
                raise ValueError(f"{quoted(first)} and {quoted(name)} cannot be shared, being of different shapes")
            setattr(below, attribute, places[first][2])


def _check_shared(shared: Any) -> None:
    groups = shared if isinstance(shared, list) else [None]
    if not all(isinstance(names, list) and len(names) > 1 and {str} == set(map(type, names)) for names in groups):
        raise StateError("shared parameters are given as lists of names")


def _check_description(description: Any) -> None:
    """Hold a description against the limits, and its settings to plain values."""
    layers, level = 0, [description]
    for _ in range(DEEPEST_NETWORK):
        inner: list[Any] = []
        for each in level:
            if not isinstance(each, dict) or not isinstance(each.get("kind"), str):
                raise StateError(f"a layer is an object with its 'kind', not {type(each).__name__}")
            within = each.get("layers", []) if each["kind"] in [kind.__name__ for kind in SEQUENCES] else []
            sizes = each.get("sizes", []) if each["kind"] == "MLP" else []
            if not isinstance(within, list) or not isinstance(sizes, list):
                raise StateError("layers and sizes are lists")
            above = each.get("num_layers", 0)
            layers += 1 + len(sizes) + (above if isinstance(above, int) else 0)
            inner += within
            for name, value in each.items():
                if name not in ("layers", "sizes"):
                    _check_setting(name, value)
        if layers + len(inner) > MOST_LAYERS:
            raise StateError(f"it has more than {MOST_LAYERS:,} layers, the most that are built")
        if not inner:
            return
        level = inner
    raise StateError(f"its networks are nested more than {DEEPEST_NETWORK} deep")


def _check_setting(name: str, value: Any) -> None:
    if name == "dtype" and value not in DTYPES:
        raise StateError(f"dtype is one of {', '.join(DTYPES)}, not {quoted(str(value))}")
    if isinstance(value, list) and 0 < len(value) <= LONGEST_SETTING:  # one for each axis
        for each in value:
            if isinstance(each, list):
                raise StateError(f"{quoted(name)} is not a setting of a layer: {quoted(str(value))}")
            _check_setting(name, each)
        return
    whole = isinstance(value, int) and abs(value) < 2**63
    if not (whole or value is None or isinstance(value, str) or (isinstance(value, float) and math.isfinite(value))):
        raise StateError(f"{quoted(name)} is not a setting of a layer: {quoted(str(value))}")
