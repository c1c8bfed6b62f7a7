"""Saved states: whether one fits what it is to be loaded into."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import autograd as ag
from nn._text import quoted

__all__ = ["StateError", "check_fits", "check_state", "one_of_each"]


class StateError(ag.GradbookError, ValueError):
    """A saved state that does not fit the object it was to be loaded into; nothing was loaded."""

    __module__ = "nn.module"  # where it was, and is told from


def check_state(
    owner: str, here: Mapping[str, NDArray[Any]], state: Mapping[str, ArrayLike]
) -> dict[str, NDArray[Any]]:
    """Fresh arrays with the values of ``state`` and the dtypes of ``here``, once every name and shape agrees.

    Args:
        owner: Who is to take the state, for the message.
        here: The arrays to be replaced, by name.
        state: Their new values, by name.

    Raises:
        StateError: Something does not fit; the message lists everything that does not.
    """
    if strange := [name for name in state if not isinstance(name, str)]:
        raise StateError(f"{owner} cannot take this state: its names are texts, and {strange[0]!r} is none")
    arrays = {name: value.data if isinstance(value, ag.Tensor) else np.asarray(value) for name, value in state.items()}
    check_fits(owner, here, arrays)
    return {name: np.array(arrays[name], dtype=here[name].dtype) for name in here}


def check_fits(owner: str, here: Mapping[str, NDArray[Any]], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Compare names, shapes and kinds of `check_state`'s arrays; nothing is copied.

    Raises:
        StateError: Something does not fit; the message lists what does not.
    """
    common = [name for name in here if name in arrays]
    problems = [
        *_listed((name for name in here if name not in arrays), "missing"),
        *_listed((name for name in arrays if name not in here), "unexpected"),
        *(
            f"{quoted(name)} has shape {here[name].shape} in {owner} and {arrays[name].shape} in the state"
            for name in common
            if here[name].shape != arrays[name].shape
        ),
        *(
            f"{quoted(name)} holds {arrays[name].dtype}, no real numbers"
            for name in common
            if arrays[name].dtype.kind not in "fiub"
        ),
        *(
            f"{quoted(name)} holds what is no whole number of {here[name].dtype}"
            for name in common
            if not _are_counts(arrays[name], here[name].dtype)
        ),
    ]
    if problems:
        more = [f"and {len(problems) - 20:,} more"] if len(problems) > 20 else []
        raise StateError(f"{owner} cannot take this state: {'; '.join(problems[:20] + more)}")


def _are_counts(array: NDArray[Any], dtype: np.dtype[Any]) -> bool:
    # Whether numbers stay as they are in an integer dtype; nothing is asked of other dtypes.
    if dtype.kind not in "iu" or array.dtype.kind not in "fiu":
        return True
    limits = np.iinfo(dtype)
    return bool(np.all((limits.min <= array) & (array <= limits.max) & (array == np.floor(array))))


def _listed(names: Iterable[str], what: str) -> list[str]:
    named = [quoted(name) for name in names]
    shown = ", ".join(named[:5]) + (f" and {len(named) - 5} more" if len(named) > 5 else "")
    return [f"{shown} {'is' if len(named) == 1 else 'are'} {what}"] if named else []


def one_of_each(owner: str, places: Iterable[list[str]], state: Mapping[str, ArrayLike]) -> dict[str, ArrayLike]:
    """A state in which whatever is in several places has the name of the first.

    Args:
        owner: Who is to take the state, for the message.
        places: The names of each thing.
        state: Values by name, perhaps under several names of a thing.

    Raises:
        StateError: The values of one thing differ.

    Example:
        >>> one_of_each("Net", [["a", "b"]], {"b": 1.0, "c": 2.0})
        {'c': 2.0, 'a': 1.0}
    """
    found = dict(state)
    for names in places:
        given = [name for name in names if name in found]
        values = [found.pop(name) for name in given]
        for name, value in zip(given[1:], values[1:], strict=True):
            if not _same(values[0], value):
                raise StateError(
                    f"{owner} cannot take this state: {quoted(given[0])} and {quoted(name)} are one parameter in "
                    f"{owner}, and differ in the state; give both the same values, or one of them"
                )
        if given:
            found[names[0]] = values[0]
    return found


def _same(one: ArrayLike, other: ArrayLike) -> bool:
    a, b = (x.data if isinstance(x, ag.Tensor) else np.asarray(x) for x in (one, other))
    return a.shape == b.shape and bool(np.all((a == b) | ((a != a) & (b != b))))
