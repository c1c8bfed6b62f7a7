"""What is said of NumPy's functions and arguments that have no meaning for nodes."""

from __future__ import annotations

from typing import NoReturn

__all__ = ["refuse_argument", "refuse_function"]

# Functions that write into an array, which cannot take a node in, and what makes a new one.
_WRITES = {
    "np.copyto": "np.where(mask, t, a), or autograd.numpy's full_like",
    "np.fill_diagonal": "np.where(np.eye(n, dtype=bool), t, a)",
    **dict.fromkeys(("np.place", "np.put", "np.put_along_axis", "np.putmask"), "np.where(mask, t, a)"),
}
# Other functions, and what takes their place.
_INSTEAD = {
    **dict.fromkeys(("np.gcd", "np.lcm"), "whole numbers have none"),
    **dict.fromkeys(
        ("np.histogram2d", "np.histogramdd"),
        "counts have none; of weights, np.bincount(np.digitize(…), weights)",
    ),
    **dict.fromkeys(
        ("np.union1d", "np.intersect1d", "np.setdiff1d", "np.setxor1d", "np.unique_values", "np.unique_all"),
        "take what np.unique and np.isin choose",
    ),
    "np.sort_complex": "take t[np.argsort(t.data)]",
}


def refuse_argument(name: str, argument: str) -> NoReturn:
    """Raise for an argument that has no meaning for nodes."""
    raise TypeError(
        f"{name} on nodes takes no {argument}=: "
        + (
            "compute a new result (an ndarray cannot take a Tensor in place; write a = a + t)"
            if argument == "out"
            else "choose with np.where(condition, result, other)"
            if argument == "where"
            else "leave it out, or use t.data where no gradient is wanted"
        )
    )


def refuse_function(name: str) -> NoReturn:
    """Raise for a function that has no derivative here."""
    if name in _WRITES:
        raise TypeError(f"{name} has no derivative rule: it writes into an array; make a new one, {_WRITES[name]}")
    room = f"autograd.{'scipy.special' if name.startswith('scipy.') else 'numpy'}"
    instead = _INSTEAD.get(name, f"build it from functions that have one (dir({room}) lists them)")
    raise TypeError(f"{name} has no derivative rule here: {instead}, or use t.data where no gradient is wanted")
