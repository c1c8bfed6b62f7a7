"""What somebody is told who asks a Tensor for a plain array or number, where that would lose its gradient."""

from __future__ import annotations

import dis
import sys
from types import FrameType
from typing import NoReturn

# Libraries that work on plain arrays alone, and what to do; of two that fit, the first.
_INSTEAD = {
    "pandas": "take the table's numbers first, with table.to_numpy()",
    "xarray": "take the labelled array's numbers first, with its .values",
    "scipy.sparse": "autograd.scipy.sparse has products with a sparse matrix and solves with one",
    "scipy.fft": "autograd.scipy.fft has Fourier transforms",
    "scipy.optimize": "autograd.scipy.optimize differentiates functions for SciPy's methods, which take plain numbers",
    "scipy": "autograd.scipy has the functions of SciPy that are differentiated here; of others, use t.data",
    "numpy.ma": "use x.filled(…) for a plain array, and np.where(mask, 0.0, …) to leave entries out",
    "numpy.polynomial": "np.polyval and its kin take nodes; in numpy.polynomial x may be one, coefficients not",
    "matplotlib": "a picture is of plain numbers, t.data",
    "numba": "compiled code takes plain numbers; ag.compile compiles functions of nodes",
}
_USUAL = "use t.data or t.detach() where that is meant, or a function of autograd.numpy"
_ASSIGNMENT = dis.opmap["STORE_SUBSCR"]
_INTO_ENTRIES = (
    "writing a Tensor into entries of a plain array would lose its gradient: make the array of its parts, "
    "with np.array([…]), np.where or np.concatenate of autograd.numpy, "
    "or t.item() for its number, t.detach() for its array"
)


def refuse_array() -> NoReturn:
    """Raise for ``np.asarray(t)``, in the words that fit the caller.

    Raises:
        TypeError: Always.
    """
    frame = sys._getframe(2)
    if _assigns(frame):
        raise TypeError(_INTO_ENTRIES)
    raise TypeError(
        f"this NumPy call would turn a Tensor into a plain array and lose its gradient: {_instead(frame) or _USUAL}"
    )


def refuse_number() -> NoReturn:
    """Raise for ``float(t)`` or ``int(t)``, in the words that fit the caller.

    Raises:
        TypeError: Always.
    """
    frame = sys._getframe(2)
    if _assigns(frame):
        raise TypeError(_INTO_ENTRIES)
    instead = _instead(frame) or "np.exp and its kin (which Tensors understand) in place of math's"
    kind = "int" if frame.f_code.co_name == "__int__" else "float"
    raise TypeError(f"{kind}(tensor) would lose the gradient: use t.item() for the number, or {instead}")


def _assigns(frame: FrameType) -> bool:
    """Whether the caller is about to do ``array[i] = …``."""
    return frame.f_code.co_code[frame.f_lasti] == _ASSIGNMENT


def _instead(frame: FrameType | None) -> str | None:
    """What to do in place of a call of a library that takes plain arrays, by the innermost one of those known.

    A part of NumPy counts where it is called by what is not known: matplotlib draws by masked arrays.
    """
    found = None
    while frame is not None:
        module = frame.f_globals.get("__name__") or ""
        for library, instead in _INSTEAD.items():
            if module == library or module.startswith(f"{library}."):
                if not module.startswith("numpy"):
                    return instead
                found = found or instead
                break
        if not module.startswith(("numpy", "autograd")):
            break
        frame = frame.f_back
    return found
