"""Modules: trees of named parameters, in PyTorch's words."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, ParamSpec, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

import autograd as ag
from autograd import suggest
from nn._arguments import checked, explained_methods
from nn._state import StateError, check_fits, check_state, one_of_each
from nn._words import METHODS
from nn.init import planning

__all__ = ["Buffer", "Module", "Parameter", "StateError", "check_fits", "check_state"]


Member = TypeVar("Member")
Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)
P = ParamSpec("P")


class Parameter(ag.Tensor):
    """A tensor that training changes: an attribute of this kind belongs to its module's parameters.

    Args:
        data: The first value, of any shape; it is copied.
        label: The name that drawings show.
        dtype: A floating dtype; None keeps the dtype of ``data``.

    Example:
        >>> import numpy as np
        >>> scale = Parameter(np.ones(3), label="scale")
        >>> (scale * [1.0, 2.0, 3.0]).sum().backward()
        >>> scale.grad.data
        array([1., 2., 3.])
    """

    @checked
    def __init__(self, data: ArrayLike, label: str | None = None, dtype: DTypeLike | None = None) -> None:
        super().__init__(_held(self, data), requires_grad=True, label=label, dtype=dtype)


class Buffer(ag.Tensor):
    """A tensor that belongs to a module's state without being trained, such as a running mean.

    Args:
        data: The first value, of any shape; it is copied.
        label: The name that drawings show.
        dtype: A floating dtype; None keeps the dtype of ``data``.

    Example:
        >>> Buffer([0.0, 0.0]).requires_grad
        False
    """

    @checked
    def __init__(self, data: ArrayLike, label: str | None = None, dtype: DTypeLike | None = None) -> None:
        super().__init__(_held(self, data), requires_grad=False, label=label, dtype=dtype)


def _held(tensor: Any, data: ArrayLike) -> ArrayLike:
    """What a parameter or buffer copies: the data, or in a plan none of it; the plan is kept beside it."""
    if not planning.get():
        return data
    tensor.plan = np.asarray(data)
    return np.zeros(0, tensor.plan.dtype)


class HasForward(Protocol[P, Result_co]):
    """What calling a module goes by: its own `forward`, whatever that takes and gives."""

    def forward(self, *args: P.args, **kwargs: P.kwargs) -> Result_co:
        """Compute the module's output."""


