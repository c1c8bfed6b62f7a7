"""A stand-in for NumPy where its WebAssembly build cannot be had: names that exist, and functions of single numbers.

Enough to import the package and to compute with Values; arrays it has none.
"""

import math
import sys
import types
from typing import Any

__version__ = "2.4.0"
__all__: list[str] = []
pi, e, inf, nan, newaxis = math.pi, math.e, math.inf, math.nan, None
# The functions of two numbers whose entries in the rule book ask them how many they take.
OF_TWO = {"equal", "greater", "greater_equal", "less", "less_equal", "not_equal"}
OF_TWO |= {"logical_and", "logical_or", "logical_xor"}


class Named:
    """A function, or anything else, of NumPy's by its name."""

    nout = 1
    types: tuple[str, ...] = ()
    __module__ = "numpy"
    __doc__ = ""

    def __init__(self, name: str) -> None:
        self.__name__ = name
        self.nin = 2 if name in OF_TWO else 1

    def __call__(self, *args: Any, **_: Any) -> Any:
        function = getattr(math, self.__name__, None)
        return function(*args) if function and all(isinstance(x, float) for x in args) else Named(self.__name__)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Named(name)

    def __hash__(self) -> int:
        return id(self)

    def __enter__(self) -> None: ...

    def __exit__(self, *error: object) -> None: ...


class Kind:
    """What every type here is one of."""

    kind = "f"

    def __init__(self, *args: Any) -> None: ...

    def __class_getitem__(cls, _: Any) -> Any:
        return cls


class Module(types.ModuleType):
    """A module of NumPy's, with all names."""

    __path__: list[str] = []  # noqa: RUF012 - as modules have it

    def __getattr__(self, name: str) -> Any:
        return found(name)


names: dict[str, Any] = {}
TYPES = {
    "generic": (Kind,), "dtype": (Kind,), "ndarray": (Kind,), "bool_": ("generic",), "object_": ("generic",),
    "str_": ("generic",), "number": ("generic",), "integer": ("number",), "inexact": ("number",),
    "floating": ("inexact",),
    "complexfloating": ("inexact",), "float64": ("floating", float), "float32": ("floating",),
    "longdouble": ("floating",),
    "complex128": ("complexfloating",), "matrix": ("ndarray",), "int64": ("integer",), "int8": ("integer",),
    "intp": ("integer",), "uint8": ("integer",), "NDArray": (Kind,), "ArrayLike": (Kind,), "DTypeLike": (Kind,),
    "vectorize": (Kind,), "LinAlgError": (ValueError,),
}  # fmt: skip
for _name, _bases in TYPES.items():
    names[_name] = type(_name, tuple(names.get(base, base) for base in _bases), {"__module__": "numpy"})
ufunc = Named


def found(name: str) -> Any:
    """What goes by a name, the same each time."""
    if name.startswith("__"):
        raise AttributeError(name)
    return names.setdefault(name, Named(name))


__getattr__ = found
__path__: list[str] = []
for _name in ("linalg", "fft", "random", "lib", "lib.array_utils", "typing", "exceptions", "ma", "polynomial"):
    sys.modules[f"numpy.{_name}"] = Module(f"numpy.{_name}")
    if "." not in _name:
        globals()[_name] = sys.modules[f"numpy.{_name}"]