@explained_methods
class Module:
    """Part of a network: parameters and smaller modules, and a `forward` that uses them.

    A subclass assigns `Parameter` and `Module` objects to attributes, alone or in lists, tuples and dicts, and
    defines `forward`. Nothing has to be registered, and no ``super().__init__()`` is needed.

    Attributes:
        training: Whether the module is being trained (`train`) or used (`eval`); some layers differ.

    Example:
        >>> import numpy as np
        >>> class Scale(Module):
        ...     def __init__(self, features):
        ...         self.factor = Parameter(np.full(features, 2.0))
        ...     def forward(self, x):
        ...         return x * self.factor
        >>> scale = Scale(3)
        >>> scale(np.array([1.0, 2.0, 3.0])).data
        array([2., 4., 6.])
        >>> [(name, p.shape) for name, p in scale.named_parameters()]
        [('factor', (3,))]
    """

    training: bool = True

    # Where PyTorch's state dicts name or lay out a member otherwise: from the name here to PyTorch's, and to the axes
    # of what is held, in PyTorch's order; and what PyTorch saves that has no meaning here.
    pytorch: ClassVar[Mapping[str, tuple[str, tuple[int, ...] | None]]] = {}
    pytorch_ignores: ClassVar[frozenset[str]] = frozenset()

    # How often an attribute of any module was set: a recorded step looks at the attributes only if this has changed.
    edits = 0

    def __setattr__(self, name: str, value: object) -> None:
        held = self.__dict__.get(name)
        if isinstance(held, Parameter | Buffer) and not isinstance(value, Parameter | Buffer | Module | None):
            kind = type(held).__name__
            raise TypeError(
                f"{type(self).__name__}.{name} is a {kind}, and {type(value).__name__} in its place would not be "
                f"trained or saved; for other values, .{name}.data = …; for another one, .{name} = nn.{kind}(…)"
            )
        super().__setattr__(name, value)
        Module.edits += 1

    def __dir__(self) -> Iterable[str]:
        return [name for name in super().__dir__() if name not in METHODS or hasattr(self, name)]

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        Module.edits += 1

    def __call__(self: HasForward[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
        """Run `forward`."""
        hook = ag.current_forward_hook()
        try:
            return self.forward(*args, **kwargs) if hook is None else hook(self, self.forward, args, kwargs)
        except TypeError as error:
            suggest.refuse_call(error, self.forward, args, kwargs)
            raise

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the module's output; a subclass defines it."""
        raise NotImplementedError(f"{type(self).__name__} defines no forward(self, x)")

    def members(self) -> Iterator[tuple[str, Parameter | Buffer | Module]]:
        """The parameters, buffers and modules directly in this one, by name; an item of a list is ``name.index``."""
        for name, value in vars(self).items():
            if isinstance(value, _HELD):
                yield name, value
            elif isinstance(value, _NESTED):
                yield from _named(name, value)

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules directly in this one, by name."""
        return ((name, member) for name, member in self.members() if isinstance(member, Module))

    def children(self) -> Iterator[Module]:
        """The modules directly in this one."""
        return (child for _, child in self.named_children())

    def named_modules(self) -> Iterator[tuple[str, Module]]:
        """This module, named ``""``, and all below it by dotted names, depth first, each once."""
        seen: set[int] = set()
        stack: list[tuple[str, Module]] = [("", self)]
        while stack:
            path, module = stack.pop()
            if id(module) not in seen:
                seen.add(id(module))
                yield path, module
                stack.extend(reversed(_below(path, module.members())))

    def modules(self) -> Iterator[Module]:
        """This module and all below it, depth first, each once."""
        return (module for _, module in self.named_modules())

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """All parameters by dotted names such as ``"0.weight"``; one that is shared has its first name only."""
        return self._named_members(Parameter)

    def named_buffers(self) -> Iterator[tuple[str, Buffer]]:
        """All buffers by dotted names; one that is shared has its first name only."""
        return self._named_members(Buffer)

    def _named_members(self, kind: type[Member]) -> Iterator[tuple[str, Member]]:
        return ((_join(path, name), member) for path, _, name, member in self._placed(kind))

    def _placed(self, kind: type[Member]) -> Iterator[tuple[str, Module, str, Member]]:
        seen: set[int] = set()
        stack: list[tuple[str, Module]] = [("", self)]
        while stack:  # as for `named_modules`, looking through each module once
            path, module = stack.pop()
            if id(module) not in seen:
                seen.add(id(module))
                members = list(module.members())
                for name, member in members:
                    if isinstance(member, kind) and id(member) not in seen:
                        seen.add(id(member))
                        yield path, module, name, member
                stack.extend(reversed(_below(path, members)))

    def parameters(self) -> Iterator[Parameter]:
        """All parameters of this module and those below, each once: what an optimizer takes."""
        return (parameter for _, parameter in self.named_parameters())

    def train(self, mode: bool = True) -> Self:
        """Set training mode here and in all modules below."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Set evaluation mode here and in all modules below."""
        return self.train(False)

    def freeze(self, *patterns: str) -> list[str]:
        """Train some parameters no further: all, or those whose names match a pattern such as ``"0.*"``.

        They have no gradients until `unfreeze`; compiled steps notice. What a layer does in training mode is another
        matter, see `eval`.

        Returns:
            The names of the parameters that are frozen now.

        Raises:
            ValueError: A pattern matches no parameter.

        Example:
            >>> import nn
            >>> model = nn.MLP(2, [4, 1])
            >>> model.freeze("0.*"), model.unfreeze("*.bias")
            (['0.weight', '0.bias'], ['0.weight'])
        """
        return self._frozen(patterns, True)

    def unfreeze(self, *patterns: str) -> list[str]:
        """Train parameters again, as `freeze` names them; the names of those that are frozen still."""
        return self._frozen(patterns, False)

    def _frozen(self, patterns: tuple[str, ...], frozen: bool) -> list[str]:
        named = dict(self.named_parameters())
        for pattern in patterns or ("*",):
            if patterns and not fnmatch.filter(named, pattern):
                raise ValueError(f"no parameter is named {pattern!r}; there are {', '.join(list(named)[:20])}")
            for name in fnmatch.filter(named, pattern):
                named[name].requires_grad = not frozen
                if frozen:
                    named[name].grad = None
        return [name for name, parameter in named.items() if not parameter.requires_grad]

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.parameters():
            parameter.grad = None

    def state_dict(self) -> dict[str, NDArray[Any]]:
        """The values of parameters and buffers, copied: what has to be saved, in PyTorch's names and layout.

        What goes out and comes in is as PyTorch has it, whatever is held: the weight of a `Linear` is held as (in, out)
        and is (out, in) here; what is shared has every name that it has. So a state of either library is read by the
        other.

        Example:
            >>> from nn.layers import Linear
            >>> {name: array.shape for name, array in Linear(3, 2).state_dict().items()}
            {'weight': (2, 3), 'bias': (2,)}
        """
        return {name: np.array(_turned(member.data, axes), order="C") for _, name, axes, member in self._state()}

    def _state(self) -> Iterator[tuple[str, str, tuple[int, ...] | None, ag.Tensor]]:
        """For each parameter and buffer, wherever it is, its name, PyTorch's, and PyTorch's order of the axes."""
        places = list(self._places())
        for kind in (Parameter, Buffer):
            for path, module in places:
                for name, member in module.members():
                    if isinstance(member, kind):
                        theirs, axes = module.pytorch.get(name, (name, None))
                        yield _join(path, name), _join(path, theirs), axes, member

    def _places(self, path: str = "", around: frozenset[int] = frozenset()) -> Iterator[tuple[str, Module]]:
        """This module and all below it, depth first, as often as they are there; a circle ends."""
        if id(self) not in around:
            yield path, self
            for name, child in self.named_children():
                yield from child._places(_join(path, name), around | {id(self)})

    def shared(self) -> list[list[str]]:
        """The names in `state_dict` of each parameter or buffer that is in several places.

        Example:
            >>> from nn.layers import Linear
            >>> one, other = Linear(2, 2), Linear(2, 2)
            >>> other.weight = one.weight
            >>> from nn.layers import Sequential
            >>> Sequential(one, other).shared()
            [['0.weight', '1.weight']]
        """
        names: dict[int, list[str]] = {}
        for _, name, _, member in self._state():
            names.setdefault(id(member), []).append(name)
        return [each for each in names.values() if len(each) > 1]

    def plan(self) -> dict[str, NDArray[Any]]:
        """Of a module built while `nn.init.planning` is set: `state_dict`, in arrays that take no memory."""
        return {name: _turned(member.plan, axes) for _, name, axes, member in self._state()}  # type: ignore[attr-defined]

    def in_pytorchs_words(self, held: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """A state in the names and layout in which this module holds it, as `state_dict` gives it."""
        words = {name: (theirs, axes) for name, theirs, axes, _ in self._state()}
        found = ((*words.get(name, (name, None)), array) for name, array in held.items())
        return {name: _turned(array, axes) for name, axes, array in found}

    def load_state_dict(self, state: Mapping[str, ArrayLike]) -> None:
        """Take over parameter values, each cast to its parameter's dtype. Nothing is loaded unless everything fits.

        To load a part, put it over the whole: ``model.load_state_dict(model.state_dict() | part)``.

        Args:
            state: An array for each name, in PyTorch's names and layout, as `state_dict` gives it; tensors of PyTorch
                are taken, too.

        Raises:
            StateError: Names are missing or unexpected, or shapes differ; the message lists them all.

        Example:
            >>> from nn.layers import Linear
            >>> layer = Linear(2, 1)
            >>> layer.load_state_dict({"weight": [[1.0, 2.0]], "bias": [3.0]})
            >>> layer([[10.0, 20.0]]).data
            array([[53.]], dtype=float32)
            >>> layer.load_state_dict({"weight": [[1.0], [2.0]], "scale": [3.0]})
            Traceback (most recent call last):
            ...
            nn.module.StateError: Linear cannot take this state: 'bias' is missing; 'scale' is unexpected;
            'weight' has shape (1, 2) in Linear and (2, 1) in the state
        """
        if not hasattr(state, "items"):
            raise TypeError(f"state is a dict as state_dict() gives, not {type(state).__name__}; nn.load reads files")
        ignored = {_join(path, name) for path, module in self.named_modules() for name in module.pytorch_ignores}
        shared = self.shared()
        others = {name for names in shared for name in names[1:]}
        members = {name: (axes, member) for _, name, axes, member in self._state() if name not in others}
        here = {name: _turned(member.data, axes) for name, (axes, member) in members.items()}
        state = {name: value for name, value in state.items() if name in here or name not in ignored}
        state = one_of_each(type(self).__name__, shared, state)
        arrays = check_state(type(self).__name__, here, state)
        for name, (axes, member) in members.items():
            back = None if axes is None else tuple(np.argsort(axes).tolist())
            member.data = np.asarray(_turned(arrays[name], back), order="C")

    def extra_repr(self) -> str:
        """What the repr shows between the brackets, besides the modules below."""
        return ""

    def __repr__(self) -> str:
        lines = [f"({name}): {child!r}".replace("\n", "\n  ") for name, child in self.named_children()]
        if not lines:
            return f"{type(self).__name__}({self.extra_repr()})"
        return "\n  ".join([f"{type(self).__name__}({self.extra_repr()}", *lines]) + "\n)"


_HELD, _NESTED = (Parameter, Buffer, Module), (list, tuple, dict)

for _name in METHODS:
    setattr(Module, _name, suggest.Elsewhere(_name, "model", METHODS))


def _named(name: str, value: object) -> Iterator[tuple[str, Parameter | Buffer | Module]]:
    """The parameters, buffers and modules in an attribute's value, looking into lists, tuples and dicts."""
    if isinstance(value, _HELD):
        yield name, value
    elif isinstance(value, _NESTED):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _named(f"{name}.{key}", item)


def _below(path: str, members: Iterable[tuple[str, Any]]) -> list[tuple[str, Module]]:
    """The modules among the members of the one at a path."""
    return [(_join(path, name), member) for name, member in members if isinstance(member, Module)]


def _turned(array: NDArray[Any], axes: tuple[int, ...] | None) -> NDArray[Any]:
    """The array with its axes in another order; one that has not as many is left, for whoever compares shapes."""
    return array if axes is None or array.ndim != len(axes) else array.transpose(axes)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
